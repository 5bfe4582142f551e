//! Moves that have stood → lessons.

use std::time::Duration;

use super::CorrectionError;
use crate::account::AccountName;
use crate::label::Label;
use crate::learn::{Lesson, Origin, Worse};
use crate::limits;
use crate::mailstore::{Access, MailStore, MailboxName, Query, UidSet, UidValidity};
use crate::model::Model;
use crate::owner::Owner;
use crate::school::{Admission, Outcome, School, SchoolError, Tally, moved_to, why_no_lesson};
use crate::source::Content;
use crate::state::{Correction, LessonBook, State};

/// Whose moves are learned, and what they are taught to.
#[derive(Debug, Clone, Copy)]
pub struct Teacher<'a> {
    /// The account.
    pub account: &'a AccountName,
    /// Whose mailbox it is.
    pub owner: &'a Owner,
    /// The model that all lessons are taught to.
    pub base: &'a Model,
    /// How long a message must have stayed where it is.
    pub grace: Duration,
}

/// What came of the moves that had stood long enough.
#[derive(Debug, Default)]
pub struct Learned {
    /// What became of the messages.
    pub tally: Tally,
    /// For each message that was not learned, how much worse the model would be.
    pub refused: Vec<Worse>,
    /// Whether there are more.
    pub rest: Rest,
}

/// Whether more moves have stood long enough than were taken at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rest {
    /// None that was seen.
    #[default]
    None,
    /// Perhaps: learn again.
    Perhaps,
}

/// Learns the moves that have stood for the grace period, at most [`limits::CORRECTIONS_AT_ONCE`].
/// A lesson and the note that it was learned are one transaction: whenever this breaks off, each
/// move is learned once.
///
/// # Errors
/// If the connection or the store breaks; then it is done again later.
pub fn learn(
    store: &mut dyn MailStore,
    state: &mut State,
    teacher: &Teacher<'_>,
    now: i64,
) -> Result<Learned, CorrectionError> {
    let grace = i64::try_from(teacher.grace.as_secs()).unwrap_or(i64::MAX);
    let due = state.due_corrections(teacher.account, grace, now)?;
    let mut learned = Learned::default();
    if due.is_empty() {
        return Ok(learned);
    }
    let fetched = fetch(store, &due, teacher, now)?;
    state.drop_corrections(&fetched.gone)?;
    state.drop_corrections(&fetched.unreadable)?;
    state.defer_corrections(&fetched.later, now)?;
    if due.len() == limits::CORRECTIONS_AT_ONCE {
        learned.rest = Rest::Perhaps;
    }
    let mut lessons = fetched.lessons;
    // In the order of the moves: of two copies of one message the last one counts.
    lessons.sort_by_key(|(correction, _)| due.iter().position(|other| other == correction));
    teach(state, teacher.base, now, &lessons, &mut learned)?;
    Ok(learned)
}

/// What was found where messages were moved to.
#[derive(Default)]
struct Fetched {
    lessons: Vec<(Correction, Lesson)>,
    gone: Vec<Correction>,
    unreadable: Vec<Correction>,
    /// They are not to be had now.
    later: Vec<Correction>,
}

fn fetch(
    store: &mut dyn MailStore,
    due: &[Correction],
    teacher: &Teacher<'_>,
    now: i64,
) -> Result<Fetched, CorrectionError> {
    let mut fetched = Fetched::default();
    let mut folders: Vec<(&MailboxName, UidValidity)> = due
        .iter()
        .map(|one| (&one.place.mailbox, one.place.uid_validity))
        .collect();
    folders.sort();
    folders.dedup();
    for (mailbox, uid_validity) in folders {
        let here = |one: &&Correction| {
            one.place.mailbox == *mailbox && one.place.uid_validity == uid_validity
        };
        let waiting: Vec<&Correction> = due.iter().filter(here).collect();
        match store.select(mailbox, Access::ReadOnly) {
            Err(error) if error.ends_session() => return Err(error.into()),
            // The next look at the folder finds out what became of them.
            Ok(selected) if selected.uid_validity != uid_validity => {
                fetched.later.extend(waiting.into_iter().cloned());
            }
            Err(_) => fetched.later.extend(waiting.into_iter().cloned()),
            Ok(_) => fetch_here(store, &waiting, (teacher, now), &mut fetched)?,
        }
    }
    Ok(fetched)
}

/// Reads the messages in the open folder.
fn fetch_here(
    store: &mut dyn MailStore,
    waiting: &[&Correction],
    (teacher, now): (&Teacher<'_>, i64),
    fetched: &mut Fetched,
) -> Result<(), CorrectionError> {
    let wanted: UidSet = waiting.iter().map(|one| one.place.uid).collect();
    let present: UidSet = store
        .uids(&Query::PresentOf(wanted.clone()))?
        .into_iter()
        .filter(|uid| wanted.contains(*uid))
        .collect();
    let mut letters = Vec::with_capacity(present.len());
    for part in present.chunks(limits::LESSONS_AT_ONCE) {
        for letter in store.letters(&part)? {
            letters.push((letter.uid, read(&letter.bytes, teacher)));
        }
    }
    for one in waiting.iter().copied() {
        let found = letters.iter().find(|(uid, _)| *uid == one.place.uid);
        match found.map(|(_, read)| read) {
            None => fetched.gone.push(one.clone()),
            Some(None) => fetched.unreadable.push(one.clone()),
            Some(Some(lesson)) => {
                let lesson = Lesson {
                    label: one.label,
                    learned: now,
                    ..lesson.clone()
                };
                fetched.lessons.push((one.clone(), lesson));
            }
        }
    }
    Ok(())
}

/// The lesson of a message, its label still to be set; none if nothing can be learned from it.
fn read(bytes: &[u8], teacher: &Teacher<'_>) -> Option<Lesson> {
    let content = Content::Mail(bytes.to_vec());
    let (message, contact) = crate::triage::read(&content, teacher.owner);
    let evidence = teacher.base.counts.evidence();
    why_no_lesson(&message).is_none().then(|| {
        let read = (&message, &contact);
        Lesson::of(evidence, read, Label::Genuine, Origin::Moved, 0)
    })
}

/// Teaches lessons together; if the model would be worse, each half by itself.
fn teach(
    state: &mut State,
    base: &Model,
    now: i64,
    pairs: &[(Correction, Lesson)],
    learned: &mut Learned,
) -> Result<(), CorrectionError> {
    if pairs.is_empty() {
        return Ok(());
    }
    let (corrections, lessons): (Vec<Correction>, Vec<Lesson>) = pairs.iter().cloned().unzip();
    let labels: Vec<Label> = lessons.iter().map(|lesson| lesson.label).collect();
    let mut school = School::new(base, state, Admission::Guarded, now);
    let settle = |book: &LessonBook<'_>| book.settle(&corrections);
    match school.correct(&moved_to(&labels), &lessons, settle) {
        Ok(taught) => {
            for (outcome, n) in taught.tally {
                *learned.tally.entry(outcome).or_default() += n;
            }
            Ok(())
        }
        Err(SchoolError::Worse(worse)) => match pairs {
            [(correction, _)] => {
                state.refuse_correction(correction)?;
                learned.refused.push(worse);
                Ok(())
            }
            _ => {
                let (first, second) = pairs.split_at(pairs.len() / 2);
                teach(state, base, now, first, learned)?;
                teach(state, base, now, second, learned)
            }
        },
        Err(other) => Err(other.into()),
    }
}

impl Learned {
    /// How many messages met an outcome.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.tally.get(&outcome).copied().unwrap_or_default()
    }
}
