//! Unique identifiers of messages, and sets of them as the protocol writes them.

use std::fmt;

/// Identifies a message in a mailbox as long as its [`UidValidity`] stays the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uid(pub u32);

impl Uid {
    /// The one after it; of the highest, itself.
    pub fn next(self) -> Uid {
        Uid(self.0.saturating_add(1))
    }
}

impl fmt::Display for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The generation of a mailbox's UIDs. When it changes, every UID known before means nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UidValidity(pub u32);

impl fmt::Display for UidValidity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// UIDs, ascending, each once. Displays as the protocol's sequence-set: `1:3,7`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UidSet(Vec<Uid>);

impl UidSet {
    /// The UIDs, ascending.
    pub fn as_slice(&self) -> &[Uid] {
        &self.0
    }

    /// True if there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True if it is among them.
    pub fn contains(&self, uid: Uid) -> bool {
        self.0.binary_search(&uid).is_ok()
    }

    /// Sets of at most so many UIDs each.
    pub fn chunks(&self, most: usize) -> impl Iterator<Item = UidSet> + '_ {
        self.0.chunks(most.max(1)).map(|part| UidSet(part.to_vec()))
    }
}

impl FromIterator<Uid> for UidSet {
    fn from_iter<I: IntoIterator<Item = Uid>>(uids: I) -> UidSet {
        let mut uids: Vec<Uid> = uids.into_iter().collect();
        uids.sort_unstable();
        uids.dedup();
        UidSet(uids)
    }
}

impl From<Uid> for UidSet {
    fn from(uid: Uid) -> UidSet {
        UidSet(vec![uid])
    }
}

impl fmt::Display for UidSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for run in self.0.chunk_by(|a, b| b.0 - a.0 == 1) {
            let (first, last) = (run[0], run[run.len() - 1]);
            match first == last {
                true => write!(f, "{separator}{first}")?,
                false => write!(f, "{separator}{first}:{last}")?,
            }
            separator = ",";
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(uids: &[u32]) -> UidSet {
        uids.iter().copied().map(Uid).collect()
    }

    #[test]
    fn a_set_is_written_in_runs() {
        assert_eq!(set(&[7, 1, 2, 3, 3]).to_string(), "1:3,7");
        assert_eq!(set(&[u32::MAX]).to_string(), "4294967295");
        assert_eq!(set(&[]).to_string(), "");
    }

    #[test]
    fn chunks_lose_nothing() {
        let all = set(&[1, 2, 3, 5, 9]);
        let parts: Vec<UidSet> = all.chunks(2).collect();
        assert_eq!(parts, [set(&[1, 2]), set(&[3, 5]), set(&[9])]);
        assert!(all.contains(Uid(5)) && !all.contains(Uid(4)));
    }
}
