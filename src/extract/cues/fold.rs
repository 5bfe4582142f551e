//! One spelling for searching: lower case, without the accents that people in a hurry leave out.

use std::borrow::Cow;
use std::ops::Range;

use unicode_normalization::char::decompose_canonical;

use crate::message::{fold_look_alikes, mixes_scripts};

/// Whether a phrase must end where it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Ending {
    /// Anywhere: it is a stem.
    Open,
    /// At a word's end.
    Whole,
}

/// A text as it is searched, and where each of its bytes comes from.
pub(super) struct Folded<'a> {
    text: Cow<'a, str>,
    /// For each byte of `text` the byte of the original its character began at; empty where the
    /// two agree byte by byte.
    origin: Vec<u32>,
}

impl<'a> Folded<'a> {
    pub(super) fn new(original: &'a str) -> Folded<'a> {
        if original.is_ascii() {
            let text = match original.bytes().any(|b| b.is_ascii_uppercase()) {
                true => Cow::Owned(original.to_ascii_lowercase()),
                false => Cow::Borrowed(original),
            };
            return Folded {
                text,
                origin: Vec::new(),
            };
        }
        let mut text = String::with_capacity(original.len());
        let mut origin = Vec::with_capacity(original.len() + 1);
        let mut start = 0;
        for word in original.split_inclusive(char::is_whitespace) {
            let is_disguised = is_disguised(word);
            for (at, c) in word.char_indices() {
                if c.is_ascii() {
                    text.push(c.to_ascii_lowercase());
                } else if is_disguised {
                    let seen = fold_look_alikes(c.encode_utf8(&mut [0; 4]));
                    seen.chars().for_each(|c| fold_char(c, &mut text));
                } else {
                    c.to_lowercase().for_each(|c| fold_char(c, &mut text));
                }
                origin.resize(text.len(), (start + at) as u32);
            }
            start += word.len();
        }
        origin.push(original.len() as u32);
        Folded {
            text: Cow::Owned(text),
            origin,
        }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn into_text(self) -> String {
        self.text.into_owned()
    }

    /// The original's words behind a range of the folded text.
    pub(super) fn original<'o>(&self, original: &'o str, range: Range<usize>) -> &'o str {
        if self.origin.is_empty() {
            return &original[range];
        }
        let (start, end) = (self.origin[range.start], self.origin[range.end]);
        &original[start as usize..end as usize]
    }
}

/// True for a word in which letters of another script stand between Latin ones.
fn is_disguised(word: &str) -> bool {
    !word.is_ascii() && word.bytes().any(|byte| byte.is_ascii_alphabetic()) && mixes_scripts(word)
}

/// Appends a character without its accents.
fn fold_char(c: char, out: &mut String) {
    match c {
        '\u{2019}' | '\u{2bc}' => out.push('\''),
        // Joiners, Arabic vowel signs and lengthening, Hebrew points: written or not as one likes.
        '\u{200c}' | '\u{200d}' | '\u{640}' | '\u{64b}'..='\u{652}' | '\u{5b0}'..='\u{5c7}' => {}
        'ı' => out.push('i'),
        'ł' => out.push('l'),
        'đ' => out.push('d'),
        'ø' => out.push('o'),
        'ß' => out.push_str("ss"),
        'æ' => out.push_str("ae"),
        'œ' => out.push_str("oe"),
        'أ' | 'إ' | 'آ' => out.push('ا'),
        'ي' | 'ى' => out.push('ی'),
        'ك' => out.push('ک'),
        // Latin, Greek and Cyrillic letters lose their marks; Indic vowel signs are no accents.
        '\u{80}'..='\u{52f}' | '\u{1e00}'..='\u{1fff}' => decompose_canonical(c, |part| {
            if !('\u{300}'..='\u{36f}').contains(&part) {
                out.push(part);
            }
        }),
        c => out.push(c),
    }
}

/// The bytes of a folded text at which a phrase may begin: where a word does, and everywhere in
/// scripts that do not mark words.
pub(super) fn beginnings(text: &str) -> impl Iterator<Item = usize> {
    let mut follows_word = false;
    text.char_indices().filter_map(move |(at, c)| {
        let is_inside = in_word(c);
        let begins = !(follows_word && is_inside) || follows_proclitics(&text[..at], c);
        follows_word = is_inside;
        begins.then_some(at)
    })
}

/// True if a phrase may end before this byte.
pub(super) fn may_end(text: &str, end: usize, ending: Ending) -> bool {
    ending == Ending::Open
        || !(text[end..].chars().next().is_some_and(in_word)
            && text[..end].chars().next_back().is_some_and(in_word))
}

/// True for a letter or digit of a script that marks word ends by spaces.
fn in_word(c: char) -> bool {
    c.is_alphanumeric() && c < '\u{2e80}' && !('\u{e00}'..='\u{eff}').contains(&c)
}

/// In Arabic and Hebrew "and", "the", "in", "to" are written on to the word that follows.
fn follows_proclitics(before: &str, first: char) -> bool {
    const PROCLITICS: &str = "والبلفسهמבלכשוה";
    if !('\u{590}'..='\u{6ff}').contains(&first) {
        return false;
    }
    let mut run = before.chars().rev().take_while(|c| in_word(*c));
    let (a, b, c) = (run.next(), run.next(), run.next());
    let is_proclitic = |c: Option<char>| c.is_none_or(|c| PROCLITICS.contains(c));
    c.is_none() && is_proclitic(a) && is_proclitic(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_and_case_do_not_matter() {
        for (written, folded) in [
            ("Café", "cafe"),
            ("DAŇKOVÁ", "dankova"),
            ("Straße", "strasse"),
            ("đã hứa", "da hua"),
            ("Ёлка", "елка"),
            ("안녕", "안녕"),
            // Cyrillic о and е.
            ("r\u{435}f\u{435}r", "refer"),
            ("नमस्ते", "नमस्ते"),
        ] {
            assert_eq!(Folded::new(written).text(), folded);
        }
    }

    #[test]
    fn the_original_is_found_again() {
        let original = "Ein Straßenfest, über ALLES";
        let folded = Folded::new(original);
        let at = folded.text().find("uber").unwrap();
        assert_eq!(folded.original(original, at..at + 4), "über");
        let end = folded.text().len();
        assert_eq!(folded.original(original, end - 5..end), "ALLES");
    }
}
