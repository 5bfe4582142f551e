//! `anteroom evaluate`

use std::io::Write;

use super::{CommandError, Notes, classify, labelled, table};
use crate::cli::Evaluate;
use crate::decide::Policy;
use crate::evaluate::{Evaluation, cross_validate, summarise};
use crate::label::Label;
use crate::owner::Owner;

pub(super) fn run(args: &Evaluate, owner: &Owner, notes: Notes) -> Result<(), CommandError> {
    let names = if args.labels.is_empty() {
        Label::ALL.iter().map(ToString::to_string).collect()
    } else {
        args.labels.clone()
    };
    let found = labelled::read(&args.dir, &names, owner, notes)?;
    let examples: Vec<_> = found.iter().map(|found| found.example.clone()).collect();
    let policy = Policy {
        error_budget: args.error_budget,
        ..Policy::default()
    };
    let predictions = cross_validate(&examples, &names, &policy)
        .map_err(|error| CommandError::Data(format!("{}: {error}", args.dir.display())))?;
    let evaluation = summarise(&predictions, &names);
    let mut out = anstream::stdout().lock();
    if args.json {
        let text = serde_json::to_string(&evaluation)
            .map_err(|error| CommandError::Internal(error.to_string()))?;
        writeln!(out, "{text}")?;
        return Ok(());
    }
    drop(out);
    print(&evaluation, &names)?;
    if args.errors {
        out = anstream::stdout().lock();
        for (found, prediction) in found.iter().zip(&predictions) {
            let best = prediction.best();
            if best != prediction.truth {
                writeln!(
                    out,
                    "{} is {} at {:.2}, taken for {} at {:.2}",
                    found.place,
                    names[prediction.truth],
                    prediction.probabilities[prediction.truth],
                    names[best],
                    prediction.probabilities[best]
                )?;
            }
        }
    }
    Ok(())
}

fn print(evaluation: &Evaluation, names: &[String]) -> Result<(), CommandError> {
    let mut labels = table::new(&["label", "messages", "precision", "recall", "F1"]);
    for figures in &evaluation.labels {
        labels.add_row(vec![
            comfy_table::Cell::new(&figures.label),
            table::number(figures.support),
            table::number(format!("{:.3}", figures.precision)),
            table::number(format!("{:.3}", figures.recall)),
            table::number(format!("{:.3}", figures.f1)),
        ]);
    }
    classify::print(&labels)?;
    let mut header = vec!["is \\ taken for"];
    header.extend(names.iter().map(String::as_str));
    let mut confusion = table::new(&header);
    for (name, row) in names.iter().zip(&evaluation.confusion) {
        let mut cells = vec![comfy_table::Cell::new(name)];
        cells.extend(row.iter().map(table::number));
        confusion.add_row(cells);
    }
    let mut out = anstream::stdout().lock();
    writeln!(out)?;
    drop(out);
    classify::print(&confusion)?;
    out = anstream::stdout().lock();
    writeln!(
        out,
        "\naccuracy {:.4}, macro-F1 {:.4}, log loss {:.4}, calibration error {:.4}\nunsure {:.1} %, genuine filed away {}, genuine filed as spam {}",
        evaluation.accuracy,
        evaluation.macro_f1,
        evaluation.log_loss,
        evaluation.calibration_error,
        100.0 * evaluation.unsure,
        evaluation.genuine_filed_away,
        evaluation.genuine_as_spam
    )?;
    Ok(())
}
