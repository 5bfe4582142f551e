//! Two classes, one of them spam: how well the probability ranks, whatever the threshold.

use serde::Serialize;

use super::Prediction;

/// Largest share of other mail above the threshold at which spam missed is counted.
const FALSE_POSITIVES: f64 = 0.001;

/// How well spam is ranked above the rest.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Ranking {
    /// Chance that a random other mail ranks above a random spam; ties count half.
    pub one_minus_auc: f64,
    /// Share of spam at or below the threshold that lets at most one in a thousand other mails
    /// through.
    pub spam_missed: f64,
    /// Other mails above that threshold.
    pub false_positives: usize,
}

/// Ranks by the log-odds of spam; none if one of the classes has no message.
pub fn ranking(predictions: &[Prediction], spam: usize) -> Option<Ranking> {
    let odds = |prediction: &Prediction| {
        let p = prediction.probabilities[spam].max(1e-300);
        let others: f64 = prediction
            .probabilities
            .iter()
            .enumerate()
            .filter(|(class, _)| *class != spam)
            .map(|(_, p)| p)
            .sum();
        p.ln() - others.max(1e-300).ln()
    };
    let (mut junk, mut other) = (Vec::new(), Vec::new());
    for prediction in predictions {
        if prediction.truth == spam {
            junk.push(odds(prediction));
        } else {
            other.push(odds(prediction));
        }
    }
    if junk.is_empty() || other.is_empty() {
        return None;
    }
    junk.sort_by(f64::total_cmp);
    other.sort_by(f64::total_cmp);
    let allowed = (FALSE_POSITIVES * other.len() as f64) as usize;
    // The highest score that must not be let through.
    let threshold = other[other.len() - 1 - allowed];
    let above = |sorted: &[f64]| sorted.len() - sorted.partition_point(|s| *s <= threshold);
    Some(Ranking {
        one_minus_auc: mean_rank_error(&junk, &other),
        spam_missed: 1.0 - above(&junk) as f64 / junk.len() as f64,
        false_positives: above(&other),
    })
}

/// Share of pairs in the wrong order, of sorted scores.
fn mean_rank_error(junk: &[f64], other: &[f64]) -> f64 {
    let wrong: f64 = junk
        .iter()
        .map(|score| {
            let below = other.partition_point(|s| s < score);
            let not_above = other.partition_point(|s| s <= score);
            (other.len() - not_above) as f64 + 0.5 * (not_above - below) as f64
        })
        .sum();
    wrong / (junk.len() * other.len()) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prediction(truth: usize, spam: f64) -> Prediction {
        Prediction {
            case: 0,
            truth,
            probabilities: vec![1.0 - spam, spam],
            filed: None,
        }
    }

    #[test]
    fn pairs_in_the_wrong_order_are_counted() {
        let all = [
            prediction(1, 0.9),
            prediction(1, 0.5),
            prediction(0, 0.5),
            prediction(0, 0.1),
            prediction(0, 0.95),
        ];
        // Of 6 pairs two are wrong and one is a tie.
        let found = ranking(&all, 1).unwrap();
        assert!((found.one_minus_auc - 2.5 / 6.0).abs() < 1e-12);
        assert_eq!((found.spam_missed, found.false_positives), (1.0, 0));
        assert_eq!(ranking(&all[..2], 1), None);
    }

    #[test]
    fn one_in_a_thousand_may_pass() {
        let mut all: Vec<_> = (0..2000)
            .map(|n| prediction(0, n as f64 / 4000.0))
            .collect();
        all.push(prediction(0, 0.99));
        all.push(prediction(0, 0.98));
        all.extend((0..10).map(|n| prediction(1, 0.45 + 0.01 * f64::from(n))));
        let found = ranking(&all, 1).unwrap();
        // Two may pass: those at 0.99 and 0.98. The next is at 1999/4000.
        assert_eq!(found.false_positives, 2);
        assert!((found.spam_missed - 0.5).abs() < 1e-12, "{found:?}");
    }
}
