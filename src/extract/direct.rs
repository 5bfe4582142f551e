//! Mail from one person to another: the new words apart from quoted history and signature.

use super::{Contact, Kind, Platform, Thread};
use crate::message::Message;

/// Reads direct mail.
pub(super) fn extract(message: &Message) -> Contact {
    let kind = if is_bulk(message) {
        Kind::NewsletterOrOffer
    } else if is_calendar(message) {
        Kind::EventOrGroupInvite
    } else {
        Kind::DirectMessage
    };
    let mut contact = Contact::blank(message, Platform::Direct, kind);
    let own = own_words(message.visible_text());
    contact.note = (!own.trim().is_empty()).then_some(own);
    contact
}

/// How the message stands in a conversation.
pub(super) fn thread(message: &Message) -> Thread {
    let names_earlier = |name: &str| {
        message
            .raw_header(name)
            .is_some_and(|header| header.raw().contains(&b'@'))
    };
    Thread {
        is_reply: names_earlier("in-reply-to") || names_earlier("references"),
        quotes: may_hold_history(message.visible_text())
            && message
                .visible_text()
                .lines()
                .any(|line| line.starts_with('>') || is_history_start(line)),
        answers_owner: false,
    }
}

/// The text without quoted lines, what follows a "-----Original Message-----", and what follows
/// the signature mark.
fn own_words(text: &str) -> String {
    if !may_hold_history(text) {
        return text.to_owned();
    }
    let mut own = String::with_capacity(text.len());
    let mut held_intro: Option<&str> = None;
    for line in text.lines() {
        let trimmed = line.trim();
        if is_history_start(trimmed) || line == "-- " || line == "--" {
            break;
        }
        if trimmed.starts_with('>') {
            // "On Monday, Ann wrote:" belongs to the quote below it.
            held_intro = None;
            continue;
        }
        if let Some(intro) = held_intro.take() {
            own.push_str(intro);
            own.push('\n');
        }
        if trimmed.ends_with(':') && trimmed.contains(|c: char| c.is_ascii_digit() || c == '@') {
            held_intro = Some(line);
            continue;
        }
        own.push_str(line);
        own.push('\n');
    }
    if let Some(intro) = held_intro {
        own.push_str(intro);
    }
    own
}

/// False if no line can begin a quote, a copied message or a signature: most mail, told at the
/// speed of a search.
fn may_hold_history(text: &str) -> bool {
    let starts = |line: &[u8]| matches!(line.first(), Some(b'>' | b'-' | b'_' | b' ' | b'\t'));
    let bytes = text.as_bytes();
    starts(bytes) || memchr::memchr_iter(b'\n', bytes).any(|at| starts(&bytes[at + 1..]))
}

/// True for the line mail programs put above a copied earlier message, in any language: dashes
/// on both sides of words, or a line of underscores.
pub(super) fn is_history_start(line: &str) -> bool {
    let line = line.trim();
    if !line.starts_with(['-', '_']) {
        return false;
    }
    let dashed = line.len() > 8 && line.starts_with("---") && line.ends_with("---");
    dashed && line.trim_matches('-').chars().any(char::is_alphabetic)
        || line.len() >= 30 && line.bytes().all(|b| b == b'_')
}

/// True for mail sent to many: it offers to end it, or says it is bulk.
fn is_bulk(message: &Message) -> bool {
    message.raw_header("list-unsubscribe").is_some()
        || message
            .header("precedence")
            .is_some_and(|value| value.eq_ignore_ascii_case("bulk"))
}

fn is_calendar(message: &Message) -> bool {
    message
        .attachments
        .iter()
        .any(|file| file.mime == "text/calendar" || file.mime == "application/ics")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_signatures_are_not_the_senders_words() {
        let text = "Yes, gladly.\n\nOn 3 May 2024, Ann <a@x.example> wrote:\n> will you come?\n> Ann\nSee you.\n-- \nBob\n+1 555";
        assert_eq!(own_words(text), "Yes, gladly.\n\nSee you.\n");
        let outlook = "Fine.\n\n-----Ursprüngliche Nachricht-----\nVon: Ann";
        assert_eq!(own_words(outlook), "Fine.\n\n");
        assert_eq!(
            own_words("Prices from 10:\n- tea"),
            "Prices from 10:\n- tea\n"
        );
    }
}
