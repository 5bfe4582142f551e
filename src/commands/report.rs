//! `anteroom report`

use std::io::Write;
use std::path::PathBuf;

use comfy_table::Cell;

use super::inputs::{self, Unread};
use super::{CommandError, Judge, Notes, classify, count_of, table};
use crate::cli;
use crate::config::StatePlace;
use crate::decide::Verdict;
use crate::report::{Entry, Report, Tally};
use crate::source::Rest;
use crate::state::State;

pub(super) fn run(args: &cli::Report, judge: &Judge, notes: Notes) -> Result<(), CommandError> {
    let before = match args.paths.as_slice() {
        [] => remembered(judge.place.as_ref(), notes)?,
        _ => None,
    };
    let (report, unread) = match before {
        Some(report) => (report, Unread::default()),
        None => judged(&args.paths, judge, notes)?,
    };
    if args.json {
        let text = serde_json::to_string(&report)
            .map_err(|error| CommandError::Internal(error.to_string()))?;
        writeln!(anstream::stdout().lock(), "{text}")?;
    } else {
        print(&report, unread.odd_rows)?;
    }
    unread.complete()
}

/// The report on mail.
fn judged(
    paths: &[PathBuf],
    judge: &Judge,
    notes: Notes,
) -> Result<(Report, Unread), CommandError> {
    let standard_input = [PathBuf::from("-")];
    let paths = if paths.is_empty() {
        &standard_input
    } else {
        paths
    };
    let mut tally = Tally::default();
    let unread = inputs::judge_each(
        paths,
        Rest::Skip,
        (judge, notes),
        |_, triage| Entry::of(&triage),
        |_, entry| {
            tally.add(entry);
            Ok(())
        },
    )?;
    Ok((tally.finish(), unread))
}

/// The report on what was decided in earlier runs; names are not kept, so nobody is named. None if
/// nobody named a state store and nothing was decided in the usual one.
fn remembered(place: Option<&StatePlace>, notes: Notes) -> Result<Option<Report>, CommandError> {
    let Some(place) = place else {
        return Ok(None);
    };
    let decisions = match State::look(place.path())? {
        Some(state) => state.decisions()?,
        None => Vec::new(),
    };
    if let StatePlace::Usual(path) = place {
        if decisions.is_empty() {
            return Ok(None);
        }
        notes.say(&format!(
            "anteroom: what was decided before, by {}; '-' reads standard input",
            path.display()
        ));
    }
    let mut tally = Tally::default();
    decisions.into_iter().for_each(|entry| tally.add(entry));
    Ok(Some(tally.finish()))
}

fn print(report: &Report, odd_rows: usize) -> Result<(), CommandError> {
    let say = |line: &str| writeln!(anstream::stdout().lock(), "{line}");
    let mut header = vec!["month", "platform"];
    header.extend(Verdict::ALL.iter().map(|verdict| verdict.name()));
    header.push("top asks");
    let mut months = table::new(&header);
    for month in &report.months {
        let mut cells = vec![
            Cell::new(month.month.as_deref().unwrap_or("undated")),
            Cell::new(&month.platform),
        ];
        cells.extend(Verdict::ALL.iter().map(|verdict| {
            let n = month.verdicts.get(verdict.name());
            table::number(n.map_or(String::new(), ToString::to_string))
        }));
        let top: Vec<String> = month
            .top
            .iter()
            .map(|(what, n)| format!("{n} {what}"))
            .collect();
        cells.push(Cell::new(top.join(", ")));
        months.add_row(cells);
    }
    classify::print(&months)?;
    if !report.genuine.is_empty() {
        say("\nWritten to you:")?;
        let mut genuine = table::new(&["month", "from", "subject", "platform"]);
        for person in &report.genuine {
            genuine.add_row(vec![
                Cell::new(person.month.as_deref().unwrap_or("undated")),
                Cell::new(table::cut(&person.from, 32)),
                Cell::new(table::cut(&person.subject, 60)),
                Cell::new(&person.platform),
            ]);
        }
        classify::print(&genuine)?;
    }
    say("\nWhat they want:")?;
    let mut wants = table::new(&["ask", "senders", "messages", "verdicts"]);
    for want in &report.wants {
        let verdicts: Vec<String> = Verdict::ALL
            .iter()
            .filter_map(|verdict| {
                let n = want.verdicts.get(verdict.name())?;
                Some(format!("{n} {}", verdict.name()))
            })
            .collect();
        wants.add_row(vec![
            Cell::new(&want.what),
            table::number(want.senders),
            table::number(want.messages),
            Cell::new(verdicts.join(", ")),
        ]);
    }
    classify::print(&wants)?;
    say(&format!(
        "\n{}.{} Nothing was changed.",
        count_of(report.messages, "message"),
        inputs::passed_over(odd_rows)
    ))?;
    Ok(())
}
