//! Where messages come from: mbox, maildir, `.eml`, folders of these, each also `.gz`, stdin, and
//! LinkedIn's data export.
//!
//! A [`Source`] yields one [`RawMessage`] at a time, so memory does not grow with the input (an
//! export is read whole, within bounds). What a file is follows from its first bytes, not from its name.

mod batches;
mod export;
mod inflate;
mod mbox;
mod tree;

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use self::export::{Export, is_zip, looks_like_table};
use crate::limits;

pub use batches::{map_batches, map_in_order};
pub use export::{Connection, ExportRow, OwnerWrote, Person, RowKind, connections};
pub use mbox::{MboxReader, is_separator, quote_line};

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

/// Input that cannot be read, and what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// Nothing is there.
    #[error(
        "{path}: no such file or directory; check the spelling, or give '-' to read standard input"
    )]
    Missing {
        /// The path as given.
        path: String,
    },
    /// The system refused.
    #[error("{path}: cannot be read: {cause}")]
    Io {
        /// The path as given.
        path: String,
        /// What the system said.
        cause: io::Error,
    },
    /// A file that is not mail.
    #[error(
        "{path}: not mail: {found}; expected an mbox (first line 'From …'), a single message (first line 'Name: …'), a maildir, one of these gzipped, or a LinkedIn data export (zip, folder or CSV)"
    )]
    NotMail {
        /// The path as given.
        path: String,
        /// What the first bytes look like.
        found: &'static str,
    },
    /// A folder with no mail in it.
    #[error(
        "{path}: no mail in this directory; expected mbox or .eml files, or a maildir with 'cur' and 'new'"
    )]
    EmptyDirectory {
        /// The path as given.
        path: String,
    },
    /// A gzip stream that is damaged or not complete.
    #[error(
        "{path}: damaged gzip after {inflated} decompressed bytes: {cause}; get the file again, or recover what is there with 'zcat {path} > part.mbox' and read that"
    )]
    Gzip {
        /// The path as given.
        path: String,
        /// Bytes that came out before the damage.
        inflated: u64,
        /// What the decompressor said.
        cause: io::Error,
    },
    /// A compressed file that unpacks to far more than mail ever does.
    #[error(
        "{path}: stopped after {inflated} bytes unpacked from {packed}: mail does not compress that well, this looks like a decompression bomb"
    )]
    Bomb {
        /// The path as given.
        path: String,
        /// Compressed bytes read.
        packed: u64,
        /// Bytes unpacked.
        inflated: u64,
    },
    /// An export that is larger than what is held in memory.
    #[error(
        "{path}: more than {} bytes of tables, larger than any export known; give single tables",
        limits::EXPORT_BYTES
    )]
    TooLarge {
        /// The path as given.
        path: String,
    },
    /// A zip archive that is damaged, not complete, or no data export.
    #[error("{path}: damaged or incomplete zip: {what}; download the export again")]
    Archive {
        /// The path as given.
        path: String,
        /// What is wrong with it.
        what: String,
    },
    /// A table that is not as it should be.
    #[error("{path}: line {line}: {what}")]
    Table {
        /// The file, in its archive.
        path: String,
        /// Line, from 1.
        line: u64,
        /// What is wrong there.
        what: String,
    },
    /// An archive or table without invitations or messages.
    #[error(
        "{path}: holds no Invitations.csv and no messages.csv; expected a LinkedIn data export (Connections.csv alone goes under connections in [relations])"
    )]
    NoContacts {
        /// The path as given.
        path: String,
    },
    /// An archive or table without connections.
    #[error(
        "{path}: holds no connections; expected Connections.csv of a LinkedIn data export, or the export that holds it"
    )]
    NoConnections {
        /// The path as given.
        path: String,
    },
    /// An export that does not tell whose it is.
    #[error(
        "{path}: does not tell which of two people you are; give the whole export, its Invitations.csv says it"
    )]
    UnknownOwner {
        /// The path as given.
        path: String,
    },
}

/// A stream of messages.
pub struct Source {
    pending: std::vec::IntoIter<PathBuf>,
    current: Option<Container>,
    rest: Rest,
    /// Files of a directory that are not mail and were passed over.
    skipped: Vec<PathBuf>,
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
            skipped: Vec::new(),
            in_directory: false,
            read: 0,
        };
        if path.as_os_str() == "-" {
            let stdin = Box::new(io::stdin());
            source.current = Some(container("-", stdin, rest, Tables::Read)?);
            return Ok(source);
        }
        let metadata = std::fs::metadata(path).map_err(|cause| io_error(path, cause))?;
        if metadata.is_dir() {
            if let Some(export) = Export::of_directory(path)? {
                source.current = Some(Container::Export(export));
                return Ok(source);
            }
            source.in_directory = true;
            let files = tree::mail_files(path).map_err(|cause| io_error(path, cause))?;
            source.pending = files.into_iter();
        } else {
            source.current = Some(open_file(path, rest)?);
        }
        Ok(source)
    }

    /// Files of a directory that were passed over because they are not mail.
    pub fn skipped(&self) -> &[PathBuf] {
        &self.skipped
    }

    /// The next message, or none at the end.
    ///
    /// # Errors
    /// If a file cannot be read on. A file of a directory that is not mail is no error: it is
    /// passed over and listed by [`Source::skipped`].
    pub fn next_message(&mut self) -> Result<Option<RawMessage>, SourceError> {
        loop {
            let next = match &mut self.current {
                Some(Container::Mbox(reader)) => reader.next_message()?,
                Some(Container::Single(message)) => message.take(),
                Some(Container::Export(export)) => export.next_row(),
                None => None,
            };
            if let Some(message) = next {
                self.read += 1;
                return Ok(Some(message));
            }
            let Some(path) = self.pending.next() else {
                self.current = None;
                return Ok(None);
            };
            match open_mail(&path, self.rest) {
                Ok(container) => self.current = Some(container),
                Err(SourceError::NotMail { .. }) => {
                    self.skipped.push(path);
                    self.current = None;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Checks at the end that a directory held mail at all.
    ///
    /// # Errors
    /// If this was a directory and nothing came of it.
    pub fn finish(&self, path: &Path) -> Result<(), SourceError> {
        if self.in_directory && self.read == 0 {
            return Err(SourceError::EmptyDirectory {
                path: path.display().to_string(),
            });
        }
        Ok(())
    }
}

fn io_error(path: &Path, cause: io::Error) -> SourceError {
    let path = path.display().to_string();
    if cause.kind() == io::ErrorKind::NotFound {
        SourceError::Missing { path }
    } else {
        SourceError::Io { path, cause }
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

/// Gives a read error its place and its meaning.
fn read_error(path: &str, cause: io::Error) -> SourceError {
    let path = path.to_owned();
    match cause
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<inflate::InflateError>())
    {
        Some(&inflate::InflateError::Bomb { packed, inflated }) => SourceError::Bomb {
            path,
            packed,
            inflated,
        },
        Some(inflate::InflateError::Damaged { inflated, cause }) => SourceError::Gzip {
            path,
            inflated: *inflated,
            cause: io::Error::new(cause.kind(), cause.to_string()),
        },
        Some(inflate::InflateError::TooLarge) => SourceError::TooLarge { path },
        None => SourceError::Io { path, cause },
    }
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
