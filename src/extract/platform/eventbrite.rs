//! Eventbrite: invitations to events, messages of guests. Layouts are guesses.

use crate::extract::Kind;
use crate::extract::layout::{Definition, Layout, Place, Sign, guess};
use crate::extract::vocabulary::TEAMS;

pub(super) static PLATFORM: Definition = Definition {
    name: "eventbrite",
    title: "Eventbrite",
    brand: "eventbrite",
    is_coined: true,
    other_names: &[],
    domains: &[
        "eventbrite.com",
        "eventbrite.co.uk",
        "eventbrite.de",
        "eventbrite.fr",
    ],
    layouts: &[LAYOUTS, TEAMS],
    furniture: &["eventbrite"],
    profiles: &[],
};

const LAYOUTS: &[Layout] = &[guess(
    Kind::PlatformMessage,
    &[Sign::Subject(&["message from an attendee"])],
    Place::AroundName,
)];
