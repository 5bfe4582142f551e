//! Where servers refuse to take mail, so that a restart goes on waiting.

use rusqlite::{Row, params};
use rusqlite_migration::M;

use super::journal::mailbox;
use super::{State, StateError};
use crate::account::AccountName;
use crate::mailstore::MailboxName;

pub(super) const STEP: M<'static> = M::up(
    "CREATE TABLE operation_refusal (
        account TEXT NOT NULL,
        source TEXT NOT NULL,
        target TEXT NOT NULL,
        times INTEGER NOT NULL,               -- in a row
        last INTEGER NOT NULL,                -- seconds since 1970
        PRIMARY KEY (account, source, target)
    ) STRICT, WITHOUT ROWID;",
);

/// How often in a row a server refused to take mail of one folder into another, and when last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OldRefusal {
    /// The folder the mail is in.
    pub source: MailboxName,
    /// The folder it should go to.
    pub target: MailboxName,
    /// Refusals in a row.
    pub times: u32,
    /// When the last was, in seconds since 1970.
    pub last: i64,
}

impl State {
    /// Where a server refuses to take mail.
    ///
    /// # Errors
    /// As above.
    pub(crate) fn refusals(&self, account: &AccountName) -> Result<Vec<OldRefusal>, StateError> {
        let refusal = |row: &Row<'_>| {
            Ok(OldRefusal {
                source: mailbox(row, 0)?,
                target: mailbox(row, 1)?,
                times: row.get(2)?,
                last: row.get(3)?,
            })
        };
        let read = || -> rusqlite::Result<Vec<OldRefusal>> {
            self.connection
                .prepare_cached(
                    "SELECT source, target, times, last FROM operation_refusal WHERE account = ?1",
                )?
                .query_map([account.as_str()], refusal)?
                .collect()
        };
        read().map_err(|cause| self.error(cause))
    }

    /// Keeps that a server refuses to take mail, or forgets it if it did so no time in a row.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub(crate) fn keep_refusal(
        &mut self,
        account: &AccountName,
        refusal: &OldRefusal,
    ) -> Result<(), StateError> {
        let (source, target) = (refusal.source.as_str(), refusal.target.as_str());
        let written = match refusal.times {
            0 => self.connection.execute(
                "DELETE FROM operation_refusal WHERE account = ?1 AND source = ?2 AND target = ?3",
                params![account.as_str(), source, target],
            ),
            times => self.connection.execute(
                "INSERT OR REPLACE INTO operation_refusal VALUES (?1, ?2, ?3, ?4, ?5)",
                params![account.as_str(), source, target, times, refusal.last],
            ),
        };
        written.map(drop).map_err(|cause| self.error(cause))
    }
}
