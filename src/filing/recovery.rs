//! Settling operations whose outcome is not known: looking, and finishing what was begun.

use std::collections::{BTreeMap, BTreeSet};

use super::carry::Refusals;
use super::folders::{fingerprints, newest, newest_of_all, open, there, unless_refused};
use super::reconcile::{Copies, Finding, Sight, Source, judge};
use super::refusal::{Route, route};
use super::{
    Cause, Desk, Filer, FilingError, Fingerprint, Operation, OperationId, Place, Step, Withdrawal,
};
use crate::mailstore::{Access, MailboxName, Query, Uid, UidSet, UidValidity};
use crate::state::Which;

impl Filer {
    /// Settles every open operation: for each start, and after each error. Gives back those that are
    /// closed now. Others, whose folders could not be looked at or which could not be finished, are
    /// tried again the next time; their messages are not touched before.
    ///
    /// # Errors
    /// If the connection or the journal breaks; then it can be called again.
    pub fn reconcile(&mut self, desk: &mut Desk<'_>) -> Result<Vec<Operation>, FilingError> {
        self.settle(desk, &Refusals::new())
    }

    /// Settles every open operation. What is found where it was either was refused just now, or was
    /// not moved.
    pub(super) fn settle(
        &self,
        desk: &mut Desk<'_>,
        refusals: &Refusals,
    ) -> Result<Vec<Operation>, FilingError> {
        let open = desk.journal.open_operations(&self.account)?;
        let ids: Vec<OperationId> = open.iter().map(|operation| operation.id).collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let (removals, moves): (Vec<Operation>, Vec<Operation>) = open
            .into_iter()
            .partition(|operation| operation.cause == Cause::TakenBack);
        for removal in &removals {
            self.resume_removal(desk, removal)?;
        }
        let sights = self.look_at_sources(desk, moves)?;
        let (sights, copies) = self.look_at_targets(desk, sights)?;
        let route = route(desk.store.abilities()).unwrap_or(Route::Move);
        let findings = judge(&sights, &copies, route);
        let mut further: Vec<Operation> = sights
            .iter()
            .zip(findings)
            .map(|(sight, finding)| further(sight, finding, &copies, refusals))
            .collect();
        self.follow(desk, &sights, &mut further)?;
        desk.journal.advance(&further, desk.now.wall)?;
        self.complete(desk, &further)?;
        let mut settled = desk.journal.operations(&self.account, Which::Ids(&ids))?;
        settled.retain(|operation| operation.step.is_closed());
        Ok(settled)
    }

    /// A copy that was seen and is no longer in the target, while its source is still there, was
    /// moved on by the owner: it is the copy all the same, wherever it is.
    fn follow(
        &self,
        desk: &mut Desk<'_>,
        sights: &[Sight],
        further: &mut [Operation],
    ) -> Result<(), FilingError> {
        let had_copy: Vec<Operation> = sights
            .iter()
            .zip(further.iter())
            .filter(|(before, after)| {
                matches!(before.operation.step, Step::Copied(_))
                    && matches!(after.step, Step::Withdrawn(_))
            })
            .map(|(before, _)| before.operation.clone())
            .collect();
        let mut taken = BTreeSet::new();
        for (id, place) in self.new_elsewhere(desk, &had_copy)? {
            let lost = further
                .iter_mut()
                .find(|one| one.id == id && matches!(one.step, Step::Withdrawn(_)));
            if let Some(operation) = lost.filter(|_| taken.insert(place.clone())) {
                operation.target = place.mailbox;
                operation.target_uid_validity = place.uid_validity;
                operation.step = Step::Copied(place.uid);
            }
        }
        Ok(())
    }

    /// Which messages are still where they were. Those of a folder that cannot be looked at are
    /// left out. In a folder with new UIDs they are found again by fingerprint.
    fn look_at_sources(
        &self,
        desk: &mut Desk<'_>,
        moves: Vec<Operation>,
    ) -> Result<Vec<Sight>, FilingError> {
        let mut folders: BTreeMap<MailboxName, Vec<Operation>> = BTreeMap::new();
        for operation in moves {
            let folder = folders.entry(operation.source.mailbox.clone());
            folder.or_default().push(operation);
        }
        let mut sights = Vec::new();
        for (mailbox, group) in folders {
            let opened = unless_refused(open(desk.store, &mailbox, Access::ReadOnly))?;
            let Some(opened) = opened else { continue };
            let Some(selected) = opened else {
                sights.extend(group.into_iter().map(gone));
                continue;
            };
            let (known, renumbered): (Vec<Operation>, Vec<Operation>) = group
                .into_iter()
                .partition(|one| one.source.uid_validity == selected.uid_validity);
            let uids: UidSet = known.iter().map(|one| one.source.uid).collect();
            let there = there(desk.store, &uids)?;
            sights.extend(known.into_iter().map(|operation| Sight {
                source: match there.contains(&operation.source.uid) {
                    true => Source::There,
                    false => Source::Gone,
                },
                operation,
            }));
            if !renumbered.is_empty() {
                let found = relink(desk, renumbered, selected.uid_validity, &uids)?;
                sights.extend(found);
            }
        }
        sights.sort_by_key(|sight| sight.operation.id);
        Ok(sights)
    }

    /// What lies in the targets that no closed operation brought there. Sights whose target cannot
    /// be looked at are left out.
    fn look_at_targets(
        &self,
        desk: &mut Desk<'_>,
        sights: Vec<Sight>,
    ) -> Result<(Vec<Sight>, BTreeMap<MailboxName, Copies>), FilingError> {
        let mut folders: BTreeMap<MailboxName, Vec<&Operation>> = BTreeMap::new();
        for sight in &sights {
            let folder = folders.entry(sight.operation.target.clone());
            folder.or_default().push(&sight.operation);
        }
        let mut copies = BTreeMap::new();
        for (mailbox, group) in folders {
            let opened = unless_refused(open(desk.store, &mailbox, Access::ReadOnly))?;
            let Some(opened) = opened else { continue };
            let Some(selected) = opened else {
                copies.insert(mailbox, Copies::default());
                continue;
            };
            let uid_validity = selected.uid_validity;
            let from = first_uid(&group, uid_validity);
            let uids = match from {
                Some(from) => desk.store.uids(&Query::PresentFrom(from))?,
                None => newest(desk.store)?.as_slice().to_vec(),
            };
            let place = Place {
                mailbox: mailbox.clone(),
                uid_validity,
                uid: from.unwrap_or(Uid(0)),
            };
            let brought = desk.journal.brought(&self.account, &place)?;
            let unknown: UidSet = uids
                .into_iter()
                .filter(|uid| *uid >= place.uid && !brought.contains(uid))
                .collect();
            let wanted: BTreeSet<Fingerprint> = group.iter().map(|one| one.fingerprint).collect();
            let mut seen = fingerprints(desk.store, &unknown)?;
            seen.retain(|(_, fingerprint)| wanted.contains(fingerprint));
            let uid_validity = Some(uid_validity);
            copies.insert(mailbox, Copies { uid_validity, seen });
        }
        let mut sights = sights;
        sights.retain(|sight| copies.contains_key(&sight.operation.target));
        Ok((sights, copies))
    }
}

/// Where copies of operations may begin; none if the folder has other UIDs than one of them knows.
fn first_uid(group: &[&Operation], uid_validity: UidValidity) -> Option<Uid> {
    let is_known = |operation: &&Operation| operation.target_uid_validity == uid_validity;
    match group.iter().all(is_known) {
        true => group.iter().map(|operation| operation.watermark).min(),
        false => None,
    }
}

fn gone(operation: Operation) -> Sight {
    Sight {
        operation,
        source: Source::Gone,
    }
}

/// Finds messages of the open folder again that had other UIDs, and writes their new places down.
/// UIDs of other open operations are not theirs.
fn relink(
    desk: &mut Desk<'_>,
    renumbered: Vec<Operation>,
    uid_validity: UidValidity,
    others: &UidSet,
) -> Result<Vec<Sight>, FilingError> {
    let all: UidSet = newest_of_all(desk.store)?
        .as_slice()
        .iter()
        .copied()
        .filter(|uid| !others.contains(*uid))
        .collect();
    let wanted: BTreeSet<Fingerprint> = renumbered.iter().map(|one| one.fingerprint).collect();
    let mut places: BTreeMap<Fingerprint, Vec<Uid>> = BTreeMap::new();
    for (uid, fingerprint) in fingerprints(desk.store, &all)?.into_iter().rev() {
        if wanted.contains(&fingerprint) {
            places.entry(fingerprint).or_default().push(uid);
        }
    }
    let mut sights = Vec::new();
    for mut operation in renumbered {
        let found = places.get_mut(&operation.fingerprint).and_then(Vec::pop);
        if let Some(uid) = found {
            operation.source.uid_validity = uid_validity;
            operation.source.uid = uid;
        }
        let source = match found {
            Some(_) => Source::There,
            None => Source::Gone,
        };
        sights.push(Sight { operation, source });
    }
    let relinked: Vec<Operation> = sights.iter().map(|one| one.operation.clone()).collect();
    desk.journal.advance(&relinked, desk.now.wall)?;
    Ok(sights)
}

/// The operation after what was found.
fn further(
    sight: &Sight,
    finding: Finding,
    copies: &BTreeMap<MailboxName, Copies>,
    refusals: &Refusals,
) -> Operation {
    let operation = &sight.operation;
    let why = match refusals.contains_key(&operation.target) {
        true => Withdrawal::Refused,
        false => Withdrawal::NotMoved,
    };
    let validity = copies
        .get(&operation.target)
        .and_then(|target| target.uid_validity);
    let (step, target_uid_validity) = match (finding, validity) {
        (Finding::Moved(uid), Some(validity)) => (Step::Done(uid), validity),
        (Finding::Halfway(uid), Some(validity)) => (Step::Copied(uid), validity),
        (Finding::Vanished, _) => (Step::Gone, operation.target_uid_validity),
        _ => (Step::Withdrawn(why), operation.target_uid_validity),
    };
    Operation {
        step,
        target_uid_validity,
        ..operation.clone()
    }
}
