//! How good is it, on messages it did not learn from?
//!
//! Grouped k-fold cross-validation: a message is judged by a model trained, calibrated and
//! guarded on the other folds only; messages of one sender or of nearly the same text lie in one
//! fold.

use serde::Serialize;

use crate::classify::{ALPHA, Calibration, Estimate};
use crate::decide::{Guard, Policy};
use crate::label::Label;
use crate::learn::{Example, LearnError, fit, group};

/// Folds of the outer split.
pub const FOLDS: usize = 5;

/// What the classifier said about one held-out message.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// The right class.
    pub truth: usize,
    /// Calibrated probability of each class.
    pub probabilities: Vec<f64>,
    /// The class it would be filed under; none if unsure.
    pub filed: Option<usize>,
}

impl Prediction {
    /// The likeliest class.
    pub fn best(&self) -> usize {
        let mut best = 0;
        for (class, p) in self.probabilities.iter().enumerate() {
            if *p > self.probabilities[best] {
                best = class;
            }
        }
        best
    }
}

/// Figures of one evaluation.
#[derive(Debug, Clone, Serialize)]
pub struct Evaluation {
    /// Messages judged.
    pub messages: usize,
    /// Share whose likeliest label is right.
    pub accuracy: f64,
    /// Mean of the labels' F1.
    pub macro_f1: f64,
    /// Mean negative log-probability of the right label, in nats.
    pub log_loss: f64,
    /// Mean gap between confidence and accuracy over 15 equal-width bins of confidence, by share.
    pub calibration_error: f64,
    /// Share left unsure at the error budget.
    pub unsure: f64,
    /// By label, in the order given.
    pub labels: Vec<LabelFigures>,
    /// Genuine messages filed under another label.
    pub genuine_filed_away: usize,
    /// Genuine messages filed as spam.
    pub genuine_as_spam: usize,
    /// `confusion[truth][predicted]`, by likeliest label.
    pub confusion: Vec<Vec<usize>>,
}

/// Figures of one label, by likeliest label.
#[derive(Debug, Clone, Serialize)]
pub struct LabelFigures {
    /// The label.
    pub label: String,
    /// Messages of this label.
    pub support: usize,
    /// Share of those given this label that have it.
    pub precision: f64,
    /// Share of those with this label that were given it.
    pub recall: f64,
    /// Harmonic mean of the two.
    pub f1: f64,
}

/// Judges every example by a model that knows nothing of its group.
///
/// # Errors
/// If a fold leaves fewer than two classes to train on.
pub fn cross_validate(
    examples: &[Example],
    names: &[String],
    policy: &Policy,
) -> Result<Vec<Prediction>, LearnError> {
    let folds = group(examples, FOLDS);
    let mut predictions: Vec<(usize, Prediction)> = Vec::with_capacity(examples.len());
    for fold in 0..FOLDS {
        let train: Vec<Example> = pick(examples, &folds, |other| other != fold);
        let judge = Judge::fit(&train, names)?;
        for (index, example) in examples.iter().enumerate() {
            if folds[index] == fold {
                predictions.push((index, judge.predict(example, policy)));
            }
        }
    }
    predictions.sort_by_key(|(index, _)| *index);
    Ok(predictions
        .into_iter()
        .map(|(_, prediction)| prediction)
        .collect())
}

fn pick(examples: &[Example], folds: &[usize], wanted: impl Fn(usize) -> bool) -> Vec<Example> {
    examples
        .iter()
        .zip(folds)
        .filter(|(_, fold)| wanted(**fold))
        .map(|(example, _)| example.clone())
        .collect()
}

/// A trained classifier over any labels, with the decision's guard where there are genuine ones.
struct Judge {
    estimate: Estimate,
    calibration: Calibration,
    guard: Guard,
    genuine: Option<usize>,
    spam: Option<usize>,
}

impl Judge {
    fn fit(train: &[Example], names: &[String]) -> Result<Judge, LearnError> {
        let fitted = fit(train, names.len())?;
        let genuine = names.iter().position(|name| name == Label::Genuine.name());
        let held_out = fitted
            .held_out
            .iter()
            .filter(|(_, truth)| Some(*truth) == genuine);
        let guard = Guard::from_held_out(
            held_out
                .map(|(scores, truth)| fitted.calibration.probabilities(scores)[*truth])
                .collect(),
        );
        Ok(Judge {
            estimate: Estimate::fit(&fitted.counts, ALPHA)?,
            calibration: fitted.calibration,
            guard,
            genuine,
            spam: names.iter().position(|name| name == Label::Spam.name()),
        })
    }

    fn predict(&self, example: &Example, policy: &Policy) -> Prediction {
        let known = self.estimate.known(&example.events);
        let scores = self.estimate.sum(&example.events, &known);
        let mut prediction = Prediction {
            truth: example.class,
            probabilities: self.calibration.probabilities(&scores),
            filed: None,
        };
        let best = prediction.best();
        let needed = if Some(best) == self.spam {
            policy.spam_at
        } else {
            policy.file_at
        };
        let safe = match self.genuine {
            Some(genuine) if genuine != best => self
                .guard
                .threshold(policy.error_budget)
                .is_some_and(|limit| prediction.probabilities[genuine] < limit),
            _ => true,
        };
        if safe
            && known.len() >= policy.min_known_events
            && prediction.probabilities[best] >= needed
        {
            prediction.filed = Some(best);
        }
        prediction
    }
}

/// Sums predictions up.
pub fn summarise(predictions: &[Prediction], names: &[String]) -> Evaluation {
    let n = predictions.len().max(1) as f64;
    let n_classes = names.len();
    let mut confusion = vec![vec![0; n_classes]; n_classes];
    for prediction in predictions {
        confusion[prediction.truth][prediction.best()] += 1;
    }
    let labels: Vec<LabelFigures> = (0..n_classes)
        .map(|class| figures(&confusion, class, &names[class]))
        .collect();
    let right: usize = (0..n_classes).map(|class| confusion[class][class]).sum();
    let log_loss: f64 = predictions
        .iter()
        .map(|prediction| -prediction.probabilities[prediction.truth].max(1e-300).ln())
        .sum();
    let position = |label: Label| names.iter().position(|name| name == label.name());
    let genuine = position(Label::Genuine);
    let filed_genuine = predictions
        .iter()
        .filter(|prediction| genuine.is_some() && Some(prediction.truth) == genuine)
        .filter_map(|prediction| prediction.filed);
    Evaluation {
        messages: predictions.len(),
        accuracy: right as f64 / n,
        macro_f1: labels.iter().map(|label| label.f1).sum::<f64>() / n_classes.max(1) as f64,
        log_loss: log_loss / n,
        calibration_error: calibration_error(predictions),
        unsure: predictions
            .iter()
            .filter(|prediction| prediction.filed.is_none())
            .count() as f64
            / n,
        genuine_filed_away: filed_genuine
            .clone()
            .filter(|filed| Some(*filed) != genuine)
            .count(),
        genuine_as_spam: filed_genuine
            .filter(|filed| Some(*filed) == position(Label::Spam))
            .count(),
        labels,
        confusion,
    }
}

fn figures(confusion: &[Vec<usize>], class: usize, name: &str) -> LabelFigures {
    let hits = confusion[class][class] as f64;
    let support: usize = confusion[class].iter().sum();
    let given: usize = confusion.iter().map(|row| row[class]).sum();
    let share = |whole: usize| if whole == 0 { 0.0 } else { hits / whole as f64 };
    let (precision, recall) = (share(given), share(support));
    let sum = precision + recall;
    LabelFigures {
        label: name.to_owned(),
        support,
        precision,
        recall,
        f1: if sum == 0.0 {
            0.0
        } else {
            2.0 * precision * recall / sum
        },
    }
}

fn calibration_error(predictions: &[Prediction]) -> f64 {
    const BINS: usize = 15;
    let mut bins = [(0usize, 0.0, 0usize); BINS];
    for prediction in predictions {
        let best = prediction.best();
        let confidence = prediction.probabilities[best];
        let bin = &mut bins[((confidence * BINS as f64) as usize).min(BINS - 1)];
        bin.0 += 1;
        bin.1 += confidence;
        bin.2 += usize::from(best == prediction.truth);
    }
    let gaps: f64 = bins
        .iter()
        .map(|(_, confidence, right)| (confidence - *right as f64).abs())
        .sum();
    gaps / predictions.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_by_hand() {
        let prediction = |truth: usize, p: f64, filed| Prediction {
            truth,
            probabilities: vec![p, 1.0 - p],
            filed,
        };
        let names = ["genuine".to_owned(), "spam".to_owned()];
        let all = [
            prediction(0, 0.9, Some(0)),
            prediction(0, 0.2, Some(1)),
            prediction(1, 0.1, Some(1)),
            prediction(1, 0.6, None),
        ];
        let evaluation = summarise(&all, &names);
        assert_eq!(evaluation.confusion, [[1, 1], [1, 1]]);
        assert_eq!((evaluation.accuracy, evaluation.macro_f1), (0.5, 0.5));
        assert_eq!(
            (evaluation.genuine_filed_away, evaluation.genuine_as_spam),
            (1, 1)
        );
        assert_eq!(evaluation.unsure, 0.25);
        let loss = -(0.9f64.ln() + 0.2f64.ln() + 0.9f64.ln() + 0.4f64.ln()) / 4.0;
        assert!((evaluation.log_loss - loss).abs() < 1e-12);
        // Bins of width 1/15: 0.9 and 0.9 share one (both right), 0.8 and 0.6 stand alone (wrong).
        assert!((evaluation.calibration_error - (0.2 + 0.8 + 0.6) / 4.0).abs() < 1e-12);
    }
}
