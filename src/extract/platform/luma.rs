//! Luma: invitations to events, messages of guests and hosts. Layouts are guesses.

use crate::extract::layout::Definition;
use crate::extract::vocabulary::TEAMS;

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
