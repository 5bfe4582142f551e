//! Words by which platforms say what a mail is, in the languages they write to their users, and
//! the layouts guessed from them.

use super::Kind;
use super::layout::{Layout, Place, Sign, guess};

/// Layouts of platforms on which people meet people.
pub(super) const SOCIAL: &[Layout] = &[
    guess(Kind::Notice, &[Sign::Sender(REPORTERS)], Place::Nowhere),
    guess(Kind::Notice, &[Sign::Subject(REPORTS)], Place::Nowhere),
    guess(
        Kind::InvitationReminder,
        &[Sign::Subject(REMINDER)],
        Place::AroundName,
    ),
    guess(
        Kind::EventOrGroupInvite,
        &[Sign::Subject(GROUP), Sign::Subject(INVITE)],
        Place::AroundName,
    ),
    guess(
        Kind::PlatformMessage,
        &[Sign::Subject(MESSAGE)],
        Place::AroundName,
    ),
    guess(
        Kind::Invitation,
        &[Sign::Subject(INVITE)],
        Place::AroundName,
    ),
    guess(
        Kind::Invitation,
        &[Sign::Sender(&["invit", "friend"])],
        Place::AroundName,
    ),
];

/// Layouts of platforms on which people join groups, teams and events.
pub(super) const TEAMS: &[Layout] = &[
    guess(Kind::Notice, &[Sign::Sender(REPORTERS)], Place::Nowhere),
    guess(Kind::Notice, &[Sign::Subject(REPORTS)], Place::Nowhere),
    guess(
        Kind::InvitationReminder,
        &[Sign::Subject(REMINDER)],
        Place::AroundName,
    ),
    guess(
        Kind::PlatformMessage,
        &[Sign::Subject(MESSAGE)],
        Place::AroundName,
    ),
    guess(
        Kind::EventOrGroupInvite,
        &[Sign::Subject(INVITE)],
        Place::AroundName,
    ),
    guess(
        Kind::EventOrGroupInvite,
        &[Sign::Sender(&["invit"])],
        Place::AroundName,
    ),
];

/// Parts of the senders of reports.
const REPORTERS: &[&str] = &[
    "digest", "news", "jobs", "job-", "update", "security", "billing",
];

/// Words of an invitation, in the languages platforms write to their users.
pub(super) const INVITE: &[&str] = &[
    "invit",
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
    "solicitud",
    "zaprasza",
    "pozván",
    "meghív",
    "приглаш",
    "inbjud",
    "follow request",
    "added you",
    "add you",
    "add me to your",
    "quiere seguirte",
    "フォローをリクエスト",
    "to join",
    "邀请",
    "邀請",
    "招待",
    "초대",
    "دعوة",
    "davet",
    "requested to follow",
    "wants to follow",
    "приглас",
    "demande à vous suivre",
    "kết bạn",
    "kết nối",
    "friend",
    "cererea",
    "zaprosz",
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
pub(super) const GROUP: &[&str] = &[
    "group",
    "page",
    "event",
    "organization",
    "repository",
    "workspace",
    "server",
    "channel",
    "seite",
    "veranstaltung",
    "événement",
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
    "день рождения",
    "生日",
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
    "besked",
    "melding",
    "viesti",
    "μήνυμα",
    "üzenet",
    "wiadomo",
    "повідомлен",
    "संदेश",
    "ข้อความ",
    "tin nhan",
];

/// What platforms write around a sender's name in a subject.
pub(super) const SPEAKERS: &[&str] = &[
    "New message from {} in ",
    "New message from {}",
    "new message from {}",
    "unread messages from {} on ",
    "Direct message from {}",
    "invitation from {}",
    "{}'s invitation",
    "{}’s invitation",
    "{} has invited you",
    "{} invited you",
    "{} has sent you",
    "{} just messaged you",
    "{} sent you",
    "{} has requested",
    "{} requested",
    "{} replied",
    "{} would like",
    "{} wants to",
    "{} asked you",
    "{} has asked",
    "{} thinks you",
    "{} hat Ihnen",
    "{} hat dir",
    "{} hat Sie",
    "{} hat dich",
    "{} möchte",
    "{} lädt",
    "Neue Nachricht von {}",
    "Kontaktanfrage von {}",
    "{} wartet",
    "{} attend",
    "{} espera",
    "{} wacht",
    "{} vous a",
    "{} t'a ",
    "{} souhaite",
    "Nouveau message de {}",
    "{} te envió",
    "{} te ha ",
    "{} te invitó",
    "{} quiere",
    "{} desea",
    "Nuevo mensaje de {}",
    "{} quer ",
    "{} convidou",
    "{} enviou",
    "{} acabou de",
    "{} ti ha ",
    "{} vuole",
    "{} desidera",
    "{} heeft u",
    "{} heeft je",
    "{} wil ",
    "{} đã ",
    "{} har ",
    "{} vill ",
    "{} vil ",
    "{} chce ",
    "{} zaprasza",
    "{} wysłał",
    "{} хочет",
    "{} приглашает",
    "{} отправил",
    "{} sizi ",
    "{} size ",
    "{} 邀请您",
    "{} 邀請您",
    "{} 给您",
    "{}さん",
    "{}님",
    "دعاك {} ل",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_part_holds_another() {
        for parts in [INVITE, REMINDER, GROUP, REPORTS, MESSAGE, REPORTERS] {
            for (at, part) in parts.iter().enumerate() {
                let others = parts[..at].iter().chain(&parts[at + 1..]);
                let within: Vec<_> = others.filter(|other| part.contains(**other)).collect();
                assert!(within.is_empty(), "{part} holds {within:?}");
            }
        }
    }
}
