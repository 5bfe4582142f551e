//! The four labels, in the one order used everywhere: probabilities, tables, model rows.
//!
//! What each label means is in `training-data/README.md`.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a sender wants from the owner of the mailbox.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Label {
    /// A person wrote to the owner: a relation, a reason only this owner could answer, or an
    /// opportunity aimed at the owner's own work.
    Genuine,
    /// A request to connect, follow, join or attend with no reason in it.
    GenericInvite,
    /// An honest sender who wants something for themselves from a stranger.
    Pitch,
    /// A sender who hides who they are or means harm, or bulk nobody could want.
    Spam,
}

impl Label {
    /// All labels in their fixed order.
    pub const ALL: [Label; 4] = [
        Label::Genuine,
        Label::GenericInvite,
        Label::Pitch,
        Label::Spam,
    ];

    /// The keyword that a tagged message gets at the mail server.
    pub fn keyword(self) -> String {
        format!("anteroom-{}", self.name())
    }

    /// The label's name as folders, JSON and the command line spell it.
    pub fn name(self) -> &'static str {
        match self {
            Label::Genuine => "genuine",
            Label::GenericInvite => "generic-invite",
            Label::Pitch => "pitch",
            Label::Spam => "spam",
        }
    }

    /// Position in [`Label::ALL`].
    pub fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A word that is none of the four labels.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
#[error("'{0}' is not a label; expected one of genuine, generic-invite, pitch, spam")]
pub struct UnknownLabel(pub String);

impl FromStr for Label {
    type Err = UnknownLabel;

    fn from_str(name: &str) -> Result<Self, UnknownLabel> {
        Label::ALL
            .into_iter()
            .find(|label| label.name() == name)
            .ok_or_else(|| UnknownLabel(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip_and_follow_the_order() {
        for (position, label) in Label::ALL.into_iter().enumerate() {
            assert_eq!(label.index(), position);
            assert_eq!(label.name().parse(), Ok(label));
        }
        assert!("ham".parse::<Label>().is_err());
    }
}
