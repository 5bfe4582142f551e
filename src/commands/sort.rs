//! `anteroom sort`: one mbox a verdict, all of them or none.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use xxhash_rust::xxh3::Xxh3;

use super::{CommandError, Judge, Notes, classify, inputs, table};
use crate::cli::Sort;
use crate::decide::Verdict;
use crate::source::{Content, RawMessage, Rest, Source, is_separator, quote_line};

/// Separator of a message that had none of its own.
const SEPARATOR: &[u8] = b"From MAILER-DAEMON Thu Jan  1 00:00:00 1970\n";

pub(super) fn run(args: &Sort, judge: &Judge, notes: Notes) -> Result<(), CommandError> {
    let mut outputs = Outputs::create(&args.into)?;
    inputs::judge_each(
        &args.paths,
        Rest::Spill,
        (judge, notes),
        |_, triage| triage.decision.verdict,
        |raw, verdict| {
            refuse_rows(&raw)?;
            outputs
                .write(raw, verdict)
                .map_err(|cause| cannot_write(&args.into, &cause))
        },
    )?
    .complete()?;
    let tallies = outputs.finish(&args.into)?;
    let mut rows = table::new(&["verdict", "messages", "file"]);
    for (verdict, tally) in &tallies {
        rows.add_row(vec![
            table::verdict(*verdict),
            table::number(tally.messages),
            comfy_table::Cell::new(args.into.join(file_name(*verdict)).display()),
        ]);
    }
    classify::print(&rows)?;
    let total: u64 = tallies.values().map(|tally| tally.messages).sum();
    writeln!(
        anstream::stdout().lock(),
        "\n{total} messages in, {total} out: checked, each is in exactly one file."
    )?;
    Ok(())
}

/// Rows of a data export are no mails, and no mailbox can hold them.
fn refuse_rows(raw: &RawMessage) -> Result<(), CommandError> {
    match raw.content {
        Content::Mail(_) => Ok(()),
        Content::Export(_) => Err(CommandError::Data(format!(
            "{}: rows of a data export are not mail and cannot be sorted into mailboxes; see their verdicts with 'anteroom classify'",
            raw.source
        ))),
    }
}

fn file_name(verdict: Verdict) -> String {
    format!("{}.mbox", verdict.name())
}

fn cannot_write(into: &Path, cause: &io::Error) -> CommandError {
    CommandError::CannotCreate(format!(
        "{}: cannot be written: {cause}; nothing was left there, choose another directory with --into",
        into.display()
    ))
}

/// How many messages went somewhere, and a sum of their fingerprints that does not depend on
/// their order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Tally {
    messages: u64,
    fingerprints: u128,
}

impl Tally {
    fn add(&mut self, fingerprint: u128) {
        self.messages += 1;
        self.fingerprints = self.fingerprints.wrapping_add(fingerprint);
    }
}

/// The mailboxes being written, in a directory beside the final one.
struct Outputs {
    folder: TempDir,
    files: BTreeMap<Verdict, BufWriter<File>>,
    tallies: BTreeMap<Verdict, Tally>,
}

impl Outputs {
    /// Makes room for the outputs; `into` must not be there, or be an empty directory.
    fn create(into: &Path) -> Result<Outputs, CommandError> {
        let is_free = match std::fs::read_dir(into) {
            Ok(mut entries) => entries.next().is_none(),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => true,
            Err(cause) => return Err(cannot_write(into, &cause)),
        };
        if !is_free {
            return Err(CommandError::CannotCreate(format!(
                "{}: is not empty; nothing was written, give a new or empty directory with --into",
                into.display()
            )));
        }
        let parent = match into.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let folder = std::fs::create_dir_all(parent)
            .and_then(|()| {
                tempfile::Builder::new()
                    .prefix(".anteroom-")
                    .tempdir_in(parent)
            })
            .map_err(|cause| cannot_write(into, &cause))?;
        Ok(Outputs {
            folder,
            files: BTreeMap::new(),
            tallies: BTreeMap::new(),
        })
    }

    fn write(&mut self, mut raw: RawMessage, verdict: Verdict) -> io::Result<()> {
        let out = match self.files.entry(verdict) {
            std::collections::btree_map::Entry::Occupied(file) => file.into_mut(),
            std::collections::btree_map::Entry::Vacant(slot) => {
                let file = File::create_new(self.folder.path().join(file_name(verdict)))?;
                slot.insert(BufWriter::with_capacity(256 << 10, file))
            }
        };
        let own = raw.separator.as_deref().filter(|line| is_separator(line));
        out.write_all(own.unwrap_or(SEPARATOR))?;
        let quoting = match raw.separator {
            Some(_) => Quoting::Done,
            None => Quoting::Needed,
        };
        let mut reader = whole(&mut raw);
        let fingerprint = copy_message(&mut reader, out, quoting)?;
        self.tallies.entry(verdict).or_default().add(fingerprint);
        Ok(())
    }

    /// Reads everything back, compares it with what came in, and gives the directory its name.
    fn finish(self, into: &Path) -> Result<BTreeMap<Verdict, Tally>, CommandError> {
        for (verdict, writer) in self.files {
            let file = writer.into_inner().map_err(io::IntoInnerError::into_error);
            file.and_then(|file| file.sync_all())
                .map_err(|cause| cannot_write(into, &cause))?;
            let path = self.folder.path().join(file_name(verdict));
            if read_back(&path)? != self.tallies[&verdict] {
                return Err(CommandError::Internal(format!(
                    "the check of {} failed: it does not hold exactly what was put in; nothing was kept, please report this",
                    file_name(verdict)
                )));
            }
        }
        let path: PathBuf = self.folder.keep();
        std::fs::rename(&path, into).map_err(|cause| {
            let error = cannot_write(into, &cause);
            // The copies are worth nothing under a name nobody knows.
            std::fs::remove_dir_all(&path).unwrap_or_default();
            error
        })?;
        Ok(self.tallies)
    }
}

/// The bytes of a mail, those beyond what is parsed too.
fn whole(raw: &mut RawMessage) -> BufReader<impl Read + '_> {
    let rest: Box<dyn Read> = match raw.rest.take() {
        Some(file) => Box::new(file),
        None => Box::new(io::empty()),
    };
    let head: &[u8] = match &raw.content {
        Content::Mail(bytes) => bytes,
        Content::Export(_) => &[],
    };
    BufReader::new(head.chain(rest))
}

/// Whether a message's `From ` lines carry their `>` already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quoting {
    Done,
    Needed,
}

/// Copies a message, quoting it for mboxrd unless it comes from an mbox, and ends it with an empty
/// line. Gives back its fingerprint.
fn copy_message(
    reader: &mut impl BufRead,
    out: &mut impl Write,
    quoting: Quoting,
) -> io::Result<u128> {
    let mut fingerprint = Fingerprint::default();
    let mut line = Vec::new();
    let mut last_is_blank = true;
    while reader.take(1 << 20).read_until(b'\n', &mut line)? > 0 {
        if quoting == Quoting::Needed && quote_line(&line) {
            out.write_all(b">")?;
        }
        out.write_all(&line)?;
        fingerprint.add_line(&line);
        if !line.ends_with(b"\n") && reader.fill_buf()?.is_empty() {
            out.write_all(b"\n")?;
        }
        last_is_blank = matches!(&line[..], b"\n" | b"\r\n");
        line.clear();
    }
    if !last_is_blank {
        out.write_all(b"\n")?;
    }
    Ok(fingerprint.finish())
}

/// The tally of a mailbox on disk.
fn read_back(path: &Path) -> Result<Tally, CommandError> {
    let mut source = Source::open(path, Rest::Spill)?;
    let mut tally = Tally::default();
    while let Some(mut raw) = source.next_message()? {
        let mut reader = whole(&mut raw);
        tally.add(copy_message(&mut reader, &mut io::sink(), Quoting::Done)?);
    }
    Ok(tally)
}

/// Hash of a message that does not see mbox quoting and blank lines at the end.
#[derive(Default)]
struct Fingerprint {
    hash: Xxh3,
    blanks: Vec<u8>,
}

impl Fingerprint {
    fn add_line(&mut self, line: &[u8]) {
        let line = if quote_line(line) {
            &line[line.iter().take_while(|b| **b == b'>').count()..]
        } else {
            line
        };
        let end = line
            .iter()
            .rposition(|b| !matches!(b, b'\n' | b'\r'))
            .map_or(0, |at| at + 1);
        if end > 0 {
            self.hash.update(&self.blanks);
            self.blanks.clear();
        }
        self.hash.update(&line[..end]);
        self.blanks.extend_from_slice(&line[end..]);
    }

    fn finish(self) -> u128 {
        self.hash.digest128()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copied(message: &str, quoting: Quoting) -> (String, u128) {
        let mut out = Vec::new();
        let fingerprint = copy_message(&mut message.as_bytes(), &mut out, quoting).unwrap();
        (String::from_utf8(out).unwrap(), fingerprint)
    }

    #[test]
    fn single_messages_are_quoted_and_ended() {
        let (text, single) = copied("A: 1\n\nFrom me\n>From you", Quoting::Needed);
        assert_eq!(text, "A: 1\n\n>From me\n>>From you\n\n");
        assert_eq!(copied(&text, Quoting::Done).1, single);
        assert_eq!(
            copied("A: 1\r\n\r\nx\r\n\r\n", Quoting::Done).0,
            "A: 1\r\n\r\nx\r\n\r\n"
        );
    }

    #[test]
    fn fingerprints_see_every_byte_that_matters() {
        let of = |text| copied(text, Quoting::Done).1;
        assert_eq!(of("A: 1\n\nx\n"), of("A: 1\n\nx\n\n"));
        assert_ne!(of("A: 1\n\nx\n"), of("A: 1\n\nx \n"));
        assert_ne!(of("A: 1\n\nx\ny\n"), of("A: 1\n\nx\n\ny\n"));
        assert_ne!(of("A: 1\n\nx\n"), of("A: 1\r\n\r\nx\r\n"));
    }
}
