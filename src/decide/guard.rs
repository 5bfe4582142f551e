//! The conformal guard: how unlikely genuine a message must be to be filed away.

use serde::{Deserialize, Serialize};

/// The probabilities of genuine mail that did not train its own score, lowest first: what the
/// error budget is measured against.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Guard {
    /// Genuine messages the list was drawn from.
    pub n_genuine: usize,
    /// The lowest P(genuine) among them, ascending; as many as the largest budget needs.
    pub lowest: Vec<f64>,
}

/// Largest error budget a guard keeps probabilities for.
pub const MAX_BUDGET: f64 = 0.05;

impl Guard {
    /// Draws the guard from the held-out P(genuine) of genuine messages.
    pub fn from_held_out(mut genuine: Vec<f64>) -> Guard {
        genuine.sort_by(f64::total_cmp);
        let n_genuine = genuine.len();
        genuine.truncate((MAX_BUDGET * (n_genuine + 1) as f64).floor() as usize);
        Guard {
            n_genuine,
            lowest: genuine,
        }
    }

    /// The guard over more genuine messages. Those behind it that were not kept are at least as
    /// probable as the last that was; taking them for that errs towards filing less.
    pub fn joined(&self, more: Vec<f64>) -> Guard {
        if self.lowest.is_empty() {
            return Guard::from_held_out(more);
        }
        let n_genuine = self.n_genuine + more.len();
        let kept = (MAX_BUDGET * (n_genuine + 1) as f64).floor() as usize;
        let mut lowest = self.lowest.clone();
        let last = self.lowest[self.lowest.len() - 1];
        lowest.resize(kept.min(self.n_genuine).max(lowest.len()), last);
        lowest.extend(more);
        lowest.sort_by(f64::total_cmp);
        lowest.truncate(kept);
        Guard { n_genuine, lowest }
    }

    /// P(genuine) below which a message may be filed away so that at most the budgeted share of
    /// genuine mail is; none if there are too few examples to promise that. Split conformal
    /// prediction: the `⌊budget·(n+1)⌋`-th smallest of `n` held-out values.
    pub fn threshold(&self, budget: f64) -> Option<f64> {
        let k = (budget.min(MAX_BUDGET) * (self.n_genuine + 1) as f64).floor() as usize;
        k.checked_sub(1).and_then(|k| self.lowest.get(k)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(n: usize) -> Guard {
        Guard::from_held_out((0..n).map(|k| 0.1 + k as f64 / 1000.0).collect())
    }

    #[test]
    fn the_threshold_is_the_budgeted_order_statistic() {
        assert_eq!(guard(99).threshold(0.02), Some(0.101));
        assert_eq!(guard(99).threshold(0.01), Some(0.1));
        assert_eq!(guard(98).threshold(0.01), None);
        assert_eq!(guard(0).threshold(0.05), None);
    }
}
