//! Labelled messages → a calibrated [`Model`].
//!
//! What a message scores is only ever judged by a model that did not see it, nor its sender, nor
//! its near copies: examples fall into groups, and whole groups into folds.

mod groups;

use rayon::prelude::*;

use crate::classify::{
    ALPHA, Calibration, CountError, Counts, Estimate, EstimateError, fit_calibration,
};
use crate::decide::Guard;
use crate::extract::Contact;
use crate::features::{Event, features};
use crate::label::Label;
use crate::message::Message;
use crate::model::{HeldOut, Model};
use crate::owner::Owner;

pub use groups::{GroupKey, group};

/// Folds for calibration.
const FOLDS: usize = 10;

/// One labelled message, ready to count.
#[derive(Debug, Clone)]
pub struct Example {
    /// Position of its label in the set of labels at hand.
    pub class: usize,
    /// What is counted of it.
    pub events: Vec<Event>,
    /// What makes it belong to others.
    pub group_key: GroupKey,
    /// `Date` of the message, in seconds since 1970.
    pub date: Option<i64>,
}

impl Example {
    /// Reads an example from the bytes of a message.
    pub fn read(bytes: &[u8], owner: &Owner, class: usize) -> Example {
        let (message, contact) = crate::triage::read(bytes, owner);
        let events = features(&message, &contact).events;
        Example::of(&message, &contact, events, class)
    }

    /// An example from a message that was read and whose events were counted.
    pub fn of(message: &Message, contact: &Contact, events: Vec<Event>, class: usize) -> Example {
        Example {
            class,
            events,
            group_key: GroupKey::of(contact, message),
            date: message.date(),
        }
    }
}

/// Examples no model can be made of.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LearnError {
    /// Counting failed.
    #[error(transparent)]
    Count(#[from] CountError),
    /// Estimating failed.
    #[error(transparent)]
    Estimate(#[from] EstimateError),
}

/// Scores of a message and its class.
pub type Scored = (Vec<f64>, usize);

/// Fits, calibrates and guards a model over the four labels that occur.
///
/// # Errors
/// If fewer than two labels have examples.
pub fn train(labels: &[Label], examples: &[Example]) -> Result<Model, LearnError> {
    let fitted = fit(examples, labels.len())?;
    let genuine = labels.iter().position(|label| *label == Label::Genuine);
    let guard = Guard::from_held_out(held_out_probabilities(&fitted, genuine));
    let summary = summarise(&fitted);
    Ok(Model::new(
        labels.to_vec(),
        fitted.counts,
        fitted.calibration,
        guard,
        summary,
    )?)
}

/// Counts with the calibration fitted to their held-out scores.
#[derive(Debug)]
pub struct Fitted {
    /// Counts of all examples.
    pub counts: Counts,
    /// Fitted to `held_out`.
    pub calibration: Calibration,
    /// One entry an example, scored without its fold; none for folds that leave too little.
    pub held_out: Vec<Scored>,
}

/// Counts the examples and calibrates on scores held out by group.
///
/// # Errors
/// If fewer than two classes have examples.
pub fn fit(examples: &[Example], n_classes: usize) -> Result<Fitted, LearnError> {
    let counts = count(examples.iter(), n_classes)?;
    let folds = group(examples, FOLDS);
    let held_out = score_held_out(examples, &folds, &counts)?;
    let weights = vec![1.0; n_classes];
    Ok(Fitted {
        calibration: fit_calibration(&held_out, &weights),
        counts,
        held_out,
    })
}

/// Counts examples.
///
/// # Errors
/// If a count no longer fits.
pub fn count<'a>(
    examples: impl Iterator<Item = &'a Example>,
    n_classes: usize,
) -> Result<Counts, CountError> {
    let mut counts = Counts::new(n_classes);
    for example in examples {
        counts.learn(example.class, &example.events)?;
    }
    Ok(counts)
}

/// Scores every example by the counts without its own fold.
fn score_held_out(
    examples: &[Example],
    folds: &[usize],
    counts: &Counts,
) -> Result<Vec<Scored>, LearnError> {
    let n_folds = folds.iter().max().map_or(0, |last| last + 1);
    let by_fold: Result<Vec<Vec<(usize, Scored)>>, LearnError> = (0..n_folds)
        .into_par_iter()
        .map(|fold| {
            let members = || (0..examples.len()).filter(|index| folds[*index] == fold);
            let mut rest = counts.clone();
            for index in members() {
                rest.unlearn(examples[index].class, &examples[index].events)?;
            }
            let estimate = match Estimate::fit(&rest, ALPHA) {
                // All that is left of a tiny collection is one class: nothing to score by.
                Err(EstimateError::OneClass) => return Ok(Vec::new()),
                estimate => estimate?,
            };
            Ok(members()
                .map(|index| {
                    let example = &examples[index];
                    (index, (estimate.scores(&example.events), example.class))
                })
                .collect())
        })
        .collect();
    let mut scored: Vec<(usize, Scored)> = by_fold?.into_iter().flatten().collect();
    scored.sort_by_key(|(index, _)| *index);
    Ok(scored.into_iter().map(|(_, scored)| scored).collect())
}

/// Held-out P(class) of the examples of that class.
fn held_out_probabilities(fitted: &Fitted, class: Option<usize>) -> Vec<f64> {
    let Some(class) = class else {
        return Vec::new();
    };
    fitted
        .held_out
        .iter()
        .filter(|(_, truth)| *truth == class)
        .map(|(scores, _)| fitted.calibration.probabilities(scores)[class])
        .collect()
}

fn summarise(fitted: &Fitted) -> HeldOut {
    let n = fitted.held_out.len();
    let mut right = 0;
    let mut loss = 0.0;
    for (scores, truth) in &fitted.held_out {
        let p = fitted.calibration.probabilities(scores);
        let best = p
            .iter()
            .enumerate()
            .max_by(|a, b| a.1.total_cmp(b.1))
            .map(|(class, _)| class);
        right += usize::from(best == Some(*truth));
        loss -= p[*truth].max(1e-300).ln();
    }
    HeldOut {
        messages: n,
        accuracy: right as f64 / n.max(1) as f64,
        log_loss: loss / n.max(1) as f64,
    }
}
