//! Meetup: invitations to groups and events, messages. Layouts are guesses.

use crate::extract::Kind;
use crate::extract::layout::{Definition, Layout, Place, Sign, guess};
use crate::extract::vocabulary::TEAMS;

pub(super) static PLATFORM: Definition = Definition {
    name: "meetup",
    title: "Meetup",
    brand: "meetup",
    is_coined: false,
    other_names: &[],
    domains: &["meetup.com"],
    layouts: &[LAYOUTS, TEAMS],
    furniture: &[
        "meetup",
        "a new meetup group has started near you!",
        "add info@meetup.com*",
    ],
    profiles: &["/members/"],
};

const LAYOUTS: &[Layout] = &[guess(
    Kind::EventOrGroupInvite,
    &[Sign::Subject(&[
        "new meetup",
        "you’re invited",
        "you're invited",
        ", join ",
    ])],
    Place::AroundName,
)];
