//! A model and the owner's lessons → the model to judge by.
//!
//! The counts of the lessons are added to the counts of the model they are taught to; nothing is
//! lost of either, so a lesson that is taken back leaves no trace. The calibration stays the
//! model's own. The guard is told how the genuine lessons looked to a model that had not had
//! them.

use std::collections::HashMap;

use super::{Example, LearnError, Lesson, Suspension, group, score_held_out};
use crate::classify::{CountError, Counts};
use crate::features::{Event, FEATURES_VERSION};
use crate::label::Label;
use crate::learn::Identity;
use crate::limits;
use crate::model::Model;

/// How much more a lesson counts than a message of the model it is taught to.
///
/// Measured by `cargo bench --bench lessons` (its first two tables). On real mail that the shipped
/// model judges badly (log loss 1.51 in two classes of a public corpus), 20 lessons bring it to
/// 0.38, 0.31, 0.30 and 0.34 with a weight of 1, 2, 4 and 8, and 100 lessons to 0.212, 0.213,
/// 0.231 and 0.264. On mail it judges well (labelled examples of one mailbox, held out: log loss
/// 0.376 over four classes), 50 lessons cost a little instead: 0.393, 0.417, 0.461 and 0.536. Of
/// 203 wrong verdicts there, learning the message set 196 right with a weight of 1, and 199 with
/// any greater one.
pub const LESSON_WEIGHT: u32 = 2;

/// Folds in which lessons are scored by a model that has not had them.
const FOLDS: usize = 5;

/// Times a label may change before the lesson is held: there and back again is no knowledge.
const RELABELLED: u32 = 2;

/// What becomes of a lesson.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is part of the model.
    Counts,
    /// Its sender has [`limits::LESSONS_PER_SENDER`] lessons that count already.
    SenderCap,
    /// Its day has [`limits::LESSONS_PER_DAY`] lessons that count already.
    DayCap,
    /// Nearly the same text was taught before as something else.
    Contradicts(Identity),
    /// Its label was changed and changed back.
    BackAndForth,
    /// An older model was brought back over it.
    Suspended,
    /// Its events are of another version of the features.
    Outdated,
}

impl Standing {
    /// The standing as JSON and tables spell it.
    pub fn name(self) -> &'static str {
        match self {
            Standing::Counts => "counts",
            Standing::SenderCap => "sender-cap",
            Standing::DayCap => "day-cap",
            Standing::Contradicts(_) => "contradicts",
            Standing::BackAndForth => "back-and-forth",
            Standing::Suspended => "suspended",
            Standing::Outdated => "outdated",
        }
    }

    /// Why it does not count and what makes it count; empty if it does.
    pub fn describe(self) -> String {
        match self {
            Standing::Counts => String::new(),
            Standing::SenderCap => format!(
                "{} lessons of this sender count already; forget one of them to make room",
                limits::LESSONS_PER_SENDER
            ),
            Standing::DayCap => format!(
                "{} lessons of that day count already; 'anteroom train' learns from whole mailboxes",
                limits::LESSONS_PER_DAY
            ),
            Standing::Contradicts(other) => format!(
                "nearly the same text was taught as something else by {other}; forget one of the two"
            ),
            Standing::BackAndForth => {
                "its label was changed and changed back; forget it, then learn it once more"
                    .to_owned()
            }
            Standing::Suspended => {
                "a model from before it was brought back; learn it again, or forget it".to_owned()
            }
            Standing::Outdated => {
                "another version of anteroom counted its words; learn it again from the mail"
                    .to_owned()
            }
        }
    }
}

/// The standing of every lesson, given in the order in which they were learned. It follows from
/// the lessons alone: what held a lesson back is gone as soon as its cause is.
pub fn standings(lessons: &[Lesson]) -> Vec<Standing> {
    let mut seen = Seen::default();
    lessons
        .iter()
        .map(|lesson| {
            let standing = seen.standing(lesson);
            if standing == Standing::Counts {
                seen.count(lesson);
            }
            standing
        })
        .collect()
}

/// What the lessons that count so far have taken up.
#[derive(Default)]
struct Seen<'a> {
    of_sender: HashMap<u64, usize>,
    of_day: HashMap<i64, usize>,
    /// For each band of the texts' signatures the first lesson of each label.
    texts: HashMap<(u8, u64), Vec<&'a Lesson>>,
}

impl<'a> Seen<'a> {
    fn standing(&self, lesson: &Lesson) -> Standing {
        if lesson.features_version != FEATURES_VERSION {
            return Standing::Outdated;
        }
        if lesson.suspension == Suspension::Restored {
            return Standing::Suspended;
        }
        if lesson.relabelled >= RELABELLED {
            return Standing::BackAndForth;
        }
        if let Some(other) = self.contradicted(lesson) {
            return Standing::Contradicts(other);
        }
        let full = |count: Option<&usize>, cap| count.is_some_and(|count| *count >= cap);
        let sender = lesson.group_key.sender();
        if full(
            sender.and_then(|sender| self.of_sender.get(&sender)),
            limits::LESSONS_PER_SENDER,
        ) {
            return Standing::SenderCap;
        }
        if full(self.of_day.get(&day(lesson)), limits::LESSONS_PER_DAY) {
            return Standing::DayCap;
        }
        Standing::Counts
    }

    fn contradicted(&self, lesson: &Lesson) -> Option<Identity> {
        lesson
            .group_key
            .text_ties()
            .iter()
            .filter_map(|tie| self.texts.get(tie))
            .flatten()
            .find(|other| other.label != lesson.label && other.group_key.is_near(&lesson.group_key))
            .map(|other| other.identity)
    }

    fn count(&mut self, lesson: &'a Lesson) {
        if let Some(sender) = lesson.group_key.sender() {
            *self.of_sender.entry(sender).or_default() += 1;
        }
        *self.of_day.entry(day(lesson)).or_default() += 1;
        for tie in lesson.group_key.text_ties() {
            let known = self.texts.entry(tie).or_default();
            if known.iter().all(|other| other.label != lesson.label) {
                known.push(lesson);
            }
        }
    }
}

/// The day a lesson was learned on, in UTC, counted from 1970.
fn day(lesson: &Lesson) -> i64 {
    lesson.learned.div_euclid(24 * 60 * 60)
}

/// The lessons that count.
pub fn counting(lessons: &[Lesson]) -> Vec<&Lesson> {
    lessons
        .iter()
        .zip(standings(lessons))
        .filter(|(_, standing)| *standing == Standing::Counts)
        .map(|(lesson, _)| lesson)
        .collect()
}

/// Teaches lessons to a model.
///
/// # Errors
/// If a count no longer fits.
pub fn teach(base: &Model, lessons: &[&Lesson]) -> Result<Model, LearnError> {
    let labels = labels_of(base, lessons);
    let examples: Vec<Example> = lessons
        .iter()
        .map(|lesson| example(lesson, &labels))
        .collect();
    let mut counts = widened(base, &labels);
    for example in &examples {
        counts.learn(example.class, &example.events)?;
    }
    let mut calibration = base.metadata.calibration.clone();
    calibration.bias = labels.iter().map(|label| bias_of(base, *label)).collect();
    let held_out = score_held_out(&examples, &group(&examples, FOLDS), &counts)?;
    let genuine = labels.iter().position(|label| *label == Label::Genuine);
    let looked = held_out
        .iter()
        .filter(|(_, class)| Some(*class) == genuine)
        .map(|(scores, class)| calibration.probabilities(scores)[*class])
        .collect();
    let guard = base.metadata.guard.joined(looked);
    let summary = base.metadata.held_out.clone();
    Ok(Model::new(labels, counts, calibration, guard, summary)?)
}

/// The events of a lesson with the weight of a lesson.
fn weighted(events: &[Event]) -> Result<Vec<Event>, CountError> {
    let heavier = |event: &Event| {
        let weight = event.weight.checked_mul(LESSON_WEIGHT);
        weight.map(|weight| Event { weight, ..*event })
    };
    let events: Option<Vec<Event>> = events.iter().map(heavier).collect();
    events.ok_or(CountError::Overflow)
}

/// A lesson as an example over some labels: its events weigh [`LESSON_WEIGHT`] times as much.
pub fn example(lesson: &Lesson, labels: &[Label]) -> Example {
    let class = labels.iter().position(|label| *label == lesson.label);
    Example {
        class: class.unwrap_or_default(),
        // A weight that does not fit is a damaged lesson: it teaches nothing.
        events: weighted(&lesson.events).unwrap_or_default(),
        group_key: lesson.group_key.clone(),
        date: None,
    }
}

/// The labels of the model and of the lessons, in their fixed order.
fn labels_of(base: &Model, lessons: &[&Lesson]) -> Vec<Label> {
    Label::ALL
        .into_iter()
        .filter(|label| {
            base.metadata.labels.contains(label)
                || lessons.iter().any(|lesson| lesson.label == *label)
        })
        .collect()
}

fn bias_of(base: &Model, label: Label) -> f64 {
    let class = base.metadata.labels.iter().position(|own| *own == label);
    class.map_or(0.0, |class| base.metadata.calibration.bias[class])
}

/// The model's counts over more labels, in another order.
fn widened(base: &Model, labels: &[Label]) -> Counts {
    if base.metadata.labels == labels {
        return base.counts.clone();
    }
    let own = |label: &Label| base.metadata.labels.iter().position(|own| own == label);
    let columns: Vec<Option<usize>> = labels.iter().map(own).collect();
    let spread = |row: &[u32]| -> Vec<u32> {
        columns
            .iter()
            .map(|column| column.map_or(0, |column| row[column]))
            .collect()
    };
    let mut counts = Counts::new(labels.len());
    for (key, row) in base.counts.iter() {
        counts.push(key, &spread(row));
    }
    let messages: Vec<u64> = columns
        .iter()
        .map(|column| column.map_or(0, |column| base.counts.messages()[column]))
        .collect();
    counts.set_messages(&messages);
    counts
}
