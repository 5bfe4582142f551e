//! Instagram: messages and requests to follow. Layouts are guesses.

use super::guessed::SOCIAL;
use crate::extract::layout::Definition;

pub(super) static PLATFORM: Definition = Definition {
    name: "instagram",
    title: "Instagram",
    brand: "instagram",
    is_coined: true,
    other_names: &[
        "インスタグラム",
        "인스타그램",
        "инстаграм",
        "انستغرام",
        "انستقرام",
        "אינסטגרם",
        "इंस्टाग्राम",
    ],
    domains: &["instagram.com"],
    layouts: &[SOCIAL],
    furniture: &["instagram"],
    profiles: &[],
};
