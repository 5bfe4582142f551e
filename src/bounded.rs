//! Files of the owner's that are read whole, up to a bound: what is named may be a device without an
//! end, or the wrong file.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Reads a file of at most `limit` bytes.
///
/// # Errors
/// If it cannot be read or is longer.
pub(crate) fn read(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    read_kind(path, b"", limit)
}

/// Reads a text of at most `limit` bytes.
///
/// # Errors
/// If it cannot be read, is longer, or is not UTF-8.
pub(crate) fn read_text(path: &Path, limit: u64) -> io::Result<String> {
    String::from_utf8(read(path, limit)?).map_err(|error| {
        let what = format!(
            "byte {} is not valid UTF-8",
            error.utf8_error().valid_up_to() + 1
        );
        io::Error::new(io::ErrorKind::InvalidData, what)
    })
}

/// Reads the first bytes of a file, or all of a shorter one.
///
/// # Errors
/// If it cannot be read.
pub(crate) fn start(path: &Path, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads a file of at most `limit` bytes; of one that does not begin with `kind` only the beginning.
///
/// # Errors
/// If it cannot be read or is longer.
pub(crate) fn read_kind(path: &Path, kind: &[u8], limit: u64) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len().min(limit);
    // Room for the end, too: without it, it is looked for with twice the memory.
    let mut bytes = Vec::with_capacity(usize::try_from(length).map_or(0, |length| length + 1));
    file.by_ref()
        .take(kind.len() as u64)
        .read_to_end(&mut bytes)?;
    if bytes != kind {
        return Ok(bytes);
    }
    let rest = limit.saturating_sub(kind.len() as u64);
    file.take(rest + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        let what = format!("it is longer than {limit} bytes");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, what));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_read_whole_and_what_does_not_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("f");
        std::fs::write(&path, "kind: text").unwrap();
        assert_eq!(read(&path, 10).unwrap(), b"kind: text");
        assert_eq!(
            read(&path, 9).unwrap_err().kind(),
            io::ErrorKind::FileTooLarge
        );
        assert_eq!(read_kind(&path, b"kind", 10).unwrap(), b"kind: text");
        assert_eq!(read_kind(&path, b"king", 10).unwrap(), b"kind");
        assert_eq!(read_text(&path, 10).unwrap(), "kind: text");
        std::fs::write(&path, b"gr\xfcn").unwrap();
        let error = read_text(&path, 10).unwrap_err();
        assert_eq!(error.to_string(), "byte 3 is not valid UTF-8");
    }

    #[test]
    fn a_file_without_an_end_is_refused() {
        let path = Path::new("/dev/zero");
        assert_eq!(
            read(path, 1000).unwrap_err().kind(),
            io::ErrorKind::FileTooLarge
        );
        assert_eq!(read_kind(path, b"kind", 1 << 40).unwrap(), [0; 4]);
    }
}
