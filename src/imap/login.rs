//! From an encrypted line to a session: the greeting, what the server offers, who we are.

use std::collections::BTreeSet;

use zeroize::Zeroizing;

use super::client::{Failed, Guest, Handshake, Stranger};
use super::error::spoken;
use super::line::{Desk, Line};
use super::reply::refusal;
use super::{ConnectError, Credentials, Patience, Proof, Session, scan};
use crate::limits;
use crate::mailstore::RefusalCode;

/// Whether the server still has to greet; after STARTTLS it has done so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Greeting {
    Expected,
    Over,
}

/// Logs in.
pub(super) fn log_in(
    mut line: Line,
    greeting: Greeting,
    login: &Credentials,
    patience: Patience,
) -> Result<Session, ConnectError> {
    let (desk, watch) = (line.desk(), line.watch());
    watch.begin(patience.login);
    if greeting == Greeting::Expected {
        desk.expect(limits::ANSWER_BYTES);
        let words = line.greeting().map_err(|_| gone(&desk, &watch))?;
        accept(&words)?;
    }
    let mut stranger = Stranger::new(line);
    desk.expect(limits::ANSWER_BYTES);
    stranger
        .capability()
        .map_err(|failed| refused(failed, &desk, &watch))?;
    let offered = scan::capabilities(&desk.take());
    watch.begin(patience.login);
    desk.expect(limits::ANSWER_BYTES);
    let guest = prove(stranger, login, &offered, |failed| {
        refused(failed, &desk, &watch)
    })?;
    Session::open(guest, desk, watch, patience)
}

/// Only `OK` is a greeting: `PREAUTH` would be somebody else's login.
fn accept(greeting: &[u8]) -> Result<(), ConnectError> {
    let said = greeting.strip_prefix(b"* ").unwrap_or_default();
    let is = |word: &str| {
        said.get(..word.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(word.as_bytes()))
    };
    match () {
        () if is("OK") => Ok(()),
        () if is("BYE") => Err(ConnectError::Later(spoken(said))),
        () => Err(ConnectError::Protocol(format!(
            "it greets with '{}'",
            spoken(greeting)
        ))),
    }
}

/// Shows password or token.
fn prove(
    stranger: Stranger,
    login: &Credentials,
    offered: &BTreeSet<String>,
    refused: impl Fn(Failed) -> ConnectError,
) -> Result<Guest, ConnectError> {
    let user = login.user.as_str();
    let secret = match &login.proof {
        Proof::Password(secret) | Proof::Token(secret) => secret.expose(),
    };
    fits(user, secret)?;
    let shown = |handshake| stranger.log_in(handshake).map_err(refused);
    match &login.proof {
        Proof::Token(_) => {
            let answer = Zeroizing::new(format!("user={user}\x01auth=Bearer {secret}\x01\x01"));
            shown(Handshake::Sasl {
                mechanism: "XOAUTH2",
                answer: &answer,
            })
        }
        Proof::Password(_) if can_quote(user, secret) && !offered.contains("LOGINDISABLED") => {
            shown(Handshake::Login {
                user,
                password: secret,
            })
        }
        Proof::Password(_) if offered.contains("AUTH=PLAIN") => {
            let answer = Zeroizing::new(format!("\0{user}\0{secret}"));
            shown(Handshake::Sasl {
                mechanism: "PLAIN",
                answer: &answer,
            })
        }
        Proof::Password(_) => Err(ConnectError::LoginRefused {
            code: None,
            text: "the server takes no password, or none with letters beyond ASCII".to_owned(),
        }),
    }
}

/// What could be taken for something else by the server is not sent.
fn fits(user: &str, secret: &str) -> Result<(), ConnectError> {
    let is_unfit = |text: &str| {
        text.is_empty()
            || text.len() > limits::SECRET_BYTES
            || text.bytes().any(|byte| byte.is_ascii_control())
    };
    let what = match () {
        () if is_unfit(user) => "the user's name",
        () if is_unfit(secret) => "the password or token",
        () => return Ok(()),
    };
    Err(ConnectError::LoginRefused {
        code: None,
        text: format!("{what} is empty, too long or holds a control character; nothing was sent"),
    })
}

fn can_quote(user: &str, secret: &str) -> bool {
    user.is_ascii() && secret.is_ascii()
}

fn refused(failed: Failed, desk: &Desk, watch: &super::wire::Watch) -> ConnectError {
    if failed == Failed::Broken {
        return gone(desk, watch);
    }
    let (code, text) = refusal(&desk.take().tagged);
    match code {
        Some(RefusalCode::Later) => ConnectError::Later(text),
        code => ConnectError::LoginRefused { code, text },
    }
}

/// Why the line broke.
pub(super) fn gone(desk: &Desk, watch: &super::wire::Watch) -> ConnectError {
    match watch.is_stopped() {
        true => ConnectError::Stopped,
        false => ConnectError::Protocol(
            desk.fault()
                .unwrap_or_else(|| "an answer that makes no sense".to_owned()),
        ),
    }
}
