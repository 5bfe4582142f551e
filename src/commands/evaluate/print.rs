//! An evaluation as tables.

use std::io::Write;

use comfy_table::Cell;

use crate::commands::{CommandError, classify, table};
use crate::evaluate::{Bounded, CurvePoint, Evaluation, Report, SplitKind, SplitReport, Spread};

/// Misleading events that are shown.
const MISLEADING: usize = 8;

/// Prints a whole report.
pub(super) fn report(report: &Report) -> Result<(), CommandError> {
    if report.out_of_scope > 0 {
        say(&format!(
            "{} of the {} messages would be left alone as no inbound contact; they are judged here all the same.\n",
            report.out_of_scope, report.messages
        ))?;
    }
    for (position, split) in report.splits.iter().enumerate() {
        say(&heading(split))?;
        methods(split)?;
        if let (0, Some(own)) = (position, split.methods.first()) {
            say("")?;
            labels(&own.figures)?;
            say("")?;
            confusion(&own.figures, &report.labels)?;
        }
        say("")?;
    }
    curve(&report.learning_curve)?;
    misleading(report)
}

fn say(line: &str) -> Result<(), CommandError> {
    writeln!(anstream::stdout().lock(), "{line}")?;
    Ok(())
}

fn heading(split: &SplitReport) -> String {
    let how = match split.split {
        SplitKind::GroupedFolds => "5 folds, whole groups of a sender or a text in one",
        SplitKind::Time => "the past 70 % teaches, the rest is judged",
        SplitKind::Fixed => "the given split",
    };
    let only = match split.platform_mail_only {
        true => ", platform mail only",
        false => "",
    };
    let mut heading = format!(
        "{how}{only}: {} learned from, {} judged",
        split.train, split.test
    );
    if split.left_out > 0 {
        heading += &format!(", {} without a date left out", split.left_out);
    }
    if let Some(why) = &split.skipped {
        heading += &format!("\n  not judged: {why}");
    }
    heading
}

fn methods(split: &SplitReport) -> Result<(), CommandError> {
    let Some(own) = split.methods.first() else {
        return Ok(());
    };
    let mut header = vec!["", "accuracy", "macro-F1", "log loss", "ECE", "unsure"];
    header.push("filed right");
    let guarded = own.figures.genuine_filed_away.is_some();
    if guarded {
        header.extend(["genuine filed away", "genuine as spam"]);
    }
    let ranked = own.figures.ranking.is_some();
    if ranked {
        header.extend(["1-AUC", "spam missed"]);
    }
    let mut rows = table::new(&header);
    for method in &split.methods {
        let figures = &method.figures;
        let mut row = vec![
            Cell::new(method.method),
            share(figures.accuracy),
            table::number(format!("{:.3}", figures.macro_f1)),
            table::number(format!("{:.3}", figures.log_loss)),
            table::number(format!("{:.3}", figures.calibration_error)),
            share(figures.unsure),
            share(figures.filed_right),
        ];
        if guarded {
            row.push(bounded(figures.genuine_filed_away));
            row.push(bounded(figures.genuine_as_spam));
        }
        if let Some(ranking) = &figures.ranking {
            row.push(table::number(format!(
                "{:.3} %",
                100.0 * ranking.one_minus_auc
            )));
            row.push(share(ranking.spam_missed));
        }
        rows.add_row(row);
    }
    classify::print(&rows)
}

fn share(share: f64) -> Cell {
    table::number(format!("{:.1} %", 100.0 * share))
}

/// A count with what it proves.
fn bounded(bounded: Option<Bounded>) -> Cell {
    table::number(bounded.map_or(String::new(), |bounded| {
        format!(
            "{} of {} (< {:.1} %)",
            bounded.count,
            bounded.of,
            100.0 * bounded.upper
        )
    }))
}

fn labels(figures: &Evaluation) -> Result<(), CommandError> {
    let mut rows = table::new(&["label", "messages", "precision", "recall", "F1"]);
    for figures in &figures.labels {
        rows.add_row(vec![
            Cell::new(&figures.label),
            table::number(figures.support),
            table::number(format!("{:.3}", figures.precision)),
            table::number(format!("{:.3}", figures.recall)),
            table::number(format!("{:.3}", figures.f1)),
        ]);
    }
    classify::print(&rows)
}

fn confusion(figures: &Evaluation, names: &[String]) -> Result<(), CommandError> {
    let mut header = vec!["is \\ taken for"];
    header.extend(names.iter().map(String::as_str));
    let mut rows = table::new(&header);
    for (name, row) in names.iter().zip(&figures.confusion) {
        let mut cells = vec![Cell::new(name)];
        cells.extend(row.iter().map(table::number));
        rows.add_row(cells);
    }
    classify::print(&rows)
}

fn curve(points: &[CurvePoint]) -> Result<(), CommandError> {
    let Some(first) = points.first() else {
        return Ok(());
    };
    say(&format!(
        "learning curve, mean of {} draws (lowest to highest)",
        first.seeds
    ))?;
    let spread = |s: Spread| {
        table::number(format!(
            "{:.3} ({:.3} to {:.3})",
            s.mean, s.lowest, s.highest
        ))
    };
    let mut rows = table::new(&["a label", "in all", "accuracy", "macro-F1", "log loss"]);
    for point in points {
        rows.add_row(vec![
            table::number(point.per_class),
            table::number(point.train),
            spread(point.accuracy),
            spread(point.macro_f1),
            spread(point.log_loss),
        ]);
    }
    classify::print(&rows)?;
    say("")
}

fn misleading(report: &Report) -> Result<(), CommandError> {
    if report.misleading.is_empty() {
        return Ok(());
    }
    say("what misled most, over all wrongly judged messages of the first table")?;
    let mut rows = table::new(&["pull", "messages", "evidence", "they are", "taken for"]);
    for one in report.misleading.iter().take(MISLEADING) {
        rows.add_row(vec![
            table::number(format!("{:.1}", one.pull)),
            table::number(one.messages),
            Cell::new(table::cut(&one.what, 40)),
            Cell::new(&one.truth),
            Cell::new(&one.towards),
        ]);
    }
    classify::print(&rows)
}
