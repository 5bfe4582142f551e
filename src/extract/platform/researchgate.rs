//! ResearchGate: messages, requests for a text, invitations. Layouts are guesses.

use super::guessed::SOCIAL;
use crate::extract::Kind;
use crate::extract::layout::{Definition, Layout, Place, Sign, guess};

pub(super) static PLATFORM: Definition = Definition {
    name: "researchgate",
    title: "ResearchGate",
    brand: "researchgate",
    is_coined: true,
    other_names: &[],
    domains: &["researchgate.net", "researchgatemail.net"],
    layouts: &[LAYOUTS, SOCIAL],
    furniture: &["researchgate", "the researchgate team"],
    profiles: &["/profile/"],
};

const LAYOUTS: &[Layout] = &[
    guess(
        Kind::PlatformMessage,
        &[Sign::Subject(&[
            "requested your full-text",
            "requested the full-text",
            "requested a full-text",
            "full-text request",
            "replied to your request",
            "asked you a question",
            "asked about your",
        ])],
        Place::AroundName,
    ),
    guess(
        Kind::EventOrGroupInvite,
        &[Sign::Subject(&["follow the project", "join the project"])],
        Place::AroundName,
    ),
    guess(
        Kind::Invitation,
        &[Sign::Subject(&[
            "follow your research",
            "wants you to follow",
            "join researchgate",
        ])],
        Place::AroundName,
    ),
];
