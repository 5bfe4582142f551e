//! Xing: contact requests and messages. Senders are known from other programs' filters, the
//! layouts are guesses.

use super::guessed::SOCIAL;
use crate::extract::Kind;
use crate::extract::layout::{Definition, Layout, Place, Sign, guess};

pub(super) static PLATFORM: Definition = Definition {
    name: "xing",
    title: "Xing",
    brand: "xing",
    is_coined: false,
    other_names: &[],
    domains: &["xing.com"],
    layouts: &[LAYOUTS, SOCIAL],
    furniture: &[
        "xing",
        "your xing team",
        "ihr xing-team",
        "ihr xing team",
        "dein xing team",
        "personal message:",
        "persönliche nachricht:",
        "nachricht:",
    ],
    profiles: &["/profile/"],
};

const LAYOUTS: &[Layout] = &[
    guess(
        Kind::Notice,
        &[Sign::Sender(&["news", "jobs"])],
        Place::Nowhere,
    ),
    guess(
        Kind::Notice,
        &[Sign::Subject(&[
            "ist jetzt ihr kontakt",
            "ist jetzt dein kontakt",
            "is now your contact",
        ])],
        Place::Nowhere,
    ),
    guess(
        Kind::PlatformMessage,
        &[Sign::Subject(&[
            "eine nachricht gesendet",
            "sent you a message",
        ])],
        Place::BelowButton,
    ),
    guess(
        Kind::Invitation,
        &[Sign::Subject(&[
            "as a contact",
            "contact request",
            "kontaktanfrage",
            "als kontakt",
            "ihr kontakt",
            "dein kontakt",
            "zu ihren kontakten",
            "zu deinen kontakten",
            "mit ihnen vernetzen",
            "mit dir vernetzen",
        ])],
        Place::InQuotes,
    ),
];
