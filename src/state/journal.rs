//! The journal of filing: what is to be moved is committed before the server hears of it, and what
//! came of it afterwards. Folder names, UIDs, hashes and times; nothing of any mail's text.

use std::collections::BTreeSet;

use rusqlite::types::Type;
use rusqlite::{Connection, Row, Transaction, TransactionBehavior, params};
use rusqlite_migration::M;

use super::{State, StateError};
use crate::account::AccountName;
use crate::filing::{
    Cause, Fingerprint, Intent, Mark, Operation, OperationId, Place, Step, Withdrawal,
};
use crate::limits;
use crate::mailstore::{MailboxName, Uid, UidValidity};

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
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE operation_refusal (
        account TEXT NOT NULL,
        source TEXT NOT NULL,
        target TEXT NOT NULL,
        times INTEGER NOT NULL,               -- in a row
        last INTEGER NOT NULL,                -- seconds since 1970
        PRIMARY KEY (account, source, target)
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
    /// All.
    All,
}

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
            let round = batch.query_row(
                "SELECT coalesce(max(round), 0) + 1 FROM operation",
                [],
                |row| row.get(0),
            )?;
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
            "AND ended > ?2 AND ended <= ?3 AND step = 'done' AND cause = 'filed' ORDER BY id"
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

/// Writes an intent down, of a round and a time.
fn insert(
    batch: &Transaction<'_>,
    account: &AccountName,
    intent: &Intent,
    (round, began): (i64, i64),
) -> rusqlite::Result<Operation> {
    let (cause, label, undoes) = match intent.cause {
        Cause::Filed(label) => ("filed", Some(label.name()), None),
        Cause::Undone(id) => ("undone", None, Some(id.0)),
        Cause::TakenBack => ("taken-back", None, None),
    };
    batch
        .prepare_cached(
            "INSERT INTO operation (round, account, source, source_validity, source_uid, target,
                target_validity, watermark, fingerprint, cause, label, undoes, step, began)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 'planned', ?13)",
        )?
        .execute(params![
            round,
            account.as_str(),
            intent.source.mailbox.as_str(),
            intent.source.uid_validity.0,
            intent.source.uid.0,
            intent.target.as_str(),
            intent.target_uid_validity.0,
            intent.watermark.0,
            intent.fingerprint.0,
            cause,
            label,
            undoes,
            began,
        ])?;
    Ok(Operation {
        id: OperationId(batch.last_insert_rowid()),
        round,
        account: account.clone(),
        source: intent.source.clone(),
        target: intent.target.clone(),
        target_uid_validity: intent.target_uid_validity,
        watermark: intent.watermark,
        fingerprint: intent.fingerprint,
        cause: intent.cause,
        step: Step::Planned,
        began,
        ended: None,
    })
}

fn update(batch: &Transaction<'_>, operation: &Operation, at: i64) -> rusqlite::Result<()> {
    let (step, uid, reason) = match operation.step {
        Step::Planned => ("planned", None, None),
        Step::Copied(uid) => ("copied", Some(uid.0), None),
        Step::Done(uid) => ("done", Some(uid.0), None),
        Step::Gone => ("gone", None, None),
        Step::Withdrawn(why) => ("withdrawn", None, Some(why.name())),
    };
    batch
        .prepare_cached(
            "UPDATE operation SET source_validity = ?2, source_uid = ?3, target_validity = ?4,
                step = ?5, target_uid = ?6, reason = ?7, ended = ?8, target = ?9 WHERE id = ?1",
        )?
        .execute(params![
            operation.id.0,
            operation.source.uid_validity.0,
            operation.source.uid.0,
            operation.target_uid_validity.0,
            step,
            uid,
            reason,
            operation.step.is_closed().then_some(at),
            operation.target.as_str(),
        ])
        .map(drop)
}

/// Forgets closed operations that are too old or too many.
fn make_room(batch: &Transaction<'_>, now: i64) -> rusqlite::Result<()> {
    let newest: i64 = batch.query_row("SELECT max(id) FROM operation", [], |row| {
        row.get::<_, Option<i64>>(0).map(Option::unwrap_or_default)
    })?;
    batch.execute(
        "DELETE FROM operation WHERE ended IS NOT NULL AND id <= ?1",
        [newest.saturating_sub(limits::JOURNAL_ROWS)],
    )?;
    batch.execute(
        "DELETE FROM operation WHERE ended < ?1 AND id <= ?2",
        [
            now.saturating_sub(limits::JOURNAL_SECONDS),
            newest.saturating_sub(limits::JOURNAL_FLOOR),
        ],
    )?;
    // Marks are of use for minutes.
    batch
        .execute(
            "DELETE FROM operation_mark WHERE round <
                 (SELECT min(round) FROM operation
                  WHERE ended IS NULL OR ended > ?1)",
            [now.saturating_sub(24 * 3600)],
        )
        .map(drop)
}

fn operation_of(row: &Row<'_>) -> rusqlite::Result<Operation> {
    let account: String = row.get(2)?;
    Ok(Operation {
        id: OperationId(row.get(0)?),
        round: row.get(1)?,
        account: AccountName::new(&account).ok_or_else(|| nonsense(2, "an account"))?,
        source: Place {
            mailbox: mailbox(row, 3)?,
            uid_validity: UidValidity(row.get(4)?),
            uid: Uid(row.get(5)?),
        },
        target: mailbox(row, 6)?,
        target_uid_validity: UidValidity(row.get(7)?),
        watermark: Uid(row.get(8)?),
        fingerprint: Fingerprint(row.get(9)?),
        cause: cause_of(row)?,
        step: step_of(row)?,
        began: row.get(16)?,
        ended: row.get(17)?,
    })
}

fn cause_of(row: &Row<'_>) -> rusqlite::Result<Cause> {
    let label: Option<String> = row.get(11)?;
    let undoes: Option<i64> = row.get(12)?;
    let cause: String = row.get(10)?;
    match (cause.as_str(), label, undoes) {
        ("filed", Some(label), _) => label
            .parse()
            .map(Cause::Filed)
            .map_err(|_| nonsense(11, "a label")),
        ("undone", _, Some(id)) => Ok(Cause::Undone(OperationId(id))),
        ("taken-back", _, _) => Ok(Cause::TakenBack),
        _ => Err(nonsense(10, "a cause")),
    }
}

fn step_of(row: &Row<'_>) -> rusqlite::Result<Step> {
    let uid = row.get::<_, Option<u32>>(14)?.map(Uid);
    let reason: Option<String> = row.get(15)?;
    let named = |name: &str| Withdrawal::ALL.into_iter().find(|why| why.name() == name);
    let step: String = row.get(13)?;
    match (step.as_str(), uid, reason.as_deref().and_then(named)) {
        ("planned", _, _) => Ok(Step::Planned),
        ("copied", Some(uid), _) => Ok(Step::Copied(uid)),
        ("done", Some(uid), _) => Ok(Step::Done(uid)),
        ("gone", _, _) => Ok(Step::Gone),
        ("withdrawn", _, Some(why)) => Ok(Step::Withdrawn(why)),
        _ => Err(nonsense(13, "a step")),
    }
}

fn mailbox(row: &Row<'_>, column: usize) -> rusqlite::Result<MailboxName> {
    let name: String = row.get(column)?;
    MailboxName::new(&name).map_err(|_| nonsense(column, "a folder"))
}

fn nonsense(column: usize, expected: &str) -> rusqlite::Error {
    let what = format!("a damaged operation; expected {expected}");
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, what.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::label::Label;

    impl State {
        /// Lets every write to the journal fail after so many rows, as if the disk were full.
        pub(crate) fn fail_after(&self, rows: u32) {
            self.connection
                .execute_batch(
                    "CREATE TEMP TABLE rows_left (n INTEGER);
                     CREATE TEMP TRIGGER inserted BEFORE INSERT ON operation BEGIN
                         SELECT raise(ABORT, 'full') WHERE (SELECT n FROM rows_left) = 0;
                         UPDATE rows_left SET n = n - 1;
                     END;
                     CREATE TEMP TRIGGER updated BEFORE UPDATE ON operation BEGIN
                         SELECT raise(ABORT, 'full') WHERE (SELECT n FROM rows_left) = 0;
                         UPDATE rows_left SET n = n - 1;
                     END;",
                )
                .unwrap();
            self.connection
                .execute("INSERT INTO rows_left VALUES (?1)", [rows])
                .unwrap();
        }
    }

    fn account() -> AccountName {
        AccountName::new("work").unwrap()
    }

    fn intent(uid: u32, cause: Cause) -> Intent {
        Intent {
            source: Place {
                mailbox: MailboxName::inbox(),
                uid_validity: UidValidity(u32::MAX),
                uid: Uid(uid),
            },
            target: MailboxName::new("a'); DROP TABLE operation; --").unwrap(),
            target_uid_validity: UidValidity(7),
            watermark: Uid(3),
            fingerprint: Fingerprint::of(b"x", uid),
            cause,
        }
    }

    #[test]
    fn operations_come_back_as_they_were_written() {
        let mut state = State::in_memory().unwrap();
        let causes = [
            Cause::Filed(Label::GenericInvite),
            Cause::Undone(OperationId(1)),
            Cause::TakenBack,
        ];
        let intents: Vec<Intent> = (1..)
            .zip(causes)
            .map(|(uid, cause)| intent(uid, cause))
            .collect();
        let mark = Mark {
            mailbox: MailboxName::new("x").unwrap(),
            uid_validity: UidValidity(1),
            uid_next: Uid(u32::MAX),
        };
        let planned = state
            .plan_moves(&account(), &intents, std::slice::from_ref(&mark), 50)
            .unwrap();
        assert_eq!(state.open_operations(&account()).unwrap(), planned);
        assert_eq!(state.marks(planned[0].round).unwrap(), [mark]);
        let steps = [
            Step::Copied(Uid(9)),
            Step::Done(Uid(8)),
            Step::Withdrawn(Withdrawal::NotVerified),
        ];
        let mut further: Vec<Operation> = planned
            .iter()
            .zip(steps)
            .map(|(operation, step)| Operation {
                step,
                ..operation.clone()
            })
            .collect();
        state.advance(&further, 60).unwrap();
        further[1].ended = Some(60);
        further[2].ended = Some(60);
        assert_eq!(state.operations(&account(), Which::All).unwrap(), further);
        assert_eq!(state.open_operations(&account()).unwrap(), further[..1]);
        let since = |began| state.operations(&account(), Which::Since(began)).unwrap();
        assert_eq!((since(50).len(), since(51).len()), (3, 0));
        let ids = [further[2].id, OperationId(99), further[1].id];
        let found = state.operations(&account(), Which::Ids(&ids)).unwrap();
        assert_eq!(found, further[1..]);
        let on = state.operations_on(&account(), &further[1].fingerprint);
        assert_eq!(on.unwrap(), further[1..2]);
        let other = AccountName::new("other").unwrap();
        assert!(state.operations(&other, Which::All).unwrap().is_empty());
    }

    #[test]
    fn one_message_has_one_open_operation() {
        let mut state = State::in_memory().unwrap();
        let filed = intent(1, Cause::Filed(Label::Spam));
        let twice = [filed.clone(), filed.clone()];
        assert!(state.plan_moves(&account(), &twice, &[], 0).is_err());
        assert!(state.open_operations(&account()).unwrap().is_empty());
        let mut one = state
            .plan_moves(&account(), &[filed.clone()], &[], 0)
            .unwrap();
        one[0].step = Step::Gone;
        state.advance(&one, 0).unwrap();
        state.plan_moves(&account(), &[filed], &[], 0).unwrap();
    }

    #[test]
    fn what_is_old_goes_unless_it_is_open_or_the_clock_jumped() {
        let mut state = State::in_memory().unwrap();
        let many = u32::try_from(limits::JOURNAL_FLOOR).unwrap() + 10;
        let intents: Vec<Intent> = (0..many)
            .map(|uid| intent(uid, Cause::Filed(Label::Spam)))
            .collect();
        let mut planned = state.plan_moves(&account(), &intents, &[], 0).unwrap();
        let open = planned.remove(0);
        planned
            .iter_mut()
            .for_each(|operation| operation.step = Step::Gone);
        state.advance(&planned, 0).unwrap();
        let later = limits::JOURNAL_SECONDS + 1;
        let one = intent(many, Cause::TakenBack);
        state.plan_moves(&account(), &[one], &[], later).unwrap();
        let left = state.operations(&account(), Which::All).unwrap();
        let kept = usize::try_from(limits::JOURNAL_FLOOR).unwrap();
        assert_eq!((left.len(), left[0].id), (kept + 1, open.id));
    }
}
