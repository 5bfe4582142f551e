//! The daemon: watches mailboxes, judges what comes in, files it, and learns from what the owner
//! moves.
//!
//! ```text
//! run ─┬─ a thread an account: worker → connect → cycle ──→ wait (IDLE) ──┐
//!      │                                   ↑                              │
//!      │                                   └──────────────────────────────┘
//!      │      cycle: settle what is open · put back · new mail · what the owner moved
//!      ├─ signals → orders: stop, reload
//!      └─ caretaker: wishes of other processes, watchdog; metrics, if they are wanted
//! ```
//!
//! An account is one thread and one connection: looking, filing and learning never race each
//! other. A thread that fails, or panics, starts again after a pause; the others go on.

mod backoff;
mod board;
mod caretaker;
mod cycle;
mod intake;
mod layout;
mod lock;
mod metrics;
mod mind;
mod orders;
mod told;
#[cfg(test)]
mod trials;
mod trouble;
mod waiting;
mod worker;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::account::{Account, AccountName};
use crate::imap::Interrupt;
use crate::state::{State, StateError};
use board::Board;
use orders::{Order, Orders};
use worker::Worker;

pub use lock::{LockError, StateLock};
pub use mind::Mind;
pub use trouble::Trouble;

/// What the daemon works with until it is told to look at its configuration again.
#[derive(Debug)]
pub struct Plan {
    /// The accounts.
    pub accounts: Vec<Account>,
    /// What messages are judged by.
    pub mind: Mind,
    /// The directory of the state store.
    pub state: PathBuf,
    /// Where metrics and health can be asked for; a loopback address.
    pub metrics: Option<SocketAddr>,
}

/// When the daemon ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifetime {
    /// When it is told to.
    UntilStopped,
    /// After one round through every account.
    OneRound,
    /// As soon as the mail is put back that somebody wishes to have back; nothing new is judged.
    PuttingBack,
}

/// Why the daemon does not run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DaemonError {
    /// Another one does.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// What is remembered cannot be used.
    #[error(transparent)]
    State(#[from] StateError),
    /// Signals cannot be received, or no thread can be made.
    #[error("the system refuses: {0}")]
    System(#[from] std::io::Error),
    /// Metrics cannot be served there.
    #[error("metrics cannot be served on {address}: {why}; give another address or leave it out")]
    Metrics {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        why: String,
    },
    /// Accounts whose round could not be finished.
    #[error("{}", told(.0))]
    Accounts(Vec<(AccountName, Trouble)>),
}

fn told(troubles: &[(AccountName, Trouble)]) -> String {
    let lines: Vec<String> = troubles
        .iter()
        .map(|(account, trouble)| format!("account {account}: {trouble}"))
        .collect();
    let lines = lines.join("\nanteroom: ");
    format!("{lines}\nanteroom: 'anteroom doctor' checks each account and says what mends it")
}

/// Watches the accounts of a plan until it is told to stop. `reload` is asked for a new plan when
/// the process is told to reload; if it has none to give, the old one stays.
///
/// # Errors
/// If it cannot start; in one round, also if an account could not be served.
pub fn run(
    mut plan: Plan,
    reload: impl Fn() -> Result<Plan, String>,
    lifetime: Lifetime,
) -> Result<(), DaemonError> {
    // Made and brought up to date by one, before many open it.
    drop(State::open(&plan.state)?);
    let _lock = StateLock::take(&plan.state)?;
    let orders = Orders::default();
    let mut signals = Signals::new([SIGTERM, SIGINT, SIGHUP])?;
    let listening = signals.handle();
    std::thread::scope(|scope| {
        let orders = &orders;
        scope.spawn(move || {
            for signal in signals.forever() {
                orders.give(match signal {
                    SIGHUP => Order::Reload,
                    _ => Order::Stop,
                });
            }
        });
        let result = loop {
            let ended = generation(&plan, orders, lifetime);
            if ended.is_err() || orders.take() != Some(Order::Reload) {
                break ended;
            }
            match reload() {
                Ok(new) if new.state == plan.state => plan = new,
                Ok(_) => {
                    tracing::error!("another state directory needs a restart; all stays as it was")
                }
                Err(why) => {
                    tracing::error!(why, "the configuration cannot be used; all stays as it was")
                }
            }
        };
        listening.close();
        result
    })
}

/// Serves the accounts of one plan, until an order comes or the round is over.
fn generation(plan: &Plan, orders: &Orders, lifetime: Lifetime) -> Result<(), DaemonError> {
    let board = Board::new(plan.accounts.iter().map(|account| account.name.clone()));
    let metrics = plan.metrics.map(metrics::Listener::bind).transpose()?;
    let interrupts: Vec<Arc<Interrupt>> = plan.accounts.iter().map(|_| Arc::default()).collect();
    orders.enlist(&interrupts);
    let over = caretaker::Over::default();
    // All that can fail comes before the first thread: the scope waits for every one that began.
    let workers: Vec<Worker<'_>> = plan
        .accounts
        .iter()
        .zip(&interrupts)
        .map(|(account, interrupt)| Worker::new(account, plan, Arc::clone(interrupt), &board))
        .collect::<Result<_, _>>()?;
    let state = State::open(&plan.state)?;
    std::thread::scope(|scope| {
        let workers: Vec<_> = workers
            .into_iter()
            .map(|worker| scope.spawn(move || worker.run(lifetime)))
            .collect();
        let (board, over) = (&board, &over);
        scope.spawn(move || caretaker::run(&plan.accounts, &state, orders, board, over));
        if let Some(listener) = &metrics {
            scope.spawn(move || listener.serve(board, over));
        }
        let mut troubles = Vec::new();
        for (account, thread) in plan.accounts.iter().zip(workers) {
            if let Ok(Err(trouble)) = thread.join() {
                troubles.push((account.name.clone(), trouble));
            }
        }
        over.declare();
        match troubles.is_empty() {
            true => Ok(()),
            false => Err(DaemonError::Accounts(troubles)),
        }
    })
}
