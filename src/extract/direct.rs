//! Mail from one person to another: the new words apart from quoted history and signature.

use super::history::{self, Marked, Parted};
use super::{Contact, Kind, Platform, Thread, form, signature};
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
    let Parted { own, history_lines } = history::part(message.visible_text(), marked(message));
    contact.aside.history_lines = history_lines;
    contact.thread.quotes = history_lines > 0;
    let name = contact.sender.name.as_deref();
    // The footer of a newsletter or a calendar is no person's signature.
    let end = match kind {
        Kind::DirectMessage => signature::start(&own, name),
        _ => own.len(),
    };
    let (words, block) = own.split_at(end);
    let block = block.trim_start();
    let block = block
        .strip_prefix("-- \n")
        .or_else(|| block.strip_prefix("--\n"))
        .unwrap_or(block);
    contact.aside.signature = some_text(block);
    contact.note = some_text(words);
    if let Some(entry) = contact
        .note
        .as_deref()
        .and_then(|note| form::read(message, note))
    {
        contact.note = Some(entry.words);
        contact.sender.name = entry.name.or(contact.sender.name);
    }
    contact
}

/// Whose words marked lines are: a message that answers nothing has nothing to quote.
pub(super) fn marked(message: &Message) -> Marked {
    match thread(message).is_reply || is_answer(&message.subject) {
        true => Marked::Earlier,
        false => Marked::Own,
    }
}

/// True for a subject that begins as mail programs mark an answer, in any language: with a word of a
/// few letters and a colon.
fn is_answer(subject: &str) -> bool {
    let head = subject.split([':', '：']).next().unwrap_or_default().trim();
    head.len() < subject.trim().len()
        && (1..=5).contains(&head.chars().count())
        && head.chars().all(char::is_alphabetic)
}

fn some_text(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// How the message stands in a conversation, by its headers.
pub(super) fn thread(message: &Message) -> Thread {
    let names_earlier = |name: &str| {
        message
            .raw_header(name)
            .is_some_and(|header| header.raw().contains(&b'@'))
    };
    Thread {
        is_reply: names_earlier("in-reply-to") || names_earlier("references"),
        quotes: false,
        answers_owner: false,
    }
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
