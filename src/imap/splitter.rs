//! Cuts what a server sends into replies: lines with the literals in them. Linear in its bytes.

use memchr::memchr;

/// Whole replies cut out of a stream.
#[derive(Debug, Default)]
pub(super) struct Splitter {
    /// The reply so far.
    reply: Vec<u8>,
    /// Where its last line begins, after the last literal.
    line: usize,
    /// Bytes of a literal that are still to come.
    literal: usize,
}

/// What became of some bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Cut {
    /// How many of them were used.
    pub(super) used: usize,
    /// The reply that they complete, its line end included.
    pub(super) reply: Option<Vec<u8>>,
}

impl Splitter {
    /// Takes bytes up to the end of a reply.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Cut {
        let mut used = 0;
        while used < bytes.len() {
            let rest = &bytes[used..];
            if self.literal > 0 {
                let part = self.literal.min(rest.len());
                self.reply.extend_from_slice(&rest[..part]);
                self.literal -= part;
                self.line = self.reply.len();
                used += part;
                continue;
            }
            let end = memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
            self.reply.extend_from_slice(&rest[..end]);
            used += end;
            if !self.reply.ends_with(b"\n") {
                break;
            }
            match announced(&self.reply, self.line) {
                Some(bytes) => {
                    self.literal = bytes;
                    self.line = self.reply.len();
                }
                None => {
                    self.line = 0;
                    let reply = Some(std::mem::take(&mut self.reply));
                    return Cut { used, reply };
                }
            }
        }
        Cut { used, reply: None }
    }

    /// Bytes of the reply so far, with the rest of a literal that was announced.
    pub(super) fn pending(&self) -> usize {
        self.reply.len().saturating_add(self.literal)
    }
}

/// The literal that the last line announces: `{12}` or `{12+}` at its end. What people are to read
/// announces nothing, whatever it ends in.
fn announced(reply: &[u8], line: usize) -> Option<usize> {
    let last = reply[line..].trim_ascii_end();
    let inside = last.strip_suffix(b"}")?;
    let digits = inside.strip_suffix(b"+").unwrap_or(inside);
    let open = digits.iter().rposition(|byte| !byte.is_ascii_digit())?;
    if digits[open] != b'{' || open + 1 == digits.len() || is_spoken(reply) {
        return None;
    }
    let number = std::str::from_utf8(&digits[open + 1..]).ok()?;
    // A number beyond all bounds is refused by the budget of the answer.
    Some(number.parse().unwrap_or(usize::MAX))
}

/// True for what is text to its end: status replies, tagged or not, and `+`.
fn is_spoken(reply: &[u8]) -> bool {
    let Some(rest) = reply.strip_prefix(b"* ") else {
        return true;
    };
    let word = rest.split(|byte| byte.is_ascii_whitespace()).next();
    let is = |name: &[u8]| word.is_some_and(|word| word.eq_ignore_ascii_case(name));
    [&b"OK"[..], b"NO", b"BAD", b"BYE", b"PREAUTH"]
        .into_iter()
        .any(is)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::properties::cases;

    fn split(bytes: &[u8], step: usize) -> Vec<Vec<u8>> {
        let mut splitter = Splitter::default();
        let mut replies = Vec::new();
        for chunk in bytes.chunks(step) {
            let mut at = 0;
            while at < chunk.len() {
                let cut = splitter.take(&chunk[at..]);
                at += cut.used;
                replies.extend(cut.reply);
            }
        }
        replies
    }

    #[test]
    fn literals_belong_to_their_line() {
        let first = b"* 1 FETCH (BODY[] {7}\r\na\r\n{9}\n UID 3 X ~{0+}\r\n)\r\n";
        let second = b"* OK read the notes {5}\r\n";
        let third = b"a1 OK {5}\n";
        let bytes = [&first[..], second, third].concat();
        for step in 1..bytes.len() {
            assert_eq!(split(&bytes, step), [&first[..], second, third], "{step}");
        }
    }

    #[test]
    fn a_literal_beyond_all_bounds_is_seen_before_it_comes() {
        for number in ["4294967295", "99999999999999999999999999"] {
            let mut splitter = Splitter::default();
            splitter.take(format!("* 1 FETCH (BODY[] {{{number}}}\r\nx").as_bytes());
            assert!(splitter.pending() > 4_000_000_000, "{number}");
        }
    }

    proptest! {
        #![proptest_config(cases(2_000))]
        #[test]
        fn the_size_of_the_chunks_does_not_matter(bytes in "[*a1 {}+0-9\r\n\"]{0,200}", step in 1usize..40) {
            let bytes = bytes.as_bytes();
            prop_assert_eq!(split(bytes, step), split(bytes, bytes.len().max(1)));
        }
    }
}
