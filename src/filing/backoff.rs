//! Waiting longer after each refusal.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Now;
use crate::mailstore::MailboxName;
use crate::state::OldRefusal;

/// Wait after the first refusal, in seconds: six tries an hour at most.
const FIRST: u64 = 600;

/// Longest wait, in seconds: what was mended is noticed within the hour.
const LONGEST: u64 = 3600;

/// Ways from one folder into another that a server refused, and when each may be tried again. It
/// waits by the clock that never jumps and survives a restart.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    ways: BTreeMap<(MailboxName, MailboxName), Waiting>,
}

#[derive(Debug)]
struct Waiting {
    times: u32,
    until: Duration,
}

fn wait_after(times: u32) -> u64 {
    let doublings = times.saturating_sub(1).min(10);
    (FIRST << doublings).min(LONGEST)
}

impl Backoff {
    /// Goes on from what the journal knows.
    pub(super) fn resume(refusals: &[OldRefusal], now: Now) -> Backoff {
        let waiting = |old: &OldRefusal| {
            let age = now.wall.saturating_sub(old.last).max(0).unsigned_abs();
            let rest = wait_after(old.times).saturating_sub(age);
            Waiting {
                times: old.times,
                until: now.uptime + Duration::from_secs(rest),
            }
        };
        let way = |old: &OldRefusal| (old.source.clone(), old.target.clone());
        Backoff {
            ways: refusals
                .iter()
                .map(|old| (way(old), waiting(old)))
                .collect(),
        }
    }

    /// True if a way may not be tried yet.
    pub(super) fn waits(&self, way: &(MailboxName, MailboxName), uptime: Duration) -> bool {
        self.ways.get(way).is_some_and(|found| uptime < found.until)
    }

    /// Notes a refusal; gives back what is to be kept of it.
    pub(super) fn refused(&mut self, way: &(MailboxName, MailboxName), now: Now) -> OldRefusal {
        let times = self.ways.get(way).map_or(0, |found| found.times) + 1;
        let until = now.uptime + Duration::from_secs(wait_after(times));
        self.ways.insert(way.clone(), Waiting { times, until });
        OldRefusal {
            source: way.0.clone(),
            target: way.1.clone(),
            times,
            last: now.wall,
        }
    }

    /// Notes that a way is open; gives back what is to be forgotten, if it was not.
    pub(super) fn open(&mut self, way: &(MailboxName, MailboxName)) -> Option<OldRefusal> {
        self.ways.remove(way).map(|_| OldRefusal {
            source: way.0.clone(),
            target: way.1.clone(),
            times: 0,
            last: 0,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_tries_an_hour_at_most_and_fewer_later() {
        let way = (MailboxName::inbox(), MailboxName::new("x").unwrap());
        let mut backoff = Backoff::default();
        let mut tries = [0; 4];
        for second in (0..4 * 3600).step_by(30) {
            let now = Now {
                wall: 0,
                uptime: Duration::from_secs(second),
            };
            if !backoff.waits(&way, now.uptime) {
                tries[(second / 3600) as usize] += 1;
                backoff.refused(&way, now);
            }
        }
        assert_eq!(tries, [3, 1, 1, 1]);
        assert!(backoff.open(&way).is_some() && backoff.open(&way).is_none());
    }

    #[test]
    fn a_restart_goes_on_waiting() {
        let way = (MailboxName::inbox(), MailboxName::new("x").unwrap());
        let at = |wall, uptime| Now {
            wall,
            uptime: Duration::from_secs(uptime),
        };
        let kept = Backoff::default().refused(&way, at(1_000, 0));
        let resumed = Backoff::resume(std::slice::from_ref(&kept), at(1_400, 7));
        assert!(resumed.waits(&way, Duration::from_secs(206)));
        assert!(!resumed.waits(&way, Duration::from_secs(207)));
        let set_back = Backoff::resume(&[kept], at(-1_000_000, 7));
        assert!(set_back.waits(&way, Duration::from_secs(606)));
        assert!(!set_back.waits(&way, Duration::from_secs(607)));
    }
}
