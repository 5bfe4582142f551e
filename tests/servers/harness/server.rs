use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::client::Client;

/// A kind of server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Dovecot,
    Courier,
    Cyrus,
    Imap4d,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Dovecot => "dovecot",
            Kind::Courier => "courier",
            Kind::Cyrus => "cyrus",
            Kind::Imap4d => "imap4d",
        }
    }
}

/// How mail gets into a server.
#[derive(Debug, Clone)]
pub(crate) enum Intake {
    /// By LMTP on this port.
    Lmtp(u16),
    /// By a file in this maildir.
    Maildir(PathBuf),
}

/// A running server. It ends with this value, and also with this process, however that ends: the
/// script that holds it waits for the end of its standard input.
pub(crate) struct Server {
    pub(crate) kind: Kind,
    pub(crate) imap: u16,
    pub(crate) imaps: u16,
    pub(crate) intake: Intake,
    pub(crate) ca: PathBuf,
    pub(crate) password: String,
    /// What is the server's own.
    pub(crate) directory: PathBuf,
    user: String,
    keeper: Child,
    lifeline: Option<ChildStdin>,
}

/// One user's mailbox on a server.
#[derive(Clone)]
pub(crate) struct Mailbox<'s> {
    pub(crate) server: &'s Server,
    pub(crate) user: String,
}

impl Server {
    /// Starts a server of this kind, set up by these variables of `scripts/servers/server`.
    pub(crate) fn start(kind: Kind, settings: &[(&str, &str)]) -> Server {
        // Short: names of sockets are, too.
        // The script opens it to the user that the server runs as, and removes it.
        let place = TempDir::with_prefix_in("ar-", "/tmp").unwrap().keep();
        let mut keeper = Command::new(root().join("scripts/servers/server"))
            .args(["serve", kind.name()])
            .arg(&place)
            .envs(settings.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // Whatever ends the tests as a group must leave it the time to clean up.
            .process_group(0)
            .spawn()
            .unwrap();
        let lifeline = keeper.stdin.take();
        let mut line = String::new();
        BufReader::new(keeper.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let value = |key: &str| {
            line.split_whitespace()
                .find_map(|word| word.strip_prefix(key)?.strip_prefix('='))
        };
        let port = |key: &str| value(key).map(|port| port.parse::<u16>().unwrap());
        assert!(
            port("imap").is_some(),
            "{kind:?} did not start: {line:?}; 'scripts/servers/server install {}' says why",
            kind.name()
        );
        Server {
            kind,
            imap: port("imap").unwrap(),
            imaps: port("imaps").unwrap(),
            intake: match port("lmtp") {
                Some(port) => Intake::Lmtp(port),
                None => Intake::Maildir(value("maildir").unwrap().into()),
            },
            ca: place.join("ca.pem"),
            directory: place,
            password: settings
                .iter()
                .find(|(name, _)| *name == "PASSWORD")
                .map_or("secret", |(_, value)| value)
                .to_owned(),
            user: value("user").unwrap().to_owned(),
            keeper,
            lifeline,
        }
    }

    /// Dovecot as it is, shared by all tests.
    pub(crate) fn dovecot() -> &'static Server {
        static SHARED: OnceLock<Server> = OnceLock::new();
        SHARED.get_or_init(|| Server::start(Kind::Dovecot, &[]))
    }

    /// Dovecot that does not say it can MOVE.
    pub(crate) fn dovecot_without_move() -> &'static Server {
        static SHARED: OnceLock<Server> = OnceLock::new();
        SHARED.get_or_init(|| Server::start(Kind::Dovecot, &[("HIDE", "MOVE")]))
    }

    /// Dovecot with neither MOVE nor UIDPLUS.
    pub(crate) fn dovecot_without_uidplus() -> &'static Server {
        static SHARED: OnceLock<Server> = OnceLock::new();
        SHARED.get_or_init(|| Server::start(Kind::Dovecot, &[("HIDE", "MOVE UIDPLUS")]))
    }

    /// Stops it and starts it again on the same ports, with the mail it has.
    pub(crate) fn restart(&self) {
        let done = Command::new(root().join("scripts/servers/server"))
            .args(["restart", self.kind.name()])
            .arg(&self.directory)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .status()
            .unwrap();
        assert!(done.success(), "{:?} does not start again", self.kind);
    }

    /// Sends a signal to the server's own processes of this name; to how many.
    pub(crate) fn signal(&self, name: &str, signal: Signal) -> usize {
        let master = std::fs::read_to_string(self.directory.join("run/master.pid")).unwrap();
        let mut hit = 0;
        for entry in std::fs::read_dir("/proc").unwrap().flatten() {
            let Some(id) = entry.file_name().to_str().and_then(|id| id.parse().ok()) else {
                continue;
            };
            // "4711 (imap) S 4700 …": the number after the state is the parent's.
            let stat = std::fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
            let is_ours = stat
                .split_once(&format!(" ({name}) "))
                .and_then(|(_, rest)| rest.split(' ').nth(1))
                .is_some_and(|parent| parent == master.trim());
            if let Some(process) = Pid::from_raw(id).filter(|_| is_ours) {
                hit += usize::from(kill_process(process, signal).is_ok());
            }
        }
        hit
    }

    /// What the server wrote down.
    pub(crate) fn log(&self) -> PathBuf {
        self.directory.join("log")
    }

    /// A mailbox that nobody has used: another one at every call on Dovecot, the only one elsewhere.
    pub(crate) fn mailbox(&self) -> Mailbox<'_> {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let user = match self.kind {
            Kind::Dovecot => format!("u{}@example.org", NEXT.fetch_add(1, Ordering::Relaxed)),
            _ => self.user.clone(),
        };
        let mailbox = Mailbox { server: self, user };
        // The first login makes the inbox.
        drop(mailbox.client());
        mailbox
    }
}

impl Mailbox<'_> {
    /// The second mail program, logged in.
    pub(crate) fn client(&self) -> Client {
        Client::login(self.server.imap, &self.user, &self.server.password)
    }

    /// The server's own name of a folder that the configuration writes as `A/B`.
    pub(crate) fn folder(&self, path: &str) -> String {
        let encoded = super::client::modified_utf7(path);
        match self.server.kind {
            _ if path == "INBOX" => encoded,
            Kind::Dovecot | Kind::Imap4d => encoded,
            Kind::Courier | Kind::Cyrus => format!("INBOX.{}", encoded.replace('/', ".")),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.lifeline.take());
        // It ends by itself.
        let _ = self.keeper.wait();
    }
}

/// Root of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Installs a program that is missing.
pub(crate) fn need(program: &str) {
    let done = Command::new(root().join("scripts/need"))
        .arg(program)
        .status()
        .unwrap();
    assert!(done.success(), "{program} is needed");
}

pub(crate) fn permissions(mode: u32) -> std::fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(mode)
}
