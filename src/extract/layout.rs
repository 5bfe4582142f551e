//! What a platform's mails look like, as data: by what a mail of this kind is told, and where in
//! it the human's words stand.

use std::cell::OnceCell;

use super::Kind;
use super::frame::text_of;
use super::platform::{Claim, ClaimedBy};
use crate::message::{Address, Message, lower_case};

/// A platform: how it is named and what its mails look like.
pub(super) struct Definition {
    /// As JSON spells it.
    pub(super) name: &'static str,
    /// As it spells itself.
    pub(super) title: &'static str,
    /// The word by which people and forgers name it.
    pub(super) brand: &'static str,
    /// Nobody and nothing else bears the brand; "Xing" and "Slack" are surnames too.
    pub(super) is_coined: bool,
    /// How other scripts and marketing spell the name, lower case.
    pub(super) other_names: &'static [&'static str],
    /// Domains that belong to it.
    pub(super) domains: &'static [&'static str],
    /// Its layouts, the first that fits counts; its own before those shared with others.
    pub(super) layouts: &'static [&'static [Layout]],
    /// Lines the platform writes into every frame, lower case; a `*` at the start, the end or
    /// both stands for anything.
    pub(super) furniture: &'static [&'static str],
    /// Parts of a link's path behind which a profile's name stands.
    pub(super) profiles: &'static [&'static str],
}

/// One kind of mail of a platform.
pub(super) struct Layout {
    pub(super) kind: Kind,
    /// All of them must show.
    pub(super) signs: &'static [Sign],
    pub(super) place: Place,
}

/// A layout read from real mails.
pub(super) const fn seen(kind: Kind, signs: &'static [Sign], place: Place) -> Layout {
    Layout { kind, signs, place }
}

/// A layout read from mails that others quote whole.
pub(super) const fn quoted(kind: Kind, signs: &'static [Sign], place: Place) -> Layout {
    Layout { kind, signs, place }
}

/// A layout inferred from other programs' filters or from the wording of an interface: a guess.
pub(super) const fn guess(kind: Kind, signs: &'static [Sign], place: Place) -> Layout {
    Layout { kind, signs, place }
}

/// By what a layout is told. Each list holds parts, lower case; one of them is enough.
pub(super) enum Sign {
    /// The local part of `From`.
    Sender(&'static [&'static str]),
    /// The platform's own header for the class or template of a mail.
    Template(&'static [&'static str]),
    /// The subject.
    Subject(&'static [&'static str]),
    /// The first two thousand bytes of the text.
    Text(&'static [&'static str]),
    /// The platform's machines made it in the inviter's own name.
    InOwnName,
}

/// Where the human's words stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Above the sender's name line or below the profile lines under it.
    AroundName,
    /// Below the link that leads to the answer, down to the ruler.
    BelowReply,
    /// Below the button under the sender's name and headline, or else around the name.
    BelowButton,
    /// Below a line that repeats the subject behind a label.
    BelowSubject,
    /// Between the first two rulers, below a line with the subject.
    BetweenRulers,
    /// In quotation marks, on lines of its own.
    InQuotes,
    /// Behind the sender's name and a colon.
    AfterName,
    /// Between a greeting and a sign-off with the sender's first name, both the platform's.
    InLetter,
    /// Nobody's words are in it.
    Nowhere,
}

/// What a mail shows that layouts are told by.
pub(super) struct Clues<'a> {
    sender: &'a str,
    template: String,
    subject: Subject,
    text: &'a str,
    lower_text: OnceCell<String>,
    in_own_name: bool,
}

/// Headers in which platforms name the class and the template of a mail.
const TEMPLATE_HEADERS: &[&str] = &[
    "x-linkedin-class",
    "x-linkedin-template",
    "x-facebook-notify",
];

/// Bytes of text that are looked at for signs.
const TEXT_BYTES: usize = 2_000;

impl<'a> Clues<'a> {
    /// Gathers the clues of a message.
    pub(super) fn of(message: &'a Message, claim: &Claim) -> Clues<'a> {
        let from = message.from.as_ref();
        let text = text_of(message);
        let templates: Vec<String> = TEMPLATE_HEADERS
            .iter()
            .filter_map(|name| message.header(name))
            .collect();
        Clues {
            sender: from.map_or("", Address::local),
            template: lower_case(&templates.join(" ")),
            subject: Subject::new(&message.subject),
            text: &text[..text.floor_char_boundary(TEXT_BYTES)],
            lower_text: OnceCell::new(),
            in_own_name: claim.by == ClaimedBy::MessageId,
        }
    }

    /// True if the subject holds one of these parts.
    pub(super) fn subject_has(&self, parts: &[&str]) -> bool {
        parts.iter().any(|part| self.subject.holds(part))
    }

    fn show(&self, sign: &Sign) -> bool {
        match sign {
            Sign::Sender(parts) => any(self.sender, parts),
            Sign::Template(parts) => any(&self.template, parts),
            Sign::Subject(parts) => self.subject_has(parts),
            Sign::Text(parts) => any(self.lower_text.get_or_init(|| lower_case(self.text)), parts),
            Sign::InOwnName => self.in_own_name,
        }
    }
}

impl Definition {
    /// The layout of a mail; none if no known one fits.
    pub(super) fn layout(&self, clues: &Clues<'_>) -> Option<&'static Layout> {
        self.layouts
            .iter()
            .flat_map(|layouts| layouts.iter())
            .find(|layout| layout.signs.iter().all(|sign| clues.show(sign)))
    }

    /// True for a line, in lower case, that is part of every frame.
    pub(super) fn is_furniture(&self, line: &str) -> bool {
        self.furniture.iter().any(|pattern| {
            match (pattern.strip_suffix('*'), pattern.strip_prefix('*')) {
                (Some(_), Some(_)) => line.contains(pattern.trim_matches('*')),
                (Some(start), None) => line.starts_with(start),
                (None, Some(end)) => line.ends_with(end),
                (None, None) => line == *pattern,
            }
        })
    }
}

fn any(text: &str, parts: &[&str]) -> bool {
    parts.iter().any(|part| text.contains(part))
}

/// A subject in lower case, which is asked for hundreds of words.
struct Subject {
    lower: String,
    /// Which pairs of neighbouring bytes it has, by a hash of eight bits: nearly every word that it
    /// does not hold is ruled out by its first and its last pair.
    pairs: [u64; 4],
}

impl Subject {
    fn new(subject: &str) -> Subject {
        let lower = lower_case(subject);
        let mut pairs = [0; 4];
        for pair in lower.as_bytes().windows(2) {
            let (word, bit) = noted_at(pair[0], pair[1]);
            pairs[word] |= bit;
        }
        Subject { lower, pairs }
    }

    fn holds(&self, part: &str) -> bool {
        let may_hold = match part.as_bytes() {
            [a, b, .., y, z] => self.has_pair(*a, *b) && self.has_pair(*y, *z),
            _ => true,
        };
        may_hold && self.lower.contains(part)
    }

    fn has_pair(&self, a: u8, b: u8) -> bool {
        let (word, bit) = noted_at(a, b);
        self.pairs[word] & bit != 0
    }
}

/// Where a pair of bytes is noted.
fn noted_at(a: u8, b: u8) -> (usize, u64) {
    let hash = a.wrapping_mul(37) ^ b;
    (usize::from(hash >> 6), 1 << (hash & 63))
}
