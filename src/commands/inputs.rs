//! The messages of all paths of a command line, with progress.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use rayon::prelude::*;

use super::{CommandError, Judge, Notes, now};
use crate::explain::Recorder;
use crate::history::Sighting;
use crate::source::{OddRows, PassedOver, RawMessage, Rest, Source, SourceError, map_batches};
use crate::state::Decided;
use crate::triage::{Triage, read};

/// What was not read of the paths of a command line, though the rest was.
#[derive(Default)]
#[must_use]
pub(super) struct Unread {
    /// Rows of data exports that make no sense.
    pub(super) odd_rows: usize,
    files: Vec<SourceError>,
}

impl Unread {
    /// Adds what was passed over in one path, and says what is no failure.
    fn add(&mut self, passed_over: PassedOver, notes: Notes) {
        for file in &passed_over.not_mail {
            notes.say(&format!(
                "anteroom: {}: passed over, not mail",
                file.display()
            ));
        }
        let OddRows { count, first } = &passed_over.odd_rows;
        for row in first {
            notes.say(&format!("anteroom: {row}; this row is passed over"));
        }
        if *count > first.len() {
            let more = count - first.len();
            notes.say(&format!("anteroom: {more} more rows are passed over"));
        }
        self.odd_rows += count;
        self.files.extend(passed_over.unreadable);
    }

    /// Ends a command that has done what it could with the rest.
    ///
    /// # Errors
    /// If a file could not be read: then the command failed in part.
    pub(super) fn complete(self) -> Result<(), CommandError> {
        match self.files.is_empty() {
            true => Ok(()),
            false => Err(CommandError::Unreadable(self.files)),
        }
    }
}

/// Maps every message of the paths on all cores; `sink` gets the results in order.
pub(super) fn for_each<T: Send>(
    paths: &[PathBuf],
    rest: Rest,
    notes: Notes,
    map: impl Fn(&RawMessage) -> T + Sync,
    sink: impl FnMut(RawMessage, T) -> Result<(), CommandError>,
) -> Result<Unread, CommandError> {
    let map = |batch: &[RawMessage]| Ok(batch.par_iter().map(&map).collect());
    for_each_batch(paths, rest, notes, map, sink)
}

/// Judges every message of the paths, knowing what came before it. Messages are read and judged
/// on all cores; between the two they are noted one after the other, in their order.
pub(super) fn judge_each<T: Send>(
    paths: &[PathBuf],
    rest: Rest,
    (judge, notes): (&Judge, Notes),
    map: impl Fn(&RawMessage, Triage) -> T + Sync,
    sink: impl FnMut(RawMessage, T) -> Result<(), CommandError>,
) -> Result<Unread, CommandError> {
    let mut memory = judge.memory()?;
    let salt = memory.salt()?;
    let recorder = memory
        .keeps_decisions()
        .then(|| Recorder::new(&judge.model, &judge.policy, now()));
    let judge_batch = |batch: &[RawMessage]| {
        let (read, sightings): (Vec<_>, Vec<_>) = batch
            .par_iter()
            .map(|raw| {
                let (message, contact) = read(&raw.content, &judge.owner);
                let sighting = Sighting::of(&message, &contact, &judge.owner, &salt);
                ((message, contact), sighting)
            })
            .unzip();
        let pasts = memory.note(&sightings)?;
        let known = read.into_par_iter().zip(pasts).zip(&sightings).zip(batch);
        let (results, decisions): (Vec<T>, Vec<_>) = known
            .map(|(((read, past), sighting), raw)| {
                let triage = judge.judge(read, past);
                let recorded = sighting.as_ref().zip(recorder.as_ref());
                let decided = recorded.and_then(|(s, r)| Decided::of(s, &triage, r));
                (map(raw, triage), decided)
            })
            .unzip();
        memory.keep(&decisions)?;
        Ok(results)
    };
    for_each_batch(paths, rest, notes, judge_batch, sink)
}

fn for_each_batch<T: Send>(
    paths: &[PathBuf],
    rest: Rest,
    notes: Notes,
    mut map: impl FnMut(&[RawMessage]) -> Result<Vec<T>, CommandError> + Send,
    mut sink: impl FnMut(RawMessage, T) -> Result<(), CommandError>,
) -> Result<Unread, CommandError> {
    let progress = progress(notes);
    let mut unread = Unread::default();
    for path in paths {
        let mut source = Source::open(path, rest)?;
        map_batches(&mut source, &mut map, |raw, result| {
            progress.inc(1);
            sink(raw, result)
        })?;
        unread.add(source.finish(path)?, notes);
    }
    progress.finish_and_clear();
    Ok(unread)
}

/// For a summary: " 2 rows that make no sense were passed over."; nothing if there are none.
pub(super) fn passed_over(odd_rows: usize) -> String {
    match odd_rows {
        0 => String::new(),
        1 => " 1 row that makes no sense was passed over.".to_owned(),
        n => format!(" {n} rows that make no sense were passed over."),
    }
}

/// A counter on a terminal that appears only if the work takes long enough to wonder.
pub(super) fn progress(notes: Notes) -> ProgressBar {
    if notes == Notes::Off || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {human_pos} messages, {per_sec}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
