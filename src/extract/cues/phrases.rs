//! The phrase files: a line holds a cue's name, a colon, and phrases separated by `|`. A phrase
//! counts between word ends; one that ends in `*` may run on, for languages that inflect. Lines
//! that begin with `#` are comments.

use super::Cue;
use super::fold::{Ending, Folded};

/// One phrase of a cue, as it is searched for.
pub(super) struct Phrase {
    pub(super) cue: Cue,
    pub(super) text: String,
    pub(super) ending: Ending,
}

const FILES: &[&str] = &[
    include_str!("arabic.txt"),
    include_str!("central.txt"),
    include_str!("de.txt"),
    include_str!("en.txt"),
    include_str!("es.txt"),
    include_str!("fr.txt"),
    include_str!("greek.txt"),
    include_str!("it.txt"),
    include_str!("ja.txt"),
    include_str!("ko.txt"),
    include_str!("nl.txt"),
    include_str!("nordic.txt"),
    include_str!("pl.txt"),
    include_str!("pt.txt"),
    include_str!("ru.txt"),
    include_str!("south-asia.txt"),
    include_str!("southeast-asia.txt"),
    include_str!("tr.txt"),
    include_str!("uk.txt"),
    include_str!("zh.txt"),
];

/// Every phrase of every file, each once: languages share words.
pub(super) fn all() -> Vec<Phrase> {
    let mut phrases: Vec<Phrase> = read().collect();
    phrases.sort_by(|a, b| (&a.text, a.cue, a.ending).cmp(&(&b.text, b.cue, b.ending)));
    // Of a word and the stem of the same letters the stem is enough; it sorts first.
    phrases.dedup_by(|later, kept| later.text == kept.text && later.cue == kept.cue);
    phrases
}

fn read() -> impl Iterator<Item = Phrase> {
    FILES
        .iter()
        .flat_map(|file| file.lines())
        .filter_map(|line| line.split_once(':'))
        .filter_map(|(name, phrases)| Some((Cue::of_name(name)?, phrases)))
        .flat_map(|(cue, phrases)| phrases.split('|').map(move |phrase| (cue, phrase.trim())))
        .filter(|(_, phrase)| !phrase.is_empty())
        .map(|(cue, phrase)| {
            let (text, ending) = match phrase.strip_suffix('*') {
                Some(stem) => (stem, Ending::Open),
                None => (phrase, Ending::Whole),
            };
            Phrase {
                cue,
                text: Folded::new(text).into_text(),
                ending,
            }
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_names_a_cue_and_holds_phrases() {
        for line in FILES.iter().flat_map(|file| file.lines()) {
            if line.starts_with('#') || line.is_empty() {
                continue;
            }
            let (name, phrases) = line.split_once(':').unwrap_or_else(|| panic!("{line}"));
            assert!(Cue::of_name(name).is_some(), "{line}");
            for phrase in phrases.split('|') {
                let phrase = phrase.trim();
                assert!(!phrase.is_empty(), "an empty phrase: {line}");
                assert!(
                    !phrase.trim_end_matches('*').contains('*'),
                    "a star inside a phrase: {phrase}"
                );
            }
        }
    }
}
