//! A CSV table whose columns are found by name.

use std::io::{Cursor, Read};

use csv::{ByteRecord, ErrorKind, ReaderBuilder};

use crate::limits;
use crate::source::error::read_error;
use crate::source::{OddRows, SourceError};

/// A table being read, its bytes in memory so that an error can name its line.
pub(super) struct Table {
    name: String,
    reader: csv::Reader<Cursor<Vec<u8>>>,
    /// Names in lower case.
    columns: Vec<String>,
    /// Where the header begins.
    pub(super) header_at: u64,
    record: ByteRecord,
    /// Rows that were read.
    rows: u64,
}

/// One row of a table.
pub(super) struct Row<'a> {
    record: &'a ByteRecord,
    /// Where it begins, in bytes.
    pub(super) at: u64,
    /// Position in its table, from 0.
    pub(super) index: u64,
}

impl Table {
    /// Reads as far as the header: the first line of several fields.
    pub(super) fn open(name: &str, mut stream: impl Read) -> Result<Table, SourceError> {
        let mut bytes = Vec::new();
        stream
            .read_to_end(&mut bytes)
            .map_err(|cause| read_error(name, cause))?;
        if bytes.starts_with(b"\xef\xbb\xbf") {
            bytes.drain(..3);
        }
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(Cursor::new(bytes));
        let mut table = Table {
            name: name.to_owned(),
            reader,
            columns: Vec::new(),
            header_at: 0,
            record: ByteRecord::new(),
            rows: 0,
        };
        for _ in 0..=limits::TABLE_PREAMBLE {
            if !table.advance()? {
                break;
            }
            if table.record.len() > 2 {
                table.columns = table.record.iter().map(column_name).collect();
                table.header_at = table.at();
                return Ok(table);
            }
        }
        Err(table.error(table.at(), "no line with the names of columns".to_owned()))
    }

    /// Position of the column that bears one of these names, given in lower case.
    pub(super) fn column(&self, names: &[&str]) -> Option<usize> {
        names
            .iter()
            .find_map(|name| self.columns.iter().position(|column| column == name))
    }

    /// The next row, or none at the end. Rows of another length than the header are passed over.
    ///
    /// # Errors
    /// If the table ends within a quotation: all that follows its beginning would be one odd row.
    pub(super) fn next_row(&mut self, odd: &mut OddRows) -> Result<Option<Row<'_>>, SourceError> {
        while self.advance()? {
            self.rows += 1;
            let at = self.at();
            if self.record.len() == self.columns.len() {
                return Ok(Some(Row {
                    record: &self.record,
                    at,
                    index: self.rows - 1,
                }));
            }
            let what = format!(
                "{} fields where the header names {} columns",
                self.record.len(),
                self.columns.len()
            );
            if self.is_cut_off(at) {
                let what = format!("{what}, and a quotation that does not end");
                return Err(self.error(at, what));
            }
            odd.add(|| self.error(at, what));
        }
        Ok(None)
    }

    /// The odd rows of a table that was read.
    ///
    /// # Errors
    /// If it has no others: then the table is broken, and not a row of it.
    pub(super) fn with_sense(&self, mut odd: OddRows) -> Result<OddRows, SourceError> {
        if odd.count as u64 == self.rows && self.rows > 0 {
            return Err(odd.first.swap_remove(0));
        }
        Ok(odd)
    }

    /// True if the row that begins at a byte is the last and ends within a quotation.
    fn is_cut_off(&self, at: u64) -> bool {
        let bytes = self.reader.get_ref().get_ref();
        let row = &bytes[bytes.len().min(at as usize)..];
        let is_last = self.reader.position().byte() as usize >= bytes.len();
        is_last && memchr::memchr_iter(b'"', row).count() % 2 == 1
    }

    /// An error in the row that begins at a byte. Its line is counted here: the reader's own
    /// count takes empty lines and the second half of a CRLF for part of the row below them.
    pub(super) fn error(&self, at: u64, what: String) -> SourceError {
        let bytes = self.reader.get_ref().get_ref();
        let (before, rest) = bytes.split_at(bytes.len().min(at as usize));
        let skipped = rest.iter().take_while(|b| matches!(b, b'\r' | b'\n'));
        let line_ends = before.iter().chain(skipped).filter(|b| **b == b'\n');
        SourceError::Table {
            path: self.name.clone(),
            line: 1 + line_ends.count() as u64,
            what,
        }
    }

    fn at(&self) -> u64 {
        self.record.position().map_or(0, csv::Position::byte)
    }

    fn advance(&mut self) -> Result<bool, SourceError> {
        let at = self.reader.position().byte();
        self.reader
            .read_byte_record(&mut self.record)
            .map_err(|error| match error.into_kind() {
                ErrorKind::Io(cause) => read_error(&self.name, cause),
                other => self.error(at, format!("{other:?}")),
            })
    }
}

impl Row<'_> {
    /// The field of a column as text; empty if there is no such column.
    pub(super) fn text(&self, column: Option<usize>) -> String {
        let field = column.and_then(|column| self.record.get(column));
        String::from_utf8_lossy(field.unwrap_or_default()).into_owned()
    }
}

fn column_name(field: &[u8]) -> String {
    String::from_utf8_lossy(field)
        .trim_matches(|c: char| c == '\u{feff}' || c.is_whitespace())
        .to_lowercase()
}

/// True if a file begins like a table of LinkedIn's export.
pub(in crate::source) fn looks_like_table(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let mut lines = head.split(|b| *b == b'\n').map(|line| line.trim_ascii());
    let first = lines.next().unwrap_or_default();
    if first.eq_ignore_ascii_case(b"notes:") {
        return lines
            .take(limits::TABLE_PREAMBLE)
            .any(|line| names(line, &["first name", "last name"]));
    }
    names(first, &["from", "to"]) || names(first, &["first name", "last name"])
}

/// True if a line names all these columns.
fn names(line: &[u8], columns: &[&str]) -> bool {
    let found: Vec<String> = line
        .split(|b| *b == b',')
        .map(|field| column_name(field.trim_ascii().trim_ascii_end()))
        .map(|field| field.trim_matches('"').to_owned())
        .take(64)
        .collect();
    columns
        .iter()
        .all(|column| found.iter().any(|name| name == column))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_by_name_behind_a_preamble_and_a_mark() {
        let text = "\u{feff}Notes:\n\"When exporting, \nyou may\"\n\nFirst Name, LAST name ,URL\nAnn,Lee,\"a\nb\"\nshort,row\n";
        for text in [text.to_owned(), text.replace('\n', "\r\n")] {
            let mut table = Table::open("c.csv", text.as_bytes()).unwrap();
            assert_eq!(table.column(&["surname", "last name"]), Some(1));
            assert_eq!(table.column(&["to"]), None);
            let mut odd = OddRows::default();
            let row = table.next_row(&mut odd).unwrap().unwrap();
            assert!(row.text(Some(2)).starts_with('a') && row.text(None).is_empty());
            assert!(table.next_row(&mut odd).unwrap().is_none());
            let error = odd.first[0].to_string();
            assert!(error.starts_with("c.csv: line 8: 2 fields"), "{error}");
            assert_eq!(odd.count, 1);
        }
        assert!(Table::open("e.csv", &b"a\nb\n"[..]).is_err());
    }

    #[test]
    fn tables_are_told_from_mail() {
        for head in [
            "From,To,Sent At,Message,Direction\n",
            "\u{feff}\"CONVERSATION ID\",\"FROM\",\"TO\"\r\n",
            "Notes:\n\"x\"\n\nFirst Name,Last Name,URL\n",
            "First Name,Last Name,Email Address\n",
        ] {
            assert!(looks_like_table(head.as_bytes()), "{head}");
        }
        for head in [
            "From: a, to, b\n",
            "From a@b 10:00 2020\n",
            "Notes:\nhello\n",
            "name,address\n",
            "",
        ] {
            assert!(!looks_like_table(head.as_bytes()), "{head}");
        }
    }
}
