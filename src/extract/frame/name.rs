//! Who a notification is from.

use std::sync::LazyLock;

use super::lines::Line;
use crate::extract::layout::Definition;
use crate::extract::phrases::PhraseIndex;
use crate::extract::vocabulary::SPEAKERS;
use crate::message::{Message, fold_look_alikes, lower_case};

/// The person's name: of the display name if that is a person's, else of the subject.
pub(super) fn of(message: &Message, definition: &Definition, lines: &[Line<'_>]) -> Option<String> {
    let display = message.from.as_ref().and_then(|from| from.name.as_deref());
    let person = display.and_then(|display| person(display, definition));
    person
        .or_else(|| of_handle_line(&message.subject, lines))
        .or_else(|| of_subject(&message.subject, lines).map(|name| whole(name, lines)))
}

/// The whole name, on a line of its own, of a first name: "Anna's invitation is waiting".
fn whole(name: String, lines: &[Line<'_>]) -> String {
    let is_whole = |line: &str| {
        let more = line.strip_prefix(name.as_str()).unwrap_or_default();
        let mut more = more.strip_prefix(' ').unwrap_or_default().split(' ');
        more.clone().count() <= 3 && more.all(|word| word.starts_with(char::is_uppercase))
    };
    let found = lines.iter().take(16).find(|line| is_whole(line.text));
    match found {
        Some(line) if !name.contains(' ') => line.text.to_owned(),
        _ => name,
    }
}

/// Display name without what platforms add to it: "NAME via LinkedIn", "NAME (LinkedIn)"; none
/// for the platform's own name.
fn person(display: &str, definition: &Definition) -> Option<String> {
    let name = display.split(" via ").next().unwrap_or(display);
    let name = without_brand(name, definition);
    let name = match name.rsplit_once(" (") {
        Some((before, inside))
            if inside.starts_with('@')
                || inside.starts_with("via ")
                || names_brand(inside, definition) =>
        {
            before
        }
        _ => name,
    };
    let name = name.trim();
    (!name.is_empty() && !names_brand(name, definition)).then(|| name.to_owned())
}

/// "Anna Lee über XING" without the last two words.
fn without_brand<'a>(display: &'a str, definition: &Definition) -> &'a str {
    let parts = display.rsplit_once(' ').and_then(|(rest, last)| {
        let (name, word) = rest.rsplit_once(' ')?;
        Some((name, word, last))
    });
    match parts {
        Some((name, word, last))
            if lower_case(last) == definition.brand && word.chars().all(char::is_lowercase) =>
        {
            name
        }
        _ => display,
    }
}

/// A display name without "via PLATFORM".
pub(super) fn without_via(display: String) -> String {
    match display.split_once(" via ") {
        Some((name, _)) => name.to_owned(),
        None => display,
    }
}

fn names_brand(text: &str, definition: &Definition) -> bool {
    let lower = fold_look_alikes(text).to_lowercase();
    let lower = lower.trim_start_matches(|c: char| !c.is_alphanumeric());
    lower.starts_with(&fold_look_alikes(definition.brand))
        || lower.starts_with(definition.name) && text.len() < 16
}

/// Of "Wren Delacroix @wrenbreathes", if the subject names one of the two.
fn of_handle_line(subject: &str, lines: &[Line<'_>]) -> Option<String> {
    lines.iter().take(12).find_map(|line| {
        let (name, handle) = handle_line(line.text)?;
        (subject.contains(handle) || subject.contains(name)).then(|| name.to_owned())
    })
}

/// Of "Wren Delacroix (@wren@host) mentioned you", if the subject names the handle.
pub(super) fn of_handle(subject: &str, lines: &[Line<'_>]) -> Option<String> {
    let is_end = |c: char| !(is_handle_char(c) || c == '@');
    let handle = subject.split_whitespace().find_map(|word| {
        let handle = word.strip_prefix('@')?;
        handle
            .split(is_end)
            .next()
            .filter(|handle| !handle.is_empty())
    })?;
    lines.iter().take(12).find_map(|line| {
        let (name, rest) = line.text.split_once(" (@")?;
        rest.starts_with(handle).then(|| name.trim().to_owned())
    })
}

/// Name and handle of a line that holds nothing else.
pub(super) fn handle_line(line: &str) -> Option<(&str, &str)> {
    // Rules out nearly every line.
    memchr::memchr(b'@', line.as_bytes())?;
    let (name, handle) = line.rsplit_once(" @").or_else(|| {
        let (name, handle) = line.strip_suffix(')')?.rsplit_once(" (@")?;
        Some((name, handle))
    })?;
    (is_handle(handle) && name.split_whitespace().count() <= 6).then_some((name.trim(), handle))
}

fn is_handle(text: &str) -> bool {
    !text.is_empty() && text.chars().all(is_handle_char)
}

fn is_handle_char(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.' | '-')
}

/// The handle in the subject, on a line of its own beside the name, or in place of a name.
pub(super) fn handle<'a>(
    lines: &[Line<'a>],
    subject: &'a str,
    name: Option<&'a str>,
) -> Option<&'a str> {
    let of_line = |text: &'a str| handle_line(text).map(|(_, handle)| handle);
    let heading = lines.iter().take(8).map(|line| line.text);
    let inside = subject
        .split_once("(@")
        .and_then(|(_, rest)| rest.split(')').next());
    inside
        .or_else(|| heading.into_iter().find_map(of_line))
        .or_else(|| name.filter(|name| is_handle(name)))
}

/// The name in a subject the platform wrote: a line of the text that the subject begins with, or
/// what stands around the platform's words.
pub(super) fn of_subject(subject: &str, lines: &[Line<'_>]) -> Option<String> {
    let is_name = |line: &&Line<'_>| {
        let n_words = line.text.split_whitespace().count();
        (1..=5).contains(&n_words)
            && subject.len() > line.text.len() + 2
            && subject.starts_with(line.text)
            && !subject[line.text.len()..].starts_with(char::is_alphanumeric)
    };
    if let Some(line) = lines.iter().take(16).find(is_name) {
        return Some(line.text.to_owned());
    }
    let heading = lines
        .iter()
        .map(|line| line.text)
        .filter(|line| !line.is_empty());
    std::iter::once(subject)
        .chain(heading.take(4))
        .find_map(|text| {
            let patterns = SPEAKERS_BY_WORDS.held_by(text).into_iter();
            patterns
                .map(|pattern| SPEAKERS[pattern])
                .find_map(|pattern| around(text, pattern))
        })
}

/// True for a subject that tells what somebody did, as platforms do.
pub(in crate::extract) fn names_speaker(subject: &str) -> bool {
    of_subject(subject, &[]).is_some()
}

/// What platforms write before a name, or else behind it.
static SPEAKERS_BY_WORDS: LazyLock<PhraseIndex> = LazyLock::new(|| {
    let words = SPEAKERS
        .iter()
        .map(|pattern| match pattern.split_once("{}") {
            Some(("", after)) => after,
            Some((before, _)) => before,
            None => pattern,
        });
    PhraseIndex::new(words)
});

/// What stands in place of the `{}` of a pattern.
fn around(subject: &str, pattern: &str) -> Option<String> {
    let (before, after) = pattern.split_once("{}")?;
    let start = match before {
        "" => 0,
        _ => subject.find(before)? + before.len(),
    };
    let rest = &subject[start..];
    let name = match after {
        "" => rest,
        _ => &rest[..rest.find(after)?],
    };
    // "Reminder: NAME", "[GitHub] @name".
    let name = match after {
        "" => name,
        _ => name.rsplit([':', ']']).next().unwrap_or(name),
    };
    let name = name.trim_matches(|c: char| c.is_whitespace() || matches!(c, '@' | '"' | ':' | '-'));
    let name = match handle_line(name) {
        Some((name, _)) => name,
        None => name,
    };
    let is_title = name.contains(['.', ',', '!', '?']) && name.split_whitespace().count() > 3;
    (!is_title && (1..=6).contains(&name.split_whitespace().count())).then(|| name.to_owned())
}

/// A name without the marks around it, lower case.
pub(super) fn bare(text: &str) -> String {
    lower_case(without_marks(text))
}

/// True if [`bare`] makes this name of a text.
fn is_bare(text: &str, name: &str) -> bool {
    let text = without_marks(text);
    match text.is_ascii() {
        true => text.len() == name.len() && text.eq_ignore_ascii_case(name),
        false => text.to_lowercase() == name,
    }
}

fn without_marks(text: &str) -> &str {
    text.trim_matches(|c: char| !c.is_alphanumeric() && c != ')')
}

/// True for a line that holds the name, given [`bare`], and nothing else.
pub(super) fn is_name(line: &str, name: &str) -> bool {
    if name.is_empty() || line.len() > 3 * name.len() + 40 {
        return false;
    }
    is_bare(line, name)
        || handle_line(line)
            .is_some_and(|(shown, handle)| is_bare(shown, name) || lower_case(handle) == name)
}

/// True for the platform's sentence about the sender: "NAME would like to connect on LinkedIn". The
/// name comes as it is written and in lower case.
pub(super) fn speaks_of(
    line: &Line<'_>,
    (written, name): (&str, &str),
    definition: &Definition,
) -> bool {
    if introduces(line.text, written) {
        return true;
    }
    let (line, lower) = (line.text, line.lower);
    lower.contains(name)
        && line.split_whitespace().count() <= 24
        && (line.ends_with([':', '：'])
            || lower.contains(definition.name)
            || lower.contains(definition.brand)
            || lower
                .trim_start_matches(|c: char| !c.is_alphanumeric())
                .starts_with(name)
                && !lower.contains(&format!("{name}:")))
}

/// "Anna wrote:" above the words, whatever the language.
fn introduces(line: &str, name: &str) -> bool {
    let first_name = name.split_whitespace().next().unwrap_or(name);
    line.ends_with([':', '：'])
        && first_name.chars().count() > 1
        && line.contains(first_name)
        && line.split_whitespace().count() <= 5
}
