//! Trying out an account at its server.

use std::sync::Arc;

use super::CommandError;
use crate::account::{Account, FolderPath, Secret, SecretError};
use crate::doctor::{self, Finding, Server, Subject, Trouble};
use crate::imap::{self, ConnectError, Credentials, Interrupt, Namespace, Session, TlsRefusal};
use crate::mailstore::{MailError, MailStore, RefusalCode};

/// An account that answered.
pub(super) struct Answered {
    pub(super) session: Session,
    pub(super) namespace: Namespace,
}

/// Reads the secret of an account; nothing stops it but its own limits.
pub(super) fn secret(account: &Account) -> Result<Secret, SecretError> {
    Secret::read(account.login.secret(), &|| false)
}

/// An account that does not work.
pub(super) fn failed(
    account: &Account,
    what: impl std::fmt::Display,
    trouble: Trouble,
) -> CommandError {
    CommandError::Account {
        what: format!("{}: {what}", account.name),
        trouble,
    }
}

/// Connects and logs in.
pub(super) fn open(account: &Account) -> Result<Answered, CommandError> {
    let secret = secret(account).map_err(|error| failed(account, error, Trouble::Login))?;
    connect(account, secret).map_err(|error| failed(account, &error, trouble(&error)))
}

/// Connects, logs in and lists the folders; says what was found.
pub(super) fn try_out(account: &Account, typed: Option<&Secret>) -> Result<String, CommandError> {
    let secret = match typed {
        Some(secret) => secret.clone(),
        None => secret(account).map_err(|error| failed(account, error, Trouble::Login))?,
    };
    let mut answered =
        connect(account, secret).map_err(|error| failed(account, &error, trouble(&error)))?;
    let folders = answered
        .session
        .folders()
        .map_err(|error| failed(account, &error, mail_trouble(&error)))?;
    answered.session.log_out();
    Ok(format!(
        "{}: logged in at {}, {} folders",
        account.name,
        account.endpoint.host,
        folders.len()
    ))
}

/// Everything that can be found out about an account at its server.
pub(super) fn examine(account: &Account, secret: Secret) -> Vec<Finding> {
    let name = &account.name;
    let mut answered = match connect(account, secret) {
        Ok(answered) => answered,
        Err(error) => {
            let (trouble, mend) = (trouble(&error), mend(&error, account));
            let finding = Finding::fail(Subject::Connection, trouble, error.to_string(), mend);
            return vec![finding.of(name)];
        }
    };
    let endpoint = &account.endpoint;
    let what = format!(
        "{}:{}: certificate trusted, logged in",
        endpoint.host, endpoint.port
    );
    let mut findings = vec![
        Finding::ok(Subject::Connection, what).of(name),
        names(&answered.namespace).of(name),
    ];
    let namespace = answered.namespace.clone();
    let resolve = |path: &FolderPath| {
        let resolved = namespace.resolve(path);
        resolved.map_err(|error| error.to_string())
    };
    let mut server = Server {
        store: &mut answered.session,
        name: &resolve,
    };
    match doctor::account(account, &mut server) {
        Ok(found) => findings.extend(found),
        Err(error) => {
            let mend = "try again; if it stays, tell whoever runs the server";
            let lost = Finding::fail(
                Subject::Connection,
                mail_trouble(&error),
                error.to_string(),
                mend,
            );
            findings.push(lost.of(name));
        }
    }
    answered.session.log_out();
    findings
}

/// How the server names folders.
fn names(namespace: &Namespace) -> Finding {
    let levels = match namespace.delimiter {
        Some(delimiter) => format!("levels of a folder's name are separated by '{delimiter}'"),
        None => "folders have no levels".to_owned(),
    };
    let prefix = match namespace.prefix.as_str() {
        "" => "no prefix".to_owned(),
        prefix => format!("prefix '{prefix}'"),
    };
    Finding::ok(Subject::Server, format!("{levels}, {prefix}"))
}

fn connect(account: &Account, secret: Secret) -> Result<Answered, ConnectError> {
    let credentials = Credentials::of(&account.login, secret);
    let interrupt = Arc::new(Interrupt::new());
    let mut session = imap::connect(&account.endpoint, &credentials, &interrupt)?;
    let namespace = session.namespace().map_err(|error| match error {
        MailError::Stopped => ConnectError::Stopped,
        error => ConnectError::Protocol(error.to_string()),
    })?;
    Ok(Answered { session, namespace })
}

/// What kind of trouble a failed connection is.
pub(super) fn trouble(error: &ConnectError) -> Trouble {
    match error {
        ConnectError::CaFile { .. } => Trouble::Settings,
        ConnectError::LoginRefused { .. } => Trouble::Login,
        ConnectError::Later(_) | ConnectError::Stopped => Trouble::Later,
        _ => Trouble::Unavailable,
    }
}

/// What kind of trouble it is that a server that let us in refuses something, or is lost.
pub(super) fn mail_trouble(error: &MailError) -> Trouble {
    match error {
        MailError::Refused {
            code: Some(RefusalCode::Login),
            ..
        } => Trouble::Login,
        _ => Trouble::Later,
    }
}

/// What mends a failed connection.
fn mend(error: &ConnectError, account: &Account) -> String {
    let (host, port) = (&account.endpoint.host, account.endpoint.port);
    match error {
        ConnectError::Unreachable { .. } => {
            format!("check host and port; does 'openssl s_client -connect {host}:{port}' answer?")
        }
        ConnectError::Tls {
            why: TlsRefusal::UnknownIssuer,
            ..
        } => format!(
            "if its authority is your own, set ca_file = \"/…/ca.pem\" for account \"{}\"; never trust an unknown one",
            account.name
        ),
        ConnectError::Tls {
            why: TlsRefusal::NotYet,
            ..
        } => "timedatectl set-ntp true".to_owned(),
        ConnectError::Tls { .. } => {
            format!("openssl s_client -connect {host}:{port} -verify_return_error </dev/null")
        }
        ConnectError::CaFile { .. } => "correct ca_file in the configuration".to_owned(),
        ConnectError::StartTls(_) => "set security = \"tls\" and port = 993".to_owned(),
        ConnectError::LoginRefused { .. } => format!(
            "check user, and that the first line of {} is right; many providers want a password made for one program, or an OAuth 2 token",
            account.login.secret()
        ),
        ConnectError::Later(_) => "anteroom doctor, in some minutes".to_owned(),
        _ => format!("check host and port: is an IMAP server at {host}:{port}?"),
    }
}
