//! A whole session over a transcript, and over every transcript that differs a little from it.

use std::io::{self, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::line::Line;
use super::login::{Greeting, log_in};
use super::wire::Watch;
use super::{Credentials, Interrupt, Patience};
use crate::account::Secret;
use crate::mailstore::{Access, FlagChange, MailStore, MailboxName, Query, Uid, UidSet};

/// What a server says in a session that uses every call.
const TRANSCRIPT: &str = "\
* OK hi
* CAPABILITY IMAP4rev1
a1 OK
a2 OK [CAPABILITY IMAP4rev1 IDLE] logged in
* CAPABILITY IMAP4rev1 MOVE UIDPLUS IDLE NAMESPACE
a3 OK
* NAMESPACE ((\"INBOX.\" \".\")) NIL NIL
a4 OK
* LIST (\\Junk) \".\" \"a\\\"b\"
* LIST (\\NoSelect) NIL &ANY-
* LIST (\\HasNoChildren) \".\" INBOX
a5 OK
* STATUS b (MESSAGES 2 UIDNEXT 9 UIDVALIDITY 3)
a6 OK
* 2 EXISTS
* FLAGS (\\Seen)
* OK [UIDVALIDITY 3] x
* OK [PERMANENTFLAGS (\\* \\Deleted)] x
a7 OK [READ-WRITE]
* SEARCH 5 7
* NO [ALERT] disk nearly full
a8 OK
* 1 FETCH (UID 5 RFC822.SIZE 4)
a9 OK
* 1 FETCH (UID 5 RFC822.SIZE 4 BODY[HEADER]<0> {5}
A:b
)
* 1 FETCH (FLAGS (x))
a10 OK
* 1 FETCH (BODY[]<0> \"q\\\"\" RFC822.SIZE 4 UID 5)
a11 OK
* OK [COPYUID 4 5:7 8,9:10] x
* 1 EXPUNGE
a12 OK
a13 OK [COPYUID 4 5 8] x
a14 OK
a15 OK
+ idle
* 3 EXISTS
a16 OK
";

/// What is left of a transcript to read.
struct Tape {
    bytes: Vec<u8>,
    at: usize,
}

impl Read for Tape {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let part = (self.bytes.len() - self.at).min(into.len());
        into[..part].copy_from_slice(&self.bytes[self.at..self.at + part]);
        self.at += part;
        Ok(part)
    }
}

impl Write for Tape {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Plays a whole session; the number of calls that succeeded.
fn play(bytes: Vec<u8>, patience: Patience) -> usize {
    let interrupt = Arc::new(Interrupt::new());
    let watch = Watch::new(&interrupt, patience.login);
    let line = Line::new(Box::new(Tape { bytes, at: 0 }), watch);
    let login = Credentials::password("me", Secret::new("secret".to_owned()));
    let Ok(mut session) = log_in(line, Greeting::Expected, &login, patience) else {
        return 0;
    };
    let inbox = MailboxName::inbox();
    let uids: UidSet = [5, 6, 7].into_iter().map(Uid).collect();
    let done = [
        session.namespace().is_ok(),
        session.folders().is_ok(),
        session.status(&inbox).is_ok(),
        session.select(&inbox, Access::ReadWrite).is_ok(),
        session.uids(&Query::PresentOf(uids.clone())).is_ok(),
        session.sizes(&uids).is_ok(),
        session.heads(&uids).is_ok(),
        session.letters(&uids).is_ok(),
        session.transfer(&uids, &inbox).is_ok(),
        session.copy(&uids, &inbox).is_ok(),
        session.flag(&uids, FlagChange::Add, "\\Deleted").is_ok(),
        session.expunge(&uids).is_ok(),
        session.wait(Duration::ZERO).is_ok(),
    ];
    1 + done.iter().filter(|done| **done).count()
}

fn patience() -> Patience {
    Patience {
        poll: Duration::ZERO,
        ..Patience::default()
    }
}

#[test]
fn the_transcript_is_understood_to_its_end() {
    let bytes = TRANSCRIPT.replace('\n', "\r\n").into_bytes();
    assert_eq!(play(bytes, patience()), 14);
}

/// Every byte by every other, every end, every line dropped, doubled and moved.
fn mutants(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let with = move |at: usize, byte: u8| {
        let mut mutant = bytes.to_vec();
        mutant[at] = byte;
        mutant
    };
    let other = (0..bytes.len()).flat_map(move |at| {
        (0..=255_u8)
            .filter(move |byte| *byte != bytes[at])
            .map(move |byte| with(at, byte))
    });
    let cut = (0..bytes.len()).map(|end| bytes[..end].to_vec());
    let lines: Vec<Vec<u8>> = bytes
        .split_inclusive(|byte| *byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect();
    let count = lines.len();
    let pairs = (0..count).flat_map(move |from| (0..count).map(move |to| (from, to)));
    let moved = pairs.flat_map(move |(from, to)| {
        let mut swapped = lines.clone();
        swapped.swap(from, to);
        let mut doubled = lines.clone();
        doubled.insert(to, lines[from].clone());
        [swapped.concat(), doubled.concat()]
    });
    other.chain(cut).chain(moved)
}

#[test]
fn no_transcript_takes_a_session_with_it() {
    let bytes = TRANSCRIPT.replace('\n', "\r\n").into_bytes();
    let (mut tried, mut slowest) = (0_usize, Duration::ZERO);
    for mutant in mutants(&bytes) {
        let began = Instant::now();
        let shown = String::from_utf8_lossy(&mutant).into_owned();
        let survived = catch_unwind(AssertUnwindSafe(|| play(mutant, patience())));
        assert!(survived.is_ok(), "a panic after {shown}");
        slowest = slowest.max(began.elapsed());
        tried += 1;
    }
    println!("{tried} mutants, the slowest took {slowest:?}");
    assert!(tried >= 200_000, "only {tried}");
    assert!(slowest < Duration::from_secs(1), "{slowest:?}");
}
