//! A model and the owner's lessons → the model to judge by.
//!
//! The counts of the lessons are added to the counts of the model they are taught to; nothing is
//! lost of either, so a lesson that is taken back leaves no trace. The calibration stays the
//! model's own. The guard is told how the genuine lessons looked to a model that had not had
//! them.

use std::collections::HashMap;

use rayon::prelude::*;

use super::{CountsAs, Example, LearnError, Lesson, Suspension, group};
use crate::classify::{Counts, Estimate, Remainder};
use crate::features::{Event, Evidence, FEATURES_VERSION, WEIGHT_UNIT};
use crate::label::Label;
use crate::learn::Identity;
use crate::limits;
use crate::model::Model;

/// How much more a lesson counts than a message of the model it is taught to, its length apart
/// ([`limits::LESSON_UNITS`]).
///
/// Measured by `cargo bench --bench lessons`. On real mail that the shipped model judges badly (a
/// public corpus in two classes: accuracy 0.43, log loss 1.51), 20 lessons bring accuracy to
/// 0.81, 0.90, 0.93 and 0.94 with a weight of 1, 2, 4 and 8, and 50 lessons log loss to 0.333,
/// 0.272, 0.262 and 0.282. On mail it judges well (one mailbox of the labelled examples held out:
/// log loss 0.376 over four classes), 50 lessons cost a little instead: 0.384, 0.398, 0.425 and
/// 0.475. Of 203 wrong verdicts there 189, 197, 198 and 199 were right once the message was
/// learned.
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
    /// It was taught to a model that counts something else.
    OtherEvidence,
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
            Standing::OtherEvidence => "other-evidence",
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
            Standing::OtherEvidence => {
                "it was taught to a model of another --scope; learn it again from the mail"
                    .to_owned()
            }
        }
    }
}

/// The standing of every lesson, given in the order in which they were learned, for a model that
/// counts this. It follows from the lessons alone: what held a lesson back is gone as soon as its
/// cause is.
pub fn standings(lessons: &[Lesson], evidence: Evidence) -> Vec<Standing> {
    let mut seen = Seen::default();
    lessons
        .iter()
        .map(|lesson| {
            let standing = match lesson.evidence == evidence {
                true => seen.standing(lesson),
                false => Standing::OtherEvidence,
            };
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

/// The lessons that count for a model that counts this.
pub fn counting(lessons: &[Lesson], evidence: Evidence) -> Vec<&Lesson> {
    lessons
        .iter()
        .zip(standings(lessons, evidence))
        .filter(|(_, standing)| *standing == Standing::Counts)
        .map(|(lesson, _)| lesson)
        .collect()
}

/// Teaches lessons to a model.
///
/// # Errors
/// If a count no longer fits.
pub fn teach(base: &Model, lessons: &[&Lesson]) -> Result<Model, LearnError> {
    let widened = widened(base, lessons)?;
    let base = widened.as_ref().unwrap_or(base);
    let labels = &base.metadata.labels;
    let examples: Vec<Example> = lessons
        .iter()
        .map(|lesson| example(lesson, labels))
        .collect();
    let mut counts = base.counts.clone();
    for example in &examples {
        counts.learn(example.class, &example.counted())?;
    }
    let guard = base.metadata.guard.clone();
    let mut taught = base.taught(counts, &keys(examples.iter()), guard)?;
    let looked = genuine_looked(&taught, &examples)?;
    taught.metadata.guard = base.metadata.guard.joined(looked);
    Ok(taught)
}

/// Teaches one more lesson to a model that was taught, for a program that stays: the next message
/// is judged by it. Until all is taught anew by [`teach`], the guard goes by how the lesson looked
/// to the model just before.
///
/// # Errors
/// If the model does not know the label, or a count no longer fits: it is then as it was.
pub fn teach_one(model: &mut Model, lesson: &Lesson) -> Result<(), LearnError> {
    let labels = &model.metadata.labels;
    if !labels.contains(&lesson.label) {
        return Err(LearnError::UnknownLabel(lesson.label));
    }
    let example = example(lesson, labels);
    let mut looked = Vec::new();
    if lesson.label == Label::Genuine {
        let scores = model.classifier().estimate().scores(&example.events);
        looked.push(model.metadata.calibration.probabilities(&scores)[example.class]);
    }
    let guard = model.metadata.guard.joined(looked);
    model.learn(example.class, &example.counted(), guard)
}

/// P(genuine) of the genuine lessons, each by the model without it, its sender's other lessons and
/// its near copies.
fn genuine_looked(taught: &Model, examples: &[Example]) -> Result<Vec<f64>, LearnError> {
    let labels = &taught.metadata.labels;
    let Some(genuine) = labels.iter().position(|label| *label == Label::Genuine) else {
        return Ok(Vec::new());
    };
    let folds = group(examples, FOLDS);
    let by_fold: Result<Vec<Vec<f64>>, LearnError> = (0..FOLDS)
        .into_par_iter()
        .map(|fold| {
            let pairs = examples.iter().zip(&folds);
            let members: Vec<&Example> = pairs
                .filter(|(_, own)| **own == fold)
                .map(|(own, _)| own)
                .collect();
            if members.iter().all(|example| example.class != genuine) {
                return Ok(Vec::new());
            }
            let mut rest = Remainder::of(&taught.counts);
            for example in &members {
                rest.unlearn(example.class, &example.counted())?;
            }
            let estimate = Estimate::fit_remainder(rest, taught.metadata.alpha)?;
            let judge = |example: &&Example| {
                let scores = estimate.scores(&example.events);
                taught.metadata.calibration.probabilities(&scores)[genuine]
            };
            let is_genuine = |example: &&&Example| example.class == genuine;
            Ok(members.iter().filter(is_genuine).map(judge).collect())
        })
        .collect();
    Ok(by_fold?.concat())
}

/// The events of examples, each once.
fn keys<'a>(examples: impl Iterator<Item = &'a Example>) -> Vec<u64> {
    let mut keys: Vec<u64> = examples
        .flat_map(|example| example.events.iter().map(|event| event.key))
        .collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// The events of a lesson with the weight of a lesson. A weight of more than 32 bits is damage and
/// counts as the largest.
pub(super) fn weighted(events: &[Event]) -> Vec<Event> {
    let own: u64 = events.iter().map(|event| u64::from(event.weight)).sum();
    let most = (limits::LESSON_UNITS as f64 / WEIGHT_UNIT) as u64;
    let heavier = |event: &Event| {
        let weight = u64::from(event.weight) * u64::from(LESSON_WEIGHT) * own.min(most);
        Event {
            weight: u32::try_from(weight / own.max(1))
                .unwrap_or(u32::MAX)
                .max(1),
            ..*event
        }
    };
    events.iter().map(heavier).collect()
}

/// A lesson as an example over some labels, with the weight of a lesson.
pub fn example(lesson: &Lesson, labels: &[Label]) -> Example {
    let class = labels.iter().position(|label| *label == lesson.label);
    Example {
        evidence: lesson.evidence,
        class: class.unwrap_or_default(),
        events: lesson.events.clone(),
        text: 0..0,
        counts_as: CountsAs::Lesson,
        group_key: lesson.group_key.clone(),
        date: None,
    }
}

/// The model over its own labels and those of the lessons; none if it has them all.
fn widened(base: &Model, lessons: &[&Lesson]) -> Result<Option<Model>, LearnError> {
    let known = &base.metadata.labels;
    if lessons.iter().all(|lesson| known.contains(&lesson.label)) {
        return Ok(None);
    }
    let labels: Vec<Label> = Label::ALL
        .into_iter()
        .filter(|label| {
            known.contains(label) || lessons.iter().any(|lesson| lesson.label == *label)
        })
        .collect();
    let columns: Vec<Option<usize>> = labels
        .iter()
        .map(|label| known.iter().position(|own| own == label))
        .collect();
    let sorted = base.counts.sorted();
    let keys = sorted.iter().map(|(key, _)| *key).collect();
    let rows = sorted.iter().flat_map(|(_, row)| spread(&columns, row));
    let counts = Counts::from_rows(
        base.counts.evidence(),
        (keys, rows.collect()),
        spread(&columns, base.counts.messages()),
    );
    let metadata = &base.metadata;
    let mut calibration = metadata.calibration.clone();
    calibration.bias = spread(&columns, &metadata.calibration.bias);
    let (guard, held_out) = (metadata.guard.clone(), metadata.held_out.clone());
    Ok(Some(Model::new(
        labels,
        counts,
        calibration,
        guard,
        held_out,
    )?))
}

/// A row over other columns; nothing in those it did not have.
fn spread<T: Copy + Default>(columns: &[Option<usize>], row: &[T]) -> Vec<T> {
    let cell = |column: &Option<usize>| column.map_or(T::default(), |column| row[column]);
    columns.iter().map(cell).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::Origin;
    use crate::owner::Owner;
    use crate::source::Content;

    fn lesson(n: usize, words: &str, label: Label) -> Lesson {
        let mail = format!("From: p{n}@a{n}.example\nMessage-ID: <{n}@x>\n\n{words}");
        let (message, contact) =
            crate::triage::read(&Content::from(mail.as_str()), &Owner::default());
        let read = (&message, &contact);
        Lesson::of(Evidence::Contact, read, label, Origin::Command, 0)
    }

    #[test]
    fn a_label_the_model_lacks_is_added() {
        let mails: Vec<Example> = (0..40)
            .map(|n| {
                let words = ["a joy to read your talk", "cheap pills here"][n % 2];
                let mail = format!("From: p{n}@a{n}.example\n\n{words} {n}");
                Example::read(&Content::from(mail.as_str()), &Owner::default(), n % 2)
            })
            .collect();
        let (base, _) = crate::learn::train(&[Label::Genuine, Label::Spam], &mails).unwrap();
        let lessons = [lesson(1, "we build dashboards for you", Label::Pitch)];
        let taught = teach(&base, &[&lessons[0]]).unwrap();
        assert_eq!(
            taught.metadata.labels,
            [Label::Genuine, Label::Pitch, Label::Spam]
        );
        assert_eq!(taught.metadata.messages, [20, 1, 20]);
        let scores = taught.classifier().estimate().scores(&lessons[0].events);
        assert!(scores[1] > scores[0] && scores[1] > scores[2], "{scores:?}");
    }

    #[test]
    fn a_long_lesson_weighs_no_more_than_a_short_one() {
        let words: Vec<String> = (0..3_000).map(|n| format!("word{n}x")).collect();
        let sum = |words: &[String]| {
            let lesson = lesson(1, &words.join(" "), Label::Spam);
            let events = weighted(&lesson.events);
            events
                .iter()
                .map(|event| f64::from(event.weight))
                .sum::<f64>()
                * WEIGHT_UNIT
        };
        let most = f64::from(LESSON_WEIGHT) * limits::LESSON_UNITS as f64;
        assert!(sum(&words[..40]) > 0.95 * most && sum(&words) <= most);
        assert!(sum(&words[..2]) < most);
    }

    #[test]
    fn the_guard_hears_of_genuine_lessons_without_their_own_help() {
        let base = Model::shipped().unwrap();
        let strange = lesson(
            1,
            "zwick zwack zwock buy now discount offer",
            Label::Genuine,
        );
        let taught = teach(&base, &[&strange]).unwrap();
        let guard = &taught.metadata.guard;
        assert_eq!(guard.n_genuine, base.metadata.guard.n_genuine + 1);
        let scores = base.classifier().estimate().scores(&strange.events);
        let looked = base.metadata.calibration.probabilities(&scores)[0];
        let heard = guard.lowest.iter().any(|p| (p - looked).abs() < 1e-9);
        assert!(heard || looked > guard.lowest[guard.lowest.len() - 1]);
    }
}
