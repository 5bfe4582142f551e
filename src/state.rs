//! The state store: everything that is remembered between runs, in one SQLite file.
//!
//! It holds no readable text of any mail: hashes, counts, dates and decisions only. Every write is
//! a transaction, synced before it counts (WAL, `synchronous = FULL`), so that what was said to be
//! remembered survives a crash. Each table has one module below this one.

mod accounts;
mod attempts;
mod corrections;
mod decisions;
mod deferred;
mod grounds;
mod history;
mod journal;
mod lessons;
mod refusals;
mod requests;
mod residents;
mod versions;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode};
use rusqlite_migration::{M, Migrations};

pub use accounts::{Health, Phase, Watermark};
pub use attempts::Attempt;
pub use corrections::{Correction, Waiting};
pub use decisions::Decided;
pub use deferred::Deferred;
pub use journal::{Moves, Which};
pub use lessons::LessonBook;
pub use refusals::OldRefusal;
pub use requests::{LessonToo, UndoAnswer, UndoRequest};
pub(crate) use residents::{Comer, FolderRecord, Look};
pub use residents::{Deed, Noted};
pub use versions::{InPlace, Making, Version};

/// Name of the file in the state directory.
const FILE: &str = "state.sqlite";

/// How long a write waits for another process's transaction to end.
const BUSY: Duration = Duration::from_secs(10);

/// Statements that are kept parsed; there are some hundred.
const STATEMENTS: usize = 128;

/// Pages of the file that a connection keeps in memory, in KiB. With SQLite's 2,000 a daemon's
/// memory grows for as long as the file does; the system keeps the pages anyway.
const CACHE_KIB: i64 = 512;

/// The schema, one step a change; steps are added, never edited.
const STEPS: &[M<'static>] = &[
    // "Ante": tells `file` and us whose database it is.
    M::up("PRAGMA application_id = 0x416e7465;"),
    history::STEP,
    decisions::STEP,
    lessons::STEP,
    versions::STEP,
    accounts::STEP,
    requests::STEP,
    journal::STEP,
    refusals::STEP,
    residents::STEP,
    corrections::STEP,
    attempts::STEP,
    deferred::STEP,
    grounds::STEP,
    requests::ANSWER_STEP,
];

/// A state store that cannot be used, and what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// The directory cannot be made or written.
    #[error(
        "{path}: cannot be used for state: {cause}; give another with --state or state = \"…\""
    )]
    Directory {
        /// The directory.
        path: String,
        /// What the system said.
        cause: std::io::Error,
    },
    /// SQLite refused.
    #[error("{path}: {cause}")]
    Sqlite {
        /// The file, or `memory`.
        path: String,
        /// What SQLite said.
        cause: rusqlite::Error,
    },
    /// The file is damaged.
    #[error(
        "{path}: damaged: {what}; move it away to start afresh: mv '{path}' '{path}.damaged', or put a copy of yours back"
    )]
    Damaged {
        /// The file.
        path: String,
        /// The first thing that is wrong.
        what: String,
    },
    /// A file beside the store cannot be written.
    #[error(
        "{path}: cannot be written: {cause}; nothing was changed, make room or give another --state"
    )]
    File {
        /// The file.
        path: String,
        /// What the system said.
        cause: std::io::Error,
    },
    /// The file was written by a newer program, or is not a state store.
    #[error(
        "{path}: not a state store this program can read: {cause}; use the newest anteroom, or move the file away to start afresh"
    )]
    Schema {
        /// The file.
        path: String,
        /// What is wrong.
        cause: rusqlite_migration::Error,
    },
}

/// An open state store.
#[derive(Debug)]
pub struct State {
    connection: Connection,
    path: PathBuf,
}

impl State {
    /// Opens the store in a directory, which is made (0700) if it is not there.
    ///
    /// # Errors
    /// If the directory cannot be used or the file is not a state store.
    pub fn open(directory: &Path) -> Result<State, StateError> {
        make_private(directory).map_err(|cause| StateError::Directory {
            path: directory.display().to_string(),
            cause,
        })?;
        let path = directory.join(FILE);
        make_private_file(&path).map_err(|cause| StateError::Directory {
            path: path.display().to_string(),
            cause,
        })?;
        let connection = Connection::open(&path).map_err(|cause| sqlite(&path, cause))?;
        State::prepare(connection, path)
    }

    /// Opens the store of a directory for a look, if there is one.
    ///
    /// # Errors
    /// If there is a file and it is not a state store.
    pub fn open_existing(directory: &Path) -> Result<Option<State>, StateError> {
        match directory.join(FILE).exists() {
            true => State::open(directory).map(Some),
            false => Ok(None),
        }
    }

    /// The file of the store in a directory.
    pub fn file(directory: &Path) -> PathBuf {
        directory.join(FILE)
    }

    /// The directory the store lies in.
    pub fn directory(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("."))
    }

    /// A store that lives as long as this value: for one-shot runs and for tests.
    ///
    /// # Errors
    /// If SQLite has no memory left.
    pub fn in_memory() -> Result<State, StateError> {
        let path = PathBuf::from("memory");
        let connection = Connection::open_in_memory().map_err(|cause| sqlite(&path, cause))?;
        State::prepare(connection, path)
    }

    fn prepare(mut connection: Connection, path: PathBuf) -> Result<State, StateError> {
        let settings = || -> Result<(), rusqlite::Error> {
            connection.busy_timeout(BUSY)?;
            // Parsing a statement takes longer than most take to run.
            connection.set_prepared_statement_cache_capacity(STATEMENTS);
            write_ahead(&connection)?;
            connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
            connection.pragma_update(None, "synchronous", "FULL")?;
            connection.pragma_update(None, "foreign_keys", "ON")
        };
        settings().map_err(|cause| sqlite(&path, cause))?;
        let found: String = connection
            .query_one("PRAGMA quick_check(1)", [], |row| row.get(0))
            .map_err(|cause| sqlite(&path, cause))?;
        if found != "ok" {
            return Err(StateError::Damaged {
                path: path.display().to_string(),
                what: found.lines().collect::<Vec<_>>().join(" "),
            });
        }
        migrate(&mut connection).map_err(|cause| StateError::Schema {
            path: path.display().to_string(),
            cause,
        })?;
        Ok(State { connection, path })
    }

    /// Names this store in what SQLite says.
    fn error(&self, cause: rusqlite::Error) -> StateError {
        sqlite(&self.path, cause)
    }
}

/// Sets the journal's mode. SQLite does not wait for another program that is about to do the same.
fn write_ahead(connection: &Connection) -> Result<(), rusqlite::Error> {
    let start = Instant::now();
    loop {
        match connection.pragma_update(None, "journal_mode", "WAL") {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                    && start.elapsed() < BUSY =>
            {
                std::thread::sleep(Duration::from_millis(5));
            }
            done => return done,
        }
    }
}

/// Brings the schema up to date. The version is read before the transaction that changes it, so of
/// two programs that start on a new store at once the slower one fails, with the schema in place:
/// it looks again.
fn migrate(connection: &mut Connection) -> Result<(), rusqlite_migration::Error> {
    let steps = Migrations::from_slice(STEPS);
    steps
        .to_latest(connection)
        .or_else(|_| steps.to_latest(connection))
}

fn sqlite(path: &Path, cause: rusqlite::Error) -> StateError {
    let path = path.display().to_string();
    match cause.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StateError::Damaged {
            path,
            what: cause.to_string(),
        },
        _ => StateError::Sqlite { path, cause },
    }
}

/// Makes a directory that only its owner can enter, whatever the umask.
fn make_private(directory: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
    if directory.is_dir() {
        return Ok(());
    }
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)?;
    std::fs::set_permissions(directory, std::fs::Permissions::from_mode(0o700))
}

/// Makes a file that only its owner can read, if it is not there; what SQLite puts beside it gets
/// the same mode.
fn make_private_file(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    std::fs::OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)
        .map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_where_nothing_was_and_again() {
        let dir = tempfile::tempdir().unwrap();
        let place = dir.path().join("a/b");
        State::open(&place).unwrap();
        State::open(&place).unwrap();
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(place.join(FILE)).unwrap().permissions();
        assert_eq!(mode.mode() & 0o777, 0o600);
        State::in_memory().unwrap();
    }

    #[test]
    fn many_programs_may_start_on_a_new_store_at_once() {
        for _ in 0..20 {
            let dir = tempfile::tempdir().unwrap();
            let start = std::sync::Barrier::new(6);
            std::thread::scope(|scope| {
                for _ in 0..6 {
                    scope.spawn(|| {
                        start.wait();
                        State::open(dir.path()).unwrap();
                    });
                }
            });
        }
    }

    #[test]
    fn a_file_of_another_kind_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(
            dir.path().join(FILE),
            "not a database, long enough to be read as one",
        )
        .unwrap();
        let error = State::open(dir.path()).unwrap_err().to_string();
        assert!(error.contains(FILE), "{error}");
    }

    #[test]
    fn a_damaged_file_is_named_with_what_to_do() {
        let dir = tempfile::tempdir().unwrap();
        drop(State::open(dir.path()).unwrap());
        let file = dir.path().join(FILE);
        let mut bytes = std::fs::read(&file).unwrap();
        let page = 4096;
        assert!(bytes.len() > 3 * page);
        bytes[page..2 * page].fill(0xa5);
        std::fs::write(&file, bytes).unwrap();
        let error = State::open(dir.path()).unwrap_err().to_string();
        assert!(error.contains(FILE) && error.contains("mv '"), "{error}");
    }
}
