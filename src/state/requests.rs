//! What the owner asks of a daemon that is running: to put mail back.

use rusqlite::{OptionalExtension, params};
use rusqlite_migration::M;

use super::residents::change;
use super::{State, StateError};
use crate::account::AccountName;

/// The table.
pub(super) const STEP: M<'static> = M::up(
    "CREATE TABLE undo_request (
         id INTEGER PRIMARY KEY,
         account TEXT NOT NULL,
         operation INTEGER NOT NULL,
         lesson TEXT NOT NULL,
         outcome TEXT
     ) STRICT;",
);

/// Whether the message of an answer is where it was wished to be.
pub(super) const ANSWER_STEP: M<'static> =
    M::up("ALTER TABLE undo_request ADD COLUMN is_back INTEGER;");

/// Whether what was learned from a message goes with the undoing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LessonToo {
    /// It stays learned.
    Keep,
    /// It is forgotten.
    Forget,
}

impl LessonToo {
    fn name(self) -> &'static str {
        match self {
            LessonToo::Keep => "keep",
            LessonToo::Forget => "forget",
        }
    }
}

/// A wish that one move be undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UndoRequest {
    /// Its number.
    pub id: i64,
    /// The number of the move in the journal.
    pub operation: i64,
    /// What becomes of the lesson.
    pub lesson: LessonToo,
}

/// What became of a wish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UndoAnswer {
    /// The same in words.
    pub told: String,
    /// True if the message is in the folder it came from.
    pub is_back: bool,
}

impl State {
    /// Asks for moves of an account to be undone; gives back the numbers of the requests.
    ///
    /// # Errors
    /// If SQLite refuses; then nothing is asked for.
    pub fn request_undo(
        &mut self,
        account: &AccountName,
        operations: &[i64],
        lesson: LessonToo,
    ) -> Result<Vec<i64>, StateError> {
        change(self, |transaction| {
            let mut ids = Vec::with_capacity(operations.len());
            for operation in operations {
                transaction.execute(
                    "INSERT INTO undo_request (account, operation, lesson) VALUES (?1, ?2, ?3)",
                    params![account.as_str(), operation, lesson.name()],
                )?;
                ids.push(transaction.last_insert_rowid());
            }
            Ok(ids)
        })
    }

    /// What is asked for and not done yet.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn undo_requests(&self, account: &AccountName) -> Result<Vec<UndoRequest>, StateError> {
        let read = || -> Result<Vec<UndoRequest>, rusqlite::Error> {
            let mut open = self.connection.prepare_cached(
                "SELECT id, operation, lesson FROM undo_request
                 WHERE account = ?1 AND outcome IS NULL ORDER BY id",
            )?;
            open.query_map([account.as_str()], |row| {
                let lesson: String = row.get(2)?;
                Ok(UndoRequest {
                    id: row.get(0)?,
                    operation: row.get(1)?,
                    lesson: match lesson.as_str() {
                        "forget" => LessonToo::Forget,
                        _ => LessonToo::Keep,
                    },
                })
            })?
            .collect()
        };
        read().map_err(|cause| self.error(cause))
    }

    /// Notes what became of a request.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn answer_undo(&mut self, request: i64, answer: &UndoAnswer) -> Result<(), StateError> {
        self.connection
            .execute(
                "UPDATE undo_request SET outcome = ?2, is_back = ?3 WHERE id = ?1",
                params![request, answer.told, answer.is_back],
            )
            .map(drop)
            .map_err(|cause| self.error(cause))
    }

    /// Takes the answer to a request out of the store; none yet if it is not done.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn take_undo_answer(&mut self, request: i64) -> Result<Option<UndoAnswer>, StateError> {
        let take = |connection: &rusqlite::Connection| {
            let mut done = connection.prepare_cached(
                "DELETE FROM undo_request WHERE id = ?1 AND outcome IS NOT NULL
                 RETURNING outcome, is_back",
            )?;
            let answer = |row: &rusqlite::Row<'_>| -> rusqlite::Result<UndoAnswer> {
                // A daemon of an older version does not say it; then its words are all there is.
                let is_back: Option<bool> = row.get(1)?;
                Ok(UndoAnswer {
                    told: row.get(0)?,
                    is_back: is_back.unwrap_or(true),
                })
            };
            done.query_row([request], answer).optional()
        };
        take(&self.connection).map_err(|cause| self.error(cause))
    }

    /// Takes a request back that nobody answered.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn withdraw_undo(&mut self, request: i64) -> Result<(), StateError> {
        self.connection
            .execute("DELETE FROM undo_request WHERE id = ?1", [request])
            .map(drop)
            .map_err(|cause| self.error(cause))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_answered_once() {
        let mut state = State::in_memory().unwrap();
        let account = AccountName::new("work").unwrap();
        let ids = state
            .request_undo(&account, &[7, 8], LessonToo::Forget)
            .unwrap();
        let open = state.undo_requests(&account).unwrap();
        assert_eq!(open.len(), 2);
        assert_eq!(open[0].operation, 7);
        assert_eq!(open[0].lesson, LessonToo::Forget);
        assert_eq!(state.take_undo_answer(ids[0]).unwrap(), None);
        let answer = UndoAnswer {
            told: "put back".to_owned(),
            is_back: true,
        };
        state.answer_undo(ids[0], &answer).unwrap();
        assert_eq!(state.take_undo_answer(ids[0]).unwrap(), Some(answer));
        assert_eq!(state.take_undo_answer(ids[0]).unwrap(), None);
        state.withdraw_undo(ids[1]).unwrap();
        assert!(state.undo_requests(&account).unwrap().is_empty());
    }
}
