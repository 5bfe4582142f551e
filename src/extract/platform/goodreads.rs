//! Goodreads: friend requests, messages, questions of readers. Layouts are guesses.

use super::guessed::SOCIAL;
use crate::extract::Kind;
use crate::extract::layout::{Definition, Layout, Place, Sign, guess};

pub(super) static PLATFORM: Definition = Definition {
    name: "goodreads",
    title: "Goodreads",
    brand: "goodreads",
    is_coined: true,
    other_names: &[],
    domains: &["goodreads.com"],
    layouts: &[LAYOUTS, SOCIAL],
    furniture: &[
        "goodreads",
        "the goodreads team",
        "*sent you a new message:",
        "*books, mostly on the shelves*",
        "approve or ignore this request*",
        "happy reading!",
        "-----",
    ],
    profiles: &["/user/show/"],
};

// Before what all such platforms have in common: their reports are about "reads".
const LAYOUTS: &[Layout] = &[
    guess(
        Kind::PlatformMessage,
        &[Sign::Subject(&["message", "asked you a question"])],
        Place::InLetter,
    ),
    guess(
        Kind::Invitation,
        &[Sign::Subject(&[
            "friend on goodreads",
            "friends on goodreads",
            "friend request",
        ])],
        Place::AroundName,
    ),
];
