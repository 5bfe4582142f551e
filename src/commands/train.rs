//! `anteroom train`

use std::io::Write;

use super::{CommandError, Notes, count_of, labelled, load_model, teach};
use crate::cli::{LabelFolder, Labelled, Train};
use crate::config::Config;
use crate::features::Evidence;
use crate::label::Label;
use crate::learn::{
    self, Comparison, Example, Figures, Lesson, compare, counting, train_for_lessons,
};
use crate::model::Model;
use crate::owner::Owner;
use crate::state::State;

pub(super) fn run(args: &Train, config: &Config, notes: Notes) -> Result<(), CommandError> {
    let data = |error: learn::LearnError| CommandError::Data(error.to_string());
    let in_place = in_place(args, notes)?;
    let owner = super::owner(config, &[])?;
    let mut examples = read(&args.inputs, (&owner, args.scope.evidence()), notes)?;
    let lessons = match args.lessons {
        true => lessons(args, config)?,
        false => Vec::new(),
    };
    let lessons = counting(&lessons, args.scope.evidence());
    let present = present(&examples, &lessons);
    for example in &mut examples {
        let label = Label::ALL[example.class];
        let class = present.iter().position(|own| *own == label);
        example.class = class.unwrap_or_default();
    }
    let n_messages = examples.len();
    examples.extend(
        lessons
            .iter()
            .map(|lesson| learn::example(lesson, &present)),
    );
    let (model, held_out) = train_for_lessons(&present, &examples, lessons.len()).map_err(data)?;
    let comparison = match in_place {
        Some(old) => {
            let old = learn::teach(&old, &lessons).map_err(data)?;
            compare(&old, &present, &examples, &held_out).map_err(data)?
        }
        None => None,
    };
    let mut out = anstream::stdout().lock();
    if let Some(comparison) = &comparison {
        print(&mut out, comparison)?;
        let is_worse = comparison.new.is_worse_than(&comparison.in_place);
        if is_worse && args.out.exists() && !args.accept_worse {
            return Err(CommandError::Refused(format!(
                "{}: the model there is better on held-out mail; it was left as it is, --accept-worse replaces it",
                args.out.display()
            )));
        }
    }
    model.save(&args.out)?;
    let summary = &model.metadata.held_out;
    writeln!(
        out,
        "{}: {n_messages} messages, {} labels, {} events; held out: accuracy {:.3}, log loss {:.3}",
        args.out.display(),
        present.len(),
        model.metadata.events,
        summary.accuracy,
        summary.log_loss
    )?;
    if !lessons.is_empty() {
        writeln!(
            out,
            "fitted to {} too; lessons stay where they are",
            count_of(lessons.len(), "lesson")
        )?;
    }
    Ok(())
}

/// The labelled mail of the command line; classes are positions in [`Label::ALL`].
fn read(
    inputs: &[Labelled],
    by: (&Owner, Evidence),
    notes: Notes,
) -> Result<Vec<Example>, CommandError> {
    let labels = LabelFolder::all();
    let mut examples = Vec::new();
    for input in inputs {
        match input {
            Labelled::Folders(dir) => {
                let found = labelled::read(dir, &labels, by, notes)?;
                examples.extend(found.into_iter().map(|found| found.read));
            }
            Labelled::One(label, path) => {
                examples.extend(labelled::read_one(path, label.index(), by, notes)?);
            }
        }
    }
    Ok(examples)
}

/// The lessons of the state store.
fn lessons(args: &Train, config: &Config) -> Result<Vec<Lesson>, CommandError> {
    let place = teach::place(config, args.state.state.as_deref())?;
    match State::look(place.path())? {
        Some(state) => Ok(state.lessons()?),
        None => Err(CommandError::Missing(format!(
            "{}: no lessons there; leave --lessons out, or give their directory with --state",
            place.path().display()
        ))),
    }
}

/// The labels that occur, in their order.
fn present(examples: &[Example], lessons: &[&Lesson]) -> Vec<Label> {
    Label::ALL
        .into_iter()
        .filter(|label| {
            let is_taught = lessons.iter().any(|lesson| lesson.label == *label);
            is_taught || examples.iter().any(|own| own.class == label.index())
        })
        .collect()
}

/// The model to compare with: the one that would be replaced, else the shipped one if it counts the
/// same of a message. One that cannot be used cannot be better.
fn in_place(args: &Train, notes: Notes) -> Result<Option<Model>, CommandError> {
    let (out, evidence) = (args.out.as_path(), args.scope.evidence());
    if !out.exists() {
        return match evidence {
            Evidence::Contact => Ok(Some(load_model(None)?)),
            Evidence::Mail => Ok(None),
        };
    }
    if !Model::may_be_in(out) {
        return Err(CommandError::CannotCreate(format!(
            "{}: is there and is no model; it was left as it is, give another file with --out",
            out.display()
        )));
    }
    match Model::load(out) {
        Ok(model) if model.metadata.evidence != evidence && !args.accept_worse => {
            Err(CommandError::Refused(format!(
                "{}: the model there was trained with another --scope, so the two cannot be compared; it was left as it is, --accept-worse replaces it",
                out.display()
            )))
        }
        Ok(model) => Ok(Some(model).filter(|model| model.metadata.evidence == evidence)),
        Err(error) => {
            notes.say(&format!("anteroom: {error}\nanteroom: it is replaced"));
            Ok(None)
        }
    }
}

fn print(out: &mut impl Write, comparison: &Comparison) -> Result<(), CommandError> {
    let line = |figures: &Figures| {
        format!(
            "accuracy {:.3}, log loss {:.3}, genuine recognised {:.1} % of {}",
            figures.accuracy,
            figures.log_loss,
            100.0 * figures.genuine_recall,
            figures.genuine
        )
    };
    writeln!(
        out,
        "on the same {} held-out messages:\n  before  {}\n  after   {}",
        comparison.new.messages,
        line(&comparison.in_place),
        line(&comparison.new)
    )?;
    Ok(())
}
