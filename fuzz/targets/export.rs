//! Tables of a data export: read or refused, and every row has a contact.
#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;

use anteroom::source::{Rest, Source, connections};
use anteroom::triage::read as read_contact;
use libfuzzer_sys::fuzz_target;

static PLACE: LazyLock<tempfile::TempDir> =
    LazyLock::new(|| tempfile::tempdir().expect("a temporary directory"));

fuzz_target!(
    init: anteroom::extract::prepare(),
    |bytes: &[u8]| {
        anteroom_fuzz::measured(bytes, read);
    }
);

fn read(bytes: &[u8]) {
    for name in ["messages.csv", "Invitations.csv"] {
        let path = write(name, bytes);
        let Ok(mut source) = Source::open(&path, Rest::Skip) else {
            continue;
        };
        while let Ok(Some(row)) = source.next_message() {
            read_contact(&row.content, &anteroom_fuzz::owner());
        }
        let _ = source.finish(&path);
    }
    let _ = connections(&write("Connections.csv", bytes));
}

fn write(name: &str, bytes: &[u8]) -> PathBuf {
    let path = PLACE.path().join(name);
    std::fs::write(&path, bytes).expect("room for a table");
    path
}
