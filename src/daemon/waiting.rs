//! Mail that could not be filed when it came: judged again and filed when its turn comes.
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
        due.retain(|one| !self.waits(one));
        let mut left = due.as_slice();
        while !left.is_empty() {
            self.check_stop()?;
            let room = self.filer.room(self.now());
            if room == 0 || !is_open(store, mailbox, selected)? {
                return Ok(());
            }
            let turn = left.iter().take(room.min(limits::BATCH));
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
        let later = self.file(store, mailbox, selected.uid_validity, &judged)?;
        let over = turn.iter().map(|one| &one.place);
        let over: Vec<Place> = over
            .filter(|place| !later.contains(place))
            .cloned()
            .collect();
        self.state.settle_deferred(&self.account.name, &over)?;
        Ok(())
    }
}
