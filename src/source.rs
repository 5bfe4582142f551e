//! Where messages come from: mbox, maildir, `.eml`, folders of these, each also `.gz`, stdin, and
//! LinkedIn's data export.
//!
//! A [`Source`] yields one [`RawMessage`] at a time, so memory does not grow with the input (an
//! export is read whole, within bounds). What a file is follows from its first bytes, not from its name.

mod batches;
mod error;
mod export;
mod inflate;
mod mbox;
mod passed_over;
mod tree;

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use self::error::{io_error, read_error};
use self::export::{Export, is_zip, looks_like_table};
use crate::limits;

pub use batches::{map_batches, map_in_order};
pub use error::SourceError;
pub use export::{Connection, ExportRow, OwnerWrote, Person, RowKind, connections};
pub use mbox::{MboxReader, SEPARATOR, is_separator, quote_line, separates_from};
pub use passed_over::{OddRows, PassedOver};

/// One message as it was found, and where.
#[derive(Debug)]
pub struct RawMessage {
    /// File the message was read from; `-` for standard input.
    pub source: Arc<str>,
    /// Position of the message in its source, from 0.
    pub index: u64,
    /// The `From ` line of an mbox, with its line end; none for a message in a file of its own.
    pub separator: Option<Vec<u8>>,
    /// The message.
    pub content: Content,
    /// What follows the bytes in a larger message, if the reader was told to keep it.
    pub rest: Option<File>,
}

/// What a source yields: mails, or rows of a data export, which are no mails.
#[derive(Debug)]
pub enum Content {
    /// A mail, at most [`limits::MESSAGE_BYTES`] + 1 bytes: one more than is parsed, so that the
    /// parser can tell it was cut.
    Mail(Vec<u8>),
    /// A row of LinkedIn's data export.
    Export(Box<ExportRow>),
}

impl From<&str> for Content {
    /// A mail, given as text.
    fn from(mail: &str) -> Content {
        Content::Mail(mail.as_bytes().to_vec())
    }
}

impl Content {
    /// Bytes of text it holds.
    fn size(&self) -> usize {
        match self {
            Content::Mail(bytes) => bytes.len(),
            Content::Export(row) => row.text.len() + row.subject.len(),
        }
    }
}

/// What becomes of the bytes of a message that are not parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rest {
    /// Not needed: they are skipped.
    Skip,
    /// Needed for an exact copy: they go to an unnamed temporary file.
    Spill,
}

/// A stream of messages.
pub struct Source {
    pending: std::vec::IntoIter<PathBuf>,
    current: Option<Container>,
    rest: Rest,
    passed_over: PassedOver,
    in_directory: bool,
    read: u64,
}

enum Container {
    Mbox(MboxReader<Box<dyn BufRead + Send>>),
    Single(Option<RawMessage>),
    Export(Export),
}

impl Source {
    /// Opens a path, or standard input for `-`.
    ///
    /// # Errors
    /// If nothing is there, or it holds no mail.
    pub fn open(path: &Path, rest: Rest) -> Result<Source, SourceError> {
        let mut source = Source {
            pending: Vec::new().into_iter(),
            current: None,
            rest,
            passed_over: PassedOver::default(),
            in_directory: false,
            read: 0,
        };
        if path.as_os_str() == "-" {
            let stdin = Box::new(io::stdin());
            source.take_up(container("-", stdin, rest, Tables::Read)?);
            return Ok(source);
        }
        let metadata = std::fs::metadata(path).map_err(|cause| io_error(path, cause))?;
        if metadata.is_dir() {
            if let Some(export) = Export::of_directory(path)? {
                source.take_up(Container::Export(export));
                return Ok(source);
            }
            source.in_directory = true;
            let tree = tree::mail_files(path).map_err(|cause| io_error(path, cause))?;
            source.pending = tree.files.into_iter();
            source.passed_over.unreadable = tree.unreadable;
        } else {
            source.take_up(open_file(path, rest)?);
        }
        Ok(source)
    }

    fn take_up(&mut self, mut container: Container) {
        if let Container::Export(export) = &mut container {
            self.passed_over.odd_rows = export.take_odd_rows();
        }
        self.current = Some(container);
    }

    /// The next message, or none at the end.
    ///
    /// # Errors
    /// If the file cannot be read on. Of a directory, such a file is no error: the reading goes on
    /// with the next one, and [`Source::finish`] tells.
    pub fn next_message(&mut self) -> Result<Option<RawMessage>, SourceError> {
        loop {
            match self.next_of_current() {
                Ok(Some(message)) => {
                    self.read += 1;
                    return Ok(Some(message));
                }
                Ok(None) => {}
                Err(error) if self.in_directory => self.passed_over.unreadable.push(error),
                Err(error) => return Err(error),
            }
            self.current = None;
            let Some(path) = self.pending.next() else {
                return Ok(None);
            };
            match open_mail(&path, self.rest) {
                Ok(container) => self.current = Some(container),
                Err(SourceError::NotMail { .. }) => self.passed_over.not_mail.push(path),
                Err(error) => self.passed_over.unreadable.push(error),
            }
        }
    }

    fn next_of_current(&mut self) -> Result<Option<RawMessage>, SourceError> {
        match &mut self.current {
            Some(Container::Mbox(reader)) => reader.next_message(),
            Some(Container::Single(message)) => Ok(message.take()),
            Some(Container::Export(export)) => Ok(export.next_row()),
            None => Ok(None),
        }
    }

    /// Ends the reading, and tells what was passed over.
    ///
    /// # Errors
    /// If this was a directory and it holds no mail at all.
    pub fn finish(self, path: &Path) -> Result<PassedOver, SourceError> {
        if self.in_directory && self.read == 0 && self.passed_over.unreadable.is_empty() {
            return Err(SourceError::EmptyDirectory {
                path: path.display().to_string(),
            });
        }
        Ok(self.passed_over)
    }
}

fn open_file(path: &Path, rest: Rest) -> Result<Container, SourceError> {
    let mut file = File::open(path).map_err(|cause| io_error(path, cause))?;
    let metadata = file.metadata().map_err(|cause| io_error(path, cause))?;
    if metadata.is_file() && is_zip(&mut file).map_err(|cause| io_error(path, cause))? {
        return Export::of_archive(path, file).map(Container::Export);
    }
    let name = path.display().to_string();
    container(&name, Box::new(file), rest, Tables::Read)
}

/// Opens a file of a folder of mail.
fn open_mail(path: &Path, rest: Rest) -> Result<Container, SourceError> {
    let file = File::open(path).map_err(|cause| io_error(path, cause))?;
    let name = path.display().to_string();
    container(&name, Box::new(file), rest, Tables::PassOver)
}

/// What becomes of tables of a data export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tables {
    /// They are read.
    Read,
    /// They are not mail: among mail, a table is somebody's attachment.
    PassOver,
}

/// Finds out what a stream holds and sets up its reader.
fn container(
    name: &str,
    stream: Box<dyn Read + Send>,
    rest: Rest,
    tables: Tables,
) -> Result<Container, SourceError> {
    let name: Arc<str> = name.into();
    let mut reader: Box<dyn BufRead + Send> = Box::new(BufReader::with_capacity(16 << 10, stream));
    if peek(&name, &mut reader)?.starts_with(&[0x1f, 0x8b]) {
        let inflated = inflate::Inflate::new(reader);
        reader = Box::new(BufReader::with_capacity(256 << 10, inflated));
    }
    skip_lead(&name, &mut reader)?;
    let head = peek(&name, &mut reader)?;
    if head.starts_with(b"From ") {
        return Ok(Container::Mbox(MboxReader::new(name, reader, rest)));
    }
    let is_table = looks_like_table(head);
    if is_table && tables == Tables::Read {
        return Export::of_table(&name, reader).map(Container::Export);
    }
    let why_not = match is_table {
        true => Some("a table"),
        false => why_not_mail(head),
    };
    if let Some(found) = why_not {
        return Err(SourceError::NotMail {
            path: name.to_string(),
            found,
        });
    }
    single(name, reader, rest).map(|message| Container::Single(Some(message)))
}

fn peek<'a>(name: &str, reader: &'a mut Box<dyn BufRead + Send>) -> Result<&'a [u8], SourceError> {
    reader.fill_buf().map_err(|cause| read_error(name, cause))
}

/// The mark that programs on Windows put before UTF-8 text.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Skips a byte order mark, and empty lines before the first separator of an mbox: neither is part
/// of a message, and both would hide what the file is.
fn skip_lead(name: &str, reader: &mut Box<dyn BufRead + Send>) -> Result<(), SourceError> {
    if peek(name, reader)?.starts_with(BYTE_ORDER_MARK) {
        reader.consume(BYTE_ORDER_MARK.len());
    }
    let head = peek(name, reader)?;
    let blank = head
        .iter()
        .take_while(|byte| matches!(byte, b'\r' | b'\n'))
        .count();
    if head[blank..].starts_with(b"From ") {
        reader.consume(blank);
    }
    Ok(())
}

/// Why the first bytes of a file cannot be a message; none if they can.
fn why_not_mail(head: &[u8]) -> Option<&'static str> {
    if head.is_empty() {
        return Some("the file is empty");
    }
    if head[..head.len().min(512)].contains(&0) {
        return Some("binary data");
    }
    let start = head.iter().take_while(|b| b.is_ascii_whitespace()).count();
    let line = head[start..]
        .split(|&b| b == b'\n')
        .next()
        .unwrap_or_default();
    let is_header = line.iter().position(|&b| b == b':').is_some_and(|colon| {
        colon > 0
            && colon < 80
            && line[..colon]
                .iter()
                .all(|b| b.is_ascii_graphic() || *b == b' ')
    });
    (!is_header).then_some("the first line is neither 'From …' nor a header")
}

/// Reads the one message of a stream.
fn single(
    name: Arc<str>,
    mut reader: Box<dyn BufRead + Send>,
    rest: Rest,
) -> Result<RawMessage, SourceError> {
    let mut bytes = Vec::new();
    let cap = limits::MESSAGE_BYTES as u64 + 1;
    reader
        .by_ref()
        .take(cap)
        .read_to_end(&mut bytes)
        .map_err(|cause| read_error(&name, cause))?;
    let mut spilled = None;
    if bytes.len() as u64 == cap && rest == Rest::Spill {
        let mut file = tempfile::tempfile().map_err(|cause| read_error(&name, cause))?;
        io::copy(&mut reader, &mut file).map_err(|cause| read_error(&name, cause))?;
        io::Seek::rewind(&mut file).map_err(|cause| read_error(&name, cause))?;
        spilled = Some(file);
    }
    Ok(RawMessage {
        source: name,
        index: 0,
        separator: None,
        content: Content::Mail(bytes),
        rest: spilled,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(text: &[u8]) -> usize {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let mut source = Source::open(file.path(), Rest::Skip).unwrap();
        std::iter::from_fn(|| source.next_message().unwrap()).count()
    }

    #[test]
    fn what_stands_before_the_first_message_does_not_hide_it() {
        let one = "From a@b.example Mon Jan  1 00:00:00 2024\nFrom: a@b.example\n\nhi\n\n";
        for lead in ["", "\n\n", "\r\n", "\u{feff}", "\u{feff}\n"] {
            assert_eq!(count(format!("{lead}{one}{one}").as_bytes()), 2, "{lead:?}");
        }
        assert_eq!(count("\u{feff}From: a@b.example\n\nhi\n".as_bytes()), 1);
    }

    #[test]
    fn what_is_not_mail_is_named() {
        assert_eq!(why_not_mail(b"From: a\n"), None);
        assert_eq!(why_not_mail(b"\n\nSubject: a\n"), None);
        assert_eq!(why_not_mail(b""), Some("the file is empty"));
        assert_eq!(why_not_mail(b"\x7fELF\0\0"), Some("binary data"));
        assert!(why_not_mail(b"# Read me\ntext: x").is_some());
    }
}
