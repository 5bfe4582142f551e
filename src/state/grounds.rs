//! How decisions came about: the program's own words, hashed events with weights, and by what model
//! and policy. Only the newest are kept, see [`crate::limits::GROUNDS`].

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use rusqlite_migration::M;

use super::{State, StateError};
use crate::decide::{LabelProbabilities, Verdict};
use crate::explain::{DecidedBy, Grounds, Weighed};

/// The tables. What many decisions share, by what they were made, is written once.
pub(super) const STEP: M<'static> = M::up(
    "CREATE TABLE judge (
         number INTEGER PRIMARY KEY,
         model TEXT NOT NULL,          -- SHA-256
         features INTEGER NOT NULL,    -- version
         program TEXT NOT NULL,        -- version
         policy TEXT NOT NULL,         -- JSON
         UNIQUE (model, features, program, policy)
     ) STRICT;
     CREATE TABLE grounds (
         message INTEGER PRIMARY KEY REFERENCES decision (message) ON DELETE CASCADE,
         decided INTEGER NOT NULL,     -- seconds since 1970
         judge INTEGER NOT NULL REFERENCES judge (number),
         reason TEXT NOT NULL,
         rule TEXT,
         because TEXT NOT NULL,
         probabilities BLOB NOT NULL,  -- f64 a label, little-endian
         facts TEXT NOT NULL,
         evidence BLOB NOT NULL,       -- key u64, weight f32, little-endian
         tipping BLOB NOT NULL,        -- as evidence
         verdict_without TEXT
     ) STRICT;
     CREATE INDEX grounds_decided ON grounds (decided);
     CREATE INDEX grounds_judge ON grounds (judge);",
);

/// Bytes of one event.
const EVENT: usize = 12;

impl State {
    /// How the decision on a message came about; none if it is not known, or not any more.
    ///
    /// # Errors
    /// If SQLite refuses or a row makes no sense.
    pub fn grounds(&self, message: u64) -> Result<Option<Grounds>, StateError> {
        let found = find(&self.connection, message);
        found.map_err(|cause| self.error(cause))
    }
}

/// Writes the grounds of a decision that is written already.
pub(super) fn save(
    batch: &Transaction<'_>,
    message: u64,
    grounds: &Grounds,
) -> Result<(), rusqlite::Error> {
    let judge = judge_number(batch, &grounds.by)?;
    let probabilities: Vec<u8> = grounds
        .probabilities
        .iter()
        .flat_map(|p| p.to_le_bytes())
        .collect();
    batch
        .prepare_cached(
            "INSERT OR REPLACE INTO grounds VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?
        .execute(params![
            message.cast_signed(),
            grounds.decided,
            judge,
            grounds.reason,
            grounds.rule,
            grounds.because,
            probabilities,
            grounds.facts.join(" "),
            encode(&grounds.evidence),
            encode(&grounds.tipping),
            grounds.verdict_without.map(Verdict::name)
        ])
        .map(drop)
}

/// The number of what decisions were made by, which is written if it is new.
fn judge_number(batch: &Transaction<'_>, by: &DecidedBy) -> Result<i64, rusqlite::Error> {
    // Plain data: writing it as JSON cannot fail.
    let policy = serde_json::to_string(&by.policy).unwrap_or_default();
    let which = params![by.model, by.features_version, by.program, policy];
    let found = batch
        .prepare_cached(
            "SELECT number FROM judge
             WHERE model = ?1 AND features = ?2 AND program = ?3 AND policy = ?4",
        )?
        .query_row(which, |row| row.get(0))
        .optional()?;
    if let Some(number) = found {
        return Ok(number);
    }
    batch
        .prepare_cached(
            "INSERT INTO judge (model, features, program, policy) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(which)?;
    Ok(batch.last_insert_rowid())
}

/// Forgets the grounds beyond a bound: the first that were made, and of one run the oldest mail.
pub(super) fn forget(batch: &Transaction<'_>, bound: usize) -> Result<(), rusqlite::Error> {
    let n: i64 = batch
        .prepare_cached("SELECT count(*) FROM grounds")?
        .query_one([], |row| row.get(0))?;
    let excess = n - i64::try_from(bound).unwrap_or(i64::MAX);
    if excess <= 0 {
        return Ok(());
    }
    batch.execute(
        "DELETE FROM grounds WHERE message IN (
             SELECT grounds.message FROM grounds JOIN decision USING (message)
             ORDER BY decided, day LIMIT ?1)",
        [excess],
    )?;
    batch
        .execute(
            "DELETE FROM judge WHERE number NOT IN (SELECT judge FROM grounds)",
            [],
        )
        .map(drop)
}

fn find(connection: &Connection, message: u64) -> Result<Option<Grounds>, rusqlite::Error> {
    connection
        .prepare_cached(
            "SELECT decided, model, features, program, policy, verdict, reason, rule, because,
                 probabilities, facts, evidence, tipping, verdict_without
             FROM grounds JOIN decision USING (message) JOIN judge ON judge = number
             WHERE message = ?1",
        )?
        .query_row([message.cast_signed()], grounds_of)
        .optional()
}

fn grounds_of(row: &Row<'_>) -> Result<Grounds, rusqlite::Error> {
    let policy: String = row.get(4)?;
    let verdict: String = row.get(5)?;
    let facts: String = row.get(10)?;
    let without: Option<String> = row.get(13)?;
    let events = |column| {
        let bytes: Vec<u8> = row.get(column)?;
        decode(&bytes).ok_or_else(|| nonsense(column, "whole events"))
    };
    let probabilities: Vec<u8> = row.get(9)?;
    Ok(Grounds {
        decided: row.get(0)?,
        by: DecidedBy {
            model: row.get(1)?,
            features_version: row.get(2)?,
            program: row.get(3)?,
            policy: serde_json::from_str(&policy).ok(),
        },
        // A verdict of a newer program is not one of ours.
        verdict: Verdict::named(&verdict).unwrap_or(Verdict::Unsure),
        reason: row.get(6)?,
        rule: row.get(7)?,
        because: row.get(8)?,
        probabilities: four(&probabilities).ok_or_else(|| nonsense(9, "four numbers"))?,
        facts: facts.split_whitespace().map(str::to_owned).collect(),
        evidence: events(11)?,
        tipping: events(12)?,
        verdict_without: without.as_deref().and_then(Verdict::named),
    })
}

fn nonsense(column: usize, expected: &str) -> rusqlite::Error {
    let what = format!("damaged grounds of a decision; expected {expected}");
    rusqlite::Error::FromSqlConversionFailure(column, Type::Blob, what.into())
}

fn four(bytes: &[u8]) -> Option<LabelProbabilities> {
    let (numbers, rest) = bytes.as_chunks();
    let numbers: Vec<f64> = numbers.iter().map(|one| f64::from_le_bytes(*one)).collect();
    let numbers = rest.is_empty().then_some(numbers)?;
    numbers.try_into().ok()
}

fn encode(events: &[Weighed]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(events.len() * EVENT);
    for one in events {
        bytes.extend_from_slice(&one.event.to_le_bytes());
        bytes.extend_from_slice(&one.weight.to_le_bytes());
    }
    bytes
}

fn decode(bytes: &[u8]) -> Option<Vec<Weighed>> {
    let event = |record: &[u8]| {
        let (key, weight) = record.split_at_checked(8)?;
        Some(Weighed {
            event: u64::from_le_bytes(key.try_into().ok()?),
            weight: f32::from_le_bytes(weight.try_into().ok()?),
        })
    };
    bytes.chunks(EVENT).map(event).collect()
}

#[cfg(test)]
mod tests {
    use rusqlite::TransactionBehavior;

    use super::*;
    use crate::decide::Policy;
    use crate::explain::Recorder;
    use crate::history::Sighting;
    use crate::model::Model;
    use crate::owner::Owner;
    use crate::state::Decided;

    fn decided(state: &State, n: usize, at: i64) -> (u64, Decided, Grounds) {
        let (model, policy) = (Model::shipped().unwrap(), Policy::default());
        // A few words make it a pitch, so that there is a tipping set.
        let mail = format!(
            "From: Max <max{n}@studio.example>\nSubject: Friday\nMessage-ID: <{n}@studio.example>\nDate: 1 Mar 2024 10:00:00 +0000\n\nHello, our studio has a free slot on Friday and we offer it at half price. Shall we have a quick call? Max\n"
        );
        let content = mail.as_str().into();
        let triage = crate::triage::triage(&content, &Owner::default(), &model, &policy);
        let salt = state.salt().unwrap();
        let sighting =
            Sighting::of(&triage.message, &triage.contact, &Owner::default(), &salt).unwrap();
        let recorder = Recorder::new(&model, &policy, at);
        let grounds = recorder.grounds(&triage);
        let decided = Decided::of(&sighting, &triage, &recorder).unwrap();
        (sighting.message, decided, grounds)
    }

    #[test]
    fn an_account_comes_back_as_it_was_made_and_again_as_it_is_made_again() {
        let mut state = State::in_memory().unwrap();
        for at in [1_700_000_000, 1_800_000_000] {
            let (message, decided, grounds) = decided(&state, 1, at);
            assert!(grounds.evidence.len() > 4 && !grounds.tipping.is_empty());
            assert!(grounds.evidence.iter().any(|one| one.weight < 0.0));
            assert!(grounds.facts.contains(&"kind:direct-message".to_owned()));
            state.keep_decisions(&[Some(decided)]).unwrap();
            assert_eq!(state.grounds(message).unwrap(), Some(grounds));
        }
        assert_eq!(state.grounds(7).unwrap(), None);
    }

    #[test]
    fn the_first_accounts_are_forgotten_and_what_none_was_made_by() {
        let mut state = State::in_memory().unwrap();
        let made: Vec<_> = (0..4).map(|n| decided(&state, n, 4 - n as i64)).collect();
        for (_, decided, _) in &made {
            state.keep_decisions(&[Some(decided.clone())]).unwrap();
        }
        let immediate = TransactionBehavior::Immediate;
        let batch = state
            .connection
            .transaction_with_behavior(immediate)
            .unwrap();
        forget(&batch, 1).unwrap();
        batch.commit().unwrap();
        let left: Vec<bool> = made
            .iter()
            .map(|(message, ..)| state.grounds(*message).unwrap().is_some())
            .collect();
        assert_eq!(left, [true, false, false, false]);
        assert_eq!(state.decisions().unwrap().len(), 4);
        let batch = state
            .connection
            .transaction_with_behavior(immediate)
            .unwrap();
        forget(&batch, 0).unwrap();
        let judges: i64 = batch
            .query_one("SELECT count(*) FROM judge", [], |row| row.get(0))
            .unwrap();
        assert_eq!(judges, 0);
    }

    #[test]
    fn no_word_of_a_message_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        let mut state = State::open(dir.path()).unwrap();
        let (_, decided, _) = decided(&state, 1, 0);
        state.keep_decisions(&[Some(decided)]).unwrap();
        drop(state);
        for entry in std::fs::read_dir(dir.path()).unwrap() {
            let bytes = std::fs::read(entry.unwrap().path()).unwrap();
            for word in ["studio", "Friday", "friday", "half price", "Shall", "max1@"] {
                let found = memchr::memmem::find(&bytes, word.as_bytes());
                assert_eq!(found, None, "{word}");
            }
        }
    }
}
