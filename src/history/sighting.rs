//! What is noted of one message.

use super::identity::{Salt, identities};
use super::note::Mark;
use crate::extract::{Contact, Kind, Platform, Scope};
use crate::limits;
use crate::message::Message;
use crate::owner::Owner;
use crate::shingles::words;

/// A day, counted from 1970-01-01 in UTC.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(pub i32);

impl Day {
    /// The day of a time in seconds since 1970; none for times no mail is from.
    pub fn of(seconds: i64) -> Option<Day> {
        let day = seconds.div_euclid(86_400);
        let plausible = 0..=i64::from(limits::LAST_DAY);
        plausible.contains(&day).then_some(Day(day as i32))
    }

    /// Days since an earlier day; 0 if it is not earlier.
    pub fn since(self, earlier: Day) -> u32 {
        u32::try_from(self.0 - earlier.0).unwrap_or(0)
    }
}

/// How long a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// Up to 150 words.
    Short,
    /// More.
    Long,
}

/// Words above which a mail is long: more than one screen.
const LONG_WORDS: usize = 150;

/// To how many a message is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// To the owner.
    One,
    /// A newsletter or an offer to many.
    Many,
}

/// What is noted of a message that a sender wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Letter {
    /// How long it is.
    pub length: Length,
    /// To how many it went.
    pub reach: Reach,
    /// It thanks for an accepted connection.
    pub thanks: bool,
}

/// What somebody did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// They and the owner were connected: a platform says so.
    Connected,
    /// The owner wrote to them.
    Answered,
    /// They wrote.
    Wrote(Letter),
}

/// What is noted of one message: hashes, a day, and what was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// Identity of the message: the same message is noted once.
    pub message: u64,
    /// Identities of the person, the surest first.
    pub who: Vec<u64>,
    /// What was done.
    pub act: Act,
    /// When, by the message's own date.
    pub day: Option<Day>,
    /// The message it answers, as if this sender had written that too: so a sender who bumps
    /// their own mail is told from one who answers the owner.
    pub bumps: Option<u64>,
    /// The note, if it is long enough to be a copy.
    pub note: Option<Mark>,
}

impl Sighting {
    /// Notes a message; none if it is not inbound contact, an acceptance or the owner's own.
    pub fn of(
        message: &Message,
        contact: &Contact,
        owner: &Owner,
        salt: &Salt,
    ) -> Option<Sighting> {
        let from = message.from.as_ref().map_or("", |from| from.email.as_str());
        let is_own = !from.is_empty() && owner.addresses.iter().any(|own| own == from);
        let accepted = contact.newly_connected(message);
        let (who, act) = match accepted {
            _ if is_own => (recipients(message, salt), Act::Answered),
            Some(name) => (vec![salt.member(contact, &name)], Act::Connected),
            None if contact.scope != Scope::In => return None,
            None => (
                identities(message, contact, salt),
                Act::Wrote(letter(message, contact)),
            ),
        };
        if who.is_empty() {
            return None;
        }
        let is_invitation = contact.platform != Platform::Direct;
        Some(Sighting {
            message: identity(message, from, salt),
            day: message.date().and_then(Day::of),
            bumps: bumped(message, from, salt),
            note: match act {
                Act::Wrote(_) if is_invitation => Mark::of(contact, salt),
                _ => None,
            },
            who,
            act,
        })
    }
}

fn letter(message: &Message, contact: &Contact) -> Letter {
    let n_words = words(contact.words(message)).take(LONG_WORDS + 1).count();
    Letter {
        length: if n_words > LONG_WORDS {
            Length::Long
        } else {
            Length::Short
        },
        reach: if contact.kind == Kind::NewsletterOrOffer {
            Reach::Many
        } else {
            Reach::One
        },
        thanks: contact.thanks_for_connecting(),
    }
}

/// Identity of a message: its Message-ID and sender, since anyone can repeat an id; without one,
/// what its head says and how it begins.
fn identity(message: &Message, from: &str, salt: &Salt) -> u64 {
    if let Some(id) = message.message_id() {
        return salt.key(&[b"message", id.as_bytes(), from.as_bytes()]);
    }
    let date = message.raw_header("date");
    let text = message.visible_text().as_bytes();
    salt.key(&[
        b"without id",
        from.as_bytes(),
        message.subject.as_bytes(),
        date.map(|date| date.raw()).unwrap_or_default(),
        &text[..text.len().min(limits::HEADER_BYTES)],
    ])
}

/// Identity of the message that this one answers, had this one's sender written it.
fn bumped(message: &Message, from: &str, salt: &Salt) -> Option<u64> {
    let header = message.raw_header("in-reply-to")?;
    if header.raw().len() > limits::HEADER_BYTES {
        return None;
    }
    let value = header.text();
    let id = value.split(['<', '>']).find(|part| part.contains('@'))?;
    Some(salt.key(&[b"message", id.trim().as_bytes(), from.as_bytes()]))
}

/// The people the owner wrote to, by address.
fn recipients(message: &Message, salt: &Salt) -> Vec<u64> {
    let headers = ["to", "cc"].map(|name| message.raw_header(name));
    let mut who: Vec<u64> = headers
        .into_iter()
        .flatten()
        .filter(|header| header.raw().len() <= limits::HEADER_BYTES)
        .flat_map(|header| {
            let text = header.text();
            let addresses = text
                .split([',', ';', '<', '>', ' ', '"'])
                .filter(|word| word.contains('@'));
            addresses
                .map(|email| salt.address(email))
                .collect::<Vec<u64>>()
        })
        .collect();
    who.truncate(limits::IDENTITIES * 4);
    who
}
