//! What is known of the running accounts, for the watchdog and for metrics.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::account::AccountName;
use crate::state::Phase;

/// Numbers of one account since the daemon started.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// Messages that were judged.
    pub(super) judged: u64,
    /// Messages that were moved.
    pub(super) filed: u64,
    /// Lessons from what the owner moved.
    pub(super) learned: u64,
    /// Times that something went wrong.
    pub(super) troubles: u64,
    /// Messages known to wait.
    pub(super) backlog: u64,
}

/// One account on the board.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    /// What it is doing.
    pub(super) phase: Phase,
    /// Its numbers.
    pub(super) counts: Counts,
    /// When it last showed that it is alive.
    beat: Instant,
}

/// The board all threads write on.
#[derive(Debug)]
pub(super) struct Board(Mutex<BTreeMap<AccountName, Line>>);

impl Board {
    /// A board for these accounts.
    pub(super) fn new(accounts: impl Iterator<Item = AccountName>) -> Board {
        let line = Line {
            phase: Phase::Connecting,
            counts: Counts::default(),
            beat: Instant::now(),
        };
        Board(Mutex::new(
            accounts.map(|account| (account, line)).collect(),
        ))
    }

    /// Notes what an account is doing, and that it is alive.
    pub(super) fn set(&self, account: &AccountName, phase: Phase) {
        self.change(account, |line| line.phase = phase);
    }

    /// Changes the numbers of an account, which is alive.
    pub(super) fn count(&self, account: &AccountName, change: impl FnOnce(&mut Counts)) {
        self.change(account, |line| change(&mut line.counts));
    }

    /// All lines.
    pub(super) fn lines(&self) -> BTreeMap<AccountName, Line> {
        self.lock().clone()
    }

    /// True if every account showed within this time that it is alive.
    pub(super) fn all_beat_within(&self, time: Duration) -> bool {
        self.lock().values().all(|line| line.beat.elapsed() < time)
    }

    fn change(&self, account: &AccountName, change: impl FnOnce(&mut Line)) {
        if let Some(line) = self.lock().get_mut(account) {
            change(line);
            line.beat = Instant::now();
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<AccountName, Line>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_silent_account_is_noticed() {
        let name = |name| AccountName::new(name).unwrap();
        let board = Board::new([name("a"), name("b")].into_iter());
        std::thread::sleep(Duration::from_millis(20));
        board.set(&name("a"), Phase::Watching);
        assert!(!board.all_beat_within(Duration::from_millis(20)));
        board.count(&name("b"), |counts| counts.judged += 2);
        assert!(board.all_beat_within(Duration::from_secs(5)));
        assert_eq!(board.lines()[&name("b")].counts.judged, 2);
        assert_eq!(board.lines()[&name("a")].phase, Phase::Watching);
    }
}
