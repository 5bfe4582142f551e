//! `anteroom model versions` and `anteroom model restore`

use std::io::Write;
use std::path::Path;

use serde_json::json;

use super::{CommandError, Format, classify, count_of, load_model, table, teach as teaching};
use crate::cli::StateArgs;
use crate::config::Config;
use crate::learn::{Standing, counting, standings, teach};
use crate::state::{InPlace, State, Version};

/// The versions that can be brought back.
pub(super) fn list(args: &StateArgs, config: &Config, format: Format) -> Result<(), CommandError> {
    let place = teaching::place(config, args.state.as_deref())?;
    let (versions, in_place) = match State::look(place.path())? {
        Some(state) => (state.versions()?, state.in_place()?),
        None => (Vec::new(), None),
    };
    let is_in_place = |version: &Version| {
        in_place
            .as_ref()
            .is_some_and(|place| place.version == version.version)
    };
    if format == Format::Json {
        let mut out = anstream::stdout().lock();
        for version in &versions {
            let record = json!({
                "schema": "anteroom.version/1",
                "version": version.version,
                "made_at": version.made,
                "lessons": version.lessons,
                "why": version.why,
                "sha256": version.sha256,
                "in_place": is_in_place(version),
            });
            writeln!(out, "{record}")?;
        }
        return Ok(());
    }
    let mut rows = table::new(&["version", "made", "lessons", "by", "sha256", ""]);
    for version in &versions {
        rows.add_row(vec![
            table::number(version.version),
            comfy_table::Cell::new(table::date(version.made)),
            table::number(version.lessons),
            comfy_table::Cell::new(&version.why),
            comfy_table::Cell::new(&version.sha256[..version.sha256.len().min(12)]),
            comfy_table::Cell::new(if is_in_place(version) { "in place" } else { "" }),
        ]);
    }
    classify::print(&rows)
}

/// Brings a version back. Its file is checked before anything changes.
pub(super) fn restore(
    number: i64,
    model: Option<&Path>,
    args: &StateArgs,
    config: &Config,
) -> Result<(), CommandError> {
    let base = load_model(model.or(config.model.as_deref()))?;
    let place = teaching::place(config, args.state.as_deref())?;
    let Some(mut state) = State::open_existing(place.path())? else {
        return Err(CommandError::Missing(format!(
            "{}: nothing was learned there, so there is nothing to bring back",
            place.path().display()
        )));
    };
    let versions = state.versions()?;
    let Some(version) = versions.iter().find(|version| version.version == number) else {
        return Err(CommandError::Data(no_version(number, &versions)));
    };
    let restored = state.load_version(number)?;
    if restored.sha256() != version.sha256 {
        return Err(CommandError::Data(format!(
            "the file of version {number} is not the one that was made; nothing was changed"
        )));
    }
    let book = state.lesson_book()?;
    book.restore(&InPlace {
        version: number,
        base: base.id(),
        standard: None,
    })?;
    let lessons = book.lessons()?;
    let evidence = base.counts.evidence();
    let set_aside = standings(&lessons, evidence)
        .into_iter()
        .filter(|standing| *standing == Standing::Suspended)
        .count();
    let next = teach(&base, &counting(&lessons, evidence))
        .map_err(|error| CommandError::Data(error.to_string()))?;
    book.close()?;
    let mut out = anstream::stdout().lock();
    writeln!(
        out,
        "version {number} is in place again: {}, sha256 {}\nlearned since and set aside: {}; 'anteroom lessons held' lists them",
        count_of(version.lessons as usize, "lesson"),
        version.sha256,
        count_of(set_aside, "lesson")
    )?;
    if next.sha256() != version.sha256 {
        writeln!(
            out,
            "it holds what was taken back, relabelled or taught to another model since: the next lesson makes a model of the lessons in 'anteroom lessons list' alone"
        )?;
    }
    Ok(())
}

/// Says that there is no such version, and which there are.
fn no_version(number: i64, versions: &[Version]) -> String {
    let known: Vec<String> = versions.iter().map(|v| v.version.to_string()).collect();
    match known.is_empty() {
        true => {
            "nothing was learned there, so there is no version to bring back; see 'anteroom learn'"
                .to_owned()
        }
        false => format!(
            "there is no version {number}; expected one of {}",
            known.join(", ")
        ),
    }
}
