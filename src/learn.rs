//! Labelled messages → a calibrated [`Model`].
//!
//! What a message scores is only ever judged by a model that did not see it, nor its sender, nor
//! its near copies: examples fall into groups, and whole groups into folds.

mod canary;
mod compare;
mod groups;
mod lesson;
mod teach;

use std::borrow::Cow;
use std::ops::Range;

use crate::classify::{
    Calibration, CountError, Counts, EstimateError, Gathered, Member, fit_calibration,
};
use crate::decide::Guard;
use crate::extract::Contact;
use crate::features::{Event, Evidence, features};
use crate::label::Label;
use crate::message::Message;
use crate::model::{HeldOut, Model};
use crate::owner::Owner;
use crate::source::Content;

pub use canary::{Canary, CanaryFigures, Worse};
pub use compare::{Comparison, Figures, compare};
pub use groups::{GroupKey, group};
pub use lesson::{Identity, Lesson, Origin, Suspension};
pub use teach::{LESSON_WEIGHT, Standing, counting, example, standings, teach, teach_one};

/// Folds for calibration.
const FOLDS: usize = 10;

/// One labelled message, ready to count.
#[derive(Debug, Clone)]
pub struct Example {
    /// Position of its label in the set of labels at hand.
    pub class: usize,
    /// What it is judged by, and what is counted of it.
    pub events: Vec<Event>,
    /// Which of them are the words of its text, as [`Features::text`](crate::features::Features).
    pub text: Range<usize>,
    /// What kind of events these are.
    pub evidence: Evidence,
    /// How much it counts.
    pub counts_as: CountsAs,
    /// What makes it belong to others.
    pub group_key: GroupKey,
    /// `Date` of the message, in seconds since 1970.
    pub date: Option<i64>,
}

/// How much an example counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CountsAs {
    /// As the message it is.
    Message,
    /// As the owner's own word about it.
    Lesson,
}

impl Example {
    /// Reads an example of contact from a message as it was found.
    pub fn read(content: &Content, owner: &Owner, class: usize) -> Example {
        Example::read_as(Evidence::Contact, content, owner, class)
    }

    /// Reads an example from a message as it was found.
    pub fn read_as(evidence: Evidence, content: &Content, owner: &Owner, class: usize) -> Example {
        let (message, contact) = crate::triage::read(content, owner);
        let found = features(&message, &contact, evidence);
        Example {
            evidence,
            text: found.text,
            ..Example::of(&message, &contact, found.events, class)
        }
    }

    /// The events as they are counted.
    pub fn counted(&self) -> Cow<'_, [Event]> {
        match self.counts_as {
            CountsAs::Message => Cow::Borrowed(&self.events),
            CountsAs::Lesson => Cow::Owned(teach::weighted(&self.events)),
        }
    }

    /// An example of contact from a message that was read and whose events were counted.
    pub fn of(message: &Message, contact: &Contact, events: Vec<Event>, class: usize) -> Example {
        Example {
            class,
            events,
            text: 0..0,
            evidence: Evidence::Contact,
            counts_as: CountsAs::Message,
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
    /// The model has no such label.
    #[error("the model does not know the label {0}")]
    UnknownLabel(Label),
    /// Estimating failed.
    #[error(transparent)]
    Estimate(#[from] EstimateError),
}

/// Scores of a message and its class.
pub type Scored = (Vec<f64>, usize);

/// Fits, calibrates and guards a model over the four labels that occur. Gives back its held-out
/// scores too, one an example.
///
/// # Errors
/// If fewer than two labels have examples.
pub fn train(labels: &[Label], examples: &[Example]) -> Result<(Model, Vec<Scored>), LearnError> {
    train_for_lessons(labels, examples, 0)
}

/// As [`train`], but the last `n_lessons` of the examples are lessons: the calibration and the
/// guard are those of a model with them, its counts are without them. Lessons are kept in one
/// place only, so that one that is taken back is gone.
///
/// # Errors
/// If fewer than two labels have examples, with or without the lessons.
pub fn train_for_lessons(
    labels: &[Label],
    examples: &[Example],
    n_lessons: usize,
) -> Result<(Model, Vec<Scored>), LearnError> {
    let mut fitted = fit(examples, labels.len())?;
    let genuine = labels.iter().position(|label| *label == Label::Genuine);
    let guard = Guard::from_held_out(held_out_probabilities(&fitted, genuine));
    let summary = summarise(&fitted);
    for lesson in &examples[examples.len() - n_lessons..] {
        fitted.counts.unlearn(lesson.class, &lesson.counted())?;
    }
    let model = Model::new(
        labels.to_vec(),
        fitted.counts,
        fitted.calibration,
        guard,
        summary,
    )?;
    Ok((model, fitted.held_out))
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
    let evidence = examples
        .first()
        .map_or(Evidence::Contact, |first| first.evidence);
    let members: Vec<Member<'_>> = examples
        .iter()
        .zip(group(examples, FOLDS))
        .map(|(example, fold)| Member {
            class: example.class,
            fold,
            events: &example.events,
            counted: example.counted(),
        })
        .collect();
    let gathered = Gathered::count(evidence, n_classes, &members)?;
    let scores = gathered.held_out(evidence.alpha())?;
    let scored = scores.into_iter().zip(examples);
    let held_out: Vec<Scored> = scored
        .filter_map(|(scores, example)| Some((scores?, example.class)))
        .collect();
    let weights = vec![1.0; n_classes];
    Ok(Fitted {
        calibration: fit_calibration(&held_out, &weights),
        counts: gathered.into_counts(),
        held_out,
    })
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
