//! Text made safe to read, compare and print.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;
use unicode_security::MixedScript;
use unicode_security::confusable_detection::skeleton;

/// Lower case in compatibility form, each character outside ASCII replaced by what it imitates:
/// a Cyrillic `а` becomes a Latin `a`. ASCII stays as it is.
pub fn fold_look_alikes(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut folded = String::with_capacity(text.len());
    for c in text.nfkc().flat_map(char::to_lowercase) {
        if c.is_ascii() {
            folded.push(c);
        } else {
            folded.extend(skeleton(c.encode_utf8(&mut [0; 4])).flat_map(char::to_lowercase));
        }
    }
    // What a character imitates is given decomposed; words are counted composed.
    folded.nfc().collect()
}

/// A text in lower case, as [`str::to_lowercase`] has it, which is slow behind the first letter
/// that is not ASCII.
pub fn lower_case(text: &str) -> String {
    let mut lower = String::with_capacity(text.len());
    let mut rest = text;
    // The ASCII between other letters is copied whole, and lowered whole in the end.
    while let Some(plain) = rest.bytes().position(|byte| !byte.is_ascii()) {
        let (ascii, other) = rest.split_at(plain);
        lower.push_str(ascii);
        let mut chars = other.chars();
        match chars.next() {
            // Which small sigma it becomes is told by what stands around it.
            Some('Σ') => return text.to_lowercase(),
            first => lower.extend(first.into_iter().flat_map(char::to_lowercase)),
        }
        rest = chars.as_str();
    }
    lower.push_str(rest);
    lower.make_ascii_lowercase();
    lower
}

/// True for a word in which letters of one script stand in for those of another.
pub fn mixes_scripts(word: &str) -> bool {
    // Latin letters with or without accents: nearly all words end here, and the tables are large.
    let is_latin = |c: char| c.is_ascii() || matches!(c, '\u{c0}'..='\u{24f}');
    !word.chars().all(is_latin) && !word.is_single_script()
}

/// True for characters that take no place on the screen or turn the reading direction round:
/// zero-width and default-ignorable characters, bidi controls, soft hyphens, tags, fillers.
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// Removes invisible characters and control characters other than line feed and tab; CRLF and
/// lone CR become LF, NUL the replacement character, no-break spaces a space.
pub fn clean_text(text: &str) -> String {
    clean(text).into_owned()
}

/// [`clean_text`] without a copy where there is nothing to remove.
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    if text.as_bytes().chunks(64).all(is_plain) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let plain = rest
            .bytes()
            .take_while(|b| matches!(b, b' '..=b'~' | b'\n' | b'\t'))
            .count();
        out.push_str(&rest[..plain]);
        let mut chars = rest[plain..].chars();
        match chars.next() {
            Some('\r') if chars.as_str().starts_with('\n') => {}
            Some('\r' | '\u{2028}' | '\u{2029}' | '\u{85}') => out.push('\n'),
            Some('\0') => out.push('\u{fffd}'),
            Some('\u{a0}' | '\u{202f}' | '\u{2007}') => out.push(' '),
            Some(c) if c.is_control() || is_invisible(c) => {}
            Some(c) => out.push(c),
            None => {}
        }
        rest = chars.as_str();
    }
    Cow::Owned(out)
}

/// True if nothing in a piece of text needs a second look. Without a branch a byte, so that the
/// compiler checks many at once: nearly all text passes here.
fn is_plain(piece: &[u8]) -> bool {
    piece.iter().fold(true, |plain, &b| {
        plain & ((0x20..0x7f).contains(&b) | (b == b'\n') | (b == b'\t'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lower_case_is_that_of_the_standard_library() {
        let all: String = ('\0'..=char::MAX).flat_map(|c| ['X', c]).collect();
        for text in [&*all, "", "ΟΔΥΣΣΕΥΣ ΑΣ", "İSTANBUL ÄÖ", "Straße K\u{212a}"] {
            assert_eq!(lower_case(text), text.to_lowercase());
        }
        for c in '\0'..=char::MAX {
            let text = format!("A{c}B");
            assert_eq!(lower_case(&text), text.to_lowercase(), "{c:?}");
        }
    }

    #[test]
    fn letters_of_two_scripts_mix() {
        for word in ["offer", "größe", "x÷2", "naïve’s", "привет", "123", ""] {
            assert!(!mixes_scripts(word), "{word}");
        }
        assert!(mixes_scripts("\u{43e}ffer") && mixes_scripts("gr\u{3bf}ße"));
        for c in ('\u{c0}'..='\u{24f}').filter(|c| !c.is_ascii()) {
            assert!(format!("a{c}").is_single_script(), "{c}");
        }
    }

    #[test]
    fn hidden_characters_go_and_lines_stay() {
        assert_eq!(
            clean_text("f\u{200b}r\u{ad}ee\r\nm\u{202e}oney\rnow\u{0}\u{1b}[2J"),
            "free\nmoney\nnow\u{fffd}[2J"
        );
        assert_eq!(clean_text("a\u{a0}b"), "a b");
    }
}
