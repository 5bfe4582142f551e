//! What was decided on which message: names the program gives, a day, hashes. How it came about is
//! in `grounds`.

use rusqlite::{Row, TransactionBehavior, params};
use rusqlite_migration::M;

use super::{State, StateError, grounds};
use crate::decide::Verdict;
use crate::explain::{Grounds, Recorder};
use crate::history::{Act, Day, Sighting};
use crate::limits;
use crate::report::{Entry, Name, month, wants};
use crate::triage::Triage;

/// The table. A message has one decision, the last.
pub(super) const STEP: M<'static> = M::up(
    "CREATE TABLE decision (
         message INTEGER PRIMARY KEY,
         sender INTEGER NOT NULL,
         day INTEGER,
         platform TEXT NOT NULL,
         wants TEXT NOT NULL,
         verdict TEXT NOT NULL
     ) STRICT;",
);

/// The decision on one message, and how it came about.
#[derive(Debug, Clone, PartialEq)]
pub struct Decided {
    message: u64,
    sender: u64,
    day: Option<Day>,
    platform: &'static str,
    wants: String,
    grounds: Grounds,
}

impl Decided {
    /// Takes down the decision on a message that was sighted; none unless somebody wrote it to the
    /// owner. `recorder` is of the model and policy that made it.
    pub fn of(sighting: &Sighting, triage: &Triage, recorder: &Recorder<'_>) -> Option<Decided> {
        let sender = *sighting.who.first()?;
        matches!(sighting.act, Act::Wrote(_)).then(|| Decided {
            message: sighting.message,
            sender,
            day: sighting.day,
            platform: triage.contact.platform.name(),
            wants: wants(triage).join(" "),
            grounds: recorder.grounds(triage),
        })
    }
}

impl State {
    /// Keeps decisions; a message that was decided before has the new one.
    ///
    /// # Errors
    /// If SQLite refuses; then none is kept.
    pub fn keep_decisions(&mut self, decisions: &[Option<Decided>]) -> Result<(), StateError> {
        let kept = keep(&mut self.connection, decisions);
        kept.map_err(|cause| self.error(cause))
    }

    /// What is known of all decisions, for a report.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn decisions(&self) -> Result<Vec<Entry>, StateError> {
        let read = || -> Result<Vec<Entry>, rusqlite::Error> {
            let mut all = self.connection.prepare(
                "SELECT sender, day, platform, wants, verdict FROM decision ORDER BY day, message",
            )?;
            all.query_map([], entry_of)?.collect()
        };
        read().map_err(|cause| self.error(cause))
    }
}

fn keep(
    connection: &mut rusqlite::Connection,
    decisions: &[Option<Decided>],
) -> Result<(), rusqlite::Error> {
    let batch = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut insert =
        batch.prepare_cached("INSERT OR REPLACE INTO decision VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
    for decided in decisions.iter().flatten() {
        insert.execute(params![
            decided.message.cast_signed(),
            decided.sender.cast_signed(),
            decided.day.map(|day| day.0),
            decided.platform,
            decided.wants,
            decided.grounds.verdict.name(),
        ])?;
        grounds::save(&batch, decided.message, &decided.grounds)?;
    }
    drop(insert);
    // The oldest by their own dates, the undated first.
    batch
        .prepare_cached(
            "DELETE FROM decision WHERE message IN (
                 SELECT message FROM decision ORDER BY day
                 LIMIT max(0, (SELECT count(*) FROM decision) - ?1))",
        )?
        .execute([i64::try_from(limits::STORE.messages).unwrap_or(i64::MAX)])?;
    grounds::forget(&batch, limits::GROUNDS)?;
    batch.commit()
}

fn entry_of(row: &Row<'_>) -> Result<Entry, rusqlite::Error> {
    let wants: String = row.get(3)?;
    let verdict: String = row.get(4)?;
    Ok(Entry {
        sender: row.get::<_, i64>(0)?.cast_unsigned(),
        month: row.get::<_, Option<i32>>(1)?.map(|day| month(Day(day))),
        platform: row.get::<_, String>(2)?.into(),
        wants: wants
            .split(' ')
            .map(|want| Name::Owned(want.to_owned()))
            .collect(),
        // A verdict of a newer program is not one of ours.
        verdict: Verdict::named(&verdict).unwrap_or(Verdict::Unsure),
        listed: None,
    })
}
