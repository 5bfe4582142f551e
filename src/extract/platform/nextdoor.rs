//! Nextdoor: messages between neighbours. Layouts are guesses.

use super::guessed::SOCIAL;
use crate::extract::layout::Definition;

pub(super) static PLATFORM: Definition = Definition {
    name: "nextdoor",
    title: "Nextdoor",
    brand: "nextdoor",
    is_coined: true,
    other_names: &[],
    domains: &["nextdoor.com"],
    layouts: &[SOCIAL],
    furniture: &["nextdoor"],
    profiles: &[],
};
