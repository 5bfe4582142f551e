//! Whom the owner knows: sets that are filled once and looked up for every message.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::profile::profile_slug;
use crate::message::{Message, addresses_of};
use crate::source::Connection;

/// How the sender of a contact is known to the owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// They answer something the owner wrote.
    Thread,
    /// The owner has written to them.
    Correspondent,
    /// They are in an address book of the owner's.
    AddressBook,
    /// They are connected on LinkedIn.
    Connection,
}

impl Relation {
    /// The relation as JSON spells it.
    pub fn name(self) -> &'static str {
        match self {
            Relation::Thread => "thread",
            Relation::Correspondent => "correspondent",
            Relation::AddressBook => "address-book",
            Relation::Connection => "connection",
        }
    }

    /// The relation in words for the owner.
    pub fn describe(self) -> &'static str {
        match self {
            Relation::Thread => "it answers what you wrote",
            Relation::Correspondent => "you have written to this sender",
            Relation::AddressBook => "the sender is in your address book",
            Relation::Connection => "the sender is one of your connections",
        }
    }
}

/// Everybody the owner knows, and what they sent.
///
/// Addresses are what `From` claims and can be forged; who asks must look at the message's
/// authenticity first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Relations {
    correspondents: HashSet<String>,
    address_book: HashSet<String>,
    connected_addresses: HashSet<String>,
    connected_slugs: HashSet<String>,
    connected_names: HashSet<String>,
    sent_ids: HashSet<String>,
}

/// What one mail the owner sent tells.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SentMail {
    /// Address it was sent from, lower case.
    pub from: Option<String>,
    /// Addresses in `To`, `Cc` and `Bcc`, lower case.
    pub recipients: Vec<String>,
    /// Its `Message-ID` without angle brackets.
    pub message_id: Option<String>,
}

impl SentMail {
    /// Reads the headers of a mail.
    pub fn of(message: &Message) -> SentMail {
        let fields = ["to", "cc", "bcc"];
        let recipients = fields
            .iter()
            .flat_map(|name| message.headers.named(name))
            .flat_map(addresses_of)
            .filter(|address| !is_machine(address))
            .collect();
        SentMail {
            from: message.from.as_ref().map(|from| from.email.clone()),
            recipients,
            message_id: message.message_id(),
        }
    }
}

/// True for addresses one writes to without knowing anybody there: a mail program's answer to
/// `List-Unsubscribe` goes to the sender of a pitch.
fn is_machine(address: &str) -> bool {
    let local = address.split('@').next().unwrap_or_default();
    [
        "unsub",
        "noreply",
        "no-reply",
        "donotreply",
        "optout",
        "opt-out",
    ]
    .iter()
    .any(|start| local.starts_with(start))
}

impl Relations {
    /// Entries of all sets.
    pub fn len(&self) -> usize {
        self.correspondents.len()
            + self.address_book.len()
            + self.connected_addresses.len()
            + self.connected_slugs.len()
            + self.connected_names.len()
            + self.sent_ids.len()
    }

    /// True if nobody is known.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Learns from a mail the owner sent.
    pub fn add_sent(&mut self, sent: SentMail) {
        self.correspondents.extend(sent.recipients);
        self.sent_ids.extend(sent.message_id);
    }

    /// Learns an address of an address book, lower case.
    pub fn add_card(&mut self, address: String) {
        self.address_book.insert(address);
    }

    /// Learns a LinkedIn connection.
    pub fn add_connection(&mut self, connection: &Connection) {
        self.connected_addresses
            .extend(connection.email.as_ref().map(|email| email.to_lowercase()));
        self.connected_slugs.extend(connection.slug.clone());
        self.connected_names.extend(one_spelling(&connection.name));
    }

    /// Forgets addresses: one's own are no relation, whoever writes under them.
    pub fn forget(&mut self, address: &str) {
        self.correspondents.remove(address);
        self.address_book.remove(address);
        self.connected_addresses.remove(address);
    }

    /// How the holder of an address (lower case) is known.
    pub fn of_address(&self, address: &str) -> Option<Relation> {
        if self.correspondents.contains(address) {
            Some(Relation::Correspondent)
        } else if self.address_book.contains(address) {
            Some(Relation::AddressBook)
        } else if self.connected_addresses.contains(address) {
            Some(Relation::Connection)
        } else {
            None
        }
    }

    /// True if the profile behind a link is a connection's.
    pub fn connects_profile(&self, link: &str) -> bool {
        !self.connected_slugs.is_empty()
            && profile_slug(link).is_some_and(|slug| self.connected_slugs.contains(&slug))
    }

    /// True if a connection bears exactly this name.
    pub fn connects_name(&self, name: &str) -> bool {
        !self.connected_names.is_empty()
            && one_spelling(name).is_some_and(|name| self.connected_names.contains(&name))
    }

    /// True if the owner sent the mail of this Message-ID, without angle brackets.
    pub fn sent(&self, message_id: &str) -> bool {
        self.sent_ids.contains(message_id)
    }

    /// True if it is known at all what the owner sent.
    pub fn knows_sent_mail(&self) -> bool {
        !self.sent_ids.is_empty()
    }
}

/// A name with single spaces; none if it is empty.
fn one_spelling(name: &str) -> Option<String> {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sent_mail_makes_correspondents() {
        let mail = "From: Me <Me@home.example>\nTo: \"Lee, Ann\" <Ann@x.example>, bob@y.example (Bob)\n\
            Cc: unsubscribe-1@list.example,\n cy@z.example\nBcc: team: d@x.example, e@x.example;\nMessage-ID: <1@home.example>\n\nx";
        let sent = SentMail::of(&Message::parse(mail.as_bytes()));
        assert_eq!(sent.from.as_deref(), Some("me@home.example"));
        assert_eq!(
            sent.recipients,
            [
                "ann@x.example",
                "bob@y.example",
                "cy@z.example",
                "d@x.example",
                "e@x.example"
            ]
        );
        let mut relations = Relations::default();
        relations.add_sent(sent);
        assert!(relations.sent("1@home.example") && !relations.sent("2@home.example"));
        assert_eq!(
            relations.of_address("ann@x.example"),
            Some(Relation::Correspondent)
        );
        assert_eq!(relations.of_address("lee@x.example"), None);
        relations.forget("ann@x.example");
        assert_eq!(relations.of_address("ann@x.example"), None);
    }

    #[test]
    fn connections_are_matched_by_slug_address_and_exact_name() {
        let mut relations = Relations::default();
        relations.add_connection(&Connection {
            name: "Ann  Lee ".to_owned(),
            slug: Some("ann-lee".to_owned()),
            email: Some("Ann@x.example".to_owned()),
        });
        assert!(relations.connects_profile("https://linkedin.com/in/Ann-Lee/"));
        assert!(!relations.connects_profile("https://linkedin.com/in/ann-lee-2"));
        assert!(relations.connects_name("Ann Lee") && !relations.connects_name("ann lee"));
        assert_eq!(
            relations.of_address("ann@x.example"),
            Some(Relation::Connection)
        );
    }
}
