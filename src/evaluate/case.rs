//! A labelled message in every form that some method reads.

use std::collections::HashMap;

use xxhash_rust::xxh3::xxh3_64;

use crate::extract::{Contact, Kind, Platform, Scope, Standing};
use crate::features::{Event, Evidence, Features, features};
use crate::label::Label;
use crate::learn::Example;
use crate::limits;
use crate::message::Message;
use crate::owner::Owner;
use crate::source::Content;

/// One labelled message.
#[derive(Debug, Clone)]
pub struct Case {
    /// What the program counts of it.
    pub example: Example,
    /// The label a rule of the guide gives it, if one does.
    pub rule: Option<Label>,
    /// Whether it shows signs of forgery, which leaves nothing but spam or unsure.
    pub is_forged: bool,
    /// Whether a platform sent it.
    pub channel: Channel,
    /// Whether the program takes it for inbound contact at all.
    pub in_scope: bool,
    /// Events of the forms without extraction; empty unless asked for.
    unextracted: [Vec<Event>; 2],
    /// How often each word of the visible mail occurs, by the word's hash.
    pub words: Vec<(u64, u32)>,
}

/// How a message came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// From an address of the sender's own.
    Direct,
    /// As a platform's notification.
    Platform,
}

/// What the classifier is shown of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The contact that was extracted: the human's words, and facts about the contact.
    Extracted,
    /// Subject and all visible text, with the facts that need no extraction.
    WholeText,
    /// The words of subject and visible text, and nothing else.
    WholeWords,
}

/// Which forms a case is read in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forms {
    /// What the program itself reads.
    Extracted,
    /// Those without extraction too.
    All,
}

/// Names of the events that a collection's messages have, for reports.
#[derive(Debug, Default)]
pub struct Vocabulary(HashMap<u64, Box<str>>);

impl Vocabulary {
    /// Takes the names of a message's events in.
    pub fn add(&mut self, features: &Features) {
        for (position, event) in features.events.iter().enumerate() {
            self.0
                .entry(event.key)
                .or_insert_with(|| features.name(position).into());
        }
    }

    /// The name of an event.
    pub fn name(&self, key: u64) -> Option<&str> {
        self.0.get(&key).map(AsRef::as_ref)
    }
}

impl Case {
    /// Reads a case from the bytes of a message, and gives the features behind it.
    pub fn read(
        content: &Content,
        owner: &Owner,
        class: usize,
        forms: Forms,
        evidence: Evidence,
    ) -> (Case, Features) {
        let (message, contact) = crate::triage::read(content, owner);
        let in_scope = contact.scope == Scope::In;
        let unextracted = match forms {
            Forms::Extracted => Default::default(),
            Forms::All => unextracted(&message),
        };
        let found = features(&message, &contact, evidence);
        let case = Case {
            example: Example {
                evidence,
                text: found.text.clone(),
                ..Example::of(&message, &contact, found.events.clone(), class)
            },
            rule: contact.rule().filter(|_| in_scope).map(|rule| rule.label()),
            is_forged: contact.authenticity.standing == Standing::Forged,
            channel: match contact.platform {
                Platform::Direct => Channel::Direct,
                _ => Channel::Platform,
            },
            in_scope,
            unextracted,
            words: word_counts(&message),
        };
        (case, found)
    }

    /// The example as the classifier sees it in this form.
    pub fn example_as(&self, form: Form) -> Example {
        let events = match form {
            Form::Extracted => return self.example.clone(),
            Form::WholeText => &self.unextracted[0],
            Form::WholeWords => &self.unextracted[1],
        };
        Example {
            events: events.clone(),
            text: 0..0,
            ..self.example.clone()
        }
    }
}

/// The events of [`Form::WholeText`] and [`Form::WholeWords`].
fn unextracted(message: &Message) -> [Vec<Event>; 2] {
    // A contact about which nothing is known: its words are all that is visible.
    let mut nothing = Contact::extract(&Message::default(), &Owner::default());
    nothing.platform = Platform::Direct;
    nothing.kind = Kind::DirectMessage;
    nothing.scope = Scope::In;
    nothing.note = None;
    nothing.own_subject = true;
    let whole = features(message, &nothing, Evidence::Contact);
    let words = (0..whole.events.len())
        .filter(|position| is_of_the_text(whole.name(*position)))
        .map(|position| whole.events[position])
        .collect();
    [whole.events, words]
}

/// Whether an event stands for something written, rather than for a fact or a theme.
fn is_of_the_text(name: &str) -> bool {
    [
        "word:", "subject:", "number:", "mark:", "shape:", "link:", "mailto:",
    ]
    .iter()
    .any(|prefix| name.starts_with(prefix))
}

/// Words as a first attempt would split them: runs of letters and digits, in lower case.
fn word_counts(message: &Message) -> Vec<(u64, u32)> {
    let mut counts: HashMap<u64, u32> = HashMap::new();
    for text in [message.subject.as_str(), message.visible_text()] {
        let end = text.floor_char_boundary(limits::WORDS_BYTES);
        for word in text[..end].split(|c: char| !c.is_alphanumeric()) {
            if !word.is_empty() {
                *counts
                    .entry(xxh3_64(word.to_lowercase().as_bytes()))
                    .or_default() += 1;
            }
        }
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_unstable();
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    const INVITATION: &str = "From: LinkedIn <invitations@linkedin.com>\nSubject: Ann Lee wants to connect\n\nAnn Lee would like to connect on LinkedIn.\n\nI liked your talk on arches in Turin.\n\nAccept: https://www.linkedin.com/comm/accept/1\n\nUnsubscribe: https://www.linkedin.com/e/unsubscribe\n";

    #[test]
    fn without_extraction_the_frame_counts_as_words() {
        let (case, _) = Case::read(
            &INVITATION.into(),
            &Owner::default(),
            0,
            Forms::All,
            Evidence::Contact,
        );
        let has = |form, name: &str| {
            let key = crate::features::key_of(name);
            case.example_as(form).events.iter().any(|e| e.key == key)
        };
        assert!(!has(Form::Extracted, "word:unsubscribe"));
        assert!(has(Form::Extracted, "kind:invitation"));
        for form in [Form::WholeText, Form::WholeWords] {
            assert!(has(form, "word:unsubscribe") && has(form, "subject:connect"));
            assert!(!has(form, "kind:invitation") && !has(form, "platform:linkedin"));
        }
        assert!(has(Form::WholeText, "from:linkedin.com"));
        assert!(!has(Form::WholeWords, "from:linkedin.com"));
        assert_eq!(case.channel, Channel::Platform);
    }

    #[test]
    fn words_are_counted() {
        let message = Message::parse(b"Subject: One two\n\nTWO two, three.\n");
        let counts = word_counts(&message);
        let two = xxh3_64(b"two");
        assert!(
            counts.contains(&(two, 3)) && counts.len() == 3,
            "{counts:?}"
        );
    }
}
