//! Filing without loss or duplicate: what is moved on a server, and what comes of it.
//!
//! An intent is committed to the journal before the server hears of it, its outcome afterwards;
//! whatever breaks in between, [`Filer::reconcile`] finds out by looking. The proof of a move is the
//! server's COPYUID or the message seen in its new place, never an OK. A message is removed from a
//! place only while another copy was seen, and only by its own UID. In doubt it stays.
//!
//! There is no clock in here: times are arguments.

mod backoff;
mod cap;
mod carry;
mod copy;
mod find;
mod fingerprint;
mod folders;
mod mover;
mod operation;
mod post_check;
mod reconcile;
mod recovery;
mod refusal;
mod removal;
#[cfg(test)]
mod trials;
mod undo;

use std::time::Duration;

pub use fingerprint::Fingerprint;
pub use mover::{Batch, Candidate, Outcome, Report, Stay};
pub use operation::{Cause, Intent, Mark, Operation, OperationId, Place, Step, Withdrawal};
pub use post_check::UserMoved;
pub use refusal::CannotFile;
pub use undo::{PutBack, Undone};

use crate::account::AccountName;
use crate::mailstore::{MailError, MailStore, MailboxName};
use crate::state::{State, StateError};
use backoff::Backoff;
use cap::MoveCap;

/// What the clocks say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// Seconds since 1970, for the records. It may jump.
    pub wall: i64,
    /// Time since some start in the life of this process, for waits. It never jumps.
    pub uptime: Duration,
}

/// What filing works with for the length of one call.
pub struct Desk<'a> {
    /// A logged-in connection to the account's server.
    pub store: &'a mut dyn MailStore,
    /// Where operations are written down.
    pub journal: &'a mut State,
    /// What the clocks say.
    pub now: Now,
}

/// Filing stopped in the middle. What is open in the journal is settled by [`Filer::reconcile`],
/// on a new connection if the error [ends the session](MailError::ends_session).
#[derive(Debug, thiserror::Error)]
pub enum FilingError {
    /// The server or the connection.
    #[error(transparent)]
    Mail(#[from] MailError),
    /// The journal. Nothing may be moved before it works again.
    #[error(transparent)]
    State(#[from] StateError),
}

/// From a folder into a folder.
type Way = (MailboxName, MailboxName);

/// Files the mail of one account: what it may do, where it was refused, which folders it made. One
/// for each account; it outlives connections.
#[derive(Debug)]
pub struct Filer {
    account: AccountName,
    managed: Vec<MailboxName>,
    cap: MoveCap,
    backoff: Backoff,
    /// Folders that were made, or tried to.
    tried: Vec<MailboxName>,
    /// What the owner was told, until the way is open again.
    told: Vec<(Way, CannotFile)>,
}

impl Filer {
    /// Takes an account's managed folders (those watched and those filed into) and the most moves in
    /// an hour, and remembers from the journal what was moved and refused lately.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub fn new(
        account: AccountName,
        managed: Vec<MailboxName>,
        moves_per_hour: u32,
        (journal, now): (&State, Now),
    ) -> Result<Filer, StateError> {
        let since = now.wall.saturating_sub(cap::HOUR);
        let began = journal.moves_since(&account, since, moves_per_hour)?;
        let refusals = journal.refusals(&account)?;
        Ok(Filer {
            account,
            managed,
            cap: MoveCap::resume(moves_per_hour, &began, now),
            backoff: Backoff::resume(&refusals, now),
            tried: Vec::new(),
            told: Vec::new(),
        })
    }
}

/// Why some mail is not moved now, or why everything stops.
enum Stop {
    Stay(Stay),
    Broken(FilingError),
}

impl From<CannotFile> for Stop {
    fn from(why: CannotFile) -> Stop {
        Stop::Stay(Stay::CannotFile(why))
    }
}

impl From<FilingError> for Stop {
    fn from(error: FilingError) -> Stop {
        Stop::Broken(error)
    }
}

impl From<StateError> for Stop {
    fn from(error: StateError) -> Stop {
        Stop::Broken(error.into())
    }
}
