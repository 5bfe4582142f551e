//! Mail of one folder on its way into another: checked, written down, sent, proven.

use std::collections::{BTreeMap, BTreeSet};

use super::folders::{fingerprints, open, present};
use super::refusal::{Route, lets_go, route, stop};
use super::{
    CannotFile, Cause, Desk, Filer, FilingError, Fingerprint, Intent, Operation, Outcome, Place,
    Stay, Step, Stop, Withdrawal,
};
use crate::mailstore::{Access, MailboxName, Transfer, Uid, UidSet, UidValidity};
use crate::state::Which;

/// Mail of one folder that goes into another, at most
/// [`crate::limits::MOVES_PER_COMMAND`] messages.
pub(super) struct Load<'a> {
    pub(super) source: &'a MailboxName,
    /// What the UIDs were read under.
    pub(super) uid_validity: UidValidity,
    pub(super) target: &'a MailboxName,
    pub(super) items: &'a [Item],
}

/// One message of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item {
    pub(super) uid: Uid,
    pub(super) fingerprint: Fingerprint,
    pub(super) cause: Cause,
}

/// What became of each message.
pub(super) type Outcomes = Vec<(Uid, Outcome)>;

impl Filer {
    /// Moves a load. Every message has an outcome, unless the session or the journal broke.
    pub(super) fn carry(
        &mut self,
        desk: &mut Desk<'_>,
        load: &Load<'_>,
    ) -> Result<Outcomes, FilingError> {
        match self.try_carry(desk, load) {
            Ok(outcomes) => Ok(outcomes),
            Err(Stop::Broken(error)) => Err(error),
            Err(Stop::Stay(why)) => {
                let stayed = |item: &Item| (item.uid, Outcome::Stayed(why.clone()));
                Ok(load.items.iter().map(stayed).collect())
            }
        }
    }

    fn try_carry(&mut self, desk: &mut Desk<'_>, load: &Load<'_>) -> Result<Outcomes, Stop> {
        let route = route(desk.store.abilities())?;
        let (planned, mut outcomes) = self.plan(desk, load, route)?;
        if let Some(first) = planned.first() {
            let refused = self.send(desk, &planned, route)?;
            let ids: Vec<_> = planned.iter().map(|operation| operation.id).collect();
            let ended = desk.journal.operations(&self.account, Which::Ids(&ids))?;
            let source = &first.source.mailbox;
            outcomes.extend(ended.iter().map(|operation| {
                let outcome = outcome_of(operation, refused.as_ref(), source);
                (operation.source.uid, outcome)
            }));
        }
        Ok(outcomes)
    }

    /// Checks a load against the server and commits what is to be moved. Gives back the operations,
    /// with the source open, and what became of the rest.
    fn plan(
        &mut self,
        desk: &mut Desk<'_>,
        load: &Load<'_>,
        route: Route,
    ) -> Result<(Vec<Operation>, Outcomes), Stop> {
        let status = self.prepare(desk, load.target)?;
        let marks = self.marks(desk, [load.source, load.target])?;
        let selected = open(desk.store, load.source, Access::ReadWrite)
            .map_err(stop(load.source))?
            .ok_or_else(|| CannotFile::Missing(load.source.clone()))?;
        lets_go(load.source, &selected, route)?;
        if selected.uid_validity != load.uid_validity {
            return Err(Stop::Stay(Stay::Renumbered));
        }
        let (fit, rest) = self.check(desk, load)?;
        let intent = |item: &Item| Intent {
            source: place(load, item.uid),
            target: load.target.clone(),
            target_uid_validity: status.uid_validity,
            watermark: status.uid_next,
            fingerprint: item.fingerprint,
            cause: item.cause,
        };
        let intents: Vec<Intent> = fit.iter().map(intent).collect();
        if intents.is_empty() {
            return Ok((Vec::new(), rest));
        }
        let journal = &mut desk.journal;
        let planned = journal.plan_moves(&self.account, &intents, &marks, desk.now.wall)?;
        Ok((planned, rest))
    }

    /// Which messages are there and what they were when they were judged.
    fn check(&self, desk: &mut Desk<'_>, load: &Load<'_>) -> Result<(Vec<Item>, Outcomes), Stop> {
        let items: BTreeMap<Uid, Item> = load.items.iter().map(|item| (item.uid, *item)).collect();
        let uids: UidSet = items.keys().copied().collect();
        let open = desk.journal.open_operations(&self.account)?;
        let pending: BTreeSet<Place> = open.into_iter().map(|operation| operation.source).collect();
        let there: UidSet = present(desk.store, &uids)
            .map_err(stop(load.source))?
            .into_iter()
            .collect();
        let seen: BTreeMap<Uid, Fingerprint> = fingerprints(desk.store, &there)
            .map_err(stop(load.source))?
            .into_iter()
            .collect();
        let (mut fit, mut rest) = (Vec::new(), Vec::new());
        for (uid, item) in items {
            match seen.get(&uid) {
                None => rest.push((uid, Outcome::Gone)),
                Some(_) if pending.contains(&place(load, uid)) => {
                    rest.push((uid, Outcome::Stayed(Stay::Pending)));
                }
                Some(found) if *found != item.fingerprint => {
                    rest.push((uid, Outcome::Stayed(Stay::Mismatch)));
                }
                Some(_) => fit.push(item),
            }
        }
        Ok((fit, rest))
    }

    /// Sends what was planned and settles what was not proven. Gives back the refusal, if there
    /// was one.
    fn send(
        &mut self,
        desk: &mut Desk<'_>,
        planned: &[Operation],
        route: Route,
    ) -> Result<Option<CannotFile>, Stop> {
        let sent = match route {
            Route::Move => self.by_move(desk, planned),
            Route::Copy => self.by_copy(desk, planned),
        };
        let refused = match sent {
            Ok(()) => None,
            Err(FilingError::Mail(error)) => match stop(&planned[0].target)(error) {
                Stop::Stay(Stay::CannotFile(why)) => Some(why),
                broken => return Err(broken),
            },
            Err(error) => return Err(error.into()),
        };
        let why = match refused {
            Some(_) => Withdrawal::Refused,
            None => Withdrawal::NotMoved,
        };
        self.settle(desk, why)?;
        Ok(refused)
    }

    /// One MOVE. What the server's pairs do not prove stays open.
    fn by_move(&self, desk: &mut Desk<'_>, planned: &[Operation]) -> Result<(), FilingError> {
        let uids: UidSet = planned.iter().map(|one| one.source.uid).collect();
        let transfer = desk.store.transfer(&uids, &planned[0].target)?;
        let done: Vec<Operation> = proven(planned, &transfer)
            .into_iter()
            .map(|(operation, uid)| operation.at(Step::Done(uid)))
            .collect();
        Ok(desk.journal.advance(&done, desk.now.wall)?)
    }
}

fn place(load: &Load<'_>, uid: Uid) -> Place {
    Place {
        mailbox: load.source.clone(),
        uid_validity: load.uid_validity,
        uid,
    }
}

/// Which operations a server's answer proves, and with which UID in the target. An answer that
/// cannot be true proves nothing: another UIDVALIDITY than the target's, an old UID, one UID for
/// two messages.
pub(super) fn proven<'a>(
    planned: &'a [Operation],
    transfer: &Transfer,
) -> Vec<(&'a Operation, Uid)> {
    let mut new_uids = BTreeSet::new();
    let mut pairs = BTreeMap::new();
    for (old, new) in &transfer.pairs {
        if !new_uids.insert(*new) || pairs.insert(*old, *new).is_some() {
            return Vec::new();
        }
    }
    let proof = |operation: &'a Operation| {
        let uid = *pairs.get(&operation.source.uid)?;
        let holds =
            transfer.uid_validity == operation.target_uid_validity && uid >= operation.watermark;
        holds.then_some((operation, uid))
    };
    planned.iter().filter_map(proof).collect()
}

fn outcome_of(
    operation: &Operation,
    refused: Option<&CannotFile>,
    source: &MailboxName,
) -> Outcome {
    let stay = match operation.step {
        Step::Done(uid) => {
            return Outcome::Filed {
                id: operation.id,
                place: operation.in_target(uid),
            };
        }
        Step::Gone => return Outcome::Gone,
        Step::Planned | Step::Copied(_) => Stay::Pending,
        Step::Withdrawn(Withdrawal::NotRemovable) => {
            Stay::CannotFile(CannotFile::CannotDelete(source.clone()))
        }
        Step::Withdrawn(_) => match refused {
            Some(why) => Stay::CannotFile(why.clone()),
            None => Stay::NotMoved,
        },
    };
    Outcome::Stayed(stay)
}
