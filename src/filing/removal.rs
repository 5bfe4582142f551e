//! Removing one of two copies: the only thing in the program that takes a message away, and only
//! while the other one is seen.

use std::collections::BTreeSet;

use super::folders::{deleted, fingerprints, open, present, there, unless_refused};
use super::{
    Cause, Desk, Filer, FilingError, Fingerprint, Intent, Operation, Place, Step, Withdrawal,
};
use crate::mailstore::{Access, FlagChange, Letter, MailError, MailStore, Uid, UidSet};

/// What became of our copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Removal {
    /// It is gone.
    Removed,
    /// It is still there.
    Kept,
}

/// What is seen of two places that should hold the same message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Copies {
    /// It is in both. Ours is open.
    Both,
    /// Ours is not there.
    OursGone,
    /// Theirs is not there, or not the same. Ours is open.
    OursOnly,
    /// One of the folders cannot be looked at.
    Unseen,
}

/// Removes messages of the open folder: marks them, sees that they are marked, expunges exactly
/// them. Gives back those that are still there, without the mark.
pub(super) fn strike(store: &mut dyn MailStore, uids: &UidSet) -> Result<BTreeSet<Uid>, MailError> {
    if uids.is_empty() {
        return Ok(BTreeSet::new());
    }
    // What a refusal left undone is seen below.
    unless_refused(store.flag(uids, FlagChange::Add, "\\Deleted"))?;
    let marked: UidSet = deleted(store, uids)?.into_iter().collect();
    if !marked.is_empty() {
        unless_refused(store.expunge(&marked))?;
    }
    let left = there(store, uids)?;
    if !left.is_empty() {
        unmark(store, &left.iter().copied().collect())?;
    }
    Ok(left)
}

/// Takes the mark for deletion off what has it.
fn unmark(store: &mut dyn MailStore, uids: &UidSet) -> Result<(), MailError> {
    let marked: UidSet = deleted(store, uids)?.into_iter().collect();
    if !marked.is_empty() {
        unless_refused(store.flag(&marked, FlagChange::Remove, "\\Deleted"))?;
    }
    Ok(())
}

impl Filer {
    /// Removes our copy of a message if it is the one in another place: of the same size, with the
    /// same fingerprint, and byte for byte the same in its first [`crate::limits::MESSAGE_BYTES`],
    /// which is all that is fetched.
    pub(super) fn take_back(
        &self,
        desk: &mut Desk<'_>,
        fingerprint: Fingerprint,
        ours: &Place,
        theirs: &Place,
    ) -> Result<Removal, FilingError> {
        if compare(desk.store, fingerprint, ours, theirs)? != Copies::Both {
            return Ok(Removal::Kept);
        }
        let intent = Intent {
            source: ours.clone(),
            target: theirs.mailbox.clone(),
            target_uid_validity: theirs.uid_validity,
            watermark: theirs.uid,
            fingerprint,
            cause: Cause::TakenBack,
        };
        let journal = &mut desk.journal;
        let planned = journal.plan_moves(&self.account, &[intent], &[], desk.now.wall)?;
        match planned.first() {
            Some(removal) => remove(desk, removal),
            None => Ok(Removal::Kept),
        }
    }

    /// Goes on with a removal that was interrupted.
    pub(super) fn resume_removal(
        &self,
        desk: &mut Desk<'_>,
        removal: &Operation,
    ) -> Result<(), FilingError> {
        let theirs = removal.in_target(removal.watermark);
        let ours = &removal.source;
        let step = match compare(desk.store, removal.fingerprint, ours, &theirs)? {
            Copies::Both => return remove(desk, removal).map(drop),
            Copies::Unseen => return Ok(()),
            Copies::OursGone => Step::Done(removal.watermark),
            Copies::OursOnly => {
                unmark(desk.store, &ours.uid.into())?;
                Step::Withdrawn(Withdrawal::NotVerified)
            }
        };
        Ok(desk.journal.advance(&[removal.at(step)], desk.now.wall)?)
    }
}

/// Removes the source of a removal, whose folder is open.
fn remove(desk: &mut Desk<'_>, removal: &Operation) -> Result<Removal, FilingError> {
    let left = strike(desk.store, &removal.source.uid.into())?;
    let (removed, step) = match left.is_empty() {
        true => (Removal::Removed, Step::Done(removal.watermark)),
        false => (Removal::Kept, Step::Withdrawn(Withdrawal::NotRemovable)),
    };
    desk.journal.advance(&[removal.at(step)], desk.now.wall)?;
    Ok(removed)
}

fn compare(
    store: &mut dyn MailStore,
    fingerprint: Fingerprint,
    ours: &Place,
    theirs: &Place,
) -> Result<Copies, MailError> {
    let Some(their_letter) = letter(store, theirs, Access::ReadOnly)? else {
        return Ok(Copies::Unseen);
    };
    let their_letter = match their_letter {
        Some(letter) if !present(store, &theirs.uid.into())?.is_empty() => Some(letter),
        _ => None,
    };
    let our_letter = match letter(store, ours, Access::ReadWrite)? {
        None => return Ok(Copies::Unseen),
        Some(None) => return Ok(Copies::OursGone),
        Some(Some(letter)) => letter,
    };
    let same_bytes = their_letter
        .is_some_and(|theirs| theirs.size == our_letter.size && theirs.bytes == our_letter.bytes);
    let expected = (ours.uid, fingerprint);
    let same = same_bytes && fingerprints(store, &ours.uid.into())?.contains(&expected);
    Ok(match same {
        true => Copies::Both,
        false => Copies::OursOnly,
    })
}

/// Opens a place's folder and reads the message: none if the folder cannot be opened, and none
/// inside if the message is not there.
fn letter(
    store: &mut dyn MailStore,
    place: &Place,
    access: Access,
) -> Result<Option<Option<Letter>>, MailError> {
    let Some(opened) = unless_refused(open(store, &place.mailbox, access))? else {
        return Ok(None);
    };
    let is_same = opened.is_some_and(|selected| selected.uid_validity == place.uid_validity);
    if !is_same {
        return Ok(Some(None));
    }
    let letters = store.letters(&place.uid.into())?;
    Ok(Some(letters.into_iter().find(|one| one.uid == place.uid)))
}
