//! The wall clock. Nothing between a message and its verdict looks at it.

use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since 1970 by this machine's clock, which may jump; 0 before that.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |time| i64::try_from(time.as_secs()).unwrap_or(i64::MAX))
}
