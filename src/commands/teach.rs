//! `anteroom learn`, `unlearn`, `relabel` and `forget`: a change of the lessons and the model that
//! follows from it, both or neither.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use super::inputs::{self, Unread};
use super::{CommandError, Notes, load_model, now};
use crate::cli::{Forget, Learn, Relabel, Teaching, Unlearn};
use crate::config::{Config, StatePlace};
use crate::features::FEATURES_VERSION;
use crate::label::Label;
use crate::learn::{
    Canary, CanaryFigures, Identity, Lesson, Origin, Standing, Suspension, counting, standings,
    teach,
};
use crate::message::Message;
use crate::model::Model;
use crate::owner::Owner;
use crate::source::Rest;
use crate::state::{InPlace, LessonBook, Making, State};

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    Learned,
    Relabelled,
    Unlearned,
    Forgotten,
    KnownAlready,
    KnownOtherwise,
    NotLearned,
    NotKnown,
}

impl Outcome {
    fn describe(self) -> &'static str {
        match self {
            Outcome::Learned => "learned",
            Outcome::Relabelled => "relabelled",
            Outcome::Unlearned => "unlearned",
            Outcome::Forgotten => "forgotten",
            Outcome::KnownAlready => "known already",
            Outcome::KnownOtherwise => "known under another label: relabel it",
            Outcome::NotLearned => "not learned yet: learn it",
            Outcome::NotKnown => "not known",
        }
    }
}

/// What became of the messages of one command.
type Tally = BTreeMap<Outcome, usize>;

pub(super) fn learn(args: &Learn, config: &Config, notes: Notes) -> Result<(), CommandError> {
    let read = read(&args.paths, args.label, args.origin, &config.owner(), notes)?;
    let outcome = |book: &LessonBook<'_>, lesson: &Lesson| {
        Ok(match book.find(lesson.identity)? {
            Some(old) if old.label != lesson.label => Outcome::KnownOtherwise,
            Some(old) if is_current(&old) => Outcome::KnownAlready,
            _ => {
                book.append(lesson)?;
                Outcome::Learned
            }
        })
    };
    let why = format!("learn {}", args.label);
    let school = School::open(&args.teaching, config, Gate::Guarded, notes)?;
    let tally = school.change(&why, &read.lessons, outcome)?;
    read.unread.complete()?;
    let told = "known under another label, which stays; if it is wrong";
    let mend = format!("anteroom relabel {} {}", args.label, shown(&args.paths));
    left_undone(&tally, Outcome::KnownOtherwise, told, &mend)
}

pub(super) fn relabel(args: &Relabel, config: &Config, notes: Notes) -> Result<(), CommandError> {
    let owner = config.owner();
    let read = read(&args.paths, args.label, Origin::Command, &owner, notes)?;
    let outcome = |book: &LessonBook<'_>, lesson: &Lesson| {
        Ok(match book.find(lesson.identity)? {
            None => Outcome::NotLearned,
            Some(old) if old.label == lesson.label && is_current(&old) => Outcome::KnownAlready,
            Some(old) => {
                let changed = u32::from(old.label != lesson.label);
                book.append(&Lesson {
                    relabelled: old.relabelled + changed,
                    ..lesson.clone()
                })?;
                Outcome::Relabelled
            }
        })
    };
    let why = format!("relabel {}", args.label);
    let school = School::open(&args.teaching, config, Gate::Guarded, notes)?;
    let tally = school.change(&why, &read.lessons, outcome)?;
    read.unread.complete()?;
    let mend = format!("anteroom learn {} {}", args.label, shown(&args.paths));
    left_undone(
        &tally,
        Outcome::NotLearned,
        "never learned; for that",
        &mend,
    )
}

pub(super) fn unlearn(args: &Unlearn, config: &Config, notes: Notes) -> Result<(), CommandError> {
    // The label plays no part: lessons go by the message they are about.
    let owner = config.owner();
    let read = read(&args.paths, Label::Genuine, Origin::Command, &owner, notes)?;
    let school = School::open(&args.teaching, config, Gate::Open, notes)?;
    let tally = school.change("unlearn", &read.lessons, |book, lesson| {
        remove(book, &[lesson.identity], Outcome::Unlearned)
    })?;
    read.unread.complete()?;
    let unknown = match args.if_known {
        true => Unknown::Passes,
        false => Unknown::Fails,
    };
    never_learned(&tally, unknown)
}

pub(super) fn forget(args: &Forget, config: &Config, notes: Notes) -> Result<(), CommandError> {
    let school = School::open(&args.teaching, config, Gate::Open, notes)?;
    let tally = school.change("forget", &args.messages, |book, message| {
        let named = Identity::of_message_id(message);
        let shown = Identity::parse_hex(message).unwrap_or(named);
        remove(book, &[named, shown], Outcome::Forgotten)
    })?;
    let unknown = match args.if_known {
        true => Unknown::Passes,
        false => Unknown::Fails,
    };
    never_learned(&tally, unknown)
}

fn remove(
    book: &LessonBook<'_>,
    identities: &[Identity],
    done: Outcome,
) -> Result<Outcome, CommandError> {
    for identity in identities {
        if book.remove(*identity)? {
            return Ok(done);
        }
    }
    Ok(Outcome::NotKnown)
}

/// What becomes of a command that is to take back what was never learned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unknown {
    Fails,
    Passes,
}

/// Fails if some lessons to be taken back were never there, unless the owner said that this is all
/// right: a wrong Message-ID must not look like a lesson that is gone.
fn never_learned(tally: &Tally, unknown: Unknown) -> Result<(), CommandError> {
    if unknown == Unknown::Passes {
        return Ok(());
    }
    let told = "never learned, so there is nothing to take back (no failure with --if-known); to see what was learned";
    left_undone(tally, Outcome::NotKnown, told, "anteroom lessons list")
}

/// Fails if some messages met this outcome, with the command that mends it.
fn left_undone(
    tally: &Tally,
    outcome: Outcome,
    told: &str,
    mend: &str,
) -> Result<(), CommandError> {
    match tally.get(&outcome) {
        None => Ok(()),
        Some(n) => {
            let all: usize = tally.values().sum();
            Err(CommandError::Data(format!(
                "{n} of {all} messages: {told}: {mend}"
            )))
        }
    }
}

/// Paths as they are typed in a shell.
fn shown(paths: &[PathBuf]) -> String {
    let quoted = |path: &PathBuf| {
        let path = path.display().to_string();
        let is_plain = |c: char| c.is_alphanumeric() || "/._-+,@%=:".contains(c);
        match path.chars().all(is_plain) {
            true => path,
            false => format!("'{}'", path.replace('\'', r"'\''")),
        }
    };
    let all: Vec<String> = paths.iter().map(quoted).collect();
    all.join(" ")
}

/// True if learning the message once more could not change anything.
fn is_current(lesson: &Lesson) -> bool {
    lesson.features_version == FEATURES_VERSION && lesson.suspension == Suspension::None
}

/// What was read of mail to be taught, and what was not.
struct Read {
    lessons: Vec<Lesson>,
    unread: Unread,
}

/// Reads the lessons that all this mail is of one label. What cannot be read teaches nothing.
fn read(
    paths: &[PathBuf],
    label: Label,
    origin: Origin,
    owner: &Owner,
    notes: Notes,
) -> Result<Read, CommandError> {
    let learned = now();
    let mut lessons = Vec::new();
    let unread = inputs::for_each(
        paths,
        Rest::Skip,
        notes,
        |raw| {
            let (message, contact) = crate::triage::read(&raw.content, owner);
            match why_no_lesson(&message) {
                Some(why) => Err(why),
                None => Ok(Lesson::of(&message, &contact, label, origin, learned)),
            }
        },
        |raw, lesson| {
            match lesson {
                Ok(lesson) => lessons.push(lesson),
                Err(why) => notes.say(&format!(
                    "anteroom: {}: message {}: passed over, {why}",
                    raw.source, raw.index
                )),
            }
            Ok(())
        },
    )?;
    if lessons.is_empty() {
        unread.complete()?;
        let names: Vec<String> = paths
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        return Err(CommandError::Data(format!(
            "{}: no message that can be read; expected an mbox, a single message or a maildir",
            names.join(", ")
        )));
    }
    Ok(Read { lessons, unread })
}

/// Why nothing can be learned from a message; none if it can.
fn why_no_lesson(message: &Message) -> Option<&'static str> {
    if let Some(defect) = message.defects.iter().find(|defect| defect.is_unreadable()) {
        return Some(defect.describe());
    }
    let is_bare =
        message.from.is_none() && message.subject.is_empty() && message.message_id().is_none();
    is_bare.then_some("it has neither From nor Subject nor Message-ID")
}

/// Whether a new model must pass the canary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gate {
    /// It must.
    Guarded,
    /// It need not: what the owner takes back is theirs to take back.
    Open,
}

/// A base model and the store of the lessons taught to it.
struct School {
    base: Model,
    state: State,
    gate: Gate,
    accept_worse: AcceptWorse,
}

/// Whether the owner wants a worse model all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AcceptWorse {
    No,
    Yes,
}

impl School {
    fn open(
        teaching: &Teaching,
        config: &Config,
        gate: Gate,
        notes: Notes,
    ) -> Result<School, CommandError> {
        let base = load_model(teaching.model.as_deref().or(config.model.as_deref()))?;
        let place = place(config, teaching.state.state.as_deref())?;
        if let StatePlace::Usual(path) = &place
            && !path.exists()
        {
            notes.say(&format!(
                "anteroom: lessons are kept in {} from now on; --state or state = \"…\" would give another place",
                path.display()
            ));
        }
        Ok(School {
            base,
            state: State::open(place.path())?,
            gate,
            accept_worse: match teaching.accept_worse {
                true => AcceptWorse::Yes,
                false => AcceptWorse::No,
            },
        })
    }

    /// Changes the book item by item, makes the model that follows and puts it in place.
    fn change<T>(
        mut self,
        why: &str,
        items: &[T],
        mut outcome: impl FnMut(&LessonBook<'_>, &T) -> Result<Outcome, CommandError>,
    ) -> Result<Tally, CommandError> {
        let book = self.state.lesson_book()?;
        let place = first(&book, &self.base)?;
        let before = book.lessons()?;
        let mut tally = Tally::new();
        for item in items {
            *tally.entry(outcome(&book, item)?).or_default() += 1;
        }
        let lessons = book.lessons()?;
        if lessons == before && place.base == self.base.id() {
            drop(book);
            report(&tally, &[], &[])?;
            return Ok(tally);
        }
        let model = teach(&self.base, &counting(&lessons))
            .map_err(|error| CommandError::Data(error.to_string()))?;
        let standard = check(&self.base, &model, &place, self.gate, self.accept_worse)?;
        let place = InPlace {
            base: self.base.id(),
            standard,
            ..place
        };
        if !is_there(&book, &model, &place)? {
            let making = Making {
                made: now(),
                why,
                lessons: counting(&lessons).len(),
            };
            book.install(&model, &making, &place)?;
        }
        book.close()?;
        self.state.sweep_versions()?;
        report(&tally, &before, &lessons)?;
        Ok(tally)
    }
}

/// The directory for lessons.
pub(super) fn place(
    config: &Config,
    flag: Option<&std::path::Path>,
) -> Result<StatePlace, CommandError> {
    config.state_place(flag).ok_or_else(|| {
        CommandError::CannotCreate(
            "no place to keep lessons: neither XDG_STATE_HOME nor HOME is set; give one with --state DIR"
                .to_owned(),
        )
    })
}

/// The model in place; before the first lesson the base itself becomes the first version, so that
/// one can go back to it.
fn first(book: &LessonBook<'_>, base: &Model) -> Result<InPlace, CommandError> {
    if let Some(place) = book.in_place()? {
        return Ok(place);
    }
    let place = InPlace {
        version: 0,
        base: base.id(),
        standard: None,
    };
    let making = Making {
        made: now(),
        why: "before the first lesson",
        lessons: 0,
    };
    let version = book.install(base, &making, &place)?;
    Ok(InPlace { version, ..place })
}

/// True if the version in place is this very model: no lesson that counts has changed.
fn is_there(book: &LessonBook<'_>, model: &Model, place: &InPlace) -> Result<bool, CommandError> {
    let versions = book.versions()?;
    let in_place = versions
        .iter()
        .find(|version| version.version == place.version);
    let sha256 = model.sha256();
    let is_same_base = book.in_place()?.is_some_and(|old| old == *place);
    Ok(is_same_base && in_place.is_some_and(|version| version.sha256 == sha256))
}

/// Lets a model pass or refuses it. Gives back the figures that the next one is measured against:
/// the best that were reached, so that many small harms are not taken for none. Taking lessons
/// back starts from the base again.
fn check(
    base: &Model,
    model: &Model,
    place: &InPlace,
    gate: Gate,
    accept_worse: AcceptWorse,
) -> Result<Option<(f64, f64)>, CommandError> {
    if gate == Gate::Open {
        return Ok(None);
    }
    let canary = Canary::shipped();
    let judge = |model: &Model| {
        let figures = canary.judge(model);
        figures.map_err(|error| CommandError::Data(error.to_string()))
    };
    let after = judge(model)?;
    let before = match place.standard.filter(|_| place.base == base.id()) {
        Some((log_loss, genuine_log_loss)) => CanaryFigures {
            log_loss,
            genuine_log_loss,
            ..after
        },
        None => judge(base)?,
    };
    let standard = match (before.admit(after), accept_worse) {
        (Ok(()), _) => before.best(after),
        (Err(_), AcceptWorse::Yes) => after,
        (Err(worse), AcceptWorse::No) => {
            return Err(CommandError::Refused(format!(
                "{worse}; nothing was learned: check the labels, or insist with --accept-worse"
            )));
        }
    };
    Ok(Some((standard.log_loss, standard.genuine_log_loss)))
}

/// Says what became of the messages, and which new lessons do not count.
fn report(tally: &Tally, before: &[Lesson], after: &[Lesson]) -> Result<(), CommandError> {
    let mut out = anstream::stdout().lock();
    let parts: Vec<String> = tally
        .iter()
        .map(|(outcome, n)| format!("{n} {}", outcome.describe()))
        .collect();
    writeln!(out, "{}", parts.join(", "))?;
    let mut held: BTreeMap<String, usize> = BTreeMap::new();
    let standings = standings(after);
    for (lesson, standing) in after.iter().zip(&standings) {
        if *standing != Standing::Counts && !before.contains(lesson) {
            *held.entry(standing.describe()).or_default() += 1;
        }
    }
    for (why, n) in held {
        writeln!(out, "{n} kept but not counted: {why}")?;
    }
    if !after.is_empty() || !before.is_empty() {
        let counting = standings
            .iter()
            .filter(|standing| **standing == Standing::Counts)
            .count();
        match after.len() {
            1 if counting == 1 => writeln!(out, "1 lesson, it counts")?,
            1 => writeln!(out, "1 lesson, it does not count")?,
            n => writeln!(out, "{n} lessons, {counting} count")?,
        }
    }
    Ok(())
}
