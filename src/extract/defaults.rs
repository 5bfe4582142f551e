//! The platforms' stock sentences, and what is left of a note without them.

use std::sync::LazyLock;

use unicode_normalization::char::is_combining_mark;

use super::courtesy::is_courtesy;
use super::phrases::PhraseIndex;

/// A note without its stock sentence.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stripped {
    /// Language of the stock sentence found.
    pub(super) language: Option<&'static str>,
    /// The human's own words; none if only greeting and sign-off are left.
    pub(super) rest: Option<String>,
}

/// A stock sentence as letters and single spaces, lower case.
struct Stock {
    language: &'static str,
    words: &'static str,
}

/// The table in `defaults/stock.txt`.
static STOCK: LazyLock<Vec<Stock>> = LazyLock::new(|| {
    include_str!("defaults/stock.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let (_, rest) = line.split_once(' ')?;
            let (language, words) = rest.split_once(' ')?;
            Some(Stock { language, words })
        })
        .collect()
});

static INDEX: LazyLock<PhraseIndex> =
    LazyLock::new(|| PhraseIndex::new(STOCK.iter().map(|stock| stock.words)));

/// Removes stock sentences, and the note altogether if only courtesies remain.
pub(super) fn remove(note: &str, name: Option<&str>) -> Stripped {
    let mut language = None;
    let mut rest = String::with_capacity(note.len());
    for line in note.lines() {
        for sentence in sentences(line) {
            match stock_language(sentence) {
                Some(found) => language = Some(found),
                None => rest.push_str(sentence),
            }
        }
        rest.push('\n');
    }
    let rest = rest.trim();
    let has_words = rest.lines().any(|line| !is_courtesy(line, name));
    Stripped {
        language,
        rest: has_words.then(|| rest.to_owned()),
    }
}

/// Pieces of a line that end at a full stop, mark or dash, with their ends.
fn sentences(line: &str) -> impl Iterator<Item = &str> {
    line.split_inclusive(['.', '!', '?', '。', '！', ';'])
}

/// True for a stock sentence.
pub(super) fn is_stock(sentence: &str) -> bool {
    stock_language(sentence).is_some()
}

fn stock_language(sentence: &str) -> Option<&'static str> {
    // Shorter than any stock sentence.
    if sentence.len() < 12 {
        return None;
    }
    let words = normalised(sentence);
    // "… on LinkedIn - NAME", "Hi NAME, …": a few words around it are not a reason.
    let few_around = |start: usize, end: usize| {
        words.len() - (end - start) < 60 && words[end..].split(' ').count() <= 6
    };
    let hits = (0..words.len().min(40)).flat_map(|start| {
        let found = INDEX.at(&words, start);
        found.map(move |found| (found.end, start, found.id))
    });
    hits.filter(|(end, start, _)| few_around(*start, *end))
        .min()
        .map(|(.., stock)| STOCK[stock].language)
}

/// Letters, digits and apostrophes, lower case, one space between words.
pub(super) fn normalised(sentence: &str) -> String {
    let mut out = String::with_capacity(sentence.len());
    for c in sentence.chars() {
        match c {
            // Its lower case would be two characters.
            'İ' => out.push('i'),
            '\u{2019}' | '\u{2bc}' | '`' => out.push('\''),
            c if c.is_alphanumeric() || c == '\'' || is_combining_mark(c) => {
                out.extend(c.to_lowercase());
            }
            _ if out.ends_with(' ') || out.is_empty() => {}
            _ => out.push(' '),
        }
    }
    out.truncate(out.trim_end().len());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rest(note: &str) -> Option<String> {
        remove(note, Some("Ann Lee")).rest
    }

    #[test]
    fn the_stock_sentence_alone_leaves_nothing() {
        for note in [
            "I'd like to add you to my professional network on LinkedIn.",
            "Hi Bob,\n\nI’d like to add you to my professional network on LinkedIn\n\n- Ann",
            "I'd like to join your LinkedIn network.",
            "Hi Bob, I'd like to add you to my professional network. - Ann Lee",
            "J'aimerais vous inviter à rejoindre mon réseau professionnel en ligne, sur le site LinkedIn.\nAnn Lee",
            "أرغب في إضافتك إلى شبكتي الاحترافية على LinkedIn.",
        ] {
            let stripped = remove(note, Some("Ann Lee"));
            assert_eq!(
                (stripped.rest, stripped.language.is_some()),
                (None, true),
                "{note}"
            );
        }
        assert_eq!(rest("Hi Bob,\nBest regards,\nAnn"), None);
        assert_eq!(rest("Hello there"), None);
        assert!(rest("hi need job").is_some());
        assert_eq!(rest(""), None);
    }

    #[test]
    fn a_reason_beside_it_stays() {
        let note = "It was a pleasure at the Forum. I'd like to add you to my professional network on LinkedIn.";
        assert_eq!(
            rest(note).as_deref(),
            Some("It was a pleasure at the Forum.")
        );
    }
}
