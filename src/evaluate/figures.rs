//! Predictions → figures.

use serde::Serialize;

use super::curves::calibration_error;
use super::judge::position;
use super::{Prediction, Ranking, ranking, upper_bound};
use crate::label::Label;

/// Figures of one method on one split.
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
    /// Share filed under a label at the error budget.
    pub coverage: f64,
    /// Share left unsure at the error budget.
    pub unsure: f64,
    /// Share filed under the right label: accuracy with unsure counted as wrong.
    pub filed_right: f64,
    /// Genuine messages filed under another label; none without a label `genuine`.
    pub genuine_filed_away: Option<Bounded>,
    /// Genuine messages filed as spam; none without these two labels.
    pub genuine_as_spam: Option<Bounded>,
    /// With two labels of which one is spam, how well it is ranked.
    pub ranking: Option<Ranking>,
    /// By label, in the order given.
    pub labels: Vec<LabelFigures>,
    /// `confusion[truth][predicted]`, by likeliest label.
    pub confusion: Vec<Vec<usize>>,
}

/// A count out of a total, with what it proves.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Bounded {
    /// How often it happened.
    pub count: usize,
    /// How often it could have.
    pub of: usize,
    /// One-sided 95 % upper bound of the share (Clopper–Pearson).
    pub upper: f64,
}

impl Bounded {
    fn new(count: usize, of: usize) -> Bounded {
        Bounded {
            count,
            of,
            upper: upper_bound(count, of),
        }
    }
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

/// Sums predictions up.
pub fn summarise(predictions: &[Prediction], names: &[String]) -> Evaluation {
    let n_classes = names.len();
    let share = |count: usize| count as f64 / predictions.len().max(1) as f64;
    let count =
        |wanted: &dyn Fn(&Prediction) -> bool| predictions.iter().filter(|one| wanted(one)).count();
    let mut confusion = vec![vec![0; n_classes]; n_classes];
    for prediction in predictions {
        confusion[prediction.truth][prediction.best()] += 1;
    }
    let labels: Vec<LabelFigures> = (0..n_classes)
        .map(|class| figures(&confusion, class, &names[class]))
        .collect();
    let log_loss: f64 = predictions
        .iter()
        .map(|prediction| -prediction.probabilities[prediction.truth].max(1e-300).ln())
        .sum();
    let unsure = count(&|one| one.filed.is_none());
    let genuine = position(names, Label::Genuine);
    let spam = position(names, Label::Spam);
    let of = genuine.map_or(0, |genuine| labels[genuine].support);
    let filed_genuine = |wanted: &dyn Fn(usize) -> bool| {
        Bounded::new(
            count(&|one| Some(one.truth) == genuine && one.filed.is_some_and(wanted)),
            of,
        )
    };
    Evaluation {
        messages: predictions.len(),
        accuracy: share(count(&Prediction::is_right)),
        macro_f1: labels.iter().map(|label| label.f1).sum::<f64>() / n_classes.max(1) as f64,
        log_loss: log_loss / predictions.len().max(1) as f64,
        calibration_error: calibration_error(predictions),
        coverage: share(predictions.len() - unsure),
        unsure: share(unsure),
        filed_right: share(count(&|one| one.filed == Some(one.truth))),
        genuine_filed_away: genuine.map(|genuine| filed_genuine(&|filed| filed != genuine)),
        genuine_as_spam: genuine
            .and(spam)
            .map(|spam| filed_genuine(&|filed| filed == spam)),
        ranking: spam
            .filter(|_| n_classes == 2)
            .and_then(|spam| ranking(predictions, spam)),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_by_hand() {
        let prediction = |truth: usize, p: f64, filed| Prediction {
            case: 0,
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
        for bounded in [evaluation.genuine_filed_away, evaluation.genuine_as_spam] {
            let bounded = bounded.unwrap();
            assert_eq!((bounded.count, bounded.of), (1, 2));
            // The 95 % point of Beta(2, 1), whose distribution function is x².
            assert!((bounded.upper - 0.95f64.sqrt()).abs() < 1e-6);
        }
        assert_eq!((evaluation.unsure, evaluation.coverage), (0.25, 0.75));
        assert_eq!(evaluation.filed_right, 0.5);
        let loss = -(0.9f64.ln() + 0.2f64.ln() + 0.9f64.ln() + 0.4f64.ln()) / 4.0;
        assert!((evaluation.log_loss - loss).abs() < 1e-12);
        // Bins of width 1/15: 0.9 and 0.9 share one (both right), 0.8 and 0.6 stand alone (wrong).
        assert!((evaluation.calibration_error - (0.2 + 0.8 + 0.6) / 4.0).abs() < 1e-12);
        // Of the four pairs of a genuine message and a spam, one is in the wrong order.
        assert_eq!(evaluation.ranking.unwrap().one_minus_auc, 0.25);
    }
}
