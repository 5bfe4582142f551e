//! STARTTLS on the bare socket, byte by byte, so that nothing said in clear outlives it.
//!
//! A go-between can strike the offer from what the server says, or slip in an answer that is then
//! taken for one under TLS (CVE-2021-33515 and its kin). So the command is sent whatever is offered,
//! any answer but OK is the end, and so is a byte that comes before our handshake.

use std::io::{Read, Write};

use super::ConnectError;
use super::error::spoken;
use super::wire::Wire;

/// Bytes of one line in clear.
const LINE_BYTES: usize = 8 << 10;

/// Lines between greeting and answer.
const LINES: usize = 20;

/// Asks for TLS and reads to the end of the answer.
pub(super) fn ask(wire: &mut Wire) -> Result<(), ConnectError> {
    let greeting = line(wire)?;
    let upper = greeting.to_ascii_uppercase();
    if upper.starts_with(b"* PREAUTH") {
        return Err(ConnectError::StartTls(
            "the server says that somebody is logged in already".to_owned(),
        ));
    }
    if upper.starts_with(b"* BYE") {
        return Err(ConnectError::Later(spoken(&greeting[2..])));
    }
    if !upper.starts_with(b"* OK") {
        return Err(ConnectError::Protocol(format!(
            "it greets with '{}'",
            spoken(&greeting)
        )));
    }
    wire.write_all(b"s1 STARTTLS\r\n")
        .map_err(|error| silent(wire, &error))?;
    for _ in 0..LINES {
        let answer = line(wire)?;
        let upper = answer.to_ascii_uppercase();
        if upper.starts_with(b"S1 OK") {
            return nothing_follows(wire);
        }
        if !upper.starts_with(b"* ") || upper.starts_with(b"* BYE") {
            return Err(ConnectError::StartTls(spoken(&answer)));
        }
    }
    Err(ConnectError::StartTls(
        "the server talks on and does not answer".to_owned(),
    ))
}

/// The server has to wait for our handshake now.
fn nothing_follows(wire: &Wire) -> Result<(), ConnectError> {
    match wire.has_spoken() {
        Ok(false) => Ok(()),
        Ok(true) => Err(ConnectError::StartTls(
            "something was slipped in before TLS".to_owned(),
        )),
        Err(error) => Err(silent(wire, &error)),
    }
}

fn line(wire: &mut Wire) -> Result<Vec<u8>, ConnectError> {
    let mut line = Vec::new();
    let mut byte = [0];
    while line.len() < LINE_BYTES {
        match wire.read(&mut byte) {
            Ok(0) => {
                return Err(ConnectError::Protocol(
                    "the server closed the connection".to_owned(),
                ));
            }
            Ok(_) if byte[0] == b'\n' => return Ok(line),
            Ok(_) => line.push(byte[0]),
            Err(error) => return Err(silent(wire, &error)),
        }
    }
    Err(ConnectError::Protocol("an endless line".to_owned()))
}

fn silent(wire: &Wire, error: &std::io::Error) -> ConnectError {
    match wire.watch().is_stopped() {
        true => ConnectError::Stopped,
        false => ConnectError::Protocol(error.to_string()),
    }
}
