//! The journal of filing: what is to be moved is committed before the server hears of it, and what
//! came of it afterwards. Folder names, UIDs, hashes and times; nothing of any mail's text.

mod rows;

use std::collections::BTreeSet;

use rusqlite::{Connection, Row, Transaction, TransactionBehavior, params};
use rusqlite_migration::M;

use super::{State, StateError};
use crate::account::AccountName;
use crate::filing::{Fingerprint, Intent, Mark, Operation, OperationId, Place};
use crate::limits;
use crate::mailstore::{MailboxName, Uid, UidValidity};
use rows::{insert, operation_of, update};

pub(super) use rows::mailbox;

pub(super) const STEP: M<'static> = M::up(
    "CREATE TABLE operation (
        id INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice
        round INTEGER NOT NULL,               -- those planned together
        account TEXT NOT NULL,
        source TEXT NOT NULL,
        source_validity INTEGER NOT NULL,
        source_uid INTEGER NOT NULL,
        target TEXT NOT NULL,
        target_validity INTEGER NOT NULL,
        watermark INTEGER NOT NULL,
        fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32),
        cause TEXT NOT NULL,                  -- filed, undone, taken-back
        label TEXT,                           -- of what was filed
        undoes INTEGER,                       -- of what was undone
        step TEXT NOT NULL,                   -- planned, copied, done, gone, withdrawn
        target_uid INTEGER,                   -- of what was copied or done
        reason TEXT,                          -- of what was withdrawn
        began INTEGER NOT NULL,               -- seconds since 1970
        ended INTEGER                         -- the same; null while it is open
    ) STRICT;
    CREATE UNIQUE INDEX operation_open
        ON operation (account, source, source_validity, source_uid) WHERE ended IS NULL;
    CREATE INDEX operation_fingerprint ON operation (account, fingerprint);
    CREATE INDEX operation_target ON operation (account, target, target_validity, target_uid);
    CREATE INDEX operation_ended ON operation (ended);
    CREATE TABLE operation_mark (
        round INTEGER NOT NULL,
        mailbox TEXT NOT NULL,
        uid_validity INTEGER NOT NULL,
        uid_next INTEGER NOT NULL,
        PRIMARY KEY (round, mailbox)
    ) STRICT, WITHOUT ROWID;",
);

/// The columns that [`operation_of`] reads, from the rows that are asked for.
macro_rules! operations {
    ($rest:literal) => {
        concat!(
            "SELECT id, round, account, source, source_validity, source_uid, target, ",
            "target_validity, watermark, fingerprint, cause, label, undoes, step, target_uid, ",
            "reason, began, ended FROM operation WHERE account = ?1 ",
            $rest
        )
    };
}

/// Which operations of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which<'a> {
    /// Those with these numbers.
    Ids(&'a [OperationId]),
    /// Those planned at this time or later, in seconds since 1970.
    Since(i64),
    /// The newest, at most so many.
    Newest(u32),
    /// All.
    All,
}

/// How many operations there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moves {
    /// Messages that were brought where they should be.
    pub done: u64,
    /// Operations whose outcome is not known.
    pub open: u64,
}

impl State {
    /// Writes intents down, and with them what the UIDs of other folders are at. The operations
    /// come back in their order. What is old makes room.
    ///
    /// # Errors
    /// If SQLite refuses, as it does if one of the messages has an open operation already; then
    /// none is written.
    pub fn plan_moves(
        &mut self,
        account: &AccountName,
        intents: &[Intent],
        marks: &[Mark],
        began: i64,
    ) -> Result<Vec<Operation>, StateError> {
        let mut write = || -> rusqlite::Result<Vec<Operation>> {
            let batch = begin(&mut self.connection)?;
            let round = batch
                .prepare_cached(
                    "SELECT 1 + coalesce((SELECT round FROM operation ORDER BY id DESC LIMIT 1), 0)",
                )?
                .query_one([], |row| row.get(0))?;
            let planned = intents
                .iter()
                .map(|intent| insert(&batch, account, intent, (round, began)))
                .collect::<rusqlite::Result<Vec<Operation>>>()?;
            for mark in marks {
                batch
                    .prepare_cached("INSERT INTO operation_mark VALUES (?1, ?2, ?3, ?4)")?
                    .execute(params![
                        round,
                        mark.mailbox.as_str(),
                        mark.uid_validity.0,
                        mark.uid_next.0
                    ])?;
            }
            make_room(&batch, began)?;
            batch.commit()?;
            Ok(planned)
        };
        let written = write();
        written.map_err(|cause| self.error(cause))
    }

    /// Writes down how far operations have come, all or none.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn advance(&mut self, operations: &[Operation], at: i64) -> Result<(), StateError> {
        let mut write = || -> rusqlite::Result<()> {
            let batch = begin(&mut self.connection)?;
            for operation in operations {
                update(&batch, operation, at)?;
            }
            batch.commit()
        };
        let written = write();
        written.map_err(|cause| self.error(cause))
    }

    /// Operations whose outcome is not known, oldest first.
    ///
    /// # Errors
    /// If SQLite refuses or a row makes no sense.
    pub fn open_operations(&self, account: &AccountName) -> Result<Vec<Operation>, StateError> {
        let sql = operations!("AND ended IS NULL ORDER BY id");
        self.select(sql, params![account.as_str()])
    }

    /// Operations of an account, oldest first; numbers it does not have are left out.
    ///
    /// # Errors
    /// As above.
    pub fn operations(
        &self,
        account: &AccountName,
        which: Which<'_>,
    ) -> Result<Vec<Operation>, StateError> {
        let account = account.as_str();
        match which {
            Which::All => self.select(operations!("ORDER BY id"), params![account]),
            Which::Newest(most) => {
                let newest = operations!("ORDER BY id DESC LIMIT ?2");
                let mut found = self.select(newest, params![account, most])?;
                found.reverse();
                Ok(found)
            }
            Which::Since(began) => self.select(
                operations!("AND began >= ?2 ORDER BY id"),
                params![account, began],
            ),
            Which::Ids(ids) => {
                let ids: BTreeSet<OperationId> = ids.iter().copied().collect();
                let mut found = Vec::new();
                for id in ids {
                    let one = operations!("AND id = ?2");
                    found.extend(self.select(one, params![account, id.0])?);
                }
                Ok(found)
            }
        }
    }

    /// Every operation on a message, newest first.
    ///
    /// # Errors
    /// As above.
    pub fn operations_on(
        &self,
        account: &AccountName,
        fingerprint: &Fingerprint,
    ) -> Result<Vec<Operation>, StateError> {
        let sql = operations!("AND fingerprint = ?2 ORDER BY id DESC");
        self.select(sql, params![account.as_str(), fingerprint.0])
    }

    /// What was filed and closed after a time (and not longer after it than before, whatever the
    /// clock did), oldest first.
    ///
    /// # Errors
    /// As above.
    pub(crate) fn filed_since(
        &self,
        account: &AccountName,
        since: i64,
        until: i64,
    ) -> Result<Vec<Operation>, StateError> {
        let sql = operations!(
            "AND id IN (SELECT id FROM operation WHERE ended > ?2 AND ended <= ?3)
             AND step = 'done' AND cause = 'filed' ORDER BY id"
        );
        self.select(sql, params![account.as_str(), since, until])
    }

    /// What lay in a folder by the journal, newest first.
    ///
    /// # Errors
    /// As above.
    pub(crate) fn done_in(
        &self,
        account: &AccountName,
        target: &MailboxName,
        most: u32,
    ) -> Result<Vec<Operation>, StateError> {
        let sql = operations!(
            "AND target = ?2 AND step = 'done' AND cause <> 'taken-back' ORDER BY id DESC LIMIT ?3"
        );
        self.select(sql, params![account.as_str(), target.as_str(), most])
    }

    /// How many operations of an account there are.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn count_moves(&self, account: &AccountName) -> Result<Moves, StateError> {
        let count = |row: &Row<'_>| {
            Ok(Moves {
                done: row.get::<_, i64>(0)?.cast_unsigned(),
                open: row.get::<_, i64>(1)?.cast_unsigned(),
            })
        };
        self.connection
            .query_one(
                "SELECT count(*) FILTER (WHERE step = 'done'), count(*) FILTER (WHERE ended IS NULL)
                 FROM operation WHERE account = ?1",
                [account.as_str()],
                count,
            )
            .map_err(|cause| self.error(cause))
    }

    /// UIDs in a folder, from one on, that operations brought there.
    ///
    /// # Errors
    /// As above.
    pub(crate) fn brought(
        &self,
        account: &AccountName,
        from: &Place,
    ) -> Result<BTreeSet<Uid>, StateError> {
        let read = || -> rusqlite::Result<BTreeSet<Uid>> {
            self.connection
                .prepare_cached(
                    "SELECT target_uid FROM operation WHERE account = ?1 AND target = ?2
                     AND target_validity = ?3 AND target_uid >= ?4 AND step = 'done'
                     AND cause <> 'taken-back'",
                )?
                .query_map(
                    params![
                        account.as_str(),
                        from.mailbox.as_str(),
                        from.uid_validity.0,
                        from.uid.0
                    ],
                    |row| row.get(0).map(Uid),
                )?
                .collect()
        };
        read().map_err(|cause| self.error(cause))
    }

    /// What the UIDs of other folders were at when a round was planned.
    ///
    /// # Errors
    /// As above.
    pub(crate) fn marks(&self, round: i64) -> Result<Vec<Mark>, StateError> {
        let mark = |row: &Row<'_>| {
            Ok(Mark {
                mailbox: mailbox(row, 0)?,
                uid_validity: UidValidity(row.get(1)?),
                uid_next: Uid(row.get(2)?),
            })
        };
        let read = || -> rusqlite::Result<Vec<Mark>> {
            self.connection
                .prepare_cached(
                    "SELECT mailbox, uid_validity, uid_next FROM operation_mark WHERE round = ?1",
                )?
                .query_map([round], mark)?
                .collect()
        };
        read().map_err(|cause| self.error(cause))
    }

    /// When the newest moves were planned that filed something after a time, newest first.
    ///
    /// # Errors
    /// As above.
    pub(crate) fn moves_since(
        &self,
        account: &AccountName,
        since: i64,
        most: u32,
    ) -> Result<Vec<i64>, StateError> {
        let read = || -> rusqlite::Result<Vec<i64>> {
            self.connection
                .prepare_cached(
                    "SELECT began FROM operation WHERE account = ?1 AND began > ?2
                     AND cause = 'filed' AND step <> 'withdrawn' ORDER BY id DESC LIMIT ?3",
                )?
                .query_map(params![account.as_str(), since, most], |row| row.get(0))?
                .collect()
        };
        read().map_err(|cause| self.error(cause))
    }

    fn select(
        &self,
        sql: &str,
        params: impl rusqlite::Params,
    ) -> Result<Vec<Operation>, StateError> {
        let read = || -> rusqlite::Result<Vec<Operation>> {
            self.connection
                .prepare_cached(sql)?
                .query_map(params, operation_of)?
                .collect()
        };
        read().map_err(|cause| self.error(cause))
    }
}

fn begin(connection: &mut Connection) -> rusqlite::Result<Transaction<'_>> {
    connection.transaction_with_behavior(TransactionBehavior::Immediate)
}

/// Forgets closed operations that are too old or too many.
fn make_room(batch: &Transaction<'_>, now: i64) -> rusqlite::Result<()> {
    let newest: Option<i64> = batch
        .prepare_cached("SELECT max(id) FROM operation")?
        .query_one([], |row| row.get(0))?;
    let newest = newest.unwrap_or_default();
    batch
        .prepare_cached("DELETE FROM operation WHERE ended IS NOT NULL AND id <= ?1")?
        .execute([newest.saturating_sub(limits::JOURNAL_ROWS)])?;
    batch
        .prepare_cached("DELETE FROM operation WHERE ended < ?1 AND id <= ?2")?
        .execute([
            now.saturating_sub(limits::JOURNAL_SECONDS),
            newest.saturating_sub(limits::JOURNAL_FLOOR),
        ])?;
    // Marks are of use for minutes, or until the operation is closed.
    batch
        .prepare_cached(
            "DELETE FROM operation_mark WHERE round < min(
                 (SELECT round FROM operation ORDER BY id DESC LIMIT 1) - ?1,
                 coalesce((SELECT min(round) FROM operation WHERE ended IS NULL), ?2))",
        )?
        .execute([limits::JOURNAL_ROUNDS, i64::MAX])
        .map(drop)
}

#[cfg(test)]
mod tests;
