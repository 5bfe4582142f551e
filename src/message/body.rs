//! Text, links and attachments out of the MIME tree.

use std::borrow::Cow;

use mailparse::ParsedMail;
use quoted_printable::ParseMode;

use super::clean::clean;
use crate::limits;
use crate::message::{Attachment, Defect, HtmlText, Message, clean_text, html_to_text};

/// Walks the tree and fills in the message's text, HTML and attachments.
pub(super) fn collect(mail: &ParsedMail<'_>, message: &mut Message) {
    let mut budget = Budget {
        parts: limits::PARTS,
        text: limits::TEXT_BYTES,
        forwarded: limits::FORWARDED,
    };
    collect_part(mail, message, &mut budget);
}

/// What this message may still cost.
struct Budget {
    parts: usize,
    text: usize,
    forwarded: usize,
}

fn collect_part(mail: &ParsedMail<'_>, message: &mut Message, budget: &mut Budget) {
    if budget.parts == 0 {
        message.note(Defect::TooManyParts);
        return;
    }
    budget.parts -= 1;
    let mime = mail.ctype.mimetype.as_str();
    if mime.starts_with("multipart/") {
        if mail.subparts.is_empty() {
            // A boundary that never comes: a mail program shows the raw body, so read that.
            message.note(Defect::MissingBoundary);
            add_text(mail, raw_body(mail), TextKind::Plain, message, budget);
        }
        for part in &mail.subparts {
            collect_part(part, message, budget);
        }
        return;
    }
    if let Some(attachment) = attachment_of(mail) {
        message.attachments.push(attachment);
        return;
    }
    match mime {
        "text/html" => add_text(mail, raw_body(mail), TextKind::Html, message, budget),
        "text/plain" | "text/enriched" => {
            add_text(mail, raw_body(mail), TextKind::Plain, message, budget);
        }
        "message/rfc822" => add_forwarded(mail, message, budget),
        _ => {}
    }
}

/// A forwarded message is read as part of the text: a mail program shows it in place.
fn add_forwarded(mail: &ParsedMail<'_>, message: &mut Message, budget: &mut Budget) {
    if budget.forwarded == 0 {
        message.note(Defect::TooManyParts);
        return;
    }
    budget.forwarded -= 1;
    if let Ok(inner) = mailparse::parse_mail(raw_body(mail)) {
        collect_part(&inner, message, budget);
    }
}

fn attachment_of(mail: &ParsedMail<'_>) -> Option<Attachment> {
    let mime = &mail.ctype.mimetype;
    let is_shown = matches!(
        mime.as_str(),
        "text/plain" | "text/html" | "text/enriched" | "message/rfc822"
    );
    let disposition = mail
        .headers
        .iter()
        .find(|header| {
            header
                .get_key_raw()
                .eq_ignore_ascii_case(b"content-disposition")
        })
        .filter(|header| header.get_value_raw().len() <= limits::CONTENT_HEADER_BYTES)
        .map(|header| mailparse::parse_content_disposition(&header.get_value()));
    let attached = disposition.as_ref().is_some_and(|disposition| {
        disposition.disposition == mailparse::DispositionType::Attachment
    });
    if !attached && is_shown {
        return None;
    }
    let name = disposition
        .and_then(|disposition| disposition.params.get("filename").cloned())
        .or_else(|| mail.ctype.params.get("name").cloned())
        .map(|name| clean_text(&name).to_lowercase());
    Some(Attachment {
        mime: clean_text(mime).to_lowercase(),
        name,
    })
}

#[derive(Clone, Copy, PartialEq)]
enum TextKind {
    Plain,
    Html,
}

fn add_text(
    mail: &ParsedMail<'_>,
    encoded: &[u8],
    kind: TextKind,
    message: &mut Message,
    budget: &mut Budget,
) {
    let bytes = undo_transfer_encoding(mail, encoded, message);
    let text = decode_charset(&bytes, &mail.ctype.charset, message);
    let cap = match kind {
        TextKind::Plain => budget.text,
        TextKind::Html => budget.text.min(limits::HTML_BYTES),
    };
    let kept = prefix(&text, cap);
    if kept.len() < text.len() {
        message.note(Defect::TooMuchText);
    }
    budget.text -= kept.len();
    match kind {
        TextKind::Plain => {
            if !message.plain.is_empty() {
                message.plain.push('\n');
            }
            message.plain.push_str(&clean(kept));
        }
        TextKind::Html => {
            let html = html_to_text(kept);
            match &mut message.html {
                Some(earlier) => earlier.append(html),
                None => message.html = Some(html),
            }
        }
    }
}

/// The longest prefix of at most `bytes` bytes that ends at a character boundary.
fn prefix(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

/// The part's bytes behind its headers, as they stand. mailparse gives none for a multipart whose
/// boundary never comes.
fn raw_body<'a>(mail: &ParsedMail<'a>) -> &'a [u8] {
    let header_bytes = mail.get_headers().get_raw_bytes().len();
    &mail.raw_bytes[header_bytes..]
}

#[derive(Debug, PartialEq)]
enum TransferEncoding {
    Identity,
    Base64,
    QuotedPrintable,
}

/// Undoes the transfer encoding as mail programs do, not as the grammar says: a body must not
/// hide behind `base64;`, `"base64"` or one illegal byte.
fn undo_transfer_encoding<'a>(
    mail: &ParsedMail<'_>,
    encoded: &'a [u8],
    message: &mut Message,
) -> Cow<'a, [u8]> {
    let declared = mail.headers.iter().find(|header| {
        header
            .get_key_raw()
            .eq_ignore_ascii_case(b"content-transfer-encoding")
    });
    let encoding = match declared {
        None => TransferEncoding::Identity,
        Some(header) => {
            let value = header.get_value();
            let (encoding, regular) = transfer_encoding(&value);
            if !regular {
                message.note(Defect::OddTransferEncoding);
            }
            encoding
        }
    };
    match encoding {
        TransferEncoding::Identity => Cow::Borrowed(encoded),
        TransferEncoding::QuotedPrintable => Cow::Owned(
            quoted_printable::decode(encoded, ParseMode::Robust)
                .unwrap_or_else(|_| encoded.to_vec()),
        ),
        TransferEncoding::Base64 => {
            let (bytes, clean) = decode_base64(encoded);
            if !clean {
                message.note(Defect::BrokenBase64);
            }
            Cow::Owned(bytes)
        }
    }
}

/// The encoding a header value means, and whether it was written as it should be.
fn transfer_encoding(value: &str) -> (TransferEncoding, bool) {
    let lower = value.to_ascii_lowercase();
    let after_comment = match lower.trim_start().strip_prefix('(') {
        Some(comment) => comment.split_once(')').map_or("", |(_, rest)| rest),
        None => &lower,
    };
    let word: String = after_comment
        .chars()
        .skip_while(|c| !c.is_ascii_alphanumeric())
        .take_while(|c| c.is_ascii_alphanumeric() || *c == '-')
        .collect();
    let encoding = match word.as_str() {
        "base64" => TransferEncoding::Base64,
        "quoted-printable" => TransferEncoding::QuotedPrintable,
        _ => TransferEncoding::Identity,
    };
    let known = matches!(
        word.as_str(),
        "base64" | "quoted-printable" | "7bit" | "8bit" | "binary"
    );
    (encoding, known && lower.trim() == word)
}

/// Base64 that skips what does not belong and reads on after padding; false if it had to.
fn decode_base64(encoded: &[u8]) -> (Vec<u8>, bool) {
    let mut out = Vec::with_capacity(encoded.len() / 4 * 3);
    let (mut bits, mut n_bits, mut clean) = (0u32, 0u32, true);
    for &byte in encoded {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => {
                (bits, n_bits) = (0, 0);
                continue;
            }
            _ => {
                clean &= byte.is_ascii_whitespace();
                continue;
            }
        };
        bits = bits << 6 | u32::from(value);
        n_bits += 6;
        if n_bits >= 8 {
            n_bits -= 8;
            out.push((bits >> n_bits) as u8);
        }
    }
    (out, clean)
}

fn decode_charset<'a>(bytes: &'a [u8], declared: &str, message: &mut Message) -> Cow<'a, str> {
    let label = declared.trim().trim_matches(['"', '\'']);
    if label.is_empty() || label.eq_ignore_ascii_case("us-ascii") {
        return decode_undeclared(bytes);
    }
    match encoding_rs::Encoding::for_label_no_replacement(label.as_bytes()) {
        Some(encoding) => encoding.decode(bytes).0,
        None => {
            message.note(Defect::UnknownCharset);
            decode_undeclared(bytes)
        }
    }
}

/// Bytes with no declared charset: UTF-8 if they are valid as that, else Windows-1252, which
/// gives every byte a meaning.
pub(super) fn decode_undeclared(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => {
            encoding_rs::WINDOWS_1252
                .decode_without_bom_handling(bytes)
                .0
        }
    }
}

impl HtmlText {
    fn append(&mut self, other: HtmlText) {
        self.text.push('\n');
        self.text.push_str(&other.text);
        self.links.extend(other.links);
        self.links.truncate(limits::LINKS);
        self.images += other.images;
        self.hidden += other.hidden;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transfer_encodings_as_mail_programs_read_them() {
        for odd in ["base64;", "\"base64\"", "base64 (x)", "(x) base64"] {
            let (encoding, regular) = transfer_encoding(odd);
            assert!(!regular, "{odd}");
            assert_eq!(encoding, TransferEncoding::Base64, "{odd}");
        }
        assert_eq!(
            transfer_encoding(" BASE64 "),
            (TransferEncoding::Base64, true)
        );
    }

    #[test]
    fn one_bad_byte_does_not_hide_a_body() {
        assert_eq!(decode_base64(b"SGVs!bG8="), (b"Hello".to_vec(), false));
        assert_eq!(decode_base64(b"SGk=\r\nSGk=\r\n"), (b"HiHi".to_vec(), true));
    }

    #[test]
    fn a_boundary_that_never_comes_shows_the_raw_body() {
        let mail = b"Content-Type: multipart/mixed; boundary=\"=A B\"\n\n--= A B\n\nbuy this\n";
        let message = Message::parse(mail);
        assert!(message.visible_text().contains("buy this"));
        assert_eq!(message.defects, [Defect::MissingBoundary]);
    }

    #[test]
    fn charsets_decode_as_browsers_do() {
        let mail = b"Content-Type: text/plain; charset=iso-8859-1\n\n\x93hi\x94 \xa37,000";
        assert_eq!(
            Message::parse(mail).visible_text(),
            "\u{201c}hi\u{201d} £7,000"
        );
    }

    #[test]
    fn forwarded_messages_are_read() {
        let mail = b"Content-Type: message/rfc822\n\nSubject: inner\n\nthe offer\n";
        assert!(Message::parse(mail).visible_text().contains("the offer"));
    }
}
