use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::time::SystemTime;

use rusqlite::{Connection, OpenFlags};
use sha2::{Digest, Sha256};

use super::owner::{Got, Owner};
use crate::harness::account::Setup;
use crate::harness::client::Stored;
use crate::harness::server::Mailbox;
use crate::harness::snapshot::{Snapshot, id};

/// What became of everything.
#[derive(Debug, Default)]
pub(super) struct Account {
    delivered: usize,
    moved: usize,
    moves: usize,
    archived: usize,
    places: BTreeMap<String, usize>,
    learned: usize,
    refused: usize,
    /// Moved by the owner into the very folder that the program was just moving it into: nobody
    /// can tell whose move it was.
    joint: usize,
    /// How often a lesson was written down.
    written: i64,
    /// What must not be; one line each.
    faults: BTreeMap<&'static str, Vec<String>>,
}

/// The kinds of faults, in the order they are shown.
const KINDS: [&str; 8] = [
    "lost",
    "doubled",
    "changed",
    "not sent by anybody",
    "moved against the owner's word",
    "not learned",
    "learned without a move",
    "learned twice",
];

fn open(state: &Path) -> Connection {
    let path = state.join("state.sqlite");
    Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap()
}

/// True while something waits to be learned, or a move is open.
pub(super) fn is_busy(state: &Path) -> bool {
    let count = |sql: &str| -> i64 { open(state).query_row(sql, [], |row| row.get(0)).unwrap() };
    count("SELECT count(*) FROM correction WHERE refused = 0") > 0
        || count("SELECT count(*) FROM operation WHERE ended IS NULL") > 0
}

/// Nothing of a message is in a log.
pub(super) fn assert_silent(log: &[u8], owner: &Owner<'_>) {
    let log = String::from_utf8_lossy(log);
    for got in owner.got.values() {
        assert!(!log.contains(&got.message_id), "{}", got.message_id);
    }
}

/// Accounts for every message that came.
pub(super) fn of(mailbox: &Mailbox<'_>, setup: &Setup, owner: &Owner<'_>) -> Account {
    let mut account = Account {
        delivered: owner.got.len(),
        ..Account::default()
    };
    let snapshot = Snapshot::of(mailbox);
    let mut found: BTreeMap<String, Vec<(&str, &Stored)>> = BTreeMap::new();
    for (folder, message) in snapshot.messages() {
        found
            .entry(id(message))
            .or_default()
            .push((folder, message));
        *account.places.entry(folder.to_owned()).or_default() += 1;
    }
    for (id, got) in &owner.got {
        account.look_at(id, got, found.get(id).map_or(&[], Vec::as_slice));
    }
    for id in found.keys().filter(|id| !owner.got.contains_key(*id)) {
        account.fault("not sent by anybody", id.clone());
    }
    account.lessons(&open(&setup.state), owner, &found);
    account
}

impl Account {
    fn fault(&mut self, kind: &'static str, what: String) {
        self.faults.entry(kind).or_default().push(what);
    }

    fn look_at(&mut self, id: &str, got: &Got, found: &[(&str, &Stored)]) {
        let folders: Vec<&str> = found.iter().map(|(folder, _)| *folder).collect();
        let put: Vec<&str> = got.put.iter().map(|(folder, _)| &**folder).collect();
        let story = format!("{id}: the owner {put:?}, in {folders:?}");
        match found {
            [] => self.fault("lost", story.clone()),
            [_] => {}
            _ => self.fault("doubled", story.clone()),
        }
        for (_, message) in found {
            let from = message.bytes.len().saturating_sub(got.length);
            if <[u8; 32]>::from(Sha256::digest(&message.bytes[from..])) != got.sha256 {
                self.fault("changed", story.clone());
            }
        }
        if let Some(last) = put.last() {
            self.moved += 1;
            self.moves += put.len();
            if !folders.contains(last) {
                self.fault("moved against the owner's word", story);
            }
        }
    }

    /// Every message the owner moved is learned by their last word, once, unless the model would be
    /// worse with it; and no other is.
    fn lessons(
        &mut self,
        store: &Connection,
        owner: &Owner<'_>,
        found: &BTreeMap<String, Vec<(&str, &Stored)>>,
    ) {
        let mut learned = lessons(store);
        let refused = refused(store);
        for (id, got) in &owner.got {
            let lesson = learned.remove(&identity(&got.message_id));
            let is_refused = |label: &str| {
                let copies = found.get(id).into_iter().flatten();
                copies
                    .map(|(_, message)| message.fingerprint())
                    .any(|print| refused.get(&print[..]).is_some_and(|other| other == label))
            };
            let copies = found.get(id).into_iter().flatten();
            let moves: Vec<_> = copies
                .flat_map(|(_, message)| own_moves(store, &message.fingerprint()))
                .collect();
            let story = |lesson: &Option<String>| {
                let put = &got.put;
                format!("{id}: {put:?}, lesson {lesson:?}, the program's own moves {moves:?}")
            };
            match (owner.word(got), &lesson) {
                (Some(word), Some(label)) if word == label => self.learned += 1,
                (Some(word), _) if is_refused(word) => self.refused += 1,
                (Some(_), _) if moves.iter().any(|own| own.is_joint(got)) => self.joint += 1,
                (Some(_), _) => self.fault("not learned", story(&lesson)),
                (None, Some(_)) if got.put.is_empty() => {
                    self.fault("learned without a move", story(&lesson));
                }
                (None, _) => self.archived += usize::from(!got.put.is_empty()),
            }
        }
        for (identity, label) in learned {
            self.fault("learned without a move", format!("{identity:x?}: {label}"));
        }
        let written = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'lessons'";
        self.written = store.query_row(written, [], |row| row.get(0)).unwrap();
        let words = owner.got.values().flat_map(|got| &got.put);
        let most = words.filter(|(to, _)| to != owner.archive()).count();
        if self.written > most as i64 {
            self.fault(
                "learned twice",
                format!("{} lessons of {most} moves", self.written),
            );
        }
    }

    #[track_caller]
    pub(super) fn assert_all_is_well(&self) {
        assert!(self.faults.is_empty(), "{:#?}", self.faults);
        assert!(self.moves > 0 && self.learned > 0, "nothing happened");
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} messages delivered, now in {:?}",
            self.delivered, self.places
        )?;
        writeln!(
            f,
            "the owner moved {} of them, {} times: {} learned, {} refused as harmful, {} archived at last, {} where the program was just moving it; {} lessons written",
            self.moved,
            self.moves,
            self.learned,
            self.refused,
            self.archived,
            self.joint,
            self.written
        )?;
        let counts = KINDS.map(|kind| {
            let count = self.faults.get(kind).map_or(0, Vec::len);
            format!("{kind} {count}")
        });
        write!(f, "{}", counts.join(", "))
    }
}

fn lessons(store: &Connection) -> BTreeMap<Vec<u8>, String> {
    store
        .prepare("SELECT identity, label FROM lessons")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect()
}

fn refused(store: &Connection) -> BTreeMap<Vec<u8>, String> {
    store
        .prepare("SELECT fingerprint, label FROM correction WHERE refused = 1")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect()
}

/// A move that the program made, or took for its own.
#[derive(Debug)]
struct OwnMove {
    target: String,
    step: String,
    /// In seconds since 1970.
    began: i64,
    ended: i64,
}

impl OwnMove {
    /// True if the owner's last move led into the same folder while this one was under way.
    fn is_joint(&self, got: &Got) -> bool {
        let Some((to, at)) = got.put.last() else {
            return false;
        };
        let since_1970 = SystemTime::UNIX_EPOCH.elapsed().unwrap() - at.elapsed();
        let at = i64::try_from(since_1970.as_secs()).unwrap();
        // The store's times are cut to whole seconds.
        self.step == "done" && self.target == *to && (self.began..=self.ended + 1).contains(&at)
    }
}

/// The moves of the program that came to an end.
fn own_moves(store: &Connection, fingerprint: &[u8]) -> Vec<OwnMove> {
    store
        .prepare(
            "SELECT target, step, began, ended FROM operation
             WHERE fingerprint = ?1 AND ended IS NOT NULL ORDER BY id",
        )
        .unwrap()
        .query_map([fingerprint], |row| {
            Ok(OwnMove {
                target: row.get(0)?,
                step: row.get(1)?,
                began: row.get(2)?,
                ended: row.get(3)?,
            })
        })
        .unwrap()
        .map(Result::unwrap)
        .collect()
}

/// What the state store calls a message: worked out anew here.
fn identity(message_id: &str) -> Vec<u8> {
    let digest = Sha256::digest(format!("message-id\0{message_id}"));
    digest[..16].to_vec()
}
