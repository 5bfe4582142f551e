//! A mistake in a configuration file, drawn where it is.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

/// Names of keys people put a secret under. A line with one of them is never drawn.
const SECRETIVE: [&str; 4] = ["pass", "token", "secret", "pwd"];

/// How alike two names are, from 0 to 1, if one is the other misspelled.
const MEANT: f64 = 0.75;

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    what: String,
    at: Range<usize>,
    expected: String,
    elsewhere: Option<Box<(Range<usize>, String)>>,
    mend: Option<String>,
}

impl Fault {
    /// What is wrong, at which bytes of the file, and what was expected there.
    pub(super) fn new(
        what: impl Into<String>,
        at: Range<usize>,
        expected: impl Into<String>,
    ) -> Fault {
        Fault {
            what: what.into(),
            at,
            expected: expected.into(),
            elsewhere: None,
            mend: None,
        }
    }

    /// Another place it has to do with.
    pub(super) fn with(mut self, at: Range<usize>, what: impl Into<String>) -> Fault {
        self.elsewhere = Some(Box::new((at, what.into())));
        self
    }

    /// What the parser says, in the words of a configuration.
    pub(super) fn parsing(error: &toml::de::Error) -> Fault {
        let at = error.span().unwrap_or_default();
        let said = error.message().trim_end();
        if let Some(unknown) = said.strip_prefix("unknown field ") {
            return unknown_key(unknown, at);
        }
        match said.strip_prefix("missing field ") {
            Some(key) => Fault::new(format!("the key {key} is missing"), at, "expected in here"),
            None => match said.split_once("; expected ") {
                Some((what, expected)) => Fault::new(what, at, format!("expected {expected}")),
                None => match said.split_once(", expected ") {
                    Some((what, expected)) => Fault::new(what, at, format!("expected {expected}")),
                    None => Fault::new(said, at, ""),
                },
            },
        }
    }

    /// The mistake with its line and a caret; `name` is the file.
    fn draw(&self, text: &str, name: &str) -> String {
        let at = within(&self.at, text);
        let mut snippet = Snippet::source(text).path(name).annotation(
            AnnotationKind::Primary
                .span(at.clone())
                .label(self.expected.as_str()),
        );
        if let Some((place, what)) = self.elsewhere.as_deref() {
            let place = within(place, text);
            snippet = snippet.annotation(AnnotationKind::Context.span(place).label(what.as_str()));
        }
        let mut group = Level::ERROR
            .no_name()
            .primary_title(self.what.as_str())
            .element(snippet);
        if let Some(mend) = &self.mend {
            group = group.element(Level::HELP.message(mend.as_str()));
        }
        Renderer::plain().render(&[group])
    }

    /// The mistake without its line, which may hold a secret.
    fn describe(&self, text: &str, name: &str) -> String {
        let (line, column) = position(text, self.at.start);
        let mend = self.mend.as_deref().unwrap_or(&self.expected);
        format!("{}\n --> {name}:{line}:{column}\n{mend}", self.what)
    }

    /// True if a line it would draw looks as if it held a secret.
    fn touches_a_secret(&self, text: &str) -> bool {
        let places = [Some(&self.at), self.elsewhere.as_deref().map(|(at, _)| at)];
        places.into_iter().flatten().any(|at| {
            let at = within(at, text);
            let start = text[..at.start].rfind('\n').map_or(0, |end| end + 1);
            let end = text[at.end..].find('\n').map_or(text.len(), |n| at.end + n);
            text[start..end].lines().any(holds_secret)
        })
    }
}

/// True if a line sets something under a name people put secrets under, and not one of our keys,
/// which only say where a secret is.
fn holds_secret(line: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || "_-.".contains(c);
    let names = line.match_indices('=').map(|(at, _)| {
        let before = line[..at].trim_end_matches(['"', '\'', ' ', '\t']);
        let start = before.rfind(|c| !is_part(c)).map_or(0, |at| at + 1);
        before.get(start..).unwrap_or(before).to_lowercase()
    });
    names
        .filter(|name| !super::account::SECRET_KEYS.contains(&name.as_str()))
        .any(|name| SECRETIVE.iter().any(|word| name.contains(word)))
}

/// All mistakes of a file.
pub(super) fn draw(faults: &[Fault], text: &str, name: &str) -> String {
    let drawn: Vec<String> = faults
        .iter()
        .map(|fault| match fault.touches_a_secret(text) {
            true => fault.describe(text, name),
            false => fault.draw(text, name),
        })
        .collect();
    drawn.join("\n\n")
}

/// Keys that stand above the first section.
const ABOVE: [&str; 4] = ["model", "scope", "error_budget", "state"];

/// ```scoop`, expected one of `model`, `scope` `` as a fault.
fn unknown_key(said: &str, at: Range<usize>) -> Fault {
    let (key, expected) = said.split_once(", ").unwrap_or((said, ""));
    let plain = key.trim_matches('`');
    let known = || expected.split('`').skip(1).step_by(2);
    let mut fault = Fault::new(format!("unknown key {key}"), at, expected);
    if SECRETIVE.iter().any(|word| plain.contains(word))
        && known().any(|key| key == super::account::SECRET_KEYS[0])
    {
        fault.mend = Some(format!(
            "no secret is read from this file; say where it is, by one of {}",
            super::account::SECRET_KEYS.join(", ")
        ));
        return fault;
    }
    if ABOVE.contains(&plain) && !known().any(|key| key == ABOVE[0]) {
        fault.mend = Some(format!(
            "{key} is of no section: put it above the first [section] of the file"
        ));
        return fault;
    }
    let closeness = |other: &&str| strsim::jaro(plain, other);
    let nearest = known().max_by(|a, b| closeness(a).total_cmp(&closeness(b)));
    if let Some(nearest) = nearest.filter(|other| closeness(other) > MEANT) {
        fault.mend = Some(format!("did you mean `{nearest}`?"));
    }
    fault
}

/// A range that can be drawn, whatever the parser said.
fn within(range: &Range<usize>, text: &str) -> Range<usize> {
    let floor = |at: usize| text.floor_char_boundary(at.min(text.len()));
    // Of something that spans lines, such as a whole table, the first is drawn.
    let start = floor(range.start);
    let line = text[start..].find('\n').map_or(text.len(), |n| start + n);
    start..floor(range.end).clamp(start, line.max(start))
}

/// Line and column of a byte, counted from 1.
pub(super) fn position(text: &str, at: usize) -> (usize, usize) {
    let before = &text[..text.floor_char_boundary(at.min(text.len()))];
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    (
        before.matches('\n').count() + 1,
        before[line_start..].chars().count() + 1,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_counted_in_characters_from_one() {
        assert_eq!(position("a\nüb = 1", 0), (1, 1));
        assert_eq!(position("a\nüb = 1", 4), (2, 2));
        assert_eq!(position("a", 99), (1, 2));
    }

    #[test]
    fn any_range_can_be_drawn() {
        let text = "ä = 1\nb = 2\n";
        for start in 0..=text.len() + 2 {
            for end in 0..=text.len() + 2 {
                let fault = Fault::new("x", start..end, "y").with(end..start, "z");
                assert!(draw(&[fault], text, "c.toml").contains("c.toml"));
            }
        }
        assert!(draw(&[Fault::new("x", 0..0, "")], "", "c.toml").contains('x'));
    }
}
