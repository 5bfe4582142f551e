//! Whether the owner knows the sender, or wrote what a message answers.

use super::history::{is_copy_mark, is_header_block};
use super::{Contact, Kind, Platform, Standing};
use crate::message::{Message, clean_text};
use crate::owner::{Owner, Relation};

/// True if the message answers one the owner wrote: it names a Message-ID they sent or, where
/// nothing is known of what they sent, it quotes text under a line that names one of their
/// addresses as the author.
pub(super) fn answers_owner(message: &Message, owner: &Owner) -> bool {
    if owner.relations.knows_sent_mail() {
        return ["in-reply-to", "references"]
            .iter()
            .flat_map(|name| message.headers.named(name))
            .any(|header| ids(&header.text()).any(|id| owner.relations.sent(&clean_text(id))));
    }
    if owner.addresses.is_empty() {
        return false;
    }
    let html = message.html.as_ref().map(|html| html.text.as_str());
    [Some(message.plain.as_str()), html]
        .into_iter()
        .flatten()
        .any(|text| quotes_author(text, &owner.addresses))
}

/// Message-IDs of a `References` or `In-Reply-To` header, without angle brackets.
fn ids(text: &str) -> impl Iterator<Item = &str> {
    text.split('<')
        .skip(1)
        .filter_map(|rest| rest.split_once('>'))
        .map(|(id, _)| id.trim())
}

/// Lines after the mark of a copied message in which its `From:` stands.
const COPIED_HEADER_LINES: usize = 3;

/// True if a quote is attributed to one of these addresses: in the one or two lines above it that
/// end with a colon ("On 3 May, Ann <ann@x.example> wrote:"), or in the first line of the header
/// that mail programs copy ("From: Ann <ann@x.example>"), below their mark or without one.
fn quotes_author(text: &str, addresses: &[String]) -> bool {
    let names_owner = |line: &str| {
        let line = line.to_lowercase();
        addresses.iter().any(|address| names(&line, address))
    };
    let mut above = ["", ""];
    let mut header_lines = 0;
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    for (at, &line) in lines.iter().enumerate() {
        let begins_quote = line.starts_with('>') && !above[1].starts_with('>');
        if begins_quote && above[1].ends_with(':') && above.iter().any(|line| names_owner(line)) {
            return true;
        }
        if header_lines == 0 && is_header_block(&lines[at..]) {
            header_lines = 1;
        }
        if header_lines > 0 {
            // The first address of the header is the author's, the next the recipient's.
            if line.contains('@') {
                if names_owner(line) {
                    return true;
                }
                header_lines = 0;
            } else {
                header_lines -= 1;
            }
        }
        if is_copy_mark(line) {
            header_lines = COPIED_HEADER_LINES;
        }
        above = [above[1], line];
    }
    false
}

/// True if a text holds the address, and not as part of a longer one.
fn names(text: &str, address: &str) -> bool {
    let is_inside = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '+' | '@');
    text.match_indices(address).any(|(at, _)| {
        let rest = &text[at + address.len()..];
        let rest = rest.strip_prefix('.').unwrap_or(rest);
        !text[..at].ends_with(is_inside)
            && !rest.starts_with(|c: char| c.is_alphanumeric() || c == '-')
    })
}

/// How the sender is known. A forged sender is not whom the message names, and never known.
pub(super) fn relation(contact: &Contact, owner: &Owner) -> Option<Relation> {
    if contact.authenticity.standing == Standing::Forged {
        return None;
    }
    if contact.thread.answers_owner {
        return Some(Relation::Thread);
    }
    let relations = &owner.relations;
    let email = contact.sender.email.as_deref().unwrap_or_default();
    let host = email.rsplit_once('@').map_or("", |(_, host)| host);
    // A platform's own address stands for everybody there.
    let by_address = match Platform::of_host(host) {
        None => relations.of_address(email),
        Some(_) => None,
    };
    by_address.or_else(|| {
        (contact.platform == Platform::Linkedin && is_connection(contact, owner))
            .then_some(Relation::Connection)
    })
}

/// The profile tells who it is. A name tells it only where there is no profile, and not in an
/// invitation: nobody is invited by a connection, but many by people who took a friend's name.
fn is_connection(contact: &Contact, owner: &Owner) -> bool {
    if let Some(profile) = &contact.sender.profile {
        return owner.relations.connects_profile(profile);
    }
    let invites = matches!(contact.kind, Kind::Invitation | Kind::InvitationReminder);
    let name = contact.sender.name.as_deref().unwrap_or_default();
    !invites && owner.relations.connects_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::owner::SentMail;
    use crate::source::Connection;

    fn contact(mail: &str, owner: &Owner) -> Contact {
        Contact::extract(&Message::parse(mail.as_bytes()), owner)
    }

    fn me() -> Owner {
        Owner {
            addresses: vec!["me@home.example".to_owned()],
            ..Owner::default()
        }
    }

    fn answers(body: &str) -> bool {
        contact(
            &format!("From: a@x.example\nSubject: Re: y\n\n{body}"),
            &me(),
        )
        .thread
        .answers_owner
    }

    #[test]
    fn an_answer_quotes_the_owner_as_the_author() {
        for answer in [
            "Yes.\n\nOn 3 May 2024, Me <Me@home.example> wrote:\n> will you come?",
            "Ja.\n\nAm 3. Mai 2024 um 10:00 schrieb Me\n<me@home.example>:\n\n> kommst du?",
            "Fine.\n-----Original Message-----\nFrom: Me [mailto:me@home.example]\nSent: Monday\nTo: a@x.example",
            "Fine.\n________________________________\nVon: Me <me@home.example>\nAn: a@x.example",
            "Fine.\n\nFrom: Me <me@home.example>\nSent: Monday\nTo: a@x.example\nSubject: y\n\nWill you?",
        ] {
            assert!(answers(answer), "{answer}");
        }
        for other in [
            "On 3 May 2024, Ann <a@x.example> wrote:\n> dear me@home.example",
            "Sent to me@home.example:\nbuy",
            "On 3 May, not-me@home.example wrote:\n> x",
            "On 3 May, me@home.example.evil wrote:\n> x",
            "-----Original Message-----\nFrom: a@x.example\nTo: me@home.example\n\nbump",
            "From: a@x.example\nSent: Monday\nTo: me@home.example\nSubject: y\n\nbump",
        ] {
            assert!(!answers(other), "{other}");
        }
    }

    #[test]
    fn an_answer_names_what_the_owner_sent() {
        let mut owner = me();
        owner.relations.add_sent(SentMail {
            message_id: Some("1@home.example".to_owned()),
            ..SentMail::default()
        });
        let mail = "From: a@x.example\nSubject: Re: y\nReferences: <0@x.example>\n <1@home.example>\n\nYes";
        let answer = contact(mail, &owner);
        assert!(answer.thread.answers_owner);
        assert_eq!(answer.relation, Some(Relation::Thread));
        let other = contact(&mail.replace("<1@", "<2@"), &owner);
        assert_eq!((other.thread.answers_owner, other.relation), (false, None));
        let forged = contact(
            &mail.replace("a@x.example", "LinkedIn <a@x.example>"),
            &owner,
        );
        assert_eq!((forged.thread.answers_owner, forged.relation), (true, None));
        let quote = "From: a@x.example\nSubject: Re: y\n\nOn 3 May, me@home.example wrote:\n> x";
        assert!(!contact(quote, &owner).thread.answers_owner);
    }

    #[test]
    fn connections_are_known_behind_linkedin_only_and_not_by_name_in_invitations() {
        let mut owner = me();
        owner.relations.add_connection(&Connection {
            name: "Ann Lee".to_owned(),
            slug: None,
            email: Some("ann@x.example".to_owned()),
        });
        let link = "https://www.linkedin.com/messaging/thread/2-1/";
        let of = |from: &str| {
            contact(
                &format!("From: {from}\nSubject: hello\n\nHi\n{link}"),
                &owner,
            )
            .relation
        };
        assert_eq!(
            of("Ann Lee <hit-reply@linkedin.com>"),
            Some(Relation::Connection)
        );
        assert_eq!(of("Ann Leen <hit-reply@linkedin.com>"), None);
        assert_eq!(of("Ann Lee <invitations@linkedin.com>"), None);
        assert_eq!(of("Ann Lee <other@x.example>"), None);
        assert_eq!(of("A. <ann@x.example>"), Some(Relation::Connection));
        assert_eq!(of("LinkedIn <ann@x.example>"), None);
    }
}
