//! Moving on a server without MOVE: copy, look at the copy, remove exactly the message copied.

use std::collections::{BTreeMap, BTreeSet};

use super::carry::proven;
use super::folders::{fingerprints, open, present, there, unless_refused};
use super::refusal::{Route, lets_go};
use super::removal::{Removal, strike};
use super::{Desk, Filer, FilingError, Fingerprint, Operation, Step, Withdrawal};
use crate::mailstore::{Ability, Access, MailboxName, Uid, UidSet, UidValidity};

impl Filer {
    /// One COPY, and what follows it. What the server's pairs do not prove stays open.
    pub(super) fn by_copy(
        &self,
        desk: &mut Desk<'_>,
        planned: &[Operation],
    ) -> Result<(), FilingError> {
        let uids: UidSet = planned.iter().map(|one| one.source.uid).collect();
        let transfer = desk.store.copy(&uids, &planned[0].target)?;
        let copied: Vec<Operation> = proven(planned, &transfer)
            .into_iter()
            .map(|(operation, uid)| operation.at(Step::Copied(uid)))
            .collect();
        desk.journal.advance(&copied, desk.now.wall)?;
        self.complete(desk, &copied)
    }

    /// Removes the sources of what was copied, where the copy is seen. Where the source cannot be
    /// removed, our copy is. Whatever cannot be finished now stays open.
    pub(super) fn complete(
        &self,
        desk: &mut Desk<'_>,
        copied: &[Operation],
    ) -> Result<(), FilingError> {
        if !desk.store.abilities().contains(&Ability::UidPlus) {
            return Ok(());
        }
        let seen = seen(desk, copied)?;
        let mut sources: BTreeMap<(&MailboxName, UidValidity), Vec<&Operation>> = BTreeMap::new();
        for operation in seen {
            let source = &operation.source;
            let group = sources.entry((&source.mailbox, source.uid_validity));
            group.or_default().push(operation);
        }
        for ((mailbox, uid_validity), group) in sources {
            let left = remove_sources(desk, mailbox, uid_validity, &group)?;
            let Some(left) = left else { continue };
            let (kept, moved): (Vec<&Operation>, Vec<&Operation>) = group
                .into_iter()
                .partition(|operation| left.contains(&operation.source.uid));
            desk.journal.advance(&each(&moved, done), desk.now.wall)?;
            for operation in kept {
                self.give_up(desk, operation)?;
            }
        }
        Ok(())
    }

    /// Takes our copy of a message back that cannot be removed from where it was. If even that is
    /// impossible the operation stays open, lest the message be copied again and again.
    fn give_up(&self, desk: &mut Desk<'_>, operation: &Operation) -> Result<(), FilingError> {
        let Step::Copied(uid) = operation.step else {
            return Ok(());
        };
        let (ours, theirs) = (operation.in_target(uid), &operation.source);
        match self.take_back(desk, operation.fingerprint, &ours, theirs)? {
            Removal::Kept => Ok(()),
            Removal::Removed => {
                let withdrawn = operation.at(Step::Withdrawn(Withdrawal::NotRemovable));
                Ok(desk.journal.advance(&[withdrawn], desk.now.wall)?)
            }
        }
    }
}

fn each(operations: &[&Operation], step: fn(&Operation) -> Step) -> Vec<Operation> {
    let further = |operation: &&Operation| operation.at(step(operation));
    operations.iter().map(further).collect()
}

fn done(operation: &Operation) -> Step {
    match operation.step {
        Step::Copied(uid) => Step::Done(uid),
        other => other,
    }
}

/// The operations whose copy is seen in the target, whole and not marked for deletion.
fn seen<'a>(
    desk: &mut Desk<'_>,
    copied: &'a [Operation],
) -> Result<Vec<&'a Operation>, FilingError> {
    let mut targets: BTreeMap<&MailboxName, Vec<(&Operation, Uid)>> = BTreeMap::new();
    for operation in copied {
        if let Step::Copied(uid) = operation.step {
            let group = targets.entry(&operation.target);
            group.or_default().push((operation, uid));
        }
    }
    let mut seen = Vec::new();
    for (mailbox, group) in targets {
        let opened = unless_refused(open(desk.store, mailbox, Access::ReadOnly))?;
        let Some(Some(selected)) = opened else {
            continue;
        };
        let uids: UidSet = group.iter().map(|(_, uid)| *uid).collect();
        let present: UidSet = present(desk.store, &uids)?.into_iter().collect();
        let found: BTreeSet<(Uid, Fingerprint)> =
            fingerprints(desk.store, &present)?.into_iter().collect();
        let is_seen = |(operation, uid): &(&Operation, Uid)| {
            operation.target_uid_validity == selected.uid_validity
                && found.contains(&(*uid, operation.fingerprint))
        };
        seen.extend(group.into_iter().filter(is_seen).map(|(one, _)| one));
    }
    Ok(seen)
}

/// Removes messages whose copies were seen. Gives back those that are still there; none if the
/// folder is not what it was, so that nothing is known.
fn remove_sources(
    desk: &mut Desk<'_>,
    mailbox: &MailboxName,
    uid_validity: UidValidity,
    group: &[&Operation],
) -> Result<Option<BTreeSet<Uid>>, FilingError> {
    let Some(opened) = unless_refused(open(desk.store, mailbox, Access::ReadWrite))? else {
        return Ok(None);
    };
    let Some(selected) = opened else {
        return Ok(Some(BTreeSet::new()));
    };
    if selected.uid_validity != uid_validity {
        return Ok(None);
    }
    let wanted: UidSet = group.iter().map(|one| one.source.uid).collect();
    let there: UidSet = there(desk.store, &wanted)?.into_iter().collect();
    Ok(Some(match lets_go(mailbox, &selected, Route::Copy) {
        Err(_) => there.as_slice().iter().copied().collect(),
        Ok(()) => strike(desk.store, &there)?,
    }))
}
