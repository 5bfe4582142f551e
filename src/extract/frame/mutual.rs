//! Contacts that sender and owner share, as platforms say: "12 shared connections", "Anna and 3
//! other mutual friends".

use std::sync::LazyLock;

use super::lines::Line;
use crate::extract::Mutual;
use crate::extract::phrases::PhraseIndex;

/// Longest line, in words, that speaks of shared contacts and of nothing else.
const WORDS: usize = 16;

/// Takes the lines about shared contacts out of a mail.
pub(super) fn take(lines: &mut Vec<Line<'_>>) -> Option<Mutual> {
    let mut found: Option<Mutual> = None;
    lines.retain(|line| match read(line.text, line.lower) {
        Some(mutual) => {
            found.get_or_insert(mutual);
            false
        }
        None => true,
    });
    found
}

/// Reads one line, also given in lower case; none if it speaks of something else.
fn read(line: &str, lower: &str) -> Option<Mutual> {
    if line.is_empty() || line.len() > 240 || !INDEX.is_in(lower) {
        return None;
    }
    let n_words = line.split_whitespace().count();
    if n_words > WORDS {
        return None;
    }
    let Some(number) = number_in(line) else {
        return both_know(line, lower);
    };
    let lead = BOTH_KNOW.iter().find(|words| lower.starts_with(*words));
    let names = leading_names(
        line.get(lead.map_or(0, |words| words.len())..)
            .unwrap_or(line),
    );
    let first = lower.split_whitespace().next().unwrap_or_default();
    let counts = first.starts_with(|c: char| c.is_ascii_digit()) || YOU.contains(&first);
    if names.is_empty() && !(counts && n_words <= 8) {
        return None;
    }
    let named = u32::try_from(names.len()).unwrap_or(u32::MAX);
    Some(Mutual {
        count: Some(number.saturating_add(named)),
        names,
    })
}

/// "You both know Anna Berg and Tom Hale": names without a number.
fn both_know(line: &str, lower: &str) -> Option<Mutual> {
    let words = BOTH_KNOW.iter().find(|words| lower.starts_with(*words))?;
    let names = names_in(line.get(words.len()..)?);
    (!names.is_empty()).then_some(Mutual { count: None, names })
}

/// How platforms begin such a line.
const BOTH_KNOW: &[&str] = &[
    "you both know ",
    "sie kennen beide ",
    "ihr kennt beide ",
    "vous connaissez tous les deux ",
    "los dos conocéis a ",
    "ambos conocen a ",
    "vocês dois conhecem ",
    "conoscete entrambi ",
    "jullie kennen allebei ",
    "ni känner båda ",
];

/// Words that begin "You have 12 connections in common".
const YOU: &[&str] = &[
    "you", "sie", "du", "ihr", "vous", "tú", "tienes", "você", "hai",
];

fn number_in(line: &str) -> Option<u32> {
    let start = line.find(|c: char| c.is_ascii_digit())?;
    let digits: String = line[start..]
        .chars()
        .take_while(|c| c.is_ascii_digit() || matches!(c, ',' | '.'))
        .filter(char::is_ascii_digit)
        .collect();
    digits.parse().ok()
}

/// Capitalised names the line begins with, up to the number: "Anna Berg, Tom Hale and 3 others".
fn leading_names(line: &str) -> Vec<String> {
    let end = line.find(|c: char| c.is_ascii_digit()).unwrap_or_default();
    names_in(&line[..end])
}

/// Capitalised names a text begins with, parted by commas and small words.
fn names_in(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut name = String::new();
    for word in text.split_whitespace() {
        let bare = word.trim_end_matches([',', '、']);
        let is_capital = bare.starts_with(|c: char| c.is_alphabetic() && !c.is_lowercase());
        let is_name = is_capital && !NOT_NAMES.contains(&bare.to_lowercase().as_str());
        if is_name {
            if !name.is_empty() {
                name.push(' ');
            }
            name.push_str(bare);
        } else if names.is_empty() && name.is_empty() {
            return names;
        }
        if (bare.len() < word.len() || !is_name) && !name.is_empty() {
            names.push(std::mem::take(&mut name));
        }
    }
    if !name.is_empty() {
        names.push(name);
    }
    names
}

/// Capitalised words that begin a sentence and are no name.
const NOT_NAMES: &[&str] = &[
    "you",
    "we",
    "i",
    "our",
    "the",
    "mutual",
    "shared",
    "common",
    "sie",
    "du",
    "wir",
    "vous",
    "nous",
    "tú",
    "tienes",
    "tenemos",
    "abbiamo",
    "temos",
    "gemeinsame",
    "ortak",
    "у",
    "нас",
];

static INDEX: LazyLock<PhraseIndex> = LazyLock::new(|| PhraseIndex::new(SHARED.iter().copied()));

/// Words for what is shared. From the wording of interfaces, not met in a mail except the first.
const SHARED: &[&str] = &[
    "both know ",
    "kennen beide ",
    "kennt beide ",
    "tous les deux ",
    "conocéis a ",
    "conocen a ",
    "dois conhecem ",
    "entrambi ",
    "allebei ",
    "känner båda ",
    "mutual friend",
    "mutual connection",
    "mutual contact",
    "shared connection",
    "shared contact",
    "other mutual",
    "others you know",
    "other people you know",
    "connections in common",
    "contacts in common",
    "friends in common",
    "common connection",
    "common friend",
    "gemeinsame kontakte",
    "gemeinsamer kontakt",
    "gemeinsame freund",
    "relations en commun",
    "relation en commun",
    "contacts en commun",
    "amis en commun",
    "ami en commun",
    "contactos en común",
    "contacto en común",
    "amigos en común",
    "amigo en común",
    "conexões em comum",
    "contatos em comum",
    "contactos em comum",
    "amigos em comum",
    "collegamenti in comune",
    "contatti in comune",
    "amici in comune",
    "gemeenschappelijke",
    "contacte comune",
    "relații comune",
    "conexiuni comune",
    "คนรู้จักร่วมกัน",
    "เพื่อนร่วมกัน",
    "wspólnych",
    "wspólne",
    "wspólny",
    "společných",
    "společné",
    "spoločných",
    "gemensamma",
    "fælles",
    "felles ",
    "yhteistä",
    "közös",
    "ortak",
    "общих",
    "общие",
    "общий",
    "спільних",
    "спільні",
    "κοιν",
    "koneksi yang sama",
    "teman yang sama",
    "bạn chung",
    "共同好友",
    "共同联系人",
    "共同好友",
    "位共同",
    "共通の",
    "함께 아는",
    "مشترك",
    "חברים משותפים",
    "קשרים משותפים",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_contacts_are_counted_and_named() {
        let read = |line: &str| {
            let mutual = read(line, &line.to_lowercase());
            mutual.map(|mutual| (mutual.count, mutual.names.join("; ")))
        };
        let none = String::new;
        assert_eq!(read("46 mutual friends"), Some((Some(46), none())));
        assert_eq!(read("1,204 shared connections"), Some((Some(1204), none())));
        assert_eq!(read("12 gemeinsame Kontakte"), Some((Some(12), none())));
        assert_eq!(read("3 位共同好友"), Some((Some(3), none())));
        assert_eq!(
            read("Anna Berg, Tom Hale and 3 other mutual connections"),
            Some((Some(5), "Anna Berg; Tom Hale".to_owned()))
        );
        assert_eq!(read("Our mutual friend Tom says hello."), None);
        assert_eq!(
            read(
                "We have 3 mutual friends and I would love to talk about the bridge you built in Lyon last year."
            ),
            None
        );
    }
}
