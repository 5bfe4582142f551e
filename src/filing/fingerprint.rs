//! What a message is recognised by, wherever it lies.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::limits;

/// SHA-256 of a message's header and size. It survives moving and copying; a second delivery of the
/// same mail has another one, since servers write into the header when they got it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(pub [u8; 32]);

impl Fingerprint {
    /// Takes the fingerprint of a message from its header (of which at most
    /// [`limits::HEAD_BYTES`] count) and the size of the whole in bytes. Line ends and spaces at
    /// the end do not count: servers differ in whether the empty line is part of the header.
    pub fn of(header: &[u8], size: u32) -> Fingerprint {
        let header = &header[..header.len().min(limits::HEAD_BYTES)];
        let end = header
            .iter()
            .rposition(|byte| !b"\r\n ".contains(byte))
            .map_or(0, |last| last + 1);
        let mut hash = Sha256::new();
        hash.update(&header[..end]);
        hash.update(size.to_le_bytes());
        Fingerprint(hash.finalize().into())
    }

    /// Takes the fingerprint of a message from its beginning, which has the whole header or
    /// [`limits::HEAD_BYTES`] of it.
    pub fn of_message(bytes: &[u8], size: u32) -> Fingerprint {
        let end = memchr::memmem::find(bytes, b"\r\n\r\n").unwrap_or(bytes.len());
        Fingerprint::of(&bytes[..end], size)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_and_size_count_and_the_empty_line_does_not() {
        let one = Fingerprint::of(b"Subject: a\r\n\r\n", 20);
        assert_eq!(one, Fingerprint::of(b"Subject: a\r\n", 20));
        assert_eq!(one, Fingerprint::of(b"Subject: a", 20));
        assert_ne!(one, Fingerprint::of(b"Subject: a", 21));
        assert_ne!(one, Fingerprint::of(b"Subject: b", 20));
        assert_ne!(one, Fingerprint::of(b" Subject: a", 20));
        Fingerprint::of(b"\r\n", 2);
        let whole = Fingerprint::of_message(b"Subject: a\r\n\r\nbody\r\n\r\n", 20);
        assert_eq!(one, whole);
        assert_eq!(one, Fingerprint::of_message(b"Subject: a\r\n", 20));
    }

    #[test]
    fn what_lies_beyond_the_bound_does_not_count() {
        let mut long = vec![b'x'; limits::HEAD_BYTES];
        let cut = Fingerprint::of(&long, 9);
        long.push(b'y');
        assert_eq!(cut, Fingerprint::of(&long, 9));
    }
}
