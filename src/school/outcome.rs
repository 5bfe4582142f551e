//! What became of a message that was taught or taken back.

use std::collections::BTreeMap;

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// It was not known, or not as it is counted now; it is learned.
    Learned,
    /// It was known under another label and has this one now.
    Relabelled,
    /// It was known and is taken back.
    Unlearned,
    /// Its lesson was found by name and is taken back.
    Forgotten,
    /// It was known under this label.
    KnownAlready,
    /// It is known under another label and keeps it.
    KnownOtherwise,
    /// It is not known, so its label cannot be changed.
    NotLearned,
    /// It is not known, so it cannot be taken back.
    NotKnown,
}

impl Outcome {
    /// The outcome in words, and what to do about it.
    pub fn describe(self) -> &'static str {
        match self {
            Outcome::Learned => "learned",
            Outcome::Relabelled => "relabelled",
            Outcome::Unlearned => "unlearned",
            Outcome::Forgotten => "forgotten",
            Outcome::KnownAlready => "known already",
            Outcome::KnownOtherwise => "known under another label: relabel it",
            Outcome::NotLearned => "not learned yet: learn it",
            Outcome::NotKnown => "not known",
        }
    }
}

/// How many messages met each outcome.
pub type Tally = BTreeMap<Outcome, usize>;
