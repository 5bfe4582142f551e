//! Luma: invitations to events, messages of guests and hosts. Layouts are guesses.

use super::guessed::TEAMS;
use crate::extract::layout::Definition;

pub(super) static PLATFORM: Definition = Definition {
    name: "luma",
    title: "Luma",
    brand: "luma",
    is_coined: false,
    other_names: &[],
    domains: &["lu.ma", "luma.com", "luma-mail.com"],
    layouts: &[TEAMS],
    furniture: &["luma"],
    profiles: &[],
};
