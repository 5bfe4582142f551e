//! What it means that a message is in a folder where it was not before. No I/O.

use crate::label::Label;
use crate::mailstore::Uid;

/// What a managed folder is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// New mail comes in here.
    Watched,
    /// Mail of this label is filed here.
    Verdict(Label),
}

/// How a message that is not in the table came to be in a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coming {
    /// It was there at the first look, or it had been hidden: nobody did anything just now.
    Found,
    /// It came since the last look.
    Arrived,
}

/// What is known of a message from before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Past {
    /// Nothing.
    Unknown,
    /// It was in a watched folder, or was put back.
    Seen,
    /// It was in a verdict folder, whoever had put it there.
    Filed,
}

/// What follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// It has never been seen: it is judged if the folder is watched.
    Unseen,
    /// It is known, is not judged again, and teaches nothing.
    Known,
    /// The owner took it out of where it was filed: genuine, and never filed again.
    PutBack,
    /// The owner filed it themselves.
    FiledBy(Label),
}

/// The rule. It looks only at where the message is now: whatever way it took between two looks, and
/// however often, the last place counts.
///
/// Mail that nobody knows and that appears in a verdict folder is a lesson at once; the grace period
/// is all the waiting there is. A second look would tell nothing more: a move out of a folder that
/// was looked at too early shows there later, and changes nothing.
pub(crate) fn meaning(part: Part, coming: Coming, past: Past) -> Meaning {
    match (coming, part, past) {
        (Coming::Arrived, Part::Verdict(label), _) => Meaning::FiledBy(label),
        (Coming::Arrived, Part::Watched, Past::Filed) => Meaning::PutBack,
        (_, _, Past::Unknown) => Meaning::Unseen,
        (_, _, Past::Seen | Past::Filed) => Meaning::Known,
    }
}

/// How a folder differs from its table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Changes {
    /// In the table, and not there any more.
    pub(crate) vanished: Vec<Uid>,
    /// There, and not in the table.
    pub(crate) unlisted: Vec<Uid>,
}

/// Compares a table with what is there; both ascend.
pub(crate) fn changes(table: &[Uid], present: &[Uid]) -> Changes {
    let without = |these: &[Uid], those: &[Uid]| -> Vec<Uid> {
        let is_missing = |uid: &&Uid| those.binary_search(uid).is_err();
        these.iter().filter(is_missing).copied().collect()
    };
    Changes {
        vanished: without(table, present),
        unlisted: without(present, table),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_place_counts() {
        let spam = Part::Verdict(Label::Spam);
        for past in [Past::Unknown, Past::Seen, Past::Filed] {
            let arrived = meaning(spam, Coming::Arrived, past);
            assert_eq!(arrived, Meaning::FiledBy(Label::Spam));
        }
        let watched = |past| meaning(Part::Watched, Coming::Arrived, past);
        assert_eq!(watched(Past::Unknown), Meaning::Unseen);
        assert_eq!(watched(Past::Seen), Meaning::Known);
        assert_eq!(watched(Past::Filed), Meaning::PutBack);
    }

    #[test]
    fn what_was_there_all_along_teaches_nothing() {
        for part in [Part::Watched, Part::Verdict(Label::Genuine)] {
            let found = |past| meaning(part, Coming::Found, past);
            assert_eq!(found(Past::Unknown), Meaning::Unseen);
            assert_eq!(found(Past::Seen), Meaning::Known);
            assert_eq!(found(Past::Filed), Meaning::Known);
        }
    }

    #[test]
    fn both_sides_of_a_difference() {
        let uids = |numbers: &[u32]| -> Vec<Uid> { numbers.iter().copied().map(Uid).collect() };
        let changed = changes(&uids(&[1, 2, 5, 9]), &uids(&[2, 3, 9, 10]));
        assert_eq!(changed.vanished, uids(&[1, 5]));
        assert_eq!(changed.unlisted, uids(&[3, 10]));
        assert_eq!(changes(&[], &[]), Changes::default());
    }
}
