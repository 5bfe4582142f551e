//! A classifier that learns while it judges.

use std::ops::Range;

use crate::classify::{Calibration, Counts, Estimate, EstimateError, Posterior, fit_calibration};
use crate::decide::{Guard, LabelProbabilities};
use crate::features::{Event, Evidence};
use crate::label::Label;
use crate::learn::LearnError;
use crate::model::Model;

/// Own messages from which on their scores, not the shipped ones, calibrate.
const OWN_CALIBRATION: usize = 100;

/// The newest scores that calibrate: older ones are of a classifier that knew less.
const RECENT: usize = 500;

/// Estimates are made anew when this share of lessons has come in.
const GROWTH: usize = 20;

/// What the learner knows at the beginning.
#[derive(Debug)]
pub enum Start<'a> {
    /// What a model knows.
    From(&'a Model),
    /// Nothing; what is counted.
    Empty(Evidence),
}

/// A classifier over the four labels that learns while it judges.
///
/// A message's score when it is judged is a held-out one, as the message was not yet learned: the
/// newest of these scores calibrate and guard as soon as there are enough, and until then what
/// the model brought does.
#[derive(Debug)]
pub struct Learner {
    counts: Counts,
    budget: f64,
    lessons: usize,
    /// Lessons since the last estimate.
    pending: usize,
    /// None while fewer than two labels have messages.
    estimate: Option<Estimate>,
    brought: (Calibration, Guard),
    calibration: Calibration,
    guard: Guard,
    /// Scores of messages when they were judged, and their labels; oldest first.
    scores: Vec<(Vec<f64>, usize)>,
}

/// What the learner thinks of a message.
#[derive(Debug)]
pub struct Opinion {
    scores: Vec<f64>,
    /// Probabilities with the events they rest on.
    pub posterior: Posterior,
    /// The probabilities by label.
    pub probabilities: LabelProbabilities,
}

impl Start<'_> {
    /// What is counted of the messages.
    pub fn evidence(&self) -> Evidence {
        match self {
            Start::From(model) => model.counts.evidence(),
            Start::Empty(evidence) => *evidence,
        }
    }
}

impl Learner {
    /// A learner that knows what `start` does and has to keep to an error budget.
    ///
    /// # Errors
    /// If the counts of the model give no estimate, or do not fit.
    pub fn new(start: &Start<'_>, budget: f64) -> Result<Learner, LearnError> {
        let n = Label::ALL.len();
        let mut counts = Counts::of(start.evidence(), n);
        let mut brought = (Calibration::neutral(n), Guard::default());
        if let Start::From(model) = start {
            take_over(&mut counts, model)?;
            brought = (calibration_of(model), model.metadata.guard.clone());
        }
        let mut learner = Learner {
            counts,
            budget,
            lessons: 0,
            pending: 0,
            estimate: None,
            calibration: brought.0.clone(),
            guard: brought.1.clone(),
            brought,
            scores: Vec::new(),
        };
        learner.fit()?;
        Ok(learner)
    }

    /// The guard its decisions keep to.
    pub fn guard(&self) -> &Guard {
        &self.guard
    }

    /// Judges a message.
    pub fn judge(&self, events: &[Event], text: &Range<usize>) -> Opinion {
        let (known, text_known) = match &self.estimate {
            Some(estimate) => estimate.recognise(events, text),
            None => Default::default(),
        };
        let scores = match &self.estimate {
            Some(estimate) => estimate.sum(events, &known),
            None => vec![0.0; Label::ALL.len()],
        };
        let p = self.calibration.probabilities(&scores);
        Opinion {
            scores,
            probabilities: Label::ALL.map(|label| p[label.index()]),
            posterior: Posterior {
                probabilities: p,
                known,
                text: text_known,
            },
        }
    }

    /// Learns a message that was judged; it counts as much as one of the model's own. Counting it
    /// 2, 4 or 8 times was worse in mailboxes of the labelled examples that the model had not
    /// seen (likeliest label right on 88.7 % of 764 messages; 87.4, 86.5 and 84.4 %).
    ///
    /// # Errors
    /// If a count no longer fits.
    pub fn learn(
        &mut self,
        events: &[Event],
        opinion: Opinion,
        label: Label,
    ) -> Result<(), LearnError> {
        self.counts.learn(label.index(), events)?;
        self.lessons += 1;
        self.pending += 1;
        if self.estimate.is_some() {
            self.scores.push((opinion.scores, label.index()));
        }
        Ok(())
    }

    /// The evening: what was learned since the last time takes effect, if it is enough to matter.
    ///
    /// # Errors
    /// If the estimator refuses the counts.
    pub fn settle(&mut self) -> Result<(), LearnError> {
        if self.pending * GROWTH >= self.lessons && self.pending > 0 {
            self.fit()?;
        }
        Ok(())
    }

    fn fit(&mut self) -> Result<(), LearnError> {
        self.pending = 0;
        self.estimate = match Estimate::fit(&self.counts, self.counts.evidence().alpha()) {
            Ok(estimate) => Some(estimate),
            Err(EstimateError::OneClass) => None,
            Err(error) => return Err(error.into()),
        };
        self.scores
            .drain(..self.scores.len().saturating_sub(RECENT));
        let genuine = Label::Genuine.index();
        if self.scores.len() < OWN_CALIBRATION {
            (self.calibration, self.guard) = self.brought.clone();
            return Ok(());
        }
        let calibration = fit_calibration(&self.scores, &[1.0; 4]);
        let guard = Guard::from_held_out(
            self.scores
                .iter()
                .filter(|(_, label)| *label == genuine)
                .map(|(scores, _)| calibration.probabilities(scores)[genuine])
                .collect(),
        );
        // A calibration without a guard would leave everything alone.
        (self.calibration, self.guard) = match guard.threshold(self.budget) {
            Some(_) => (calibration, guard),
            None => self.brought.clone(),
        };
        Ok(())
    }
}

/// Adds a model's counts to counts over all four labels.
fn take_over(counts: &mut Counts, model: &Model) -> Result<(), LearnError> {
    for (class, label) in model.metadata.labels.iter().enumerate() {
        let events: Vec<Event> = model
            .counts
            .iter()
            .filter(|(_, row)| row[class] > 0)
            .map(|(key, row)| Event {
                key,
                weight: row[class],
            })
            .collect();
        counts.learn(label.index(), &events)?;
    }
    Ok(())
}

/// A model's calibration over all four labels; labels it lacks get no chance.
fn calibration_of(model: &Model) -> Calibration {
    let mut bias = vec![-1e3; Label::ALL.len()];
    for (label, own) in model
        .metadata
        .labels
        .iter()
        .zip(&model.metadata.calibration.bias)
    {
        bias[label.index()] = *own;
    }
    Calibration {
        bias,
        ..model.metadata.calibration.clone()
    }
}
