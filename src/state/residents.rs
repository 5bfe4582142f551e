//! What lies in the managed folders of each account, by fingerprint, and what was there before.
//!
//! A fingerprint is a hash of a header and a size: nothing of it can be read back.

mod notes;
mod sql;

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use rusqlite_migration::M;

use super::{State, StateError, corrections, sqlite};
use crate::account::AccountName;
use crate::corrections::{Coming, Managed, Meaning, Part, Past, meaning};
use crate::filing::{Fingerprint, Place};
use crate::label::Label;
use crate::limits;
use crate::mailstore::{MailboxName, Status, Uid, UidValidity};

pub(super) use notes::note_own;
pub use notes::{Deed, Noted};

pub(super) const STEP: M<'static> = M::up(
    "CREATE TABLE folder (
        id INTEGER PRIMARY KEY,
        account TEXT NOT NULL,
        mailbox TEXT NOT NULL,
        label TEXT,                     -- of a verdict folder; none if it is watched
        uid_validity INTEGER,           -- none: never looked at
        first_new INTEGER,              -- UIDs from here on came since; none: never looked at
        uid_next INTEGER,               -- what STATUS said before the last whole look
        messages INTEGER,
        UNIQUE (account, mailbox)
    ) STRICT;
    CREATE TABLE resident (
        folder INTEGER NOT NULL REFERENCES folder (id) ON DELETE CASCADE,
        uid INTEGER NOT NULL,
        fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32),
        known INTEGER NOT NULL,         -- 1: it is not new, whatever its UID says
        PRIMARY KEY (folder, uid)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX resident_fingerprint ON resident (fingerprint);
    CREATE TABLE departed (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        account TEXT NOT NULL,
        fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32),
        filed INTEGER NOT NULL,         -- 1: it was in a verdict folder
        UNIQUE (account, fingerprint)
    ) STRICT;
    CREATE TABLE pin (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        account TEXT NOT NULL,
        fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32),
        UNIQUE (account, fingerprint)
    ) STRICT;",
);

/// What is remembered of a managed folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FolderRecord {
    id: i64,
    part: Part,
    /// None if it was never looked at.
    pub(crate) uid_validity: Option<UidValidity>,
    /// UIDs from here on came since the last look; none if it was never looked at.
    pub(crate) first_new: Option<Uid>,
    /// What its status was when it was last looked at from end to end.
    pub(crate) status: Option<Status>,
}

/// A message that is in a folder and not in its table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Comer {
    pub(crate) uid: Uid,
    pub(crate) fingerprint: Fingerprint,
}

/// A look at one folder at one time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look<'a> {
    pub(crate) account: &'a AccountName,
    pub(crate) mailbox: &'a MailboxName,
    /// Seconds since 1970.
    pub(crate) now: i64,
}

impl State {
    /// Takes down which folders of an account are managed. What lay in others is remembered as
    /// departed.
    pub(crate) fn manage(
        &mut self,
        account: &AccountName,
        managed: &[Managed],
    ) -> Result<(), StateError> {
        let known =
            |connection: &Connection| -> rusqlite::Result<Vec<(i64, String, Option<String>)>> {
                connection
                    .prepare_cached("SELECT id, mailbox, label FROM folder WHERE account = ?")?
                    .query_map([account.as_str()], |row| {
                        Ok((row.get(0)?, row.get(1)?, row.get(2)?))
                    })?
                    .collect()
            };
        let known = known(&self.connection).map_err(|cause| self.error(cause))?;
        let wanted: Vec<(&str, Option<&str>)> = managed
            .iter()
            .map(|one| (one.mailbox.as_str(), label_of(one.part)))
            .collect();
        let is_there = |wanted: &(&str, Option<&str>)| {
            let same = |(_, name, label): &&(i64, String, Option<String>)| {
                (name.as_str(), label.as_deref()) == *wanted
            };
            known.iter().any(|one| same(&one))
        };
        if known.len() == wanted.len() && wanted.iter().all(is_there) {
            return Ok(());
        }
        change(self, |transaction| {
            for (id, name, _) in &known {
                if wanted.iter().all(|(wanted, _)| wanted != name) {
                    depart_all(transaction, account, *id)?;
                    transaction.execute("DELETE FROM folder WHERE id = ?", [id])?;
                }
            }
            for (name, label) in &wanted {
                transaction.execute(sql::MANAGE, params![account.as_str(), name, label])?;
            }
            Ok(())
        })
    }

    /// What is remembered of a managed folder; none if it is not one.
    pub(crate) fn folder(
        &self,
        account: &AccountName,
        mailbox: &MailboxName,
    ) -> Result<Option<FolderRecord>, StateError> {
        folder(&self.connection, account, mailbox).map_err(|cause| self.error(cause))
    }

    /// From which UID on the messages of a folder came since it was last looked at.
    pub(crate) fn looked_up_to(
        &self,
        account: &AccountName,
        mailbox: &MailboxName,
    ) -> Result<Option<(UidValidity, Uid)>, StateError> {
        let folder = self.folder(account, mailbox)?;
        Ok(folder.and_then(|folder| folder.uid_validity.zip(folder.first_new)))
    }

    /// The UIDs in the table of a folder, ascending.
    pub(crate) fn listed(&self, folder: &FolderRecord) -> Result<Vec<Uid>, StateError> {
        let read = || -> rusqlite::Result<Vec<Uid>> {
            self.connection
                .prepare_cached("SELECT uid FROM resident WHERE folder = ? ORDER BY uid")?
                .query_map([folder.id], |row| row.get(0).map(Uid))?
                .collect()
        };
        read().map_err(|cause| self.error(cause))
    }

    /// Begins a table: at the first look, and when the UIDs known mean nothing any more. What is
    /// in the folder now, below `first_new`, was there all along.
    pub(crate) fn begin_table(
        &mut self,
        look: &Look<'_>,
        uid_validity: UidValidity,
        first_new: Uid,
    ) -> Result<(), StateError> {
        change(self, |transaction| {
            let Some(folder) = folder(transaction, look.account, look.mailbox)? else {
                return Ok(());
            };
            if folder.uid_validity.is_some_and(|old| old != uid_validity) {
                depart_all(transaction, look.account, folder.id)?;
            }
            transaction.execute(
                sql::BEGIN_TABLE,
                params![uid_validity.0, first_new.0, folder.id],
            )?;
            Ok(())
        })
    }

    /// Takes messages out of the table of a folder; they stay known.
    pub(crate) fn depart(
        &mut self,
        look: &Look<'_>,
        folder: &FolderRecord,
        vanished: &[Uid],
    ) -> Result<(), StateError> {
        if vanished.is_empty() {
            return Ok(());
        }
        change(self, |transaction| {
            let account = look.account.as_str();
            for uid in vanished {
                let at = params![account, folder.id, uid.0];
                transaction.prepare_cached(sql::DEPART_ONE)?.execute(at)?;
                let at = params![folder.id, uid.0];
                transaction.prepare_cached(sql::DELETE_ONE)?.execute(at)?;
            }
            forget_oldest_departed(transaction, look.account)
        })
    }

    /// Enters messages into the table of a folder, in the order of their UIDs, with all that
    /// follows from their being there.
    pub(crate) fn enter(
        &mut self,
        look: &Look<'_>,
        folder: &FolderRecord,
        comers: &[Comer],
    ) -> Result<(), StateError> {
        change(self, |transaction| {
            for comer in comers {
                let coming = match folder.first_new {
                    Some(first) if comer.uid >= first => Coming::Arrived,
                    _ => Coming::Found,
                };
                let past = past(transaction, look.account, &comer.fingerprint)?;
                let meaning = meaning(folder.part, coming, past);
                enter_one(transaction, look, folder, comer, meaning)?;
            }
            corrections::forget_oldest(transaction, look.account)
        })
    }

    /// Notes that UIDs below this one have been looked at.
    pub(crate) fn looked_below(
        &mut self,
        folder: &FolderRecord,
        first_new: Uid,
    ) -> Result<(), StateError> {
        change(self, |transaction| {
            transaction
                .prepare_cached("UPDATE folder SET first_new = max(first_new, ?) WHERE id = ?")?
                .execute(params![first_new.0, folder.id])
                .map(drop)
        })
    }

    /// Ends a look at a whole folder. Moves into it that wait to be learned and whose message is
    /// not there any more teach nothing.
    pub(crate) fn end_look(
        &mut self,
        look: &Look<'_>,
        status: Option<Status>,
    ) -> Result<(), StateError> {
        change(self, |transaction| {
            corrections::void_vanished(transaction, look)?;
            transaction
                .prepare_cached(sql::END_LOOK)?
                .execute(params![
                    status.map(|status| status.uid_next.0),
                    status.map(|status| status.messages),
                    look.account.as_str(),
                    look.mailbox.as_str()
                ])
                .map(drop)
        })
    }
}

fn enter_one(
    transaction: &Transaction<'_>,
    look: &Look<'_>,
    folder: &FolderRecord,
    comer: &Comer,
    meaning: Meaning,
) -> rusqlite::Result<()> {
    let is_known = meaning != Meaning::Unseen;
    transaction.prepare_cached(sql::ENTER)?.execute(params![
        folder.id,
        comer.uid.0,
        comer.fingerprint.0,
        is_known
    ])?;
    let Some(uid_validity) = folder.uid_validity else {
        return Ok(());
    };
    let place = Place {
        mailbox: look.mailbox.clone(),
        uid_validity,
        uid: comer.uid,
    };
    let label = match meaning {
        Meaning::Unseen => return Ok(()),
        Meaning::Known => {
            return corrections::move_along(transaction, look, &place, &comer.fingerprint);
        }
        Meaning::PutBack => {
            pin(transaction, look.account, &comer.fingerprint)?;
            Label::Genuine
        }
        Meaning::FiledBy(label) => label,
    };
    corrections::wait(transaction, look, &place, &comer.fingerprint, label)
}

/// What is known of a message from before.
fn past(
    connection: &Connection,
    account: &AccountName,
    fingerprint: &Fingerprint,
) -> rusqlite::Result<Past> {
    let past: i64 = connection
        .prepare_cached(sql::PAST)?
        .query_row(params![account.as_str(), fingerprint.0], |row| row.get(0))?;
    Ok(match past {
        0 => Past::Unknown,
        1 => Past::Seen,
        _ => Past::Filed,
    })
}

fn pin(
    transaction: &Transaction<'_>,
    account: &AccountName,
    fingerprint: &Fingerprint,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached("INSERT OR REPLACE INTO pin (account, fingerprint) VALUES (?, ?)")?
        .execute(params![account.as_str(), fingerprint.0])?;
    let kept = params![account.as_str(), limits::PINS as i64];
    transaction
        .prepare_cached(sql::FORGET_PINS)?
        .execute(kept)
        .map(drop)
}

/// Empties the table of a folder; what was in it stays known.
fn depart_all(
    transaction: &Transaction<'_>,
    account: &AccountName,
    folder: i64,
) -> rusqlite::Result<()> {
    transaction.execute(sql::DEPART_ALL, params![account.as_str(), folder])?;
    transaction.execute("DELETE FROM resident WHERE folder = ?", [folder])?;
    forget_oldest_departed(transaction, account)
}

fn forget_oldest_departed(
    transaction: &Transaction<'_>,
    account: &AccountName,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(sql::FORGET_DEPARTED)?
        .execute(params![account.as_str(), limits::DEPARTED as i64])
        .map(drop)
}

fn folder(
    connection: &Connection,
    account: &AccountName,
    mailbox: &MailboxName,
) -> rusqlite::Result<Option<FolderRecord>> {
    connection
        .prepare_cached(sql::FOLDER)?
        .query_row(params![account.as_str(), mailbox.as_str()], |row| {
            let label: Option<String> = row.get(1)?;
            let uid_validity = row.get::<_, Option<u32>>(2)?.map(UidValidity);
            let uid_next = row.get::<_, Option<u32>>(4)?.map(Uid);
            let messages: Option<u32> = row.get(5)?;
            let status = uid_validity.zip(uid_next).zip(messages);
            Ok(FolderRecord {
                id: row.get(0)?,
                // A label of a newer program is a verdict all the same; `manage` mends it.
                part: match label.as_deref().map(str::parse) {
                    None => Part::Watched,
                    Some(label) => Part::Verdict(label.unwrap_or(Label::Genuine)),
                },
                uid_validity,
                first_new: row.get::<_, Option<u32>>(3)?.map(Uid),
                status: status.map(|((uid_validity, uid_next), messages)| Status {
                    uid_validity,
                    uid_next,
                    messages,
                }),
            })
        })
        .optional()
}

fn label_of(part: Part) -> Option<&'static str> {
    match part {
        Part::Watched => None,
        Part::Verdict(label) => Some(label.name()),
    }
}

/// Runs changes as one transaction.
pub(super) fn change<T>(
    state: &mut State,
    work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
) -> Result<T, StateError> {
    let path = &state.path;
    let transaction = state
        .connection
        .transaction_with_behavior(TransactionBehavior::Immediate);
    let run = |transaction: Transaction<'_>| {
        let done = work(&transaction)?;
        transaction.commit()?;
        Ok(done)
    };
    transaction
        .and_then(run)
        .map_err(|cause| sqlite(path, cause))
}
