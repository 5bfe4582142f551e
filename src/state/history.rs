//! What is remembered of senders, kept: the tables behind [`Ledger`].
//!
//! One batch of sightings is one transaction: what is known of its senders is put into a ledger,
//! the sightings are noted there, and what changed goes back. So there is one logic for what is
//! remembered for a run and what is remembered for good.

use std::collections::HashMap;

use rusqlite::types::Type;
use rusqlite::{OptionalExtension, Row, Transaction, TransactionBehavior, params};
use rusqlite_migration::M;

use super::{State, StateError};
use crate::history::{Day, Entries, Ledger, Note, Past, Record, Salt, Sighting};
use crate::limits;

/// The tables. Keys are salted hashes; `touched` counts batches, so that the oldest can be
/// forgotten.
pub(super) const STEP: M<'static> = M::up(
    "CREATE TABLE history (
         one INTEGER PRIMARY KEY CHECK (one = 1),
         salt BLOB NOT NULL,
         today INTEGER NOT NULL DEFAULT 0,
         batches INTEGER NOT NULL DEFAULT 0
     ) STRICT;
     INSERT INTO history (one, salt) VALUES (1, randomblob(16));
     CREATE TABLE person (
         key INTEGER PRIMARY KEY,
         first_day INTEGER NOT NULL,
         messages INTEGER NOT NULL,
         unanswered INTEGER NOT NULL,
         accepted_day INTEGER,
         newsletters INTEGER NOT NULL,
         long_day INTEGER NOT NULL,
         long_mails INTEGER NOT NULL,
         touched INTEGER NOT NULL
     ) STRICT;
     CREATE INDEX person_touched ON person (touched);
     CREATE TABLE sighting (
         message INTEGER PRIMARY KEY,
         messages INTEGER NOT NULL,
         unanswered INTEGER NOT NULL,
         known_days INTEGER NOT NULL,
         accepted_days INTEGER,
         newsletters INTEGER NOT NULL,
         long_mails_today INTEGER NOT NULL,
         copies INTEGER NOT NULL,
         touched INTEGER NOT NULL
     ) STRICT;
     CREATE INDEX sighting_touched ON sighting (touched);
     CREATE TABLE note (
         number INTEGER PRIMARY KEY,
         signature BLOB NOT NULL,
         senders BLOB NOT NULL,
         touched INTEGER NOT NULL
     ) STRICT;
     CREATE INDEX note_touched ON note (touched);
     CREATE TABLE note_band (
         band INTEGER NOT NULL,
         note INTEGER NOT NULL REFERENCES note (number) ON DELETE CASCADE,
         PRIMARY KEY (band, note)
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX note_band_note ON note_band (note);",
);

impl State {
    /// What sightings for this store are hashed with.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn salt(&self) -> Result<Salt, StateError> {
        let salt = self
            .connection
            .query_one("SELECT salt FROM history", [], |row| row.get(0));
        salt.map(Salt).map_err(|cause| self.error(cause))
    }

    /// Notes sightings in their order, and says what was known before each.
    ///
    /// # Errors
    /// If SQLite refuses; then none is noted.
    pub fn note(&mut self, sightings: &[Option<Sighting>]) -> Result<Vec<Past>, StateError> {
        let noted = note(&mut self.connection, sightings);
        noted.map_err(|cause| self.error(cause))
    }

    /// What is known before a message, which is not noted.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn past(&mut self, sighting: &Sighting) -> Result<Past, StateError> {
        let read = || {
            let batch = self.connection.transaction()?;
            Ok(load(&batch, &[sighting])?.0.past(sighting))
        };
        let past: Result<Past, rusqlite::Error> = { read }();
        past.map_err(|cause| self.error(cause))
    }
}

fn note(
    connection: &mut rusqlite::Connection,
    sightings: &[Option<Sighting>],
) -> Result<Vec<Past>, rusqlite::Error> {
    // Immediate: what is read here must not change before it is written.
    let batch = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let noted: Vec<&Sighting> = sightings.iter().flatten().collect();
    let (mut ledger, before) = load(&batch, &noted)?;
    let pasts = sightings
        .iter()
        .map(|sighting| {
            sighting
                .as_ref()
                .map_or(Past::default(), |sighting| ledger.note(sighting))
        })
        .collect();
    save(&batch, ledger.into_entries(), &before)?;
    forget(&batch)?;
    batch.commit()?;
    Ok(pasts)
}

/// What was loaded, to tell what changed.
#[derive(Default)]
struct Before {
    people: HashMap<u64, Record>,
    messages: HashMap<u64, Past>,
    notes: HashMap<u64, Note>,
}

/// A ledger of all that these sightings touch.
fn load(
    batch: &Transaction<'_>,
    sightings: &[&Sighting],
) -> Result<(Ledger, Before), rusqlite::Error> {
    let (salt, today) = batch.query_one("SELECT salt, today FROM history", [], |row| {
        Ok((Salt(row.get(0)?), Day(row.get(1)?)))
    })?;
    let next: i64 =
        batch.query_one("SELECT coalesce(max(number), 0) + 1 FROM note", [], |row| {
            row.get(0)
        })?;
    let mut before = Before::default();
    let mut bands: HashMap<u64, Vec<u64>> = HashMap::new();
    let mut person = batch.prepare_cached("SELECT first_day, messages, unanswered, accepted_day, newsletters, long_day, long_mails FROM person WHERE key = ?1")?;
    let mut message = batch.prepare_cached("SELECT messages, unanswered, known_days, accepted_days, newsletters, long_mails_today, copies FROM sighting WHERE message = ?1")?;
    let mut band_notes =
        batch.prepare_cached("SELECT note FROM note_band WHERE band = ?1 ORDER BY note")?;
    let mut one_note =
        batch.prepare_cached("SELECT signature, senders FROM note WHERE number = ?1")?;
    for sighting in sightings {
        for &key in &sighting.who {
            let found = person
                .query_one([key.cast_signed()], record_of)
                .optional()?;
            before.people.extend(found.map(|record| (key, record)));
        }
        for key in [Some(sighting.message), sighting.bumps]
            .into_iter()
            .flatten()
        {
            let found = message.query_one([key.cast_signed()], past_of).optional()?;
            before.messages.extend(found.map(|past| (key, past)));
        }
        for band in sighting.note.iter().flat_map(|mark| mark.bands) {
            let rows = band_notes.query_map([band.cast_signed()], |row| row.get::<_, i64>(0))?;
            let numbers = rows.map(|row| row.map(i64::cast_unsigned));
            let numbers = numbers.collect::<Result<Vec<u64>, _>>()?;
            for &number in &numbers {
                let found = one_note.query_one([number.cast_signed()], note_of)?;
                before.notes.insert(number, found);
            }
            bands.insert(band, numbers);
        }
    }
    let mut ledger = Ledger::new(salt, limits::MEMORY, today, next.cast_unsigned());
    ledger.recall(Entries {
        people: before
            .people
            .iter()
            .map(|(key, record)| (*key, *record))
            .collect(),
        messages: before
            .messages
            .iter()
            .map(|(key, past)| (*key, *past))
            .collect(),
        notes: before
            .notes
            .iter()
            .map(|(number, note)| (*number, note.clone()))
            .collect(),
        bands: bands.into_iter().collect(),
        today,
    });
    Ok((ledger, before))
}

fn record_of(row: &Row<'_>) -> Result<Record, rusqlite::Error> {
    Ok(Record {
        first: Day(row.get(0)?),
        messages: row.get(1)?,
        unanswered: row.get(2)?,
        accepted: row.get::<_, Option<i32>>(3)?.map(Day),
        newsletters: row.get(4)?,
        long_day: Day(row.get(5)?),
        long_mails: row.get(6)?,
    })
}

fn past_of(row: &Row<'_>) -> Result<Past, rusqlite::Error> {
    Ok(Past {
        messages: row.get(0)?,
        unanswered: row.get(1)?,
        known_days: row.get(2)?,
        accepted_days: row.get(3)?,
        newsletters: row.get(4)?,
        long_mails_today: row.get(5)?,
        copies: row.get(6)?,
    })
}

fn note_of(row: &Row<'_>) -> Result<Note, rusqlite::Error> {
    let (signature, senders): (Vec<u8>, Vec<u8>) = (row.get(0)?, row.get(1)?);
    let values: Vec<u32> = signature
        .as_chunks()
        .0
        .iter()
        .map(|bytes| u32::from_le_bytes(*bytes))
        .collect();
    let values = values.try_into().map_err(|_| {
        rusqlite::Error::FromSqlConversionFailure(
            0,
            Type::Blob,
            "a signature of another length".into(),
        )
    })?;
    let senders = senders.as_chunks().0;
    Ok(Note {
        values,
        senders: senders
            .iter()
            .map(|bytes| u64::from_le_bytes(*bytes))
            .collect(),
    })
}

/// Writes what is not as it was.
fn save(batch: &Transaction<'_>, now: Entries, before: &Before) -> Result<(), rusqlite::Error> {
    let touched: i64 = batch.query_one(
        "UPDATE history SET batches = batches + 1, today = ?1 RETURNING batches",
        [now.today.0],
        |row| row.get(0),
    )?;
    let mut person = batch.prepare_cached(
        "INSERT OR REPLACE INTO person VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    for (key, r) in now.people {
        if before.people.get(&key) != Some(&r) {
            person.execute(params![
                key.cast_signed(),
                r.first.0,
                r.messages,
                r.unanswered,
                r.accepted.map(|day| day.0),
                r.newsletters,
                r.long_day.0,
                r.long_mails,
                touched
            ])?;
        }
    }
    let mut sighting =
        batch.prepare_cached("INSERT INTO sighting VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")?;
    for (message, p) in now.messages {
        if !before.messages.contains_key(&message) {
            sighting.execute(params![
                message.cast_signed(),
                p.messages,
                p.unanswered,
                p.known_days,
                p.accepted_days,
                p.newsletters,
                p.long_mails_today,
                p.copies,
                touched
            ])?;
        }
    }
    save_notes(batch, now.notes, now.bands, before, touched)
}

fn save_notes(
    batch: &Transaction<'_>,
    notes: Vec<(u64, Note)>,
    bands: Vec<(u64, Vec<u64>)>,
    before: &Before,
    touched: i64,
) -> Result<(), rusqlite::Error> {
    let mut note = batch.prepare_cached(
        "INSERT INTO note VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (number) DO UPDATE SET senders = ?3, touched = ?4",
    )?;
    for (number, now) in notes {
        if before.notes.get(&number) != Some(&now) {
            let signature: Vec<u8> = now.values.iter().flat_map(|v| v.to_le_bytes()).collect();
            let senders: Vec<u8> = now.senders.iter().flat_map(|s| s.to_le_bytes()).collect();
            note.execute(params![number.cast_signed(), signature, senders, touched])?;
        }
    }
    let mut drop_band =
        batch.prepare_cached("DELETE FROM note_band WHERE band = ?1 AND note = ?2")?;
    let mut in_band = batch.prepare_cached("INSERT OR IGNORE INTO note_band VALUES (?1, ?2)")?;
    let mut of_band = batch.prepare_cached("SELECT note FROM note_band WHERE band = ?1")?;
    for (band, numbers) in bands {
        let band = band.cast_signed();
        let rows = of_band.query_map([band], |row| row.get::<_, i64>(0))?;
        let stored = rows.collect::<Result<Vec<i64>, _>>()?;
        for old in stored
            .iter()
            .filter(|old| !numbers.contains(&old.cast_unsigned()))
        {
            drop_band.execute([band, *old])?;
        }
        for number in numbers {
            in_band.execute([band, number.cast_signed()])?;
        }
    }
    Ok(())
}

/// Forgets what was not touched for the longest time, beyond the bounds.
fn forget(batch: &Transaction<'_>) -> Result<(), rusqlite::Error> {
    let tables = [
        ("person", "key", limits::STORE.people),
        ("sighting", "message", limits::STORE.messages),
        ("note", "number", limits::STORE.notes),
    ];
    for (table, key, bound) in tables {
        forget_beyond(batch, table, key, bound)?;
    }
    Ok(())
}

fn forget_beyond(
    batch: &Transaction<'_>,
    table: &str,
    key: &str,
    bound: usize,
) -> Result<(), rusqlite::Error> {
    let mut count = batch.prepare_cached(&format!("SELECT count(*) FROM {table}"))?;
    let n: i64 = count.query_one([], |row| row.get(0))?;
    let excess = n - i64::try_from(bound).unwrap_or(i64::MAX);
    if excess > 0 {
        batch.execute(
            &format!("DELETE FROM {table} WHERE {key} IN (SELECT {key} FROM {table} ORDER BY touched LIMIT ?1)"),
            [excess],
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::Act;
    use crate::owner::Owner;
    use crate::source::Content;

    fn sightings(salt: Salt) -> Vec<Option<Sighting>> {
        let note = "I help founders of bridge companies to grow faster with a proven method, shall we connect and share ideas";
        (0..40)
            .map(|n| {
                let mail = format!(
                    "From: P {} <p{}@x{}.example>\nMessage-ID: <{n}@x.example>\nDate: {} Mar 2024 10:00:00 +0000\n\n{note} {n}",
                    n % 7,
                    n % 7,
                    n % 7,
                    1 + n / 4
                );
                let linkedin = format!(
                    "From: Q {n} <invitations@linkedin.com>\nSubject: Invitation\nMessage-ID: <l{n}@x.example>\n\n{note}.\n\nAccept: https://www.linkedin.com/x"
                );
                let mail = if n % 3 == 0 { linkedin } else { mail };
                let (message, contact) = crate::triage::read(&Content::Mail(mail.as_bytes().to_vec()), &Owner::default());
                Sighting::of(&message, &contact, &Owner::default(), &salt)
            })
            .collect()
    }

    #[test]
    fn the_store_knows_what_a_ledger_knows() {
        let mut state = State::in_memory().unwrap();
        let salt = state.salt().unwrap();
        let sightings = sightings(salt);
        assert!(sightings.iter().all(Option::is_some));
        let mut ledger = Ledger::new(salt, limits::MEMORY, Day(0), 1);
        let expected: Vec<Past> = sightings.iter().flatten().map(|s| ledger.note(s)).collect();
        let mut kept = Vec::new();
        for batch in sightings.chunks(6) {
            kept.extend(state.note(batch).unwrap());
        }
        assert_eq!(kept, expected);
        assert!(kept.iter().any(|past| past.copies > 8), "{kept:?}");
        assert!(kept.iter().any(|past| past.unanswered > 2), "{kept:?}");
        // Once more: the same answers, nothing counted twice.
        let dump = |state: &State| -> Vec<(i64, u32)> {
            let mut all = state
                .connection
                .prepare("SELECT key, messages FROM person ORDER BY key")
                .unwrap();
            let rows = all
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
                .unwrap();
            rows.map(Result::unwrap).collect()
        };
        let before = dump(&state);
        assert_eq!(state.note(&sightings).unwrap(), expected);
        assert_eq!(dump(&state), before);
        let last = sightings[39].clone().unwrap();
        let next = Sighting { message: 1, ..last };
        let past = state.past(&next).unwrap();
        assert_eq!(past, ledger.past(&next));
        assert_eq!(dump(&state), before);
    }

    #[test]
    fn the_oldest_are_forgotten() {
        let mut state = State::in_memory().unwrap();
        for person in 0..10 {
            let sighting = Sighting {
                message: person,
                who: vec![person],
                act: Act::Connected,
                day: None,
                bumps: None,
                note: None,
            };
            state.note(&[Some(sighting)]).unwrap();
        }
        let batch = state.connection.transaction().unwrap();
        forget_beyond(&batch, "person", "key", 4).unwrap();
        let first: i64 = batch
            .query_one("SELECT min(key) FROM person", [], |row| row.get(0))
            .unwrap();
        assert_eq!(first, 6);
    }

    #[test]
    fn no_readable_text_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        let mut state = State::open(dir.path()).unwrap();
        let salt = state.salt().unwrap();
        state.note(&sightings(salt)).unwrap();
        drop(state);
        for entry in std::fs::read_dir(dir.path()).unwrap() {
            let bytes = std::fs::read(entry.unwrap().path()).unwrap();
            for word in ["founders", "x3.example", "linkedin"] {
                assert_eq!(
                    memchr::memmem::find(&bytes, word.as_bytes()),
                    None,
                    "{word}"
                );
            }
        }
    }
}
