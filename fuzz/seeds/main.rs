//! Writes what each fuzz target starts from: `seeds PROJECT CORPUS`. Made of the fixtures, the
//! labelled examples, the shipped model and the hostile mail of the tests, the same each time.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

#[path = "../../tests/suite/hostile"]
mod hostile {
    #[allow(dead_code, reason = "the tests use all of it")]
    pub(crate) mod generator;
}

use hostile::generator;

/// Sizes at which hostile mail is made: how many of what it is a flood of.
const SIZES: [usize; 3] = [1, 10, 101];

/// Longest seed; longer input shows nothing that this does not, and slows every run.
const LONGEST: usize = 12 << 10;

/// Bytes of a body as a seed of its own.
const BODY: usize = 1 << 10;

/// One in so many labelled examples; the fixtures are all taken.
const EVERY: usize = 7;

/// Events of a model as a seed, and the bytes of one.
const EVENTS: usize = 30;
const EVENT: usize = 24;

fn main() -> io::Result<()> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(project), Some(root)) = (arguments.next(), arguments.next()) else {
        return Err(io::Error::other("usage: seeds PROJECT CORPUS"));
    };
    let corpus = Corpus { root };
    let mails = mails(&project)?;
    corpus.mails(&mails)?;
    corpus.tables(&project)?;
    corpus.add("model", &[model(&project)?])?;
    let transcript = fs::read_to_string(project.join("src/imap/transcript.txt"))?;
    corpus.add("imap", &[transcript.replace('\n', "\r\n").into_bytes()])?;
    // A row of each table, and then one with a value of each type in each place.
    corpus.add(
        "store",
        &[
            b"\0".to_vec(),
            b"\x01nnnnnnnnnn\x01nnnnnnnnnnnnnnnnn".to_vec(),
        ],
    )
}

/// A directory of inputs for each target.
struct Corpus {
    root: PathBuf,
}

impl Corpus {
    fn add(&self, target: &str, seeds: &[Vec<u8>]) -> io::Result<()> {
        let place = self.root.join(target);
        fs::create_dir_all(&place)?;
        for (index, seed) in seeds.iter().enumerate() {
            if seed.len() <= LONGEST {
                fs::write(place.join(format!("seed-{index:05}")), seed)?;
            }
        }
        Ok(())
    }

    /// Whole mails, and pieces of them for the readers of pieces.
    fn mails(&self, mails: &[Vec<u8>]) -> io::Result<()> {
        self.add("message", mails)?;
        self.add("contact", mails)?;
        let parts = || mails.iter().map(|mail| head_and_body(mail));
        let fields: Vec<Vec<u8>> = parts().flat_map(|(head, _)| fields(head)).collect();
        let (proofs, others): (Vec<_>, Vec<_>) = fields.into_iter().partition(|field| {
            field
                .to_ascii_lowercase()
                .starts_with(b"authentication-results")
        });
        self.add("header", &values(others))?;
        self.add("authentication", &values(proofs))?;
        let bodies = parts().map(|(_, body)| &body[..body.len().min(BODY)]);
        let chosen = |(index, body): (usize, &[u8])| [&[index as u8], body].concat();
        self.add(
            "encoding",
            &bodies.enumerate().map(chosen).collect::<Vec<_>>(),
        )?;
        let html = parts().filter_map(|(_, body)| {
            let start = body.iter().position(|byte| *byte == b'<')?;
            Some(body[start..].to_vec())
        });
        self.add("html", &html.collect::<Vec<_>>())?;
        let separator = &b"\n\nFrom a@b.example Mon Jan  1 00:00:00 2024\n"[..];
        let pairs: Vec<Vec<u8>> = mails.chunks(2).map(|two| two.join(separator)).collect();
        self.add("mbox", &pairs)
    }

    fn tables(&self, project: &Path) -> io::Result<()> {
        let mut tables = files_below(&project.join("tests/fixtures"), "csv")?;
        tables.extend(made(|name| name.ends_with("csv")));
        self.add("export", &tables)
    }
}

/// Fixtures, examples and hostile mail.
fn mails(project: &Path) -> io::Result<Vec<Vec<u8>>> {
    let mut mails = files_below(&project.join("tests/fixtures"), "eml")?;
    let examples = files_below(&project.join("training-data"), "eml")?;
    mails.extend(examples.into_iter().step_by(EVERY));
    mails.extend(made(|name| name.ends_with("eml")));
    Ok(mails)
}

fn made(is_wanted: impl Fn(&str) -> bool) -> Vec<Vec<u8>> {
    generator::kinds()
        .filter(|kind| is_wanted(kind.file_name()))
        .flat_map(|kind| SIZES.map(|n| (kind.make)(n)))
        .collect()
}

/// The contents of the files with this extension, in the order of their paths.
fn files_below(directory: &Path, extension: &str) -> io::Result<Vec<Vec<u8>>> {
    let mut paths = Vec::new();
    let mut open = vec![directory.to_owned()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory)? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                paths.push(path);
            }
        }
    }
    paths.sort();
    paths.iter().map(fs::read).collect()
}

fn head_and_body(mail: &[u8]) -> (&[u8], &[u8]) {
    let end = mail.windows(2).position(|two| two == b"\n\n");
    end.map_or((mail, &[]), |end| (&mail[..end], &mail[end + 2..]))
}

/// Header fields with what they are folded into.
fn fields(head: &[u8]) -> Vec<Vec<u8>> {
    let mut fields: Vec<Vec<u8>> = Vec::new();
    for line in head.split_inclusive(|byte| *byte == b'\n') {
        match fields.last_mut() {
            Some(field) if line.starts_with(b" ") || line.starts_with(b"\t") => {
                field.extend_from_slice(line);
            }
            _ => fields.push(line.to_vec()),
        }
    }
    fields
}

/// What stands behind the names, each once.
fn values(fields: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    let value = |field: Vec<u8>| {
        let colon = field.iter().position(|byte| *byte == b':')?;
        Some(field[colon + 1..].trim_ascii().to_vec())
    };
    let distinct: std::collections::BTreeSet<Vec<u8>> =
        fields.into_iter().filter_map(value).collect();
    distinct.into_iter().collect()
}

/// The shipped model with its first events only, and without its first line.
fn model(project: &Path) -> io::Result<Vec<u8>> {
    let whole = fs::read(project.join("models/base.model"))?;
    let mut lines = whole.splitn(3, |byte| *byte == b'\n').skip(1);
    let (Some(metadata), Some(counts)) = (lines.next(), lines.next()) else {
        return Err(io::Error::other("models/base.model is no model"));
    };
    let mut metadata: String = String::from_utf8_lossy(metadata).into_owned();
    if let Some((head, tail)) = metadata.split_once("\"events\":") {
        let tail = tail.trim_start_matches(|c: char| c.is_ascii_digit());
        metadata = format!("{head}\"events\":{EVENTS}{tail}");
    }
    Ok([metadata.as_bytes(), b"\n", &counts[..EVENTS * EVENT]].concat())
}
