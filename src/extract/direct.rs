//! Mail from one person to another: the new words apart from quoted history and signature.

use super::history::{self, Marked, Parted};
use super::{Contact, Kind, Platform, Thread, form, signature};
use crate::message::{Message, lower_case};

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
        Kind::EventOrGroupInvite => calendars_start(&own),
        _ => own.len(),
    };
    let (words, block) = own.split_at(end);
    let block = block.trim_start();
    let block = block
        .strip_prefix("-- \n")
        .or_else(|| block.strip_prefix("--\n"))
        .unwrap_or(block);
    contact.aside.signature = some_text(block).filter(|_| kind == Kind::DirectMessage);
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

/// Where a calendar begins to tell who comes and how to answer, below what the inviter wrote.
fn calendars_start(text: &str) -> usize {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let lower = lower_case(line.trim());
        let is_calendars = HEADS.contains(&lower.as_str())
            || ANSWERS.iter().any(|begins| lower.starts_with(begins));
        if is_calendars && !text[..at].trim().is_empty() {
            return at;
        }
        at += line.len();
    }
    text.len()
}

/// How calendars head the lines with the names of the inviter and the others.
const HEADS: &[&str] = &[
    "guests",
    "gäste",
    "invités",
    "invitados",
    "convidados",
    "invitati",
    "gasten",
    "organizer",
    "organiser",
    "organisator",
    "organisateur",
    "organizador",
    "organizzatore",
    "organizator",
    "arrangör",
    "arrangør",
    "järjestäjä",
    "主催者",
    "组织者",
];

/// How the lines begin by which calendars ask for an answer.
const ANSWERS: &[&str] = &[
    "view all guest info",
    "reply for ",
    "going?",
    "invitation from google calendar",
    "einladung von google",
    "invitation de google",
    "invitación de google",
    "convite do google",
    "invito da google",
    "uitnodiging van google",
];

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
