//! The signature under a mail's words: the block below "-- ", the line a telephone adds, the
//! contact details below a sign-off.

use super::courtesy::is_sign_off;
use crate::message::lower_case;

/// Lines of a signature block that are looked at from below.
const LINES: usize = 16;

/// Byte at which the signature of a text begins; its length if it has none.
pub(super) fn start(text: &str, name: Option<&str>) -> usize {
    let end = text.trim_end().len();
    let lines = last_lines(&text[..end]);
    marked(text)
        .or_else(|| sent_from(text, &lines))
        .or_else(|| contact_block(text, &lines, name))
        .unwrap_or(text.len())
}

/// Start and text of the last lines, last first.
fn last_lines(text: &str) -> Vec<(usize, &str)> {
    let mut end = text.len();
    let mut lines = Vec::with_capacity(LINES);
    for line in text.rsplit('\n').take(LINES) {
        let start = end - line.len();
        lines.push((start, line.trim()));
        end = start.saturating_sub(1);
    }
    lines
}

/// Below the mark of RFC 3676, section 4.3.
fn marked(text: &str) -> Option<usize> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if matches!(line.trim_end_matches(['\r', '\n']), "-- " | "--") {
            return Some(at);
        }
        at += line.len();
    }
    None
}

/// "Sent from my iPhone" at the end.
fn sent_from(text: &str, lines: &[(usize, &str)]) -> Option<usize> {
    let (start, _) = lines.iter().take(3).find(|(_, line)| {
        let lower = lower_case(line);
        line.len() <= 80 && SENT_FROM.iter().any(|words| lower.starts_with(words))
    })?;
    (*start > 0 && !text[..*start].trim().is_empty()).then_some(*start)
}

/// What programs and telephones add.
const SENT_FROM: &[&str] = &[
    "sent from my",
    "sent from mail",
    "sent from outlook",
    "sent via",
    "get outlook for",
    "sent with",
    "von meinem",
    "gesendet mit",
    "gesendet von",
    "envoyé de mon",
    "envoyé depuis",
    "envoyé à partir",
    "enviado desde",
    "enviado do meu",
    "enviado a partir",
    "inviato da",
    "inviato dal mio",
    "verzonden vanaf",
    "verstuurd vanaf",
    "skickat från",
    "sendt fra",
    "lähetetty",
    "wysłane z",
    "wysłano z",
    "odesláno z",
    "odoslané z",
    "отправлено с",
    "надіслано з",
    "iphone'umdan gönderildi",
    "iphone’umdan gönderildi",
    "elküldve az",
    "trimis de pe",
    "στάλθηκε από",
    "dikirim dari",
    "gửi từ",
    "iphoneから送信",
    "发自我的",
    "從我的",
    "나의 iphone에서",
    "iphone에서 보냄",
    "נשלח מה",
    "أُرسلت من",
    "تم الإرسال من",
];

/// Below a sign-off or the sender's name: short lines, at least one with contact details.
fn contact_block(text: &str, lines: &[(usize, &str)], name: Option<&str>) -> Option<usize> {
    let mut has_details = false;
    let mut n_short = 0;
    let mut filled = lines.iter().filter(|(_, line)| !line.is_empty()).peekable();
    while let Some((start, line)) = filled.next() {
        if has_details && (is_sign_off(line) || is_sender(line, name)) {
            let above = filled.peek().filter(|(_, above)| is_sign_off(above));
            let start = above.map_or(*start, |(start, _)| *start);
            return (!text[..start].trim().is_empty()).then_some(start);
        }
        if line.chars().count() > 72 || line.ends_with(['.', '!', '?', ',']) && !has_contact(line) {
            return None;
        }
        n_short += 1;
        if n_short > 9 {
            return None;
        }
        has_details |= has_contact(line);
    }
    None
}

fn is_sender(line: &str, name: Option<&str>) -> bool {
    name.is_some_and(|name| !name.is_empty() && line.eq_ignore_ascii_case(name))
}

/// An address, a site, or a telephone number alone on its line.
fn has_contact(line: &str) -> bool {
    let n_digits = line.chars().filter(char::is_ascii_digit).count();
    let n_letters = line.chars().filter(|c| c.is_alphabetic()).count();
    let n_words = line.split_whitespace().count();
    line.contains('@') && n_words <= 4
        || n_words <= 3 && (line.contains("www.") || line.contains("http"))
        || n_digits >= 7 && n_letters <= 14
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> &str {
        text[..start(text, Some("Ann Lee"))].trim()
    }

    #[test]
    fn signatures_are_not_the_words() {
        assert_eq!(words("Fine.\n-- \nAnn\n+1 555"), "Fine.");
        assert_eq!(words("Fine.\n\nSent from my iPhone"), "Fine.");
        assert_eq!(words("Gut.\n\nVon meinem iPhone gesendet"), "Gut.");
        assert_eq!(
            words("Fine, on Monday.\n\nBest regards,\nAnn Lee\nHead of Bridges\nT +49 30 1234567"),
            "Fine, on Monday."
        );
        assert_eq!(
            words("Fine.\n\nAnn Lee\nHalmos Bridges | www.halmos.example\nann@halmos.example"),
            "Fine."
        );
        // A name alone is how people end a letter, and a number can be what the mail is about.
        assert_eq!(words("Fine.\n\nBest,\nAnn"), "Fine.\n\nBest,\nAnn");
        assert_eq!(
            words("My number:\n+49 30 1234567"),
            "My number:\n+49 30 1234567"
        );
        assert_eq!(words("Sent from my iPhone"), "Sent from my iPhone");
    }
}
