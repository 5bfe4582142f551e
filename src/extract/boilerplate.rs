//! Notes that would fit anyone: every sentence is a courtesy, a stock sentence or made of pieces
//! that say nothing but "I would like to connect".
//!
//! The pieces are a closed list (`boilerplate/shapes.txt`). One word that is not in it, a number,
//! a link, and the note has something of its own: precision before reach.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::{courtesy, defaults};

/// Longest note, in characters, that is looked at: courtesies are short.
const CHARS: usize = 420;

/// Words a `_` may stand for.
const SLOT_WORDS: usize = 4;

/// What pieces a note is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Substance {
    /// Something of its own.
    Own,
    /// Courtesies only.
    Courtesy,
    /// Courtesies and a wish to connect.
    Connect,
}

/// Weighs a note.
pub(super) fn substance(note: &str, name: Option<&str>) -> Substance {
    let is_short = note.chars().nth(CHARS).is_none();
    if !is_short || note.contains(['@', '%', '$', '€', '£']) || note.contains("http") {
        return Substance::Own;
    }
    let mut substance = Substance::Courtesy;
    let mut pieces = note
        .split(is_end)
        .map(str::trim)
        .filter(|piece| !piece.is_empty())
        .peekable();
    let mut is_first = true;
    while let Some(piece) = pieces.next() {
        let at_edge = is_first || pieces.peek().is_none();
        is_first = false;
        let said = match of_piece(piece, name) {
            // "Regards, Ghislaine", "Hola, Noor".
            Substance::Own if at_edge && is_bare_name(piece) => Substance::Courtesy,
            said => said,
        };
        match said {
            Substance::Own => return Substance::Own,
            Substance::Connect => substance = Substance::Connect,
            Substance::Courtesy => {}
        }
    }
    substance
}

/// Marks at which a piece of a sentence ends. A hyphen inside a word is none.
fn is_end(c: char) -> bool {
    matches!(
        c,
        '.' | ','
            | '!'
            | '?'
            | ';'
            | ':'
            | '\n'
            | '('
            | ')'
            | '/'
            | '"'
            | '…'
            | '–'
            | '—'
            | '¡'
            | '¿'
            | '、'
            | '。'
            | '，'
            | '！'
            | '？'
            | '；'
            | '：'
            | '،'
            | '؟'
            | '؛'
            | '।'
            | '~'
            | '“'
            | '”'
    )
}

fn of_piece(piece: &str, name: Option<&str>) -> Substance {
    if defaults::is_stock(piece) {
        return Substance::Connect;
    }
    let rest = without_address(piece);
    let words = defaults::normalised(rest);
    if words.is_empty() || courtesy::is_courtesy(piece, name) {
        return Substance::Courtesy;
    }
    if words.contains(|c: char| c.is_ascii_digit()) && !words.contains("1촌") {
        return Substance::Own;
    }
    match cover(&words) {
        // "Добрый день": a greeting word the list holds with what follows it.
        Substance::Own => cover(&defaults::normalised(piece)),
        said => said,
    }
}

/// A piece without the greeting and the name it may begin with.
fn without_address(piece: &str) -> &str {
    let mut rest = piece.trim();
    let mut greeted = false;
    while let Some(word) = rest.split_whitespace().next() {
        let is_name = greeted
            && word.starts_with(char::is_uppercase)
            && word != "I"
            && !word.starts_with("I'");
        let greets = courtesy::is_greeting_word(word);
        if !greets && !is_name {
            break;
        }
        greeted |= greets;
        rest = rest[word.len()..].trim_start();
    }
    rest
}

fn is_bare_name(piece: &str) -> bool {
    let words = piece.split_whitespace();
    words.clone().count() <= 2
        && words
            .clone()
            .all(|word| word.starts_with(char::is_uppercase))
}

/// A piece of the list.
struct Shape {
    head: &'static str,
    /// What follows a slot.
    tail: Option<&'static str>,
    says: Substance,
}

/// The list by the first character of each piece.
static SHAPES: LazyLock<HashMap<char, Vec<Shape>>> = LazyLock::new(|| {
    let mut shapes: HashMap<char, Vec<Shape>> = HashMap::new();
    for line in include_str!("boilerplate/shapes.txt").lines() {
        let Some((_, piece)) = line
            .split_once(' ')
            .filter(|(language, _)| language.len() == 2)
        else {
            continue;
        };
        let (piece, says) = match piece.strip_prefix("+ ") {
            Some(piece) => (piece, Substance::Connect),
            None => (piece, Substance::Courtesy),
        };
        let (head, tail) = match piece.split_once('_') {
            Some((head, tail)) => (head.trim_end(), Some(tail.trim_start())),
            None => (piece, None),
        };
        if let Some(first) = head.chars().next() {
            shapes
                .entry(first)
                .or_default()
                .push(Shape { head, tail, says });
        }
    }
    shapes
});

/// Covers words with pieces, end to end; [`Substance::Own`] if that cannot be done.
fn cover(words: &str) -> Substance {
    // The best that can be said of the first bytes, by their number.
    let mut reached: Vec<Option<Substance>> = vec![None; words.len() + 1];
    reached[0] = Some(Substance::Courtesy);
    for at in 0..words.len() {
        let Some(so_far) = reached[at] else { continue };
        if !words.is_char_boundary(at) {
            continue;
        }
        let rest = words[at..].trim_start();
        let start = words.len() - rest.len();
        let Some(first) = rest.chars().next() else {
            reached[words.len()] = better(reached[words.len()], so_far);
            continue;
        };
        for shape in SHAPES.get(&first).into_iter().flatten() {
            let says = match (so_far, shape.says) {
                (Substance::Courtesy, Substance::Courtesy) => Substance::Courtesy,
                _ => Substance::Connect,
            };
            for end in ends(rest, shape) {
                reached[start + end] = better(reached[start + end], says);
            }
        }
    }
    reached[words.len()].unwrap_or(Substance::Own)
}

fn better(known: Option<Substance>, new: Substance) -> Option<Substance> {
    match known {
        Some(Substance::Connect) => known,
        _ => Some(new),
    }
}

/// Bytes after which a shape that begins `text` can end.
fn ends(text: &str, shape: &Shape) -> Vec<usize> {
    let Some(after) = text
        .strip_prefix(shape.head)
        .filter(|after| ends_word(shape.head, after))
    else {
        return Vec::new();
    };
    let Some(tail) = shape.tail else {
        return vec![shape.head.len()];
    };
    let mut found = Vec::new();
    let mut rest = after;
    for _ in 0..SLOT_WORDS {
        rest = rest.trim_start();
        let length = rest.find(' ').unwrap_or(rest.len());
        if length == 0 {
            break;
        }
        rest = &rest[length..];
        let end = match tail {
            "" => Some(rest),
            _ => rest
                .trim_start()
                .strip_prefix(tail)
                .filter(|after| ends_word(tail, after)),
        };
        found.extend(end.map(|end| text.len() - end.len()));
    }
    found
}

/// True if nothing of a word is cut; scripts without spaces have no such boundary.
fn ends_word(piece: &str, after: &str) -> bool {
    after.is_empty()
        || after.starts_with(' ')
        || piece.ends_with(|c: char| matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_anyone_is_told_from_what_does_not() {
        for note in [
            "I came across your profile and would love to connect.",
            "Hi Anna, let's grow our networks!",
            "I'm expanding my network in the maritime space. Looking forward to connecting!",
            "Ihr Profil hat mich angesprochen, ich freue mich auf die Vernetzung und einen spannenden Austausch.",
            "Bonjour, nos parcours se ressemblent, je serais ravi de vous compter parmi mes relations. Bien cordialement",
            "Hola Owen, me parece muy interesante tu perfil, me gustaría que formaras parte de mi red. Un saludo",
            "Olá Owen! Vi seu perfil e achei muito bacana, vamos nos conectar? Abraço",
            "Добрый день! Расширяю круг контактов среди проектировщиков, буду рада знакомству.",
            "Merhaba, profiliniz ilgimi çekti, bağlantı kurmak isterim. İyi çalışmalar",
            "はじめまして。プロフィールを拝見し、ぜひつながりたいと思い申請いたしました。どうぞよろしくお願いいたします。",
            "您好！很高兴在领英上看到您的资料，希望能加您为好友，保持联系。",
        ] {
            assert_eq!(substance(note, None), Substance::Connect, "{note}");
        }
        for note in [
            "I came across your talk on bearings and would love to connect.",
            "I came across your profile and would love to connect. We sell bearings.",
            "Would love to connect and pick your brain about the Riga slides.",
            "I'm expanding my network. Do you have 15 minutes?",
            "Let's connect https://x.example",
            "Ich würde mich gerne vernetzen, wir haben uns in Riga getroffen.",
            "您好！我们提供论文润色，希望能加您为好友。",
        ] {
            assert_eq!(substance(note, None), Substance::Own, "{note}");
        }
        assert_eq!(substance("Hope you are well!", None), Substance::Courtesy);
    }
}
