//! A look at the managed folders.

use std::collections::BTreeSet;

use super::rule::changes;
use super::{CorrectionError, Part};
use crate::account::AccountName;
use crate::filing::Fingerprint;
use crate::limits;
use crate::mailstore::{
    Access, MailError, MailStore, MailboxName, Query, Selected, Status, Uid, UidSet, listed,
};
use crate::state::{Comer, FolderRecord, Look, State, StateError};

/// A folder whose mail is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Managed {
    /// Its name.
    pub mailbox: MailboxName,
    /// What it is for.
    pub part: Part,
}

/// What is looked at, and when.
#[derive(Debug, Clone, Copy)]
pub struct Scan<'a> {
    /// The account.
    pub account: &'a AccountName,
    /// Its managed folders, each once, the inbox first: the first one is opened at every look, so
    /// it may be open already. The others are only opened if their status changed.
    pub managed: &'a [Managed],
    /// Messages this program is moving: where they come is not looked at until that is over.
    pub in_flight: &'a BTreeSet<Fingerprint>,
    /// Seconds since 1970.
    pub now: i64,
}

/// Looks at all managed folders once. What was moved since waits to be learned from now on, and
/// what was put back is pinned at once. Gives back the folders the server would not show though they
/// are there, and what it said.
///
/// # Errors
/// If the connection or the store breaks; what was seen so far is kept. A folder that cannot be
/// looked at is no error.
pub fn scan(
    store: &mut dyn MailStore,
    state: &mut State,
    scan: &Scan<'_>,
) -> Result<Vec<(MailboxName, MailError)>, CorrectionError> {
    state.manage(scan.account, scan.managed)?;
    let mut refused = Vec::new();
    for (at, managed) in scan.managed.iter().enumerate() {
        let opening = match at {
            0 => Opening::Always,
            _ => Opening::IfChanged,
        };
        match look(store, state, (scan, managed, opening)) {
            Err(CorrectionError::Mail(error)) if !error.ends_session() => {
                refused.push((managed.mailbox.clone(), error));
            }
            done => done?,
        }
    }
    if !refused.is_empty() {
        match store.folders() {
            Ok(folders) => refused.retain(|(mailbox, _)| listed(&folders, mailbox)),
            Err(error) if error.ends_session() => return Err(error.into()),
            Err(_) => {}
        }
    }
    Ok(refused)
}

/// When a folder is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Opening {
    Always,
    IfChanged,
}

/// Looks at one folder. If neither the next UID nor the number of messages changed, nothing came
/// or went: whatever comes takes a UID, and what goes without anything coming is missing in the
/// number. (A mail that is only marked as deleted still counts; that it went is found with the next
/// change, and where it went to is found there.)
fn look(
    store: &mut dyn MailStore,
    state: &mut State,
    (scan, managed, opening): (&Scan<'_>, &Managed, Opening),
) -> Result<(), CorrectionError> {
    let look = Look {
        account: scan.account,
        mailbox: &managed.mailbox,
        now: scan.now,
    };
    let status = match opening {
        Opening::Always => None,
        Opening::IfChanged => Some(store.status(&managed.mailbox)?),
    };
    let known = state.folder(scan.account, &managed.mailbox)?;
    if status.is_some() && known.and_then(|folder| folder.status) == status {
        return Ok(());
    }
    let selected = store.select(&managed.mailbox, Access::ReadOnly)?;
    let present = present(store)?;
    let Some(folder) = table(state, &look, &selected, &present)? else {
        return Ok(());
    };
    let changes = changes(&state.listed(&folder)?, &present);
    state.depart(&look, &folder, &changes.vanished)?;
    let unlisted: UidSet = changes.unlisted.into_iter().collect();
    let mut deferred = Deferred::None;
    for chunk in unlisted.chunks(limits::HEADS_AT_ONCE) {
        let comers = comers(store, &chunk)?;
        let (later, now): (Vec<Comer>, Vec<Comer>) = comers
            .into_iter()
            .partition(|comer| scan.in_flight.contains(&comer.fingerprint));
        state.enter(&look, &folder, &now)?;
        if !later.is_empty() {
            deferred = Deferred::Some;
        }
        if deferred == Deferred::None
            && let Some(last) = chunk.as_slice().last()
        {
            state.looked_below(&folder, last.next())?;
        }
    }
    let is_whole = deferred == Deferred::None;
    state.end_look(
        &look,
        status.filter(|status: &Status| is_whole && status.uid_validity == selected.uid_validity),
    )?;
    Ok(())
}

/// Whether messages were left for the next look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deferred {
    None,
    Some,
}

/// The record of the folder that is open; begun if it is looked at for the first time, or its UIDs
/// are new ones. Of one that this program was about to make, all that is in it came since.
fn table(
    state: &mut State,
    look: &Look<'_>,
    selected: &Selected,
    present: &[Uid],
) -> Result<Option<FolderRecord>, StateError> {
    let found = state.folder(look.account, look.mailbox)?;
    let Some(folder) = found else { return Ok(None) };
    let is_same = folder.uid_validity == Some(selected.uid_validity);
    if is_same && folder.first_new.is_some() {
        return Ok(Some(folder));
    }
    let is_made = folder.uid_validity.is_none() && folder.first_new.is_some();
    let first_new = match present.last() {
        Some(last) if !is_made => last.next(),
        _ => Uid(1),
    };
    state.begin_table(look, selected.uid_validity, first_new)?;
    state.folder(look.account, look.mailbox)
}

/// The UIDs in the open folder, ascending, the newest [`limits::RESIDENTS`].
fn present(store: &mut dyn MailStore) -> Result<Vec<Uid>, MailError> {
    let present: UidSet = store.uids(&Query::Present)?.into_iter().collect();
    let first = present.len().saturating_sub(limits::RESIDENTS);
    Ok(present.as_slice()[first..].to_vec())
}

/// The fingerprints of messages, by UID, each once and of those only that were asked for.
fn comers(store: &mut dyn MailStore, uids: &UidSet) -> Result<Vec<Comer>, MailError> {
    let mut comers: Vec<Comer> = store
        .heads(uids)?
        .into_iter()
        .filter(|head| uids.contains(head.uid))
        .map(|head| Comer {
            uid: head.uid,
            fingerprint: Fingerprint::of(&head.header, head.size),
        })
        .collect();
    comers.sort_by_key(|comer| comer.uid);
    comers.dedup_by_key(|comer| comer.uid);
    Ok(comers)
}
