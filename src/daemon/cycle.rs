//! One round through an account: settle what is open, put back what is wished, judge and file what
//! is new, learn from what the owner moved.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::board::{Board, Counts};
use super::layout::Layout;
use super::mind::Mind;
use super::told::Told;
use super::trouble::Trouble;
use crate::account::{Account, Mode};
use crate::clock;
use crate::corrections;
use crate::filing::{Batch, Desk, Filer, Now, OperationId, Outcome, Place, PutBack, Undone};
use crate::imap::Interrupt;
use crate::learn::Identity;
use crate::mailstore::{Access, MailError, MailStore, MailboxName, Query, Uid, UidSet};
use crate::school::{self, Admission, School};
use crate::source::Content;
use crate::state::{Health, LessonToo, State, UndoAnswer, UndoRequest, Which};
use crate::triage;

/// What a round works with.
pub(super) struct Cycle<'a> {
    pub(super) account: &'a Account,
    pub(super) layout: &'a Layout,
    pub(super) mind: &'a mut Mind,
    pub(super) state: &'a mut State,
    pub(super) filer: &'a mut Filer,
    pub(super) interrupt: &'a Arc<Interrupt>,
    pub(super) board: &'a Board,
    pub(super) told: &'a mut Told,
    /// Messages that are written down as begun and are not: the store failed, not the program.
    pub(super) unfinished: &'a mut Vec<Place>,
    /// Since when this process counts time.
    pub(super) start: Instant,
}

impl Cycle<'_> {
    /// Goes once through everything. Gives back the first trouble with a single folder, which keeps
    /// nothing else from being done.
    pub(super) fn run(&mut self, store: &mut dyn MailStore) -> Result<Option<Trouble>, Trouble> {
        self.mind.refresh(self.state)?;
        self.settle(store)?;
        self.put_back(store)?;
        let unread = self.take_in_all(store)?;
        self.beat(0)?;
        self.post_check(store)?;
        self.learn_from_moves(store)?;
        Ok(unread)
    }

    /// Judges and files what is new in each watched folder; one that the server refuses does not
    /// keep the others waiting.
    fn take_in_all(&mut self, store: &mut dyn MailStore) -> Result<Option<Trouble>, Trouble> {
        let layout = self.layout;
        let mut refused = Vec::new();
        for mailbox in &layout.watched {
            match self.take_in(store, mailbox) {
                Err(Trouble::Mail(error)) if !error.ends_session() => {
                    refused.push((mailbox.clone(), error));
                }
                done => done?,
            }
        }
        let unread = |(mailbox, why): &(MailboxName, MailError)| Trouble::Unread {
            mailbox: mailbox.clone(),
            why: why.clone(),
        };
        for one in self.told.unread.news(&refused) {
            let trouble = unread(one);
            tracing::error!(account = %self.account.name, "{trouble}");
            self.trouble(&trouble.to_string())?;
        }
        Ok(refused.first().map(unread))
    }

    /// Settles what is open and puts mail back that somebody wishes to have back.
    pub(super) fn put_back_only(&mut self, store: &mut dyn MailStore) -> Result<(), Trouble> {
        self.settle(store)?;
        self.put_back(store)
    }

    /// True if mail came into a folder, which is open, since it was judged: then there is nothing
    /// to wait for.
    pub(super) fn has_news(
        &mut self,
        store: &mut dyn MailStore,
        mailbox: &MailboxName,
    ) -> Result<bool, Trouble> {
        let Some(mark) = self.state.watermark(&self.account.name, mailbox)? else {
            return Ok(false);
        };
        let above = store.uids(&Query::PresentFrom(mark.next))?;
        Ok(above.iter().any(|uid| *uid >= mark.next))
    }

    /// Finds out what became of moves that were cut off.
    fn settle(&mut self, store: &mut dyn MailStore) -> Result<(), Trouble> {
        let now = self.now();
        let settled = self.filer.reconcile(&mut desk(store, self.state, now))?;
        for operation in &settled {
            tracing::info!(account = %self.account.name, operation = %operation.id,
                step = operation.step.name(), "an interrupted move is settled");
        }
        Ok(())
    }

    /// Puts back what other processes wish to be put back.
    fn put_back(&mut self, store: &mut dyn MailStore) -> Result<(), Trouble> {
        let requests = self.state.undo_requests(&self.account.name)?;
        if requests.is_empty() {
            return Ok(());
        }
        let ids: Vec<OperationId> = requests
            .iter()
            .map(|request| OperationId(request.operation))
            .collect();
        let now = self.now();
        let shield = self.interrupt.shield();
        let undone = self.filer.undo(&mut desk(store, self.state, now), &ids)?;
        drop(shield);
        for request in &requests {
            let outcome = undone
                .iter()
                .find(|undone| undone.id.0 == request.operation);
            self.answer(store, request, outcome)?;
        }
        Ok(())
    }

    fn answer(
        &mut self,
        store: &mut dyn MailStore,
        request: &UndoRequest,
        undone: Option<&Undone>,
    ) -> Result<(), Trouble> {
        let mut told = match undone.map(|undone| &undone.outcome) {
            Some(PutBack::Back { place, .. }) => format!("put back into {}", place.mailbox),
            Some(PutBack::Already(place)) => format!("is in {} already", place.mailbox),
            Some(PutBack::NotFound) => {
                "not found: it is in none of the folders anteroom looks after".to_owned()
            }
            Some(PutBack::Stayed(why)) => format!("not put back: {why}"),
            Some(PutBack::NothingFiled) | None => "no such move".to_owned(),
        };
        let back = match undone.map(|undone| &undone.outcome) {
            Some(PutBack::Back { place, .. } | PutBack::Already(place)) => Some(place),
            _ => None,
        };
        if let Some(place) = back {
            self.pin(request)?;
            if request.lesson == LessonToo::Forget && self.forget(store, place)? {
                told.push_str("; its lesson is forgotten");
            }
        }
        tracing::info!(account = %self.account.name, operation = request.operation, "undo: {told}");
        let is_back = back.is_some();
        self.state
            .answer_undo(request.id, &UndoAnswer { told, is_back })?;
        Ok(())
    }

    /// What was put back is never filed again.
    fn pin(&mut self, request: &UndoRequest) -> Result<(), Trouble> {
        let ids = [OperationId(request.operation)];
        for operation in self
            .state
            .operations(&self.account.name, Which::Ids(&ids))?
        {
            self.state.pin(&self.account.name, &operation.fingerprint)?;
        }
        Ok(())
    }

    /// Forgets what was learned from a message; false if nothing was.
    fn forget(&mut self, store: &mut dyn MailStore, place: &Place) -> Result<bool, Trouble> {
        store.select(&place.mailbox, Access::ReadOnly)?;
        let letters = store.letters(&UidSet::from(place.uid))?;
        let Some(letter) = letters.into_iter().find(|letter| letter.uid == place.uid) else {
            return Ok(false);
        };
        let (message, _) = triage::read(&Content::Mail(letter.bytes), &self.mind.owner);
        let base = Arc::clone(&self.mind.base);
        let now = self.now().wall;
        let mut school = School::new(&base, self.state, Admission::Open, now);
        let taught = school.unlearn(&[Identity::of(&message)])?;
        self.mind.refresh(self.state)?;
        Ok(taught.tally.contains_key(&school::Outcome::Unlearned))
    }

    /// Files a batch; the owner's wish to stop waits until its outcome is known.
    pub(super) fn move_mail(
        &mut self,
        store: &mut dyn MailStore,
        batch: &Batch,
    ) -> Result<Vec<(Uid, Outcome)>, Trouble> {
        if batch.mail.is_empty() {
            return Ok(Vec::new());
        }
        let now = self.now();
        let shield = self.interrupt.shield();
        let report = self.filer.file(&mut desk(store, self.state, now), batch)?;
        drop(shield);
        for why in &report.news {
            tracing::warn!(account = %self.account.name, "mail stays where it is: {why}");
            self.trouble(&why.to_string())?;
        }
        let mut filed = 0;
        for (uid, outcome) in &report.outcomes {
            if let Outcome::Filed { id, place } = outcome {
                filed += 1;
                tracing::info!(account = %self.account.name, %uid, operation = %id, into = %place.mailbox, "filed");
            }
        }
        self.count(|counts| counts.filed += filed);
        Ok(report.outcomes)
    }

    /// Looks whether the owner moved mail at the moment it was filed.
    fn post_check(&mut self, store: &mut dyn MailStore) -> Result<(), Trouble> {
        if self.account.mode != Mode::File {
            return Ok(());
        }
        let now = self.now();
        let moved = self.filer.post_check(&mut desk(store, self.state, now))?;
        for one in moved {
            tracing::info!(account = %self.account.name, operation = %one.filed, to = %one.to.mailbox,
                "the owner was faster; theirs stays");
            self.state
                .note_user_move(&self.account.name, one.fingerprint, &one.to, now.wall)?;
        }
        Ok(())
    }

    /// Learns from what the owner moved.
    fn learn_from_moves(&mut self, store: &mut dyn MailStore) -> Result<(), Trouble> {
        let open = self.state.open_operations(&self.account.name)?;
        let in_flight = open.iter().map(|operation| operation.fingerprint).collect();
        let now = self.now().wall;
        let refused = corrections::scan(
            store,
            self.state,
            &corrections::Scan {
                account: &self.account.name,
                managed: &self.layout.parts(),
                in_flight: &in_flight,
                now,
            },
        )?;
        for (mailbox, why) in self.told.unseen.news(&refused) {
            tracing::warn!(account = %self.account.name, %mailbox, "cannot be looked at: {why}");
        }
        loop {
            self.check_stop()?;
            let (owner, base) = (Arc::clone(&self.mind.owner), Arc::clone(&self.mind.base));
            let teacher = corrections::Teacher {
                account: &self.account.name,
                owner: &owner,
                base: &base,
                grace: self.account.pace.grace,
            };
            let learned = corrections::learn(store, self.state, &teacher, self.now().wall)?;
            self.tell_learned(&learned)?;
            self.mind.refresh(self.state)?;
            if learned.rest == corrections::Rest::None {
                return Ok(());
            }
        }
    }

    fn tell_learned(&mut self, learned: &corrections::Learned) -> Result<(), Trouble> {
        let lessons: usize = learned.tally.values().sum();
        if lessons > 0 {
            tracing::info!(account = %self.account.name, lessons, "learned from moves");
            self.count(|counts| counts.learned += lessons as u64);
        }
        for worse in &learned.refused {
            tracing::warn!(account = %self.account.name, "a move is not learned: {worse}");
            self.trouble(&format!("a move is not learned: {worse}"))?;
        }
        Ok(())
    }

    /// Remembers what went wrong, for `status`.
    pub(super) fn trouble(&mut self, what: &str) -> Result<(), Trouble> {
        self.count(|counts| counts.troubles += 1);
        if let Some(mut health) = self.state.health(&self.account.name)? {
            health.trouble = Some((what.to_owned(), self.now().wall));
            self.state.keep_health(&self.account.name, &health)?;
        }
        Ok(())
    }

    /// Shows that the account is alive, and what waits.
    pub(super) fn beat(&mut self, backlog: usize) -> Result<(), Trouble> {
        self.count(|counts| counts.backlog = backlog as u64);
        let backlog = u32::try_from(backlog).unwrap_or(u32::MAX);
        match self.state.health(&self.account.name)? {
            Some(health) if health.backlog != backlog => {
                let health = Health { backlog, ..health };
                Ok(self.state.keep_health(&self.account.name, &health)?)
            }
            _ => Ok(()),
        }
    }

    pub(super) fn count(&self, change: impl FnOnce(&mut Counts)) {
        self.board.count(&self.account.name, change);
    }

    /// Ends the round between two steps if the daemon is to stop.
    pub(super) fn check_stop(&self) -> Result<(), Trouble> {
        match self.interrupt.is_stopped() {
            true => Err(Trouble::Mail(MailError::Stopped)),
            false => Ok(()),
        }
    }

    pub(super) fn now(&self) -> Now {
        now(self.start)
    }
}

/// What the clocks say; `start` is when this process began to count.
pub(super) fn now(start: Instant) -> Now {
    Now {
        wall: clock::now(),
        uptime: start.elapsed().max(Duration::from_nanos(1)),
    }
}

pub(super) fn desk<'a>(store: &'a mut dyn MailStore, journal: &'a mut State, now: Now) -> Desk<'a> {
    Desk {
        store,
        journal,
        now,
    }
}
