//! [`Features`] + [`Classifier`] → [`Posterior`].
//!
//! One-vs-complement multinomial naive Bayes: the score of a class is the log-likelihood of the
//! message's events under the class less that under everything else. linfa-bayes estimates the
//! parameters (`estimator`), held-out scores calibrate them into probabilities (`calibrate`).

mod calibrate;
mod counts;
mod estimator;

pub use calibrate::{Calibration, fit_calibration};
pub use counts::{CountError, Counts};
pub(crate) use estimator::log_probabilities;
pub use estimator::{Estimate, EstimateError};

use crate::features::{Features, WEIGHT_UNIT};

/// Calibrated probabilities over the classes of a model, in the model's order; they sum to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Posterior {
    /// One probability a class.
    pub probabilities: Vec<f64>,
    /// Events of the message that the model knows.
    pub known: Vec<KnownEvent>,
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

    /// The estimate.
    pub fn estimate(&self) -> &Estimate {
        &self.estimate
    }

    /// Probabilities of the classes for a message.
    pub fn posterior(&self, features: &Features) -> Posterior {
        let known = self.estimate.known(&features.events);
        let scores = self.estimate.sum(&features.events, &known);
        Posterior {
            probabilities: self.calibration.probabilities(&scores),
            known,
        }
    }

    /// For each known event of a message its position in the features, and how far it moves the
    /// class against the mean of the others, in calibrated log-odds.
    pub fn pulls<'a>(
        &'a self,
        features: &'a Features,
        posterior: &'a Posterior,
        class: usize,
    ) -> impl Iterator<Item = (usize, f64)> + 'a {
        let scale = self.calibration.scale * WEIGHT_UNIT;
        let n_others = (self.estimate.n_classes() - 1).max(1) as f64;
        posterior.known.iter().map(move |known| {
            let odds = self.estimate.log_odds(known);
            let others = odds.iter().sum::<f64>() - odds[class];
            let weight = features.events[known.position as usize].weight;
            let pull = odds[class] - others / n_others;
            (known.position as usize, f64::from(weight) * scale * pull)
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
