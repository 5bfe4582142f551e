//! One thing the owner taught: a message's events with the label it was given.

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::GroupKey;
use crate::extract::Contact;
use crate::features::{Event, Evidence, FEATURES_VERSION, features};
use crate::label::Label;
use crate::message::Message;

/// Names a message without telling what is in it: the first half of a SHA-256, of the Message-ID
/// or, where a message has none, of its sender, date, subject and text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity([u8; 16]);

impl Identity {
    /// The identity of a message.
    pub fn of(message: &Message) -> Identity {
        if let Some(id) = message.message_id() {
            return Identity::of_message_id(&id);
        }
        let from = message.from.as_ref().map(|from| from.email.as_str());
        let date = message.date().map(|date| date.to_string());
        let parts = [
            from.unwrap_or_default(),
            &date.unwrap_or_default(),
            &message.subject,
            message.visible_text().trim_end(),
        ];
        Identity::digest("content", &parts.join("\0"))
    }

    /// The identity of the message with this Message-ID, angle brackets or not.
    pub fn of_message_id(id: &str) -> Identity {
        let bare = id.trim();
        let bare = bare.strip_prefix('<').unwrap_or(bare);
        Identity::digest("message-id", bare.strip_suffix('>').unwrap_or(bare))
    }

    fn digest(kind: &str, text: &str) -> Identity {
        let digest = Sha256::new()
            .chain_update(kind)
            .chain_update([0])
            .chain_update(text)
            .finalize();
        let mut half = [0; 16];
        half.copy_from_slice(&digest[..16]);
        Identity(half)
    }

    /// The identity stored as these bytes; none unless there are 16.
    pub fn from_bytes(bytes: &[u8]) -> Option<Identity> {
        bytes.try_into().ok().map(Identity)
    }

    /// The bytes to store.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Reads what [`std::fmt::Display`] writes.
    pub fn parse_hex(text: &str) -> Option<Identity> {
        if text.len() != 32 || !text.is_ascii() {
            return None;
        }
        let mut bytes = [0; 16];
        for (byte, at) in bytes.iter_mut().zip((0..32).step_by(2)) {
            *byte = u8::from_str_radix(&text[at..at + 2], 16).ok()?;
        }
        Some(Identity(bytes))
    }
}

impl std::fmt::Display for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Where a label came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// The owner said so on the command line
    Command,
    /// A folder that the owner, or a rule of theirs, moved the mail to
    Folder,
    /// The owner moved the mail, and the program saw it
    #[value(skip)]
    Moved,
}

impl Origin {
    /// All origins.
    pub const ALL: [Origin; 3] = [Origin::Command, Origin::Folder, Origin::Moved];

    /// The origin as it is stored and shown.
    pub fn name(self) -> &'static str {
        match self {
            Origin::Command => "command",
            Origin::Folder => "folder",
            Origin::Moved => "moved",
        }
    }
}

/// One taught message: hashes, weights and dates, no readable text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lesson {
    /// Which message.
    pub identity: Identity,
    /// What it was said to be.
    pub label: Label,
    /// When, in seconds since 1970.
    pub learned: i64,
    /// By which way.
    pub origin: Origin,
    /// How often its label was changed since.
    pub relabelled: u32,
    /// Whether an older model was brought back over it.
    pub suspension: Suspension,
    /// [`FEATURES_VERSION`] its events were made with.
    pub features_version: u32,
    /// What was counted of it, which is what the model it was taught to counts.
    pub evidence: Evidence,
    /// What is counted of it.
    pub events: Vec<Event>,
    /// Its sender and the min-hash of its text.
    pub group_key: GroupKey,
}

/// Whether a lesson was set aside when an older model was brought back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suspension {
    /// It was not.
    None,
    /// It came after the model that was brought back.
    Restored,
}

impl Lesson {
    /// The lesson that a message is of a label, for a model that counts this of it.
    pub fn of(
        evidence: Evidence,
        (message, contact): (&Message, &Contact),
        label: Label,
        origin: Origin,
        learned: i64,
    ) -> Lesson {
        Lesson {
            identity: Identity::of(message),
            label,
            learned,
            origin,
            relabelled: 0,
            suspension: Suspension::None,
            features_version: FEATURES_VERSION,
            evidence,
            events: features(message, contact, evidence).events,
            group_key: GroupKey::of(contact, message),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_keeps_its_identity_however_it_is_stored() {
        let of = |mail: &str| Identity::of(&Message::parse(mail.as_bytes()));
        let unix = of("From: a@x.example\nSubject: s\n\nwords\n");
        assert_eq!(
            unix,
            of("From: a@x.example\r\nSubject: s\r\n\r\nwords\r\n\r\n")
        );
        assert_ne!(unix, of("From: a@x.example\nSubject: s\n\nother\n"));
        let named = of("Message-ID: <m@x.example>\n\nwords");
        assert_eq!(named, of("Message-ID: <m@x.example>\n\nother"));
        assert_eq!(named, Identity::of_message_id("<m@x.example>"));
        assert_eq!(named, Identity::of_message_id("m@x.example"));
        assert_eq!(Identity::parse_hex(&named.to_string()), Some(named));
        assert_eq!(Identity::parse_hex("m@x.example"), None);
    }
}
