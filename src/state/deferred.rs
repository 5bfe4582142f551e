//! Mail that was judged and is not filed yet.

use rusqlite::{Transaction, params};
use rusqlite_migration::M;

use super::residents::{change, note_own};
use super::{Noted, State, StateError, attempts};
use crate::account::AccountName;
use crate::filing::{Fingerprint, Place};
use crate::label::Label;
use crate::limits;
use crate::mailstore::{MailboxName, Uid, UidValidity};

/// The table.
pub(super) const STEP: M<'static> = M::up(
    "CREATE TABLE deferred (
         account TEXT NOT NULL,
         mailbox TEXT NOT NULL,
         uid_validity INTEGER NOT NULL,
         uid INTEGER NOT NULL,
         fingerprint BLOB NOT NULL,
         label TEXT NOT NULL,
         PRIMARY KEY (account, mailbox, uid_validity, uid)
     ) STRICT;",
);

/// How often filing was begun and not ended.
pub(super) const BEGUN_STEP: M<'static> =
    M::up("ALTER TABLE deferred ADD COLUMN begun INTEGER NOT NULL DEFAULT 0;");

/// A message that is to be judged again, and filed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deferred {
    /// Where it lies.
    pub place: Place,
    /// What it is.
    pub fingerprint: Fingerprint,
    /// What it was judged to be when it was last tried.
    pub label: Label,
    /// How often its filing was begun and broken off, one time after the other. The store counts.
    pub begun: u32,
}

impl State {
    /// Writes down, all or nothing, that messages were judged where they are, and that filing those
    /// that have a folder begins: whatever breaks from here on, they are not forgotten.
    ///
    /// # Errors
    /// If SQLite refuses; then nothing may be filed.
    pub fn conclude(
        &mut self,
        account: &AccountName,
        judged: &[Noted],
        to_file: &[Deferred],
    ) -> Result<(), StateError> {
        let places: Vec<Place> = judged.iter().map(|one| one.place.clone()).collect();
        change(self, |transaction| {
            note_own(transaction, account, judged)?;
            attempts::end(transaction, account, &places)?;
            keep(transaction, account, to_file, BEGIN)
        })
    }

    /// Keeps mail for the next try. Beyond a bound the newest are not kept: they stay where they
    /// are, like any doubt.
    ///
    /// # Errors
    /// If SQLite refuses; then none is kept.
    pub fn defer(&mut self, account: &AccountName, mail: &[Deferred]) -> Result<(), StateError> {
        change(self, |transaction| keep(transaction, account, mail, WAIT))
    }

    /// Mail of a folder that waits, oldest first.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn deferred(
        &self,
        account: &AccountName,
        mailbox: &MailboxName,
        uid_validity: UidValidity,
    ) -> Result<Vec<Deferred>, StateError> {
        let read = || -> rusqlite::Result<Vec<Deferred>> {
            let folder = params![account.as_str(), mailbox.as_str(), uid_validity.0];
            let mut waiting = self.connection.prepare_cached(
                "SELECT uid, fingerprint, label, begun FROM deferred
                 WHERE account = ?1 AND mailbox = ?2 AND uid_validity = ?3 ORDER BY uid",
            )?;
            let rows = waiting.query_map(folder, |row| {
                let label: String = row.get(2)?;
                Ok(label
                    .parse()
                    .ok()
                    .map(|label| (row.get(0), row.get(1), label, row.get(3))))
            })?;
            let mut mail = Vec::new();
            for row in rows {
                // A label of a newer program is not one of ours.
                let Some((uid, fingerprint, label, begun)) = row? else {
                    continue;
                };
                mail.push(Deferred {
                    place: Place {
                        mailbox: mailbox.clone(),
                        uid_validity,
                        uid: Uid(uid?),
                    },
                    fingerprint: Fingerprint(fingerprint?),
                    label,
                    begun: begun?,
                });
            }
            Ok(mail)
        };
        read().map_err(|cause| self.error(cause))
    }

    /// Forgets what waited in a folder under other UIDs than those it has now: they mean nothing.
    ///
    /// # Errors
    /// If SQLite refuses; then none is forgotten.
    pub fn renumber_deferred(
        &mut self,
        account: &AccountName,
        mailbox: &MailboxName,
        uid_validity: UidValidity,
    ) -> Result<(), StateError> {
        self.connection
            .execute(
                "DELETE FROM deferred WHERE account = ?1 AND mailbox = ?2 AND uid_validity <> ?3",
                params![account.as_str(), mailbox.as_str(), uid_validity.0],
            )
            .map(drop)
            .map_err(|cause| self.error(cause))
    }

    /// Forgets mail that need not be tried again.
    ///
    /// # Errors
    /// If SQLite refuses; then none is forgotten.
    pub fn settle_deferred(
        &mut self,
        account: &AccountName,
        places: &[Place],
    ) -> Result<(), StateError> {
        change(self, |transaction| {
            for place in places {
                transaction.execute(
                    "DELETE FROM deferred
                     WHERE account = ?1 AND mailbox = ?2 AND uid_validity = ?3 AND uid = ?4",
                    params![
                        account.as_str(),
                        place.mailbox.as_str(),
                        place.uid_validity.0,
                        place.uid.0,
                    ],
                )?;
            }
            Ok(())
        })
    }
}

/// Keeps a message whose filing begins.
const BEGIN: &str = "INSERT INTO deferred VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1)
    ON CONFLICT DO UPDATE SET fingerprint = ?5, label = ?6, begun = begun + 1";

/// Keeps a message whose filing ended, and which stays for now.
const WAIT: &str = "INSERT OR REPLACE INTO deferred VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0)";

fn keep(
    transaction: &Transaction<'_>,
    account: &AccountName,
    mail: &[Deferred],
    sql: &str,
) -> rusqlite::Result<()> {
    let held = "SELECT count(*) FROM deferred";
    let held: i64 = transaction.query_row(held, [], |row| row.get(0))?;
    let room = limits::DEFERRED.saturating_sub(usize::try_from(held).unwrap_or(0));
    let mut insert = transaction.prepare_cached(sql)?;
    for one in mail.iter().take(room) {
        insert.execute(params![
            account.as_str(),
            one.place.mailbox.as_str(),
            one.place.uid_validity.0,
            one.place.uid.0,
            one.fingerprint.0,
            one.label.name(),
        ])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_is_kept_until_it_is_settled_or_means_nothing() {
        let mut state = State::in_memory().unwrap();
        let account = AccountName::new("work").unwrap();
        let inbox = MailboxName::inbox();
        let one = |uid, uid_validity| Deferred {
            place: Place {
                mailbox: inbox.clone(),
                uid_validity: UidValidity(uid_validity),
                uid: Uid(uid),
            },
            fingerprint: Fingerprint([7; 32]),
            label: Label::Pitch,
            begun: 0,
        };
        state
            .defer(&account, &[one(2, 1), one(1, 1), one(3, 1)])
            .unwrap();
        let waiting = state.deferred(&account, &inbox, UidValidity(1)).unwrap();
        assert_eq!(waiting, [one(1, 1), one(2, 1), one(3, 1)]);
        state.settle_deferred(&account, &[one(2, 1).place]).unwrap();
        let waiting = state.deferred(&account, &inbox, UidValidity(1)).unwrap();
        assert_eq!(waiting, [one(1, 1), one(3, 1)]);
        state
            .renumber_deferred(&account, &inbox, UidValidity(2))
            .unwrap();
        let waiting = state.deferred(&account, &inbox, UidValidity(1)).unwrap();
        assert!(waiting.is_empty());
    }

    /// Of two accounts each has a connection of its own. One that began by reading, while the other
    /// wrote, could not write any more, however long it waited.
    #[test]
    fn accounts_that_keep_mail_at_the_same_time_wait_for_each_other() {
        let dir = tempfile::tempdir().unwrap();
        let inbox = MailboxName::inbox();
        let start = std::sync::Barrier::new(2);
        std::thread::scope(|scope| {
            for name in ["one", "two"] {
                let (dir, inbox, start) = (&dir, &inbox, &start);
                scope.spawn(move || {
                    let mut state = State::open(dir.path()).unwrap();
                    let account = AccountName::new(name).unwrap();
                    start.wait();
                    for uid in 1..200 {
                        let one = Deferred {
                            place: Place {
                                mailbox: inbox.clone(),
                                uid_validity: UidValidity(1),
                                uid: Uid(uid),
                            },
                            fingerprint: Fingerprint([7; 32]),
                            label: Label::Pitch,
                            begun: 0,
                        };
                        state.defer(&account, &[one]).unwrap();
                    }
                });
            }
        });
    }
}
