//! The most moves in an hour: what stops a run-away.

use std::collections::VecDeque;
use std::time::Duration;

use super::Now;

/// Seconds of an hour.
pub(super) const HOUR: i64 = 3600;

/// The moves of the last hour. They are counted by the clock that never jumps; those of an earlier
/// process are taken from the journal, and one whose date lies ahead counts as just done.
#[derive(Debug)]
pub(super) struct MoveCap {
    per_hour: u32,
    /// When each move stops counting, earliest first.
    ends: VecDeque<Duration>,
}

impl MoveCap {
    /// Goes on from the times of earlier moves, newest first.
    pub(super) fn resume(per_hour: u32, began: &[i64], now: Now) -> MoveCap {
        let ends = began
            .iter()
            .rev()
            .map(|began| now.wall.saturating_sub(*began).clamp(0, HOUR))
            .map(|age| now.uptime + Duration::from_secs((HOUR - age).unsigned_abs()));
        let mut ends: Vec<Duration> = ends.collect();
        ends.sort_unstable();
        MoveCap {
            per_hour,
            ends: ends.into(),
        }
    }

    /// How many more moves there may be now.
    pub(super) fn left(&mut self, uptime: Duration) -> usize {
        while self.ends.front().is_some_and(|end| *end <= uptime) {
            self.ends.pop_front();
        }
        (self.per_hour as usize).saturating_sub(self.ends.len())
    }

    /// Counts moves that are about to be sent.
    pub(super) fn count(&mut self, moves: usize, uptime: Duration) {
        let end = uptime + Duration::from_secs(HOUR.unsigned_abs());
        self.ends.extend(std::iter::repeat_n(end, moves));
    }

    /// Takes back the last ones counted, which were not moved.
    pub(super) fn uncount(&mut self, moves: usize) {
        self.ends.truncate(self.ends.len().saturating_sub(moves));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(wall: i64, uptime: u64) -> Now {
        Now {
            wall,
            uptime: Duration::from_secs(uptime),
        }
    }

    #[test]
    fn an_hour_of_moves_and_no_more() {
        let mut cap = MoveCap::resume(3, &[], at(0, 0));
        let second = Duration::from_secs;
        cap.count(2, second(10));
        assert_eq!(cap.left(second(10)), 1);
        cap.count(1, second(20));
        assert_eq!(cap.left(second(3609)), 0);
        assert_eq!(cap.left(second(3610)), 2);
        cap.count(2, second(3610));
        cap.uncount(1);
        assert_eq!(cap.left(second(3611)), 1);
    }

    #[test]
    fn a_restart_forgets_nothing_and_a_clock_that_was_set_back_waits_an_hour_at_most() {
        let mut cap = MoveCap::resume(3, &[9_000, 8_000], at(10_000, 0));
        assert_eq!(cap.left(Duration::ZERO), 1);
        assert_eq!(cap.left(Duration::from_secs(1_600)), 2);
        let year = 365 * 24 * HOUR;
        let mut cap = MoveCap::resume(2, &[year + 1, year], at(0, 5));
        assert_eq!(cap.left(Duration::from_secs(5)), 0);
        assert_eq!(cap.left(Duration::from_secs(3_605)), 2);
    }
}
