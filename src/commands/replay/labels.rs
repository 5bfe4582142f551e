//! A file of labels by Message-ID: CSV or JSON lines.

use std::collections::HashMap;
use std::path::Path;

use serde::Deserialize;

use crate::bounded;
use crate::commands::CommandError;
use crate::label::Label;
use crate::limits;
use crate::replay::Truth;

/// What messages are, by Message-ID without angle brackets.
pub(super) struct Labels(HashMap<String, (Truth, usize)>);

impl Labels {
    /// What a message is, if the file says so.
    pub(super) fn of(&self, id: &str) -> Option<Truth> {
        self.0.get(id).map(|(truth, _)| *truth)
    }
}

/// A label's name, or `out-of-scope`.
pub(super) fn truth_of(name: &str) -> Option<Truth> {
    match name {
        "out-of-scope" => Some(Truth::OutOfScope),
        name => name.parse::<Label>().ok().map(Truth::Label),
    }
}

/// Reads a file of labels.
pub(super) fn read(path: &Path) -> Result<Labels, CommandError> {
    let text = bounded::read_text(path, limits::LABELS_BYTES).map_err(|cause| {
        CommandError::Data(format!(
            "{}: cannot be read: {cause}; expected lines 'message-id,label' in UTF-8",
            path.display()
        ))
    })?;
    parse(&text).map_err(|(line, what)| {
        CommandError::Data(format!("{}, line {line}: {what}", path.display()))
    })
}

#[derive(Deserialize)]
struct Line {
    message_id: String,
    label: String,
}

/// Parses the lines; an error comes with its line number, from 1.
fn parse(text: &str) -> Result<Labels, (usize, String)> {
    let mut labels = HashMap::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim().trim_start_matches('\u{feff}');
        if line.is_empty() || number == 1 && is_heading(line) {
            continue;
        }
        let (id, name) = split(line).map_err(|what| (number, what))?;
        let truth = truth_of(&name).ok_or_else(|| {
            let what = format!(
                "'{name}' is not a label; expected one of genuine, generic-invite, pitch, spam, out-of-scope"
            );
            (number, what)
        })?;
        let id = id.trim_start_matches('<').trim_end_matches('>').to_owned();
        match labels.insert(id, (truth, number)) {
            Some((before, line)) if before != truth => {
                return Err((
                    number,
                    format!("gives the message of line {line} another label"),
                ));
            }
            _ => {}
        }
    }
    Ok(Labels(labels))
}

fn is_heading(line: &str) -> bool {
    line.replace(['"', ' ', '-', '_'], "")
        .eq_ignore_ascii_case("messageid,label")
}

fn split(line: &str) -> Result<(String, String), String> {
    if line.starts_with('{') {
        let line: Line = serde_json::from_str(line)
            .map_err(|error| format!("{error}; expected {{\"message_id\":…,\"label\":…}}"))?;
        return Ok((line.message_id, line.label));
    }
    // A Message-ID may hold a comma, a label cannot.
    let (id, label) = line
        .rsplit_once(',')
        .ok_or_else(|| "no comma; expected 'message-id,label'".to_owned())?;
    let bare = |field: &str| field.trim().trim_matches('"').to_owned();
    Ok((bare(id), bare(label)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read() {
        let text = "message-id,label\n<a@x>,spam\n\"b,c@x\", \"genuine\"\n\n{\"message_id\":\"d@x\",\"label\":\"out-of-scope\",\"more\":1}\n";
        let labels = parse(text)
            .map_err(|(line, what)| format!("{line}: {what}"))
            .unwrap();
        assert_eq!(labels.of("a@x"), Some(Truth::Label(Label::Spam)));
        assert_eq!(labels.of("b,c@x"), Some(Truth::Label(Label::Genuine)));
        assert_eq!(labels.of("d@x"), Some(Truth::OutOfScope));
        assert_eq!(labels.of("e@x"), None);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (text, line, words) in [
            ("a@x,spam\nb@x,ham", 2, "'ham' is not a label"),
            ("a@x spam", 1, "no comma"),
            ("{\"label\":\"spam\"}", 1, "message_id"),
            ("a@x,spam\n\na@x,pitch", 3, "line 1 another label"),
        ] {
            let Err((found, what)) = parse(text) else {
                panic!("{text} was read");
            };
            assert_eq!(found, line, "{what}");
            assert!(what.contains(words), "{what}");
        }
    }
}
