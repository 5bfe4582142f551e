//! TikTok: messages and followers. Layouts are guesses.

use crate::extract::layout::Definition;
use crate::extract::vocabulary::SOCIAL;

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
