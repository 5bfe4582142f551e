//! One account, from the first connection to the order to stop.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::backoff::Backoff;
use super::board::Board;
use super::cycle::{Cycle, now};
use super::layout::Layout;
use super::mind::Mind;
use super::told::Told;
use super::trouble::Trouble;
use super::{Lifetime, Plan};
use crate::account::Account;
use crate::clock;
use crate::filing::{Filer, Place};
use crate::imap::{Credentials, Interrupt, Session, connect};
use crate::mailstore::{Access, MailStore, MailboxName};
use crate::state::{Health, Phase, State, StateError};

/// Between two looks whether a rest is to end early.
const TICK: Duration = Duration::from_millis(100);

/// One account at work.
pub(super) struct Worker<'a> {
    account: &'a Account,
    mind: Mind,
    state: State,
    interrupt: Arc<Interrupt>,
    board: &'a Board,
    backoff: Backoff,
    filer: Option<Filer>,
    told: Told,
    unfinished: Vec<Place>,
    start: Instant,
}

impl<'a> Worker<'a> {
    pub(super) fn new(
        account: &'a Account,
        plan: &Plan,
        interrupt: Arc<Interrupt>,
        board: &'a Board,
    ) -> Result<Worker<'a>, StateError> {
        Ok(Worker {
            account,
            mind: plan.mind.clone(),
            state: State::open(&plan.state)?,
            interrupt,
            board,
            backoff: Backoff::default(),
            filer: None,
            told: Told::default(),
            unfinished: Vec::new(),
            start: Instant::now(),
        })
    }

    /// Works until told to stop; for one round, until it is over.
    pub(super) fn run(mut self, lifetime: Lifetime) -> Result<(), Trouble> {
        loop {
            let before = self.achieved();
            let served = catch_unwind(AssertUnwindSafe(|| self.serve(lifetime)));
            let trouble = match served {
                _ if self.interrupt.is_stopped() => None,
                Ok(Ok(())) => None,
                Ok(Err(trouble)) => Some(trouble),
                Err(panic) => Some(Trouble::Fault(said(panic.as_ref()))),
            };
            let Some(trouble) = trouble else {
                self.phase(Phase::Stopped);
                return Ok(());
            };
            self.remember(&trouble);
            if lifetime != Lifetime::UntilStopped {
                self.phase(Phase::Stopped);
                return Err(trouble);
            }
            tracing::error!(account = %self.account.name, "{trouble}");
            if self.achieved() > before {
                self.backoff.reset();
            }
            let wait = self.backoff.after(trouble.setback(), fastrand::f64());
            self.rest(wait);
        }
    }

    /// One connection, as long as it lives.
    fn serve(&mut self, lifetime: Lifetime) -> Result<(), Trouble> {
        self.phase(Phase::Connecting);
        let mut session = self.connect()?;
        let layout = Layout::new(self.account, &session.namespace()?)?;
        let mut filer = match self.filer.take() {
            Some(filer) => filer,
            None => Filer::new(
                self.account.name.clone(),
                layout.managed(),
                self.account.pace.moves_per_hour,
                (&self.state, now(self.start)),
            )?,
        };
        let ended = self.watch(&mut session, &layout, &mut filer, lifetime);
        self.filer = Some(filer);
        session.log_out();
        ended
    }

    fn connect(&self) -> Result<Session, Trouble> {
        let stopped = || self.interrupt.is_stopped();
        let credentials = Credentials::read(&self.account.login, &stopped)?;
        Ok(connect(
            &self.account.endpoint,
            &credentials,
            &self.interrupt,
        )?)
    }

    /// Round after round, waiting in between.
    fn watch(
        &mut self,
        store: &mut dyn MailStore,
        layout: &Layout,
        filer: &mut Filer,
        lifetime: Lifetime,
    ) -> Result<(), Trouble> {
        loop {
            self.phase(Phase::Working);
            let mut cycle = self.cycle(layout, filer);
            let unread = match lifetime {
                Lifetime::PuttingBack => return cycle.put_back_only(store),
                Lifetime::OneRound => return cycle.run(store)?.map_or(Ok(()), Err),
                Lifetime::UntilStopped => cycle.run(store)?,
            };
            self.backoff.reset();
            self.phase(Phase::Watching);
            let Some(open) = open_any(store, &layout.watched)? else {
                return Ok(());
            };
            // What the server would not show is news that the next round may not get at either.
            if unread.is_some() || !self.cycle(layout, filer).has_news(store, open)? {
                store.wait(self.account.pace.scan)?;
            }
        }
    }

    fn cycle<'b>(&'b mut self, layout: &'b Layout, filer: &'b mut Filer) -> Cycle<'b> {
        Cycle {
            account: self.account,
            layout,
            mind: &mut self.mind,
            state: &mut self.state,
            filer,
            interrupt: &self.interrupt,
            board: self.board,
            told: &mut self.told,
            unfinished: &mut self.unfinished,
            start: self.start,
        }
    }

    /// How much was done for good: a connection that breaks in the middle of a long backlog, each time
    /// further on, is one to come back to soon.
    fn achieved(&self) -> u64 {
        let lines = self.board.lines();
        let counts = lines.get(&self.account.name).map(|line| line.counts);
        counts.map_or(0, |counts| counts.filed + counts.learned)
    }

    /// Keeps what went wrong, for `status` and metrics.
    fn remember(&mut self, trouble: &Trouble) {
        self.board
            .count(&self.account.name, |counts| counts.troubles += 1);
        self.keep(|health| Health {
            phase: Phase::Resting,
            since: clock::now(),
            trouble: Some((trouble.to_string(), clock::now())),
            ..health
        });
    }

    /// Notes what the account does, on the board and, where it changed, in the store.
    fn phase(&mut self, phase: Phase) {
        let lines = self.board.lines();
        let before = lines.get(&self.account.name).map(|line| line.phase);
        self.board.set(&self.account.name, phase);
        if before == Some(phase) {
            return;
        }
        self.keep(|health| Health {
            phase,
            since: clock::now(),
            ..health
        });
    }

    /// Changes what the store says of the account; what cannot be kept is only told.
    fn keep(&mut self, change: impl FnOnce(Health) -> Health) {
        let account = &self.account.name;
        let kept = self.state.health(account).and_then(|health| {
            let health = change(health.unwrap_or_default());
            self.state.keep_health(account, &health)
        });
        if let Err(error) = kept {
            tracing::error!(%account, "{error}");
        }
    }

    /// Waits before the next try, or until told to stop.
    fn rest(&mut self, time: Duration) {
        self.phase(Phase::Resting);
        tracing::info!(account = %self.account.name, seconds = time.as_secs_f32(), "rests");
        let start = Instant::now();
        while start.elapsed() < time && !self.interrupt.is_stopped() {
            self.board.set(&self.account.name, Phase::Resting);
            std::thread::sleep(TICK);
        }
    }
}

/// Opens the first folder that the server does not refuse.
fn open_any<'b>(
    store: &mut dyn MailStore,
    folders: &'b [MailboxName],
) -> Result<Option<&'b MailboxName>, Trouble> {
    let mut refused = None;
    for mailbox in folders {
        match store.select(mailbox, Access::ReadOnly) {
            Ok(_) => return Ok(Some(mailbox)),
            Err(why) if why.ends_session() => return Err(why.into()),
            Err(why) => {
                let mailbox = mailbox.clone();
                refused.get_or_insert(Trouble::Unread { mailbox, why });
            }
        }
    }
    refused.map_or(Ok(None), Err)
}

/// What a panic said.
fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mailstore::simulated::Server;

    #[test]
    fn what_is_waited_in_is_a_folder_that_is_there() {
        let server = Server::new(&[]);
        let folders = [MailboxName::new("gone").unwrap(), MailboxName::inbox()];
        let mut store = server.connect();
        let open = open_any(&mut store, &folders).unwrap();
        assert_eq!(open, Some(&folders[1]));
        let refused = open_any(&mut store, &folders[..1]).unwrap_err();
        assert!(refused.to_string().starts_with("gone: "), "{refused}");
        assert_eq!(open_any(&mut store, &[]).unwrap(), None);
    }
}
