//! Slack: invitations to workspaces, requests to connect, messages. Layouts are guesses.

use super::guessed::TEAMS;
use crate::extract::Kind;
use crate::extract::layout::{Definition, Layout, Place, Sign, guess};

pub(super) static PLATFORM: Definition = Definition {
    name: "slack",
    title: "Slack",
    brand: "slack",
    is_coined: false,
    other_names: &[],
    domains: &["slack.com", "slackhq.com", "slack-edge.com"],
    layouts: &[LAYOUTS, TEAMS],
    furniture: &[
        "slack",
        "once you accept, you can message each other directly.",
        "you have a new direct message from*",
        "*new direct messages from*",
    ],
    profiles: &[],
};

const LAYOUTS: &[Layout] = &[
    guess(
        Kind::Invitation,
        &[Sign::Subject(&[
            "wants to work with you",
            "invitation to connect",
        ])],
        Place::InQuotes,
    ),
    guess(
        Kind::PlatformMessage,
        &[
            Sign::Subject(&["notifications from", "direct message"]),
            Sign::Text(&["new direct message"]),
        ],
        Place::AroundName,
    ),
];
