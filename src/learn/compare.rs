//! Is a new model better than the one it would replace? Both are judged on the same held-out
//! mail: neither has seen the message it judges, nor its sender, nor a near copy of it.

use std::borrow::Cow;

use rayon::prelude::*;

use super::{Example, FOLDS, LearnError, Scored, fit_calibration, group};
use crate::classify::{Calibration, Estimate, EstimateError, Remainder, refit_calibration};
use crate::label::Label;
use crate::model::Model;

/// Probabilities of the classes for a message, and its class.
type Judged = (Vec<f64>, usize);

/// How much log loss may grow before a model counts as worse.
const LOG_LOSS_MARGIN: f64 = 0.02;

/// How much the share of genuine mail recognised may fall before a model counts as worse.
const RECALL_MARGIN: f64 = 0.01;

/// How well held-out messages were judged.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Figures {
    /// Messages judged.
    pub messages: usize,
    /// Share whose likeliest label is right.
    pub accuracy: f64,
    /// Mean negative log-probability of the right label, in nats.
    pub log_loss: f64,
    /// Genuine messages among them.
    pub genuine: usize,
    /// Share of those whose likeliest label is genuine; 1 if there are none.
    pub genuine_recall: f64,
}

impl Figures {
    /// Sums up probabilities of the classes with the right class.
    fn of(judged: &[Judged], genuine: Option<usize>) -> Figures {
        let (mut right, mut loss, mut n_genuine, mut recognised) = (0, 0.0, 0, 0);
        for (p, class) in judged {
            let is_right = p.iter().all(|other| *other <= p[*class]);
            right += usize::from(is_right);
            loss -= p[*class].max(1e-300).ln();
            if Some(*class) == genuine {
                n_genuine += 1;
                recognised += usize::from(is_right);
            }
        }
        let share = |n: usize, of: usize| if of == 0 { 1.0 } else { n as f64 / of as f64 };
        Figures {
            messages: judged.len(),
            accuracy: share(right, judged.len()),
            log_loss: loss / judged.len().max(1) as f64,
            genuine: n_genuine,
            genuine_recall: share(recognised, n_genuine),
        }
    }

    /// True if a model with these figures is worse than one with the others'.
    pub fn is_worse_than(&self, other: &Figures) -> bool {
        self.log_loss > other.log_loss + LOG_LOSS_MARGIN
            || self.genuine_recall < other.genuine_recall - RECALL_MARGIN
    }
}

/// The figures of a model in place and of a new one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison {
    /// Of the model in place, without what it has counted of the message's fold.
    pub in_place: Figures,
    /// Of the new model, trained and calibrated without the message's fold.
    pub new: Figures,
}

/// Judges the examples a new model was fitted to by that model and by the one in place, fold by
/// fold. `held_out` are the new model's scores, as [`super::fit`] gives them; none if a fold left
/// too little to score by, or the two models share no label.
///
/// # Errors
/// If the counts of the model in place cannot be fitted.
pub fn compare(
    in_place: &Model,
    labels: &[Label],
    examples: &[Example],
    held_out: &[Scored],
) -> Result<Option<Comparison>, LearnError> {
    if held_out.len() != examples.len() {
        return Ok(None);
    }
    let folds = group(examples, FOLDS);
    let classes: Vec<Option<usize>> = labels
        .iter()
        .map(|label| in_place.metadata.labels.iter().position(|own| own == label))
        .collect();
    let of_all = fit_calibration(held_out, &vec![1.0; labels.len()]);
    let by_fold: Result<Vec<_>, LearnError> = (0..FOLDS)
        .into_par_iter()
        .map(|fold| {
            let members: Vec<usize> = (0..examples.len())
                .filter(|index| folds[*index] == fold && classes[examples[*index].class].is_some())
                .collect();
            let old = judge_without(in_place, &classes, examples, &members)?;
            Ok((old, judge_new(held_out, &folds, fold, &of_all, &members)))
        })
        .collect();
    let mut old: Vec<Judged> = Vec::new();
    let mut new: Vec<Judged> = Vec::new();
    for (old_fold, new_fold) in by_fold? {
        // What is left of the model in place may be too little to judge by.
        if let Some(old_fold) = old_fold {
            old.extend(old_fold);
            new.extend(new_fold);
        }
    }
    let genuine = |labels: &[Label]| labels.iter().position(|label| *label == Label::Genuine);
    Ok((!old.is_empty()).then(|| Comparison {
        in_place: Figures::of(&old, genuine(&in_place.metadata.labels)),
        new: Figures::of(&new, genuine(labels)),
    }))
}

/// Probabilities by the model in place without what it can have counted of the members; none if
/// what is left is of one label.
fn judge_without(
    model: &Model,
    classes: &[Option<usize>],
    examples: &[Example],
    members: &[usize],
) -> Result<Option<Vec<Judged>>, LearnError> {
    let class_of = |index: usize| classes[examples[index].class].unwrap_or_default();
    let estimate = match without(
        model,
        members
            .iter()
            .map(|index| (class_of(*index), &examples[*index])),
    ) {
        Ok(estimate) => estimate,
        Err(EstimateError::OneClass) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let judge = |index: &usize| {
        let scores = estimate.scores(&examples[*index].events);
        let p = model.metadata.calibration.probabilities(&scores);
        (p, class_of(*index))
    };
    Ok(Some(members.iter().map(judge).collect()))
}

/// The estimate of a model without what it can have counted of some messages.
fn without<'a>(
    model: &'a Model,
    messages: impl Iterator<Item = (usize, &'a Example)> + Clone,
) -> Result<Cow<'a, Estimate>, EstimateError> {
    let counts = &model.counts;
    let is_strange =
        |(class, example): (usize, &Example)| !counts.may_hold(class, &example.counted());
    if messages.clone().all(is_strange) {
        return Ok(Cow::Borrowed(model.classifier().estimate()));
    }
    let mut rest = Remainder::of(counts);
    for (class, example) in messages {
        // An error means that it had not counted the message: there is nothing to take away.
        rest.unlearn(class, &example.counted()).unwrap_or_default();
    }
    Estimate::fit_remainder(rest, counts.evidence().alpha()).map(Cow::Owned)
}

/// Probabilities of a fold's held-out scores by a calibration fitted to the other folds', which is
/// sought from that of all of them.
fn judge_new(
    held_out: &[Scored],
    folds: &[usize],
    fold: usize,
    of_all: &Calibration,
    members: &[usize],
) -> Vec<Judged> {
    let others: Vec<Scored> = held_out
        .iter()
        .zip(folds)
        .filter(|(_, other)| **other != fold)
        .map(|(scored, _)| scored.clone())
        .collect();
    let weights = vec![1.0; of_all.bias.len()];
    let calibration = refit_calibration(of_all.clone(), &others, &weights);
    let judge = |index: &usize| {
        let (scores, class) = &held_out[*index];
        (calibration.probabilities(scores), *class)
    };
    members.iter().map(judge).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::train;
    use crate::owner::Owner;
    use crate::source::Content;

    const LABELS: [Label; 2] = [Label::Genuine, Label::Spam];

    fn examples(n: usize, mixed_up: usize) -> Vec<Example> {
        (0..n)
            .map(|k| {
                let words = ["your talk was a joy", "discount offer, book now"][k % 2];
                let mail = format!("From: p{k}@a{k}.example\n\n{words} {k}");
                let class = if k < mixed_up { 1 - k % 2 } else { k % 2 };
                Example::read(&Content::from(mail.as_str()), &Owner::default(), class)
            })
            .collect()
    }

    #[test]
    fn a_model_is_not_judged_by_what_it_has_seen() {
        let (model, held_out) = train(&LABELS, &examples(60, 0)).unwrap();
        let both = compare(&model, &LABELS, &examples(60, 0), &held_out)
            .unwrap()
            .unwrap();
        assert_eq!(both.in_place.messages, 60);
        // The same mail, the same folds: the same model, but for its calibration's own folds.
        assert!(
            (both.in_place.log_loss - both.new.log_loss).abs() < 0.02,
            "{both:?}"
        );
    }

    #[test]
    fn a_model_of_wrong_labels_is_worse() {
        let (good, _) = train(&LABELS, &examples(60, 0)).unwrap();
        let (bad, _) = train(&LABELS, &examples(60, 30)).unwrap();
        let unseen = examples(40, 0);
        let (_, held_out) = train(&LABELS, &unseen).unwrap();
        let figures = |model| {
            let both = compare(model, &LABELS, &unseen, &held_out).unwrap();
            both.unwrap().in_place
        };
        assert!(figures(&bad).is_worse_than(&figures(&good)));
        assert!(!figures(&good).is_worse_than(&figures(&bad)));
    }
}
