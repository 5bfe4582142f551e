//! [`Features`] + [`Classifier`] → [`Posterior`].
//!
//! One-vs-complement multinomial naive Bayes: the score of a class is the log-likelihood of the
//! message's events under the class less that under everything else. linfa-bayes estimates the
//! parameters (`estimator`), held-out scores calibrate them into probabilities (`calibrate`).

mod calibrate;
mod counts;
mod estimate;
mod estimator;
mod gather;
mod keys;
mod remainder;

pub(crate) use calibrate::refit_calibration;
pub use calibrate::{Calibration, fit_calibration};
pub use counts::{CountError, Counts};
pub use estimate::Estimate;
pub use estimator::EstimateError;
pub(crate) use estimator::log_probabilities;
pub use gather::{Gathered, Member};
pub use remainder::Remainder;

use crate::features::{Features, WEIGHT_UNIT};

/// Calibrated probabilities over the classes of a model, in the model's order; they sum to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Posterior {
    /// One probability a class.
    pub probabilities: Vec<f64>,
    /// Events of the message that the model knows.
    pub known: Vec<KnownEvent>,
    /// How much of its text that is.
    pub text: TextKnown,
}

/// How many of the words of a text a model knows, each word once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TextKnown {
    /// Words it knows.
    pub known: usize,
    /// All words.
    pub words: usize,
}

/// An event that has parameters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct KnownEvent {
    /// Position in the message's [`Features`].
    pub position: u32,
    /// Where the estimate keeps its parameters.
    row: u32,
}

impl Posterior {
    /// The likeliest class; of equals, the first in the model's order.
    pub fn best(&self) -> usize {
        let mut best = 0;
        for (class, probability) in self.probabilities.iter().enumerate() {
            if *probability > self.probabilities[best] {
                best = class;
            }
        }
        best
    }
}

/// An estimate with its calibration: ready to judge messages.
#[derive(Debug, Clone)]
pub struct Classifier {
    estimate: Estimate,
    calibration: Calibration,
}

impl Classifier {
    /// Puts the two halves together.
    ///
    /// # Panics
    /// If they disagree on the number of classes.
    pub fn new(estimate: Estimate, calibration: Calibration) -> Classifier {
        assert_eq!(estimate.n_classes(), calibration.bias.len(), "classes");
        Classifier {
            estimate,
            calibration,
        }
    }

    /// Follows counts in which these events have changed; see [`Estimate::update`].
    ///
    /// # Errors
    /// If fewer than two classes hold messages, or linfa refuses.
    pub fn update(
        &mut self,
        counts: &Counts,
        changed: &[u64],
        alpha: f64,
    ) -> Result<(), EstimateError> {
        self.estimate.update(counts, changed, alpha)
    }

    /// The estimate.
    pub fn estimate(&self) -> &Estimate {
        &self.estimate
    }

    /// Probabilities of the classes for a message.
    pub fn posterior(&self, features: &Features) -> Posterior {
        let (known, text) = self.estimate.recognise(&features.events, &features.text);
        let scores = self.estimate.sum(&features.events, &known);
        Posterior {
            probabilities: self.calibration.probabilities(&scores),
            known,
            text,
        }
    }

    /// For each known event of a message its position in the features, and how far it moves the
    /// class against the mean of the others, in calibrated log-odds. What the calibration bends
    /// off a score is taken from all its events alike.
    pub fn pulls<'a>(
        &'a self,
        features: &'a Features,
        posterior: &'a Posterior,
        class: usize,
    ) -> impl Iterator<Item = (usize, f64)> + 'a {
        let n = self.estimate.n_classes() as f64;
        let slope = self.calibration.slopes(&self.scores(features, posterior))[class];
        // A class's distance from the mean of all is (n-1)/n of that from the mean of the others.
        let to_others = n / (n - 1.0).max(1.0);
        self.shares(features, posterior)
            .zip(&posterior.known)
            .map(move |(share, known)| (known.position as usize, share[class] * slope * to_others))
    }

    /// Score of every class, before calibration.
    pub fn scores(&self, features: &Features, posterior: &Posterior) -> Vec<f64> {
        self.estimate.sum(&features.events, &posterior.known)
    }

    /// For each known event its share of every class's score, less what is common to all classes.
    pub fn shares<'a>(
        &'a self,
        features: &'a Features,
        posterior: &'a Posterior,
    ) -> impl Iterator<Item = Vec<f64>> + 'a {
        posterior.known.iter().map(|known| {
            let odds = self.estimate.log_odds(known);
            let mean = odds.iter().sum::<f64>() / odds.len().max(1) as f64;
            let weight = features.events[known.position as usize].weight;
            let share = |odds: &f64| f64::from(weight) * WEIGHT_UNIT * (odds - mean);
            odds.iter().map(share).collect()
        })
    }
}

/// `exp(x) / Σ exp(x)`, shifted so that nothing overflows.
pub(crate) fn softmax(log_odds: &mut [f64]) {
    let max = log_odds.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut sum = 0.0;
    for value in log_odds.iter_mut() {
        *value = (*value - max).exp();
        sum += *value;
    }
    for value in log_odds {
        *value /= sum;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::Policy;
    use crate::model::Model;
    use crate::owner::Owner;
    use crate::source::Content;

    fn judged(body: &str) -> Posterior {
        let mail = format!("From: Ann <ann@x.example>\nSubject: hello\n\n{body}\n");
        let content = Content::from(mail.as_str());
        let model = Model::shipped().unwrap();
        crate::triage::triage(&content, &Owner::default(), &model, &Policy::default()).posterior
    }

    fn assert_probabilities(posterior: &Posterior, what: &str) {
        let p = &posterior.probabilities;
        assert_eq!(p.len(), 4, "{what}");
        let within = |p: &f64| p.is_finite() && (0.0..=1.0).contains(p);
        assert!(p.iter().all(within), "{what}: {p:?}");
        assert!((p.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{what}: {p:?}");
    }

    #[test]
    fn probabilities_sum_to_one_however_long_the_message() {
        let words = ["offer", "your", "talk", "connect", "pills", "zwick"];
        for n in [0, 1, 10, 1_000, 100_000] {
            let different = |n: usize| format!("{}{}", words[n % 6], n / 6);
            let known: Vec<&str> = (0..n).map(|n| words[n % 6]).collect();
            let unknown: Vec<String> = (0..n).map(different).collect();
            assert_probabilities(&judged(&known.join(" ")), &format!("{n} words"));
            assert_probabilities(&judged(&unknown.join(" ")), &format!("{n} different words"));
        }
    }

    #[test]
    fn probabilities_sum_to_one_whatever_is_done_to_them() {
        for hostile in [
            "viagra ".repeat(100_000),
            "viagra".repeat(100_000),
            "\u{0430}\u{200d}v1agra\u{fe0f} ".repeat(100_000),
            "http://pills.example/ ".repeat(20_000),
            "$1,000,000 ".repeat(50_000),
        ] {
            let what: String = hostile.chars().take(12).collect();
            assert_probabilities(&judged(&hostile), &what);
        }
    }

    /// Weights as no message has them, in a model as no owner has one.
    #[test]
    fn extreme_counts_and_weights_give_probabilities() {
        let event = |key, weight| crate::features::Event { key, weight };
        let mut counts = Counts::new(3);
        for (class, key) in [(0, 1), (1, 2), (2, 3)] {
            counts
                .learn(class, &[event(key, u32::MAX), event(9, 1)])
                .unwrap();
        }
        let estimate = Estimate::fit(&counts, 0.01).unwrap();
        for keys in [vec![], vec![1], vec![1, 2, 3, 9]] {
            let events: Vec<_> = keys.iter().map(|key| event(*key, u32::MAX)).collect();
            let p = Calibration::neutral(3).probabilities(&estimate.scores(&events));
            assert!(p.iter().all(|p| p.is_finite()), "{p:?}");
            assert!((p.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{p:?}");
        }
    }
}
