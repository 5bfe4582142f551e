//! What it costs mailparse to decode the encoded words of a header value (RFC 2047), told before it
//! is asked to.
//!
//! From every `=?` it looks for an end, and at every `?=` it counts characters from the start of the
//! line: the time grows with the cube of the length where beginnings and ends do not belong together,
//! which no mail program writes.

use memchr::memmem;

/// True if decoding takes at most so many steps, of a character or a byte each.
pub(super) fn decode_within(steps: usize, value: &[u8]) -> bool {
    let mut left = steps;
    value
        .split(|byte| *byte == b'\n')
        .all(|line| pay_for(line, &mut left).is_some())
}

/// Takes what a line costs from what is left; none if that is not enough.
fn pay_for(line: &[u8], left: &mut usize) -> Option<()> {
    let mut pay = |steps: usize| left.checked_sub(steps).map(|rest| *left = rest);
    // Where a character is not a byte, mailparse looks for what is around a word in other places
    // than where it stands; then the dearest is assumed: that no end is one.
    let is_ascii = line.is_ascii();
    let width = if is_ascii { 1 } else { 2 };
    let mut at = 0;
    while let Some(begin) = find(line, at, b"=?") {
        pay(width * begin)?;
        at = begin + 2;
        if is_ascii && !is_around_word(begin.checked_sub(1).map(|before| line[before])) {
            continue;
        }
        let mut after = at;
        loop {
            let Some(end) = find(line, after, b"?=") else {
                pay(width * (line.len() - after))?;
                break;
            };
            pay(width * end)?;
            after = end + 2;
            if is_ascii && is_around_word(line.get(after).copied()) {
                at = after;
                break;
            }
        }
    }
    Some(())
}

fn find(line: &[u8], from: usize, what: &[u8; 2]) -> Option<usize> {
    memmem::find(line.get(from..)?, what).map(|offset| from + offset)
}

/// What mailparse takes for the surroundings of a word.
fn is_around_word(byte: Option<u8>) -> bool {
    byte.is_none_or(|byte| {
        matches!(
            byte,
            b'\t'..=b'\r' | b' ' | b'"' | b'(' | b')' | b'<' | b'>' | b','
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::{CONTENT_HEADER_STEPS, HEADER_BYTES, HEADER_STEPS};

    #[test]
    fn what_mail_programs_write_is_decoded() {
        let word = "=?utf-8?B?4A4A4A4A4A4A4A4A4A4A4A4A4A4A4A4A4A4A4A4A4A4A4A4A4A4A4A==?=";
        let longest = format!(" {word}").repeat(HEADER_BYTES / (word.len() + 1));
        assert!(decode_within(HEADER_STEPS, longest.as_bytes()));
        let folded = format!("\n {word}").repeat(HEADER_BYTES / (word.len() + 2));
        assert!(decode_within(CONTENT_HEADER_STEPS, folded.as_bytes()));
        let name = format!("attachment; filename=\"{word} {word} {word} {word}\"");
        assert!(decode_within(CONTENT_HEADER_STEPS, name.as_bytes()));
        assert!(decode_within(0, b"no word at all"));
    }

    #[test]
    fn what_takes_cubic_time_is_not() {
        for (begin, end) in [
            (" =?", "?=x"),
            (" =?", ""),
            ("\u{e9} =?", "?= "),
            (" =?a?=x", ""),
        ] {
            let value = [begin.repeat(1_000), end.repeat(1_000)].concat();
            let value = &value.as_bytes()[..value.len().min(HEADER_BYTES)];
            assert!(!decode_within(HEADER_STEPS, value), "{begin}{end}");
        }
    }
}
