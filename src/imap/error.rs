//! Why no connection came about.

use crate::mailstore::RefusalCode;
use crate::neutral::is_deceptive;

/// Why no connection came about.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// Name, network, port or server do not answer.
    #[error("{server}: cannot be reached: {why}")]
    Unreachable {
        /// Host and port.
        server: String,
        /// What the system said.
        why: String,
    },
    /// TLS came not about, or the certificate is not to be trusted.
    #[error("{server}: TLS refused: {why}")]
    Tls {
        /// Host and port.
        server: String,
        /// The reason.
        why: TlsRefusal,
    },
    /// The file with the certificate authority cannot be used.
    #[error("ca_file {path}: {why}; it must hold certificates in PEM form")]
    CaFile {
        /// The file.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// The server, or somebody between, does not start TLS, or spoke out of turn. Nothing secret
    /// was sent.
    #[error("STARTTLS refused: {0}; nothing was sent. If the server has port 993, use that")]
    StartTls(String),
    /// The server does not accept user and password or token.
    #[error("login refused: {text}")]
    LoginRefused {
        /// The reason as a code.
        code: Option<RefusalCode>,
        /// What the server said.
        text: String,
    },
    /// The server is there and cannot serve now.
    #[error("not now: {0}")]
    Later(String),
    /// This program was asked to stop.
    #[error("stopped")]
    Stopped,
    /// What answers does not speak the protocol as it should, or fell silent.
    #[error("no proper mail server: {0}")]
    Protocol(String),
}

/// Why TLS did not come about.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TlsRefusal {
    /// Signed by nobody who is trusted, or by itself.
    #[error(
        "the certificate is signed by nobody this machine trusts; for an authority of your own give its file as ca_file"
    )]
    UnknownIssuer,
    /// The certificate is somebody else's.
    #[error("the certificate is for another name than this host's")]
    WrongName,
    /// The certificate's time is over.
    #[error("the certificate has expired")]
    Expired,
    /// The certificate's time has not come.
    #[error("the certificate is not valid yet; is this machine's clock right?")]
    NotYet,
    /// The server answered something else than TLS.
    #[error("the server does not speak TLS on this port")]
    NotTls,
    /// This machine trusts nobody.
    #[error("no certificate authorities were found on this machine; install ca-certificates")]
    NoAuthorities,
    /// Something else.
    #[error("{0}")]
    Other(String),
}

/// What a server said, fit for a terminal and a log: one line, no control or direction characters,
/// at most 200 characters.
pub(super) fn spoken(bytes: &[u8]) -> String {
    let hides = |c: char| {
        let is_invisible = matches!(c, '\u{200b}'..='\u{200d}' | '\u{feff}');
        is_invisible || c.is_control() || is_deceptive(c)
    };
    let head = &bytes[..bytes.len().min(800)];
    String::from_utf8_lossy(head)
        .chars()
        .map(|c| if hides(c) { ' ' } else { c })
        .take(200)
        .collect::<String>()
        .trim()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_says_moves_no_cursor() {
        let said = spoken(b" \x1b]0;x\x07\r\n\xff\xe2\x80\xaegood ");
        assert!(said.ends_with("good"), "{said:?}");
        assert!(said.chars().all(|c| !c.is_control() && c != '\u{202e}'));
        assert_eq!(spoken(&[b'x'; 9999]).len(), 200);
    }
}
