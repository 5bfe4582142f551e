//! A second look after filing. MOVE is not atomic between sessions: if the owner moves a message at
//! the very moment we do, it is in both places afterwards. Theirs stays, ours goes.

use std::collections::{BTreeMap, BTreeSet};

use super::folders::{fingerprints, open, present, unless_refused};
use super::removal::Removal;
use super::{Desk, Filer, FilingError, Fingerprint, Operation, OperationId, Place, Step};
use crate::mailstore::{Ability, Access, MailboxName, UidSet};

/// How long after filing a message is looked for elsewhere, in seconds.
const WATCHED: i64 = 600;

/// The owner moved a message at the moment it was filed; only their copy is left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserMoved {
    /// The message.
    pub fingerprint: Fingerprint,
    /// The operation that had filed it.
    pub filed: OperationId,
    /// Where they moved it.
    pub to: Place,
}

impl Filer {
    /// Looks whether mail filed in the last ten minutes also came into another managed folder, and
    /// takes our copies back: for after each batch, and for each scan. Only a copy that is byte for
    /// byte the owner's is removed, and never the last one.
    ///
    /// # Errors
    /// If the connection or the journal breaks; [`Filer::reconcile`] finishes what was begun.
    pub fn post_check(&mut self, desk: &mut Desk<'_>) -> Result<Vec<UserMoved>, FilingError> {
        if !desk.store.abilities().contains(&Ability::UidPlus) {
            return Ok(Vec::new());
        }
        let (since, until) = (
            desk.now.wall.saturating_sub(WATCHED),
            desk.now.wall.saturating_add(WATCHED),
        );
        let filed = desk.journal.filed_since(&self.account, since, until)?;
        let mut theirs: BTreeMap<Fingerprint, BTreeSet<Place>> = BTreeMap::new();
        let mut doubled: BTreeSet<OperationId> = BTreeSet::new();
        let by_id: BTreeMap<OperationId, &Operation> =
            filed.iter().map(|one| (one.id, one)).collect();
        for (id, place) in self.new_elsewhere(desk, &filed)? {
            if let Some(operation) = by_id.get(&id) {
                theirs
                    .entry(operation.fingerprint)
                    .or_default()
                    .insert(place);
                doubled.insert(id);
            }
        }
        let mut moved = Vec::new();
        for (fingerprint, theirs) in theirs {
            let ours: Vec<&Operation> = filed
                .iter()
                .filter(|one| one.fingerprint == fingerprint && doubled.contains(&one.id))
                .collect();
            moved.extend(self.yield_to(desk, fingerprint, &ours, &theirs)?);
        }
        Ok(moved)
    }

    /// Takes back as many of our copies as there are copies too many.
    fn yield_to(
        &self,
        desk: &mut Desk<'_>,
        fingerprint: Fingerprint,
        ours: &[&Operation],
        theirs: &BTreeSet<Place>,
    ) -> Result<Vec<UserMoved>, FilingError> {
        let kept = still_there(desk, fingerprint, ours)?;
        // Byte-identical messages that were there from the beginning are none too many.
        let originals: BTreeSet<Place> = desk
            .journal
            .operations_on(&self.account, &fingerprint)?
            .into_iter()
            .filter(|one| matches!(one.step, Step::Done(_) | Step::Gone))
            .filter(|one| {
                ours.iter()
                    .any(|our| our.source.mailbox == one.source.mailbox)
            })
            .map(|one| one.source)
            .collect();
        let copies = kept.len() + theirs.len();
        let spare = copies.saturating_sub(originals.len().max(1));
        let mut moved = Vec::new();
        for ((id, place), to) in kept.into_iter().zip(theirs).take(spare) {
            if self.take_back(desk, fingerprint, &place, to)? == Removal::Removed {
                moved.push(UserMoved {
                    fingerprint,
                    filed: id,
                    to: to.clone(),
                });
            }
        }
        Ok(moved)
    }
}

/// Which of our copies are where they were brought.
fn still_there(
    desk: &mut Desk<'_>,
    fingerprint: Fingerprint,
    ours: &[&Operation],
) -> Result<Vec<(OperationId, Place)>, FilingError> {
    let mut folders: BTreeMap<MailboxName, Vec<(OperationId, Place)>> = BTreeMap::new();
    for operation in ours {
        if let Some(place) = operation.outcome() {
            let folder = folders.entry(place.mailbox.clone());
            folder.or_default().push((operation.id, place));
        }
    }
    let mut kept = Vec::new();
    for (mailbox, places) in folders {
        let opened = unless_refused(open(desk.store, &mailbox, Access::ReadOnly))?;
        let Some(selected) = opened.flatten() else {
            continue;
        };
        let uids: UidSet = places.iter().map(|(_, place)| place.uid).collect();
        let present: UidSet = present(desk.store, &uids)?.into_iter().collect();
        let seen = fingerprints(desk.store, &present)?;
        kept.extend(places.into_iter().filter(|(_, place)| {
            place.uid_validity == selected.uid_validity && seen.contains(&(place.uid, fingerprint))
        }));
    }
    Ok(kept)
}
