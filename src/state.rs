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

use rusqlite::backup::Backup;
use rusqlite::{Connection, ErrorCode, OpenFlags};
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

/// Pages that are copied at a time.
const PAGES: i32 = 1_000;

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
    deferred::BEGUN_STEP,
    lessons::EVIDENCE_STEP,
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
        is_there(&path)?;
        make_private_file(&path).map_err(|cause| StateError::Directory {
            path: path.display().to_string(),
            cause,
        })?;
        let connection = Connection::open(&path).map_err(|cause| sqlite(&path, cause))?;
        State::prepare(connection, path)
    }

    /// Opens the store of a directory for a look, if there is one: nothing can be written. What an
    /// older version wrote is looked at in a copy that is brought up to date, since a daemon of that
    /// version may still work with the file.
    ///
    /// # Errors
    /// If there is a file and it is not a state store.
    pub fn look(directory: &Path) -> Result<Option<State>, StateError> {
        let path = directory.join(FILE);
        if !is_there(&path)? {
            return Ok(None);
        }
        let open = || -> Result<Connection, rusqlite::Error> {
            let connection = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
            connection.busy_timeout(BUSY)?;
            connection.pragma_update(None, "query_only", "ON")?;
            Ok(connection)
        };
        let mut connection = open().map_err(|cause| sqlite(&path, cause))?;
        check(&connection, &path)?;
        let schema = |cause| StateError::Schema {
            path: path.display().to_string(),
            cause,
        };
        let steps = Migrations::from_slice(STEPS);
        if steps.pending_migrations(&connection).map_err(schema)? > 0 {
            connection = copy(&connection).map_err(|cause| sqlite(&path, cause))?;
        }
        // Of a newer version it says so, and of this one there is nothing to do.
        steps.to_latest(&mut connection).map_err(schema)?;
        Ok(Some(State { connection, path }))
    }

    /// Opens the store of a directory, if there is one.
    ///
    /// # Errors
    /// If there is a file and it is not a state store.
    pub fn open_existing(directory: &Path) -> Result<Option<State>, StateError> {
        match is_there(&directory.join(FILE))? {
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
        check(&connection, &path)?;
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

/// Whether there is a store. One that may not be looked at is not one that is not there, and an empty
/// file beside models that were taught is what damage left.
fn is_there(path: &Path) -> Result<bool, StateError> {
    let name = || path.display().to_string();
    let size = match std::fs::metadata(path) {
        Ok(found) => found.len(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        Err(cause) => {
            return Err(StateError::Directory {
                path: name(),
                cause,
            });
        }
    };
    // SQLite keeps what is not in the file yet beside it.
    let is_empty = |file: &Path| std::fs::metadata(file).map_or(true, |found| found.len() == 0);
    let is_emptied = size == 0 && is_empty(&path.with_extension("sqlite-wal"));
    if is_emptied && versions::has_models(path.parent().unwrap_or(Path::new("."))) {
        let what = "it is empty, and there are taught models beside it".to_owned();
        return Err(StateError::Damaged { path: name(), what });
    }
    Ok(true)
}

/// Looks whether the file is whole.
fn check(connection: &Connection, path: &Path) -> Result<(), StateError> {
    let found: String = connection
        .query_one("PRAGMA quick_check(1)", [], |row| row.get(0))
        .map_err(|cause| sqlite(path, cause))?;
    match found.as_str() {
        "ok" => Ok(()),
        _ => Err(StateError::Damaged {
            path: path.display().to_string(),
            what: found.lines().collect::<Vec<_>>().join(" "),
        }),
    }
}

/// A copy in memory.
fn copy(connection: &Connection) -> Result<Connection, rusqlite::Error> {
    let mut copy = Connection::open_in_memory()?;
    Backup::new(connection, &mut copy)?.run_to_completion(PAGES, Duration::ZERO, None)?;
    Ok(copy)
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
    fn an_emptied_file_beside_models_is_damage_and_a_place_below_a_file_is_no_store() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(FILE), "").unwrap();
        drop(State::open(dir.path()).unwrap());
        std::fs::create_dir(dir.path().join("models")).unwrap();
        std::fs::write(dir.path().join("models/000001.model"), "x").unwrap();
        drop(State::open(dir.path()).unwrap());
        std::fs::write(dir.path().join(FILE), "").unwrap();
        for error in [
            State::open(dir.path()),
            State::look(dir.path()).map(Option::unwrap),
        ] {
            assert!(
                matches!(error, Err(StateError::Damaged { .. })),
                "{error:?}"
            );
        }
        let below = dir.path().join(FILE);
        assert!(matches!(
            State::look(&below),
            Err(StateError::Directory { .. })
        ));
    }

    #[test]
    fn a_look_changes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        assert!(State::look(dir.path()).unwrap().is_none());
        drop(State::open(dir.path()).unwrap());
        let mut looked = State::look(dir.path()).unwrap().unwrap();
        assert!(looked.lessons().unwrap().is_empty());
        let account = crate::account::AccountName::new("work").unwrap();
        let written = looked.keep_health(&account, &Health::default());
        assert!(matches!(written, Err(StateError::Sqlite { .. })));
    }

    #[test]
    fn what_an_older_version_wrote_is_looked_at_and_stays() {
        let dir = tempfile::tempdir().unwrap();
        let mut older = Connection::open(dir.path().join(FILE)).unwrap();
        let steps = Migrations::from_slice(&STEPS[..STEPS.len() - 2]);
        steps.to_latest(&mut older).unwrap();
        let account = crate::account::AccountName::new("work").unwrap();
        let look = State::look(dir.path()).unwrap().unwrap();
        assert_eq!(look.health(&account).unwrap(), None);
        assert!(look.undo_requests(&account).unwrap().is_empty());
        assert_eq!(steps.pending_migrations(&older), Ok(0));
    }

    #[test]
    fn what_a_newer_version_wrote_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let state = State::open(dir.path()).unwrap();
        state
            .connection
            .pragma_update(None, "user_version", 1_000)
            .unwrap();
        let error = State::look(dir.path()).unwrap_err();
        assert!(matches!(error, StateError::Schema { .. }), "{error}");
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
