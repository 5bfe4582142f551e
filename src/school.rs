//! A change of the lessons and the model that follows from it, both or neither: what the commands
//! that teach and the watching of mailboxes have in common.
//!
//! The core is pure ([`crate::learn`]); here it meets the state store. The time is an argument.

mod canary;
mod outcome;

use crate::features::{Evidence, FEATURES_VERSION};
use crate::label::Label;
use crate::learn::{
    Identity, LearnError, Lesson, Standing, Suspension, Worse, counting, standings, teach,
};
use crate::message::Message;
use crate::model::Model;
use crate::state::{InPlace, LessonBook, Making, State, StateError};

pub use outcome::{Outcome, Tally};

/// Whether a new model must judge known mail about as well as the best so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// It must, or nothing is learned.
    Guarded,
    /// It is taken as it is; the owner insists.
    Insisted,
    /// It is taken as it is, and the next one is measured against the base: what the owner takes
    /// back is theirs to take back.
    Open,
}

/// Why nothing was taught.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SchoolError {
    /// The store cannot be used.
    #[error(transparent)]
    State(#[from] StateError),
    /// No model can be made of it.
    #[error(transparent)]
    Learn(#[from] LearnError),
    /// The new model would be worse than it may be.
    #[error(transparent)]
    Worse(#[from] Worse),
}

/// What a change came to.
#[derive(Debug, Clone)]
pub struct Taught {
    /// What became of the messages.
    pub tally: Tally,
    /// The lessons before.
    pub before: Vec<Lesson>,
    /// The lessons now.
    pub lessons: Vec<Lesson>,
    /// What the model they are taught to counts.
    pub evidence: Evidence,
    /// The model to judge by from now on; none if it is the one in place.
    pub model: Option<Model>,
}

impl Taught {
    /// The lessons that are new, each with what became of it.
    pub fn added(&self) -> impl Iterator<Item = (&Lesson, Standing)> {
        let standings = standings(&self.lessons, self.evidence);
        let pairs = self.lessons.iter().zip(standings);
        pairs.filter(|(lesson, _)| !self.before.contains(lesson))
    }
}

/// A base model and the store of the lessons taught to it.
#[derive(Debug)]
pub struct School<'a> {
    base: &'a Model,
    state: &'a mut State,
    admission: Admission,
    now: i64,
}

impl<'a> School<'a> {
    /// Opens the school; `now` is the time of what is taught, in seconds since 1970.
    pub fn new(
        base: &'a Model,
        state: &'a mut State,
        admission: Admission,
        now: i64,
    ) -> School<'a> {
        School {
            base,
            state,
            admission,
            now,
        }
    }

    /// Learns messages. One that is known under another label keeps it.
    ///
    /// # Errors
    /// If the store cannot be used or the new model would be worse; then nothing was changed.
    pub fn learn(&mut self, why: &str, lessons: &[Lesson]) -> Result<Taught, SchoolError> {
        let evidence = self.evidence();
        self.change(why, lessons, nothing_else, |book, lesson| {
            Ok(match book.find(lesson.identity)? {
                Some(old) if old.label != lesson.label => Outcome::KnownOtherwise,
                Some(old) if is_current(&old, evidence) => Outcome::KnownAlready,
                _ => {
                    book.append(lesson)?;
                    Outcome::Learned
                }
            })
        })
    }

    /// Gives messages that were learned another label. One whose label is changed back again is
    /// held: see [`Standing::BackAndForth`].
    ///
    /// # Errors
    /// As [`School::learn`].
    pub fn relabel(&mut self, why: &str, lessons: &[Lesson]) -> Result<Taught, SchoolError> {
        let evidence = self.evidence();
        self.change(why, lessons, nothing_else, |book, lesson| {
            Ok(match book.find(lesson.identity)? {
                None => Outcome::NotLearned,
                Some(old) if old.label == lesson.label && is_current(&old, evidence) => {
                    Outcome::KnownAlready
                }
                Some(old) => {
                    let changed = u32::from(old.label != lesson.label);
                    book.append(&Lesson {
                        relabelled: old.relabelled + changed,
                        ..lesson.clone()
                    })?;
                    Outcome::Relabelled
                }
            })
        })
    }

    /// Learns what the owner showed by moving mail: the last move wins, whatever was learned of the
    /// message before and however often. `also` is kept together with the lessons, or not at all.
    ///
    /// # Errors
    /// As [`School::learn`]; then `also` was not kept either.
    pub fn correct(
        &mut self,
        why: &str,
        lessons: &[Lesson],
        also: impl Fn(&LessonBook<'_>) -> Result<(), StateError>,
    ) -> Result<Taught, SchoolError> {
        let evidence = self.evidence();
        self.change(why, lessons, also, |book, lesson| {
            let old = book.find(lesson.identity)?;
            let is_same = |old: &Lesson| {
                old.label == lesson.label && is_current(old, evidence) && old.relabelled == 0
            };
            let outcome = match &old {
                Some(old) if is_same(old) => return Ok(Outcome::KnownAlready),
                Some(old) if old.label != lesson.label => Outcome::Relabelled,
                _ => Outcome::Learned,
            };
            book.append(lesson)?;
            Ok(outcome)
        })
    }

    /// Takes back that messages were learned.
    ///
    /// # Errors
    /// If the store cannot be used; then nothing was changed.
    pub fn unlearn(&mut self, lessons: &[Identity]) -> Result<Taught, SchoolError> {
        self.change("unlearn", lessons, nothing_else, |book, identity| {
            take_out(book, &[*identity], Outcome::Unlearned)
        })
    }

    /// Takes lessons back by their names. Each name can be read in two ways; the first lesson
    /// found is taken.
    ///
    /// # Errors
    /// As [`School::unlearn`].
    pub fn forget(&mut self, names: &[[Identity; 2]]) -> Result<Taught, SchoolError> {
        self.change("forget", names, nothing_else, |book, names| {
            take_out(book, names, Outcome::Forgotten)
        })
    }

    fn evidence(&self) -> Evidence {
        self.base.counts.evidence()
    }

    /// Changes the book item by item, makes the model that follows and puts it in place.
    fn change<T>(
        &mut self,
        why: &str,
        items: &[T],
        also: impl Fn(&LessonBook<'_>) -> Result<(), StateError>,
        outcome: impl Fn(&LessonBook<'_>, &T) -> Result<Outcome, StateError>,
    ) -> Result<Taught, SchoolError> {
        let evidence = self.evidence();
        let book = self.state.lesson_book()?;
        let place = first(&book, self.base, self.now)?;
        let before = book.lessons()?;
        let mut tally = Tally::new();
        for item in items {
            *tally.entry(outcome(&book, item)?).or_default() += 1;
        }
        let lessons = book.lessons()?;
        if lessons == before && place.base == self.base.id() {
            drop(book);
            let book = self.state.lesson_book()?;
            also(&book)?;
            book.close()?;
            return Ok(Taught {
                tally,
                before,
                lessons,
                evidence,
                model: None,
            });
        }
        let counted = counting(&lessons, evidence);
        let model = teach(self.base, &counted)?;
        let standard = canary::admit(self.base, &model, &place, self.admission)?;
        let place = InPlace {
            base: self.base.id(),
            standard,
            ..place
        };
        let making = Making {
            made: self.now,
            why,
            lessons: counted.len(),
        };
        let is_new = !is_there(&book, &model, &place)?;
        if is_new {
            book.install(&model, &making, &place)?;
        }
        also(&book)?;
        book.close()?;
        self.state.sweep_versions()?;
        Ok(Taught {
            tally,
            before,
            lessons,
            evidence,
            model: is_new.then_some(model),
        })
    }
}

fn nothing_else(_: &LessonBook<'_>) -> Result<(), StateError> {
    Ok(())
}

fn take_out(
    book: &LessonBook<'_>,
    identities: &[Identity],
    done: Outcome,
) -> Result<Outcome, StateError> {
    for identity in identities {
        if book.remove(*identity)? {
            return Ok(done);
        }
    }
    Ok(Outcome::NotKnown)
}

/// True if learning the message once more could not change anything.
fn is_current(lesson: &Lesson, evidence: Evidence) -> bool {
    lesson.features_version == FEATURES_VERSION
        && lesson.evidence == evidence
        && lesson.suspension == Suspension::None
}

/// Why nothing can be learned from a message; none if it can.
pub fn why_no_lesson(message: &Message) -> Option<&'static str> {
    if let Some(defect) = message.defects.iter().find(|defect| defect.is_unreadable()) {
        return Some(defect.describe());
    }
    let is_bare =
        message.from.is_none() && message.subject.is_empty() && message.message_id().is_none();
    is_bare.then_some("it has neither From nor Subject nor Message-ID")
}

/// The model in place; before the first lesson the base itself becomes the first version, so that
/// one can go back to it.
fn first(book: &LessonBook<'_>, base: &Model, now: i64) -> Result<InPlace, StateError> {
    if let Some(place) = book.in_place()? {
        return Ok(place);
    }
    let place = InPlace {
        version: 0,
        base: base.id(),
        standard: None,
    };
    let making = Making {
        made: now,
        why: "before the first lesson",
        lessons: 0,
    };
    let version = book.install(base, &making, &place)?;
    Ok(InPlace { version, ..place })
}

/// True if the version in place is this very model: no lesson that counts has changed.
fn is_there(book: &LessonBook<'_>, model: &Model, place: &InPlace) -> Result<bool, StateError> {
    let versions = book.versions()?;
    let in_place = versions
        .iter()
        .find(|version| version.version == place.version);
    let sha256 = model.sha256();
    let is_same_base = book.in_place()?.is_some_and(|old| old == *place);
    Ok(is_same_base && in_place.is_some_and(|version| version.sha256 == sha256))
}

/// What was said of messages by moving them: `move to pitch` as a version's reason.
pub fn moved_to(labels: &[Label]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for label in Label::ALL {
        if labels.contains(&label) {
            names.push(label.name());
        }
    }
    format!("move to {}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::Origin;
    use crate::owner::Owner;
    use crate::source::Content;

    fn lesson(label: Label, origin: Origin) -> Lesson {
        let mail = "From: a@x.example\nMessage-ID: <1@x>\n\nzwick zwack zwock";
        let (message, contact) = crate::triage::read(&Content::from(mail), &Owner::default());
        Lesson::of(Evidence::Contact, (&message, &contact), label, origin, 1)
    }

    fn outcome(taught: &Taught) -> Outcome {
        *taught.tally.keys().next().unwrap()
    }

    #[test]
    fn a_lesson_and_what_belongs_to_it_are_kept_both_or_neither() {
        let base = Model::shipped().unwrap();
        let dir = tempfile::tempdir().unwrap();
        let mut state = State::open(dir.path()).unwrap();
        let mut school = School::new(&base, &mut state, Admission::Guarded, 1);
        let lessons = [lesson(Label::Pitch, Origin::Moved)];
        let fails = |_: &LessonBook<'_>| {
            let (path, what) = (String::new(), String::new());
            Err(StateError::Damaged { path, what })
        };
        school.correct("move", &lessons, fails).unwrap_err();
        assert!(state.lessons().unwrap().is_empty() && state.versions().unwrap().is_empty());
        let mut school = School::new(&base, &mut state, Admission::Guarded, 1);
        let taught = school.correct("move", &lessons, |_| Ok(())).unwrap();
        assert_eq!(outcome(&taught), Outcome::Learned);
        assert_eq!(taught.added().count(), 1);
        let model = taught.model.unwrap();
        let place = state.in_place().unwrap().unwrap();
        let loaded = state.load_version(place.version).unwrap();
        assert_eq!(loaded.sha256(), model.sha256());
    }

    #[test]
    fn a_move_wins_over_what_was_said_before_and_makes_it_count() {
        let base = Model::shipped().unwrap();
        let dir = tempfile::tempdir().unwrap();
        let mut state = State::open(dir.path()).unwrap();
        let mut school = School::new(&base, &mut state, Admission::Guarded, 1);
        let said = |label| [lesson(label, Origin::Command)];
        school.learn("", &said(Label::Pitch)).unwrap();
        school.relabel("", &said(Label::Genuine)).unwrap();
        let held = school.relabel("", &said(Label::Pitch)).unwrap();
        assert_eq!(
            standings(&held.lessons, held.evidence),
            [Standing::BackAndForth]
        );
        let moved = [lesson(Label::Pitch, Origin::Moved)];
        let taught = school.correct("", &moved, |_| Ok(())).unwrap();
        assert_eq!(
            standings(&taught.lessons, taught.evidence),
            [Standing::Counts]
        );
        let again = school.correct("", &moved, |_| Ok(())).unwrap();
        assert_eq!(outcome(&again), Outcome::KnownAlready);
        assert!(again.model.is_none());
        let back = [lesson(Label::Genuine, Origin::Moved)];
        let taught = school.correct("", &back, |_| Ok(())).unwrap();
        assert_eq!(outcome(&taught), Outcome::Relabelled);
        assert_eq!(
            standings(&taught.lessons, taught.evidence),
            [Standing::Counts]
        );
    }
}
