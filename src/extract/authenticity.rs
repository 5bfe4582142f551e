//! Signs that a message is not from whom it says.
//!
//! `From`, `Reply-To` and `X-LinkedIn-*` are claims, not proof.

use serde::{Deserialize, Serialize};

use super::host::host_of;
use super::platform::{Claim, ClaimedBy};
use super::{Platform, registrable};
use crate::message::Message;
use crate::owner::Owner;

/// Whether the sender is who the message says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authenticity {
    /// The conclusion.
    pub standing: Standing,
    /// Signs of forgery, each once.
    pub signs: Vec<Forgery>,
}

/// What is known about a sender's claim to be who they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// The owner's own mail server has verified the domain in `From`.
    Authentic,
    /// Nothing proves it, nothing speaks against it.
    #[default]
    Unproven,
    /// The message shows that it is not.
    Forged,
}

/// One sign of forgery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Forgery {
    /// The sender wears a platform's name; the address is somebody else's.
    BorrowedName,
    /// A platform's mail whose buttons lead elsewhere.
    ForeignButtons,
    /// A link that shows one host and leads to another.
    MaskedLink,
    /// A host written in look-alike letters.
    LookAlikeHost,
}

impl Forgery {
    /// The sign as JSON spells it.
    pub fn name(self) -> &'static str {
        match self {
            Forgery::BorrowedName => "borrowed-name",
            Forgery::ForeignButtons => "foreign-buttons",
            Forgery::MaskedLink => "masked-link",
            Forgery::LookAlikeHost => "look-alike-host",
        }
    }

    /// The sign in words for the owner.
    pub fn describe(self) -> &'static str {
        match self {
            Forgery::BorrowedName => {
                "the sender uses a platform's name with an address that is not the platform's"
            }
            Forgery::ForeignButtons => "a platform's mail whose links lead away from the platform",
            Forgery::MaskedLink => "a link shows one site and leads to another",
            Forgery::LookAlikeHost => "a host name written in look-alike letters",
        }
    }
}

/// Weighs what a message claims about its sender against what it shows.
pub(super) fn authenticity(message: &Message, claim: &Claim, _owner: &Owner) -> Authenticity {
    let signs = forgery(message, claim);
    let standing = match signs.is_empty() {
        true => Standing::Unproven,
        false => Standing::Forged,
    };
    Authenticity { standing, signs }
}

/// Finds the signs of forgery in a message.
fn forgery(message: &Message, claim: &Claim) -> Vec<Forgery> {
    let mut signs = Vec::new();
    if claim.by == ClaimedBy::Looks {
        signs.push(Forgery::BorrowedName);
    }
    let hosts = link_hosts(message);
    let is_notification = claim.platform != Platform::Direct;
    if is_notification && claim.by != ClaimedBy::Looks {
        let own = hosts
            .iter()
            .filter(|host| Platform::of_host(host) == Some(claim.platform))
            .count();
        if own == 0 && !hosts.is_empty() {
            signs.push(Forgery::ForeignButtons);
        }
    }
    if masks_a_link(message) {
        signs.push(Forgery::MaskedLink);
    }
    if hosts
        .iter()
        .any(|host| host.split('.').any(|label| label.starts_with("xn--")) || !host.is_ascii())
    {
        signs.push(Forgery::LookAlikeHost);
    }
    signs
}

/// Hosts of all links, HTML and plain.
fn link_hosts(message: &Message) -> Vec<String> {
    let html = message
        .html
        .iter()
        .flat_map(|html| &html.links)
        .map(|link| link.target.as_str());
    let plain = memchr::memmem::find_iter(message.plain.as_bytes(), "http")
        .take(crate::limits::LINKS)
        .map(|at| link_at(&message.plain[at..]));
    html.chain(plain).filter_map(host_of).collect()
}

/// The link at the start of a text.
fn link_at(text: &str) -> &str {
    let end = text.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '(' | ')'));
    &text[..end.unwrap_or(text.len())]
}

/// True if a link's text is itself an address of another site than the link's.
fn masks_a_link(message: &Message) -> bool {
    message
        .html
        .iter()
        .flat_map(|html| &html.links)
        .any(|link| {
            let shown = link.text.trim();
            if shown.contains(char::is_whitespace) {
                return false;
            }
            match (host_of(shown), host_of(&link.target)) {
                (Some(shown), Some(target)) => registrable(&shown) != registrable(&target),
                _ => false,
            }
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::Contact;

    fn signs(mail: &str) -> Vec<Forgery> {
        Contact::extract(&Message::parse(mail.as_bytes()), &Owner::default())
            .authenticity
            .signs
    }

    #[test]
    fn forged_notices_show() {
        assert_eq!(
            signs("From: LinkedIn <x@y.example>\n\nAccept: https://y.example/a"),
            [Forgery::BorrowedName]
        );
        assert_eq!(
            signs("From: A <invitations@linkedin.com>\n\nAccept: https://y.example/a"),
            [Forgery::ForeignButtons]
        );
        assert!(
            signs("From: A <invitations@linkedin.com>\n\nAccept: https://www.linkedin.com/a")
                .is_empty()
        );
        assert_eq!(
            signs(
                "From: A <a@y.example>\nContent-Type: text/html\n\n<a href='http://evil.example/'>https://bank.example/</a>"
            ),
            [Forgery::MaskedLink]
        );
    }
}
