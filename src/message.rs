//! Bytes of a mail → [`Message`]: headers, addresses, decoded text parts, links, attachments.
//!
//! Never fails and never panics: what cannot be read is left out and named as a [`Defect`]. The
//! structure is mailparse's, behind the guards of [`crate::limits`].

mod address;
mod body;
mod clean;
mod defect;
mod encoded_words;
mod guard;
mod html;

use crate::limits;

pub use address::{Address, addresses_of};
pub use clean::{clean_text, fold_look_alikes, is_invisible, lower_case, mixes_scripts};
pub use defect::Defect;
pub use html::{HtmlText, LINK_MARK, html_to_text};

/// The top-level header fields of a message, in their order.
#[derive(Debug, Clone, Default)]
pub struct Headers {
    /// Names in lower case and values, one after the other.
    bytes: Vec<u8>,
    fields: Vec<Field>,
}

/// Where a field lies in [`Headers::bytes`].
#[derive(Debug, Clone, Copy)]
struct Field {
    name: usize,
    value: usize,
    end: usize,
    tag: u32,
}

/// Tells nearly all names apart at one comparison: nearly every field that is asked for is absent.
fn tag_of(name: &[u8]) -> u32 {
    let byte = |at: usize| name.get(at).copied().unwrap_or_default();
    let end = name.len().saturating_sub(1);
    u32::from_le_bytes([name.len() as u8, byte(2), byte(end / 2), byte(end)])
}

impl Headers {
    /// Number of fields.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// True if there is not one field.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// All fields of this name (lower case), in their order.
    pub fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = Header<'a>> {
        let tag = tag_of(name.as_bytes());
        self.fields
            .iter()
            .filter(move |field| {
                field.tag == tag && &self.bytes[field.name..field.value] == name.as_bytes()
            })
            .map(|field| Header {
                raw: &self.bytes[field.value..field.end],
            })
    }

    /// All fields with their names (lower case), in their order. A name that is not text is empty.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Header<'_>)> {
        self.fields.iter().map(|field| {
            let name = std::str::from_utf8(&self.bytes[field.name..field.value]);
            let raw = &self.bytes[field.value..field.end];
            (name.unwrap_or_default(), Header { raw })
        })
    }

    fn push(&mut self, name: &[u8], value: &[u8]) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(name.trim_ascii_end());
        self.bytes[start..].make_ascii_lowercase();
        let middle = self.bytes.len();
        self.bytes.extend_from_slice(value);
        self.fields.push(Field {
            name: start,
            value: middle,
            end: self.bytes.len(),
            tag: tag_of(&self.bytes[start..middle]),
        });
    }
}

/// The value of one header field, folding undone on read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header<'a> {
    raw: &'a [u8],
}

impl<'a> Header<'a> {
    /// The value as text: unfolded, undeclared 8-bit bytes read as UTF-8 or Windows-1252, encoded
    /// words left as they stand.
    pub fn text(&self) -> String {
        let text = body::decode_undeclared(self.raw);
        let mut unfolded = String::with_capacity(text.len());
        for line in text.split(['\r', '\n']).filter(|line| !line.is_empty()) {
            if unfolded.is_empty() {
                unfolded.push_str(line.trim());
            } else {
                unfolded.push(' ');
                unfolded.push_str(line.trim());
            }
        }
        unfolded
    }

    /// The value with encoded words decoded and invisible characters removed; undecoded if it is
    /// longer than [`limits::HEADER_BYTES`] or takes more than [`limits::HEADER_STEPS`].
    pub fn decoded(&self) -> String {
        if self.raw.len() > limits::HEADER_BYTES
            || !self.raw.contains(&b'=')
            || !encoded_words::decode_within(limits::HEADER_STEPS, self.raw)
        {
            return clean_text(&self.text());
        }
        let mut line = b"X:".to_vec();
        line.extend_from_slice(self.raw);
        match mailparse::parse_header(&line) {
            Ok((header, _)) => clean_text(&header.get_value()),
            Err(_) => clean_text(&self.text()),
        }
    }

    /// The undecoded bytes of the value.
    pub fn raw(&self) -> &'a [u8] {
        self.raw
    }
}

/// A link of an HTML part, or a bare address in text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Target as written, entities undone.
    pub target: String,
    /// The words the reader sees in its place; empty for a bare address.
    pub text: String,
}

/// One attached file, by its declared type and name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// MIME type in lower case.
    pub mime: String,
    /// File name in lower case, if given.
    pub name: Option<String>,
}

/// A mail as a reader's program would show it.
#[derive(Debug, Clone, Default)]
pub struct Message {
    /// Top-level header fields in their order.
    pub headers: Headers,
    /// Sender as given in `From`.
    pub from: Option<Address>,
    /// Subject, decoded; empty if there is none.
    pub subject: String,
    /// Text of all `text/plain` parts, cleaned.
    pub plain: String,
    /// Text of all `text/html` parts as a reader sees it, cleaned.
    pub html: Option<HtmlText>,
    /// Attached files.
    pub attachments: Vec<Attachment>,
    /// When it was sent, in seconds since 1970, where that is known from elsewhere than `Date`.
    pub sent: Option<i64>,
    /// Wrong but bearable things, each once.
    pub defects: Vec<Defect>,
}

impl Message {
    /// Reads a message from its bytes; at most the first [`limits::MESSAGE_BYTES`].
    pub fn parse(bytes: &[u8]) -> Message {
        let mut message = Message::default();
        let bytes = if bytes.len() > limits::MESSAGE_BYTES {
            message.note(Defect::Truncated);
            &bytes[..limits::MESSAGE_BYTES]
        } else {
            bytes
        };
        if bytes.iter().all(u8::is_ascii_whitespace) {
            message.note(Defect::Empty);
            return message;
        }
        let (guarded, was_cut) = guard::cut_content_headers(bytes);
        if was_cut {
            message.note(Defect::OversizedHeader);
        }
        match mailparse::parse_mail(&guarded) {
            Ok(mail) => {
                message.keep_headers(&mail.headers);
                body::collect(&mail, &mut message);
            }
            Err(_) => message.read_without_structure(&guarded),
        }
        if message.headers.is_empty() {
            message.note(Defect::NoHeaders);
        }
        message
    }

    /// Reads the headers of a message only, as far as [`limits::HEADERS_BYTES`] reach.
    pub fn parse_headers(bytes: &[u8]) -> Message {
        let mut message = Message::default();
        let bytes = &bytes[..bytes.len().min(limits::HEADERS_BYTES)];
        let (guarded, _) = guard::cut_content_headers(bytes);
        match mailparse::parse_headers(&guarded) {
            Ok((headers, _)) => message.keep_headers(&headers),
            Err(_) => message.note(Defect::Unparsable),
        }
        message
    }

    /// The first header of this name (lower case), decoded.
    pub fn header(&self, name: &str) -> Option<String> {
        self.raw_header(name).map(|header| header.decoded())
    }

    /// The first header of this name (lower case).
    pub fn raw_header<'a>(&'a self, name: &'a str) -> Option<Header<'a>> {
        self.headers.named(name).next()
    }

    /// `Message-ID` without its angle brackets.
    pub fn message_id(&self) -> Option<String> {
        let value = self.raw_header("message-id")?.text();
        let id = value.trim();
        let id = match (id.find('<'), id.rfind('>')) {
            (Some(open), Some(close)) if open < close => &id[open + 1..close],
            _ => id,
        };
        let id = clean_text(id.trim());
        (!id.is_empty()).then_some(id)
    }

    /// `Date` in seconds since 1970; absent in about 2 % of real mail, and a claim in the rest.
    pub fn date(&self) -> Option<i64> {
        let Some(header) = self.raw_header("date") else {
            return self.sent;
        };
        if header.raw.len() > 200 {
            return None;
        }
        // 0 is what mailparse makes of a text without a date.
        mailparse::dateparse(&header.text())
            .ok()
            .filter(|&seconds| seconds != 0)
    }

    /// The text a reader sees: the HTML part where it has the substance, else the plain part.
    pub fn visible_text(&self) -> &str {
        match &self.html {
            Some(html) if html.text.len() * 4 >= self.plain.len() => &html.text,
            _ => &self.plain,
        }
    }

    /// Notes a defect once.
    pub(crate) fn note(&mut self, defect: Defect) {
        if !self.defects.contains(&defect) {
            self.defects.push(defect);
        }
    }

    fn keep_headers(&mut self, headers: &[mailparse::MailHeader<'_>]) {
        let mut total = 0;
        for header in headers {
            let raw = header.get_value_raw();
            total += raw.len();
            if total > limits::HEADERS_BYTES || self.headers.len() == limits::HEADER_FIELDS {
                self.note(Defect::OversizedHeader);
                break;
            }
            if raw.len() > limits::HEADER_BYTES {
                self.note(Defect::OversizedHeader);
            }
            self.headers.push(header.get_key_raw(), raw);
        }
        self.from = self.raw_header("from").and_then(Address::of_header);
        self.subject = self.header("subject").unwrap_or_default();
    }

    /// What is left when the structure cannot be read: the headers, and the raw text so that the
    /// owner at least sees why it was left alone.
    fn read_without_structure(&mut self, bytes: &[u8]) {
        self.note(Defect::Unparsable);
        let head = &bytes[..bytes.len().min(limits::HEADERS_BYTES)];
        let head = &head[head.iter().take_while(|b| b.is_ascii_whitespace()).count()..];
        if let Ok((headers, _)) = mailparse::parse_headers(head) {
            self.keep_headers(&headers);
        }
        let text = body::decode_undeclared(&head[..head.len().min(limits::HEADER_BYTES)]);
        self.plain = clean_text(&text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_headers_text_and_id() {
        let mail = b"From: =?utf-8?q?Ren=C3=A9e?= <r@x.example>\r\nSubject: =?utf-8?b?SGkh?=\r\n\
            Message-ID:\r\n <abc@x.example>\r\nDate: Tue, 1 Jul 2003 10:52:37 +0200\r\n\r\nHello\r\n";
        let message = Message::parse(mail);
        assert_eq!(message.subject, "Hi!");
        assert_eq!(
            message.from.as_ref().and_then(|from| from.name.as_deref()),
            Some("Renée")
        );
        assert_eq!(message.message_id().as_deref(), Some("abc@x.example"));
        assert_eq!(message.date(), Some(1_057_049_557));
        assert_eq!(message.visible_text().trim(), "Hello");
        assert!(message.defects.is_empty());
    }

    #[test]
    fn a_message_that_cannot_be_read_keeps_its_headers_and_says_so() {
        let message = Message::parse(b" leading space\nSubject: x\n\nbody");
        assert_eq!(message.defects, [Defect::Unparsable]);
        assert_eq!(message.subject, "x");
        assert_eq!(Message::parse(b"").defects, [Defect::Empty]);
    }
}
