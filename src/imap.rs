//! A mail server over the network: a [`MailStore`](crate::mailstore::MailStore) by IMAP.
//!
//! ```text
//! wire: deadlines, stop → tls → line: framing, byte budget ─┬─ tagged lines → client (the crate)
//!                                                           └─ untagged replies → reply, fetched
//! ```
//!
//! The `imap` crate numbers commands, matches answers, logs in and idles, and sees nothing of what
//! a server says besides: what it cannot parse would end the session, an untagged `NO` in the wrong
//! place its process. Untagged replies are framed in `line` and read by parsers of our own, which
//! skip what they do not know. Every command is built in `command`, which refuses what cannot be
//! quoted. Nothing here waits without an end, and nothing sets `\Seen`.

mod client;
mod command;
mod error;
mod fetched;
mod idle;
mod interrupt;
mod line;
mod login;
#[cfg(test)]
mod mutants;
mod namespace;
mod quote;
mod reply;
mod scan;
mod secret;
mod session;
mod splitter;
mod starttls;
mod tls;
#[cfg(any(test, fuzzing))]
mod transcript;
mod utf7;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use crate::account::{Endpoint, Security};
use crate::limits;

pub use crate::account::Secret;
pub use error::{ConnectError, TlsRefusal};
pub use interrupt::{Interrupt, Shield};
pub use namespace::{Namespace, ResolveError};
pub use secret::{Credentials, Proof};
pub use session::Session;
#[cfg(fuzzing)]
pub use transcript::play;

use line::Line;
use wire::Wire;

/// How long the steps of a connection may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Looking up the name and connecting.
    pub connect: Duration,
    /// Each of handshake, greeting and login.
    pub login: Duration,
    /// Each command, not counting what arrives at a useful speed.
    pub command: Duration,
    /// Between two looks where the server cannot say that something happened.
    pub poll: Duration,
}

impl Default for Patience {
    fn default() -> Patience {
        Patience {
            connect: limits::CONNECT,
            login: limits::LOGIN,
            command: limits::COMMAND,
            poll: limits::POLL,
        }
    }
}

/// Connects, checks who answers, and logs in.
///
/// # Errors
/// If any of that fails; nothing of the credentials is sent before TLS stands.
pub fn connect(
    endpoint: &Endpoint,
    login: &Credentials,
    interrupt: &Arc<Interrupt>,
) -> Result<Session, ConnectError> {
    connect_within(endpoint, login, interrupt, Patience::default())
}

/// [`connect`] with other limits of time.
///
/// # Errors
/// As [`connect`].
pub fn connect_within(
    endpoint: &Endpoint,
    login: &Credentials,
    interrupt: &Arc<Interrupt>,
    patience: Patience,
) -> Result<Session, ConnectError> {
    let trust = tls::trust(endpoint)?;
    let mut wire = Wire::connect(endpoint, interrupt, patience.connect)?;
    wire.watch().begin(patience.login);
    if endpoint.security == Security::StartTls {
        starttls::ask(&mut wire)?;
    }
    let watch = Arc::clone(wire.watch());
    let encrypted = tls::shake_hands(trust, endpoint, wire)?;
    let line = Line::new(Box::new(encrypted), watch);
    let greeting = match endpoint.security {
        Security::Tls => login::Greeting::Expected,
        Security::StartTls => login::Greeting::Over,
    };
    login::log_in(line, greeting, login, patience)
}
