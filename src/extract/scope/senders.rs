//! Machine mail told by who sends it: the part of an address before the `@`, and the header fields
//! that only machines write.

use std::sync::LazyLock;

use crate::extract::phrases::PhraseIndex;
use crate::message::{Address, Message};

/// The part of the sender's address before the `@`.
pub(super) fn local_part(message: &Message) -> &str {
    message.from.as_ref().map_or("", Address::local)
}

/// True if nobody writes from this address by hand: one of its words is a service's.
pub(in crate::extract) fn is_service(local: &str) -> bool {
    has_word(local, &SERVICES_INDEX)
}

/// True if the address says that nobody reads what is sent to it.
pub(in crate::extract) fn is_unread(local: &str) -> bool {
    let squeezed: String = local.chars().filter(|c| c.is_alphanumeric()).collect();
    [
        "noreply",
        "donotreply",
        "ingenreply",
        "keineantwort",
        "nichtantworten",
        "nepasrepondre",
    ]
    .iter()
    .any(|words| squeezed.contains(words))
}

/// True if the address is a machine's that reports to its keepers.
pub(super) fn is_reporter(local: &str) -> bool {
    has_word(local, &REPORTERS_INDEX)
}

/// True for the addresses mail servers report failures from.
pub(super) fn is_postmaster(local: &str) -> bool {
    matches!(
        local,
        "mailer-daemon" | "postmaster" | "mail-daemon" | "double-bounce"
    )
}

/// True if builds, trackers or monitors wrote one of their own header fields.
pub(super) fn has_reporters_headers(message: &Message) -> bool {
    REPORTERS_HEADERS
        .iter()
        .any(|name| message.raw_header(name).is_some())
}

/// True if an absence assistant wrote one of its own header fields.
pub(super) fn has_absence_headers(message: &Message) -> bool {
    ABSENCE_HEADERS
        .iter()
        .any(|name| message.raw_header(name).is_some())
}

/// True if two addresses are of one organisation: the same registrable domain, and not that of a
/// provider where everybody has a mailbox.
pub(super) fn are_colleagues(one: &Address, other: &Address) -> bool {
    let domain = crate::extract::registrable(one.domain());
    let name = domain.split('.').next().unwrap_or_default();
    !domain.is_empty()
        && domain == crate::extract::registrable(other.domain())
        && !MAILBOX_PROVIDERS.contains(&name)
}

/// Bytes of a word that no other holds by chance.
const LONG: usize = 6;

/// A word of the address is one of these, or, for long ones, holds it: "kundenservice". Words that
/// hold a hyphen or underscore are long.
fn has_word(local: &str, words: &PhraseIndex) -> bool {
    let holds_long = |start| {
        words
            .at(local, start)
            .any(|found| found.end - start >= LONG)
    };
    (0..local.len()).any(holds_long)
        || local.split(|c: char| !c.is_alphanumeric()).any(|part| {
            let part = part.trim_end_matches(|c: char| c.is_ascii_digit());
            words.at(part, 0).any(|found| found.end == part.len())
        })
}

static SERVICES_INDEX: LazyLock<PhraseIndex> =
    LazyLock::new(|| PhraseIndex::new(SERVICES.iter().copied()));

static REPORTERS_INDEX: LazyLock<PhraseIndex> =
    LazyLock::new(|| PhraseIndex::new(REPORTERS.iter().copied()));

/// Words of addresses of shops, banks, carriers and accounts.
const SERVICES: &[&str] = &[
    "account",
    "accounts",
    "alert",
    "alerts",
    "auto-confirm",
    "automat",
    "aviso",
    "avisos",
    "banking",
    "bilet",
    "bank",
    "benachrichtigung",
    "bestellung",
    "bestilling",
    "bill",
    "billing",
    "bills",
    "boka",
    "booking",
    "bookings",
    "buchung",
    "clientes",
    "commande",
    "commandes",
    "confirm",
    "confirmation",
    "delivery",
    "do-not-reply",
    "donotreply",
    "ebill",
    "factur",
    "faktura",
    "fatture",
    "fatura",
    "hello",
    "help",
    "id",
    "info",
    "invoice",
    "invoices",
    "jizdenky",
    "kargo",
    "kundenservice",
    "kundtjanst",
    "lasku",
    "mailer",
    "messages",
    "mijn",
    "no-reply",
    "no_reply",
    "noreply",
    "noti",
    "objednavky",
    "notice",
    "notices",
    "notification",
    "notificaciones",
    "notify",
    "obavestenja",
    "oplata",
    "order",
    "orders",
    "ordine",
    "ordini",
    "ordre",
    "parcel",
    "payment",
    "payments",
    "pedido",
    "pedidos",
    "portaal",
    "portal",
    "post",
    "receipt",
    "receipts",
    "rechnung",
    "rendeles",
    "reservation",
    "reservations",
    "rezervace",
    "reservas",
    "security",
    "service",
    "servicio",
    "shipping",
    "shop",
    "siparis",
    "statement",
    "statements",
    "support",
    "system",
    "szamla",
    "ticket",
    "tickets",
    "track",
    "tracking",
    "verify",
    "versand",
    "yoyaku",
    "zakaz",
    "zamowienia",
];

/// Words of addresses of builds, monitors and servers.
const REPORTERS: &[&str] = &[
    "alertmanager",
    "backup",
    "buildbot",
    "builds",
    "ci",
    "cron",
    "daemon",
    "gitlab",
    "grafana",
    "jenkins",
    "logwatch",
    "monitor",
    "monitoring",
    "nagios",
    "root",
    "sentry",
    "uptime",
    "zabbix",
];

/// Header fields of builds, trackers and monitors.
const REPORTERS_HEADERS: &[&str] = &[
    "x-bugzilla-reason",
    "x-cron-env",
    "x-gerrit-messagetype",
    "x-github-reason",
    "x-gitlab-notificationreason",
    "x-gitlab-pipeline-id",
    "x-gitlab-project",
    "x-jenkins-job",
    "x-jira-fingerprint",
    "x-pagerduty-incident",
    "x-phabricator-sent-this-message",
    "x-redmine-project",
    "x-sentry-project",
];

/// Header fields of absence assistants.
const ABSENCE_HEADERS: &[&str] = &[
    "x-auto-reply-from",
    "x-autoreply",
    "x-autoreply-from",
    "x-autorespond",
    "x-mail-autoreply",
];

/// Names of the domains where strangers have mailboxes side by side.
const MAILBOX_PROVIDERS: &[&str] = &[
    "126",
    "163",
    "aol",
    "daum",
    "fastmail",
    "free",
    "freemail",
    "gmail",
    "gmx",
    "googlemail",
    "hotmail",
    "icloud",
    "laposte",
    "libero",
    "live",
    "mac",
    "mail",
    "mailbox",
    "me",
    "msn",
    "naver",
    "o2",
    "orange",
    "outlook",
    "posteo",
    "proton",
    "protonmail",
    "qq",
    "rediffmail",
    "seznam",
    "sina",
    "t-online",
    "tiscali",
    "ukr",
    "uol",
    "wanadoo",
    "web",
    "wp",
    "yahoo",
    "yandex",
    "zoho",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_by_their_words() {
        for local in [
            "no-reply",
            "noreply+x1",
            "kundenservice",
            "orders2",
            "shop.notice",
            "bill",
        ] {
            assert!(is_service(local), "{local}");
        }
        for local in ["gordon", "billy.joel", "informatik", "anna", "trackman", ""] {
            assert!(!is_service(local), "{local}");
        }
        assert!(is_reporter("ci-bot") && is_reporter("root") && !is_reporter("lucia.croot"));
    }
}
