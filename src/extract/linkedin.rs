//! LinkedIn: invitations since 2009, messages, InMails.
//!
//! Layouts marked (seen) were read from real mails, (quoted) from mails that others quote whole.

use super::platform::{Claim, ClaimedBy};
use super::{Contact, Kind, frame, notification};
use crate::message::Message;

/// Reads a LinkedIn mail.
pub(super) fn extract(message: &Message, claim: &Claim) -> Contact {
    let kind = kind(message, claim);
    let mut contact = Contact::blank(message, claim.platform, kind);
    frame::unwrap(message, claim, &mut contact);
    // An InMail's subject is the sender's (quoted).
    contact.own_subject = kind == Kind::Inmail;
    contact
}

fn kind(message: &Message, claim: &Claim) -> Kind {
    let local = message
        .from
        .as_ref()
        .map_or("", |from| from.email.split('@').next().unwrap_or_default());
    kind_by_template(message, local).unwrap_or_else(|| kind_by_sender(message, claim, local))
}

/// Kind by LinkedIn's own class and template names and by what subjects say of the request. They
/// are claims like any header, but a forger who makes them says what he wants to be taken for.
fn kind_by_template(message: &Message, local: &str) -> Option<Kind> {
    let header = |name| message.header(name).unwrap_or_default().to_lowercase();
    let (class, template) = (header("x-linkedin-class"), header("x-linkedin-template"));
    let subject = message.subject.to_lowercase();
    if local.contains("inmail") || class == "inmail" || template.contains("inmail") {
        Some(Kind::Inmail)
    } else if template.contains("recommendation") || any(&subject, RECOMMENDATION) {
        Some(Kind::RecommendationRequest)
    } else if template.contains("endorse") || any(&subject, ENDORSEMENT) {
        Some(Kind::EndorsementRequest)
    } else if template.contains("reminder")
        || any(&subject, notification::REMINDER) && any(&subject, notification::INVITE)
    {
        Some(Kind::InvitationReminder)
    } else if any(&template, GROUP_TEMPLATES) {
        Some(Kind::EventOrGroupInvite)
    } else if any(&template, REPORT_TEMPLATES) && local != "messaging-digest-noreply" {
        Some(Kind::Notice)
    } else {
        None
    }
}

fn kind_by_sender(message: &Message, claim: &Claim, local: &str) -> Kind {
    let template = message.header("x-linkedin-template").unwrap_or_default();
    let subject = message.subject.to_lowercase();
    match local {
        "invitations" | "invitation" => Kind::Invitation,
        "messages-noreply" | "hit-reply" | "messaging-noreply" | "messaging-digest-noreply" => {
            if template.contains("invit") {
                Kind::Invitation
            } else {
                Kind::PlatformMessage
            }
        }
        "groups-noreply" | "newsletters-noreply" | "events-noreply" | "notifications-noreply"
            if any(&subject, notification::INVITE) =>
        {
            Kind::EventOrGroupInvite
        }
        "member" | "connections" => member_kind(message),
        _ if claim.by == ClaimedBy::MessageId => Kind::Invitation,
        _ if claim.by == ClaimedBy::Looks => forged_kind(message),
        _ => Kind::Notice,
    }
}

fn any(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.contains(word))
}

/// Parts of the names of templates that invite to something other than a person.
const GROUP_TEMPLATES: &[&str] = &[
    "event_invite",
    "page_invite",
    "group_invite",
    "newsletter_invite",
];

/// Parts of the names of templates that report.
const REPORT_TEMPLATES: &[&str] = &[
    "digest",
    "weekly",
    "analytics",
    "recap",
    "pymk",
    "jymbii",
    "job_alert",
    "suggested",
    "editorial",
    "security",
];

/// `member@linkedin.com` relayed invitations and messages alike (seen).
fn member_kind(message: &Message) -> Kind {
    let text = message.visible_text();
    let invites = [
        "/e/",
        "accept invitation",
        "Accept",
        "invite-accept",
        "/blk/I",
        "/isd/",
    ];
    let subject = message.subject.to_lowercase();
    let is_invitation = notification::INVITE
        .iter()
        .chain(["stay in touch", "network"].iter())
        .any(|word| subject.contains(word));
    if is_invitation || invites[3..].iter().any(|mark| text.contains(mark)) {
        Kind::Invitation
    } else {
        Kind::PlatformMessage
    }
}

fn forged_kind(message: &Message) -> Kind {
    let subject = message.subject.to_lowercase();
    if notification::INVITE
        .iter()
        .any(|word| subject.contains(word))
    {
        Kind::Invitation
    } else {
        Kind::PlatformMessage
    }
}

const RECOMMENDATION: &[&str] = &[
    "recommend me",
    "recommendation",
    "empfehlung",
    "recommandation",
    "recomendación",
    "raccomanda",
    "aanbeveling",
];

const ENDORSEMENT: &[&str] = &["endorse", "kenntnisse bestätig", "onderschrij"];
