//! What has to be looked after while the accounts work: wishes of other processes, systemd's
//! watchdog, and the end of patience when the daemon was told to stop.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::board::Board;
use super::orders::{Order, Orders};
use crate::account::Account;
use crate::state::State;

/// Between two looks.
const TICK: Duration = Duration::from_millis(250);

/// How long a move may still take once the daemon was told to stop.
const PATIENCE: Duration = Duration::from_secs(3);

/// After this long without a sign of life an account is stuck: ten minutes of waiting, a command
/// of a minute, and some.
const STUCK: Duration = Duration::from_secs(20 * 60);

/// Says when a generation is over.
#[derive(Debug, Default)]
pub(super) struct Over {
    declared: Mutex<bool>,
    changed: Condvar,
}

impl Over {
    /// It is over.
    pub(super) fn declare(&self) {
        *self.declared.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.changed.notify_all();
    }

    /// Waits; true if it is over.
    pub(super) fn within(&self, time: Duration) -> bool {
        let declared = self.declared.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self
            .changed
            .wait_timeout_while(declared, time, |over| !*over);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

/// Looks after things until the generation is over.
pub(super) fn run(
    accounts: &[Account],
    state: &State,
    orders: &Orders,
    board: &Board,
    over: &Over,
) {
    let watchdog = sd_notify::watchdog_enabled().map(|within| within / 2);
    // Outside systemd there is nobody to tell.
    let tell = |what: &[sd_notify::NotifyState<'_>]| {
        if let Err(error) = sd_notify::notify(what) {
            tracing::debug!(%error, "systemd is not told");
        }
    };
    tell(&[sd_notify::NotifyState::Ready]);
    let mut told = Instant::now();
    while !over.within(TICK) {
        if orders
            .since()
            .is_some_and(|since| since.elapsed() > PATIENCE)
        {
            orders.insist();
        }
        let wishes = accounts.iter().any(|account| {
            let requests = state.undo_requests(&account.name);
            requests.is_ok_and(|requests| !requests.is_empty())
        });
        if wishes {
            orders.wake();
        }
        if watchdog.is_some_and(|within| told.elapsed() >= within) && board.all_beat_within(STUCK) {
            tell(&[sd_notify::NotifyState::Watchdog]);
            told = Instant::now();
        }
    }
    match orders.standing() {
        Some(Order::Stop) => tell(&[sd_notify::NotifyState::Stopping]),
        // The next generation says that it is ready again.
        Some(Order::Reload) => tell(&[sd_notify::NotifyState::Reloading]),
        None => {}
    }
}
