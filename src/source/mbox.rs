//! Streaming mbox: mboxo, mboxrd, LF and CRLF.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::sync::Arc;

use memchr::{memchr, memmem};

use super::{Content, RawMessage, Rest, SourceError, read_error};
use crate::limits;

/// Bytes read at a time.
const CHUNK: usize = 256 << 10;

/// Bytes a separator and the line after it are looked for in; longer lines are neither.
const LOOKAHEAD: usize = 2 << 10;

/// Splits an mbox into messages, holding one at a time.
///
/// A line that starts `From ` separates only if it follows an empty line (or starts the file),
/// ends like an envelope date, and is followed by a header line (or an empty one). A bare `From `
/// needs the header line. So neither a sentence that starts "From" nor an unquoted copy of a
/// separator inside prose splits a message.
pub struct MboxReader<R> {
    name: Arc<str>,
    reader: R,
    rest: Rest,
    index: u64,
    /// Bytes read; those from `start` to `end` are not yet handed out.
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    at_end: bool,
}

impl<R: Read> MboxReader<R> {
    /// Reads from a stream whose first line is a separator.
    pub fn new(name: Arc<str>, reader: R, rest: Rest) -> Self {
        MboxReader {
            name,
            reader,
            rest,
            index: 0,
            buffer: Vec::new(),
            start: 0,
            end: 0,
            at_end: false,
        }
    }

    /// The next message, or none at the end.
    ///
    /// # Errors
    /// If the stream cannot be read on.
    pub fn next_message(&mut self) -> Result<Option<RawMessage>, SourceError> {
        let name = self.name.clone();
        self.read_message()
            .map_err(|cause| read_error(&name, cause))
    }

    fn read_message(&mut self) -> io::Result<Option<RawMessage>> {
        self.fill(LOOKAHEAD)?;
        let Some(separator) = self.take_line() else {
            return Ok(None);
        };
        let mut sink = Sink::new(self.rest);
        loop {
            match self.find_separator() {
                Find::At(offset) => {
                    sink.push(&self.at_hand()[..offset])?;
                    self.start += offset;
                    break;
                }
                // A separator may begin in what is kept; the rest is the message's.
                Find::Unknown { certain } if !self.at_end => {
                    sink.push(&self.at_hand()[..certain])?;
                    self.start += certain;
                    self.fill(self.at_hand().len() + 1)?;
                }
                Find::Unknown { .. } => {
                    sink.push(self.at_hand())?;
                    self.start = self.end;
                    break;
                }
            }
        }
        let (bytes, rest) = sink.finish()?;
        let message = RawMessage {
            source: self.name.clone(),
            index: self.index,
            separator: Some(separator),
            content: Content::Mail(bytes),
            rest,
        };
        self.index += 1;
        Ok(Some(message))
    }

    /// What was read and not yet handed out.
    fn at_hand(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Reads on until this many bytes are at hand, or the end.
    fn fill(&mut self, wanted: usize) -> io::Result<()> {
        while !self.at_end && self.at_hand().len() < wanted {
            if self.buffer.len() - self.end < CHUNK {
                self.buffer.copy_within(self.start..self.end, 0);
                self.end -= self.start;
                self.start = 0;
                self.buffer
                    .resize(self.buffer.len().max(self.end + CHUNK), 0);
            }
            let n = self.reader.read(&mut self.buffer[self.end..])?;
            self.end += n;
            self.at_end = n == 0;
        }
        Ok(())
    }

    fn take_line(&mut self) -> Option<Vec<u8>> {
        let rest = self.at_hand();
        let end = memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
        let line = rest[..end].to_vec();
        self.start += end;
        (!line.is_empty()).then_some(line)
    }

    /// Looks for the next separator in what is at hand.
    fn find_separator(&self) -> Find {
        let rest = self.at_hand();
        let mut from = 0;
        while let Some(offset) = memmem::find(&rest[from..], b"\nFrom ") {
            let at = from + offset + 1;
            if rest.len() - at < LOOKAHEAD && !self.at_end {
                return Find::Unknown {
                    certain: at.saturating_sub(LEAD),
                };
            }
            if follows_blank(&rest[..at]) && separates(&rest[at..]) {
                return Find::At(at);
            }
            from = at;
        }
        Find::Unknown {
            certain: rest.len().saturating_sub(LEAD + b"\nFrom ".len()),
        }
    }
}

/// Bytes before a separator that decide whether it is one: the end of the empty line.
const LEAD: usize = 4;

/// Where the next separator is.
enum Find {
    /// At this offset.
    At(usize),
    /// Not known yet; so many bytes are certainly no part of one.
    Unknown { certain: usize },
}

/// The line before a message that has none of its own, or none by which it would be found again.
pub const SEPARATOR: &[u8] = b"From MAILER-DAEMON Thu Jan  1 00:00:00 1970\n";

/// True if a message is found again with this line before it, whatever its own first line is.
pub fn separates_from(line: &[u8], message: &[u8]) -> bool {
    separates(&[line, &message[..message.len().min(LOOKAHEAD)]].concat())
}

/// True if the line before is empty. The message's first line follows the separator itself, which
/// has been taken already: then there is no line before.
fn follows_blank(before: &[u8]) -> bool {
    matches!(before, b"\n" | b"\r\n") || before.ends_with(b"\n\n") || before.ends_with(b"\n\r\n")
}

/// True if the text starts with a separator and what may follow one.
fn separates(text: &[u8]) -> bool {
    let text = &text[..text.len().min(LOOKAHEAD)];
    let Some(end) = memchr(b'\n', text) else {
        return is_separator(text);
    };
    let next = &text[end + 1..];
    let next = &next[..memchr(b'\n', next).map_or(next.len(), |end| end + 1)];
    let line = &text[..end];
    // What this program wrote was quoted: there it stands before messages only.
    text.starts_with(SEPARATOR)
        || is_separator(line) && (next.is_empty() || starts_header(next) || is_blank(next))
        || is_bare(line) && starts_header(next)
}

/// True for `From ` and nothing else: what Thunderbird writes.
fn is_bare(line: &[u8]) -> bool {
    line.strip_prefix(b"From ")
        .is_some_and(|rest| rest.trim_ascii().is_empty())
}

/// Collects a message: its head in memory, the rest nowhere or on disk.
struct Sink {
    head: Vec<u8>,
    rest: Rest,
    spilled: Option<io::BufWriter<File>>,
}

impl Sink {
    fn new(rest: Rest) -> Sink {
        Sink {
            head: Vec::new(),
            rest,
            spilled: None,
        }
    }

    fn push(&mut self, bytes: &[u8]) -> io::Result<()> {
        let room = (limits::MESSAGE_BYTES + 1).saturating_sub(self.head.len());
        let (head, tail) = bytes.split_at(bytes.len().min(room));
        self.head.extend_from_slice(head);
        if tail.is_empty() || self.rest == Rest::Skip {
            return Ok(());
        }
        if self.spilled.is_none() {
            self.spilled = Some(io::BufWriter::new(tempfile::tempfile()?));
        }
        match &mut self.spilled {
            Some(file) => file.write_all(tail),
            None => Ok(()),
        }
    }

    fn finish(self) -> io::Result<(Vec<u8>, Option<File>)> {
        let rest = match self.spilled {
            None => None,
            Some(writer) => {
                let mut file = writer
                    .into_inner()
                    .map_err(io::IntoInnerError::into_error)?;
                file.rewind()?;
                Some(file)
            }
        };
        Ok((self.head, rest))
    }
}

/// True for a line of the shape `From SENDER … HH:MM[:SS] … YYYY …`.
pub fn is_separator(line: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(b"From ") else {
        return false;
    };
    let mut words = rest
        .split(|b| b.is_ascii_whitespace())
        .filter(|word| !word.is_empty());
    let has_time = words.clone().any(is_time);
    let has_year = words.any(is_year);
    has_time && has_year
}

fn is_time(word: &[u8]) -> bool {
    matches!(word.len(), 4..=8)
        && word.contains(&b':')
        && word.iter().all(|b| b.is_ascii_digit() || *b == b':')
}

fn is_year(word: &[u8]) -> bool {
    word.len() == 4
        && word.iter().all(u8::is_ascii_digit)
        && (word.starts_with(b"19") || word.starts_with(b"20"))
}

fn is_blank(line: &[u8]) -> bool {
    matches!(line, b"\n" | b"\r\n")
}

/// True if the line can be the first of a message: a header field, or the quoted second
/// separator that some archives leave there.
fn starts_header(line: &[u8]) -> bool {
    if line.starts_with(b">From ") {
        return true;
    }
    let name = line
        .iter()
        .take_while(|b| (33..=126).contains(*b) && **b != b':')
        .count();
    name > 0 && line[name..].iter().find(|b| **b != b' ' && **b != b'\t') == Some(&b':')
}

/// True if a line must be quoted with one more `>` in an mboxrd mailbox.
pub fn quote_line(line: &[u8]) -> bool {
    let unquoted = line.iter().take_while(|b| **b == b'>').count();
    line[unquoted..].starts_with(b"From ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(message: RawMessage) -> Vec<u8> {
        match message.content {
            Content::Mail(bytes) => bytes,
            Content::Export(_) => panic!("no mail"),
        }
    }

    fn text(message: RawMessage) -> String {
        String::from_utf8(bytes(message)).unwrap()
    }

    fn split(mbox: &[u8]) -> Vec<String> {
        let mut reader = MboxReader::new("t".into(), mbox, Rest::Skip);
        let mut messages = Vec::new();
        while let Some(message) = reader.next_message().unwrap() {
            messages.push(text(message));
        }
        messages
    }

    const SEPARATOR: &str = "From a@b.example Mon Jan  1 00:00:00 2020";

    #[test]
    fn splits_lf_and_crlf() {
        let mbox = format!("{SEPARATOR}\nA: 1\n\nx\n\n{SEPARATOR}\nB: 2\n\ny\n");
        assert_eq!(split(mbox.as_bytes()), ["A: 1\n\nx\n\n", "B: 2\n\ny\n"]);
        let crlf = mbox.replace('\n', "\r\n");
        assert_eq!(
            split(crlf.as_bytes()),
            ["A: 1\r\n\r\nx\r\n\r\n", "B: 2\r\n\r\ny\r\n"]
        );
    }

    #[test]
    fn a_separator_may_name_nobody() {
        let mbox = "From \nA: 1\n\nx\n\nFrom \nB: 2\n\ny\n\nFrom \nthe start\n\nFrom \n\nFrom \n";
        let rest = "B: 2\n\ny\n\nFrom \nthe start\n\nFrom \n\nFrom \n";
        assert_eq!(split(mbox.as_bytes()), ["A: 1\n\nx\n\n", rest]);
        assert_eq!(split(mbox.replace('\n', "\r\n").as_bytes()).len(), 2);
    }

    #[test]
    fn prose_does_not_split() {
        let mbox = format!(
            "{SEPARATOR}\nA: 1\n\nx\n\nFrom now on: yes\nFrom here\n\nFrom me at 10:30 on 2020\nso long\n\
             {SEPARATOR}\nC: no blank line before\n\n>{SEPARATOR}\nD: quoted\n"
        );
        assert_eq!(split(mbox.as_bytes()).len(), 1);
    }

    #[test]
    fn a_separator_at_the_very_end_is_an_empty_message() {
        let mbox = format!("{SEPARATOR}\nA: 1\n\nx\n\n{SEPARATOR}\n");
        assert_eq!(split(mbox.as_bytes()), ["A: 1\n\nx\n\n", ""]);
    }

    #[test]
    fn chunk_borders_do_not_matter() {
        let mbox = format!(
            "{SEPARATOR}\r\nA: 1\r\n\r\nx\r\n\r\n{SEPARATOR}\nB: 2\n\nFrom y\n\n{SEPARATOR}\nC: 3\n\nz"
        );
        let whole = split(mbox.as_bytes());
        assert_eq!(whole.len(), 3);
        for chunk in 1..80 {
            let reader = io::BufReader::with_capacity(chunk, mbox.as_bytes());
            let mut reader = MboxReader::new("t".into(), reader, Rest::Skip);
            let mut messages = Vec::new();
            while let Some(message) = reader.next_message().unwrap() {
                messages.push(text(message));
            }
            assert_eq!(messages, whole, "{chunk}");
        }
    }

    #[test]
    fn a_large_message_spills_its_tail() {
        let body = "0123456789abcde\n".repeat(100_000);
        let mbox = format!("{SEPARATOR}\nA: 1\n\n{body}");
        let mut reader = MboxReader::new("t".into(), mbox.as_bytes(), Rest::Spill);
        let mut message = reader.next_message().unwrap().unwrap();
        let mut rest = message.rest.take().unwrap();
        let mut whole = bytes(message);
        assert_eq!(whole.len(), limits::MESSAGE_BYTES + 1);
        io::Read::read_to_end(&mut rest, &mut whole).unwrap();
        assert_eq!(whole, format!("A: 1\n\n{body}").as_bytes());
    }
}
