//! TikTok: messages and followers. Layouts are guesses.

use super::guessed::SOCIAL;
use crate::extract::layout::Definition;

pub(super) static PLATFORM: Definition = Definition {
    name: "tiktok",
    title: "TikTok",
    brand: "tiktok",
    is_coined: true,
    other_names: &[],
    domains: &["tiktok.com"],
    layouts: &[SOCIAL],
    furniture: &["tiktok"],
    profiles: &[],
};
