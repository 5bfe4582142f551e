//! Eventbrite: invitations to events, messages of guests. Layouts are guesses.

use super::guessed::TEAMS;
use crate::extract::Kind;
use crate::extract::layout::{Definition, Layout, Place, Sign, guess};

pub(super) static PLATFORM: Definition = Definition {
    name: "eventbrite",
    title: "Eventbrite",
    brand: "eventbrite",
    is_coined: true,
    other_names: &[],
    domains: &[
        "eventbrite.com",
        "eventbrite.at",
        "eventbrite.be",
        "eventbrite.ca",
        "eventbrite.ch",
        "eventbrite.cl",
        "eventbrite.co",
        "eventbrite.co.nz",
        "eventbrite.co.uk",
        "eventbrite.com.ar",
        "eventbrite.com.au",
        "eventbrite.com.br",
        "eventbrite.com.mx",
        "eventbrite.com.pe",
        "eventbrite.de",
        "eventbrite.dk",
        "eventbrite.es",
        "eventbrite.fi",
        "eventbrite.fr",
        "eventbrite.hk",
        "eventbrite.ie",
        "eventbrite.it",
        "eventbrite.nl",
        "eventbrite.pt",
        "eventbrite.se",
        "eventbrite.sg",
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
