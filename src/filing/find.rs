//! Looking for messages that somebody else moved.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use super::folders::{fingerprints, open, unless_refused};
use super::{Desk, Filer, FilingError, Fingerprint, Mark, Operation, OperationId, Place};
use crate::mailstore::{Access, MailboxName, Query, Uid, UidSet};

impl Filer {
    /// Messages that came into managed folders since operations were planned, that no operation
    /// brought there, and that are the same as those of the operations. The folder an operation
    /// moves into is one of them: the owner may have had the same in mind.
    pub(super) fn new_elsewhere(
        &self,
        desk: &mut Desk<'_>,
        operations: &[Operation],
    ) -> Result<Vec<(OperationId, Place)>, FilingError> {
        let mut rounds: BTreeMap<i64, Vec<Mark>> = BTreeMap::new();
        for operation in operations {
            if let Entry::Vacant(round) = rounds.entry(operation.round) {
                round.insert(desk.journal.marks(operation.round)?);
            }
        }
        let mut found = Vec::new();
        for operation in operations {
            if let Some(marks) = rounds.get_mut(&operation.round)
                && marks.iter().all(|mark| mark.mailbox != operation.target)
            {
                marks.push(Mark {
                    mailbox: operation.target.clone(),
                    uid_validity: operation.target_uid_validity,
                    uid_next: operation.watermark,
                });
            }
        }
        for mailbox in &self.managed {
            let marked: Vec<(&Operation, &Mark)> = operations
                .iter()
                .filter_map(|operation| {
                    let marks = rounds.get(&operation.round)?;
                    let mark = marks.iter().find(|mark| mark.mailbox == *mailbox)?;
                    Some((operation, mark))
                })
                .collect();
            found.extend(self.new_in(desk, mailbox, &marked)?);
        }
        Ok(found)
    }

    fn new_in(
        &self,
        desk: &mut Desk<'_>,
        mailbox: &MailboxName,
        marked: &[(&Operation, &Mark)],
    ) -> Result<Vec<(OperationId, Place)>, FilingError> {
        let Some(from) = marked.iter().map(|(_, mark)| mark.uid_next).min() else {
            return Ok(Vec::new());
        };
        let Some(status) = unless_refused(desk.store.status(mailbox))? else {
            return Ok(Vec::new());
        };
        let uid_validity = status.uid_validity;
        let is_new = |(_, mark): &(&Operation, &Mark)| {
            mark.uid_validity == uid_validity && mark.uid_next < status.uid_next
        };
        if !marked.iter().any(is_new) {
            return Ok(Vec::new());
        }
        let opened = unless_refused(open(desk.store, mailbox, Access::ReadOnly))?.flatten();
        if opened.is_none_or(|selected| selected.uid_validity != uid_validity) {
            return Ok(Vec::new());
        }
        let place = |uid| Place {
            mailbox: mailbox.clone(),
            uid_validity,
            uid,
        };
        let brought = desk.journal.brought(&self.account, &place(from))?;
        let unknown: UidSet = desk
            .store
            .uids(&Query::PresentFrom(from))?
            .into_iter()
            .filter(|uid| *uid >= from && !brought.contains(uid))
            .collect();
        let wanted: BTreeSet<Fingerprint> = marked.iter().map(|(one, _)| one.fingerprint).collect();
        let mut seen: Vec<(Uid, Fingerprint)> = fingerprints(desk.store, &unknown)?;
        seen.retain(|(_, fingerprint)| wanted.contains(fingerprint));
        let mut found = Vec::new();
        for (operation, mark) in marked {
            let is_its = |(uid, fingerprint): &&(Uid, Fingerprint)| {
                *fingerprint == operation.fingerprint
                    && mark.uid_validity == uid_validity
                    && *uid >= mark.uid_next
            };
            let its = seen.iter().filter(is_its);
            found.extend(its.map(|(uid, _)| (operation.id, place(*uid))));
        }
        Ok(found)
    }
}
