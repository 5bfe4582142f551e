//! What a text is about, in any of the languages people write to each other: a few phrases a
//! theme, so that what is learned from one language helps in the next.
//!
//! The phrases are ordinary ones, noted from memory of such mails; a theme is evidence like a
//! word, never a verdict.

use std::borrow::Cow;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use unicode_security::MixedScript;

use super::Counter;
use crate::message::fold_look_alikes;

/// The phrases and the themes they show; the file says how it is written.
static PHRASES: &str = include_str!("themes/phrases.txt");

/// What a theme is called in reasons; none for a name that is no theme.
pub(crate) fn describe(name: &str) -> Option<&'static str> {
    Some(match name {
        "connect" => "it asks to connect",
        "job" => "it is about a job for the sender",
        "referral" => "it asks for a referral",
        "favour" => "it asks for a vote, a rating, an endorsement or a survey",
        "money" => "it asks for money or an investment",
        "sale" => "it offers a product or service",
        "marketing" => "it is about search ranking, links or lead lists",
        "recruiting" => "it recruits",
        "meeting" => "it asks for a call or meeting",
        "bump" => "it follows up on itself",
        "newsletter" => "it is a newsletter or webinar",
        "trap" => "it talks of accounts to confirm or payments to make",
        "windfall" => "it promises money",
        "owners-work" => "it speaks of something you made or said",
        "shared-past" => "it speaks of something you shared",
        "answer" => "it answers something of yours",
        _ => return None,
    })
}

/// Bytes searched at the start of a text: what a stranger wants stands in the first screen…
const HEAD_BYTES: usize = 1 << 10;

/// …or, after a warm opening, at the end.
const TAIL_BYTES: usize = 512;

/// All phrases in one automaton, and the theme of each.
struct Finder {
    automaton: AhoCorasick,
    themes: Vec<&'static str>,
}

static FINDER: LazyLock<Option<Finder>> = LazyLock::new(|| {
    let (themes, phrases): (Vec<_>, Vec<_>) = phrases().unzip();
    let automaton = AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .ascii_case_insensitive(true)
        .build(phrases)
        .ok()?;
    Some(Finder { automaton, themes })
});

/// Every phrase with its theme.
fn phrases() -> impl Iterator<Item = (&'static str, &'static str)> {
    PHRASES
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(':'))
        .flat_map(|(theme, phrases)| phrases.split('|').map(move |phrase| (theme, phrase.trim())))
}

/// Counts the themes of a text, each once.
pub(super) fn themes(counter: &mut Counter, text: &str) {
    let Some(finder) = &*FINDER else {
        return;
    };
    let mut seen: Vec<&str> = Vec::new();
    for piece in head_and_tail(text) {
        let piece = folded(piece);
        for found in finder.automaton.find_iter(&*piece) {
            let theme = finder.themes[found.pattern().as_usize()];
            if !seen.contains(&theme) && is_whole(&piece, found.start(), found.end()) {
                seen.push(theme);
                counter.add("theme:", theme);
            }
        }
    }
}

fn head_and_tail(text: &str) -> [&str; 2] {
    if text.len() <= HEAD_BYTES + TAIL_BYTES {
        return [text, ""];
    }
    let tail = text.ceil_char_boundary(text.len() - TAIL_BYTES);
    [&text[..text.floor_char_boundary(HEAD_BYTES)], &text[tail..]]
}

/// As the phrases are written; the automaton does not see the case of ASCII letters. Words that
/// mix scripts are read as what they imitate.
fn folded(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let lower = text.to_lowercase().replace('\u{2019}', "'");
    let mut folded = String::with_capacity(lower.len());
    for word in lower.split_inclusive(char::is_whitespace) {
        let may_mix = !word.is_ascii() && word.bytes().any(|byte| byte.is_ascii_alphabetic());
        if may_mix && !word.is_single_script() {
            folded += &fold_look_alikes(word);
        } else {
            folded += word;
        }
    }
    Cow::Owned(folded)
}

/// True if no letter of a spaced script runs on at either side of the match.
fn is_whole(text: &str, start: usize, end: usize) -> bool {
    let runs_on = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() && c < '\u{2e80}');
    let first = text[start..].chars().next();
    let last = text[..end].chars().next_back();
    let joins_before = runs_on(text[..start].chars().next_back()) && runs_on(first);
    let joins_after = runs_on(text[end..].chars().next()) && runs_on(last);
    !joins_before && !joins_after
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let mut counter = Counter::default();
        themes(&mut counter, text);
        counter
            .terms
            .iter()
            .map(|term| counter.names[term.name.0 as usize..term.name.1 as usize].to_owned())
            .collect()
    }

    #[test]
    fn themes_are_found_in_several_languages_and_whole_words_only() {
        assert_eq!(
            found("Could you refer me? Here is my CV"),
            ["theme:referral", "theme:job"]
        );
        assert_eq!(found("Ich suche ein Praktikum."), ["theme:job"]);
        assert_eq!(found("我想找实习"), ["theme:job"]);
        assert!(found("The seocho district").is_empty());
        // Cyrillic о, е, а.
        assert_eq!(
            found("Cоuld yоu rеfer mе? Here is my CV"),
            found("Could you refer me? Here is my CV")
        );
    }

    #[test]
    fn every_theme_has_words_and_every_phrase_is_as_the_file_says() {
        let mut seen = std::collections::HashSet::new();
        for (theme, phrase) in phrases() {
            assert!(describe(theme).is_some(), "{theme}");
            assert!(
                !phrase.is_empty() && phrase == phrase.to_lowercase(),
                "{phrase}"
            );
            assert!(seen.insert(phrase), "{phrase} twice");
        }
        assert!(seen.len() > 1_000);
    }
}
