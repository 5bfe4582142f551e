//! The files of a directory that may hold mail, in a fixed order.

use std::io;
use std::path::{Path, PathBuf};

use super::SourceError;
use super::error::io_error;

/// What lies below a directory.
#[derive(Default)]
pub(super) struct Tree {
    /// The files, sorted by path.
    pub(super) files: Vec<PathBuf>,
    /// Directories that cannot be read.
    pub(super) unreadable: Vec<SourceError>,
}

/// All files below a directory. In a maildir, `tmp` is left out: what lies there is not delivered
/// yet. Hidden files and links to directories are left out.
pub(super) fn mail_files(root: &Path) -> io::Result<Tree> {
    let mut tree = Tree::default();
    let mut folders = tree.read(root)?;
    while let Some(folder) = folders.pop() {
        match tree.read(&folder) {
            Ok(below) => folders.extend(below),
            Err(cause) => tree.unreadable.push(io_error(&folder, cause)),
        }
    }
    tree.files.sort();
    Ok(tree)
}

impl Tree {
    /// Takes the files of a directory, and gives back the directories in it.
    fn read(&mut self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        let mut folders = Vec::new();
        let is_maildir = folder.join("cur").is_dir() && folder.join("new").is_dir();
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let path = entry.path();
            let name = entry.file_name();
            let kind = entry.file_type()?;
            if kind.is_dir() {
                if !(is_maildir && name == "tmp") {
                    folders.push(path);
                }
            } else if !name.as_encoded_bytes().starts_with(b".")
                && (kind.is_file() || path.is_file())
            {
                self.files.push(path);
            }
        }
        Ok(folders)
    }
}
