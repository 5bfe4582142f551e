//! Finding and opening the tables of an export, within bounds. Names of entries are compared,
//! never used as paths, and nothing is unpacked to disk.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};

use zip::ZipArchive;
use zip::result::ZipError;

use super::rows::Tables;
use crate::limits;
use crate::source::SourceError;
use crate::source::error::io_error;
use crate::source::inflate::InflateError;

/// The tables that are read, in this order.
const TABLES: [&str; 3] = ["invitations.csv", "messages.csv", "connections.csv"];

/// Position of the table of this file name in [`TABLES`], whatever folder it is in.
fn rank(name: &str) -> Option<usize> {
    let base = name.rsplit(['/', '\\']).next().unwrap_or_default();
    TABLES
        .iter()
        .position(|table| base.eq_ignore_ascii_case(table))
}

/// True if a file is named as the invitations or the messages.
pub(super) fn holds_contacts(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.and_then(rank).is_some_and(|rank| rank < 2)
}

/// The tables of an unpacked export.
pub(super) fn table_files(folder: &Path) -> Result<Vec<PathBuf>, SourceError> {
    let error = |cause| io_error(folder, cause);
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(error)? {
        let entry = entry.map_err(error)?;
        if let Some(rank) = entry.file_name().to_str().and_then(rank)
            && entry.path().is_file()
        {
            files.push((rank, entry.path()));
        }
    }
    files.sort();
    Ok(files.into_iter().map(|(_, path)| path).collect())
}

/// Reads the tables of an unpacked export.
pub(super) fn read_files(files: &[PathBuf], tables: &mut Tables) -> Result<(), SourceError> {
    let mut budget = Budget::of_plain_files();
    for path in files {
        let file = File::open(path).map_err(|cause| io_error(path, cause))?;
        tables.read(&path.display().to_string(), budget.bound(file))?;
    }
    Ok(())
}

/// True if a file begins as a zip archive does; its position is put back.
pub(in crate::source) fn is_zip(file: &mut File) -> io::Result<bool> {
    let mut head = Vec::new();
    file.by_ref().take(4).read_to_end(&mut head)?;
    // Not every input can be rewound; those that cannot are no archive that could be read.
    match file.rewind() {
        Ok(()) => Ok(matches!(&head[..], b"PK\x03\x04" | b"PK\x05\x06")),
        Err(cause) => Err(cause),
    }
}

/// Reads the tables of a zipped export.
pub(super) fn read_archive(
    path: &Path,
    file: File,
    tables: &mut Tables,
) -> Result<(), SourceError> {
    let name = path.display().to_string();
    let damaged = |error: ZipError| SourceError::Archive {
        path: name.clone(),
        what: error.to_string(),
    };
    let packed = file
        .metadata()
        .map_err(|cause| io_error(path, cause))?
        .len();
    let mut archive = ZipArchive::new(io::BufReader::new(file)).map_err(damaged)?;
    if archive.len() > limits::ARCHIVE_ENTRIES {
        return Err(SourceError::Archive {
            path: name,
            what: format!("{} entries are more than any export has", archive.len()),
        });
    }
    let mut entries: Vec<(usize, usize)> = (0..archive.len())
        .filter_map(|index| Some((rank(&archive.name_for_index(index)?.ok()?)?, index)))
        .collect();
    entries.sort_unstable();
    let mut budget = Budget::new(packed);
    for (table, index) in entries {
        let entry = archive.by_index(index).map_err(damaged)?;
        tables.read(&format!("{name}/{}", TABLES[table]), budget.bound(entry))?;
    }
    Ok(())
}

/// What may still be read of an export.
pub(super) struct Budget {
    packed: u64,
    unpacked: u64,
}

impl Budget {
    /// For an archive of so many bytes.
    fn new(packed: u64) -> Budget {
        Budget {
            packed,
            unpacked: 0,
        }
    }

    /// For files that are not compressed.
    pub(super) fn of_plain_files() -> Budget {
        Budget::new(u64::MAX)
    }

    /// A stream that counts against the budget.
    pub(super) fn bound<R: Read>(&mut self, stream: R) -> impl Read {
        Bounded {
            stream,
            budget: self,
        }
    }
}

struct Bounded<'a, R> {
    stream: R,
    budget: &'a mut Budget,
}

impl<R: Read> Read for Bounded<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.stream.read(buffer)?;
        self.budget.unpacked += n as u64;
        let Budget { packed, unpacked } = *self.budget;
        if unpacked > limits::INFLATED_BYTES && unpacked / limits::INFLATE_RATIO > packed {
            let inflated = unpacked;
            return Err(io::Error::other(InflateError::Bomb { packed, inflated }));
        }
        if unpacked > limits::EXPORT_BYTES {
            return Err(io::Error::other(InflateError::TooLarge));
        }
        Ok(n)
    }
}
