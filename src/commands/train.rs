//! `anteroom train`

use std::io::Write;

use super::{CommandError, Notes, labelled};
use crate::cli::{LabelFolder, Train};
use crate::label::Label;
use crate::learn::{Example, train};
use crate::owner::Owner;

pub(super) fn run(args: &Train, owner: &Owner, notes: Notes) -> Result<(), CommandError> {
    let labels = LabelFolder::all();
    let mut examples: Vec<Example> = Vec::new();
    for dir in &args.dirs {
        examples.extend(
            labelled::read(dir, &labels, owner, notes)?
                .into_iter()
                .map(|found| found.read),
        );
    }
    let present: Vec<Label> = Label::ALL
        .into_iter()
        .filter(|label| {
            examples
                .iter()
                .any(|example| example.class == label.index())
        })
        .collect();
    for example in &mut examples {
        let class = present
            .iter()
            .position(|label| label.index() == example.class);
        example.class = class.unwrap_or_default();
    }
    let model =
        train(&present, &examples).map_err(|error| CommandError::Data(error.to_string()))?;
    model.save(&args.out)?;
    let mut out = anstream::stdout().lock();
    let held_out = &model.metadata.held_out;
    writeln!(
        out,
        "{}: {} messages, {} labels, {} events; held out: accuracy {:.3}, log loss {:.3}",
        args.out.display(),
        examples.len(),
        present.len(),
        model.metadata.events,
        held_out.accuracy,
        held_out.log_loss
    )?;
    Ok(())
}
