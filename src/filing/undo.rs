//! Putting mail back where it was.

use std::collections::{BTreeMap, BTreeSet};

use super::carry::{Item, Load};
use super::folders::{fingerprints, newest, open, present, unless_refused};
use super::{
    Cause, Desk, Filer, FilingError, Fingerprint, Operation, OperationId, Outcome, Place, Stay,
};
use crate::limits;
use crate::mailstore::{Access, MailboxName, Uid, UidSet, UidValidity};
use crate::state::Which;

/// What came of taking an operation back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undone {
    /// The operation.
    pub id: OperationId,
    /// What came of it.
    pub outcome: PutBack,
}

/// Where a message is after its operation was taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PutBack {
    /// In the folder it came from.
    Back {
        /// By which operation.
        id: OperationId,
        /// Where.
        place: Place,
    },
    /// It was there already.
    Already(Place),
    /// In none of the managed folders.
    NotFound,
    /// The operation filed nothing, or is not known.
    NothingFiled,
    /// Where it was, for a reason.
    Stayed(Stay),
}

/// A folder in which messages were found.
type Found = (MailboxName, UidValidity);

impl Filer {
    /// Moves filed mail back into the folders it came from, wherever among the managed folders it
    /// is now. The cap on moves does not count.
    ///
    /// # Errors
    /// If the connection or the journal breaks; [`Filer::reconcile`] settles what was begun, and it
    /// can be called again.
    pub fn undo(
        &mut self,
        desk: &mut Desk<'_>,
        ids: &[OperationId],
    ) -> Result<Vec<Undone>, FilingError> {
        let mut filed = desk.journal.operations(&self.account, Which::Ids(ids))?;
        filed.retain(|one| matches!(one.cause, Cause::Filed(_)) && one.outcome().is_some());
        let found = self.find(desk, &filed)?;
        let mut undone: BTreeMap<OperationId, PutBack> =
            ids.iter().map(|id| (*id, PutBack::NothingFiled)).collect();
        let mut folders: BTreeMap<Found, Vec<(OperationId, Item<'_>)>> = BTreeMap::new();
        for operation in &filed {
            let outcome = match found.get(&operation.id) {
                None => PutBack::NotFound,
                Some(place) if place.mailbox == operation.source.mailbox => {
                    PutBack::Already(place.clone())
                }
                Some(place) => {
                    let folder = (place.mailbox.clone(), place.uid_validity);
                    let item = Item {
                        uid: place.uid,
                        fingerprint: operation.fingerprint,
                        cause: Cause::Undone(operation.id),
                        target: &operation.source.mailbox,
                    };
                    folders
                        .entry(folder)
                        .or_default()
                        .push((operation.id, item));
                    PutBack::Stayed(Stay::Pending)
                }
            };
            undone.insert(operation.id, outcome);
        }
        for ((source, uid_validity), mail) in &folders {
            for mail in mail.chunks(limits::MOVES_PER_COMMAND) {
                let items: Vec<Item<'_>> = mail.iter().map(|(_, item)| *item).collect();
                let load = Load {
                    source,
                    uid_validity: *uid_validity,
                    items: &items,
                };
                let outcomes: BTreeMap<Uid, Outcome> =
                    self.carry(desk, &load)?.into_iter().collect();
                for (id, item) in mail {
                    let outcome = outcomes.get(&item.uid).cloned();
                    undone.insert(*id, put_back(outcome));
                }
            }
        }
        let one = |(id, outcome)| Undone { id, outcome };
        Ok(undone.into_iter().map(one).collect())
    }

    /// Where the messages of operations are now: first where they were brought, then anywhere in
    /// the managed folders, one place to one operation.
    fn find(
        &self,
        desk: &mut Desk<'_>,
        filed: &[Operation],
    ) -> Result<BTreeMap<OperationId, Place>, FilingError> {
        let mut found = where_brought(desk, filed)?;
        let mut taken: BTreeSet<Place> = found.values().cloned().collect();
        for mailbox in &self.managed {
            let missing: Vec<&Operation> = filed
                .iter()
                .filter(|operation| !found.contains_key(&operation.id))
                .collect();
            if missing.is_empty() {
                break;
            }
            let mut places = search(desk, mailbox, &missing)?;
            for operation in missing {
                let Some(same) = places.get_mut(&operation.fingerprint) else {
                    continue;
                };
                same.retain(|place| !taken.contains(place));
                if let Some(place) = same.first() {
                    taken.insert(place.clone());
                    found.insert(operation.id, place.clone());
                }
            }
        }
        Ok(found)
    }
}

fn put_back(outcome: Option<Outcome>) -> PutBack {
    match outcome {
        Some(Outcome::Filed { id, place }) => PutBack::Back { id, place },
        Some(Outcome::Stayed(why)) => PutBack::Stayed(why),
        Some(Outcome::Gone) | None => PutBack::NotFound,
    }
}

/// The messages that are where operations brought them.
fn where_brought(
    desk: &mut Desk<'_>,
    filed: &[Operation],
) -> Result<BTreeMap<OperationId, Place>, FilingError> {
    let mut folders: BTreeMap<&MailboxName, Vec<(&Operation, Place)>> = BTreeMap::new();
    for operation in filed {
        if let Some(place) = operation.outcome() {
            let folder = folders.entry(&operation.target);
            folder.or_default().push((operation, place));
        }
    }
    let mut found = BTreeMap::new();
    for (mailbox, group) in folders {
        let opened = unless_refused(open(desk.store, mailbox, Access::ReadOnly))?;
        let Some(selected) = opened.flatten() else {
            continue;
        };
        let uids: UidSet = group.iter().map(|(_, place)| place.uid).collect();
        let present: UidSet = present(desk.store, &uids)?.into_iter().collect();
        let seen: BTreeSet<(Uid, Fingerprint)> =
            fingerprints(desk.store, &present)?.into_iter().collect();
        let is_there = |(operation, place): &(&Operation, Place)| {
            place.uid_validity == selected.uid_validity
                && seen.contains(&(place.uid, operation.fingerprint))
        };
        let there = group.into_iter().filter(is_there);
        found.extend(there.map(|(operation, place)| (operation.id, place)));
    }
    Ok(found)
}

/// Places in a folder of the messages of operations.
fn search(
    desk: &mut Desk<'_>,
    mailbox: &MailboxName,
    missing: &[&Operation],
) -> Result<BTreeMap<Fingerprint, Vec<Place>>, FilingError> {
    let mut places: BTreeMap<Fingerprint, Vec<Place>> = BTreeMap::new();
    let opened = unless_refused(open(desk.store, mailbox, Access::ReadOnly))?;
    let Some(selected) = opened.flatten() else {
        return Ok(places);
    };
    let wanted: BTreeSet<Fingerprint> = missing.iter().map(|one| one.fingerprint).collect();
    let uids = newest(desk.store)?;
    for (uid, fingerprint) in fingerprints(desk.store, &uids)? {
        if wanted.contains(&fingerprint) {
            places.entry(fingerprint).or_default().push(Place {
                mailbox: mailbox.clone(),
                uid_validity: selected.uid_validity,
                uid,
            });
        }
    }
    Ok(places)
}
