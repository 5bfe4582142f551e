//! Luma: invitations to events, messages of guests and hosts. Layouts are guesses.

use crate::extract::Kind;
use crate::extract::layout::{Definition, Layout, Place, Sign, guess};
use crate::extract::vocabulary::TEAMS;

pub(super) static PLATFORM: Definition = Definition {
    name: "luma",
    brand: "luma",
    is_coined: false,
    other_names: &[],
    domains: &["lu.ma", "luma.com", "luma-mail.com"],
    layouts: &[LAYOUTS, TEAMS],
    furniture: &["luma"],
    profiles: &[],
};

const LAYOUTS: &[Layout] = &[guess(
    Kind::EventOrGroupInvite,
    &[Sign::Subject(&[
        "you're invited",
        "you’re invited",
        "you are invited",
        "invitation:",
    ])],
    Place::AroundName,
)];
