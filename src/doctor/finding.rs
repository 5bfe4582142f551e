//! What a check found.

use crate::account::AccountName;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// As it should be.
    Ok,
    /// It works, but not as well as it could, or not for long.
    Warn,
    /// It does not work.
    Fail(Trouble),
}

/// What kind of trouble a failure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The configuration says something that does not work.
    Settings,
    /// A file is damaged or of another version.
    Damaged,
    /// A place cannot be written.
    CannotWrite,
    /// A server cannot be reached or trusted.
    Unavailable,
    /// A server is busy; it may work later.
    Later,
    /// A server does not let the owner in, or the secret cannot be had.
    Login,
}

/// What was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The configuration file.
    Config,
    /// This machine's clock.
    Clock,
    /// What is remembered between runs.
    State,
    /// Whom the owner knows: sent mail, address books, connections.
    Relations,
    /// The model.
    Model,
    /// A password or token.
    Secret,
    /// Network, TLS and login.
    Connection,
    /// What the server can do.
    Server,
    /// A folder.
    Folder,
}

impl Subject {
    /// Its name in output.
    pub fn name(self) -> &'static str {
        match self {
            Subject::Config => "config",
            Subject::Clock => "clock",
            Subject::State => "state",
            Subject::Relations => "relations",
            Subject::Model => "model",
            Subject::Secret => "secret",
            Subject::Connection => "connection",
            Subject::Server => "server",
            Subject::Folder => "folder",
        }
    }
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at.
    pub subject: Subject,
    /// In which account; none for what they share.
    pub account: Option<AccountName>,
    /// How bad it is.
    pub level: Level,
    /// What was found, in words.
    pub what: String,
    /// The command or the change that mends it.
    pub mend: Option<String>,
}

impl Finding {
    /// All is well.
    pub fn ok(subject: Subject, what: impl Into<String>) -> Finding {
        Finding {
            subject,
            account: None,
            level: Level::Ok,
            what: what.into(),
            mend: None,
        }
    }

    /// It could be better.
    pub fn warn(subject: Subject, what: impl Into<String>, mend: impl Into<String>) -> Finding {
        Finding {
            level: Level::Warn,
            mend: Some(mend.into()),
            ..Finding::ok(subject, what)
        }
    }

    /// It does not work.
    pub fn fail(
        subject: Subject,
        trouble: Trouble,
        what: impl Into<String>,
        mend: impl Into<String>,
    ) -> Finding {
        Finding {
            level: Level::Fail(trouble),
            mend: Some(mend.into()),
            ..Finding::ok(subject, what)
        }
    }

    /// The same, of an account.
    pub fn of(self, account: &AccountName) -> Finding {
        Finding {
            account: Some(account.clone()),
            ..self
        }
    }
}
