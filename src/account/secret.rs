//! A password or a token: read when it is needed, gone from memory when it is not.
//!
//! It comes from a file, from what a program prints, or from a systemd credential; never from the
//! command line, the environment or the configuration.

mod command;

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::SecretPlace;
use crate::limits;

/// A password or a token. It is overwritten when it is dropped, and its `Debug` hides it.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes a secret.
    pub fn new(text: String) -> Secret {
        Secret(Zeroizing::new(text))
    }

    /// The secret itself.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Reads it. A command that is still running when `stopped` says so is killed.
    ///
    /// # Errors
    /// If it is not there, anybody else could read it, or it is none.
    pub fn read(place: &SecretPlace, stopped: &dyn Fn() -> bool) -> Result<Secret, SecretError> {
        let source = place.to_string();
        let bytes = match place {
            SecretPlace::File(path) => read_file(path, Guard::Ours)?,
            SecretPlace::Command(words) => command::run(words, stopped)?,
            SecretPlace::Credential(name) => read_credential(name)?,
        };
        first_line(&bytes, &source)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl fmt::Display for SecretPlace {
    /// The place, as messages name it. Arguments of a command are left out: they may tell more
    /// than the program's name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SecretPlace::File(path) => path.display().fmt(f),
            SecretPlace::Credential(name) => write!(f, "credential {name}"),
            SecretPlace::Command(words) => {
                let program = words.first().map_or("", String::as_str);
                write!(f, "command {program}")
            }
        }
    }
}

/// Between what is wrong and the command that mends it.
const MEND: &str = "; mend it with: ";

/// A secret that cannot be had, and what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// The file cannot be read.
    #[error("{path}: cannot be read: {cause}")]
    File {
        /// The file.
        path: String,
        /// What the system said.
        cause: io::Error,
    },
    /// It is a directory, a pipe or a device.
    #[error("{path}: not a regular file; the secret must be the first line of one")]
    NotAFile {
        /// What is there.
        path: String,
    },
    /// Others can read the file.
    #[error("{path}: others can read it (mode {mode:04o}){MEND}chmod 600 '{path}'", MEND = MEND)]
    Readable {
        /// The file.
        path: String,
        /// Its permissions.
        mode: u32,
    },
    /// The file is somebody else's.
    #[error("{path}: belongs to user {owner}{MEND}chown {we} '{path}'", MEND = MEND)]
    Owner {
        /// The file.
        path: String,
        /// Whose it is.
        owner: u32,
        /// Who runs this.
        we: u32,
    },
    /// The program cannot be started.
    #[error("command {program}: cannot be started: {cause}")]
    Start {
        /// The program.
        program: String,
        /// What the system said.
        cause: io::Error,
    },
    /// The program failed.
    #[error(
        "command {program}: ended with {status}; run it by hand, without a terminal to ask on, to see why"
    )]
    Command {
        /// The program.
        program: String,
        /// How it ended.
        status: std::process::ExitStatus,
    },
    /// The program did not end in time.
    #[error(
        "command {program}: still running after {seconds} s, killed; it must print the secret without asking"
    )]
    Slow {
        /// The program.
        program: String,
        /// How long it had.
        seconds: u64,
    },
    /// This program was asked to stop.
    #[error("command {program}: killed, since anteroom stops")]
    Stopped {
        /// The program.
        program: String,
    },
    /// systemd passed no credentials.
    #[error(
        "credential {name}: $CREDENTIALS_DIRECTORY is not set; start anteroom by systemd with LoadCredential={name}:FILE, or name a file or a command"
    )]
    NoCredentials {
        /// The credential.
        name: String,
    },
    /// What is there is no secret.
    #[error("{source_}: {what}")]
    NotASecret {
        /// Where it was read from.
        source_: String,
        /// What is wrong with it.
        what: &'static str,
    },
}

impl SecretError {
    /// What is wrong, and the command that mends it where there is one.
    pub fn parts(&self) -> (String, Option<String>) {
        let whole = self.to_string();
        match whole.split_once(MEND) {
            Some((what, mend)) => (what.to_owned(), Some(mend.to_owned())),
            None => (whole, None),
        }
    }
}

/// Who must be unable to read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Guard {
    /// Everybody but us and root.
    Ours,
    /// Whoever systemd keeps out: its credentials show an access list as a group's permission.
    Systemd,
}

/// True for what can be the name of a systemd credential, and never leads out of its directory.
pub fn is_credential_name(name: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    (1..=255).contains(&name.len()) && name.chars().all(is_plain) && !name.chars().all(|c| c == '.')
}

fn read_credential(name: &str) -> Result<Zeroizing<Vec<u8>>, SecretError> {
    let missing = || SecretError::NoCredentials {
        name: name.to_owned(),
    };
    let directory = std::env::var_os("CREDENTIALS_DIRECTORY").ok_or_else(missing)?;
    match is_credential_name(name) {
        true => read_file(&PathBuf::from(directory).join(name), Guard::Systemd),
        false => Err(missing()),
    }
}

/// At most [`limits::SECRET_FILE_BYTES`] of a file, and one more if there are more. What is checked is
/// what was opened, whatever the name means a moment later.
fn read_file(path: &Path, guard: Guard) -> Result<Zeroizing<Vec<u8>>, SecretError> {
    let name = || path.display().to_string();
    let failed = |cause| SecretError::File {
        path: name(),
        cause,
    };
    // A pipe must not keep us waiting for somebody to write into it.
    let nonblock = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or_default();
    let file = File::options()
        .read(true)
        .custom_flags(nonblock)
        .open(path)
        .map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if !metadata.is_file() {
        return Err(SecretError::NotAFile { path: name() });
    }
    let we = rustix::process::geteuid().as_raw();
    if guard == Guard::Ours && ![we, 0].contains(&metadata.uid()) {
        return Err(SecretError::Owner {
            path: name(),
            owner: metadata.uid(),
            we,
        });
    }
    let mode = metadata.mode() & 0o7777;
    if guard == Guard::Ours && mode & 0o077 != 0 {
        return Err(SecretError::Readable { path: name(), mode });
    }
    // Room for all of it: a vector that grows leaves copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(limits::SECRET_FILE_BYTES + 1));
    file.take(limits::SECRET_FILE_BYTES as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    Ok(bytes)
}

/// The first line, without its end.
fn first_line(bytes: &[u8], source: &str) -> Result<Secret, SecretError> {
    let wrong = |what| {
        Err(SecretError::NotASecret {
            source_: source.to_owned(),
            what,
        })
    };
    if bytes.len() > limits::SECRET_FILE_BYTES {
        return wrong("more than 64 KiB; expected the secret as the first line");
    }
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or(&[]);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    match std::str::from_utf8(line) {
        Err(_) => wrong("the first line is not UTF-8"),
        Ok("") => wrong("the first line is empty; expected the secret"),
        Ok(text) if text.chars().any(char::is_control) => {
            wrong("the first line holds a control character, which no login can send")
        }
        Ok(text) => Ok(Secret::new(text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn read(place: &SecretPlace) -> Result<String, SecretError> {
        Secret::read(place, &|| false).map(|secret| secret.expose().to_owned())
    }

    fn file(mode: u32, content: &[u8]) -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secret");
        std::fs::write(&path, content).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        (dir, path)
    }

    #[test]
    fn the_first_line_of_a_private_file_is_the_secret() {
        for (content, expected) in [
            (&b"s3cr\xc3\xa9t \n"[..], "s3crét "),
            (b"a\r\nb", "a"),
            (b"no end", "no end"),
        ] {
            let (_dir, path) = file(0o600, content);
            assert_eq!(read(&SecretPlace::File(path)).unwrap(), expected);
        }
        for content in [&b""[..], b"\n", b"\xff\n", b"a\0b\n", &[b'x'; 65_537]] {
            let (_dir, path) = file(0o400, content);
            let error = read(&SecretPlace::File(path)).unwrap_err();
            assert!(matches!(error, SecretError::NotASecret { .. }), "{error}");
        }
    }

    #[test]
    fn a_file_others_can_read_is_refused_with_the_command_that_mends_it() {
        for mode in [0o640, 0o604, 0o620, 0o601] {
            let (_dir, path) = file(mode, b"canary");
            let error = read(&SecretPlace::File(path.clone()))
                .unwrap_err()
                .to_string();
            let mend = format!("chmod 600 '{}'", path.display());
            assert!(
                error.contains(&mend) && !error.contains("canary"),
                "{error}"
            );
        }
    }

    #[test]
    fn what_is_no_regular_file_is_refused_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let pipe = dir.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        for path in [dir.path().to_owned(), pipe, PathBuf::from("/dev/zero")] {
            let error = read(&SecretPlace::File(path)).unwrap_err();
            assert!(matches!(error, SecretError::NotAFile { .. }), "{error}");
        }
        let error = read(&SecretPlace::File(dir.path().join("none"))).unwrap_err();
        assert!(matches!(error, SecretError::File { .. }), "{error}");
    }

    #[test]
    fn names_of_credentials_do_not_lead_elsewhere() {
        for bad in ["", ".", "..", "../x", "a/b", "a\0", &"x".repeat(256)] {
            assert!(!is_credential_name(bad), "{bad:?}");
        }
        assert!(is_credential_name("mail.work-1"));
    }

    #[test]
    fn nothing_prints_a_secret() {
        let secret = Secret::new("canary".to_owned());
        assert!(!format!("{secret:?}").contains("canary"));
        let place = SecretPlace::Command(vec!["get".to_owned(), "canary".to_owned()]);
        assert_eq!(place.to_string(), "command get");
    }
}
