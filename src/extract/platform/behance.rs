//! Behance: messages and followers. Layouts are guesses.

use super::guessed::SOCIAL;
use crate::extract::layout::Definition;

pub(super) static PLATFORM: Definition = Definition {
    name: "behance",
    title: "Behance",
    brand: "behance",
    is_coined: true,
    other_names: &[],
    domains: &["behance.net"],
    layouts: &[SOCIAL],
    furniture: &["behance"],
    profiles: &[],
};
