//! Labelled mail on disk: a directory with one folder, or one mailbox file, a label.

use std::path::{Path, PathBuf};

use super::{CommandError, Notes, inputs};
use crate::cli::LabelFolder;
use crate::features::Evidence;
use crate::learn::Example;
use crate::owner::Owner;
use crate::source::{Content, Rest};

/// Something read from a labelled message, and where it was found.
pub(super) struct Found<T> {
    pub(super) read: T,
    pub(super) place: String,
}

/// Reads the examples of every label of a directory; those of a label the directory does not
/// have are none.
pub(super) fn read(
    dir: &Path,
    labels: &[LabelFolder],
    (owner, evidence): (&Owner, Evidence),
    notes: Notes,
) -> Result<Vec<Found<Example>>, CommandError> {
    read_as(dir, labels, notes, |content, class| {
        Example::read_as(evidence, content, owner, class)
    })
}

/// Reads every message of a directory, given its bytes and the position of its label.
pub(super) fn read_as<T: Send>(
    dir: &Path,
    labels: &[LabelFolder],
    notes: Notes,
    read: impl Fn(&Content, usize) -> T + Sync,
) -> Result<Vec<Found<T>>, CommandError> {
    let mut found = Vec::new();
    for (class, label) in labels.iter().enumerate() {
        let Some(path) = place_of(dir, &label.folder) else {
            continue;
        };
        inputs::for_each(
            &[path],
            Rest::Skip,
            notes,
            |raw| read(&raw.content, class),
            |raw, read| {
                let place = match raw.separator {
                    Some(_) => format!("{}:{}", raw.source, raw.index),
                    None => raw.source.to_string(),
                };
                found.push(Found { read, place });
                Ok(())
            },
        )?
        .complete()?;
    }
    if found.is_empty() {
        let (error, missing): (fn(String) -> CommandError, _) = match dir.exists() {
            true => (CommandError::Data, "holds none of the folders"),
            false => (
                CommandError::Missing,
                "is not there; expected a directory with folders",
            ),
        };
        let folders: Vec<&str> = labels.iter().map(|label| label.folder.as_str()).collect();
        return Err(error(format!(
            "{}: {missing} {}; put the mail of each label into a folder of that name",
            dir.display(),
            folders.join(", ")
        )));
    }
    Ok(found)
}

/// Reads the examples of one label.
pub(super) fn read_one(
    path: &Path,
    class: usize,
    (owner, evidence): (&Owner, Evidence),
    notes: Notes,
) -> Result<Vec<Example>, CommandError> {
    let mut found = Vec::new();
    inputs::for_each(
        &[path.to_owned()],
        Rest::Skip,
        notes,
        |raw| Example::read_as(evidence, &raw.content, owner, class),
        |_, example| {
            found.push(example);
            Ok(())
        },
    )?
    .complete()?;
    Ok(found)
}

/// The labels that one of the directories has; all of them if none is there.
pub(super) fn present(dirs: &[&Path], labels: Vec<LabelFolder>) -> Vec<LabelFolder> {
    let found: Vec<LabelFolder> = labels
        .iter()
        .filter(|label| {
            dirs.iter()
                .any(|dir| place_of(dir, &label.folder).is_some())
        })
        .cloned()
        .collect();
    if found.is_empty() { labels } else { found }
}

/// `DIR/label`, `DIR/label.mbox` or `DIR/label.mbox.gz`.
fn place_of(dir: &Path, label: &str) -> Option<PathBuf> {
    ["", ".mbox", ".mbox.gz"]
        .iter()
        .map(|ending| dir.join(format!("{label}{ending}")))
        .find(|path| path.exists())
}
