//! Viadeo (until 2016): invitations. Layouts are guesses.

use super::guessed::SOCIAL;
use crate::extract::Kind;
use crate::extract::layout::{Definition, Layout, Place, Sign, guess};

pub(super) static PLATFORM: Definition = Definition {
    name: "viadeo",
    title: "Viadeo",
    brand: "viadeo",
    is_coined: true,
    other_names: &[],
    domains: &["viadeo.com"],
    layouts: &[LAYOUTS, SOCIAL],
    furniture: &[
        "viadeo",
        "the viadeo team",
        "l'équipe viadeo",
        "el equipo de viadeo",
    ],
    profiles: &["/profile/"],
};

const LAYOUTS: &[Layout] = &[guess(
    Kind::Invitation,
    &[Sign::Subject(&[
        "viadeo contacts",
        "contacts viadeo",
        "contactos en viadeo",
        "contatti viadeo",
        "contacts sur viadeo",
        "direct contact",
        "contact direct",
    ])],
    Place::InQuotes,
)];
