//! Filing a batch of judged mail.

use std::collections::{BTreeMap, BTreeSet};

use super::carry::{Item, Load};
use super::{
    CannotFile, Cause, Desk, Filer, FilingError, Fingerprint, Now, OperationId, Place, Way,
};
use crate::label::Label;
use crate::limits;
use crate::mailstore::{MailboxName, Uid, UidValidity};

/// A message that was judged and is to be filed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Its UID in the folder it was read from.
    pub uid: Uid,
    /// What it was when it was judged.
    pub fingerprint: Fingerprint,
    /// How it was judged.
    pub label: Label,
    /// The folder of that label.
    pub target: MailboxName,
}

/// Judged mail of one folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The folder.
    pub source: MailboxName,
    /// What its UIDs were read under.
    pub uid_validity: UidValidity,
    /// The mail.
    pub mail: Vec<Candidate>,
}

/// What became of one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was moved.
    Filed {
        /// By which operation.
        id: OperationId,
        /// Where to.
        place: Place,
    },
    /// Somebody else moved or deleted it.
    Gone,
    /// It is where it was.
    Stayed(Stay),
}

/// Why a message is where it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Stay {
    /// It cannot be filed.
    #[error(transparent)]
    CannotFile(#[from] CannotFile),
    /// It is in the folder it belongs into.
    #[error("it is where it belongs")]
    AtHome,
    /// The folder has new UIDs, so that it must be read anew.
    #[error("the folder's UIDs have changed; it is read anew")]
    Renumbered,
    /// Another message has its UID.
    #[error("the server shows another message under its UID than the one that was judged")]
    Mismatch,
    /// The most moves in an hour are reached.
    #[error("as many messages as moves_per_hour allows were moved in the last hour")]
    Cap,
    /// The server refused a short while ago.
    #[error("the server refused it a short while ago; it is tried again later")]
    Waiting,
    /// An earlier operation on it is not settled.
    #[error("an earlier move of it is not settled yet")]
    Pending,
    /// The server did not do it and did not say why.
    #[error("the server did not move it and did not say why")]
    NotMoved,
}

/// What became of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Every message once.
    pub outcomes: Vec<(Uid, Outcome)>,
    /// What the owner has not been told yet, or what has come back since it went away.
    pub news: Vec<CannotFile>,
}

impl Filer {
    /// How many messages may be moved now.
    pub fn room(&mut self, now: Now) -> usize {
        self.cap.left(now.uptime)
    }

    /// True if the server refused a short while ago to have mail moved from one folder into another.
    pub fn waits(&self, source: &MailboxName, target: &MailboxName, now: Now) -> bool {
        let way = (source.clone(), target.clone());
        self.backoff.waits(&way, now.uptime)
    }

    /// Files mail: moves each message into the folder of its label, if it is still there and still
    /// what was judged. A second call with the same batch does nothing.
    ///
    /// # Errors
    /// If the connection or the journal broke; then [`Filer::reconcile`] finds out what was done,
    /// and the journal has what became of every message.
    pub fn file(&mut self, desk: &mut Desk<'_>, batch: &Batch) -> Result<Report, FilingError> {
        let mut report = Report::default();
        let uptime = desk.now.uptime;
        let (mut ready, mut waiting) = (Vec::new(), Vec::new());
        for one in &batch.mail {
            let item = Item {
                uid: one.uid,
                fingerprint: one.fingerprint,
                cause: Cause::Filed(one.label),
                target: &one.target,
            };
            if one.target == batch.source {
                report.stay(&[item], &Stay::AtHome);
            } else if self.backoff.waits(&way(batch, &one.target), uptime) {
                waiting.push(item);
            } else {
                ready.push(item);
            }
        }
        report.stay(&waiting, &Stay::Waiting);
        for items in ready.chunks(limits::MOVES_PER_COMMAND) {
            self.file_some(desk, batch, items, &mut report)?;
        }
        Ok(report)
    }

    fn file_some(
        &mut self,
        desk: &mut Desk<'_>,
        batch: &Batch,
        items: &[Item<'_>],
        report: &mut Report,
    ) -> Result<(), FilingError> {
        let uptime = desk.now.uptime;
        let allowed = self.cap.left(uptime).min(items.len());
        let (items, beyond) = items.split_at(allowed);
        report.stay(beyond, &Stay::Cap);
        if items.is_empty() {
            return Ok(());
        }
        self.cap.count(items.len(), uptime);
        let load = Load {
            source: &batch.source,
            uid_validity: batch.uid_validity,
            items,
        };
        let outcomes = self.carry(desk, &load)?;
        let is_filed = |(_, outcome): &&(Uid, Outcome)| matches!(outcome, Outcome::Filed { .. });
        let moved = outcomes.iter().filter(is_filed).count();
        self.cap.uncount(items.len() - moved);
        let targets: BTreeMap<Uid, &MailboxName> =
            items.iter().map(|item| (item.uid, item.target)).collect();
        let into: BTreeSet<&MailboxName> = targets.values().copied().collect();
        for target in into {
            let its = outcomes
                .iter()
                .filter(|(uid, _)| targets.get(uid) == Some(&target));
            let its: Vec<&Outcome> = its.map(|(_, outcome)| outcome).collect();
            let news = self.note(desk, &way(batch, target), &its)?;
            report.news.extend(news);
        }
        report.outcomes.extend(outcomes);
        Ok(())
    }

    /// Remembers where the server refused, and that it no longer does. Gives back what is new.
    fn note(
        &mut self,
        desk: &mut Desk<'_>,
        way: &Way,
        outcomes: &[&Outcome],
    ) -> Result<Option<CannotFile>, FilingError> {
        let refusal = outcomes.iter().find_map(|outcome| match outcome {
            Outcome::Stayed(Stay::CannotFile(why)) => Some(why),
            _ => None,
        });
        let Some(why) = refusal else {
            let moved = |outcome: &&Outcome| matches!(outcome, Outcome::Filed { .. });
            if outcomes.iter().any(moved) {
                self.told.retain(|(told, _)| told != way);
                if let Some(over) = self.backoff.open(way) {
                    desk.journal.keep_refusal(&self.account, &over)?;
                }
            }
            return Ok(None);
        };
        if why.may_pass() {
            let refused = self.backoff.refused(way, desk.now);
            desk.journal.keep_refusal(&self.account, &refused)?;
        }
        let is_new = self.told.iter().all(|(_, told)| told != why);
        if is_new {
            self.told.push((way.clone(), why.clone()));
        }
        Ok(is_new.then(|| why.clone()))
    }
}

fn way(batch: &Batch, target: &MailboxName) -> Way {
    (batch.source.clone(), target.clone())
}

impl Report {
    fn stay(&mut self, items: &[Item<'_>], why: &Stay) {
        let stayed = |item: &Item<'_>| (item.uid, Outcome::Stayed(why.clone()));
        self.outcomes.extend(items.iter().map(stayed));
    }
}
