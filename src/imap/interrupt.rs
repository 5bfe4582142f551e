//! Ending a wait from another thread or a signal.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// What another thread wants of a session. Both orders are noticed within a quarter of a second.
#[derive(Debug, Default)]
pub struct Interrupt {
    stop: AtomicBool,
    wake: AtomicBool,
    insisted: AtomicBool,
    shields: AtomicUsize,
}

/// As long as it lives, an order to stop waits: what is going on comes to its end.
#[derive(Debug)]
pub struct Shield<'a>(&'a Interrupt);

impl Drop for Shield<'_> {
    fn drop(&mut self) {
        self.0.shields.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Interrupt {
    /// Nothing is wanted.
    pub fn new() -> Interrupt {
        Interrupt::default()
    }

    /// Ends every call of every session that holds this, for good.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::SeqCst);
    }

    /// Ends the running wait, or the next one if none is running; other calls go on.
    pub fn wake(&self) {
        self.wake.store(true, Ordering::SeqCst);
    }

    /// Lets an order to stop wait until the shield is dropped, for steps that are better finished
    /// than cut off.
    pub fn shield(&self) -> Shield<'_> {
        self.shields.fetch_add(1, Ordering::SeqCst);
        Shield(self)
    }

    /// From now on an order to stop waits for nothing.
    pub fn insist(&self) {
        self.insisted.store(true, Ordering::SeqCst);
    }

    /// True once [`Interrupt::stop`] was called and nothing lets it wait.
    pub fn is_stopped(&self) -> bool {
        let is_free =
            self.insisted.load(Ordering::SeqCst) || self.shields.load(Ordering::SeqCst) == 0;
        self.stop.load(Ordering::SeqCst) && is_free
    }

    /// True if a wait is to end; that is then done.
    pub(super) fn take_wake(&self) -> bool {
        self.wake.swap(false, Ordering::SeqCst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wake_is_used_up_and_a_stop_is_not() {
        let interrupt = Interrupt::new();
        interrupt.wake();
        assert!(interrupt.take_wake() && !interrupt.take_wake());
        interrupt.stop();
        assert!(interrupt.is_stopped() && interrupt.is_stopped());
    }

    #[test]
    fn a_shield_lets_a_stop_wait_unless_somebody_insists() {
        let interrupt = Interrupt::new();
        let (outer, inner) = (interrupt.shield(), interrupt.shield());
        interrupt.stop();
        drop(inner);
        assert!(!interrupt.is_stopped());
        interrupt.insist();
        assert!(interrupt.is_stopped());
        drop(outer);
        assert!(interrupt.is_stopped());
        let other = Interrupt::new();
        let shield = other.shield();
        other.stop();
        drop(shield);
        assert!(other.is_stopped());
    }
}
