//! GitHub: invitations to organisations and repositories. Layouts are guesses.

use crate::extract::Kind;
use crate::extract::layout::{Definition, Layout, Place, Sign, guess};

pub(super) static PLATFORM: Definition = Definition {
    name: "github",
    title: "GitHub",
    brand: "github",
    is_coined: true,
    other_names: &[],
    domains: &["github.com"],
    layouts: &[LAYOUTS],
    furniture: &[
        "github",
        "if you were not expecting this invitation*",
        "you can also check out*",
        "* left a comment (*",
        "some helpful tips*",
        "- if you get a 404 page*",
        "note: if you get a 404 page*",
        "- you can also accept the invitation*",
    ],
    profiles: &[],
};

const LAYOUTS: &[Layout] = &[
    guess(
        Kind::EventOrGroupInvite,
        &[Sign::Subject(&[
            "invited you to",
            "invited you to collaborate",
            "invited you to sponsor",
            "organization invitation",
        ])],
        Place::AroundName,
    ),
    guess(
        Kind::PlatformMessage,
        &[
            Sign::Sender(&["notifications"]),
            Sign::Text(&[
                "you were mentioned",
                "mentioned you",
                "you are receiving this because you were mentioned",
                "you are receiving this because you authored the thread",
            ]),
        ],
        Place::AroundName,
    ),
    // Reports on repositories, builds and accounts.
    guess(
        Kind::Notice,
        &[Sign::Sender(&["noreply", "notifications", "support"])],
        Place::Nowhere,
    ),
];
