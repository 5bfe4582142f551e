//! Moves of the owner's that wait to be learned.

use rusqlite::{Row, Transaction, params};
use rusqlite_migration::M;

use super::residents::{Look, change};
use super::{LessonBook, State, StateError};
use crate::account::AccountName;
use crate::filing::{Fingerprint, Place};
use crate::label::Label;
use crate::limits;
use crate::mailstore::{MailboxName, Uid, UidValidity};

/// The table. A message has one correction, the last.
pub(super) const STEP: M<'static> = M::up(
    "CREATE TABLE correction (
        id INTEGER PRIMARY KEY AUTOINCREMENT, -- the order in which they were seen
        account TEXT NOT NULL,
        fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32),
        mailbox TEXT NOT NULL,
        uid_validity INTEGER NOT NULL,
        uid INTEGER NOT NULL,
        label TEXT NOT NULL,
        since INTEGER NOT NULL,               -- seconds since 1970
        refused INTEGER NOT NULL DEFAULT 0,   -- 1: the model would be worse with it
        UNIQUE (account, fingerprint)
    ) STRICT;",
);

/// The owner moved a message, and that says what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    id: i64,
    /// Where the message is.
    pub place: Place,
    /// What it is by being there.
    pub label: Label,
}

/// How many moves were not learned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Waiting {
    /// They wait for the end of the grace period.
    pub waiting: u64,
    /// They are not learned: the model would be worse with them.
    pub refused: u64,
}

impl State {
    /// Moves that have stood for the grace period, oldest first, at most
    /// [`limits::CORRECTIONS_AT_ONCE`]. Where the clock was set back, the period begins anew.
    pub(crate) fn due_corrections(
        &mut self,
        account: &AccountName,
        grace: i64,
        now: i64,
    ) -> Result<Vec<Correction>, StateError> {
        let account = account.as_str();
        self.connection
            .prepare_cached("UPDATE correction SET since = ?2 WHERE account = ?1 AND since > ?2")
            .and_then(|mut update| update.execute(params![account, now]))
            .map_err(|cause| self.error(cause))?;
        let since = now.saturating_sub(grace);
        let most = limits::CORRECTIONS_AT_ONCE as i64;
        let read = || -> rusqlite::Result<Vec<Option<Correction>>> {
            self.connection
                .prepare_cached(
                    "SELECT id, mailbox, uid_validity, uid, label FROM correction
                     WHERE account = ?1 AND refused = 0 AND since <= ?2 ORDER BY id LIMIT ?3",
                )?
                .query_map(params![account, since, most], correction)?
                .collect()
        };
        let due = read().map_err(|cause| self.error(cause))?;
        Ok(due.into_iter().flatten().collect())
    }

    /// How many moves of an account were not learned.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn corrections_waiting(&self, account: &AccountName) -> Result<Waiting, StateError> {
        self.connection
            .query_row(
                "SELECT coalesce(sum(refused = 0), 0), coalesce(sum(refused), 0)
                 FROM correction WHERE account = ?",
                [account.as_str()],
                |row| {
                    Ok(Waiting {
                        waiting: row.get::<_, i64>(0)?.cast_unsigned(),
                        refused: row.get::<_, i64>(1)?.cast_unsigned(),
                    })
                },
            )
            .map_err(|cause| self.error(cause))
    }

    /// Forgets corrections that teach nothing.
    pub(crate) fn drop_corrections(&mut self, dropped: &[Correction]) -> Result<(), StateError> {
        if dropped.is_empty() {
            return Ok(());
        }
        change(self, |transaction| settle(transaction, dropped))
    }

    /// Lets corrections wait for another grace period, behind the others.
    pub(crate) fn defer_corrections(
        &mut self,
        deferred: &[Correction],
        now: i64,
    ) -> Result<(), StateError> {
        if deferred.is_empty() {
            return Ok(());
        }
        change(self, |transaction| {
            let mut update =
                transaction.prepare_cached("UPDATE correction SET since = ? WHERE id = ?")?;
            for correction in deferred {
                update.execute([now, correction.id])?;
            }
            Ok(())
        })
    }

    /// Sets a correction aside: the model would be worse with it.
    pub(crate) fn refuse_correction(&mut self, refused: &Correction) -> Result<(), StateError> {
        change(self, |transaction| {
            transaction
                .execute(
                    "UPDATE correction SET refused = 1 WHERE id = ?",
                    [refused.id],
                )
                .map(drop)
        })
    }
}

impl LessonBook<'_> {
    /// Takes corrections off the list, together with the lessons they became.
    pub(crate) fn settle(&self, learned: &[Correction]) -> Result<(), StateError> {
        settle(&self.transaction, learned).map_err(|cause| self.error(cause))
    }
}

fn settle(transaction: &Transaction<'_>, corrections: &[Correction]) -> rusqlite::Result<()> {
    let mut delete = transaction.prepare_cached("DELETE FROM correction WHERE id = ?")?;
    for correction in corrections {
        delete.execute([correction.id])?;
    }
    Ok(())
}

/// Lets a move wait to be learned, in the place of an earlier one of the same message.
pub(super) fn wait(
    transaction: &Transaction<'_>,
    look: &Look<'_>,
    place: &Place,
    fingerprint: &Fingerprint,
    label: Label,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "INSERT OR REPLACE INTO correction
                (account, fingerprint, mailbox, uid_validity, uid, label, since)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            look.account.as_str(),
            fingerprint.0,
            place.mailbox.as_str(),
            place.uid_validity.0,
            place.uid.0,
            label.name(),
            look.now
        ])
        .map(drop)
}

/// Lets a waiting move follow its message, which has another UID in the same folder now.
pub(super) fn move_along(
    transaction: &Transaction<'_>,
    look: &Look<'_>,
    place: &Place,
    fingerprint: &Fingerprint,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "UPDATE correction SET uid_validity = ?4, uid = ?5
             WHERE account = ?1 AND fingerprint = ?2 AND mailbox = ?3",
        )?
        .execute(params![
            look.account.as_str(),
            fingerprint.0,
            place.mailbox.as_str(),
            place.uid_validity.0,
            place.uid.0
        ])
        .map(drop)
}

/// Forgets the moves into a folder whose message is not in its table.
pub(super) fn void_vanished(
    transaction: &Transaction<'_>,
    look: &Look<'_>,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "DELETE FROM correction WHERE account = ?1 AND mailbox = ?2 AND NOT EXISTS (
                SELECT 1 FROM resident r JOIN folder f ON f.id = r.folder
                WHERE f.account = ?1 AND f.mailbox = ?2 AND r.uid = correction.uid
                    AND f.uid_validity = correction.uid_validity
                    AND r.fingerprint = correction.fingerprint)",
        )?
        .execute(params![look.account.as_str(), look.mailbox.as_str()])
        .map(drop)
}

/// Keeps the newest [`limits::CORRECTIONS`].
pub(super) fn forget_oldest(
    transaction: &Transaction<'_>,
    account: &AccountName,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "DELETE FROM correction WHERE id IN (SELECT id FROM correction
                WHERE account = ?1 ORDER BY id DESC LIMIT -1 OFFSET ?2)",
        )?
        .execute(params![account.as_str(), limits::CORRECTIONS as i64])
        .map(drop)
}

/// A row that is not ours to understand, of a newer program, waits for that program.
fn correction(row: &Row<'_>) -> rusqlite::Result<Option<Correction>> {
    let mailbox: String = row.get(1)?;
    let label: String = row.get(4)?;
    let (Ok(mailbox), Ok(label)) = (MailboxName::new(&mailbox), label.parse()) else {
        return Ok(None);
    };
    Ok(Some(Correction {
        id: row.get(0)?,
        place: Place {
            mailbox,
            uid_validity: UidValidity(row.get(2)?),
            uid: Uid(row.get(3)?),
        },
        label,
    }))
}
