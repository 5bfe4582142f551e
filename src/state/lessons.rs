//! The table of lessons: every message the owner taught, as hashes and weights.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};
use rusqlite_migration::M;

use super::{State, StateError, sqlite};
use crate::features::{Event, Evidence};
use crate::label::Label;
use crate::learn::{GroupKey, Identity, Lesson, Origin, Suspension};

pub(super) const STEP: M<'static> = M::up(
    "CREATE TABLE lessons (
        id INTEGER PRIMARY KEY AUTOINCREMENT, -- the order of learning; never used twice
        identity BLOB NOT NULL UNIQUE CHECK (length(identity) = 16),
        label TEXT NOT NULL,
        learned INTEGER NOT NULL,             -- seconds since 1970
        origin TEXT NOT NULL,
        relabelled INTEGER NOT NULL DEFAULT 0,
        suspended INTEGER NOT NULL DEFAULT 0,
        features INTEGER NOT NULL,            -- version
        sender BLOB,                          -- hash
        signature BLOB,                       -- min-hash of the text
        events BLOB NOT NULL                  -- key u64, weight u32, little-endian
    ) STRICT;",
);

pub(super) const EVIDENCE_STEP: M<'static> =
    M::up("ALTER TABLE lessons ADD COLUMN evidence TEXT NOT NULL DEFAULT 'contact';");

/// Bytes of one event.
const EVENT: usize = 12;

impl State {
    /// All lessons in the order of their learning.
    ///
    /// # Errors
    /// If the store cannot be read or a row makes no sense.
    pub fn lessons(&self) -> Result<Vec<Lesson>, StateError> {
        all(&self.connection).map_err(|cause| self.error(cause))
    }

    /// Opens the book of lessons for changes. Nothing is changed until [`LessonBook::close`], and
    /// nobody else can write meanwhile.
    ///
    /// # Errors
    /// If another process keeps the store locked.
    pub fn lesson_book(&mut self) -> Result<LessonBook<'_>, StateError> {
        let path = self.path.clone();
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(|cause| sqlite(&path, cause))?;
        Ok(LessonBook { transaction, path })
    }
}

/// The lessons and the model versions while they are changed, in one transaction.
#[derive(Debug)]
pub struct LessonBook<'a> {
    pub(super) transaction: Transaction<'a>,
    pub(super) path: std::path::PathBuf,
}

impl LessonBook<'_> {
    /// All lessons in the order of their learning.
    ///
    /// # Errors
    /// If the store cannot be read or a row makes no sense.
    pub fn lessons(&self) -> Result<Vec<Lesson>, StateError> {
        all(&self.transaction).map_err(|cause| self.error(cause))
    }

    /// The lesson about a message, if there is one.
    ///
    /// # Errors
    /// As above.
    pub fn find(&self, identity: Identity) -> Result<Option<Lesson>, StateError> {
        self.transaction
            .prepare_cached(&format!("{SELECT} WHERE identity = ?"))
            .and_then(|mut query| query.query_row([identity.as_bytes()], lesson).optional())
            .map_err(|cause| self.error(cause))
    }

    /// Writes a lesson down at the end of the book, in the place of one about the same message.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn append(&self, lesson: &Lesson) -> Result<(), StateError> {
        self.remove(lesson.identity)?;
        let (sender, signature) = lesson.group_key.to_bytes();
        self.execute(
            "INSERT INTO lessons (identity, label, learned, origin, relabelled, suspended,
                features, sender, signature, events, evidence)
             VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?)",
            params![
                lesson.identity.as_bytes(),
                lesson.label.name(),
                lesson.learned,
                lesson.origin.name(),
                lesson.relabelled,
                lesson.features_version,
                sender,
                signature,
                encode(&lesson.events),
                lesson.evidence.name()
            ],
        )
        .map(drop)
    }

    /// Takes the lesson about a message out, without a trace. Gives back whether there was one.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn remove(&self, identity: Identity) -> Result<bool, StateError> {
        let sql = "DELETE FROM lessons WHERE identity = ?";
        Ok(self.execute(sql, [identity.as_bytes()])? > 0)
    }

    /// Keeps what was changed.
    ///
    /// # Errors
    /// If it cannot be written; then nothing was.
    pub fn close(self) -> Result<(), StateError> {
        let LessonBook { transaction, path } = self;
        transaction.commit().map_err(|cause| sqlite(&path, cause))
    }

    pub(super) fn execute(
        &self,
        sql: &str,
        params: impl rusqlite::Params,
    ) -> Result<usize, StateError> {
        self.transaction
            .prepare_cached(sql)
            .and_then(|mut statement| statement.execute(params))
            .map_err(|cause| self.error(cause))
    }

    pub(super) fn error(&self, cause: rusqlite::Error) -> StateError {
        sqlite(&self.path, cause)
    }
}

const SELECT: &str = "SELECT identity, label, learned, origin, relabelled, suspended, features, \
    sender, signature, events, evidence FROM lessons";

fn all(connection: &Connection) -> rusqlite::Result<Vec<Lesson>> {
    connection
        .prepare_cached(&format!("{SELECT} ORDER BY id"))?
        .query_map([], lesson)?
        .collect()
}

fn lesson(row: &Row<'_>) -> rusqlite::Result<Lesson> {
    let label: String = row.get(1)?;
    let origin: String = row.get(3)?;
    let known = Origin::ALL.into_iter().find(|known| known.name() == origin);
    let sender: Option<Vec<u8>> = row.get(7)?;
    let signature: Option<Vec<u8>> = row.get(8)?;
    let evidence: String = row.get(10)?;
    let counted = Evidence::ALL
        .into_iter()
        .find(|known| known.name() == evidence);
    Ok(Lesson {
        identity: Identity::from_bytes(&row.get::<_, Vec<u8>>(0)?)
            .ok_or_else(|| nonsense(0, "16 bytes"))?,
        label: label
            .parse::<Label>()
            .map_err(|error| nonsense(1, &error.to_string()))?,
        learned: row.get(2)?,
        origin: known.ok_or_else(|| nonsense(3, "an origin"))?,
        relabelled: row.get(4)?,
        suspension: match row.get::<_, i64>(5)? {
            0 => Suspension::None,
            _ => Suspension::Restored,
        },
        features_version: row.get(6)?,
        evidence: counted.ok_or_else(|| nonsense(10, "contact or mail"))?,
        events: decode(&row.get::<_, Vec<u8>>(9)?).ok_or_else(|| nonsense(9, "whole events"))?,
        group_key: GroupKey::from_bytes(sender.as_deref(), signature.as_deref()),
    })
}

fn nonsense(column: usize, expected: &str) -> rusqlite::Error {
    let what = format!("a damaged lesson; expected {expected}");
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Blob, what.into())
}

fn encode(events: &[Event]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(events.len() * EVENT);
    for event in events {
        bytes.extend_from_slice(&event.key.to_le_bytes());
        bytes.extend_from_slice(&event.weight.to_le_bytes());
    }
    bytes
}

fn decode(bytes: &[u8]) -> Option<Vec<Event>> {
    let event = |record: &[u8]| {
        let (key, weight) = record.split_at_checked(8)?;
        Some(Event {
            key: u64::from_le_bytes(key.try_into().ok()?),
            weight: u32::from_le_bytes(weight.try_into().ok()?),
        })
    };
    bytes.chunks(EVENT).map(event).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Message;
    use crate::owner::Owner;
    use crate::source::Content;

    fn lesson_of(mail: &str, label: Label, evidence: Evidence) -> Lesson {
        let (message, contact) = crate::triage::read(&Content::from(mail), &Owner::default());
        assert!(
            message.defects.is_empty(),
            "{:?}",
            Message::parse(b"").defects
        );
        let read = (&message, &contact);
        Lesson::of(evidence, read, label, Origin::Folder, 1_700_000_000)
    }

    #[test]
    fn lessons_come_back_as_they_were_written_and_in_order() {
        let mut state = State::in_memory().unwrap();
        let long = "From: A <a@x.example>\nSubject: s\n\nnine words that make a signature of this very text";
        let short = "From: b@x.example\nMessage-ID: <1@x>\n\nhi";
        let lessons = [
            lesson_of(long, Label::Pitch, Evidence::Contact),
            lesson_of(short, Label::Genuine, Evidence::Mail),
        ];
        let book = state.lesson_book().unwrap();
        lessons
            .iter()
            .for_each(|lesson| book.append(lesson).unwrap());
        assert_eq!(
            book.find(lessons[1].identity).unwrap().as_ref(),
            Some(&lessons[1])
        );
        book.close().unwrap();
        assert_eq!(state.lessons().unwrap(), lessons);
    }

    #[test]
    fn a_book_that_is_not_closed_changes_nothing() {
        let mut state = State::in_memory().unwrap();
        let book = state.lesson_book().unwrap();
        let lesson = lesson_of("From: b@x.example\n\nhi", Label::Spam, Evidence::Contact);
        book.append(&lesson).unwrap();
        drop(book);
        assert!(state.lessons().unwrap().is_empty());
    }
}
