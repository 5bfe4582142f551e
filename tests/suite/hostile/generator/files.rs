//! Files of many: mailboxes, tables of an export, archives.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};

use super::{Form, Kind, each};

pub(super) const KINDS: &[Kind] = &[
    many("mbox-separators", "m.mbox", |n| {
        format!(
            "{FROM}{}",
            "From a@a.example Mon Jan  1 00:00:00 2024\n".repeat(n)
        )
        .into_bytes()
    }),
    many("mbox-messages", "m.mbox", |n| {
        each(n, |k| format!("{FROM}Subject: s{k}\n\n>From x\n\n")).into_bytes()
    }),
    many("mbox-one-line", "m.mbox", |n| {
        format!("{FROM}{}", "From ".repeat(n)).into_bytes()
    }),
    many("export-rows", "messages.csv", |n| {
        format!("{COLUMNS}{}", each(n, row)).into_bytes()
    }),
    many("export-rows-of-one-conversation", "messages.csv", |n| {
        format!("{COLUMNS}{}", row(0).repeat(n)).into_bytes()
    }),
    many("export-quote-open", "messages.csv", |n| {
        format!("{COLUMNS}{}c,\"{}", row(0), "a,\n".repeat(n)).into_bytes()
    }),
    many("export-fields", "messages.csv", |n| {
        format!("{COLUMNS}{}{}\n", row(0), ",".repeat(n)).into_bytes()
    }),
    many("export-quotes", "messages.csv", |n| {
        format!("{COLUMNS}{}\"{}\"\n", row(0), "\"\"".repeat(n)).into_bytes()
    }),
    many("gzip-in-pieces", "m.mbox.gz", |n| {
        let piece = packed(format!("{FROM}Subject: s\n\nx\n\n").as_bytes());
        piece.repeat(n)
    }),
    many("gzip-bomb", "m.mbox.gz", |n| {
        let mut bytes = packed(format!("{FROM}Subject: s\n\n").as_bytes());
        let zeros = packed(&vec![b'x'; 1 << 20]);
        (0..n.div_ceil(1_000).max(100)).for_each(|_| bytes.extend_from_slice(&zeros));
        bytes
    }),
];

const FROM: &str = "From a@a.example Mon Jan  1 00:00:00 2024\n";

const COLUMNS: &str = "CONVERSATION ID,CONVERSATION TITLE,FROM,SENDER PROFILE URL,TO,\
                       RECIPIENT PROFILE URLS,DATE,SUBJECT,CONTENT,FOLDER\n";

const fn many(name: &'static str, file: &'static str, make: fn(usize) -> Vec<u8>) -> Kind {
    Kind {
        name,
        form: Form::Many(file),
        make,
    }
}

fn row(n: usize) -> String {
    format!(
        "c{n},,Ann Lee,https://www.linkedin.com/in/ann-{n},Bo Ek,https://www.linkedin.com/in/bo,\
         2024-01-01 10:00:00 UTC,,Hello {n},INBOX\n"
    )
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder
        .write_all(bytes)
        .and_then(|()| encoder.finish())
        .expect("memory takes what is written")
}
