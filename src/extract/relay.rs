//! Mail that a site sends on for somebody: in whose name, and who gets the answer.

use super::registrable;
use super::scope::{is_service, is_unread};
use super::vocabulary::announces_message;
use crate::message::{Address, Message};

/// The person that a site relays for: it says so in the name, or takes the answer at an address of
/// its own in theirs, or writes from one that stands for the conversation.
pub(super) fn relayed_for(message: &Message) -> Option<String> {
    let from = message.from.as_ref()?;
    let Some(to) = answers_to(message) else {
        let tells = has_token(from) && announces_message(&message.subject);
        return from.name.clone().filter(|_| tells);
    };
    if let Some(name) = name_before_via(message).filter(|_| is_unread(from.local())) {
        return Some(name);
    }
    let is_relay = registrable(from.domain()) == registrable(to.domain())
        && to.email != from.email
        && has_token(&to);
    to.name
        .filter(|name| is_relay && from.name.as_ref() != Some(name))
}

/// The address of whoever wrote into a form: a site sends it on, and the answer goes to a person
/// elsewhere.
pub(crate) fn form_writer(message: &Message) -> Option<Address> {
    let from = message.from.as_ref()?;
    answers_to_person_elsewhere(message).filter(|_| is_sites(from))
}

/// True for the address of a site, at which nobody reads what is answered.
pub(super) fn is_sites(from: &Address) -> bool {
    let local = from.local();
    let first = local.split(['-', '.', '_']).next().unwrap_or(local);
    is_service(local) || is_unread(local) || FORMS.contains(&first) || first.starts_with("notif")
}

/// Whose answer goes to another domain than the sender's, and to no service.
pub(super) fn answers_to_person_elsewhere(message: &Message) -> Option<Address> {
    let from = message.from.as_ref()?;
    let to = answers_to(message)?;
    let local = to.local();
    let is_elsewhere = registrable(from.domain()) != registrable(to.domain());
    let is_person = !local.is_empty() && !is_service(local) && !is_unread(local);
    (is_elsewhere && is_person).then_some(to)
}

/// What forms send from, where it is no service's address.
const FORMS: &[&str] = &[
    "apache",
    "contact",
    "contacto",
    "contato",
    "contatti",
    "form",
    "forms",
    "formular",
    "formulaire",
    "formulario",
    "formulier",
    "kontakt",
    "web",
    "webform",
    "webmaster",
    "website",
    "wordpress",
    "www-data",
];

fn answers_to(message: &Message) -> Option<Address> {
    message.raw_header("reply-to").and_then(Address::of_header)
}

/// "Anna Lee (via Google Docs)" without what is in brackets, which readers of addresses pass over.
fn name_before_via(message: &Message) -> Option<String> {
    let from = message.header("from")?;
    let name = from.split_once(" (via ")?.0.trim_matches(['"', ' ']);
    (!name.is_empty()).then(|| name.to_owned())
}

/// True for an address that stands for a conversation: `room_2e4ythigrg6r@`.
fn has_token(address: &Address) -> bool {
    let local = address.local();
    local.len() >= RELAY_CHARS && local.contains(|c: char| c.is_ascii_digit())
}

/// Characters of the token by which a relay tells for whom an answer is.
const RELAY_CHARS: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;

    fn read(headers: &str) -> Message {
        Message::parse(format!("{headers}\n\nx").as_bytes())
    }

    #[test]
    fn a_relay_says_for_whom() {
        let relayed = |headers: &str| relayed_for(&read(headers));
        let ann = Some("Ann Lee".to_owned());
        for headers in [
            "From: \"Ann Lee (via Docs)\" <noreply@site.example>\nReply-To: ann@lee.example",
            "From: =?utf-8?q?Ann_Lee_=28via_Docs=29?= <noreply@site.example>\nReply-To: ann@lee.example",
            "From: Site <post@site.example>\nReply-To: Ann Lee <room_2e4ythigrg6r@site.example>",
            "From: Ann Lee <room_2e4ythigrg6r@site.example>\nSubject: New message",
        ] {
            assert_eq!(relayed(headers), ann, "{headers}");
        }
        for headers in [
            "From: \"Ann Lee (via Docs)\" <ann@lee.example>\nReply-To: ann@home.example",
            "From: \"Ann Lee (via Docs)\" <noreply@site.example>",
            "From: Ann Lee <ann@lee.example>",
        ] {
            assert_eq!(relayed(headers), None, "{headers}");
        }
    }

    #[test]
    fn the_writer_of_a_form_gets_the_answer() {
        let writer = |headers: &str| form_writer(&read(headers)).map(|to| to.email);
        let ann = "Reply-To: ann@lee.example";
        for from in ["noreply@forms.example", "wordpress@site.example"] {
            let headers = format!("From: Site <{from}>\n{ann}");
            assert_eq!(writer(&headers).as_deref(), Some("ann@lee.example"));
        }
        assert_eq!(writer(&format!("From: bob@site.example\n{ann}")), None);
        assert_eq!(
            writer("From: noreply@a.example\nReply-To: support@b.example"),
            None
        );
    }
}
