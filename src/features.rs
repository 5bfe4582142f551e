//! [`Contact`] and [`Message`] → the events the classifier counts.
//!
//! An event is a word, a host, a number shape or a fact about the message, named by a short
//! prefixed string (`word:offer`, `link:shop.example`, `fact:no-note`) and known to the model by
//! the 64-bit hash of that name only: a model holds no readable text.

mod facts;
mod header;
mod pairs;
mod words;

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::extract::cues::{Cue, CueFound, Manner};
use crate::extract::{Contact, registrable};
use crate::history::Past;
use crate::limits;
use crate::message::{Message, addresses_of};

/// Version of everything in this module and below it that decides which names a message gives.
/// A model counted with another version is refused.
pub const FEATURES_VERSION: u32 = 5;

/// Weights are whole multiples of 1/256, so that learning and unlearning are exact.
pub const WEIGHT_UNIT: f64 = 1.0 / 256.0;

/// Length of the weight vector of one group of events, before rounding. Ten times the unit
/// vector makes a message weigh about as much as its ten most telling words.
const GROUP_LENGTH: f64 = 10.0;

/// What a model counts of a message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// The contact: the human's words, where they lead, and facts about their form. For inbound
    /// contact, where header fields say which platform relayed a mail and not what it is: with
    /// them log loss on the mailbox of an owner whose mail was not learned rises from 0.285 to
    /// 0.348.
    #[default]
    Contact,
    /// The words of header fields too. For models over every mail of a mailbox, where the way a
    /// mail took tells much: on public spam 1 − AUC falls from 0.21 % to 0.05 %.
    Mail,
}

impl Evidence {
    /// Both.
    pub const ALL: [Evidence; 2] = [Evidence::Contact, Evidence::Mail];

    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Evidence::Contact => "contact",
            Evidence::Mail => "mail",
        }
    }

    /// Smoothing that suits this much evidence: each known event counts as seen this often, in
    /// units of weight 1, in every class. Chosen on held-out mail of the training part: contact
    /// examples in grouped folds (log loss 0.254 at 0.5, 0.256 at 0.7, where fewer spam mails are
    /// outvoted by words appended to them, 0.264 at 1),
    /// public mail (1 − AUC 0.060 % at 0.003, 0.046 % at 0.01, 0.055 % at 0.1).
    pub fn alpha(self) -> f64 {
        match self {
            Evidence::Contact => 0.7,
            Evidence::Mail => 0.01,
        }
    }

    /// Weight of a fact. Three words' worth for contact, chosen on grouped folds of the labelled
    /// examples; over all mail, which is longer and whose header says the most, 1 leaves 1 − AUC at
    /// 0.042 % and 3 at 0.052 %.
    fn fact_weight(self) -> f64 {
        match self {
            Evidence::Contact => 3.0,
            Evidence::Mail => 1.0,
        }
    }

    /// Weight of a cue of which one phrase was found: any phrase stands in some mail by chance. On
    /// grouped folds of the labelled examples 3 gives a log loss of 0.265, 4 to 6 give 0.255 to
    /// 0.259; on mail of other hands, before it was learned, 4 gave 0.281 and 6 gave 0.303.
    fn cue_weight(self) -> f64 {
        match self {
            Evidence::Contact => 5.0,
            Evidence::Mail => 1.0,
        }
    }
}

/// One counted thing of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// Hash of the event's name.
    pub key: u64,
    /// Weight in units of [`WEIGHT_UNIT`]; never 0.
    pub weight: u32,
}

/// The events of one message, each name once.
#[derive(Debug, Clone, Default)]
pub struct Features {
    /// Events in order of first appearance.
    pub events: Vec<Event>,
    /// Which of them are the words of the text; none where header fields count as much.
    pub text: Range<usize>,
    /// Where each event's name lies in `names`.
    spans: Vec<(u32, u32)>,
    names: String,
}

impl Features {
    /// The name behind the event at a position of `events`.
    pub fn name(&self, position: usize) -> &str {
        let (start, end) = self.spans[position];
        &self.names[start as usize..end as usize]
    }
}

/// Hash of an event's name, as models store it.
pub fn key_of(name: &str) -> u64 {
    xxh3_64(name.as_bytes())
}

/// Counts the events of a message from a sender of whom nothing is known.
pub fn features(message: &Message, contact: &Contact, evidence: Evidence) -> Features {
    features_after(message, contact, &Past::default(), evidence)
}

/// Counts the events of a message. No past gives no events, so that a model of single messages
/// judges as before.
pub fn features_after(
    message: &Message,
    contact: &Contact,
    past: &Past,
    evidence: Evidence,
) -> Features {
    let mut counter = Counter::with_capacity();
    words::subject_words(&mut counter, contact.subject_words(message));
    let subject = counter.terms.len();
    words::body_words(&mut counter, contact.words(message));
    let text = match evidence {
        Evidence::Contact => subject..counter.terms.len(),
        Evidence::Mail => 0..0,
    };
    for host in contact.link_hosts.iter() {
        counter.add("link:", host);
    }
    let n_words = counter.total;
    counter.end_group(Scale::Length(GROUP_LENGTH));
    pairs::pairs(&mut counter, contact.words(message));
    counter.end_group(Scale::Length(GROUP_LENGTH));
    if evidence == Evidence::Mail {
        header::header_words(&mut counter, message);
        counter.end_group(Scale::Length(GROUP_LENGTH));
    }
    facts::facts(&mut counter, message, contact, n_words);
    for fact in past.facts() {
        counter.add("past:", fact.name());
    }
    counter.end_group(Scale::Fixed(evidence.fact_weight()));
    for found in &contact.cues {
        for _ in 0..found.phrases {
            counter.add("cue:", cue(found, message, contact).name());
        }
    }
    counter.end_group(Scale::Damped(evidence.cue_weight()));
    Features {
        text,
        ..counter.finish()
    }
}

/// The cue that counts for one that was found. Secrets that are spoken of where there is nowhere to
/// type them but the sender's own site, and nothing to open, are another matter than those that a
/// foreign link asks for: people write to each other about passwords too. On grouped folds with much
/// of such mail 18 instead of 20 of 1,044 genuine messages are filed away so.
fn cue(found: &CueFound, message: &Message, contact: &Contact) -> Cue {
    match found.cue {
        Cue::Manner(Manner::Credentials) if leads_home(message, contact) => {
            Cue::Manner(Manner::CredentialsSpokenOf)
        }
        cue => cue,
    }
}

/// True if no link leads anywhere but to the sender's or the receiver's own domain, no file is
/// attached, and nothing shows that the sender is somebody else.
fn leads_home(message: &Message, contact: &Contact) -> bool {
    if !contact.authenticity.signs.is_empty() || !message.attachments.is_empty() {
        return false;
    }
    if contact.link_hosts.is_empty() {
        return true;
    }
    let home = |email: &str| {
        let (_, domain) = email.rsplit_once('@')?;
        Some(registrable(domain).to_owned())
    };
    let receivers = message.headers.named("to").flat_map(addresses_of);
    let sender = message.from.iter().filter_map(|from| home(&from.email));
    let homes: HashSet<String> = receivers
        .filter_map(|email| home(&email))
        .chain(sender)
        .collect();
    contact.link_hosts.iter().all(|host| homes.contains(host))
}

/// How the counts of a group of events become weights. Only text is normalised by its length, so
/// that a long one does not drown the facts.
#[derive(Debug, Clone, Copy)]
enum Scale {
    /// `length · ln(1+tf) / ‖ln(1+tf)‖` over the group.
    Length(f64),
    /// The same for each event.
    Fixed(f64),
    /// This for one occurrence, and `ln(1+tf) / ln 2` times as much for more.
    Damped(f64),
}

/// A map from keys that are hashes already.
pub(crate) type KeyMap<V> = HashMap<u64, V, BuildHasherDefault<KeyHasher>>;

/// Passes a 64-bit key through as its own hash.
#[derive(Default)]
pub(crate) struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}

/// Collects names and how often each came.
#[derive(Default)]
struct Counter {
    names: String,
    seen: KeyMap<u32>,
    terms: Vec<Term>,
    /// Names counted, repetitions too.
    total: usize,
    /// Where each group of terms ends, and how it is weighed.
    groups: Vec<(usize, Scale)>,
}

struct Term {
    key: u64,
    name: (u32, u32),
    count: u32,
}

impl Counter {
    /// Room for an ordinary message.
    fn with_capacity() -> Counter {
        Counter {
            names: String::with_capacity(8 << 10),
            seen: KeyMap::with_capacity_and_hasher(512, BuildHasherDefault::default()),
            terms: Vec::with_capacity(512),
            total: 0,
            groups: Vec::with_capacity(5),
        }
    }

    /// Counts one name, given as prefix and rest.
    fn add(&mut self, prefix: &str, rest: &str) {
        let start = self.names.len();
        self.names.push_str(prefix);
        self.names.push_str(rest);
        self.count_from(start);
    }

    /// Counts the name written to `names` since `start`.
    fn count_from(&mut self, start: usize) {
        self.total += 1;
        let key = key_of(&self.names[start..]);
        match self.seen.entry(key) {
            Entry::Occupied(position) => {
                self.terms[*position.get() as usize].count += 1;
                self.names.truncate(start);
            }
            Entry::Vacant(_) if self.terms.len() == limits::DISTINCT_WORDS => {
                self.names.truncate(start);
            }
            Entry::Vacant(vacant) => {
                vacant.insert(self.terms.len() as u32);
                self.terms.push(Term {
                    key,
                    name: (start as u32, self.names.len() as u32),
                    count: 1,
                });
            }
        }
    }

    /// Ends a group: all terms since the last one are weighed like this.
    fn end_group(&mut self, scale: Scale) {
        self.groups.push((self.terms.len(), scale));
    }

    /// Whether a name was counted.
    fn has(&self, name: &str) -> bool {
        self.seen.contains_key(&key_of(name))
    }

    /// Turns counts into weights, group by group.
    fn finish(self) -> Features {
        let mut events = Vec::with_capacity(self.terms.len());
        let mut start = 0;
        for (end, scale) in &self.groups {
            weigh(&self.terms[start..*end], *scale, &mut events);
            start = *end;
        }
        Features {
            events,
            text: 0..0,
            spans: self.terms.iter().map(|term| term.name).collect(),
            names: self.names,
        }
    }
}

fn weigh(terms: &[Term], scale: Scale, events: &mut Vec<Event>) {
    // Nearly every count is small, and the logarithm dear.
    let logs: [f64; 8] = std::array::from_fn(|count| (count as f64).ln_1p());
    let damped = |term: &Term| {
        logs.get(term.count as usize)
            .copied()
            .unwrap_or_else(|| f64::from(term.count).ln_1p())
    };
    let square: f64 = terms.iter().map(|term| damped(term).powi(2)).sum();
    let norm = square.sqrt();
    events.extend(terms.iter().map(|term| {
        let weight = match scale {
            Scale::Length(length) => length * damped(term) / norm,
            Scale::Fixed(weight) => weight,
            Scale::Damped(weight) => weight * damped(term) / std::f64::consts::LN_2,
        };
        Event {
            key: term.key,
            weight: ((weight / WEIGHT_UNIT).round() as u32).max(1),
        }
    }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::owner::Owner;

    fn cues_of(mail: &str) -> Vec<String> {
        let message = Message::parse(mail.as_bytes());
        let contact = Contact::extract(&message, &Owner::default());
        let found = features(&message, &contact, Evidence::Contact);
        (0..found.events.len())
            .filter_map(|position| found.name(position).strip_prefix("cue:"))
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn passwords_beside_a_foreign_link_are_another_cue_than_those_at_home() {
        let mail = |from: &str, link: &str| {
            format!("From: A <a@{from}>\nTo: b@home.example\n\nyour password: {link}\n")
        };
        for (from, link, cue) in [
            ("x.example", "", "credentials-spoken-of"),
            (
                "x.example",
                "https://fotos.x.example/7",
                "credentials-spoken-of",
            ),
            (
                "x.example",
                "https://course.home.example",
                "credentials-spoken-of",
            ),
            ("x.example", "https://y.example/login", "credentials"),
            (
                "x.example",
                "https://x.example https://y.example",
                "credentials",
            ),
        ] {
            assert_eq!(cues_of(&mail(from, link)), [cue], "{from} {link}");
        }
    }
}
