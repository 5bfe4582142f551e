//! Ending a wait from another thread or a signal.

use std::sync::atomic::{AtomicBool, Ordering};

/// What another thread wants of a session. Both orders are noticed within a quarter of a second.
#[derive(Debug, Default)]
pub struct Interrupt {
    stop: AtomicBool,
    wake: AtomicBool,
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

    /// True once [`Interrupt::stop`] was called.
    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
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
}
