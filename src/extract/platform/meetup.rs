//! Meetup: invitations to groups and events, messages. Layouts are guesses.

use super::guessed::TEAMS;
use crate::extract::Kind;
use crate::extract::layout::{Definition, Layout, Place, Sign, guess};

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

const LAYOUTS: &[Layout] = &[
    // What organisers write to the members of their group.
    guess(
        Kind::PlatformMessage,
        &[
            Sign::Text(&["a message from "]),
            Sign::Text(&["organizer of "]),
        ],
        Place::BelowButton,
    ),
    // The owner comes to it already.
    guess(
        Kind::Notice,
        &[Sign::Text(&[
            "you're going",
            "you’re going",
            "vous participez",
            "du nimmst teil",
            "sie nehmen teil",
        ])],
        Place::Nowhere,
    ),
    guess(
        Kind::EventOrGroupInvite,
        &[Sign::Subject(&[
            "new meetup",
            "you’re invited",
            "you're invited",
            ", join ",
        ])],
        Place::AroundName,
    ),
    guess(
        Kind::EventOrGroupInvite,
        &[Sign::Text(&[" invited you to "])],
        Place::AroundName,
    ),
];
