//! What the daemon was told by signals, and whom it concerns.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::imap::Interrupt;

/// What the daemon can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Order {
    /// Look at the configuration and the model again.
    Reload,
    /// End.
    Stop,
}

/// The order that stands, and the connections it interrupts.
#[derive(Debug, Default)]
pub(super) struct Orders(Mutex<Standing>);

#[derive(Debug, Default)]
struct Standing {
    order: Option<(Order, Instant)>,
    interrupts: Vec<Arc<Interrupt>>,
}

impl Orders {
    /// Gives an order; to stop outweighs to reload.
    pub(super) fn give(&self, order: Order) {
        let mut standing = self.lock();
        tracing::info!(?order, "told by a signal");
        let before = standing.order;
        if before.is_none_or(|(old, _)| old < order) {
            standing.order = Some((order, Instant::now()));
        }
        for interrupt in &standing.interrupts {
            interrupt.stop();
        }
    }

    /// Takes on the connections of a new generation. An order that came too early for them is
    /// theirs too.
    pub(super) fn enlist(&self, interrupts: &[Arc<Interrupt>]) {
        let mut standing = self.lock();
        standing.interrupts = interrupts.to_vec();
        if standing.order.is_some() {
            interrupts.iter().for_each(|interrupt| interrupt.stop());
        }
    }

    /// The order that stands; to reload is done with it.
    pub(super) fn take(&self) -> Option<Order> {
        let mut standing = self.lock();
        let (order, _) = standing.order?;
        if order == Order::Reload {
            standing.order = None;
        }
        Some(order)
    }

    /// The order that stands, left standing.
    pub(super) fn standing(&self) -> Option<Order> {
        self.lock().order.map(|(order, _)| order)
    }

    /// When the order was given that stands.
    pub(super) fn since(&self) -> Option<Instant> {
        self.lock().order.map(|(_, since)| since)
    }

    /// Ends the waits of all connections: there is something to do.
    pub(super) fn wake(&self) {
        for interrupt in &self.lock().interrupts {
            interrupt.wake();
        }
    }

    /// Ends the grace of steps that are in the middle of something.
    pub(super) fn insist(&self) {
        for interrupt in &self.lock().interrupts {
            interrupt.insist();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Standing> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stop_outweighs_a_reload_and_stands() {
        let orders = Orders::default();
        assert_eq!(orders.take(), None);
        orders.give(Order::Reload);
        orders.give(Order::Stop);
        orders.give(Order::Reload);
        assert_eq!(orders.take(), Some(Order::Stop));
        assert_eq!(orders.take(), Some(Order::Stop));
    }

    #[test]
    fn an_order_reaches_connections_that_come_after_it() {
        let orders = Orders::default();
        let early: Arc<Interrupt> = Arc::default();
        orders.enlist(&[Arc::clone(&early)]);
        assert!(!early.is_stopped());
        orders.give(Order::Reload);
        let late: Arc<Interrupt> = Arc::default();
        orders.enlist(&[Arc::clone(&late)]);
        assert!(early.is_stopped() && late.is_stopped());
        assert_eq!(orders.take(), Some(Order::Reload));
        assert_eq!(orders.take(), None);
    }
}
