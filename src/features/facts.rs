//! Facts about a message that are not words: its form, its sender, its place in a conversation.

use super::Counter;
use crate::extract::{Contact, Kind, Platform, form_writer, registrable};
use crate::message::{Address, LINK_MARK, Message, addresses_of};

/// Counts the facts of a message, each once.
pub(super) fn facts(counter: &mut Counter, message: &Message, contact: &Contact, words: usize) {
    counter.add("length:", bin(words, &[3, 8, 16, 32, 64, 128, 256, 512]));
    counter.add("kind:", contact.kind.name());
    if contact.platform != Platform::Direct {
        counter.add("platform:", contact.platform.name());
    }
    for sign in &contact.authenticity.signs {
        counter.add("forged:", sign.name());
    }
    // A name more, never another one: a model that does not know it passes over it.
    if let Some(relation) = contact.relation {
        counter.add("relation:", relation.name());
    }
    if contact.note.is_none() {
        counter.add("fact:", "no-note");
    }
    if contact.default_sentence.is_some() {
        counter.add("fact:", "stock-sentence");
    }
    if contact.thread.is_reply {
        counter.add("fact:", "reply");
    }
    if contact.thread.quotes {
        counter.add("fact:", "quotes");
    }
    text_facts(counter, contact.words(message));
    if contact.platform == Platform::Direct {
        sender_facts(counter, message, contact);
    }
}

fn text_facts(counter: &mut Counter, text: &str) {
    let text = &text[..text.floor_char_boundary(SHAPE_BYTES)];
    let shape = Shape::of(text);
    if shape.letters >= 20 {
        counter.add(
            "capitals:",
            bin(100 * shape.capitals / shape.letters, &[2, 6, 12, 30]),
        );
    }
    let links = memchr::memmem::find_iter(text.as_bytes(), "http").count() + shape.link_marks;
    counter.add("links:", bin(links, &[0, 1, 3, 10]));
    counter.add("questions:", bin(shape.questions, &[0, 1, 3]));
}

/// Bytes of text whose form is looked at: a reader judges it by the first screen.
const SHAPE_BYTES: usize = 2 << 10;

/// What one pass over a text counts.
#[derive(Default)]
struct Shape {
    letters: usize,
    capitals: usize,
    questions: usize,
    link_marks: usize,
}

impl Shape {
    fn of(text: &str) -> Shape {
        let mut shape = Shape::default();
        for c in text.chars() {
            match c {
                'a'..='z' => shape.letters += 1,
                'A'..='Z' => {
                    shape.letters += 1;
                    shape.capitals += 1;
                }
                '?' | '？' | '؟' => shape.questions += 1,
                LINK_MARK => shape.link_marks += 1,
                c if c.is_ascii() => {}
                c => {
                    shape.letters += usize::from(c.is_alphabetic());
                    shape.capitals += usize::from(c.is_uppercase());
                }
            }
        }
        shape
    }
}

/// Facts about the sender of direct mail.
fn sender_facts(counter: &mut Counter, message: &Message, contact: &Contact) {
    if let Some(from) = &message.from {
        counter.add("from:", registrable(from.domain()));
        if from.name.is_none() {
            counter.add("fact:", "nameless");
        }
        let mut receivers = message.headers.named("to").flat_map(addresses_of);
        if receivers.any(|to| to.eq_ignore_ascii_case(&from.email)) {
            counter.add("fact:", "to-itself");
        }
        let reply_to = message.raw_header("reply-to").and_then(Address::of_header);
        if form_writer(message).is_some() {
            counter.add("fact:", "form");
        } else if reply_to.is_some_and(|to| registrable(to.domain()) != registrable(from.domain()))
        {
            counter.add("fact:", "answers-go-elsewhere");
        }
    }
    if contact.kind == Kind::NewsletterOrOffer {
        counter.add("fact:", "bulk");
    }
    if message.plain.trim().is_empty() && message.html.is_some() {
        counter.add("fact:", "html-only");
    }
    if let Some(html) = &message.html {
        counter.add("images:", bin(html.images, &[0, 1, 4, 12]));
        if html.hidden > 200 {
            counter.add("fact:", "hidden-text");
        }
    }
    for file in message.attachments.iter().take(10) {
        let kind = file.name.as_deref().and_then(|name| name.rsplit_once('.'));
        counter.add(
            "file:",
            kind.map_or(file.mime.as_str(), |(_, extension)| extension),
        );
    }
}

/// Name of the range a number falls in: the first bound it does not exceed, or `more`.
fn bin(n: usize, bounds: &[usize]) -> &'static str {
    const NAMES: [&str; 9] = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
    let position = bounds
        .iter()
        .position(|bound| n <= *bound)
        .unwrap_or(bounds.len());
    NAMES[position]
}
