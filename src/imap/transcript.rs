//! A whole session over a transcript instead of a network. Not in the program: for tests and for
//! fuzzing only.

use std::io::{self, Read, Write};
use std::sync::Arc;
use std::time::Duration;

use super::line::Line;
use super::login::{Greeting, log_in};
use super::wire::Watch;
use super::{Credentials, Interrupt, Patience};
use crate::account::Secret;
use crate::mailstore::{Access, FlagChange, MailStore, MailboxName, Query, Uid, UidSet};

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

/// Plays a whole session over what a server says in it; the number of calls that succeeded.
#[cfg_attr(not(fuzzing), expect(unreachable_pub, reason = "it is, for fuzzing"))]
pub fn play(bytes: Vec<u8>) -> usize {
    let patience = Patience {
        poll: Duration::ZERO,
        ..Patience::default()
    };
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
