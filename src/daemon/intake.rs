//! New mail of a watched folder: fetched, judged, filed.

use rayon::prelude::*;

use super::cycle::Cycle;
use super::trouble::Trouble;
use crate::account::{Backlog, Mode};
use crate::decide::Verdict;
use crate::filing::{Batch, Candidate, Fingerprint, Outcome, Place, Stay};
use crate::history::Sighting;
use crate::label::Label;
use crate::limits;
use crate::mailstore::{
    Access, FlagChange, Letter, MailStore, MailboxName, Query, Selected, Uid, UidSet, UidValidity,
    keep_open,
};
use crate::source::Content;
use crate::state::{Attempt, Decided, Deed, Deferred, Noted, Watermark};
use crate::triage::{Triage, judge, read};

/// A message that came in.
pub(super) struct Arrival {
    pub(super) place: Place,
    pub(super) fingerprint: Fingerprint,
    content: Content,
}

impl Arrival {
    pub(super) fn new(letter: Letter, mailbox: &MailboxName, uid_validity: UidValidity) -> Arrival {
        Arrival {
            place: Place {
                mailbox: mailbox.clone(),
                uid_validity,
                uid: letter.uid,
            },
            fingerprint: Fingerprint::of_message(&letter.bytes, letter.size),
            content: Content::Mail(letter.bytes),
        }
    }
}

/// A message that was judged, and its label if it has one.
pub(super) struct Judged {
    pub(super) place: Place,
    fingerprint: Fingerprint,
    label: Option<Label>,
}

impl Cycle<'_> {
    /// Judges what is new in a watched folder, and files it.
    pub(super) fn take_in(
        &mut self,
        store: &mut dyn MailStore,
        mailbox: &MailboxName,
    ) -> Result<(), Trouble> {
        let access = match self.account.mode {
            Mode::Observe => Access::ReadOnly,
            Mode::Tag | Mode::File => Access::ReadWrite,
        };
        let known = self.state.watermark(&self.account.name, mailbox)?;
        if known.is_none() {
            // Courier numbers the mail of a folder when it is opened for the first time; until then
            // its status names UIDs that nothing has.
            store.select(mailbox, access)?;
        }
        let status = store.status(mailbox)?;
        let mark = match known {
            Some(mark) if mark.uid_validity == status.uid_validity => mark,
            known => {
                let mark = self.first_mark(mailbox, known, status.uid_validity, status.uid_next);
                let (name, uid_validity) = (&self.account.name, mark.uid_validity);
                self.state.renumber_deferred(name, mailbox, uid_validity)?;
                self.state.keep_watermark(name, mailbox, mark)?;
                mark
            }
        };
        let waits = !self
            .state
            .deferred(&self.account.name, mailbox, status.uid_validity)?
            .is_empty();
        if mark.next >= status.uid_next && !waits {
            return Ok(());
        }
        let selected = store.select(mailbox, access)?;
        if selected.uid_validity != mark.uid_validity {
            // It changed between two commands; the next round begins anew.
            return Ok(());
        }
        if waits && self.account.mode == Mode::File {
            self.file_deferred(store, mailbox, &selected)?;
        }
        self.take_in_from(store, mailbox, &selected, mark)
    }

    /// From where on mail is judged in a folder that is new, or has new UIDs. After new UIDs nobody
    /// can say what was there before, so that what is there is left alone.
    fn first_mark(
        &self,
        mailbox: &MailboxName,
        known: Option<Watermark>,
        uid_validity: UidValidity,
        uid_next: Uid,
    ) -> Watermark {
        if known.is_some() {
            tracing::warn!(account = %self.account.name, %mailbox,
                "the server gave all messages new UIDs; those that are there are left alone");
        }
        let next = match (known, self.account.pace.backlog) {
            (None, Backlog::Judge) => Uid(1),
            _ => uid_next,
        };
        Watermark { uid_validity, next }
    }

    fn take_in_from(
        &mut self,
        store: &mut dyn MailStore,
        mailbox: &MailboxName,
        selected: &Selected,
        mark: Watermark,
    ) -> Result<(), Trouble> {
        if !is_open(store, mailbox, selected)? {
            return Ok(());
        }
        let mut uids = store.uids(&Query::PresentFrom(mark.next))?;
        // A set that ends in '*' always has the last message.
        uids.retain(|uid| *uid >= mark.next);
        let beyond = uids.last().map_or(mark.next, |last| last.next());
        let mut left = uids.as_slice();
        while !left.is_empty() {
            self.check_stop()?;
            self.beat(left.len())?;
            if !is_open(store, mailbox, selected)? {
                return Ok(());
            }
            let sizes = store.sizes(&left.iter().take(limits::BATCH).copied().collect())?;
            let (batch, upto) = batch_of(left, &sizes);
            left = &left[upto..];
            let next = Watermark {
                next: left.first().copied().unwrap_or(beyond),
                ..mark
            };
            self.judge_and_file(store, mailbox, selected, (&batch, next))?;
        }
        Ok(())
    }

    /// Judges a batch of the open folder, does with it what the mode allows, and writes down how far
    /// the folder is judged. What is to be filed is written down by itself, so that a message that
    /// cannot be filed does not hold up those after it.
    fn judge_and_file(
        &mut self,
        store: &mut dyn MailStore,
        mailbox: &MailboxName,
        selected: &Selected,
        (batch, next): (&UidSet, Watermark),
    ) -> Result<(), Trouble> {
        let mut arrivals = Vec::with_capacity(batch.len());
        for letter in store.letters(batch)? {
            let arrival = Arrival::new(letter, mailbox, selected.uid_validity);
            // What the program had to do with before was put there by the owner.
            let (place, fingerprint) = (&arrival.place, &arrival.fingerprint);
            if !self
                .state
                .is_known(&self.account.name, place, fingerprint)?
            {
                arrivals.push(arrival);
            }
        }
        let judged = self.attempt(arrivals)?;
        let mode = self.account.mode;
        if mode == Mode::Tag {
            self.tag(store, mailbox, selected, &judged)?;
        }
        self.state
            .keep_watermark(&self.account.name, mailbox, next)?;
        match mode {
            Mode::Observe | Mode::Tag => Ok(()),
            Mode::File => self.file(store, mailbox, selected.uid_validity, &judged),
        }
    }

    /// Judges messages, each of which may be the end of the program. Ordinary trouble, such as a
    /// full disk, does not count against them.
    pub(super) fn attempt(&mut self, arrivals: Vec<Arrival>) -> Result<Vec<Judged>, Trouble> {
        self.take_back()?;
        let mut begun = Vec::new();
        let judged = self.attempt_each(arrivals, &mut begun);
        if judged.is_err() {
            self.unfinished.append(&mut begun);
            // The same trouble may be in the way; then it is done before anything else is begun.
            if let Err(error) = self.take_back() {
                tracing::debug!(account = %self.account.name, "{error}");
            }
        }
        judged
    }

    /// Takes back what was begun and not finished, though nothing stopped the program.
    fn take_back(&mut self) -> Result<(), Trouble> {
        if !self.unfinished.is_empty() {
            self.state.take_back(&self.account.name, self.unfinished)?;
            self.unfinished.clear();
        }
        Ok(())
    }

    /// As [`Cycle::attempt`]; `begun` holds what is begun and not finished at any time.
    fn attempt_each(
        &mut self,
        arrivals: Vec<Arrival>,
        begun: &mut Vec<Place>,
    ) -> Result<Vec<Judged>, Trouble> {
        let (together, alone) = self.begin(arrivals, begun)?;
        let mut judged = self.judge(together)?;
        begun.clear();
        for arrival in alone {
            let (one, _) = self.begin(vec![arrival], begun)?;
            judged.extend(self.judge(one)?);
            begun.clear();
        }
        Ok(judged)
    }

    /// Writes down that messages are begun, before anything of them is parsed. Gives back those to
    /// be judged together, and those to be judged one by one: one of them stopped the program.
    fn begin(
        &mut self,
        arrivals: Vec<Arrival>,
        begun: &mut Vec<Place>,
    ) -> Result<(Vec<Arrival>, Vec<Arrival>), Trouble> {
        let places: Vec<Place> = arrivals.iter().map(|one| one.place.clone()).collect();
        let attempts = self.state.begin(&self.account.name, &places)?;
        let go = places.into_iter().zip(&attempts);
        begun.extend(go.filter_map(|(place, one)| (*one == Attempt::Go).then_some(place)));
        let (mut together, mut alone) = (Vec::with_capacity(arrivals.len()), Vec::new());
        for (arrival, attempt) in arrivals.into_iter().zip(attempts) {
            match attempt {
                Attempt::Go => together.push(arrival),
                Attempt::Alone => alone.push(arrival),
                Attempt::LeaveAlone => {
                    let Place { mailbox, uid, .. } = &arrival.place;
                    let what = format!(
                        "message {uid} in {mailbox} stopped the program twice; it is left where it is, please report it; moved to another folder and back it is judged again"
                    );
                    tracing::error!(account = %self.account.name, "{what}");
                    self.trouble(&what)?;
                }
            }
        }
        Ok((together, alone))
    }

    /// Judges messages, and remembers what was decided.
    fn judge(&mut self, arrivals: Vec<Arrival>) -> Result<Vec<Judged>, Trouble> {
        if arrivals.is_empty() {
            return Ok(Vec::new());
        }
        let salt = self.state.salt()?;
        let mind = &*self.mind;
        let (contacts, sightings): (Vec<_>, Vec<_>) = arrivals
            .par_iter()
            .map(|arrival| {
                let (message, contact) = read(&arrival.content, &mind.owner);
                let sighting = Sighting::of(&message, &contact, &mind.owner, &salt);
                ((message, contact), sighting)
            })
            .unzip();
        let pasts = self.state.note(&sightings)?;
        let triages: Vec<_> = contacts
            .into_par_iter()
            .zip(pasts)
            .map(|((message, contact), past)| {
                judge(message, contact, past, &mind.model, &mind.policy)
            })
            .collect();
        let recorder = mind.recorder(self.now().wall);
        let decisions: Vec<Option<Decided>> = sightings
            .par_iter()
            .zip(&triages)
            .map(|(sighting, triage)| Decided::of(sighting.as_ref()?, triage, &recorder))
            .collect();
        self.state.keep_decisions(&decisions)?;
        let judged = |(arrival, triage): (Arrival, &Triage)| {
            let verdict = triage.decision.verdict;
            let Place { mailbox, uid, .. } = &arrival.place;
            tracing::info!(account = %self.account.name, %mailbox, %uid, verdict = verdict.name(), "judged");
            Judged {
                place: arrival.place,
                fingerprint: arrival.fingerprint,
                label: match verdict {
                    Verdict::Label(label) => Some(label),
                    _ => None,
                },
            }
        };
        let judged: Vec<Judged> = arrivals.into_iter().zip(&triages).map(judged).collect();
        self.finish(&judged)?;
        self.count(|counts| counts.judged += judged.len() as u64);
        Ok(judged)
    }

    /// Writes down that messages were judged where they are, and which of them are to be filed: a
    /// connection may break before they are.
    fn finish(&mut self, judged: &[Judged]) -> Result<(), Trouble> {
        let noted: Vec<Noted> = judged
            .iter()
            .map(|one| Noted {
                place: one.place.clone(),
                fingerprint: one.fingerprint,
                deed: Deed::Judged,
            })
            .collect();
        let to_file: Vec<Deferred> = match self.account.mode {
            Mode::File => judged.iter().filter_map(|one| self.to_file(one)).collect(),
            Mode::Observe | Mode::Tag => Vec::new(),
        };
        Ok(self.state.conclude(&self.account.name, &noted, &to_file)?)
    }

    /// What is kept of a message until it is filed; none if it has no folder to be filed into.
    fn to_file(&self, one: &Judged) -> Option<Deferred> {
        let label = one.label?;
        self.layout.target(label)?;
        Some(Deferred {
            place: one.place.clone(),
            fingerprint: one.fingerprint,
            label,
            begun: 0,
        })
    }

    /// Sets the keyword of its label on each message, where the server keeps keywords. What it
    /// refuses is told and not tried again: a keyword is no reason to judge nothing more.
    fn tag(
        &mut self,
        store: &mut dyn MailStore,
        mailbox: &MailboxName,
        selected: &Selected,
        judged: &[Judged],
    ) -> Result<(), Trouble> {
        for label in Label::ALL {
            let keyword = label.keyword();
            let uids: UidSet = judged
                .iter()
                .filter(|one| one.label == Some(label))
                .map(|one| one.place.uid)
                .collect();
            if uids.is_empty() {
                continue;
            }
            if selected.access == Access::ReadOnly || !selected.can_keep(&keyword) {
                tracing::warn!(keyword, "this server keeps no keywords; nothing is tagged");
                return Ok(());
            }
            match store.flag(&uids, FlagChange::Add, &keyword) {
                Err(why) if !why.ends_session() => {
                    let what = format!(
                        "{mailbox}: {keyword} cannot be set on new mail: {why}; may this user set keywords in that folder?"
                    );
                    tracing::warn!(account = %self.account.name, "{what}");
                    self.trouble(&what)?;
                }
                done => done?,
            }
        }
        Ok(())
    }

    /// Files messages. What cannot be filed yet is kept for later; so is everything if the connection
    /// or the store breaks.
    pub(super) fn file(
        &mut self,
        store: &mut dyn MailStore,
        mailbox: &MailboxName,
        uid_validity: UidValidity,
        judged: &[Judged],
    ) -> Result<(), Trouble> {
        let candidate = |one: &Judged| {
            let label = one.label?;
            Some(Candidate {
                uid: one.place.uid,
                fingerprint: one.fingerprint,
                label,
                target: self.layout.target(label)?.clone(),
            })
        };
        let batch = Batch {
            source: mailbox.clone(),
            uid_validity,
            mail: judged.iter().filter_map(candidate).collect(),
        };
        let outcomes = self.move_mail(store, &batch)?;
        let stayed = |one: &&Judged| {
            let is_own = |(uid, outcome): &(Uid, Outcome)| {
                *uid == one.place.uid && is_worth_another_try(outcome)
            };
            outcomes.iter().any(is_own)
        };
        let (later, over): (Vec<&Judged>, Vec<&Judged>) = judged.iter().partition(stayed);
        let later: Vec<Deferred> = later
            .into_iter()
            .filter_map(|one| self.to_file(one))
            .collect();
        let over: Vec<Place> = over.into_iter().map(|one| one.place.clone()).collect();
        self.state.settle_deferred(&self.account.name, &over)?;
        Ok(self.state.defer(&self.account.name, &later)?)
    }
}

/// Opens a folder again if another one was opened meanwhile, as settling does what a move did not
/// prove. False if its UIDs are not what they were: then the next round begins anew.
pub(super) fn is_open(
    store: &mut dyn MailStore,
    mailbox: &MailboxName,
    selected: &Selected,
) -> Result<bool, Trouble> {
    let open = keep_open(store, mailbox, selected.access)?;
    Ok(open.uid_validity == selected.uid_validity)
}

/// True if the message may be filed later.
fn is_worth_another_try(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Filed { .. } | Outcome::Gone => false,
        Outcome::Stayed(Stay::AtHome | Stay::Renumbered | Stay::Mismatch) => false,
        Outcome::Stayed(_) => true,
    }
}

/// The first messages that fit into one batch, and how many UIDs that uses up: one that has
/// vanished has no size, and is used up too.
pub(super) fn batch_of(uids: &[Uid], sizes: &[(Uid, u32)]) -> (UidSet, usize) {
    let mut bytes = 0;
    let mut batch = Vec::new();
    for (at, uid) in uids.iter().take(limits::BATCH).enumerate() {
        let Some((_, size)) = sizes.iter().find(|(sized, _)| sized == uid) else {
            continue;
        };
        let fetched = (*size as usize).min(limits::MESSAGE_BYTES);
        if !batch.is_empty() && bytes + fetched > limits::BATCH_BYTES {
            return (batch.into_iter().collect(), at);
        }
        bytes += fetched;
        batch.push(*uid);
    }
    (batch.into_iter().collect(), uids.len().min(limits::BATCH))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_bound_in_number_and_bytes_and_never_empty_for_a_large_message() {
        let uids: Vec<Uid> = (1..=250).map(Uid).collect();
        let small: Vec<(Uid, u32)> = uids.iter().map(|uid| (*uid, 100)).collect();
        let (batch, upto) = batch_of(&uids, &small);
        assert_eq!((batch.len(), upto), (limits::BATCH, limits::BATCH));
        let large: Vec<(Uid, u32)> = uids.iter().map(|uid| (*uid, u32::MAX)).collect();
        let (batch, upto) = batch_of(&uids, &large);
        let most = limits::BATCH_BYTES / limits::MESSAGE_BYTES;
        assert_eq!((batch.len(), upto), (most, most));
        let (batch, upto) = batch_of(&uids[..3], &small[1..2]);
        assert_eq!((batch.as_slice(), upto), (&[Uid(2)][..], 3));
    }
}
