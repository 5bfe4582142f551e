//! X, formerly Twitter: direct messages and requests to follow. Layouts are guesses.

use super::guessed::SOCIAL;
use crate::extract::Kind;
use crate::extract::layout::{Definition, Layout, Place, Sign, guess};

pub(super) static PLATFORM: Definition = Definition {
    name: "x",
    title: "X",
    brand: "twitter",
    is_coined: true,
    other_names: &["ツイッター", "트위터", "твиттер", "تويتر", "טוויטר"],
    domains: &["x.com", "twitter.com", "t.co"],
    layouts: &[LAYOUTS, SOCIAL],
    furniture: &[
        "x",
        "twitter",
        "send me a direct message from*",
        "twitter is the place*",
    ],
    profiles: &[],
};

const LAYOUTS: &[Layout] = &[
    guess(
        Kind::PlatformMessage,
        &[Sign::Subject(&[
            "direct message",
            "direktnachricht",
            "message privé",
            "ダイレクトメッセージ",
        ])],
        Place::AroundName,
    ),
    guess(
        Kind::Invitation,
        &[Sign::Subject(&[
            "sent you an invitation",
            "requested to follow",
        ])],
        Place::AroundName,
    ),
];
