//! Checks of this machine: its clock, and where things are remembered.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::{Finding, Subject, Trouble};
use crate::config::StatePlace;
use crate::limits;
use crate::state::{State, StateError};

/// 2026-01-01 in seconds since 1970: this program is not older.
const EARLIEST: i64 = 1_767_225_600;

/// Seconds of a day.
const DAY: i64 = 24 * 60 * 60;

/// Free bytes below which the state may soon not be written, and nothing be filed.
const LITTLE_ROOM: u64 = 200 << 20;

/// Free bytes below which it cannot.
const NO_ROOM: u64 = 8 << 20;

/// This machine's clock; `now` and `written`, when the state was last written, in seconds since
/// 1970. A wrong clock makes good certificates look bad, and days of lessons meaningless.
pub fn clock(now: i64, written: Option<i64>) -> Finding {
    let mend = "timedatectl set-ntp true";
    if !(EARLIEST..i64::from(limits::LAST_DAY) * DAY).contains(&now) {
        let what = "this machine's clock is wrong by years; no certificate is valid then";
        return Finding::fail(Subject::Clock, Trouble::Unavailable, what, mend);
    }
    match written {
        Some(written) if written > now + DAY => {
            let days = (written - now) / DAY;
            let what = format!("the state was written {days} days in this clock's future");
            Finding::warn(Subject::Clock, what, mend)
        }
        _ => Finding::ok(Subject::Clock, "the time can be right"),
    }
}

/// The directory of what is remembered, and when it was last written, in seconds since 1970.
pub fn state(place: Option<&StatePlace>) -> (Vec<Finding>, Option<i64>) {
    let Some(place) = place else {
        let what = "there is no home directory, and no place is named";
        let mend = "set state = \"/var/lib/anteroom\" in the configuration";
        let finding = Finding::fail(Subject::State, Trouble::Settings, what, mend);
        return (vec![finding], None);
    };
    let directory = place.path();
    match std::fs::metadata(directory) {
        Ok(metadata) => {
            let mut findings = vec![owned(directory, &metadata), room(directory)];
            let written = std::fs::metadata(State::file(directory)).ok();
            findings.push(intact(directory));
            (findings, written.map(|file| file.mtime()))
        }
        Err(_) => (vec![absent(directory)], None),
    }
}

/// A directory that is still to be made.
fn absent(directory: &Path) -> Finding {
    let name = directory.display();
    let above = directory.ancestors().skip(1).find(|path| path.exists());
    let above = above.unwrap_or(Path::new("."));
    match rustix::fs::access(above, rustix::fs::Access::WRITE_OK) {
        Ok(()) => Finding::ok(
            Subject::State,
            format!("{name}: made when it is first needed"),
        ),
        Err(cause) => {
            let what = format!("{name}: cannot be made: {cause}");
            let mend = format!("mkdir -p '{name}', as a user who may, and chown it to yours");
            Finding::fail(Subject::State, Trouble::CannotWrite, what, mend)
        }
    }
}

/// Whose it is, and who can look into it.
fn owned(directory: &Path, metadata: &std::fs::Metadata) -> Finding {
    let name = directory.display();
    let we = rustix::process::geteuid().as_raw();
    let fail = |what: String, mend: String| {
        Finding::fail(Subject::State, Trouble::CannotWrite, what, mend)
    };
    if !metadata.is_dir() {
        let what = format!("{name}: not a directory");
        return fail(what, format!("mv '{name}' '{name}.old'"));
    }
    if ![we, 0].contains(&metadata.uid()) || (we != 0 && metadata.uid() != we) {
        let what = format!(
            "{name}: belongs to user {}, this runs as {we}",
            metadata.uid()
        );
        return fail(what, format!("chown -R {we} '{name}'"));
    }
    match metadata.mode() & 0o777 {
        0o700 => Finding::ok(Subject::State, format!("{name}: yours alone")),
        mode if mode & 0o300 != 0o300 => {
            let what = format!("{name}: cannot be written (mode {mode:04o})");
            fail(what, format!("chmod 700 '{name}'"))
        }
        mode => {
            let what = format!("{name}: others can look into it (mode {mode:04o})");
            Finding::warn(Subject::State, what, format!("chmod 700 '{name}'"))
        }
    }
}

/// How much can still be written.
fn room(directory: &Path) -> Finding {
    let name = directory.display();
    let mend = format!("df -h '{name}'; make room there, or name another place as state");
    match rustix::fs::statvfs(directory) {
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize);
            let what = format!("{name}: {} MiB free", free >> 20);
            match free {
                0..NO_ROOM => Finding::fail(Subject::State, Trouble::CannotWrite, what, mend),
                NO_ROOM..LITTLE_ROOM => Finding::warn(Subject::State, what, mend),
                _ => Finding::ok(Subject::State, what),
            }
        }
        Err(cause) => {
            let what = format!("{name}: its free space is not known: {cause}");
            Finding::warn(Subject::State, what, mend)
        }
    }
}

/// Whether the store can be read and is whole.
fn intact(directory: &Path) -> Finding {
    let name = State::file(directory);
    let name = name.display();
    match State::look(directory) {
        Ok(Some(_)) => Finding::ok(Subject::State, format!("{name}: whole")),
        Ok(None) => Finding::ok(Subject::State, "nothing is remembered yet"),
        Err(error) => {
            let (trouble, mend) = match &error {
                StateError::Damaged { .. } | StateError::Schema { .. } => {
                    (Trouble::Damaged, format!("mv '{name}' '{name}.damaged'"))
                }
                _ => (
                    Trouble::CannotWrite,
                    format!("ls -la '{}'", directory.display()),
                ),
            };
            Finding::fail(Subject::State, trouble, error.to_string(), mend)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Level;
    use std::os::unix::fs::PermissionsExt;

    fn found(directory: &Path) -> Vec<Level> {
        let place = StatePlace::Named(directory.to_owned());
        let (findings, _) = state(Some(&place));
        findings.iter().map(|finding| finding.level).collect()
    }

    #[test]
    fn a_clock_is_wrong_by_years_or_behind_what_was_written() {
        let now = EARLIEST + 300 * DAY;
        assert_eq!(clock(now, None).level, Level::Ok);
        assert_eq!(clock(now, Some(now + 60)).level, Level::Ok);
        assert_eq!(clock(now, Some(now + 3 * DAY)).level, Level::Warn);
        for wrong in [
            0,
            -1,
            EARLIEST - 1,
            i64::MAX,
            i64::from(limits::LAST_DAY) * DAY,
        ] {
            assert!(
                matches!(clock(wrong, None).level, Level::Fail(_)),
                "{wrong}"
            );
        }
    }

    #[test]
    fn a_directory_is_ours_private_and_whole() {
        let dir = tempfile::tempdir().unwrap();
        let place = dir.path().join("a/state");
        assert_eq!(found(&place), [Level::Ok]);
        drop(State::open(&place).unwrap());
        assert_eq!(found(&place)[0], Level::Ok);
        assert_eq!(found(&place)[2], Level::Ok);
        std::fs::set_permissions(&place, std::fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(found(&place)[0], Level::Warn);
        let mut bytes = std::fs::read(State::file(&place)).unwrap();
        bytes[4096..8192].fill(0xa5);
        std::fs::write(State::file(&place), bytes).unwrap();
        assert_eq!(found(&place)[2], Level::Fail(Trouble::Damaged));
        let file = dir.path().join("file");
        std::fs::write(&file, "x").unwrap();
        assert_eq!(found(&file)[0], Level::Fail(Trouble::CannotWrite));
        assert!(matches!(
            state(None).0[0].level,
            Level::Fail(Trouble::Settings)
        ));
    }
}
