//! The `imap` crate, which nothing else here knows: it numbers commands, finds their answers and
//! logs in. Where it panics, the connection is given up and the process goes on.
//!
//! Not used of it: `select` panics on an untagged `NO`, `idle` on a tagged `OK`; `uid_mv` and
//! `uid_copy` lose COPYUID, and the latter quotes nothing; an idle handle hangs on a dead peer.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use ::imap::{Authenticator, Error};

use super::line::Line;

/// How a command ended, short of its success.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failed {
    /// By a tagged NO or BAD.
    Refused,
    /// In a way after which the connection is of no use.
    Broken,
}

/// What a login shows to the server.
#[derive(Debug, Clone, Copy)]
pub(super) enum Handshake<'a> {
    /// LOGIN
    Login { user: &'a str, password: &'a str },
    /// AUTHENTICATE with one answer to the first challenge and empty ones to others.
    Sasl {
        mechanism: &'static str,
        answer: &'a str,
    },
}

/// A connection, before the login.
pub(super) struct Stranger(::imap::Client<Line>);

/// A connection, after the login.
pub(super) struct Guest(::imap::Session<Line>);

impl Stranger {
    pub(super) fn new(line: Line) -> Stranger {
        Stranger(::imap::Client::new(line))
    }

    /// Asks for the capabilities; they are on the desk.
    pub(super) fn capability(&mut self) -> Result<(), Failed> {
        caught(|| self.0.capabilities().map(|_| ()))
    }

    /// Logs in.
    pub(super) fn log_in(self, handshake: Handshake<'_>) -> Result<Guest, Failed> {
        caught(|| {
            let done = match handshake {
                Handshake::Login { user, password } => self.0.login(user, password),
                Handshake::Sasl { mechanism, answer } => {
                    let once = Once(Cell::new(Some(answer)));
                    self.0.authenticate(mechanism, &once)
                }
            };
            done.map(Guest).map_err(|(error, _)| error)
        })
    }
}

impl Guest {
    /// Sends a command; what it brought is on the desk.
    pub(super) fn run(&mut self, command: &str) -> Result<(), Failed> {
        caught(|| self.0.run(command).map(|_| ()))
    }
}

/// Says a thing once.
struct Once<'a>(Cell<Option<&'a str>>);

impl<'a> Authenticator for Once<'a> {
    type Response = &'a str;

    fn process(&self, _challenge: &[u8]) -> &'a str {
        self.0.take().unwrap_or_default()
    }
}

fn caught<T>(call: impl FnOnce() -> Result<T, Error>) -> Result<T, Failed> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(Error::No(_) | Error::Bad(_))) => Err(Failed::Refused),
        Ok(Err(_)) | Err(_) => Err(Failed::Broken),
    }
}
