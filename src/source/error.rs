//! Input that cannot be read, and what to do about it.

use std::io;
use std::path::Path;

use super::inflate::InflateError;
use crate::limits;

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

/// Names the file that the system refused.
pub(super) fn io_error(path: &Path, cause: io::Error) -> SourceError {
    let path = path.display().to_string();
    if cause.kind() == io::ErrorKind::NotFound {
        SourceError::Missing { path }
    } else {
        SourceError::Io { path, cause }
    }
}

/// Gives a read error its place and its meaning.
pub(super) fn read_error(path: &str, cause: io::Error) -> SourceError {
    let path = path.to_owned();
    match cause
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<InflateError>())
    {
        Some(&InflateError::Bomb { packed, inflated }) => SourceError::Bomb {
            path,
            packed,
            inflated,
        },
        Some(InflateError::Damaged { inflated, cause }) => SourceError::Gzip {
            path,
            inflated: *inflated,
            cause: io::Error::new(cause.kind(), cause.to_string()),
        },
        Some(InflateError::TooLarge) => SourceError::TooLarge { path },
        None => SourceError::Io { path, cause },
    }
}
