//! The one file that knows linfa: aggregated counts → the parameters of the classifier.
//!
//! linfa-bayes fits a multinomial naive Bayes on `2K` rows: the counts of every class and of
//! every class's complement. Its arrays are dense, so the fit runs over blocks of events. Each
//! block carries one more column that stands for all events outside it; collapsing categories of
//! a multinomial leaves the others' likelihood unchanged, so this is the fit over all events. The
//! fitted log-probabilities are taken out through serde (0.7 does not export them) and kept as
//! one difference an event and class: a score is then a sum over the message's own events.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use linfa::DatasetBase;
use linfa::traits::Fit;
use linfa_bayes::MultinomialNb;
use ndarray::{Array1, Array2};
use rayon::prelude::*;
use serde::Deserialize;

use super::counts::Extent;
use crate::features::WEIGHT_UNIT;

/// Events of one dense fit; bounds its memory to a few hundred kB.
pub(super) const BLOCK: usize = 1024;

/// Counts no estimate can be made of.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EstimateError {
    /// Fewer than two classes hold messages.
    #[error("a classifier needs examples of at least two labels")]
    OneClass,
    /// linfa refused the counts, or its fitted parameters could not be read.
    #[error("the estimator failed: {0}")]
    Fit(String),
}

/// The different rows of counts among many. Events that were counted alike have the same
/// parameters, and most words came once, in one message: of seven events six need no fit of
/// their own.
#[derive(Debug, Default)]
pub(super) struct Distinct<'a> {
    numbers: HashMap<&'a [u32], u32, BuildHasherDefault<RowHasher>>,
    rows: Vec<&'a [u32]>,
}

impl<'a> Distinct<'a> {
    /// The number of a row: how many different ones came before it.
    pub(super) fn number(&mut self, row: &'a [u32]) -> u32 {
        let next = self.rows.len() as u32;
        let number = *self.numbers.entry(row).or_insert(next);
        if number == next {
            self.rows.push(row);
        }
        number
    }

    /// Fits every row once: log-odds by number, `n_classes` wide. `extent` is that of all events,
    /// `alpha` > 0 the additive smoothing in units of weight 1.
    ///
    /// # Errors
    /// If linfa refuses.
    pub(super) fn fit(&self, extent: &Extent, alpha: f64) -> Result<Vec<f64>, EstimateError> {
        let n_classes = extent.totals.len();
        // Whatever the order in which events were counted, the same blocks.
        let mut order: Vec<u32> = (0..self.rows.len() as u32).collect();
        order.sort_unstable_by_key(|number| self.rows[*number as usize]);
        let blocks: Result<Vec<Vec<f64>>, EstimateError> = order
            .par_chunks(BLOCK)
            .map(|numbers| {
                let row = |number: &u32| self.rows[*number as usize];
                let block: Vec<&[u32]> = numbers.iter().map(row).collect();
                fit_block(&block, extent, alpha)
            })
            .collect();
        let mut log_odds = vec![0.0; self.rows.len() * n_classes];
        let fitted = blocks?.concat();
        for (number, odds) in order.iter().zip(fitted.chunks(n_classes)) {
            let start = *number as usize * n_classes;
            log_odds[start..start + n_classes].copy_from_slice(odds);
        }
        Ok(log_odds)
    }
}

/// Mixes the numbers of a row; no sender chooses those.
#[derive(Default)]
pub(super) struct RowHasher(u64);

impl Hasher for RowHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.write_u64(u64::from_le_bytes(word));
        }
    }

    fn write_usize(&mut self, word: usize) {
        self.write_u64(word as u64);
    }

    fn write_u64(&mut self, word: u64) {
        // An odd number without a pattern; the rotation brings the well mixed bits down.
        self.0 = (self.0 ^ word)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
            .rotate_left(29);
    }
}

/// Log-odds of one block's events, row-major.
fn fit_block(block: &[&[u32]], extent: &Extent, alpha: f64) -> Result<Vec<f64>, EstimateError> {
    let totals = &extent.totals;
    let n_classes = totals.len();
    let all: u64 = totals.iter().sum();
    let n_outside = extent.n_events - block.len();
    // With no event outside the block the extra column would be empty, and its smoothing wrong.
    let n_columns = block.len() + usize::from(n_outside > 0);
    let mut records = Array2::<f64>::zeros((2 * n_classes, n_columns));
    for (column, row) in block.iter().enumerate() {
        let sum: u64 = row.iter().map(|count| u64::from(*count)).sum();
        for (class, count) in row.iter().enumerate() {
            let count = u64::from(*count);
            records[[class, column]] = count as f64 * WEIGHT_UNIT;
            records[[n_classes + class, column]] = (sum - count) as f64 * WEIGHT_UNIT;
        }
    }
    if n_outside > 0 {
        let shown = records.sum_axis(ndarray::Axis(1));
        for class in 0..n_classes {
            let own = totals[class] as f64 * WEIGHT_UNIT;
            let others = (all - totals[class]) as f64 * WEIGHT_UNIT;
            // linfa smooths this column once; it stands for `n_outside` events.
            let smoothing = alpha * (n_outside - 1) as f64;
            records[[class, block.len()]] = own - shown[class] + smoothing;
            records[[n_classes + class, block.len()]] =
                others - shown[n_classes + class] + smoothing;
        }
    }
    let fitted = log_probabilities(records, alpha)?;
    let (own, rest) = fitted.split_at(n_classes);
    let log_odds = (0..block.len())
        .flat_map(|column| {
            own.iter()
                .zip(rest)
                .map(move |(own, rest)| own[column] - rest[column])
        })
        .collect();
    Ok(log_odds)
}

/// Fits linfa's multinomial naive Bayes with one row a class and gives back its
/// `feature_log_prob`, by row.
pub(crate) fn log_probabilities(
    records: Array2<f64>,
    alpha: f64,
) -> Result<Vec<Vec<f64>>, EstimateError> {
    let n_rows = records.nrows();
    let targets = Array1::from_iter(0..n_rows);
    let model = MultinomialNb::params()
        .alpha(alpha)
        .fit(&DatasetBase::new(records, targets))
        .map_err(|error| EstimateError::Fit(error.to_string()))?;
    let fields: Fitted = postcard::to_allocvec(&model)
        .and_then(|bytes| postcard::from_bytes(&bytes))
        .map_err(|error| EstimateError::Fit(error.to_string()))?;
    let mut rows = fields.class_info;
    (0..n_rows)
        .map(|row| {
            rows.remove(&row)
                .map(|info| info.feature_log_prob.data)
                .ok_or_else(|| EstimateError::Fit(format!("row {row} is missing")))
        })
        .collect()
}

/// The fields of a `MultinomialNb` as 0.7.1 writes them, in their order. The oracle in the tests
/// would notice another.
#[derive(Deserialize)]
struct Fitted {
    class_info: HashMap<usize, FittedClass>,
}

#[derive(Deserialize)]
struct FittedClass {
    #[serde(rename = "class_count")]
    _class_count: usize,
    #[serde(rename = "prior")]
    _prior: f64,
    #[serde(rename = "feature_count")]
    _feature_count: FittedArray,
    feature_log_prob: FittedArray,
}

#[derive(Deserialize)]
struct FittedArray {
    #[serde(rename = "v")]
    _format: u8,
    #[serde(rename = "dim")]
    _shape: [usize; 1],
    data: Vec<f64>,
}
