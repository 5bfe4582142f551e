//! Labelled mail on disk: a directory with one folder, or one mailbox file, a label.

use std::path::{Path, PathBuf};

use super::{CommandError, Notes, inputs};
use crate::learn::Example;
use crate::owner::Owner;
use crate::source::Rest;

/// An example and where it was found.
pub(super) struct Found {
    pub(super) example: Example,
    pub(super) place: String,
}

/// Reads the examples of every label of a directory; those of a label the directory does not
/// have are none.
pub(super) fn read(
    dir: &Path,
    labels: &[String],
    owner: &Owner,
    notes: Notes,
) -> Result<Vec<Found>, CommandError> {
    let mut found = Vec::new();
    for (class, label) in labels.iter().enumerate() {
        let Some(path) = place_of(dir, label) else {
            continue;
        };
        inputs::for_each(
            &[path],
            Rest::Skip,
            notes,
            |raw| Example::read(&raw.content, owner, class),
            |raw, example| {
                let place = match raw.separator {
                    Some(_) => format!("{}:{}", raw.source, raw.index),
                    None => raw.source.to_string(),
                };
                found.push(Found { example, place });
                Ok(())
            },
        )?;
    }
    if found.is_empty() {
        let missing = if dir.exists() {
            "holds none of the folders"
        } else {
            "is not there; expected a directory with folders"
        };
        return Err(CommandError::Data(format!(
            "{}: {missing} {}; put the mail of each label into a folder of that name",
            dir.display(),
            labels.join(", ")
        )));
    }
    Ok(found)
}

/// Reads the examples of one label.
pub(super) fn read_one(
    path: &Path,
    class: usize,
    owner: &Owner,
    notes: Notes,
) -> Result<Vec<Example>, CommandError> {
    let mut found = Vec::new();
    inputs::for_each(
        &[path.to_owned()],
        Rest::Skip,
        notes,
        |raw| Example::read(&raw.content, owner, class),
        |_, example| {
            found.push(example);
            Ok(())
        },
    )?;
    Ok(found)
}

/// `DIR/label`, `DIR/label.mbox` or `DIR/label.mbox.gz`.
fn place_of(dir: &Path, label: &str) -> Option<PathBuf> {
    ["", ".mbox", ".mbox.gz"]
        .iter()
        .map(|ending| dir.join(format!("{label}{ending}")))
        .find(|path| path.exists())
}
