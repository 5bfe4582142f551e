//! One daemon a state directory: a kernel lock, gone with the process that held it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Name of the file that is locked.
const FILE: &str = "daemon.lock";

/// The right to file mail by a state directory, as long as this value lives.
#[derive(Debug)]
pub struct StateLock(#[expect(dead_code, reason = "held, not read")] File);

/// Why the lock cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LockError {
    /// Another process has it.
    #[error(
        "another anteroom works with the state in {0}; stop it first, or give another directory with state = \"…\""
    )]
    Taken(String),
    /// The file cannot be made or locked.
    #[error("{path}: cannot be locked: {cause}")]
    Io {
        /// The file.
        path: String,
        /// What the system said.
        cause: io::Error,
    },
}

impl StateLock {
    /// Takes the lock of a directory that is there, without waiting.
    ///
    /// # Errors
    /// If another process has it, or the file cannot be made.
    pub fn take(directory: &Path) -> Result<StateLock, LockError> {
        let path = directory.join(FILE);
        let io = |cause| LockError::Io {
            path: path.display().to_string(),
            cause,
        };
        let file = OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(&path)
            .map_err(io)?;
        match file.try_lock() {
            Ok(()) => Ok(StateLock(file)),
            Err(TryLockError::WouldBlock) => Err(LockError::Taken(directory.display().to_string())),
            Err(TryLockError::Error(cause)) => Err(io(cause)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_refused_until_the_first_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        let first = StateLock::take(dir.path()).unwrap();
        let refused = StateLock::take(dir.path()).unwrap_err();
        assert!(matches!(refused, LockError::Taken(_)));
        drop(first);
        StateLock::take(dir.path()).unwrap();
    }
}
