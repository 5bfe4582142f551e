//! `anteroom model`

use std::io::Write;
use std::path::Path;

use super::{CommandError, classify, load_model, table};

/// The metadata as one JSON object.
pub(super) fn show_json(path: Option<&Path>) -> Result<(), CommandError> {
    let model = load_model(path)?;
    let text = serde_json::to_string_pretty(&model.metadata)
        .map_err(|error| CommandError::Internal(error.to_string()))?;
    writeln!(anstream::stdout().lock(), "{text}")?;
    Ok(())
}

/// The metadata for people.
pub(super) fn show(path: Option<&Path>) -> Result<(), CommandError> {
    let model = load_model(path)?;
    let metadata = &model.metadata;
    let mut out = anstream::stdout().lock();
    let name = path.map_or("the shipped model".to_owned(), |path| {
        path.display().to_string()
    });
    writeln!(
        out,
        "{name}: {} events, features version {}",
        metadata.events, metadata.features_version
    )?;
    writeln!(
        out,
        "held out: {} messages, accuracy {:.3}, log loss {:.3}\ncounts {}\n",
        metadata.held_out.messages,
        metadata.held_out.accuracy,
        metadata.held_out.log_loss,
        metadata.counts_sha256.as_deref().unwrap_or_default()
    )?;
    drop(out);
    let mut labels = table::new(&["label", "messages", "bias"]);
    for ((label, messages), bias) in metadata
        .labels
        .iter()
        .zip(&metadata.messages)
        .zip(&metadata.calibration.bias)
    {
        labels.add_row(vec![
            comfy_table::Cell::new(label.name()),
            table::number(messages),
            table::number(format!("{bias:+.2}")),
        ]);
    }
    classify::print(&labels)?;
    let mut out = anstream::stdout().lock();
    writeln!(out, "\nfiles away only below P(genuine):")?;
    for (budget, words) in [
        (0.002, "1 in 500"),
        (0.01, "1 in 100"),
        (0.02, "1 in 50"),
        (0.05, "1 in 20"),
    ] {
        match metadata.guard.threshold(budget) {
            Some(limit) => writeln!(out, "  budget {words:9} {limit:.4}")?,
            None => writeln!(
                out,
                "  budget {words:9} nothing is filed: {} genuine examples are too few to promise that",
                metadata.guard.n_genuine
            )?,
        }
    }
    Ok(())
}
