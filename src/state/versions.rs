//! The models that were made by teaching: one file each, the last few are kept.
//!
//! A file is complete and synced before the row that names it is committed, so whatever the row
//! names is there whole, whenever the program is killed. A file without a row is of a run that
//! was: the next one writes over it.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, Row, params};
use rusqlite_migration::M;

use super::{LessonBook, State, StateError, make_private};
use crate::model::{Model, ModelError, Readers, write_whole};

pub(super) const STEP: M<'static> = M::up(
    "CREATE TABLE versions (
        version INTEGER PRIMARY KEY AUTOINCREMENT,
        sha256 TEXT NOT NULL,
        base TEXT NOT NULL,            -- the model the lessons were taught to
        made INTEGER NOT NULL,         -- seconds since 1970
        why TEXT NOT NULL,
        lessons INTEGER NOT NULL,      -- that count in it
        last_lesson INTEGER NOT NULL   -- the newest when it was made
    ) STRICT;
    CREATE TABLE in_place (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        version INTEGER NOT NULL REFERENCES versions (version),
        base TEXT NOT NULL,
        standard_log_loss REAL,        -- on the canary, the best so far
        standard_genuine REAL
    ) STRICT;",
);

/// Versions that can be brought back.
const KEPT: usize = 5;

/// One model that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Its number, from 1.
    pub version: i64,
    /// SHA-256 of its file, in hexadecimal.
    pub sha256: String,
    /// When it was made, in seconds since 1970.
    pub made: i64,
    /// By which command.
    pub why: String,
    /// Lessons that count in it.
    pub lessons: u64,
}

/// How a version came about.
#[derive(Debug, Clone, Copy)]
pub struct Making<'a> {
    /// When, in seconds since 1970.
    pub made: i64,
    /// By which command.
    pub why: &'a str,
    /// Lessons that count in it.
    pub lessons: usize,
}

/// Which version messages are judged by.
#[derive(Debug, Clone, PartialEq)]
pub struct InPlace {
    /// Its number.
    pub version: i64,
    /// [`Model::id`] of the model it stands for; with another one it is out of date.
    pub base: String,
    /// Log loss on the canary and on its genuine mail that the next model is measured against; the
    /// base's own if none.
    pub standard: Option<(f64, f64)>,
}

impl State {
    /// The versions that can be brought back, oldest first.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn versions(&self) -> Result<Vec<Version>, StateError> {
        versions(&self.connection).map_err(|cause| self.error(cause))
    }

    /// The version in place; none before the first lesson.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn in_place(&self) -> Result<Option<InPlace>, StateError> {
        in_place(&self.connection).map_err(|cause| self.error(cause))
    }

    /// Reads the model of a version.
    ///
    /// # Errors
    /// If its file is not there or not what was written.
    pub fn load_version(&self, version: i64) -> Result<Model, ModelError> {
        Model::load(&file(self.directory(), version))
    }

    /// Deletes the files of versions that are no longer kept. One that cannot be deleted is only
    /// in the way of nobody.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn sweep_versions(&self) -> Result<(), StateError> {
        let kept: Vec<PathBuf> = self
            .versions()?
            .iter()
            .map(|version| file(self.directory(), version.version))
            .collect();
        let Ok(entries) = std::fs::read_dir(folder(self.directory())) else {
            return Ok(());
        };
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.extension().is_some_and(|end| end == "model") && !kept.contains(&path) {
                std::fs::remove_file(&path).unwrap_or_default();
            }
        }
        Ok(())
    }
}

impl LessonBook<'_> {
    /// The versions that can be brought back, oldest first.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn versions(&self) -> Result<Vec<Version>, StateError> {
        versions(&self.transaction).map_err(|cause| self.error(cause))
    }

    /// The version in place; none before the first lesson.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn in_place(&self) -> Result<Option<InPlace>, StateError> {
        in_place(&self.transaction).map_err(|cause| self.error(cause))
    }

    /// Writes a model's file and puts it in place. The oldest versions make room.
    ///
    /// # Errors
    /// If the file or the store cannot be written; then nothing was changed.
    pub fn install(
        &self,
        model: &Model,
        making: &Making<'_>,
        place: &InPlace,
    ) -> Result<i64, StateError> {
        self.execute(
            "INSERT INTO versions (sha256, base, made, why, lessons, last_lesson)
             VALUES (?, ?, ?, ?, ?, (SELECT coalesce(max(id), 0) FROM lessons))",
            params![
                model.sha256(),
                place.base,
                making.made,
                making.why,
                making.lessons as i64
            ],
        )?;
        let version = self.transaction.last_insert_rowid();
        let directory = self.path.parent().unwrap_or(Path::new("."));
        let path = file(directory, version);
        make_private(&folder(directory))
            .and_then(|()| write_whole(&path, &model.encode(), Readers::Owner))
            .map_err(|cause| StateError::File {
                path: path.display().to_string(),
                cause,
            })?;
        self.put_in_place(&InPlace {
            version,
            ..place.clone()
        })?;
        self.execute(
            "DELETE FROM versions WHERE version NOT IN
                (SELECT version FROM versions ORDER BY version DESC LIMIT ?)",
            [KEPT as i64],
        )?;
        Ok(version)
    }

    /// Puts a version in place again and sets aside the lessons that came after it; those that
    /// are in it count again.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn restore(&self, place: &InPlace) -> Result<(), StateError> {
        self.put_in_place(place)?;
        self.execute(
            "UPDATE lessons SET suspended =
                (id > (SELECT last_lesson FROM versions WHERE version = ?))",
            [place.version],
        )
        .map(drop)
    }

    fn put_in_place(&self, place: &InPlace) -> Result<(), StateError> {
        let (log_loss, genuine) = place.standard.unzip();
        self.execute(
            "INSERT OR REPLACE INTO in_place
                (one, version, base, standard_log_loss, standard_genuine) VALUES (1, ?, ?, ?, ?)",
            params![place.version, place.base, log_loss, genuine],
        )
        .map(drop)
    }
}

fn versions(connection: &Connection) -> rusqlite::Result<Vec<Version>> {
    let version = |row: &Row<'_>| {
        Ok(Version {
            version: row.get(0)?,
            sha256: row.get(1)?,
            made: row.get(2)?,
            why: row.get(3)?,
            lessons: row.get::<_, i64>(4)?.max(0) as u64,
        })
    };
    connection
        .prepare_cached(
            "SELECT version, sha256, made, why, lessons FROM versions ORDER BY version",
        )?
        .query_map([], version)?
        .collect()
}

fn in_place(connection: &Connection) -> rusqlite::Result<Option<InPlace>> {
    let place = |row: &Row<'_>| {
        let log_loss: Option<f64> = row.get(2)?;
        Ok(InPlace {
            version: row.get(0)?,
            base: row.get(1)?,
            standard: log_loss.zip(row.get(3)?),
        })
    };
    connection
        .prepare_cached("SELECT version, base, standard_log_loss, standard_genuine FROM in_place")?
        .query_row([], place)
        .optional()
}

/// Whether a directory holds files of models.
pub(super) fn has_models(directory: &Path) -> bool {
    let entries = std::fs::read_dir(folder(directory));
    entries.is_ok_and(|mut entries| entries.next().is_some())
}

fn folder(directory: &Path) -> PathBuf {
    directory.join("models")
}

fn file(directory: &Path, version: i64) -> PathBuf {
    folder(directory).join(format!("{version:06}.model"))
}
