//! Looking into folders, and making those that are filed into.

use std::collections::BTreeSet;

use super::refusal::stop;
use super::{CannotFile, Desk, Filer, Fingerprint, Operation, Place, Stop};
use crate::limits;
use crate::mailstore::{
    Access, Folder, MailError, MailStore, MailboxName, Query, RefusalCode, Selectable, Selected,
    Status, Uid, UidSet, UidValidity, keep_open, listed,
};

/// Operations whose messages are looked for in a folder that may be the one they were filed into.
const SAMPLE: u32 = 20;

/// UIDs behind the last message in which more are looked for.
const BEHIND: u32 = 1_000;

/// UIDs before it.
const RANGE: u32 = 100_000;

/// Opens a folder; none if it does not exist.
pub(super) fn open(
    store: &mut dyn MailStore,
    mailbox: &MailboxName,
    access: Access,
) -> Result<Option<Selected>, MailError> {
    let selected = store.select(mailbox, access);
    unless_missing(store, mailbox, selected)
}

/// Opens a folder to move mail out of it, unless it is open already; none if it does not exist.
pub(super) fn open_to_write(
    store: &mut dyn MailStore,
    mailbox: &MailboxName,
) -> Result<Option<Selected>, MailError> {
    let selected = keep_open(store, mailbox, Access::ReadWrite);
    unless_missing(store, mailbox, selected)
}

fn unless_missing(
    store: &mut dyn MailStore,
    mailbox: &MailboxName,
    selected: Result<Selected, MailError>,
) -> Result<Option<Selected>, MailError> {
    match selected {
        Ok(selected) => Ok(Some(selected)),
        Err(error) if error.ends_session() => Err(error),
        // Not every server has a code for it.
        Err(refused) => match listed(&store.folders()?, mailbox) {
            true => Err(refused),
            false => Ok(None),
        },
    }
}

/// What a folder's UIDs are at, once it was opened: of a folder that was made a moment ago, and that
/// another mail program is looking into, Dovecot says UIDVALIDITY 0 until then.
fn numbered(store: &mut dyn MailStore, mailbox: &MailboxName) -> Result<Status, MailError> {
    store.select(mailbox, Access::ReadOnly)?;
    store.status(mailbox)
}

/// A refusal becomes none: what cannot be looked at now is left for later.
pub(super) fn unless_refused<T>(answer: Result<T, MailError>) -> Result<Option<T>, MailError> {
    match answer {
        Ok(seen) => Ok(Some(seen)),
        Err(error) if error.ends_session() => Err(error),
        Err(_) => Ok(None),
    }
}

/// Which messages of the open folder are there, marked for deletion or not.
pub(super) fn there(store: &mut dyn MailStore, uids: &UidSet) -> Result<BTreeSet<Uid>, MailError> {
    let mut found = present(store, uids)?;
    found.extend(deleted(store, uids)?);
    Ok(found)
}

/// Which messages of the open folder are there and not marked for deletion.
pub(super) fn present(
    store: &mut dyn MailStore,
    uids: &UidSet,
) -> Result<BTreeSet<Uid>, MailError> {
    asked(store, uids, Query::PresentOf)
}

/// Which messages of the open folder are marked for deletion.
pub(super) fn deleted(
    store: &mut dyn MailStore,
    uids: &UidSet,
) -> Result<BTreeSet<Uid>, MailError> {
    asked(store, uids, Query::DeletedOf)
}

fn asked(
    store: &mut dyn MailStore,
    uids: &UidSet,
    query: fn(UidSet) -> Query,
) -> Result<BTreeSet<Uid>, MailError> {
    let mut found = BTreeSet::new();
    for part in uids.chunks(limits::MOVES_PER_COMMAND) {
        let answer = store.uids(&query(part.clone()))?;
        found.extend(answer.into_iter().filter(|uid| part.contains(*uid)));
    }
    Ok(found)
}

/// Fingerprints of messages of the open folder.
pub(super) fn fingerprints(
    store: &mut dyn MailStore,
    uids: &UidSet,
) -> Result<Vec<(Uid, Fingerprint)>, MailError> {
    let mut found = Vec::with_capacity(uids.len());
    for part in uids.chunks(limits::HEADS_AT_ONCE) {
        let heads = store.heads(&part)?;
        found.extend(
            heads
                .into_iter()
                .filter(|head| part.contains(head.uid))
                .map(|head| (head.uid, Fingerprint::of(&head.header, head.size))),
        );
    }
    Ok(found)
}

/// The newest messages of the open folder that are not marked for deletion.
pub(super) fn newest(store: &mut dyn MailStore) -> Result<UidSet, MailError> {
    let all = store.uids(&Query::Present)?;
    let skipped = all.len().saturating_sub(limits::SEARCHED_MESSAGES);
    Ok(all.into_iter().skip(skipped).collect())
}

/// The newest messages of the open folder, marked for deletion or not.
pub(super) fn newest_of_all(store: &mut dyn MailStore) -> Result<UidSet, MailError> {
    let unmarked = newest(store)?;
    // What is marked lies among the others, or behind the last by no more than this.
    let last = unmarked.as_slice().last().map_or(0, |uid| uid.0);
    let end = last.saturating_add(BEHIND);
    let first = last.saturating_sub(RANGE).max(1);
    let range: UidSet = (first..=end).map(Uid).collect();
    let marked = store.uids(&Query::DeletedOf(range))?;
    Ok(unmarked.as_slice().iter().copied().chain(marked).collect())
}

impl Filer {
    /// Looks at a folder that is filed into, and makes it on first need, once in a run.
    pub(super) fn prepare(
        &mut self,
        desk: &mut Desk<'_>,
        target: &MailboxName,
    ) -> Result<Status, Stop> {
        let status = match desk.store.status(target) {
            Ok(status) => status,
            Err(error) if error.ends_session() => return Err(stop(target)(error)),
            Err(_) => self.find_or_make(desk, target)?,
        };
        match status.uid_validity {
            UidValidity(0) => Err(CannotFile::NoUidValidity(target.clone()).into()),
            _ => Ok(status),
        }
    }

    fn find_or_make(&mut self, desk: &mut Desk<'_>, target: &MailboxName) -> Result<Status, Stop> {
        let folders = desk.store.folders().map_err(stop(target))?;
        match listed(&folders, target) {
            true => numbered(desk.store, target).map_err(stop(target)),
            false => self.make(desk, target, &folders),
        }
    }

    fn make(
        &mut self,
        desk: &mut Desk<'_>,
        target: &MailboxName,
        folders: &[Folder],
    ) -> Result<Status, Stop> {
        if let Some(to) = self.renamed(desk, target, folders)? {
            let from = target.clone();
            return Err(CannotFile::Renamed { from, to }.into());
        }
        if self.tried.contains(target) {
            return Err(CannotFile::Missing(target.clone()).into());
        }
        // Before, not after: what the owner moves into it is a lesson, however soon they do.
        desk.journal.note_absent(&self.account, target)?;
        let answer = desk.store.create(target);
        // One that heard no answer may be tried again.
        if !matches!(&answer, Err(error) if error.ends_session()) {
            self.tried.push(target.clone());
        }
        match answer {
            Ok(())
            | Err(MailError::Refused {
                code: Some(RefusalCode::AlreadyExists),
                ..
            }) => {}
            Err(error) => return Err(stop(target)(error)),
        }
        let status = numbered(desk.store, target).map_err(stop(target))?;
        desk.journal
            .note_created(&self.account, target, status.uid_validity)?;
        Ok(status)
    }

    /// The name a folder has now, if mail that was filed into it lies in another folder with the
    /// same UIDs.
    fn renamed(
        &self,
        desk: &mut Desk<'_>,
        target: &MailboxName,
        folders: &[Folder],
    ) -> Result<Option<MailboxName>, Stop> {
        let filed = desk.journal.done_in(&self.account, target, SAMPLE)?;
        if filed.is_empty() {
            return Ok(None);
        }
        let others = folders
            .iter()
            .filter(|folder| folder.selectable == Selectable::Yes)
            .filter(|folder| !self.managed.contains(&folder.name));
        for folder in others.take(limits::SEARCHED_FOLDERS) {
            match holds(desk.store, &folder.name, &filed) {
                Ok(true) => return Ok(Some(folder.name.clone())),
                Err(error) if error.ends_session() => return Err(stop(target)(error)),
                Ok(false) | Err(_) => {}
            }
        }
        Ok(None)
    }
}

/// True if messages that were filed lie in a folder under the UIDs they were filed under.
fn holds(
    store: &mut dyn MailStore,
    mailbox: &MailboxName,
    filed: &[Operation],
) -> Result<bool, MailError> {
    let uid_validity = store.status(mailbox)?.uid_validity;
    let places: Vec<(Place, Fingerprint)> = filed
        .iter()
        .filter(|operation| operation.target_uid_validity == uid_validity)
        .filter_map(|operation| Some((operation.outcome()?, operation.fingerprint)))
        .collect();
    if places.is_empty() {
        return Ok(false);
    }
    store.select(mailbox, Access::ReadOnly)?;
    let uids: UidSet = places.iter().map(|(place, _)| place.uid).collect();
    let found = fingerprints(store, &uids)?;
    Ok(places
        .iter()
        .any(|(place, fingerprint)| found.contains(&(place.uid, *fingerprint))))
}
