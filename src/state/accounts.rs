//! What the daemon knows of each account between runs: how it goes, and up to where new mail of a
//! folder was judged.

use rusqlite::{OptionalExtension, params};
use rusqlite_migration::M;

use super::{State, StateError};
use crate::account::AccountName;
use crate::mailstore::{MailboxName, Uid, UidValidity};

/// The tables.
pub(super) const STEP: M<'static> = M::up(
    "CREATE TABLE account (
         name TEXT PRIMARY KEY,
         phase TEXT NOT NULL,
         since INTEGER NOT NULL,
         trouble TEXT,
         trouble_at INTEGER,
         backlog INTEGER NOT NULL
     ) STRICT;
     CREATE TABLE watermark (
         account TEXT NOT NULL,
         mailbox TEXT NOT NULL,
         uid_validity INTEGER NOT NULL,
         next_uid INTEGER NOT NULL,
         PRIMARY KEY (account, mailbox)
     ) STRICT;",
);

/// What an account is doing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Phase {
    /// Making a connection.
    Connecting,
    /// Looking, judging, filing.
    Working,
    /// Waiting for news from the server.
    Watching,
    /// Waiting before the next try to connect.
    Resting,
    /// The daemon was stopped.
    #[default]
    Stopped,
}

impl Phase {
    const ALL: [Phase; 5] = [
        Phase::Connecting,
        Phase::Working,
        Phase::Watching,
        Phase::Resting,
        Phase::Stopped,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Phase::Connecting => "connecting",
            Phase::Working => "working",
            Phase::Watching => "watching",
            Phase::Resting => "resting",
            Phase::Stopped => "stopped",
        }
    }

    fn named(name: &str) -> Option<Phase> {
        Phase::ALL.into_iter().find(|phase| phase.name() == name)
    }
}

/// How an account goes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Health {
    /// What it is doing.
    pub phase: Phase,
    /// Since when, in seconds since 1970.
    pub since: i64,
    /// The last trouble and when it was.
    pub trouble: Option<(String, i64)>,
    /// Messages known to wait.
    pub backlog: u32,
}

/// Up to where new mail of a folder was judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watermark {
    /// The generation of UIDs it is of.
    pub uid_validity: UidValidity,
    /// The first UID that was not judged yet.
    pub next: Uid,
}

impl State {
    /// Keeps how an account goes.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn keep_health(
        &mut self,
        account: &AccountName,
        health: &Health,
    ) -> Result<(), StateError> {
        let (trouble, at) = health.trouble.clone().unzip();
        self.connection
            .execute(
                "INSERT OR REPLACE INTO account VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![
                    account.as_str(),
                    health.phase.name(),
                    health.since,
                    trouble,
                    at,
                    health.backlog,
                ],
            )
            .map(drop)
            .map_err(|cause| self.error(cause))
    }

    /// How an account goes, if the daemon ever had it.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn health(&self, account: &AccountName) -> Result<Option<Health>, StateError> {
        self.connection
            .query_row(
                "SELECT phase, since, trouble, trouble_at, backlog FROM account WHERE name = ?1",
                [account.as_str()],
                |row| {
                    let phase: String = row.get(0)?;
                    let trouble: Option<String> = row.get(2)?;
                    let at: Option<i64> = row.get(3)?;
                    Ok(Health {
                        // A phase of a newer program: it does something.
                        phase: Phase::named(&phase).unwrap_or(Phase::Working),
                        since: row.get(1)?,
                        trouble: trouble.zip(at),
                        backlog: row.get(4)?,
                    })
                },
            )
            .optional()
            .map_err(|cause| self.error(cause))
    }

    /// Up to where a folder was judged; none if it never was.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn watermark(
        &self,
        account: &AccountName,
        mailbox: &MailboxName,
    ) -> Result<Option<Watermark>, StateError> {
        self.connection
            .query_row(
                "SELECT uid_validity, next_uid FROM watermark WHERE account = ?1 AND mailbox = ?2",
                [account.as_str(), mailbox.as_str()],
                |row| {
                    Ok(Watermark {
                        uid_validity: UidValidity(row.get(0)?),
                        next: Uid(row.get(1)?),
                    })
                },
            )
            .optional()
            .map_err(|cause| self.error(cause))
    }

    /// Keeps up to where a folder was judged.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn keep_watermark(
        &mut self,
        account: &AccountName,
        mailbox: &MailboxName,
        watermark: Watermark,
    ) -> Result<(), StateError> {
        self.connection
            .execute(
                "INSERT OR REPLACE INTO watermark VALUES (?1, ?2, ?3, ?4)",
                params![
                    account.as_str(),
                    mailbox.as_str(),
                    watermark.uid_validity.0,
                    watermark.next.0,
                ],
            )
            .map(drop)
            .map_err(|cause| self.error(cause))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_comes_back() {
        let mut state = State::in_memory().unwrap();
        let account = AccountName::new("work").unwrap();
        assert_eq!(state.health(&account).unwrap(), None);
        let health = Health {
            phase: Phase::Resting,
            since: 17,
            trouble: Some(("refused".to_owned(), 16)),
            backlog: u32::MAX,
        };
        state.keep_health(&account, &health).unwrap();
        assert_eq!(state.health(&account).unwrap(), Some(health));

        let inbox = MailboxName::inbox();
        assert_eq!(state.watermark(&account, &inbox).unwrap(), None);
        let mark = Watermark {
            uid_validity: UidValidity(u32::MAX),
            next: Uid(u32::MAX),
        };
        state.keep_watermark(&account, &inbox, mark).unwrap();
        assert_eq!(state.watermark(&account, &inbox).unwrap(), Some(mark));
        for phase in Phase::ALL {
            assert_eq!(Phase::named(phase.name()), Some(phase));
        }
    }
}
