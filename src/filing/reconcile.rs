//! What became of operations whose outcome is not known, from what is seen. Pure.

use std::collections::{BTreeMap, BTreeSet};

use super::refusal::Route;
use super::{Fingerprint, Operation, Step};
use crate::mailstore::{MailboxName, Uid, UidValidity};

/// Whether a message is still where it lay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Source {
    /// It is not.
    Gone,
    /// It is, marked for deletion or not.
    There,
}

/// An open operation and what is seen of it.
#[derive(Debug, Clone)]
pub(super) struct Sight {
    pub(super) operation: Operation,
    pub(super) source: Source,
}

/// Messages of a target that no closed operation brought there.
#[derive(Debug, Clone, Default)]
pub(super) struct Copies {
    /// None if the folder does not exist.
    pub(super) uid_validity: Option<UidValidity>,
    pub(super) seen: Vec<(Uid, Fingerprint)>,
}

/// What became of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Finding {
    /// The message is in the target only.
    Moved(Uid),
    /// It is in both; the source is to be removed.
    Halfway(Uid),
    /// It is where it was.
    Unmoved,
    /// It is in neither: somebody else moved or deleted it.
    Vanished,
}

/// Finds out what became of operations, in their order. Copies are given out one to one, so that
/// byte-identical messages are counted and not confused: first to operations that know their copy,
/// then to those whose source is gone, then to the others.
///
/// A message that is still there has no copy by a MOVE, which leaves none: what looks like one is
/// the owner's own, or a server's half-done work, and both stay. Nor is anything taken for the
/// copy of a message that is there once the target has other UIDs.
pub(super) fn judge(
    sights: &[Sight],
    copies: &BTreeMap<MailboxName, Copies>,
    route: Route,
) -> Vec<Finding> {
    let mut taken: BTreeSet<(&MailboxName, Uid)> = BTreeSet::new();
    let mut findings: Vec<Option<Finding>> = vec![None; sights.len()];
    for (finding, sight) in findings.iter_mut().zip(sights) {
        let own = own_copy(sight, copies);
        if let Some(uid) = own.filter(|uid| taken.insert((&sight.operation.target, *uid))) {
            *finding = Some(match sight.source {
                Source::Gone => Finding::Moved(uid),
                Source::There => Finding::Halfway(uid),
            });
        }
    }
    for source in [Source::Gone, Source::There] {
        for (finding, sight) in findings.iter_mut().zip(sights) {
            if finding.is_some() || sight.source != source {
                continue;
            }
            let found = any_copy(sight, copies, route, &taken);
            if let Some(uid) = found {
                taken.insert((&sight.operation.target, uid));
            }
            *finding = Some(match (source, found) {
                (Source::Gone, Some(uid)) => Finding::Moved(uid),
                (Source::Gone, None) => Finding::Vanished,
                (Source::There, Some(uid)) => Finding::Halfway(uid),
                (Source::There, None) => Finding::Unmoved,
            });
        }
    }
    let settled = |finding: Option<Finding>| finding.unwrap_or(Finding::Unmoved);
    findings.into_iter().map(settled).collect()
}

/// The copy an operation wrote down, if it is still there.
fn own_copy(sight: &Sight, copies: &BTreeMap<MailboxName, Copies>) -> Option<Uid> {
    let Step::Copied(uid) = sight.operation.step else {
        return None;
    };
    let target = copies.get(&sight.operation.target)?;
    let is_same = target.uid_validity == Some(sight.operation.target_uid_validity)
        && target.seen.contains(&(uid, sight.operation.fingerprint));
    is_same.then_some(uid)
}

fn any_copy(
    sight: &Sight,
    copies: &BTreeMap<MailboxName, Copies>,
    route: Route,
    taken: &BTreeSet<(&MailboxName, Uid)>,
) -> Option<Uid> {
    let operation = &sight.operation;
    let target = copies.get(&operation.target)?;
    let same_uids = target.uid_validity == Some(operation.target_uid_validity);
    let can_be_half = route == Route::Copy && same_uids;
    if sight.source == Source::There && !can_be_half {
        return None;
    }
    let fits = |(uid, fingerprint): &&(Uid, Fingerprint)| {
        *fingerprint == operation.fingerprint
            && (!same_uids || *uid >= operation.watermark)
            && !taken.contains(&(&operation.target, *uid))
    };
    target.seen.iter().find(fits).map(|(uid, _)| *uid)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::AccountName;
    use crate::filing::{Cause, OperationId, Place};
    use crate::label::Label;

    fn sight(id: i64, step: Step, source: Source) -> Sight {
        let operation = Operation {
            id: OperationId(id),
            round: 1,
            account: AccountName::new("a").unwrap(),
            source: Place {
                mailbox: MailboxName::inbox(),
                uid_validity: UidValidity(1),
                uid: Uid(1),
            },
            target: target(),
            target_uid_validity: UidValidity(2),
            watermark: Uid(10),
            fingerprint: Fingerprint::of(b"twin", 4),
            cause: Cause::Filed(Label::Spam),
            step,
            began: 0,
            ended: None,
        };
        Sight { operation, source }
    }

    fn target() -> MailboxName {
        MailboxName::new("Spam").unwrap()
    }

    fn found(sights: &[Sight], uids: &[u32], uid_validity: u32, route: Route) -> Vec<Finding> {
        let twin = Fingerprint::of(b"twin", 4);
        let copies = Copies {
            uid_validity: Some(UidValidity(uid_validity)),
            seen: uids.iter().map(|uid| (Uid(*uid), twin)).collect(),
        };
        judge(sights, &BTreeMap::from([(target(), copies)]), route)
    }

    #[test]
    fn the_four_cases() {
        use Finding::{Halfway, Moved, Unmoved, Vanished};
        for (source, uids, expected) in [
            (Source::There, &[][..], Unmoved),
            (Source::Gone, &[10][..], Moved(Uid(10))),
            (Source::There, &[10][..], Halfway(Uid(10))),
            (Source::Gone, &[][..], Vanished),
            // What lay there before is no copy.
            (Source::Gone, &[9][..], Vanished),
            (Source::There, &[9][..], Unmoved),
        ] {
            let sights = [sight(1, Step::Planned, source)];
            assert_eq!(found(&sights, uids, 2, Route::Copy), [expected]);
        }
    }

    #[test]
    fn twins_are_counted_and_those_whose_source_is_gone_come_first() {
        let sights = [
            sight(1, Step::Planned, Source::There),
            sight(2, Step::Planned, Source::Gone),
            sight(3, Step::Copied(Uid(11)), Source::There),
        ];
        assert_eq!(
            found(&sights, &[10, 11], 2, Route::Copy),
            [
                Finding::Unmoved,
                Finding::Moved(Uid(10)),
                Finding::Halfway(Uid(11))
            ]
        );
    }

    #[test]
    fn in_doubt_the_source_stays() {
        let planned = [sight(1, Step::Planned, Source::There)];
        assert_eq!(found(&planned, &[10], 2, Route::Move), [Finding::Unmoved]);
        assert_eq!(found(&planned, &[10], 3, Route::Copy), [Finding::Unmoved]);
        let copied = [sight(1, Step::Copied(Uid(10)), Source::There)];
        assert_eq!(found(&copied, &[10], 3, Route::Copy), [Finding::Unmoved]);
        let gone = [sight(1, Step::Copied(Uid(10)), Source::Gone)];
        assert_eq!(found(&gone, &[1], 3, Route::Copy), [Finding::Moved(Uid(1))]);
    }
}
