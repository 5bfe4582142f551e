use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::server::{Mailbox, permissions};

/// The folder that mail of each label goes to.
pub(crate) const FOLDERS: [(&str, &str); 4] = [
    ("generic-invite", "Anteroom/Önsk & mer"),
    ("genuine", "Anteroom/Genuine"),
    ("pitch", "Anteroom/Pitch"),
    ("spam", "Anteroom/Spam"),
];

/// The folder that mail of this label goes to.
pub(crate) fn folder_of(label: &str) -> &'static str {
    FOLDERS.iter().find(|(name, _)| *name == label).unwrap().1
}

/// How TLS starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Security {
    Tls,
    StartTls,
}

/// What the state is like when a run begins. strace counts the calls of every thread by itself, and the
/// first thread to come to its n-th call is the one that is met: on a new store that is, for the first
/// calls, the one that makes it; on a used one that of the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Store {
    New,
    Used,
}

/// A directory with a configuration, its secret, its state and its logs.
pub(crate) struct Setup {
    directory: TempDir,
    pub(crate) config: PathBuf,
    pub(crate) state: PathBuf,
}

/// What a configuration says; the account files everything, as fast as it can.
pub(crate) struct Writer<'m> {
    mailbox: &'m Mailbox<'m>,
    port: u16,
    security: Security,
    mode: &'static str,
    password: Option<String>,
    state: Option<PathBuf>,
}

impl<'m> Writer<'m> {
    pub(crate) fn new(mailbox: &'m Mailbox<'m>) -> Writer<'m> {
        Writer {
            mailbox,
            port: mailbox.server.imaps,
            security: Security::Tls,
            mode: "file",
            password: None,
            state: None,
        }
    }

    /// Another port than the server's: that of a proxy.
    pub(crate) fn port(mut self, port: u16) -> Writer<'m> {
        self.port = port;
        self
    }

    pub(crate) fn start_tls(mut self) -> Writer<'m> {
        self.security = Security::StartTls;
        self.port = self.mailbox.server.imap;
        self
    }

    pub(crate) fn mode(mut self, mode: &'static str) -> Writer<'m> {
        self.mode = mode;
        self
    }

    /// The line that says where the password is, instead of a file.
    pub(crate) fn password(mut self, line: String) -> Writer<'m> {
        self.password = Some(line);
        self
    }

    /// Another place for the state than beside the configuration.
    pub(crate) fn state(mut self, state: PathBuf) -> Writer<'m> {
        self.state = Some(state);
        self
    }

    pub(crate) fn write(self) -> Setup {
        let directory = tempfile::tempdir().unwrap();
        let secret = directory.path().join("secret");
        std::fs::write(&secret, format!("{}\n", self.mailbox.server.password)).unwrap();
        std::fs::set_permissions(&secret, permissions(0o600)).unwrap();
        let beside = || directory.path().join("state");
        let state = self.state.clone().unwrap_or_else(beside);
        let config = directory.path().join("config.toml");
        std::fs::write(&config, self.text(&state, &secret)).unwrap();
        std::fs::set_permissions(&config, permissions(0o600)).unwrap();
        Setup {
            directory,
            config,
            state,
        }
    }

    fn text(&self, state: &Path, secret: &Path) -> String {
        let security = match self.security {
            Security::Tls => "tls",
            Security::StartTls => "starttls",
        };
        let password = match &self.password {
            Some(line) => line.clone(),
            None => format!("password_file = {secret:?}"),
        };
        let mut text = format!(
            "state = {state:?}\n\n[[account]]\nname = \"test\"\nhost = \"localhost\"\nport = {}\n\
             security = \"{security}\"\nca_file = {:?}\nuser = \"{}\"\n{password}\nmode = \"{}\"\n\
             watch = [\"INBOX\"]\nscan = \"1s\"\ngrace = \"0s\"\nmoves_per_hour = 100000\n\
             backlog = \"judge\"\n\n[account.file_into]\n",
            self.port, self.mailbox.server.ca, self.mailbox.user, self.mode
        );
        for (label, folder) in FOLDERS {
            writeln!(text, "{label} = \"{folder}\"").unwrap();
        }
        text
    }
}

impl Setup {
    /// Before there is any mail.
    pub(crate) fn with(self, store: Store) -> Setup {
        if store == Store::Used {
            self.once();
        }
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Every file below the state directory.
    pub(crate) fn state_files(&self) -> Vec<PathBuf> {
        files_below(&self.state)
    }
}

fn files_below(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).into_iter().flatten() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files_below(&path)),
            false => found.push(path),
        }
    }
    found
}
