//! Text → word events, in any script.
//!
//! Words are runs of letters, lower-cased and in normal form C-compatible (NFKC); words that mix
//! scripts are folded to what they imitate. Scripts written without spaces give pairs of
//! characters. Numbers give their shape, addresses and links their host.

use unicode_normalization::UnicodeNormalization;

use super::Counter;
use crate::limits;
use crate::message::{fold_look_alikes, mixes_scripts};

/// Counts the words of a body.
pub(super) fn body_words(counter: &mut Counter, text: &str) {
    let end = text.floor_char_boundary(limits::WORDS_BYTES);
    Words {
        counter,
        prefix: "word:",
    }
    .read(&text[..end]);
}

/// Counts the words of a subject, apart from those of the body and together with them.
pub(super) fn subject_words(counter: &mut Counter, text: &str) {
    let end = text.floor_char_boundary(limits::WORDS_BYTES);
    Words {
        counter,
        prefix: "subject:",
    }
    .read(&text[..end]);
}

struct Words<'a> {
    counter: &'a mut Counter,
    prefix: &'static str,
}

impl Words<'_> {
    fn read(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            let byte = bytes[at];
            at = if let Some(end) = wallet_end(bytes, at) {
                self.counter.add("shape:", "wallet");
                end
            } else if byte.is_ascii_alphabetic() {
                self.ascii_word(text, at)
            } else if byte.is_ascii_digit() || is_money_sign(&text[at..]) {
                self.number(text, at)
            } else if byte < 0x80 {
                self.mark(bytes, at)
            } else {
                self.other(text, at)
            };
        }
    }

    /// Reads on from an ASCII letter: a plain word unless something else turns up in it.
    fn ascii_word(&mut self, text: &str, start: usize) -> usize {
        let bytes = text.as_bytes();
        let mut end = start + 1;
        while end < bytes.len()
            && (bytes[end].is_ascii_alphanumeric()
                || bytes[end] == b'\'' && bytes.get(end + 1).is_some_and(u8::is_ascii_alphabetic))
        {
            end += 1;
        }
        match bytes.get(end) {
            Some(b':') if text[end..].starts_with("://") => return self.link(text, end + 3),
            Some(b'.') if text[start..end].eq_ignore_ascii_case("www") => {
                return self.link(text, start);
            }
            Some(b'@') => return self.address(text, end + 1),
            Some(byte) if *byte >= 0x80 => {
                let next = text[end..].chars().next();
                if next.is_some_and(|c| c.is_alphabetic() && !is_unspaced(c) || is_apostrophe(c)) {
                    return self.unicode_word(text, start);
                }
            }
            _ => {}
        }
        if end - start > limits::WORD_CHARS {
            self.counter.add("shape:", "long-word");
            return end;
        }
        let from = self.counter.names.len();
        self.counter.names.push_str(self.prefix);
        let word = self.counter.names.len();
        self.counter.names.push_str(&text[start..end]);
        self.counter.names[word..].make_ascii_lowercase();
        self.counter.count_from(from);
        end
    }

    /// Reads a character outside ASCII and what belongs to it.
    fn other(&mut self, text: &str, at: usize) -> usize {
        let Some(c) = text[at..].chars().next() else {
            return text.len();
        };
        if is_unspaced(c) {
            self.character_pairs(text, at)
        } else if c.is_alphabetic() {
            self.unicode_word(text, at)
        } else {
            if is_emoji(c) {
                self.counter.add("shape:", "emoji");
            }
            at + c.len_utf8()
        }
    }

    fn unicode_word(&mut self, text: &str, start: usize) -> usize {
        let mut end = start;
        for (offset, c) in text[start..].char_indices() {
            let inside = c.is_alphanumeric() && !is_unspaced(c) || is_combining(c);
            let joins = (c == '\'' || is_apostrophe(c))
                && text[start + offset + c.len_utf8()..].starts_with(char::is_alphabetic);
            if !(inside || joins) {
                break;
            }
            end = start + offset + c.len_utf8();
        }
        let end = end.max(text.ceil_char_boundary(start + 1));
        let word = &text[start..end];
        if word.chars().count() > limits::WORD_CHARS {
            self.counter.add("shape:", "long-word");
            return end;
        }
        let (form, disguise) = normal_form(word);
        self.counter.add(self.prefix, &form);
        // Once: a mail disguised throughout would drown its own words.
        if disguise == Disguise::MixedScripts && !self.counter.has("shape:mixed-scripts") {
            self.counter.add("shape:", "mixed-scripts");
        }
        end
    }

    /// Pairs of neighbouring characters, for scripts that do not mark word ends.
    fn character_pairs(&mut self, text: &str, start: usize) -> usize {
        let run: Vec<char> = text[start..]
            .chars()
            .take_while(|c| is_unspaced(*c))
            .take(limits::WORDS_BYTES)
            .collect();
        if let [single] = run[..] {
            self.counter
                .add(self.prefix, single.encode_utf8(&mut [0; 4]));
        }
        for pair in run.windows(2) {
            let from = self.counter.names.len();
            self.counter.names.push_str(self.prefix);
            self.counter
                .names
                .extend(pair.iter().flat_map(|c| c.nfkc()));
            self.counter.count_from(from);
        }
        start + run.iter().map(|c| c.len_utf8()).sum::<usize>()
    }

    /// A number's shape: money, percentage, year, phone number, or its count of digits.
    fn number(&mut self, text: &str, start: usize) -> usize {
        let bytes = text.as_bytes();
        let mut money = false;
        let mut at = start;
        while let Some(c) = text[at..]
            .chars()
            .next()
            .filter(|_| is_money_sign(&text[at..]))
        {
            money = true;
            at += c.len_utf8();
        }
        let digits_from = at;
        let mut digits = 0;
        while at < bytes.len()
            && (bytes[at].is_ascii_digit()
                || matches!(bytes[at], b'.' | b',' | b'-' | b'/')
                    && bytes.get(at + 1).is_some_and(u8::is_ascii_digit)
                || bytes[at] == b' ' && !money && is_digit_group(&bytes[at + 1..]))
        {
            digits += usize::from(bytes[at].is_ascii_digit());
            at += 1;
        }
        let run = &text[digits_from..at];
        let shape = if money || is_money_sign(&text[at..]) || is_money_word(&text[at..]) {
            "money"
        } else if text[at..].starts_with('%') {
            "percent"
        } else if run.len() == 4 && (run.starts_with("19") || run.starts_with("20")) {
            "year"
        } else if (8..=15).contains(&digits) {
            "phone"
        } else {
            match digits {
                0 => "sign",
                1 => "digit",
                2 => "2-digits",
                3 => "3-digits",
                4 => "4-digits",
                _ => "number",
            }
        };
        self.counter.add("number:", shape);
        at.max(start + 1)
    }

    /// Runs of marks that carry a tone.
    fn mark(&mut self, bytes: &[u8], start: usize) -> usize {
        let byte = bytes[start];
        if !matches!(byte, b'!' | b'?' | b'.') {
            return start + 1;
        }
        let run = bytes[start..].iter().take_while(|b| **b == byte).count();
        match byte {
            b'!' if run == 1 => self.counter.add("mark:", "!"),
            b'!' => self.counter.add("mark:", "!!"),
            b'?' => self.counter.add("mark:", if run == 1 { "?" } else { "??" }),
            b'.' if run >= 3 => self.counter.add("mark:", "..."),
            _ => {}
        }
        start + run
    }

    /// Skips a link whose host starts at `start`, counting the host.
    fn link(&mut self, text: &str, start: usize) -> usize {
        let end = start
            + text[start..]
                .find(is_link_end)
                .unwrap_or(text.len() - start);
        if let Some(host) = crate::extract::host_of(&text[start..end]) {
            self.counter
                .add("link:", crate::extract::registrable(&host));
        }
        end
    }

    /// Skips the domain of an address, counting it.
    fn address(&mut self, text: &str, start: usize) -> usize {
        let end = start
            + text[start..]
                .find(|c: char| !(c.is_alphanumeric() || c == '.' || c == '-'))
                .unwrap_or(text.len() - start);
        let domain = text[start..end].trim_end_matches('.').to_lowercase();
        if domain.contains('.') {
            self.counter
                .add("mailto:", crate::extract::registrable(&domain));
        }
        end.max(start)
    }
}

/// Whether letters of one script stand in for those of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Disguise {
    None,
    MixedScripts,
}

/// A word as it is counted: in lower case and one normal form, read as what it imitates.
pub(super) fn normal_form(word: &str) -> (String, Disguise) {
    let form: String = word
        .nfkc()
        .flat_map(char::to_lowercase)
        .map(|c| if is_apostrophe(c) { '\'' } else { c })
        .collect();
    match mixes_scripts(&form) {
        false => (form, Disguise::None),
        true => (fold_look_alikes(&form), Disguise::MixedScripts),
    }
}

/// Where an address of a Bitcoin or Ethereum wallet ends that begins here: in any language it says
/// where money is wanted. (BIP 13, BIP 173, EIP 55; checksums are not computed.)
fn wallet_end(bytes: &[u8], start: usize) -> Option<usize> {
    let is_of_wallet = match bytes[start] {
        b'1' | b'3' => is_base58,
        b'b' if bytes[start..].starts_with(b"bc1") => is_bech32,
        b'0' if bytes[start..].starts_with(b"0x") => is_hex,
        _ => return None,
    };
    let begins_inside = start > 0 && bytes[start - 1].is_ascii_alphanumeric();
    let length = bytes[start..]
        .iter()
        .take(WALLET_CHARS + 1)
        .take_while(|byte| byte.is_ascii_alphanumeric())
        .count();
    let run = &bytes[start..start + length];
    (!begins_inside && is_of_wallet(run)).then_some(start + length)
}

/// The longest address: bech32 of a script.
const WALLET_CHARS: usize = 62;

/// Digits and letters without those that look alike; both cases, which no number or word mixes so.
fn is_base58(run: &[u8]) -> bool {
    (26..=35).contains(&run.len())
        && !run
            .iter()
            .any(|byte| matches!(byte, b'0' | b'O' | b'I' | b'l'))
        && run.iter().any(u8::is_ascii_uppercase)
        && run.iter().any(u8::is_ascii_lowercase)
}

fn is_bech32(run: &[u8]) -> bool {
    matches!(run.len(), 42 | 62) && !run.iter().any(u8::is_ascii_uppercase)
}

fn is_hex(run: &[u8]) -> bool {
    run.len() == 42 && run[2..].iter().all(u8::is_ascii_hexdigit)
}

/// True if at least two digits follow: the next group of a phone number, not the next number of
/// a list.
fn is_digit_group(bytes: &[u8]) -> bool {
    bytes.len() >= 2 && bytes[..2].iter().all(u8::is_ascii_digit)
}

fn is_link_end(c: char) -> bool {
    c.is_whitespace() || matches!(c, '<' | '>' | '"' | ')' | ']' | '}')
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\u{2019}' | '\u{2bc}' | '\u{ff07}')
}

fn is_money_sign(text: &str) -> bool {
    text.starts_with(['$', '€', '£', '¥', '₹', '₦', '₽', '₩', '฿', '₺', '₿'])
}

/// True if a currency's name follows a number.
fn is_money_word(text: &str) -> bool {
    let word = text.trim_start_matches(' ');
    let word = &word[..word.floor_char_boundary(5)].to_ascii_lowercase();
    [
        "usd", "eur", "euro", "gbp", "inr", "rs", "dolla", "btc", "naira", "ngn", "lakh",
    ]
    .iter()
    .any(|name| {
        word.starts_with(name)
            && !word[name.len()..]
                .starts_with(|c: char| c.is_alphabetic() && *name != "dolla" && *name != "euro")
    })
}

/// True for scripts that write words without spaces.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{2e80}'..='\u{2fdf}' | '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{ff66}'..='\u{ff9f}' | '\u{20000}'..='\u{3ffff}')
}

fn is_combining(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

fn is_emoji(c: char) -> bool {
    matches!(c, '\u{1f300}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let mut counter = Counter::default();
        body_words(&mut counter, text);
        counter
            .terms
            .iter()
            .map(|term| counter.names[term.name.0 as usize..term.name.1 as usize].to_owned())
            .collect()
    }

    #[test]
    fn words_are_lower_case_and_counted_once() {
        assert_eq!(words("Don't  don't GO"), ["word:don't", "word:go"]);
        assert_eq!(
            words("naïve ＡＢＣ Straße don’t"),
            ["word:naïve", "word:abc", "word:straße", "word:don't"]
        );
    }

    #[test]
    fn look_alikes_are_folded() {
        // Cyrillic о and а inside Latin letters.
        assert_eq!(
            words("l\u{43e}\u{430}n"),
            ["word:loan", "shape:mixed-scripts"]
        );
        assert_eq!(words("привет"), ["word:привет"]);
    }

    #[test]
    fn unspaced_scripts_give_pairs() {
        assert_eq!(words("你好吗"), ["word:你好", "word:好吗"]);
        assert_eq!(words("はi"), ["word:は", "word:i"]);
    }

    #[test]
    fn numbers_links_and_addresses_give_shapes_and_hosts() {
        assert_eq!(
            words("$5,000 10% 2024 +1 555-010-9999 7"),
            [
                "number:money",
                "number:percent",
                "number:year",
                "number:phone",
                "number:digit"
            ]
        );
        assert_eq!(words("500 USD"), ["number:money", "word:usd"]);
        assert_eq!(
            words("https://www.a.example/x?y z@b.example!"),
            ["link:a.example", "mailto:b.example", "mark:!"]
        );
    }

    #[test]
    fn a_wallet_is_one_wherever_it_stands() {
        let ethereum = format!("0x{}", "aB3".repeat(14));
        for wallet in [
            "1BvQm7rXcY9pLkT2sWfJhE4dUaGzNn83Ko",
            "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
            &ethereum[..42],
        ] {
            let text = format!("Гаманець:{wallet}.");
            assert_eq!(words(&text), ["word:гаманець", "shape:wallet"]);
            // Another letter, and it is none.
            assert!(!words(&format!("x{wallet}")).contains(&"shape:wallet".to_owned()));
        }
        assert_eq!(
            words("1234567890 0x"),
            ["number:phone", "number:digit", "word:x"]
        );
    }

    #[test]
    fn odd_text_ends() {
        for text in [
            "'", "’", "\u{301}", "$", "a'", "a@", "://", "www.", "é’", "\u{fe0f}",
        ] {
            words(text);
        }
    }
}
