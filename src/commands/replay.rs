//! `anteroom replay`

mod labels;

use std::io::Write;

use comfy_table::Cell;

use super::{CommandError, Judge, Notes, classify, inputs, labelled, table};
use crate::cli::{self, LabelFolder};
use crate::features::Evidence;
use crate::message::Message;
use crate::replay::{Replay, Start, Tally, Truth, Waiting, replay};
use crate::source::Content;
use crate::source::Rest;
use labels::{Labels, truth_of};

pub(super) fn run(args: &cli::Replay, judge: &Judge, notes: Notes) -> Result<(), CommandError> {
    let start = match args.from_scratch {
        true => Start::Empty(judge.policy.scope.evidence()),
        false => Start::From(&judge.model),
    };
    let by = (judge, start.evidence());
    let found = match (&args.labels, args.paths.as_slice()) {
        (Some(file), paths) => by_list(paths, &labels::read(file)?, by, notes)?,
        (None, [dir]) => by_folder(dir, by, notes)?,
        (None, _) => {
            return Err(CommandError::Data(
                "several paths and no labels; expected --labels FILE, or one directory with a folder a label".to_owned(),
            ));
        }
    };
    if found.messages.is_empty() {
        return Err(CommandError::Data(format!(
            "no message has both a label and a date: {} without a label, {} without a date",
            found.unlabelled, found.undated
        )));
    }
    for (count, what) in [
        (found.unlabelled, "without a label"),
        (found.undated, "without a date"),
    ] {
        if count > 0 {
            notes.say(&format!("anteroom: left out {count} messages {what}"));
        }
    }
    let replay = replay(found.messages, &start, &judge.policy)
        .map_err(|error| CommandError::Data(error.to_string()))?;
    if args.json {
        let text = serde_json::to_string(&replay)
            .map_err(|error| CommandError::Internal(error.to_string()))?;
        writeln!(anstream::stdout().lock(), "{text}")?;
        return Ok(());
    }
    print(&replay)
}

/// Messages with a label and a date, and how many had none.
#[derive(Default)]
struct Found {
    messages: Vec<Waiting>,
    unlabelled: usize,
    undated: usize,
}

impl Found {
    fn add(&mut self, message: Option<Waiting>) {
        match message {
            Some(message) => self.messages.push(message),
            None => self.undated += 1,
        }
    }
}

fn by_folder(
    dir: &std::path::Path,
    (judge, evidence): (&Judge, Evidence),
    notes: Notes,
) -> Result<Found, CommandError> {
    let by = (&judge.policy, evidence);
    let mut folders = LabelFolder::all();
    folders.extend("out-of-scope".parse());
    let truths: Vec<Truth> = folders
        .iter()
        .filter_map(|one| truth_of(&one.label))
        .collect();
    let read = labelled::read_as(dir, &folders, notes, |content, class| {
        Waiting::read(content, &judge.owner, truths[class], by)
    })?;
    let mut found = Found::default();
    read.into_iter().for_each(|one| found.add(one.read));
    Ok(found)
}

fn by_list(
    paths: &[std::path::PathBuf],
    labels: &Labels,
    (judge, evidence): (&Judge, Evidence),
    notes: Notes,
) -> Result<Found, CommandError> {
    let by = (&judge.policy, evidence);
    let mut found = Found::default();
    inputs::for_each(
        paths,
        Rest::Skip,
        notes,
        |raw| {
            let Content::Mail(bytes) = &raw.content else {
                return None;
            };
            let id = Message::parse(bytes).message_id()?;
            let truth = labels.of(&id)?;
            Some(Waiting::read(&raw.content, &judge.owner, truth, by))
        },
        |_, read| {
            match read {
                Some(message) => found.add(message),
                None => found.unlabelled += 1,
            }
            Ok(())
        },
    )?
    .complete()?;
    Ok(found)
}

fn print(replay: &Replay) -> Result<(), CommandError> {
    let mut rows = table::new(&[
        "from",
        "messages",
        "right",
        "wrong",
        "unsure",
        "passed over",
        "genuine filed away",
        "spam caught",
        "accuracy so far",
    ]);
    for tally in &replay.periods {
        rows.add_row(row(&tally.period, tally));
    }
    rows.add_row(row("all", &replay.total));
    classify::print(&rows)?;
    let total = &replay.total;
    let mut out = anstream::stdout().lock();
    writeln!(
        out,
        "\nOf {} genuine messages {} were filed away (by this much mail shown to be below {:.1} %), {} of them as spam (below {:.1} %).\nThe error budget is {:.1} %. Nothing was changed.",
        total.genuine,
        total.genuine_filed_away,
        100.0 * replay.filed_away_upper,
        total.genuine_as_spam,
        100.0 * replay.as_spam_upper,
        100.0 * replay.error_budget
    )?;
    if replay.seen_before > 0 {
        writeln!(out, "{}", seen_before(replay))?;
    }
    Ok(())
}

/// What the figures are worth if the model has learned from this very mail.
fn seen_before(replay: &Replay) -> String {
    format!(
        "By all signs the model has seen {} of the {} messages before: it has counted every word of them. What it\nsays of those is remembered and not judged, so mail it does not know will fare worse; --from-scratch, or a\nmodel made of other mail, shows how.",
        replay.seen_before, replay.total.messages
    )
}

fn row(period: &str, tally: &Tally) -> Vec<Cell> {
    let part = |part: usize, whole: usize| match whole {
        0 => table::number("-"),
        _ => table::number(format!("{part} of {whole}")),
    };
    vec![
        Cell::new(period),
        table::number(tally.messages),
        table::number(tally.right),
        table::number(tally.wrong),
        table::number(tally.unsure),
        table::number(tally.passed_over),
        part(tally.genuine_filed_away, tally.genuine),
        part(tally.spam_caught, tally.spam),
        table::number(format!("{:.1} %", 100.0 * tally.accuracy_so_far)),
    ]
}
