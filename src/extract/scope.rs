//! Is it inbound contact at all? Receipts, codes, digests, list traffic, machine mail and bounces
//! are recognised and left exactly where they are. Header fields are asked first, the sender's
//! address next, words last.

mod senders;
mod wording;

use serde::{Deserialize, Serialize};

use self::senders::{
    are_colleagues, has_absence_headers, has_reporters_headers, is_postmaster, is_reporter,
    local_part,
};
pub(super) use self::senders::{is_service, is_unread};
use self::wording::{
    ABSENCES, ANSWERED, AUTO_REPLIES, BOUNCES, BY_CONNECTION, CODES, Phrases, REPORTS, REQUESTS,
    SUBSCRIBED, TEAM_MEETINGS, THREATS, TRANSACTIONS,
};
use super::cues::{self, Cue, Manner};
use super::links::links_in;
use super::relay::{answers_to_person_elsewhere, relayed_for};
use super::vocabulary::{announces_message, tells_of_answer};
use super::{Contact, Kind, Platform, Standing};
use crate::message::{Address, Message, lower_case};

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
    let is_forged = contact.authenticity.standing == Standing::Forged;
    let found = match contact.platform {
        Platform::Direct | Platform::Other => direct(message, contact),
        // A forger's notice is contact: he wants something, whatever the header says it is.
        _ if is_forged => None,
        _ => machine_report(message).or_else(|| report(message, contact)),
    };
    found.map_or(Scope::In, Scope::Out)
}

/// What a platform reports of itself.
fn report(message: &Message, contact: &Contact) -> Option<OutOfScope> {
    let is_report = contact.kind == Kind::Notice && !subject_has(message, &REQUESTS);
    (is_report || is_bots(message)).then_some(OutOfScope::Digest)
}

/// True for what a program does on a platform: its name ends in `[bot]`.
fn is_bots(message: &Message) -> bool {
    let name = message.from.as_ref().and_then(|from| from.name.as_deref());
    name.is_some_and(|name| name.ends_with("[bot]"))
}

/// What mail between two addresses is, if not contact.
fn direct(message: &Message, contact: &Contact) -> Option<OutOfScope> {
    if let Some(report) = machine_report(message) {
        return Some(report);
    }
    if is_list(message) {
        return Some(OutOfScope::List);
    }
    if contact.authenticity.standing == Standing::Forged {
        return None;
    }
    if !is_of_a_member(message, contact)
        && !is_persons_calendar(message, contact)
        && let Some(reason) = automated(message, contact)
    {
        return Some(reason);
    }
    match contact.kind {
        Kind::NewsletterOrOffer if was_asked_for(message) => Some(OutOfScope::Newsletter),
        Kind::EventOrGroupInvite if is_team_calendar(message) => Some(OutOfScope::Machine),
        _ => None,
    }
}

/// True if a header field holds one of these words, ASCII without spaces, in whatever case.
fn header_contains(message: &Message, name: &str, words: &[&str]) -> bool {
    message.raw_header(name).is_some_and(|header| {
        let is_in = |word: &&str| {
            let mut windows = header.raw().windows(word.len());
            windows.any(|window| window.eq_ignore_ascii_case(word.as_bytes()))
        };
        words.iter().any(is_in)
    })
}

fn subject_has(message: &Message, phrases: &Phrases) -> bool {
    phrases.are_in(&lower_case(&message.subject))
}

/// Bounces and automatic replies say so in their headers.
fn machine_report(message: &Message) -> Option<OutOfScope> {
    // The empty return path is what stops machines from answering machines (RFC 5321, 4.5.5).
    let is_unanswerable = header_contains(message, "return-path", &["<>"]);
    let subject = lower_case(&message.subject);
    if is_postmaster(local_part(message))
        || header_contains(message, "content-type", &["multipart/report"])
        || message.raw_header("x-failed-recipients").is_some()
        || is_unanswerable && BOUNCES.are_in(&subject)
    {
        return Some(OutOfScope::Bounce);
    }
    if header_contains(message, "auto-submitted", &["auto-replied"])
        || header_contains(message, "precedence", &["auto_reply", "auto-reply"])
        || has_absence_headers(message)
        || is_unanswerable && message.raw_header("in-reply-to").is_some()
        || AUTO_REPLIES.are_in(&subject) && !answers(message, &subject)
        || ABSENCES.begin(subject.trim_start())
    {
        return Some(OutOfScope::AutoReply);
    }
    None
}

/// True for a person's answer to an automatic reply: "AW: Automatische Antwort".
fn answers(message: &Message, subject: &str) -> bool {
    const PREFIXES: &[&str] = &[
        "re:", "aw:", "antw:", "sv:", "vs:", "rv:", "odp:", "ynt:", "回复:", "答复:",
    ];
    message.raw_header("in-reply-to").is_some()
        && message.raw_header("auto-submitted").is_none()
        && PREFIXES
            .iter()
            .any(|prefix| subject.trim_start().starts_with(prefix))
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

/// True for what somebody did on a platform that no list knows: a message about an order is none.
fn is_of_a_member(message: &Message, contact: &Contact) -> bool {
    contact.platform == Platform::Other
        && match contact.kind {
            Kind::Invitation | Kind::EventOrGroupInvite => true,
            Kind::PlatformMessage => {
                announces_message(&message.subject)
                    || tells_of_answer(&message.subject)
                    || relayed_for(message).is_some()
            }
            _ => false,
        }
}

/// True for an invitation that a calendar sends from a person's own address. A booking with a file for
/// the calendar comes from a service.
fn is_persons_calendar(message: &Message, contact: &Contact) -> bool {
    let local = local_part(message);
    contact.kind == Kind::EventOrGroupInvite && !is_service(local) && !is_unread(local)
}

/// Mail a machine sends to one person: codes, receipts, reports.
fn automated(message: &Message, contact: &Contact) -> Option<OutOfScope> {
    let found = machine_mail(message)?;
    let is_authentic = contact.authenticity.standing == Standing::Authentic;
    // A password reset hurries too; but a receipt that hurries to a form for card numbers is a
    // stranger's, unless the owner's server vouches for it.
    let is_phish = !is_authentic
        && match found {
            OutOfScope::Transaction => {
                subject_has(message, &THREATS)
                    || carries_a_program(message)
                    || presses_for_payment(message)
            }
            OutOfScope::Machine => presses_for_payment(message),
            _ => false,
        };
    (!is_phish).then_some(found)
}

fn machine_mail(message: &Message) -> Option<OutOfScope> {
    let local = local_part(message);
    let is_generated = header_contains(message, "auto-submitted", &["auto-generated"]);
    if is_service(local) || is_generated {
        if subject_has(message, &CODES) {
            return Some(OutOfScope::Code);
        }
        if subject_has(message, &REPORTS) {
            return Some(OutOfScope::Machine);
        }
        if subject_has(message, &TRANSACTIONS) {
            return Some(OutOfScope::Transaction);
        }
    }
    if answers_to_person_elsewhere(message).is_some() {
        return None;
    }
    if is_unread(local) && leads_nowhere(message) {
        return Some(OutOfScope::Transaction);
    }
    let is_machine = is_reporter(local)
        || has_reporters_headers(message)
        || is_generated && message.raw_header("list-unsubscribe").is_none();
    is_machine.then_some(OutOfScope::Machine)
}

/// True if there is nothing in a message that a sender who reads no answers could gain by: no
/// link, no file, no number to call, nothing threatened or promised. A clinic that says "log in to
/// read" is no phish.
fn leads_nowhere(message: &Message) -> bool {
    let links_of_html = message.html.iter().flat_map(|html| &html.links).count();
    let text = message.visible_text();
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let has_link = links_of_html > 0 || links_in(&message.plain).next().is_some();
    !has_link
        && message.attachments.is_empty()
        && digits < PHONE_DIGITS
        && !cues::find(text)
            .iter()
            .any(|found| HARM.iter().any(|harm| found.cue == Cue::Manner(*harm)))
}

/// Manners of those who want money without a link.
const HARM: &[Manner] = &[
    Manner::Threat,
    Manner::Trading,
    Manner::Windfall,
    Manner::UpfrontFee,
    Manner::Messenger,
    Manner::Vice,
];

/// Digits that could be a number to call.
const PHONE_DIGITS: usize = 7;

/// True if the words ask for money or secrets and hurry, or promise a fortune: what a phish needs and
/// a receipt does not.
fn presses_for_payment(message: &Message) -> bool {
    let shown = cues::find(message.visible_text());
    let shows = |manner| shown.iter().any(|found| found.cue == Cue::Manner(manner));
    let asks = shows(Manner::Credentials) || shows(Manner::UpfrontFee);
    let promises = shows(Manner::Windfall) || shows(Manner::Trading);
    shows(Manner::Urgency) && (asks || promises) || asks && promises
}

/// True if a file is attached that can run, or hide what runs: no receipt needs one.
fn carries_a_program(message: &Message) -> bool {
    message.attachments.iter().any(|file| {
        let ending = file.name.as_deref().and_then(|name| name.rsplit_once('.'));
        ending.is_some_and(|(_, ending)| RUNNABLE.contains(&ending))
    })
}

/// File name endings of what can run when it is opened, and of what is packed to hide it.
const RUNNABLE: &[&str] = &[
    "exe", "scr", "js", "vbs", "hta", "bat", "cmd", "com", "jar", "lnk", "iso", "img", "doc",
    "docm", "xls", "xlsm", "htm", "html", "shtml", "zip", "rar", "7z", "ace", "pif",
];

/// True if a newsletter says that the owner subscribed, and not that a connection was enough.
fn was_asked_for(message: &Message) -> bool {
    let text = edges(message.visible_text());
    SUBSCRIBED.are_in(&text) && !BY_CONNECTION.are_in(&text)
}

/// The first and last two thousand bytes of a text, lower case: where newsletters say why they
/// come.
fn edges(text: &str) -> String {
    const EDGE: usize = 2_000;
    if text.len() <= 2 * EDGE {
        return lower_case(text);
    }
    let head = &text[..text.floor_char_boundary(EDGE)];
    let tail = &text[text.ceil_char_boundary(text.len() - EDGE)..];
    format!("{}\n{}", lower_case(head), lower_case(tail))
}

/// True for a colleague's calendar, a team's meeting, and a calendar's answer to the owner.
fn is_team_calendar(message: &Message) -> bool {
    ANSWERED.begin(&lower_case(&message.subject))
        || subject_has(message, &TEAM_MEETINGS)
        || is_from_colleague(message)
}

/// True if the sender's domain is the recipient's.
fn is_from_colleague(message: &Message) -> bool {
    let to = message.raw_header("to").and_then(Address::of_header);
    match (&message.from, to) {
        (Some(from), Some(to)) => are_colleagues(from, &to),
        _ => false,
    }
}
