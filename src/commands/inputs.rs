//! The messages of all paths of a command line, with progress.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::{CommandError, Notes};
use crate::source::{RawMessage, Rest, Source, map_in_order};

/// Maps every message of the paths on all cores; `sink` gets the results in order.
pub(super) fn for_each<T: Send>(
    paths: &[PathBuf],
    rest: Rest,
    notes: Notes,
    map: impl Fn(&RawMessage) -> T + Sync,
    mut sink: impl FnMut(RawMessage, T) -> Result<(), CommandError>,
) -> Result<(), CommandError> {
    let progress = progress(notes);
    for path in paths {
        let mut source = Source::open(path, rest)?;
        map_in_order(&mut source, &map, |raw, result| {
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
