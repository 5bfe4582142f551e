//! Mail that was not filed when it came, refused or interrupted: judged again and filed when its turn
//! comes.
//!
//! Until then days may pass, in which the owner makes rules and teaches: what was decided first no
//! longer binds.

use super::cycle::Cycle;
use super::intake::{Arrival, batch_of, is_open};
use super::trouble::Trouble;
use crate::filing::Place;
use crate::limits;
use crate::mailstore::{MailStore, MailboxName, Selected, Uid, UidSet};
use crate::state::Deferred;

impl Cycle<'_> {
    /// Tries again what could not be filed before, as much of it as may be moved now.
    pub(super) fn file_deferred(
        &mut self,
        store: &mut dyn MailStore,
        mailbox: &MailboxName,
        selected: &Selected,
    ) -> Result<(), Trouble> {
        let name = &self.account.name;
        let mut due = self.state.deferred(name, mailbox, selected.uid_validity)?;
        let is_broken = |one: &mut Deferred| one.begun >= limits::FILINGS_BEGUN;
        let broken: Vec<Deferred> = due.extract_if(.., is_broken).collect();
        self.give_up(&broken)?;
        due.retain(|one| !self.waits(one));
        // What broke off may do so again, and is tried last and by itself.
        due.sort_by_key(|one| one.begun);
        let mut left = due.as_slice();
        while !left.is_empty() {
            self.check_stop()?;
            let room = self.filer.room(self.now());
            if room == 0 || !is_open(store, mailbox, selected)? {
                return Ok(());
            }
            let most = match left[0].begun {
                0 => room.min(limits::BATCH),
                _ => 1,
            };
            let turn = left
                .iter()
                .take(most)
                .take_while(|one| one.begun == left[0].begun);
            let uids: Vec<Uid> = turn.map(|one| one.place.uid).collect();
            let sizes = store.sizes(&uids.iter().copied().collect())?;
            let (batch, upto) = batch_of(&uids, &sizes);
            let (turn, rest) = left.split_at(upto);
            self.judge_again(store, mailbox, selected, (turn, &batch))?;
            left = rest;
        }
        Ok(())
    }

    /// True if the server refused a short while ago what this message needs, going by what it was
    /// last judged to be: it is not fetched for nothing.
    fn waits(&self, one: &Deferred) -> bool {
        let target = self.layout.target(one.label);
        target.is_some_and(|target| self.filer.waits(&one.place.mailbox, target, self.now()))
    }

    /// Judges messages again, those that are still there, and files what is still to be filed.
    fn judge_again(
        &mut self,
        store: &mut dyn MailStore,
        mailbox: &MailboxName,
        selected: &Selected,
        (turn, there): (&[Deferred], &UidSet),
    ) -> Result<(), Trouble> {
        let mut arrivals = Vec::with_capacity(there.len());
        for letter in store.letters(there)? {
            let arrival = Arrival::new(letter, mailbox, selected.uid_validity);
            let is_same = |one: &Deferred| {
                one.place == arrival.place && one.fingerprint == arrival.fingerprint
            };
            if turn.iter().any(is_same) {
                arrivals.push(arrival);
            }
        }
        let judged = self.attempt(arrivals)?;
        let places = turn.iter().map(|one| &one.place);
        let gone: Vec<Place> = places
            .filter(|place| judged.iter().all(|one| one.place != **place))
            .cloned()
            .collect();
        self.state.settle_deferred(&self.account.name, &gone)?;
        self.file(store, mailbox, selected.uid_validity, &judged)
    }

    /// Leaves mail where it is whose filing broke off too often: it may be what breaks it.
    fn give_up(&mut self, mail: &[Deferred]) -> Result<(), Trouble> {
        for Deferred { place, .. } in mail {
            let what = format!(
                "filing message {} in {} broke off {} times; it is left where it is, the log says what broke",
                place.uid,
                place.mailbox,
                limits::FILINGS_BEGUN
            );
            tracing::error!(account = %self.account.name, "{what}");
            self.trouble(&what)?;
        }
        let places: Vec<Place> = mail.iter().map(|one| one.place.clone()).collect();
        Ok(self.state.settle_deferred(&self.account.name, &places)?)
    }
}
