//! What is remembered of senders: who wrote before, who was accepted, whose note others sent too.
//!
//! Pure: a message gives a [`Sighting`], hashes and a day and no readable text; a [`Ledger`] of
//! sightings gives the [`Past`] of the next one. Time is what messages say it is; a message
//! without a date is of the day of the one before it.

mod generations;
mod identity;
mod ledger;
mod note;
mod sighting;

use std::borrow::Cow;

use serde::Serialize;

use crate::extract::{Ask, Contact, Kind, Rule};
use crate::label::Label;

pub use generations::Generations;
pub use identity::Salt;
pub use ledger::{Bounds, Entries, Ledger, Record};
pub use note::{Mark, Note};
pub use sighting::{Act, Day, Length, Letter, Reach, Sighting};

/// Other senders of nearly the same note from which on it is a circular. One may be a colleague
/// who asked a friend for a text; two are not chance.
const CIRCULAR: u32 = 2;

/// Days after which it is worth saying since when a sender is known.
const LONG_KNOWN: u32 = 30;

/// What is known of a sender from the time before a message. All zero if nothing is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Past {
    /// Messages of theirs before this one.
    pub messages: u32,
    /// Of these, those since the last answer that was seen.
    pub unanswered: u32,
    /// Days since they were first seen.
    pub known_days: u32,
    /// Days since the connection was accepted.
    pub accepted_days: Option<u32>,
    /// Newsletters of theirs since then, before this message.
    pub newsletters: u32,
    /// Long mails of theirs on the same day, none answered, before this message.
    pub long_mails_today: u32,
    /// Other senders of nearly the same note before.
    pub copies: u32,
}

/// One thing worth knowing of a sender's past, with its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    /// Other people sent nearly this note before.
    Copied(u32),
    /// The connection was accepted this many days before.
    Accepted(u32),
    /// This many newsletters came since the connection was accepted.
    Newsletters(u32),
    /// This many long mails came earlier on the same day, none answered.
    LongMailsToday(u32),
    /// This many messages came before, none answered since.
    Unanswered(u32),
    /// The sender was first seen this many days before.
    Known(u32),
}

impl Past {
    /// The facts, most telling first; none of a sender who was never seen.
    pub fn facts(&self) -> impl Iterator<Item = Fact> {
        let at_least = |least: u32, n: u32, fact: fn(u32) -> Fact| (n >= least).then(|| fact(n));
        [
            at_least(1, self.copies, Fact::Copied),
            self.accepted_days.map(Fact::Accepted),
            at_least(1, self.newsletters, Fact::Newsletters),
            at_least(2, self.long_mails_today, Fact::LongMailsToday),
            at_least(1, self.unanswered, Fact::Unanswered),
            at_least(LONG_KNOWN, self.known_days, Fact::Known),
        ]
        .into_iter()
        .flatten()
    }

    /// The rule that settles an invitation whose note several others sent too. An invitation that
    /// sells, begs or harms is not a mere invitation, however many sent it: those, by what they
    /// ask and by the likeliest label, are left to the words.
    pub fn rule(&self, contact: &Contact, likeliest: Label) -> Option<Rule> {
        let is_invitation = matches!(contact.kind, Kind::Invitation | Kind::InvitationReminder);
        let is_mere = matches!(likeliest, Label::Genuine | Label::GenericInvite)
            && contact.asks.iter().all(|found| is_mere(found.ask));
        let settles = self.copies >= CIRCULAR
            && is_invitation
            && is_mere
            && contact.authenticity.signs.is_empty();
        settles.then_some(Rule::CopiedNote(self.copies))
    }
}

/// True for what an invitation may ask and still be one: the guide calls the rest a pitch.
fn is_mere(ask: Ask) -> bool {
    matches!(
        ask,
        Ask::Connect
            | Ask::Event
            | Ask::Newsletter
            | Ask::Advice
            | Ask::QuestionAboutOwnersWork
            | Ask::Congratulation
    )
}

impl Fact {
    /// The name it is counted under, without the `past:` prefix: a range, not the number, so that
    /// what is learned from one message helps with the next.
    pub fn name(self) -> &'static str {
        match self {
            Fact::Copied(1) => "copied-once",
            Fact::Copied(_) => "copied",
            Fact::Accepted(..=7) => "accepted-this-week",
            Fact::Accepted(8..=90) => "accepted-this-quarter",
            Fact::Accepted(_) => "accepted-long-ago",
            Fact::Newsletters(_) => "newsletters-since-accepted",
            Fact::LongMailsToday(_) => "long-mails-today",
            Fact::Unanswered(1) => "second-unanswered",
            Fact::Unanswered(2..=3) => "few-unanswered",
            Fact::Unanswered(_) => "many-unanswered",
            Fact::Known(..=365) => "known-for-months",
            Fact::Known(_) => "known-for-years",
        }
    }

    /// The label it speaks for by the guide: what follows an accepted connection, bumps, and
    /// circulars are pitches or generic invitations.
    pub fn leans_to(self) -> Label {
        match self {
            Fact::Copied(_) => Label::GenericInvite,
            Fact::Known(_) => Label::Genuine,
            _ => Label::Pitch,
        }
    }

    /// The fact in words for the owner.
    pub fn describe(self) -> Cow<'static, str> {
        match self {
            Fact::Copied(others) => copied(others).into(),
            Fact::Accepted(0) => "the connection was accepted the same day".into(),
            Fact::Accepted(days) => {
                format!("the connection was accepted {} before", count(days, "day")).into()
            }
            Fact::Newsletters(n) => format!(
                "{} since the connection was accepted",
                count(n, "newsletter")
            )
            .into(),
            Fact::LongMailsToday(n) => format!(
                "{} long mail of the day without an answer",
                ordinal(n.saturating_add(1))
            )
            .into(),
            Fact::Unanswered(n) => format!(
                "{} message without an answer that was seen",
                ordinal(n.saturating_add(1))
            )
            .into(),
            Fact::Known(days) => {
                format!("the sender was first seen {} before", count(days, "day")).into()
            }
        }
    }
}

/// "the same note came from 3 other people"
pub(crate) fn copied(others: u32) -> String {
    let people = if others == 1 { "person" } else { "people" };
    format!("the same note came from {others} other {people}")
}

fn count(n: u32, noun: &str) -> String {
    let ending = if n == 1 { "" } else { "s" };
    format!("{n} {noun}{ending}")
}

fn ordinal(n: u32) -> String {
    let ending = match (n % 10, n % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{n}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_past_no_facts() {
        assert_eq!(Past::default().facts().count(), 0);
    }

    #[test]
    fn facts_are_said_in_words() {
        let past = Past {
            messages: 3,
            unanswered: 3,
            known_days: 40,
            accepted_days: Some(3),
            newsletters: 1,
            long_mails_today: 2,
            copies: 3,
        };
        let said: Vec<_> = past.facts().map(|fact| fact.describe()).collect();
        assert_eq!(
            said,
            [
                "the same note came from 3 other people",
                "the connection was accepted 3 days before",
                "1 newsletter since the connection was accepted",
                "3rd long mail of the day without an answer",
                "4th message without an answer that was seen",
                "the sender was first seen 40 days before",
            ]
        );
        assert_eq!(ordinal(12), "12th");
        assert_eq!(ordinal(21), "21st");
    }
}
