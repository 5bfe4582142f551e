//! Discord: invitations to servers, friend requests, messages. Layouts are guesses.

use super::guessed::TEAMS;
use crate::extract::Kind;
use crate::extract::layout::{Definition, Layout, Place, Sign, guess};

pub(super) static PLATFORM: Definition = Definition {
    name: "discord",
    title: "Discord",
    brand: "discord",
    is_coined: false,
    other_names: &[],
    domains: &["discord.com", "discordapp.com", "discord.gg"],
    layouts: &[LAYOUTS, TEAMS],
    furniture: &["discord", "you have 1 unread message:"],
    profiles: &[],
};

const LAYOUTS: &[Layout] = &[
    guess(
        Kind::PlatformMessage,
        &[Sign::Subject(&["unread message"])],
        Place::AfterName,
    ),
    guess(
        Kind::Invitation,
        &[Sign::Subject(&["friend request"])],
        Place::AfterName,
    ),
];
