//! Nextdoor: messages between neighbours. Layouts are guesses.

use crate::extract::layout::Definition;
use crate::extract::vocabulary::SOCIAL;

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
