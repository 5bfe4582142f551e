//! `anteroom learn`, `unlearn`, `relabel` and `forget`: a change of the lessons and the model that
//! follows from it, both or neither.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use super::inputs::{self, Unread};
use super::{CommandError, Notes, load_model, now, online};
use crate::account::{Account, AccountName, FolderPath};
use crate::cli::{Forget, Learn, Relabel, Teaching, Unlearn};
use crate::config::{Config, StatePlace};
use crate::corrections::import;
use crate::features::Evidence;
use crate::label::Label;
use crate::learn::{Identity, Lesson, Origin, Standing, standings};
use crate::mailstore::{MailError, MailboxName};
use crate::model::Model;
use crate::owner::Owner;
use crate::school::{Admission, Outcome, School, SchoolError, Tally, Taught, why_no_lesson};
use crate::source::Rest;
use crate::state::State;

pub(super) fn learn(args: &Learn, config: &Config, notes: Notes) -> Result<(), CommandError> {
    if let Some(folder) = &args.from_folder {
        return from_folder(folder, args, config, notes);
    }
    let owner = super::owner(config, &[])?;
    let base = base(&args.teaching, config)?;
    let by = (&owner, base.counts.evidence());
    let read = read(&args.paths, (args.label, args.origin), by, notes)?;
    let why = format!("learn {}", args.label);
    let mut class = Class::open(base, &args.teaching, config, Gate::Guarded, notes)?;
    let tally = class.teach(|school| school.learn(&why, &read.lessons))?;
    read.unread.complete()?;
    let told = "known under another label, which stays; if it is wrong";
    let mend = again("relabel", args.label, &args.paths, &args.teaching);
    left_undone(&tally, Outcome::KnownOtherwise, told, &mend)
}

/// Learns a folder at the mail server that was sorted long ago.
fn from_folder(
    folder: &FolderPath,
    args: &Learn,
    config: &Config,
    notes: Notes,
) -> Result<(), CommandError> {
    let account = only_account(args.account.as_ref(), config)?;
    let owner = super::owner(config, &[])?;
    let base = base(&args.teaching, config)?;
    let by = (base.counts.evidence(), &owner, now());
    let mut server = online::open(account)?;
    let mailbox = server
        .namespace
        .resolve(folder)
        .map_err(|error| CommandError::Data(format!("{}: {error}", account.name)))?;
    let bar = inputs::progress(notes);
    let session = &mut server.session;
    let imported = import(session, &mailbox, args.label, by, |n| {
        bar.inc(n as u64);
    });
    bar.finish_and_clear();
    server.session.log_out();
    let imported = imported.map_err(|error| not_imported(account, &mailbox, &error))?;
    for (number, why) in [
        (imported.unreadable, "passed over, they cannot be read"),
        (imported.left_out, "older ones left out"),
    ] {
        if number > 0 {
            notes.say(&format!("anteroom: {mailbox}: {number} messages: {why}"));
        }
    }
    if imported.lessons.is_empty() {
        let what = format!("{mailbox}: no mail to learn from; nothing was learned");
        return Err(CommandError::Data(what));
    }
    let why = format!("learn {} from a folder", args.label);
    let mut class = Class::open(base, &args.teaching, config, Gate::Guarded, notes)?;
    let tally = class.teach(|school| school.learn(&why, &imported.lessons))?;
    let told = "known under another label, which stays";
    left_undone(
        &tally,
        Outcome::KnownOtherwise,
        told,
        "anteroom lessons list",
    )
}

/// A folder that could not be read to the end: the server has it not, or the connection is lost.
fn not_imported(account: &Account, mailbox: &MailboxName, error: &MailError) -> CommandError {
    match error {
        MailError::Refused { .. } => {
            CommandError::Data(format!("{}: {mailbox}: {error}", account.name))
        }
        _ => online::failed(
            account,
            format_args!("{mailbox}: {error}; nothing was learned"),
            online::mail_trouble(error),
        ),
    }
}

/// The account that is named, or the only one there is.
fn only_account<'a>(
    named: Option<&AccountName>,
    config: &'a Config,
) -> Result<&'a Account, CommandError> {
    let accounts = config.accounts();
    let found = match (named, accounts) {
        (Some(name), _) => accounts.iter().find(|account| account.name == *name),
        (None, [only]) => Some(only),
        (None, _) => None,
    };
    found.ok_or_else(|| {
        CommandError::Setup(format!(
            "name one of the accounts with --account; there is {}",
            super::run::names(accounts)
        ))
    })
}

pub(super) fn relabel(args: &Relabel, config: &Config, notes: Notes) -> Result<(), CommandError> {
    let owner = super::owner(config, &[])?;
    let base = base(&args.teaching, config)?;
    let by = (&owner, base.counts.evidence());
    let read = read(&args.paths, (args.label, Origin::Command), by, notes)?;
    let why = format!("relabel {}", args.label);
    let mut class = Class::open(base, &args.teaching, config, Gate::Guarded, notes)?;
    let tally = class.teach(|school| school.relabel(&why, &read.lessons))?;
    read.unread.complete()?;
    let told = "never learned; for that";
    let mend = again("learn", args.label, &args.paths, &args.teaching);
    left_undone(&tally, Outcome::NotLearned, told, &mend)
}

pub(super) fn unlearn(args: &Unlearn, config: &Config, notes: Notes) -> Result<(), CommandError> {
    // Label and relations play no part: lessons go by the message they are about.
    let owner = config.owner();
    let base = base(&args.teaching, config)?;
    let by = (&owner, base.counts.evidence());
    let read = read(&args.paths, (Label::Genuine, Origin::Command), by, notes)?;
    let identities: Vec<Identity> = read.lessons.iter().map(|lesson| lesson.identity).collect();
    let mut class = Class::open(base, &args.teaching, config, Gate::Open, notes)?;
    let tally = class.teach(|school| school.unlearn(&identities))?;
    read.unread.complete()?;
    let unknown = match args.if_known {
        true => Unknown::Passes,
        false => Unknown::Fails,
    };
    never_learned(&tally, unknown)
}

pub(super) fn forget(args: &Forget, config: &Config, notes: Notes) -> Result<(), CommandError> {
    let named = |message: &String| {
        let named = Identity::of_message_id(message);
        [named, Identity::parse_hex(message).unwrap_or(named)]
    };
    let names: Vec<[Identity; 2]> = args.messages.iter().map(named).collect();
    let base = base(&args.teaching, config)?;
    let mut class = Class::open(base, &args.teaching, config, Gate::Open, notes)?;
    let tally = class.teach(|school| school.forget(&names))?;
    let unknown = match args.if_known {
        true => Unknown::Passes,
        false => Unknown::Fails,
    };
    never_learned(&tally, unknown)
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

/// A command about the same mail, which teaches the same model.
fn again(command: &str, label: Label, paths: &[PathBuf], teaching: &Teaching) -> String {
    let option = |name: &str, path: &Option<PathBuf>| {
        path.as_ref()
            .map(|path| format!(" {name} {}", shown(std::slice::from_ref(path))))
            .unwrap_or_default()
    };
    let model = option("--model", &teaching.model);
    let state = option("--state", &teaching.state.state);
    format!("anteroom {command} {label} {}{model}{state}", shown(paths))
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

/// What was read of mail to be taught, and what was not.
struct Read {
    lessons: Vec<Lesson>,
    unread: Unread,
}

/// Reads the lessons that all this mail is of one label. What cannot be read teaches nothing.
fn read(
    paths: &[PathBuf],
    (label, origin): (Label, Origin),
    (owner, evidence): (&Owner, Evidence),
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
                None => {
                    let read = (&message, &contact);
                    Ok(Lesson::of(evidence, read, label, origin, learned))
                }
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

/// Whether a new model must pass the canary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gate {
    /// It must.
    Guarded,
    /// It need not: what the owner takes back is theirs to take back.
    Open,
}

/// The model that a command line teaches to.
fn base(teaching: &Teaching, config: &Config) -> Result<Model, CommandError> {
    let path = teaching.model.as_deref().or(config.model.as_deref());
    Ok(load_model(path)?)
}

/// What a command line teaches to, and what it remembers.
pub(super) struct Class {
    base: Model,
    state: State,
    admission: Admission,
}

impl Class {
    pub(super) fn open(
        base: Model,
        teaching: &Teaching,
        config: &Config,
        gate: Gate,
        notes: Notes,
    ) -> Result<Class, CommandError> {
        let place = place(config, teaching.state.state.as_deref())?;
        if let StatePlace::Usual(path) = &place
            && !path.exists()
        {
            notes.say(&format!(
                "anteroom: lessons are kept in {} from now on; --state or state = \"…\" would give another place",
                path.display()
            ));
        }
        Ok(Class {
            base,
            state: State::open(place.path())?,
            admission: match (gate, teaching.accept_worse) {
                (Gate::Open, _) => Admission::Open,
                (Gate::Guarded, true) => Admission::Insisted,
                (Gate::Guarded, false) => Admission::Guarded,
            },
        })
    }

    /// Teaches and says what came of it.
    pub(super) fn teach(
        &mut self,
        change: impl FnOnce(&mut School<'_>) -> Result<Taught, SchoolError>,
    ) -> Result<Tally, CommandError> {
        let mut school = School::new(&self.base, &mut self.state, self.admission, now());
        let taught = change(&mut school).map_err(refusal)?;
        match taught.model.is_none() && taught.before == taught.lessons {
            true => report(&taught.tally, &[], &[], &[])?,
            false => {
                let standings = standings(&taught.lessons, taught.evidence);
                report(&taught.tally, &taught.before, &taught.lessons, &standings)?;
            }
        }
        Ok(taught.tally)
    }
}

fn refusal(error: SchoolError) -> CommandError {
    match error {
        SchoolError::State(error) => CommandError::State(error),
        SchoolError::Worse(worse) => CommandError::Refused(format!(
            "{worse}; nothing was learned: check the labels, or insist with --accept-worse"
        )),
        other => CommandError::Data(other.to_string()),
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

/// Says what became of the messages, and which new lessons do not count.
fn report(
    tally: &Tally,
    before: &[Lesson],
    after: &[Lesson],
    standings: &[Standing],
) -> Result<(), CommandError> {
    let mut out = anstream::stdout().lock();
    let parts: Vec<String> = tally
        .iter()
        .map(|(outcome, n)| format!("{n} {}", outcome.describe()))
        .collect();
    writeln!(out, "{}", parts.join(", "))?;
    let mut held: BTreeMap<String, usize> = BTreeMap::new();
    for (lesson, standing) in after.iter().zip(standings) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_connection_is_no_unreadable_folder() {
        let code = |error: MailError| {
            not_imported(&Account::example(), &MailboxName::inbox(), &error).code()
        };
        assert_eq!(code(MailError::Lost("reset".to_owned())), 75);
        let text = "no such mailbox".to_owned();
        assert_eq!(code(MailError::Refused { code: None, text }), 65);
    }
}
