//! `anteroom lessons`: what was taught, told from hashes.

use std::io::{BufWriter, Write};

use serde::Serialize;

use super::{CommandError, classify, load_model, table, teach};
use crate::cli::{LessonsAction, LessonsShown};
use crate::config::Config;
use crate::explain::phrase;
use crate::features::{Evidence, features, key_of};
use crate::label::Label;
use crate::learn::{Lesson, Origin, Standing, standings};
use crate::owner::Owner;
use crate::source::Content;
use crate::state::State;

pub(super) fn run(action: &LessonsAction, config: &Config) -> Result<(), CommandError> {
    match action {
        LessonsAction::List(shown) => list(&all(shown, config)?, shown),
        LessonsAction::Held(shown) => {
            let mut found = all(shown, config)?;
            found.retain(|(_, standing)| *standing != Standing::Counts);
            list(&found, shown)
        }
        LessonsAction::About { word, shown } => about(word, all(shown, config)?, shown),
    }
}

type Found = Vec<(Lesson, Standing)>;

/// Every lesson with its standing; none where there is no store.
fn all(shown: &LessonsShown, config: &Config) -> Result<Found, CommandError> {
    let place = teach::place(config, shown.state.state.as_deref())?;
    let lessons = match State::look(place.path())? {
        Some(state) => state.lessons()?,
        None => Vec::new(),
    };
    let model = shown.model.as_deref().or(config.model.as_deref());
    let standings = standings(&lessons, load_model(model)?.counts.evidence());
    Ok(lessons.into_iter().zip(standings).collect())
}

/// The lessons whose messages held a word.
fn about(word: &str, mut found: Found, shown: &LessonsShown) -> Result<(), CommandError> {
    let names = names_of(word);
    let keys: Vec<u64> = names.iter().map(|name| key_of(name)).collect();
    found.retain(|(lesson, _)| lesson.events.iter().any(|event| keys.contains(&event.key)));
    if !shown.json {
        let words: Vec<String> = names.iter().map(|name| phrase(name)).collect();
        let counts: Vec<String> = Label::ALL
            .into_iter()
            .filter_map(|label| {
                let n = found
                    .iter()
                    .filter(|(lesson, _)| lesson.label == label)
                    .count();
                (n > 0).then(|| format!("{n} {label}"))
            })
            .collect();
        let counts = match counts.is_empty() {
            true => "no lesson".to_owned(),
            false => counts.join(", "),
        };
        writeln!(anstream::stdout().lock(), "{}: {counts}", words.join(", "))?;
        if found.is_empty() {
            return Ok(());
        }
    }
    list(&found, shown)
}

/// The names a word is counted under: those it gives in a subject and in a text, and its own if
/// it is one.
fn names_of(word: &str) -> Vec<String> {
    let line: String = word
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let mail = format!("Subject: {line}\n\n{line}\n");
    let (message, contact) = crate::triage::read(&Content::from(mail.as_str()), &Owner::default());
    let counted = features(&message, &contact, Evidence::Contact);
    let mut names: Vec<String> = (0..counted.events.len())
        .map(|position| counted.name(position).to_owned())
        .filter(|name| name.starts_with("word:") || name.starts_with("subject:"))
        .collect();
    if word.contains(':') {
        names = vec![word.to_owned()];
    }
    names
}

/// `anteroom.lesson/1`
#[derive(Serialize)]
struct LessonRecord<'a> {
    schema: &'static str,
    /// Hash of the Message-ID, or of the message.
    message: String,
    label: Label,
    /// Seconds since 1970.
    learned_at: i64,
    origin: Origin,
    events: usize,
    relabelled: u32,
    standing: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    contradicts: Option<String>,
}

impl<'a> LessonRecord<'a> {
    fn of(lesson: &Lesson, standing: &'a Standing) -> LessonRecord<'a> {
        LessonRecord {
            schema: "anteroom.lesson/1",
            message: lesson.identity.to_string(),
            label: lesson.label,
            learned_at: lesson.learned,
            origin: lesson.origin,
            events: lesson.events.len(),
            relabelled: lesson.relabelled,
            standing: standing.name(),
            contradicts: match standing {
                Standing::Contradicts(other) => Some(other.to_string()),
                _ => None,
            },
        }
    }
}

fn list(found: &Found, shown: &LessonsShown) -> Result<(), CommandError> {
    if !shown.json {
        return classify::print(&rows(found));
    }
    let mut out = BufWriter::new(std::io::stdout().lock());
    for (lesson, standing) in found {
        let line = serde_json::to_string(&LessonRecord::of(lesson, standing))
            .map_err(|error| CommandError::Internal(error.to_string()))?;
        writeln!(out, "{line}")?;
    }
    Ok(out.flush()?)
}

fn rows(found: &Found) -> comfy_table::Table {
    let mut rows = table::new(&["message", "label", "learned", "from", "standing"]);
    for (lesson, standing) in found {
        let standing = match standing {
            Standing::Counts => standing.name().to_owned(),
            held => format!("held: {}", held.describe()),
        };
        rows.add_row(vec![
            comfy_table::Cell::new(lesson.identity),
            comfy_table::Cell::new(lesson.label),
            comfy_table::Cell::new(table::date(lesson.learned)),
            comfy_table::Cell::new(lesson.origin.name()),
            comfy_table::Cell::new(standing),
        ]);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_looked_for_as_it_is_counted() {
        assert_eq!(names_of("Offer"), ["subject:offer", "word:offer"]);
        assert_eq!(names_of("link:shop.example"), ["link:shop.example"]);
    }
}
