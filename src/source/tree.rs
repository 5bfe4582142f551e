//! The files of a directory that may hold mail, in a fixed order.

use std::io;
use std::path::{Path, PathBuf};

/// All files below a directory, sorted by path. In a maildir, `tmp` is left out: what lies there
/// is not delivered yet. Hidden files and links to directories are left out.
pub(super) fn mail_files(root: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let is_maildir = folder.join("cur").is_dir() && folder.join("new").is_dir();
        for entry in std::fs::read_dir(&folder)? {
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
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}
