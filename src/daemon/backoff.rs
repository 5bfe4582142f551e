//! How long to wait before the next try to reach a server.

use std::time::Duration;

/// The first wait, before chance halves it at most: a command that was cut off may still be running
/// at the server, and what it did is looked for only then.
const FIRST: Duration = Duration::from_secs(2);

/// The longest wait after a lost connection.
const LONGEST: Duration = Duration::from_secs(5 * 60);

/// The longest wait after trouble of this machine: when the disk has room again, mail is filed within
/// the minute.
const LONGEST_HERE: Duration = Duration::from_secs(45);

/// Refused logins after which the account rests: servers lock an account after a handful.
const LOGINS: u32 = 3;

/// How long it rests then.
const REST: Duration = Duration::from_secs(15 * 60);

/// Why there is no connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Setback {
    /// It was lost, or cannot be made.
    Connection,
    /// The server refused the login.
    Login,
    /// What this program keeps on this machine cannot be used.
    Here,
}

/// Waits that grow: doubled after each lost connection, and a long rest after three refused
/// logins. A timer knows no wall clock, so a clock that jumps changes nothing.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    losses: u32,
    logins: u32,
}

impl Backoff {
    /// The wait after one more setback. `chance` is from 0 to 1: many clients of a server that
    /// comes back must not all return in the same second, so a wait is at most halved by it.
    pub(super) fn after(&mut self, setback: Setback, chance: f64) -> Duration {
        let whole = match setback {
            Setback::Connection => self.doubled().min(LONGEST),
            Setback::Here => self.doubled().min(LONGEST_HERE),
            Setback::Login => {
                self.logins += 1;
                if self.logins.is_multiple_of(LOGINS) {
                    return REST;
                }
                FIRST.saturating_mul(5 * self.logins)
            }
        };
        whole.mul_f64(0.5 + chance.clamp(0.0, 1.0) / 2.0)
    }

    fn doubled(&mut self) -> Duration {
        let doubled = FIRST.saturating_mul(1 << self.losses.min(16));
        self.losses += 1;
        doubled
    }

    /// The server let us in and answered.
    pub(super) fn reset(&mut self) {
        *self = Backoff::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_bound() {
        let mut backoff = Backoff::default();
        let waits: Vec<u64> = (0..12)
            .map(|_| backoff.after(Setback::Connection, 1.0).as_secs())
            .collect();
        assert_eq!(waits[..4], [2, 4, 8, 16]);
        assert_eq!(waits[11], 300);
        backoff.reset();
        let half = backoff.after(Setback::Connection, 0.0);
        assert_eq!(half, Duration::from_secs(1));
    }

    #[test]
    fn a_full_disk_is_looked_at_every_minute() {
        let mut backoff = Backoff::default();
        let mut wait = || backoff.after(Setback::Here, 1.0).as_secs();
        assert_eq!([wait(), wait(), wait()], [2, 4, 8]);
        assert!((0..1000).all(|_| wait() < 60));
    }

    #[test]
    fn three_refused_logins_rest_a_quarter_of_an_hour() {
        let mut backoff = Backoff::default();
        let mut refused = || backoff.after(Setback::Login, 0.0).as_secs();
        assert!(refused() < 60 && refused() < 60);
        assert!(refused() >= 15 * 60);
    }
}
