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
use crate::source::{
    Content, RawMessage, Rest, SEPARATOR, Source, is_separator, quote_line, separates_from,
};

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

    fn write(&mut self, raw: RawMessage, verdict: Verdict) -> io::Result<()> {
        let out = match self.files.entry(verdict) {
            std::collections::btree_map::Entry::Occupied(file) => file.into_mut(),
            std::collections::btree_map::Entry::Vacant(slot) => {
                let file = File::create_new(self.folder.path().join(file_name(verdict)))?;
                slot.insert(BufWriter::with_capacity(256 << 10, file))
            }
        };
        let fingerprint = write_message(raw, out, PIECE)?;
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

/// Where in a line a piece of it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Start,
    Middle,
}

/// Bytes of a line that are held at a time.
const PIECE: u64 = 1 << 20;

/// Writes a message with a line before it by which it is found again. Gives back its fingerprint.
fn write_message(mut raw: RawMessage, out: &mut impl Write, piece: u64) -> io::Result<u128> {
    let head: &[u8] = match &raw.content {
        Content::Mail(bytes) => bytes,
        Content::Export(_) => &[],
    };
    let own = raw.separator.as_deref();
    let own = own.filter(|line| is_separator(line) && separates_from(line, head));
    out.write_all(own.unwrap_or(SEPARATOR))?;
    let quoting = match raw.separator {
        Some(_) => Quoting::Done,
        None => Quoting::Needed,
    };
    copy_message(&mut whole(&mut raw), out, quoting, piece)
}

/// Copies a message, quoting it for mboxrd unless it comes from an mbox, and ends it with an empty
/// line. Lines are read in pieces of so many bytes. Gives back its fingerprint.
fn copy_message(
    reader: &mut impl BufRead,
    out: &mut impl Write,
    quoting: Quoting,
    piece: u64,
) -> io::Result<u128> {
    let mut fingerprint = Fingerprint::default();
    let mut line = Vec::new();
    let mut place = Place::Start;
    let mut last_is_blank = false;
    while reader.take(piece).read_until(b'\n', &mut line)? > 0 {
        if quoting == Quoting::Needed && place == Place::Start && quote_line(&line) {
            out.write_all(b">")?;
        }
        out.write_all(&line)?;
        fingerprint.add(&line, place);
        last_is_blank = place == Place::Start && matches!(&line[..], b"\n" | b"\r\n");
        place = match line.ends_with(b"\n") {
            true => Place::Start,
            false => Place::Middle,
        };
        if !line.ends_with(b"\n") && reader.fill_buf()?.is_empty() {
            out.write_all(b"\n")?;
        }
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
        tally.add(copy_message(
            &mut reader,
            &mut io::sink(),
            Quoting::Done,
            PIECE,
        )?);
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
    fn add(&mut self, line: &[u8], place: Place) {
        let line = if place == Place::Start && quote_line(line) {
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
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::properties::cases;
    use crate::source::MboxReader;

    fn copied(message: &str, quoting: Quoting) -> (String, u128) {
        let mut out = Vec::new();
        let fingerprint = copy_message(&mut message.as_bytes(), &mut out, quoting, PIECE).unwrap();
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

    #[test]
    fn a_line_is_quoted_at_its_start_only() {
        let long = "A: 1\n\n01234567From me\nFrom me too\n01234567\n";
        let mut out = Vec::new();
        copy_message(&mut long.as_bytes(), &mut out, Quoting::Needed, 8).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "A: 1\n\n01234567From me\n>From me too\n01234567\n\n"
        );
    }

    /// Pieces of mail that matter to mailboxes.
    fn mail() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            4 => "[ -~]{0,20}".prop_map(String::into_bytes),
            4 => Just(b"\n".to_vec()),
            2 => Just(b"\r\n".to_vec()),
            2 => "\n{1,2}>{0,2}From ".prop_map(String::into_bytes),
            2 => Just(b"\n\nFrom a@b.example Mon Jan  1 00:00:00 2024\n".to_vec()),
            1 => Just(SEPARATOR.to_vec()),
            1 => Just(b"Subject: s\n".to_vec()),
            1 => vec(any::<u8>(), 0..8),
        ];
        vec(piece, 0..12).prop_map(|pieces| pieces.concat())
    }

    fn without_quotes_and_end(mail: &[u8]) -> Vec<u8> {
        let lines = mail
            .split(|byte| *byte == b'\n')
            .map(|line| match quote_line(line) {
                true => &line[line.iter().take_while(|byte| **byte == b'>').count()..],
                false => line,
            });
        let plain = lines.collect::<Vec<_>>().join(&b'\n');
        let end = plain.iter().rposition(|byte| !b"\r\n".contains(byte));
        plain[..end.map_or(0, |end| end + 1)].to_vec()
    }

    /// The messages of a mailbox, and what is written of them with lines in pieces of so many bytes.
    fn rewritten(mailbox: &[u8], piece: u64) -> (Vec<Vec<u8>>, Vec<u8>) {
        let mut reader = MboxReader::new("m".into(), mailbox, Rest::Skip);
        let (mut mails, mut out) = (Vec::new(), Vec::new());
        while let Some(raw) = reader.next_message().unwrap() {
            if let Content::Mail(bytes) = &raw.content {
                mails.push(bytes.clone());
            }
            write_message(raw, &mut out, piece).unwrap();
        }
        (mails, out)
    }

    proptest! {
        #![proptest_config(cases(2_000))]

        /// Any messages, each from a file of its own, are found again in one mailbox; and so are they
        /// when that mailbox is sorted in its turn.
        #[test]
        fn any_messages_come_back_out_of_a_mailbox(
            mails in vec(mail(), 0..5),
            separator in prop::option::of("From [ -~]{0,20}[0-9:]{3,8} 20[0-9]{2}\n"),
            piece in 8..64_u64,
        ) {
            let mut mailbox = Vec::new();
            for bytes in &mails {
                let raw = RawMessage {
                    source: "m".into(),
                    index: 0,
                    separator: None,
                    content: Content::Mail(bytes.clone()),
                    rest: None,
                };
                write_message(raw, &mut mailbox, piece).unwrap();
            }
            let plain = |mails: &[Vec<u8>]| -> Vec<Vec<u8>> {
                mails.iter().map(|mail| without_quotes_and_end(mail)).collect()
            };
            let (found, again) = rewritten(&mailbox, piece);
            prop_assert_eq!(plain(&found), plain(&mails));
            prop_assert_eq!(rewritten(&again, piece).0, found.clone());
            if let (Some(line), false) = (separator, mailbox.is_empty()) {
                mailbox.splice(..SEPARATOR.len(), line.into_bytes());
                let (found, again) = rewritten(&mailbox, piece);
                prop_assert_eq!(plain(&rewritten(&again, piece).0), plain(&found));
            }
        }
    }
}
