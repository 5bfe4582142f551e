//! What a user would first try: linfa's multinomial naive Bayes on raw word counts, smoothing 1,
//! no calibration, every message filed under the likeliest class.
//!
//! The fit depends on the sum of each class's rows and on their number only, so one row a class
//! stands for all of its messages (a matrix of messages by words would not fit in memory), and
//! the class shares are put in afterwards. The tests hold it against the fit on all rows.

use std::collections::HashMap;

use ndarray::Array2;

use crate::classify::{EstimateError, log_probabilities, softmax};

/// linfa's default smoothing.
const ALPHA: f64 = 1.0;

/// A fitted plain naive Bayes.
#[derive(Debug)]
pub(super) struct Plain {
    columns: HashMap<u64, usize>,
    /// Log-probability of every word, a class; empty for classes without messages.
    log_probabilities: Vec<Vec<f64>>,
    log_priors: Vec<f64>,
}

impl Plain {
    /// Fits on word counts and their classes.
    pub(super) fn fit<'a>(
        messages: impl Iterator<Item = (&'a [(u64, u32)], usize)> + Clone,
        n_classes: usize,
    ) -> Result<Plain, EstimateError> {
        let mut columns = HashMap::new();
        let mut sizes = vec![0usize; n_classes];
        for (words, class) in messages.clone() {
            sizes[class] += 1;
            for (word, _) in words {
                let next = columns.len();
                columns.entry(*word).or_insert(next);
            }
        }
        let present: Vec<usize> = (0..n_classes).filter(|class| sizes[*class] > 0).collect();
        if present.len() < 2 {
            return Err(EstimateError::OneClass);
        }
        let mut sums = Array2::<f64>::zeros((n_classes, columns.len()));
        for (words, class) in messages {
            for (word, count) in words {
                sums[[class, columns[word]]] += f64::from(*count);
            }
        }
        let rows = sums.select(ndarray::Axis(0), &present);
        let fitted = log_probabilities(rows, ALPHA)?;
        let mut by_class = vec![Vec::new(); n_classes];
        for (class, logs) in present.into_iter().zip(fitted) {
            by_class[class] = logs;
        }
        let n: usize = sizes.iter().sum();
        Ok(Plain {
            columns,
            log_probabilities: by_class,
            log_priors: sizes
                .iter()
                .map(|size| (*size as f64 / n as f64).ln())
                .collect(),
        })
    }

    /// Probabilities of the classes; unknown words are passed over.
    pub(super) fn probabilities(&self, words: &[(u64, u32)]) -> Vec<f64> {
        let mut scores = self.log_priors.clone();
        for (word, count) in words {
            let Some(column) = self.columns.get(word) else {
                continue;
            };
            for (score, logs) in scores.iter_mut().zip(&self.log_probabilities) {
                *score += f64::from(*count) * logs.get(*column).copied().unwrap_or_default();
            }
        }
        softmax(&mut scores);
        scores
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use linfa::DatasetBase;
    use linfa::traits::{Fit, Predict};
    use linfa_bayes::MultinomialNb;
    use ndarray::Array1;

    /// Word counts of 80 messages over 12 words, and their classes, unevenly spread.
    fn messages() -> Vec<(Vec<(u64, u32)>, usize)> {
        (0..80u64)
            .map(|n| {
                let class = [0, 0, 0, 1, 2, 2][n as usize % 6];
                let words = (0..12)
                    .map(|word| (word, ((n * 7 + word * (class as u64 + 3)) % 5) as u32))
                    .filter(|(_, count)| *count > 0)
                    .collect();
                (words, class)
            })
            .collect()
    }

    #[test]
    fn one_row_a_class_is_the_fit_on_every_row() {
        let messages = messages();
        let mut rows = Array2::<f64>::zeros((messages.len(), 12));
        for (row, (words, _)) in messages.iter().enumerate() {
            for (word, count) in words {
                rows[[row, *word as usize]] = f64::from(*count);
            }
        }
        let classes: Array1<usize> = messages.iter().map(|(_, class)| *class).collect();
        let whole = MultinomialNb::params()
            .alpha(ALPHA)
            .fit(&DatasetBase::new(rows.clone(), classes))
            .unwrap();
        let expected = whole.predict(&rows);
        let plain = Plain::fit(
            messages
                .iter()
                .map(|(words, class)| (words.as_slice(), *class)),
            3,
        )
        .unwrap();
        for ((words, _), expected) in messages.iter().zip(expected.iter()) {
            let p = plain.probabilities(words);
            assert!((p.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            let best = (0..3).max_by(|a, b| p[*a].total_cmp(&p[*b])).unwrap();
            assert_eq!(best, *expected);
        }
        // Shares of the classes stand in the prior: 41, 13 and 26 of 80.
        let p = plain.probabilities(&[]);
        assert!((p[1] - 13.0 / 80.0).abs() < 1e-12, "{p:?}");
    }
}
