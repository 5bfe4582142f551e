//! Mail of one folder on its way into others: checked, written down, sent, proven.

use std::collections::{BTreeMap, BTreeSet};

use super::folders::{fingerprints, open_to_write, present, unless_refused};
use super::refusal::{Route, lets_go, route, stop};
use super::{
    CannotFile, Cause, Desk, Filer, FilingError, Fingerprint, Intent, Mark, Operation, Outcome,
    Place, Stay, Step, Stop, Withdrawal,
};
use crate::mailstore::{MailStore, MailboxName, Status, Transfer, Uid, UidSet, UidValidity};
use crate::state::Which;

/// Mail of one folder that goes into others, at most [`crate::limits::MOVES_PER_COMMAND`]
/// messages. What is asked of the server before a move is asked once for all of them.
pub(super) struct Load<'a> {
    pub(super) source: &'a MailboxName,
    /// What the UIDs were read under.
    pub(super) uid_validity: UidValidity,
    pub(super) items: &'a [Item<'a>],
}

/// One message of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item<'a> {
    pub(super) uid: Uid,
    pub(super) fingerprint: Fingerprint,
    pub(super) cause: Cause,
    pub(super) target: &'a MailboxName,
}

/// What became of each message.
pub(super) type Outcomes = Vec<(Uid, Outcome)>;

/// Folders that refused mail, and why.
pub(super) type Refusals = BTreeMap<MailboxName, CannotFile>;

impl Filer {
    /// Moves a load. Every message has an outcome, unless the session or the journal broke.
    pub(super) fn carry(
        &mut self,
        desk: &mut Desk<'_>,
        load: &Load<'_>,
    ) -> Result<Outcomes, FilingError> {
        let route = match route(desk.store.abilities()) {
            Ok(route) => route,
            Err(why) => return Ok(all_stay(load.items.iter(), &why.into())),
        };
        let (targets, mut outcomes) = self.prepare_all(desk, load)?;
        let mut left = load.items.to_vec();
        left.retain(|item| targets.contains_key(item.target));
        let planned = match self.plan(desk, load, (&left, &targets), route) {
            Ok((planned, rest)) => {
                outcomes.extend(rest);
                planned
            }
            Err(Stop::Broken(error)) => return Err(error),
            Err(Stop::Stay(why)) => {
                outcomes.extend(all_stay(left.iter(), &why));
                return Ok(outcomes);
            }
        };
        if !planned.is_empty() {
            let refusals = self.send(desk, &planned, route)?;
            let ids: Vec<_> = planned.iter().map(|operation| operation.id).collect();
            let ended = desk.journal.operations(&self.account, Which::Ids(&ids))?;
            let outcome = |one: &Operation| (one.source.uid, outcome_of(one, &refusals));
            outcomes.extend(ended.iter().map(outcome));
        }
        Ok(outcomes)
    }

    /// Looks at the folders that mail goes into, and what becomes of mail that cannot.
    fn prepare_all<'a>(
        &mut self,
        desk: &mut Desk<'_>,
        load: &Load<'a>,
    ) -> Result<(BTreeMap<&'a MailboxName, Status>, Outcomes), FilingError> {
        let (mut targets, mut outcomes) = (BTreeMap::new(), Vec::new());
        let wanted: BTreeSet<&MailboxName> = load.items.iter().map(|item| item.target).collect();
        for target in wanted {
            match self.prepare(desk, target) {
                Ok(status) => {
                    targets.insert(target, status);
                }
                Err(Stop::Broken(error)) => return Err(error),
                Err(Stop::Stay(why)) => {
                    let into = load.items.iter().filter(|item| item.target == target);
                    outcomes.extend(all_stay(into, &why));
                }
            }
        }
        Ok((targets, outcomes))
    }

    /// Checks mail against the server and commits what is to be moved. Gives back the operations,
    /// with the source open, and what became of the rest.
    fn plan(
        &mut self,
        desk: &mut Desk<'_>,
        load: &Load<'_>,
        (items, targets): (&[Item<'_>], &BTreeMap<&MailboxName, Status>),
        route: Route,
    ) -> Result<(Vec<Operation>, Outcomes), Stop> {
        if items.is_empty() {
            return Ok((Vec::new(), Vec::new()));
        }
        let marks = self.marks(desk, load.source, targets, route)?;
        open_source(desk.store, load.source, load.uid_validity, route)?;
        let (fit, rest) = self.check(desk, load, items)?;
        let intent = |item: &Item<'_>| {
            let status = targets.get(item.target)?;
            Some(Intent {
                source: place(load, item.uid),
                target: item.target.clone(),
                target_uid_validity: status.uid_validity,
                watermark: status.uid_next,
                fingerprint: item.fingerprint,
                cause: item.cause,
            })
        };
        let intents: Vec<Intent> = fit.iter().filter_map(intent).collect();
        if intents.is_empty() {
            return Ok((Vec::new(), rest));
        }
        let journal = &mut desk.journal;
        let planned = journal.plan_moves(&self.account, &intents, &marks, desk.now.wall)?;
        Ok((planned, rest))
    }

    /// What the UIDs of the managed folders are at, but for the source.
    ///
    /// Without MOVE the owner's mail program copies too before it removes: its copy may be there
    /// already while the message is still here. There the marks are those of the last look.
    fn marks(
        &self,
        desk: &mut Desk<'_>,
        source: &MailboxName,
        targets: &BTreeMap<&MailboxName, Status>,
        route: Route,
    ) -> Result<Vec<Mark>, FilingError> {
        let mut marks = Vec::new();
        for mailbox in self.managed.iter().filter(|other| *other != source) {
            let status = match targets.get(mailbox) {
                Some(status) => Some(*status),
                // Nobody can move anything into a folder that is not there.
                None => unless_refused(desk.store.status(mailbox))?,
            };
            let Some(status) = status else { continue };
            let looked = match route {
                Route::Move => None,
                Route::Copy => desk.journal.looked_up_to(&self.account, mailbox)?,
            };
            let looked = looked.filter(|(validity, _)| *validity == status.uid_validity);
            marks.push(Mark {
                mailbox: mailbox.clone(),
                uid_validity: status.uid_validity,
                uid_next: looked.map_or(status.uid_next, |(_, uid)| uid.min(status.uid_next)),
            });
        }
        Ok(marks)
    }

    /// Which messages are there and what they were when they were judged.
    fn check<'a>(
        &self,
        desk: &mut Desk<'_>,
        load: &Load<'_>,
        items: &[Item<'a>],
    ) -> Result<(Vec<Item<'a>>, Outcomes), Stop> {
        let items: BTreeMap<Uid, Item<'a>> = items.iter().map(|item| (item.uid, *item)).collect();
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

    /// Sends what was planned, one command for each folder it goes into, and settles what was not
    /// proven. Gives back who refused.
    fn send(
        &mut self,
        desk: &mut Desk<'_>,
        planned: &[Operation],
        route: Route,
    ) -> Result<Refusals, FilingError> {
        let mut by_target: BTreeMap<&MailboxName, Vec<Operation>> = BTreeMap::new();
        for operation in planned {
            let part = by_target.entry(&operation.target).or_default();
            part.push(operation.clone());
        }
        let mut refusals = Refusals::new();
        for (target, part) in by_target {
            match self.send_into(desk, &part, route) {
                Ok(()) => {}
                Err(Stop::Broken(error)) => return Err(error),
                Err(Stop::Stay(Stay::CannotFile(why))) => {
                    refusals.insert(target.clone(), why);
                }
                // It was not sent; settling finds it where it was.
                Err(Stop::Stay(_)) => {}
            }
        }
        self.settle(desk, &refusals)?;
        Ok(refusals)
    }

    /// Sends what goes into one folder. Removing the sources of what was copied leaves another
    /// folder open, so that the next copies need the source opened again.
    fn send_into(&self, desk: &mut Desk<'_>, part: &[Operation], route: Route) -> Result<(), Stop> {
        let Some(Operation { source, target, .. }) = part.first() else {
            return Ok(());
        };
        let sent = match route {
            Route::Move => self.by_move(desk, part),
            Route::Copy => {
                open_source(desk.store, &source.mailbox, source.uid_validity, route)?;
                self.by_copy(desk, part)
            }
        };
        sent.map_err(|error| match error {
            FilingError::Mail(error) => stop(target)(error),
            other => other.into(),
        })
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

/// Opens the folder that mail is moved out of, if it is the one that was read and lets mail go.
fn open_source(
    store: &mut dyn MailStore,
    mailbox: &MailboxName,
    uid_validity: UidValidity,
    route: Route,
) -> Result<(), Stop> {
    let selected = open_to_write(store, mailbox)
        .map_err(stop(mailbox))?
        .ok_or_else(|| CannotFile::Missing(mailbox.clone()))?;
    lets_go(mailbox, &selected, route)?;
    match selected.uid_validity == uid_validity {
        true => Ok(()),
        false => Err(Stop::Stay(Stay::Renumbered)),
    }
}

fn all_stay<'i, 'a: 'i>(items: impl Iterator<Item = &'i Item<'a>>, why: &Stay) -> Outcomes {
    let stayed = |item: &Item<'_>| (item.uid, Outcome::Stayed(why.clone()));
    items.map(stayed).collect()
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

fn outcome_of(operation: &Operation, refusals: &Refusals) -> Outcome {
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
            Stay::CannotFile(CannotFile::CannotDelete(operation.source.mailbox.clone()))
        }
        Step::Withdrawn(_) => match refusals.get(&operation.target) {
            Some(why) => Stay::CannotFile(why.clone()),
            None => Stay::NotMoved,
        },
    };
    Outcome::Stayed(stay)
}
