//! Platforms that have no reader of their own: what a mail of theirs is, by the words platforms
//! use for it.

use super::platform::{Claim, ClaimedBy};
use super::{Contact, Kind, Platform, frame};
use crate::message::Message;

/// Reads a notification of a platform that has no reader of its own.
pub(super) fn extract(message: &Message, claim: &Claim) -> Contact {
    let kind = kind(message, claim);
    let mut contact = Contact::blank(message, claim.platform, kind);
    frame::unwrap(message, claim, &mut contact);
    contact
}

/// Kind of a platform's mail by the words platforms use for it, sender and subject first.
fn kind(message: &Message, claim: &Claim) -> Kind {
    let subject = message.subject.to_lowercase();
    let local = message.from.as_ref().map_or(String::new(), |from| {
        from.email.split('@').next().unwrap_or_default().to_owned()
    });
    let text = message.visible_text();
    let text = text[..text.floor_char_boundary(2_000)].to_lowercase();
    let any = |haystack: &str, words: &[&str]| words.iter().any(|word| haystack.contains(word));
    if any(
        &local,
        &[
            "digest", "news", "jobs", "job-", "update", "security", "billing",
        ],
    ) {
        return Kind::Notice;
    }
    let notify = message.header("x-facebook-notify").unwrap_or_default();
    if any(&subject, REPORTS)
        || any(
            &notify,
            &[
                "birthday", "digest", "suggest", "comment", "like_", "tag", "memor",
            ],
        )
    {
        return Kind::Notice;
    }
    if any(&subject, REMINDER) {
        return Kind::InvitationReminder;
    }
    if any(&subject, GROUP) && any(&subject, INVITE) {
        return Kind::EventOrGroupInvite;
    }
    if any(&subject, MESSAGE) {
        return Kind::PlatformMessage;
    }
    if any(&subject, INVITE) || any(&local, &["invit", "friend"]) {
        return match claim.platform {
            Platform::Github | Platform::Slack | Platform::Discord | Platform::Meetup => {
                Kind::EventOrGroupInvite
            }
            _ => Kind::Invitation,
        };
    }
    if any(&text, INVITE) && claim.platform != Platform::Github {
        return Kind::Invitation;
    }
    if any(&text, MESSAGE) || claim.by == ClaimedBy::Looks {
        return Kind::PlatformMessage;
    }
    Kind::Notice
}

/// Words of an invitation, in the languages platforms write to their users.
pub(super) const INVITE: &[&str] = &[
    "invit",
    "invited you",
    "friend request",
    "wants to be friends",
    "wants to connect",
    "connect with",
    "contact request",
    "kontaktanfrage",
    "möchte",
    "einladung",
    "lädt",
    "freundschaftsanfrage",
    "demande de contact",
    "souhaite",
    "uitnodiging",
    "convite",
    "convid",
    "invitación",
    "solicitud",
    "zaproszen",
    "zaprasza",
    "pozván",
    "meghív",
    "приглаш",
    "inbjud",
    "follow request",
    "wants to follow",
    "added you",
    "add you",
    "to join",
    "邀请",
    "邀請",
    "招待",
    "초대",
    "دعوة",
    "davet",
];

/// Words of a reminder.
pub(super) const REMINDER: &[&str] = &[
    "reminder",
    "still waiting",
    "is waiting",
    "waiting for your",
    "pending invitation",
    "erinnerung",
    "wartet",
    "rappel",
    "en attente",
    "attend toujours",
    "attend votre",
    "recordatorio",
    "esperando",
    "aguardando",
    "lembrete",
    "promemoria",
    "in attesa",
    "attende",
    "herinnering",
    "wacht",
    "przypomnienie",
    "czeka",
    "напомин",
    "ждет",
    "ожидает",
    "påminnelse",
    "hatırlatma",
    "bekliyor",
    "リマインダー",
    "提醒",
    "תזכורת",
    "تذكير",
];

/// Words for what is joined rather than a person met.
const GROUP: &[&str] = &[
    "group",
    "page",
    "event",
    "organization",
    "repository",
    "workspace",
    "server",
    "channel",
    "gruppe",
    "seite",
    "veranstaltung",
    "groupe",
    "événement",
    "grupo",
    "evento",
    "página",
    "grup",
    "meetup",
    "team",
    "like ",
    "community",
    "newsletter",
    "subscribe",
    "мероприят",
    "групп",
    "skupin",
    "wydarzeni",
];

/// Words of what a platform reports of others, addressed to nobody.
const REPORTS: &[&str] = &[
    "birthday",
    "people you may know",
    "geburtstag",
    "anniversaire",
    "cumpleaños",
    "aniversário",
    "compleanno",
    "urodziny",
    "verjaardag",
    "day rozhdeniya",
    "день рождения",
    "生日",
    "誕生日",
    "생일",
    "memories",
    "suggested for you",
    "trending",
    "jobs for you",
    "stellenangebot",
    "weekly",
    "summary",
    "stats",
    "reads",
    "your article",
    "citations",
    "recommendations for",
];

/// Words of a relayed message.
const MESSAGE: &[&str] = &[
    "message",
    "nachricht",
    "mensaje",
    "mensagem",
    "messaggio",
    "bericht",
    "wiadomość",
    "zpráv",
    "сообщен",
    "replied",
    "commented",
    "mentioned you",
    "sent you",
    "wrote to you",
    "消息",
    "メッセージ",
    "메시지",
    "رسالة",
    "הודעה",
    "mesaj",
    "tin nhắn",
    "meddelande",
    "pesan",
];
