//! The messages of all paths of a command line, with progress.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use rayon::prelude::*;

use super::{CommandError, Judge, Notes};
use crate::history::Sighting;
use crate::source::{RawMessage, Rest, Source, map_batches};
use crate::state::Decided;
use crate::triage::{Triage, read};

/// Maps every message of the paths on all cores; `sink` gets the results in order.
pub(super) fn for_each<T: Send>(
    paths: &[PathBuf],
    rest: Rest,
    notes: Notes,
    map: impl Fn(&RawMessage) -> T + Sync,
    sink: impl FnMut(RawMessage, T) -> Result<(), CommandError>,
) -> Result<(), CommandError> {
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
) -> Result<(), CommandError> {
    let mut memory = judge.memory()?;
    let salt = memory.salt()?;
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
                let decided = sighting.as_ref().and_then(|s| Decided::of(s, &triage));
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
) -> Result<(), CommandError> {
    let progress = progress(notes);
    for path in paths {
        let mut source = Source::open(path, rest)?;
        map_batches(&mut source, &mut map, |raw, result| {
            progress.inc(1);
            sink(raw, result)
        })?;
        source.finish(path)?;
        for skipped in source.skipped() {
            notes.say(&format!(
                "anteroom: {}: passed over, not mail",
                skipped.display()
            ));
        }
    }
    progress.finish_and_clear();
    Ok(())
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
