use std::path::{Path, PathBuf};
use std::process::Output;

use assert_cmd::Command;
use proptest::prelude::ProptestConfig;
use tempfile::TempDir;

/// What the fixtures with this ending hold, in their order.
pub(crate) fn fixtures(ending: &str) -> Vec<Vec<u8>> {
    let files = files_below("tests/fixtures", ending);
    files
        .iter()
        .map(|path| std::fs::read(path).unwrap())
        .collect()
}

/// Files below a directory of the project with this ending, in their order.
pub(crate) fn files_below(directory: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root().join(directory)];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            let entries = std::fs::read_dir(&path).unwrap();
            open.extend(entries.map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|found| found == ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// So many cases of a property; as many as `PROPTEST_CASES` says where it is set.
pub(crate) fn cases(usually: u32) -> ProptestConfig {
    match std::env::var_os("PROPTEST_CASES") {
        Some(_) => ProptestConfig::default(),
        None => ProptestConfig::with_cases(usually),
    }
}

/// Root of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A directory of its own to run anteroom in.
pub(crate) struct Workspace {
    dir: TempDir,
}

impl Workspace {
    pub(crate) fn new() -> Workspace {
        Workspace {
            dir: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// Runs anteroom here, with no configuration of the user's.
    pub(crate) fn run(&self, args: &[&str]) -> Run {
        self.run_with(args, b"")
    }

    /// Runs anteroom here with this standard input.
    pub(crate) fn run_with(&self, args: &[&str], stdin: &[u8]) -> Run {
        let output = Command::cargo_bin("anteroom")
            .unwrap()
            .current_dir(self.dir.path())
            .env_remove("ANTEROOM_CONFIG")
            .env("XDG_CONFIG_HOME", self.dir.path().join("no-config"))
            .env("XDG_STATE_HOME", self.dir.path().join("usual-state"))
            .args(args)
            .write_stdin(stdin)
            .output()
            .unwrap();
        Run {
            command: args.join(" "),
            output,
        }
    }

    /// Names of the entries of the directory, hidden ones too.
    pub(crate) fn entries(&self) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(self.dir.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

/// What a run left behind.
pub(crate) struct Run {
    command: String,
    pub(crate) output: Output,
}

impl Run {
    pub(crate) fn stdout(&self) -> String {
        String::from_utf8(self.output.stdout.clone()).unwrap()
    }

    pub(crate) fn stderr(&self) -> String {
        String::from_utf8(self.output.stderr.clone()).unwrap()
    }

    /// The run succeeded and had nothing to complain about.
    #[track_caller]
    pub(crate) fn ok(self) -> Run {
        assert!(
            self.output.status.success() && self.stderr().is_empty(),
            "{}",
            self.describe()
        );
        self
    }

    /// The run ended with this code and one line of complaint that holds all these words.
    #[track_caller]
    pub(crate) fn fails(self, code: i32, words: &[&str]) -> Run {
        assert_eq!(self.output.status.code(), Some(code), "{}", self.describe());
        assert_eq!(
            self.stderr().trim_end().lines().count(),
            1,
            "{}",
            self.describe()
        );
        for word in words {
            assert!(
                self.stderr().contains(word),
                "no '{word}' in\n{}",
                self.describe()
            );
        }
        self
    }

    /// The JSON lines of standard output.
    #[track_caller]
    pub(crate) fn json(&self) -> Vec<serde_json::Value> {
        self.stdout()
            .lines()
            .map(|line| {
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
            })
            .collect()
    }

    fn describe(&self) -> String {
        format!(
            "$ anteroom {}\n{}\n--- stdout\n{}--- stderr\n{}",
            self.command,
            self.output.status,
            String::from_utf8_lossy(&self.output.stdout),
            String::from_utf8_lossy(&self.output.stderr)
        )
    }
}

/// A plain message.
pub(crate) fn mail(from: &str, subject: &str, body: &str) -> String {
    format!("From: {from}\nSubject: {subject}\nMessage-ID: <{subject}@x.example>\n\n{body}\n")
}

/// An mbox of these messages.
pub(crate) fn mbox(messages: &[String]) -> String {
    messages
        .iter()
        .map(|message| format!("From a@x.example Mon Jan  1 00:00:00 2024\n{message}\n"))
        .collect()
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut encoder, bytes).unwrap();
    encoder.finish().unwrap()
}
