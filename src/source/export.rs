//! LinkedIn's data export: the zip as downloaded, the unpacked directory, or single tables.
//!
//! A row means little alone: whether its sender is known is told by the other rows of the
//! conversation, by the invitations, and by the connections. So the tables of an export are read
//! whole, within [`crate::limits::EXPORT_BYTES`], before the first row is handed out.

mod archive;
mod conversations;
mod date;
mod rows;
mod table;

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use self::archive::Budget;
use self::rows::Tables;
use super::{Content, OddRows, RawMessage, SourceError};

pub use rows::{Connection, ExportRow, OwnerWrote, Person, RowKind};
pub(super) use table::looks_like_table;

/// The rows of an export that are inbound contact, in the order of its files.
pub(super) struct Export {
    rows: std::vec::IntoIter<RawMessage>,
    odd: OddRows,
}

impl Export {
    /// Reads an unpacked export; none if the directory holds no invitations and no messages.
    pub(super) fn of_directory(path: &Path) -> Result<Option<Export>, SourceError> {
        let files = archive::table_files(path)?;
        if !files.iter().any(|file| archive::holds_contacts(file)) {
            return Ok(None);
        }
        let mut tables = Tables::default();
        archive::read_files(&files, &mut tables)?;
        Export::assemble(path, tables).map(Some)
    }

    /// Reads a zip archive.
    pub(super) fn of_archive(path: &Path, file: std::fs::File) -> Result<Export, SourceError> {
        let mut tables = Tables::default();
        archive::read_archive(path, file, &mut tables)?;
        Export::assemble(path, tables)
    }

    /// Reads a single table.
    pub(super) fn of_table(name: &str, stream: impl Read) -> Result<Export, SourceError> {
        let mut tables = Tables::default();
        let mut budget = Budget::of_plain_files();
        tables.read(name, budget.bound(stream))?;
        Export::assemble(Path::new(name), tables)
    }

    fn assemble(path: &Path, mut tables: Tables) -> Result<Export, SourceError> {
        if !tables.has_contacts {
            return Err(SourceError::NoContacts {
                path: path.display().to_string(),
            });
        }
        let mut odd = std::mem::take(&mut tables.odd);
        odd.join(std::mem::take(&mut tables.odd_connections));
        let rows = conversations::inbound(path, tables)?;
        Ok(Export {
            rows: rows.into_iter(),
            odd,
        })
    }

    /// The rows that make no sense; they are given away once.
    pub(super) fn take_odd_rows(&mut self) -> OddRows {
        std::mem::take(&mut self.odd)
    }

    pub(super) fn next_row(&mut self) -> Option<RawMessage> {
        self.rows.next()
    }
}

/// The connections of a `Connections.csv`, or of the export (zip or directory) that holds it.
///
/// # Errors
/// If it cannot be read, holds no connections, or a row of them makes no sense: whoever is not known
/// for a connection may be filed away.
pub fn connections(path: &Path) -> Result<Vec<Connection>, SourceError> {
    let mut tables = Tables::default();
    let metadata = std::fs::metadata(path).map_err(|cause| super::error::io_error(path, cause))?;
    if metadata.is_dir() {
        archive::read_files(&archive::table_files(path)?, &mut tables)?;
    } else {
        let mut file =
            std::fs::File::open(path).map_err(|cause| super::error::io_error(path, cause))?;
        if archive::is_zip(&mut file).map_err(|cause| super::error::io_error(path, cause))? {
            archive::read_archive(path, file, &mut tables)?;
        } else {
            let mut budget = Budget::of_plain_files();
            tables.read(&path.display().to_string(), budget.bound(file))?;
        }
    }
    if let Some(odd) = tables.odd_connections.first.pop() {
        return Err(odd);
    }
    match tables.has_connections {
        true => Ok(tables.connections),
        false => Err(SourceError::NoConnections {
            path: path.display().to_string(),
        }),
    }
}

pub(super) use archive::is_zip;

/// Puts a row where the rest of the program expects it.
fn raw(source: &Arc<str>, index: u64, row: ExportRow) -> RawMessage {
    RawMessage {
        source: source.clone(),
        index,
        separator: None,
        content: Content::Export(Box::new(row)),
        rest: None,
    }
}
