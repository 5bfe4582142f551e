//! Academia.edu: messages and invitations. Layouts are guesses.

use super::guessed::SOCIAL;
use crate::extract::Kind;
use crate::extract::layout::{Definition, Layout, Place, Sign, guess};

pub(super) static PLATFORM: Definition = Definition {
    name: "academia",
    title: "Academia",
    brand: "academia",
    is_coined: false,
    other_names: &[],
    domains: &["academia.edu", "academia-mail.com"],
    layouts: &[LAYOUTS, SOCIAL],
    furniture: &["academia", "academia.edu", "the academia.edu team"],
    profiles: &[],
};

const LAYOUTS: &[Layout] = &[
    guess(
        Kind::PlatformMessage,
        &[Sign::Subject(&[
            "sent you a message",
            "left you a message",
            "message from",
        ])],
        Place::InQuotes,
    ),
    guess(
        Kind::EventOrGroupInvite,
        &[Sign::Subject(&["discussion of", "join the discussion"])],
        Place::InQuotes,
    ),
    guess(
        Kind::Invitation,
        &[Sign::Subject(&[
            "follow your work",
            "invites you to follow",
            "invited you to follow",
            "co-author",
            "coauthor",
            "tagged you",
            "added you as",
            "connect on academia",
        ])],
        Place::InQuotes,
    ),
];
