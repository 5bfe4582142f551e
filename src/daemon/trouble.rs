//! What can go wrong with an account.

use crate::account::SecretError;
use crate::corrections::CorrectionError;
use crate::filing::FilingError;
use crate::imap::{ConnectError, ResolveError};
use crate::mailstore::{MailError, MailboxName};
use crate::school::SchoolError;
use crate::state::StateError;

use super::backoff::Setback;
use super::mind::MindError;

/// What went wrong with an account.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Trouble {
    /// Its password or token cannot be read.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// There is no connection.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// A folder of the configuration cannot be on this server.
    #[error(transparent)]
    Folder(#[from] ResolveError),
    /// The server refused something, or the connection broke.
    #[error(transparent)]
    Mail(#[from] MailError),
    /// The server refused a folder whose mail is to be judged.
    #[error(
        "{mailbox}: new mail in it cannot be judged: {why}; it is tried again at the next look; if the folder is gone, make it or take it out of watch"
    )]
    Unread {
        /// The folder.
        mailbox: MailboxName,
        /// What the server said.
        why: MailError,
    },
    /// What is remembered cannot be used. Nothing is moved without it.
    #[error(transparent)]
    State(#[from] StateError),
    /// The model that was taught cannot be used.
    #[error("the taught model cannot be used: {0}")]
    Mind(String),
    /// A bug of this program, caught.
    #[error("a fault of this program; please report it: {0}")]
    Fault(String),
}

impl Trouble {
    /// How it counts for the next try.
    pub(super) fn setback(&self) -> Setback {
        match self {
            Trouble::Connect(ConnectError::LoginRefused { .. }) => Setback::Login,
            Trouble::State(_) => Setback::Here,
            _ => Setback::Connection,
        }
    }
}

impl From<FilingError> for Trouble {
    fn from(error: FilingError) -> Trouble {
        match error {
            FilingError::Mail(error) => error.into(),
            FilingError::State(error) => error.into(),
        }
    }
}

impl From<CorrectionError> for Trouble {
    fn from(error: CorrectionError) -> Trouble {
        match error {
            CorrectionError::Mail(error) => error.into(),
            CorrectionError::State(error) => error.into(),
            CorrectionError::School(error) => error.into(),
        }
    }
}

impl From<SchoolError> for Trouble {
    fn from(error: SchoolError) -> Trouble {
        match error {
            SchoolError::State(error) => error.into(),
            other => Trouble::Mind(other.to_string()),
        }
    }
}

impl From<MindError> for Trouble {
    fn from(error: MindError) -> Trouble {
        match error {
            MindError::State(error) => error.into(),
            MindError::Model(error) => Trouble::Mind(error.to_string()),
        }
    }
}
