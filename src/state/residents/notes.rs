//! What the program itself tells the tables, and what it asks them before it acts.

use rusqlite::{OptionalExtension, Transaction, params};

use super::{
    Comer, Look, change, corrections, depart_all, enter_one, folder, forget_oldest_departed, past,
    pin, sql,
};
use crate::account::AccountName;
use crate::corrections::{Coming, Meaning, Past, meaning};
use crate::filing::{Fingerprint, Place};
use crate::mailstore::{MailboxName, UidValidity};
use crate::state::{LessonBook, State, StateError};

/// What the program did with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// It judged it where it is.
    Judged,
    /// It brought it there.
    Moved,
}

/// A message that is somewhere by no deed of the owner's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noted {
    /// Where it is.
    pub place: Place,
    /// The message.
    pub fingerprint: Fingerprint,
    /// Why it is no news.
    pub deed: Deed,
}

impl State {
    /// Notes what the program judged or moved, so that it is never taken for the owner's doing:
    /// before the next look at the folders. A move in two steps is noted at the first, the copy.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn note_own(&mut self, account: &AccountName, noted: &[Noted]) -> Result<(), StateError> {
        change(self, |transaction| note_own(transaction, account, noted))
    }

    /// Notes that a folder is not there and is about to be made: whatever is in it at the first look
    /// came since, also if nobody lives to note that it was made.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn note_absent(
        &mut self,
        account: &AccountName,
        mailbox: &MailboxName,
    ) -> Result<(), StateError> {
        change(self, |transaction| {
            let key = params![account.as_str(), mailbox.as_str()];
            transaction.execute(sql::ADD_FOLDER, key)?;
            let Some(folder) = folder(transaction, account, mailbox)? else {
                return Ok(());
            };
            depart_all(transaction, account, folder.id)?;
            let no_uid_validity: Option<u32> = None;
            transaction
                .execute(sql::BEGIN_TABLE, params![no_uid_validity, 1, folder.id])
                .map(drop)
        })
    }

    /// Notes that the program made a folder, empty: what is in it from now on came since.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn note_created(
        &mut self,
        account: &AccountName,
        mailbox: &MailboxName,
        uid_validity: UidValidity,
    ) -> Result<(), StateError> {
        change(self, |transaction| {
            let key = params![account.as_str(), mailbox.as_str(), uid_validity.0];
            transaction.execute(sql::NOTE_FOLDER, key)?;
            let Some(folder) = folder(transaction, account, mailbox)? else {
                return Ok(());
            };
            depart_all(transaction, account, folder.id)?;
            transaction
                .execute(sql::BEGIN_TABLE, params![uid_validity.0, 1, folder.id])
                .map(drop)
        })
    }

    /// Takes down a move of the owner's that was found while filing, as a look would have. Nothing
    /// follows if the folder is not managed, or if a look was quicker.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn note_user_move(
        &mut self,
        account: &AccountName,
        fingerprint: Fingerprint,
        to: &Place,
        now: i64,
    ) -> Result<(), StateError> {
        change(self, |transaction| {
            let is_listed = known_at(transaction, account, to)?.is_some();
            let found = folder(transaction, account, &to.mailbox)?;
            let Some(folder) =
                found.filter(|folder| !is_listed && folder.uid_validity == Some(to.uid_validity))
            else {
                return Ok(());
            };
            let look = Look {
                account,
                mailbox: &to.mailbox,
                now,
            };
            let comer = Comer {
                uid: to.uid,
                fingerprint,
            };
            let meaning: Meaning = meaning(folder.part, Coming::Arrived, Past::Filed);
            enter_one(transaction, &look, &folder, &comer, meaning)?;
            corrections::forget_oldest(transaction, account)
        })
    }

    /// Notes that a message is never to be filed again. The newest [`crate::limits::PINS`] are
    /// remembered.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn pin(
        &mut self,
        account: &AccountName,
        fingerprint: &Fingerprint,
    ) -> Result<(), StateError> {
        change(self, |transaction| pin(transaction, account, fingerprint))
    }

    /// True if the owner put the message back: it is never filed again.
    #[cfg(test)]
    pub(crate) fn is_pinned(
        &self,
        account: &AccountName,
        fingerprint: &Fingerprint,
    ) -> Result<bool, StateError> {
        self.connection
            .prepare_cached("SELECT 1 FROM pin WHERE account = ? AND fingerprint = ?")
            .and_then(|mut query| query.exists(params![account.as_str(), fingerprint.0]))
            .map_err(|cause| self.error(cause))
    }

    /// True if a message is no new mail there, whatever its UID says: it was seen elsewhere
    /// before, or this program or the owner brought it.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn is_known(
        &self,
        account: &AccountName,
        place: &Place,
        fingerprint: &Fingerprint,
    ) -> Result<bool, StateError> {
        let read = || match known_at(&self.connection, account, place)? {
            Some(known) => Ok(known),
            None => past(&self.connection, account, fingerprint).map(|past| past != Past::Unknown),
        };
        read().map_err(|cause| self.error(cause))
    }
}

impl LessonBook<'_> {
    /// As [`State::note_own`], together with the changes of the book.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn note_own(&self, account: &AccountName, noted: &[Noted]) -> Result<(), StateError> {
        note_own(&self.transaction, account, noted).map_err(|cause| self.error(cause))
    }
}

/// As [`State::note_own`], in a transaction that does more: the outcome of a move and this note
/// belong together.
pub(in crate::state) fn note_own(
    transaction: &Transaction<'_>,
    account: &AccountName,
    noted: &[Noted],
) -> rusqlite::Result<()> {
    for Noted {
        place,
        fingerprint,
        deed,
    } in noted
    {
        let name = (account.as_str(), place.mailbox.as_str());
        let key = params![name.0, name.1, place.uid_validity.0];
        transaction.prepare_cached(sql::NOTE_FOLDER)?.execute(key)?;
        let found = folder(transaction, account, &place.mailbox)?;
        match (found, deed) {
            (Some(folder), Deed::Judged) if folder.uid_validity == Some(place.uid_validity) => {
                let mut insert = transaction.prepare_cached(sql::NOTE_JUDGED)?;
                insert.execute(params![folder.id, place.uid.0, fingerprint.0])?;
            }
            (Some(folder), Deed::Moved) if folder.uid_validity == Some(place.uid_validity) => {
                let mut insert = transaction.prepare_cached(sql::ENTER)?;
                insert.execute(params![folder.id, place.uid.0, fingerprint.0, true])?;
            }
            // The folder was renumbered since: the next look finds the message under another UID.
            _ => {
                let mut insert = transaction.prepare_cached(sql::NOTE_DEPARTED)?;
                let is_filed = *deed == Deed::Moved;
                insert.execute(params![account.as_str(), fingerprint.0, is_filed])?;
            }
        }
    }
    forget_oldest_departed(transaction, account)
}

/// What the table says of a place; none if it is not in it.
fn known_at(
    connection: &rusqlite::Connection,
    account: &AccountName,
    place: &Place,
) -> rusqlite::Result<Option<bool>> {
    connection
        .prepare_cached(sql::IS_KNOWN)?
        .query_row(
            params![
                account.as_str(),
                place.mailbox.as_str(),
                place.uid_validity.0,
                place.uid.0
            ],
            |row| row.get(0),
        )
        .optional()
}
