//! The words of header fields, and pairs of neighbours: what way a mail took, and what made it.

use super::Counter;
use crate::limits;
use crate::message::Message;

/// Words counted of one message's header: real ones have a few hundred.
const WORDS: usize = 1_000;

/// Fields that say what another filter thought, or that are read elsewhere.
const PASSED_OVER: &[&str] = &["subject", "x-spam-status", "x-spam-level", "x-spam-flag"];

/// Counts the words of all header fields, each under its field's name.
pub(super) fn header_words(counter: &mut Counter, message: &Message) {
    let mut left = WORDS;
    for (name, header) in message.headers.iter() {
        if PASSED_OVER.contains(&name) {
            continue;
        }
        counter.add("field:", name);
        let text = header.text();
        let mut before = None;
        for word in words(&text).take(left) {
            left -= 1;
            add(counter, name, None, word);
            if let Some(before) = before {
                add(counter, name, Some(before), word);
            }
            before = Some(word);
        }
    }
}

fn add(counter: &mut Counter, field: &str, before: Option<&str>, word: &str) {
    let start = counter.names.len();
    for part in ["head:", field, ":"] {
        counter.names.push_str(part);
    }
    if let Some(before) = before {
        counter.names.push_str(before);
        counter.names.push(' ');
    }
    counter.names.push_str(word);
    counter.count_from(start);
}

/// Runs of letters and digits with what joins them inside hosts, names and versions.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| {
        c.is_ascii() && !c.is_ascii_alphanumeric() && !matches!(c, '.' | '-' | '\'')
    })
    .map(|word| word.trim_start_matches(['.', '-', '\'']))
    .filter(|word| !word.is_empty() && word.len() <= limits::WORD_CHARS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_words_and_neighbours_are_counted() {
        let message = Message::parse(b"X-Mailer: Bulk Tool 3.1\nSubject: hello\n\nx");
        let mut counter = Counter::default();
        header_words(&mut counter, &message);
        let name =
            |(start, end): (u32, u32)| counter.names[start as usize..end as usize].to_owned();
        let names: Vec<String> = counter.terms.iter().map(|term| name(term.name)).collect();
        assert_eq!(
            names,
            [
                "field:x-mailer",
                "head:x-mailer:Bulk",
                "head:x-mailer:Tool",
                "head:x-mailer:Bulk Tool",
                "head:x-mailer:3.1",
                "head:x-mailer:Tool 3.1"
            ]
        );
    }

    #[test]
    fn a_flood_of_words_ends() {
        let message = Message::parse(format!("X-A: {}\n\nx", "a ".repeat(4_000)).as_bytes());
        let mut counter = Counter::default();
        header_words(&mut counter, &message);
        assert!(counter.total <= 2 * WORDS + 1);
    }
}
