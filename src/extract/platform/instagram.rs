//! Instagram: messages and requests to follow. Layouts are guesses.

use crate::extract::layout::Definition;
use crate::extract::vocabulary::SOCIAL;

pub(super) static PLATFORM: Definition = Definition {
    name: "instagram",
    brand: "instagram",
    domains: &["instagram.com"],
    layouts: &[SOCIAL],
    furniture: &["instagram"],
    profiles: &[],
};
