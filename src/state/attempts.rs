//! Messages that were begun and not finished: one that stops the program is left alone.

use rusqlite::{OptionalExtension, Transaction, params};
use rusqlite_migration::M;

use super::residents::change;
use super::{State, StateError};
use crate::account::AccountName;
use crate::filing::Place;
use crate::limits;

pub(super) const STEP: M<'static> = M::up(
    "CREATE TABLE attempt (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        account TEXT NOT NULL,
        mailbox TEXT NOT NULL,
        uid_validity INTEGER NOT NULL,
        uid INTEGER NOT NULL,
        begun INTEGER NOT NULL,         -- times, not finished
        UNIQUE (account, mailbox, uid_validity, uid)
    ) STRICT;",
);

/// Whether a message may be worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    /// It may, now: that it was begun is written down.
    Go,
    /// Only by itself: it, or another of its batch, stopped the program before.
    Alone,
    /// Never again: it stopped the program twice. It stays where it is.
    LeaveAlone,
}

impl State {
    /// Writes down that messages are begun, before anything of them is parsed. One that was begun
    /// before and not finished may only be begun alone, and after [`limits::BEGUN`] times not at
    /// all. Gives back one answer a message.
    ///
    /// # Errors
    /// If the store cannot be written: then nothing may be begun.
    pub fn begin(
        &mut self,
        account: &AccountName,
        places: &[Place],
    ) -> Result<Vec<Attempt>, StateError> {
        let is_alone = places.len() == 1;
        change(self, |transaction| {
            let mut attempts = Vec::with_capacity(places.len());
            for place in places {
                let begun = begun(transaction, account, place)?;
                let attempt = match begun {
                    0 => Attempt::Go,
                    _ if begun >= limits::BEGUN => Attempt::LeaveAlone,
                    _ if is_alone => Attempt::Go,
                    _ => Attempt::Alone,
                };
                if attempt == Attempt::Go {
                    write(transaction, account, place, begun + 1)?;
                }
                attempts.push(attempt);
            }
            transaction
                .prepare_cached(
                    "DELETE FROM attempt WHERE id IN (
                        SELECT id FROM attempt ORDER BY id DESC LIMIT -1 OFFSET ?)",
                )?
                .execute([limits::ATTEMPTS as i64])?;
            Ok(attempts)
        })
    }

    /// Takes back that messages were begun: they were not finished, and did not stop the program
    /// either.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn take_back(&mut self, account: &AccountName, places: &[Place]) -> Result<(), StateError> {
        change(self, |transaction| {
            for place in places {
                match begun(transaction, account, place)? {
                    0 | 1 => end(transaction, account, std::slice::from_ref(place))?,
                    more => write(transaction, account, place, more - 1)?,
                }
            }
            Ok(())
        })
    }

    /// How many messages of an account are left alone for good.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn left_alone(&self, account: &AccountName) -> Result<u64, StateError> {
        self.connection
            .query_row(
                "SELECT count(*) FROM attempt WHERE account = ? AND begun >= ?",
                params![account.as_str(), limits::BEGUN],
                |row| row.get::<_, i64>(0),
            )
            .map(i64::cast_unsigned)
            .map_err(|cause| self.error(cause))
    }
}

fn begun(
    transaction: &Transaction<'_>,
    account: &AccountName,
    place: &Place,
) -> rusqlite::Result<u32> {
    transaction
        .prepare_cached(
            "SELECT begun FROM attempt
             WHERE account = ? AND mailbox = ? AND uid_validity = ? AND uid = ?",
        )?
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
        .map(Option::unwrap_or_default)
}

fn write(
    transaction: &Transaction<'_>,
    account: &AccountName,
    place: &Place,
    begun: u32,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "INSERT OR REPLACE INTO attempt (account, mailbox, uid_validity, uid, begun)
             VALUES (?, ?, ?, ?, ?)",
        )?
        .execute(params![
            account.as_str(),
            place.mailbox.as_str(),
            place.uid_validity.0,
            place.uid.0,
            begun
        ])
        .map(drop)
}

/// Writes down that messages are finished, whatever was decided.
pub(super) fn end(
    transaction: &Transaction<'_>,
    account: &AccountName,
    places: &[Place],
) -> rusqlite::Result<()> {
    let mut delete = transaction.prepare_cached(
        "DELETE FROM attempt WHERE account = ? AND mailbox = ? AND uid_validity = ? AND uid = ?",
    )?;
    for place in places {
        delete.execute(params![
            account.as_str(),
            place.mailbox.as_str(),
            place.uid_validity.0,
            place.uid.0
        ])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mailstore::{MailboxName, Uid, UidValidity};

    fn account() -> AccountName {
        AccountName::new("work").unwrap()
    }

    fn place(uid: u32) -> Place {
        Place {
            mailbox: MailboxName::inbox(),
            uid_validity: UidValidity(1),
            uid: Uid(uid),
        }
    }

    #[test]
    fn what_stops_the_program_twice_is_left_alone_and_its_batch_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let batch = [place(1), place(2), place(3)];
        let begin = |places: &[Place]| {
            // Each time a new process: the one before died.
            let mut state = State::open(dir.path()).unwrap();
            state.begin(&account(), places).unwrap()
        };
        assert_eq!(begin(&batch), [Attempt::Go; 3]);
        assert_eq!(begin(&batch), [Attempt::Alone; 3]);
        assert_eq!(begin(&batch[..1]), [Attempt::Go]);
        let mut state = State::open(dir.path()).unwrap();
        change(&mut state, |transaction| {
            end(transaction, &account(), &batch[..1])
        })
        .unwrap();
        assert_eq!(begin(&batch[1..2]), [Attempt::Go]);
        assert_eq!(begin(&batch[1..2]), [Attempt::LeaveAlone]);
        assert_eq!(
            begin(&batch),
            [Attempt::Go, Attempt::LeaveAlone, Attempt::Alone]
        );
        assert_eq!(state.left_alone(&account()).unwrap(), 1);
    }

    #[test]
    fn what_is_taken_back_counts_no_more_and_what_was_before_does() {
        let mut state = State::in_memory().unwrap();
        let places = [place(1)];
        for _ in 0..3 {
            let attempts = state.begin(&account(), &places).unwrap();
            assert_eq!(attempts, [Attempt::Go]);
            state.take_back(&account(), &places).unwrap();
        }
        for left in [Attempt::Go, Attempt::LeaveAlone] {
            state.begin(&account(), &places).unwrap();
            assert_eq!(state.begin(&account(), &places).unwrap(), [left]);
            state.take_back(&account(), &places).unwrap();
        }
    }

    #[test]
    fn the_same_uid_of_another_generation_is_another_message() {
        let mut state = State::in_memory().unwrap();
        state.begin(&account(), &[place(1)]).unwrap();
        state.begin(&account(), &[place(1)]).unwrap();
        let renumbered = Place {
            uid_validity: UidValidity(2),
            ..place(1)
        };
        let attempts = state.begin(&account(), &[place(1), renumbered]).unwrap();
        assert_eq!(attempts, [Attempt::LeaveAlone, Attempt::Go]);
    }
}
