use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use super::account::Setup;
use super::server::need;

/// A wall clock of one process's own, which can be set while it runs. The clock that counts from the
/// start of the machine goes on, as it does when a machine's clock is set.
pub(crate) struct WallClock {
    file: PathBuf,
}

impl WallClock {
    /// One that is right.
    pub(crate) fn right(setup: &Setup) -> WallClock {
        need("faketime");
        let clock = WallClock {
            file: setup.path("clock"),
        };
        clock.set(0);
        clock
    }

    /// Sets it to so many seconds from now.
    pub(crate) fn set(&self, ahead: i64) {
        // Whole at every moment: it is read at every look at the clock.
        let new = self.file.with_extension("new");
        std::fs::write(&new, format!("{ahead:+}\n")).unwrap();
        std::fs::rename(new, &self.file).unwrap();
    }

    /// What has a process go by it. Where the library is missing, it goes by the machine's.
    pub(super) fn environment(&self) -> [(&'static str, String); 5] {
        let word = str::to_owned;
        let file = self.file.to_str().unwrap().to_owned();
        [
            // The linker knows what LIB is here.
            ("LD_PRELOAD", word("/usr/$LIB/faketime/libfaketimeMT.so.1")),
            ("FAKETIME_TIMESTAMP_FILE", file),
            ("FAKETIME_NO_CACHE", word("1")),
            ("FAKETIME_DONT_FAKE_MONOTONIC", word("1")),
            ("NO_FAKE_STAT", word("1")),
        ]
    }
}

/// Seconds since 1970.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}
