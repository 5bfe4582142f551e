//! The pass over the raw bytes that runs before any parser: cuts what parsers choke on.

use std::borrow::Cow;

use memchr::{memchr, memmem};

use super::encoded_words;
use crate::limits;

/// Cuts every logical header line that starts `content-`, in any part, at
/// [`limits::CONTENT_HEADER_BYTES`], and undoes its encoded words if they take more than
/// [`limits::CONTENT_HEADER_STEPS`]. One linear pass; true if something was changed.
///
/// Body lines that happen to start that way are changed too: they would have to be as long or as odd.
pub(super) fn cut_content_headers(bytes: &[u8]) -> (Cow<'_, [u8]>, bool) {
    let mut kept: Option<Vec<u8>> = None;
    let mut copied = 0;
    let mut at = 0;
    while at < bytes.len() {
        let end = line_end(bytes, at);
        if !starts_content(&bytes[at..end]) {
            at = end;
            continue;
        }
        let logical = logical_end(bytes, end);
        if let Some(tame) = tamed(&bytes[at..logical]) {
            let out = kept.get_or_insert_with(|| Vec::with_capacity(bytes.len()));
            out.extend_from_slice(&bytes[copied..at]);
            out.extend(tame);
            copied = logical;
        }
        at = logical;
    }
    match kept {
        None => (Cow::Borrowed(bytes), false),
        Some(mut out) => {
            out.extend_from_slice(&bytes[copied..]);
            (Cow::Owned(out), true)
        }
    }
}

/// A logical line as parsers can bear it; none if it is already.
fn tamed(line: &[u8]) -> Option<Vec<u8>> {
    let head = &line[..line.len().min(limits::CONTENT_HEADER_BYTES)];
    let is_dear = !encoded_words::decode_within(limits::CONTENT_HEADER_STEPS, head);
    if !is_dear && head.len() == line.len() {
        return None;
    }
    let mut tame = head.to_vec();
    if is_dear {
        // What does not begin is not decoded, and may yet be read.
        for begin in memmem::find_iter(head, b"=?") {
            tame[begin + 1] = b'_';
        }
    }
    if head.len() < line.len() {
        tame.push(b'\n');
    }
    Some(tame)
}

fn starts_content(line: &[u8]) -> bool {
    line.len() >= 8 && line[..8].eq_ignore_ascii_case(b"content-")
}

/// Index just past the line that starts at `at`.
fn line_end(bytes: &[u8], at: usize) -> usize {
    memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |offset| at + offset + 1)
}

/// Index just past the continuation lines that start at `at`.
fn logical_end(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() && matches!(bytes[at], b' ' | b'\t') {
        at = line_end(bytes, at);
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_lines_are_borrowed_unchanged() {
        let mail = b"Content-Type: text/plain;\n charset=utf-8\n\nbody";
        let (kept, was_cut) = cut_content_headers(mail);
        assert!(matches!(kept, Cow::Borrowed(_)) && !was_cut);
        assert_eq!(&*kept, mail);
    }

    #[test]
    fn content_lines_whose_words_take_long_lose_them_and_nothing_else() {
        let odd = format!("{}{}", " =?".repeat(200), "?=x".repeat(200));
        let mail = format!("Content-Type: text/html; x={odd}\nSubject: {odd}\n\nbody");
        let (kept, was_cut) = cut_content_headers(mail.as_bytes());
        let plain = odd.replace("=?", "=_");
        let expected = format!("Content-Type: text/html; x={plain}\nSubject: {odd}\n\nbody");
        assert!(was_cut);
        assert_eq!(String::from_utf8_lossy(&kept), expected);
    }

    #[test]
    fn long_content_lines_are_cut_and_the_rest_kept() {
        let mut mail = b"Subject: s\nCONTENT-type: text/plain".to_vec();
        for n in 0..10_000 {
            mail.extend_from_slice(format!(";\n p{n}*0*=utf-8''v").as_bytes());
        }
        mail.extend_from_slice(b"\nX: y\n\nbody");
        let (kept, was_cut) = cut_content_headers(&mail);
        assert!(was_cut && kept.len() < 4 * 1024 + 200);
        assert!(kept.ends_with(b"\nX: y\n\nbody"));
    }
}
