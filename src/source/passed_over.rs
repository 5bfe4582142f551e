//! What was not read of a source, though the rest was.

use std::path::PathBuf;

use super::SourceError;
use crate::limits;

/// What was not read of a source, though the rest was.
#[derive(Debug, Default)]
pub struct PassedOver {
    /// Files of a directory that are not mail.
    pub not_mail: Vec<PathBuf>,
    /// Rows of a data export that make no sense.
    pub odd_rows: OddRows,
    /// Files of a directory that cannot be read, or not to their end.
    pub unreadable: Vec<SourceError>,
}

impl PassedOver {
    /// For those who need all that is there.
    ///
    /// # Errors
    /// If a file could not be read: the first.
    pub fn complete(self) -> Result<(), SourceError> {
        self.unreadable.into_iter().next().map_or(Ok(()), Err)
    }
}

/// Rows of a data export that make no sense.
#[derive(Debug, Default)]
pub struct OddRows {
    /// How many.
    pub count: usize,
    /// The first of them, each with its file and line; at most [`limits::ODD_ROWS`].
    pub first: Vec<SourceError>,
}

impl OddRows {
    /// One more row. What is wrong with it is only asked for while it is remembered: to find its
    /// line takes as long as the table is.
    pub(super) fn add(&mut self, what: impl FnOnce() -> SourceError) {
        self.count += 1;
        if self.first.len() < limits::ODD_ROWS {
            self.first.push(what());
        }
    }

    /// More rows, of another table.
    pub(super) fn join(&mut self, more: OddRows) {
        self.count += more.count;
        self.first.extend(more.first);
        self.first.truncate(limits::ODD_ROWS);
    }
}
