//! What the owner does with the mail, in whatever program, becomes lessons.
//!
//! Every managed folder has a table of what lies in it ([`crate::state`]). A [`scan()`] compares it
//! with the folder: what came and was not brought by this program was moved by the owner (or is new
//! mail). To a watched folder, out of one where mail is filed: it is genuine, and is never filed
//! again. Into a verdict folder, from wherever: it is of that label. Everything else (archive, trash,
//! deletion) teaches nothing. A move teaches once the message stayed where it is for a grace period
//! ([`learn()`]); only its last place counts, so moving it again is all it takes to correct a
//! correction.
//!
//! Nothing here waits, and there is no clock: times are arguments. A look changes nothing at the
//! server; what one stored is one transaction a step, so that a scan that breaks off anywhere is
//! simply done again, and a lesson is kept together with the note that it was learned.

mod import;
mod learn;
mod rule;
mod scan;

pub use import::{Imported, import};
pub use learn::{Learned, Rest, Teacher, learn};
pub use rule::Part;
pub(crate) use rule::{Coming, Meaning, Past, meaning};
pub use scan::{Managed, Scan, scan};

use crate::mailstore::MailError;
use crate::school::SchoolError;
use crate::state::StateError;

/// Why looking or learning stopped in the middle; it is simply done again later.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CorrectionError {
    /// The server or the connection.
    #[error(transparent)]
    Mail(#[from] MailError),
    /// The state store.
    #[error(transparent)]
    State(#[from] StateError),
    /// No model can be made.
    #[error(transparent)]
    School(#[from] SchoolError),
}

#[cfg(test)]
mod tests;
