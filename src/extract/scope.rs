//! Is it inbound contact at all? Receipts, codes, digests, list traffic, machine mail and bounces
//! are recognised and left exactly where they are.

mod wording;

use serde::{Deserialize, Serialize};

use self::wording::{
    ANSWERED, AUTO_REPLY_SUBJECTS, BOUNCE_SUBJECTS, CODE_SUBJECTS, CONNECTED, MACHINES, ROBOTS,
    RUNNABLE, SUBSCRIBED, TRANSACTION_SUBJECTS,
};
use super::{Contact, Kind, Platform, registrable};
use crate::message::{Address, Message};

/// Whether a message is inbound contact. As JSON: `in`, or what it is instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// A sender addresses the owner.
    In,
    /// Something else.
    Out(OutOfScope),
}

impl Serialize for Scope {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Scope::In => serializer.serialize_str("in"),
            Scope::Out(what) => what.serialize(serializer),
        }
    }
}

/// What a message is if it is not inbound contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutOfScope {
    /// A delivery report.
    Bounce,
    /// An automatic reply.
    AutoReply,
    /// Traffic of a mailing list or forum.
    List,
    /// A receipt, an order, a shipment, an invoice, an account notice.
    Transaction,
    /// A one-time code or a password reset.
    Code,
    /// A platform's report of what happened there.
    Digest,
    /// A newsletter the owner signed up for.
    Newsletter,
    /// A machine reports: builds, monitoring, calendars of colleagues.
    Machine,
}

impl OutOfScope {
    /// The reason in words for the owner.
    pub fn describe(self) -> &'static str {
        match self {
            OutOfScope::Bounce => "a delivery report",
            OutOfScope::AutoReply => "an automatic reply",
            OutOfScope::List => "mailing-list traffic",
            OutOfScope::Transaction => "a receipt, order or account notice",
            OutOfScope::Code => "a one-time code or password reset",
            OutOfScope::Digest => "a platform's own digest or notice",
            OutOfScope::Newsletter => "a newsletter you signed up for",
            OutOfScope::Machine => "a machine's report",
        }
    }
}

/// Decides whether a message is inbound contact.
pub(super) fn scope(message: &Message, contact: &Contact) -> Scope {
    if let Some(report) = machine_report(message) {
        return Scope::Out(report);
    }
    if contact.platform != Platform::Direct {
        return match contact.kind {
            Kind::Notice if contact.authenticity.signs.is_empty() => Scope::Out(OutOfScope::Digest),
            _ => Scope::In,
        };
    }
    if is_list(message) {
        return Scope::Out(OutOfScope::List);
    }
    if let Some(reason) = automated(message) {
        return Scope::Out(reason);
    }
    if contact.kind == Kind::NewsletterOrOffer && was_asked_for(message) {
        return Scope::Out(OutOfScope::Newsletter);
    }
    if contact.kind == Kind::EventOrGroupInvite
        && (is_colleague(message) || answers_an_invitation(message))
    {
        return Scope::Out(OutOfScope::Machine);
    }
    Scope::In
}

fn header_contains(message: &Message, name: &str, words: &[&str]) -> bool {
    message.raw_header(name).is_some_and(|header| {
        let value = header.text().to_lowercase();
        words.iter().any(|word| value.contains(word))
    })
}

/// Bounces and automatic replies say so in their headers.
fn machine_report(message: &Message) -> Option<OutOfScope> {
    let from = message.from.as_ref();
    let local = from.map_or("", |from| from.email.split('@').next().unwrap_or_default());
    let subject = message.subject.to_lowercase();
    if matches!(
        local,
        "mailer-daemon" | "postmaster" | "mail-daemon" | "double-bounce"
    ) || header_contains(message, "content-type", &["multipart/report"])
        || header_contains(message, "return-path", &["<>"]) && any(&subject, BOUNCE_SUBJECTS)
    {
        return Some(OutOfScope::Bounce);
    }
    if header_contains(message, "auto-submitted", &["auto-replied"])
        || header_contains(message, "precedence", &["auto_reply", "auto-reply"])
        || [
            "x-autoreply",
            "x-autorespond",
            "x-auto-response-suppress-reply",
        ]
        .iter()
        .any(|name| message.raw_header(name).is_some())
        || any(&subject, AUTO_REPLY_SUBJECTS)
    {
        return Some(OutOfScope::AutoReply);
    }
    None
}

/// A list that is read and written, not a newsletter: one can post to it.
fn is_list(message: &Message) -> bool {
    let has = |name: &str| message.raw_header(name).is_some();
    let posts = message
        .raw_header("list-post")
        .is_some_and(|header| !header.text().to_uppercase().contains("NO"));
    has("mailing-list")
        || has("x-mailman-version")
        || has("list-id") && posts
        || header_contains(message, "precedence", &["list"])
            && (has("list-id") || has("x-beenthere"))
}

/// Mail a machine sends to one person: codes, receipts, reports.
fn automated(message: &Message) -> Option<OutOfScope> {
    let from = message.from.as_ref()?;
    let local = from.email.split('@').next().unwrap_or_default();
    let subject = message.subject.to_lowercase();
    let is_robot =
        any(local, ROBOTS) || header_contains(message, "auto-submitted", &["auto-generated"]);
    if is_robot && any(&subject, CODE_SUBJECTS) {
        return Some(OutOfScope::Code);
    }
    if is_robot && any(&subject, TRANSACTION_SUBJECTS) && !carries_a_program(message) {
        return Some(OutOfScope::Transaction);
    }
    let is_machine = any(local, MACHINES)
        || [
            "x-github-reason",
            "x-jenkins-job",
            "x-gitlab-project",
            "x-pagerduty-incident",
        ]
        .iter()
        .any(|name| message.raw_header(name).is_some());
    let generated = header_contains(message, "auto-submitted", &["auto-generated"]);
    (is_machine || generated && message.raw_header("list-unsubscribe").is_none())
        .then_some(OutOfScope::Machine)
}

/// True if a file is attached that can run: no receipt needs one.
fn carries_a_program(message: &Message) -> bool {
    message.attachments.iter().any(|file| {
        let ending = file.name.as_deref().and_then(|name| name.rsplit_once('.'));
        ending.is_some_and(|(_, ending)| RUNNABLE.contains(&ending))
    })
}

/// True if a newsletter says that the owner subscribed, and not that a connection was enough.
fn was_asked_for(message: &Message) -> bool {
    let text = edges(message.visible_text());
    any(&text, SUBSCRIBED) && !any(&text, CONNECTED)
}

/// The first and last two thousand bytes of a text, lower case: where newsletters say why they
/// come.
fn edges(text: &str) -> String {
    const EDGE: usize = 2_000;
    if text.len() <= 2 * EDGE {
        return text.to_lowercase();
    }
    let head = &text[..text.floor_char_boundary(EDGE)];
    let tail = &text[text.ceil_char_boundary(text.len() - EDGE)..];
    format!("{}\n{}", head.to_lowercase(), tail.to_lowercase())
}

/// True for a calendar's answer to an invitation of the owner's.
fn answers_an_invitation(message: &Message) -> bool {
    let subject = message.subject.to_lowercase();
    ANSWERED.iter().any(|answer| subject.starts_with(answer))
}

/// True if the sender's domain is the recipient's.
fn is_colleague(message: &Message) -> bool {
    let to = message.raw_header("to").and_then(Address::of_header);
    match (&message.from, to) {
        (Some(from), Some(to)) => {
            !from.domain().is_empty() && registrable(from.domain()) == registrable(to.domain())
        }
        _ => false,
    }
}

fn any(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.contains(word))
}
