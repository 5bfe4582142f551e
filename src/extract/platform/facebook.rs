//! Facebook: invitations of 2010, friend requests, messages, invitations to pages and events.

use super::guessed::SOCIAL;
use crate::extract::Kind;
use crate::extract::layout::{Definition, Layout, Place, Sign, guess, seen};
use crate::extract::vocabulary::{GROUP, INVITE};

pub(super) static PLATFORM: Definition = Definition {
    name: "facebook",
    title: "Facebook",
    brand: "facebook",
    is_coined: true,
    other_names: &[
        "meta business",
        "meta support",
        "meta page",
        "meta platforms",
        "meta security",
        "脸书",
        "臉書",
        "フェイスブック",
        "페이스북",
        "фейсбук",
        "فيسبوك",
        "פייסבוק",
        "फेसबुक",
        "เฟซบุ๊ก",
        "เฟสบุ๊ค",
    ],
    domains: &[
        "facebookmail.com",
        "facebook.com",
        "fb.com",
        "fb.me",
        "messenger.com",
    ],
    layouts: &[LAYOUTS, IN_ANY_LANGUAGE, SOCIAL],
    furniture: &[
        "facebook",
        "thanks,",
        "the facebook team",
        "(no subject)",
        "___",
    ],
    profiles: &["/profile.php?id="],
};

/// What a message stands between.
const RULER: &str = "--------------------\n";

const LAYOUTS: &[Layout] = &[
    // 2010: `Hi X,` the inviter's words, `Thanks,` FIRST, a link to sign up, a ruler.
    seen(
        Kind::Invitation,
        &[Sign::Sender(&["invite"])],
        Place::InLetter,
    ),
    guess(
        Kind::Notice,
        &[Sign::Template(&[
            "birthday", "digest", "suggest", "comment", "like_", "tag", "memor", "confirm",
            "accept",
        ])],
        Place::Nowhere,
    ),
    guess(
        Kind::EventOrGroupInvite,
        &[Sign::Text(&[
            "notif_t=fbpage_fan_invite",
            "notif_t=group",
            "notif_t=plan_user_invited",
        ])],
        Place::AroundName,
    ),
    guess(
        Kind::EventOrGroupInvite,
        &[
            Sign::Sender(&["notification"]),
            Sign::Subject(GROUP),
            Sign::Subject(INVITE),
        ],
        Place::AroundName,
    ),
    // 2009 to 2011: subject and message between two rulers. The header came later.
    guess(
        Kind::PlatformMessage,
        &[Sign::Subject(&["sent you a message"]), Sign::Text(&[RULER])],
        Place::BetweenRulers,
    ),
    guess(
        Kind::PlatformMessage,
        &[Sign::Template(&["msg"]), Sign::Text(&[RULER])],
        Place::BetweenRulers,
    ),
    guess(
        Kind::Invitation,
        &[Sign::Subject(&[
            "friends on facebook",
            "friend request",
            "freundschaftsanfrage",
        ])],
        Place::AfterName,
    ),
];

/// What the header says, whatever the language of the subject.
const IN_ANY_LANGUAGE: &[Layout] = &[
    guess(
        Kind::Invitation,
        &[Sign::Template(&["friend"])],
        Place::AroundName,
    ),
    guess(
        Kind::EventOrGroupInvite,
        &[Sign::Template(&[
            "group_invite",
            "page_invite",
            "event_invite",
            "plan_user_invited",
        ])],
        Place::AroundName,
    ),
    guess(
        Kind::PlatformMessage,
        &[Sign::Template(&["msg"])],
        Place::AroundName,
    ),
];
