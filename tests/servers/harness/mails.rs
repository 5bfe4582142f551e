use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use super::server::root;

/// A message that is told from all others by a header of its own.
#[derive(Debug, Clone)]
pub(crate) struct Mail {
    /// Value of its `X-Test` header.
    pub(crate) id: String,
    /// What it is, by who wrote it as an example.
    pub(crate) label: &'static str,
    pub(crate) bytes: Vec<u8>,
}

/// The labels, in the order of their folders' names.
pub(crate) const LABELS: [&str; 4] = ["generic-invite", "genuine", "pitch", "spam"];

/// So many messages, the labels by turns. Their verdict is their label when each is judged alone.
pub(crate) fn mails(count: usize) -> Vec<Mail> {
    let all = examples();
    let mails: Vec<Mail> = (0..)
        .flat_map(|row| all.iter().filter_map(move |column| column.get(row)))
        .take(count)
        .cloned()
        .collect();
    assert_eq!(mails.len(), count, "there are fewer examples");
    mails
}

/// All there are of the kind of [`mails`].
pub(crate) fn available() -> Vec<Mail> {
    examples().iter().flatten().cloned().collect()
}

/// Many messages of the kind of [`mails`], no two the same.
pub(crate) fn many(count: usize) -> Vec<Mail> {
    let base = mails(400);
    (0..count)
        .map(|n| {
            let mail = &base[n % base.len()];
            let id = format!("{}-{n}", mail.id);
            let head = format!("X-Test: {id}\r\n").into_bytes();
            let after = mail.bytes.iter().position(|b| *b == b'\n').unwrap() + 1;
            Mail {
                bytes: [&head, &mail.bytes[after..]].concat(),
                id,
                label: mail.label,
            }
        })
        .collect()
}

fn examples() -> &'static [Vec<Mail>; 4] {
    static ALL: OnceLock<[Vec<Mail>; 4]> = OnceLock::new();
    ALL.get_or_init(|| {
        let verdicts = verdicts(&root().join("training-data"), &[]);
        LABELS.map(|label| {
            let folder = root().join("training-data").join(label);
            verdicts
                .iter()
                .filter(|(path, verdict)| *verdict == label && Path::new(path).starts_with(&folder))
                .map(|(path, _)| example(path, label))
                .collect()
        })
    })
}

fn example(path: &str, label: &'static str) -> Mail {
    let path = Path::new(path);
    let id = path.file_stem().unwrap().to_str().unwrap().to_owned();
    let bytes = std::fs::read(path).unwrap();
    Mail {
        bytes: [format!("X-Test: {id}\r\n").as_bytes(), &bytes].concat(),
        id,
        label,
    }
}

/// What `anteroom classify` says of each file: path and verdict.
pub(crate) fn verdicts(input: &Path, arguments: &[&str]) -> BTreeMap<String, String> {
    let output = Command::new(env!("CARGO_BIN_EXE_anteroom"))
        .args(["classify", "--json"])
        .args(arguments)
        .arg(input)
        .env_remove("ANTEROOM_CONFIG")
        .env("XDG_CONFIG_HOME", "/nonexistent")
        .env("XDG_STATE_HOME", "/nonexistent")
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| {
            let verdict: serde_json::Value = serde_json::from_str(line).unwrap();
            let text = |key: &str| verdict[key].as_str().unwrap().to_owned();
            (text("source"), text("verdict"))
        })
        .collect()
}

/// A source of numbers that is the same at every run.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    /// A number below `end` (splitmix64).
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % end as u64).unwrap()
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}
