//! Layouts guessed from what platforms write into subjects, for those of which no mail was seen.

use crate::extract::Kind;
use crate::extract::layout::{Layout, Place, Sign, guess};
use crate::extract::vocabulary::{ANSWERED, GROUP, INVITE, MESSAGE, REMINDER, REPORTS, WROTE};

/// Layouts of platforms on which people meet people.
pub(in crate::extract) const SOCIAL: &[Layout] = &[
    guess(
        Kind::PlatformMessage,
        &[Sign::Subject(MESSAGE_TO_YOU)],
        Place::BelowButton,
    ),
    guess(
        Kind::Invitation,
        &[Sign::Subject(FOLLOW_ME)],
        Place::AroundName,
    ),
    guess(Kind::Notice, &[Sign::Sender(REPORTERS)], Place::Nowhere),
    guess(Kind::Notice, &[Sign::Subject(REPORTS)], Place::Nowhere),
    guess(
        Kind::InvitationReminder,
        &[Sign::Subject(REMINDER)],
        Place::AroundName,
    ),
    guess(
        Kind::EventOrGroupInvite,
        &[Sign::Subject(GROUP), Sign::Subject(INVITE)],
        Place::AroundName,
    ),
    guess(
        Kind::PlatformMessage,
        &[Sign::Subject(MESSAGE)],
        Place::BelowButton,
    ),
    guess(
        Kind::PlatformMessage,
        &[Sign::Subject(WROTE)],
        Place::BelowButton,
    ),
    guess(
        Kind::PlatformMessage,
        &[Sign::Subject(ANSWERED)],
        Place::BelowButton,
    ),
    guess(
        Kind::Invitation,
        &[Sign::Subject(INVITE)],
        Place::AroundName,
    ),
    guess(
        Kind::Invitation,
        &[Sign::Sender(&["invit", "friend"])],
        Place::AroundName,
    ),
];

/// Layouts of platforms on which people join groups, teams and events.
pub(in crate::extract) const TEAMS: &[Layout] = &[
    guess(Kind::Notice, &[Sign::Sender(REPORTERS)], Place::Nowhere),
    guess(Kind::Notice, &[Sign::Subject(REPORTS)], Place::Nowhere),
    guess(
        Kind::InvitationReminder,
        &[Sign::Subject(REMINDER)],
        Place::AroundName,
    ),
    guess(
        Kind::PlatformMessage,
        &[Sign::Subject(MESSAGE)],
        Place::BelowButton,
    ),
    guess(
        Kind::PlatformMessage,
        &[Sign::Subject(WROTE)],
        Place::BelowButton,
    ),
    guess(
        Kind::PlatformMessage,
        &[Sign::Subject(ANSWERED)],
        Place::BelowButton,
    ),
    guess(
        Kind::EventOrGroupInvite,
        &[Sign::Subject(INVITE)],
        Place::AroundName,
    ),
    guess(
        Kind::EventOrGroupInvite,
        &[Sign::Sender(&["invit"])],
        Place::AroundName,
    ),
];

/// What is said of one person who wrote to the owner, whatever about: no report of others.
const MESSAGE_TO_YOU: &[&str] = &[
    "sent you a message",
    "sent you a new message",
    "left you a message",
    "just messaged you",
    "wrote to you",
    "message from",
    "private note on",
];

/// What is said of one person who asks to be followed.
const FOLLOW_ME: &[&str] = &[
    "you to follow him",
    "you to follow her",
    "you to follow them",
    "follow back",
];

/// Parts of the senders of reports.
const REPORTERS: &[&str] = &[
    "digest", "news", "jobs", "job-", "update", "security", "billing",
];
