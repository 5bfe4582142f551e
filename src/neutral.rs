//! Other people's words in which nothing takes over the reader's terminal.

use std::borrow::Cow;

/// A text in which control characters other than line feed and tab, and those that turn the
/// reading direction round, are spelled out as `\u{1b}`.
pub(crate) fn neutral(text: &str) -> Cow<'_, str> {
    if !text.contains(is_deceptive) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match is_deceptive(c) {
            true => out.extend(c.escape_unicode()),
            false => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// True for control characters other than line feed and tab, and those that turn the reading
/// direction round.
pub(crate) fn is_deceptive(c: char) -> bool {
    let turns_round = matches!(c,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns_round || (c.is_control() && !matches!(c, '\n' | '\t'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_turned_text_are_spelled_out() {
        assert_eq!(
            neutral("a\u{1b}[2J\u{9b}b\u{202e}c\r"),
            "a\\u{1b}[2J\\u{9b}b\\u{202e}c\\u{d}"
        );
        let plain = "über 漢字 \u{200d}:\n\tx";
        assert!(matches!(neutral(plain), Cow::Borrowed(text) if text == plain));
    }
}
