//! `anteroom evaluate`

mod print;

use std::io::Write;
use std::path::Path;

use super::labelled::{self, Found};
use super::{CommandError, Notes};
use crate::cli::{Ablation, Evaluate, LabelFolder};
use crate::decide::Policy;
use crate::evaluate::{Case, Comparison, Forms, Plan, Prediction, Report, Task, Vocabulary, page};
use crate::features::{Evidence, Features};
use crate::model::{Readers, write_whole};
use crate::owner::Owner;

pub(super) fn run(args: &Evaluate, owner: &Owner, notes: Notes) -> Result<(), CommandError> {
    let dirs: Vec<&Path> = match (&args.train, &args.test) {
        (Some(train), Some(test)) => vec![train, test],
        _ => vec![&args.dir],
    };
    let labels = labels(args, &dirs)?;
    let names: Vec<String> = labels.iter().map(|label| label.label.clone()).collect();
    let forms = match args.ablate {
        None => Forms::Extracted,
        Some(Ablation::Extraction) => Forms::All,
    };
    let mut collection = Collection::new(forms, args.scope.evidence());
    let mut first = 0;
    for dir in &dirs {
        first = collection.cases.len();
        collection.read(dir, &labels, owner, notes)?;
    }
    let plan = match first {
        0 => Plan::Collection,
        train => Plan::Fixed { train },
    };
    let policy = Policy {
        error_budget: args.error_budget,
        ..Policy::default()
    };
    let task = Task {
        cases: &collection.cases,
        names: &names,
        policy: &policy,
    };
    let comparison = match args.ablate {
        None => Comparison::Baselines,
        Some(Ablation::Extraction) => Comparison::Extraction,
    };
    let (report, predictions) = Report::make(&task, plan, comparison, &collection.vocabulary)
        .map_err(|error| CommandError::Data(format!("{}: {error}", dirs[0].display())))?;
    if let Some(path) = &args.html {
        let html = page(&report).map_err(|error| CommandError::Internal(error.to_string()))?;
        write_whole(path, html.as_bytes(), Readers::Everybody).map_err(|cause| {
            CommandError::CannotCreate(format!("{}: cannot be written: {cause}", path.display()))
        })?;
    }
    if args.json {
        return json(&report);
    }
    print::report(&report)?;
    if args.errors {
        errors(&predictions, &collection.places, &names)?;
    }
    Ok(())
}

/// The labels that were asked for and that one of the directories has.
fn labels(args: &Evaluate, dirs: &[&Path]) -> Result<Vec<LabelFolder>, CommandError> {
    let labels = match args.labels.is_empty() {
        true => LabelFolder::all(),
        false => args.labels.clone(),
    };
    let twice = |label: &&LabelFolder| {
        let same = |other: &&LabelFolder| other.label == label.label;
        labels.iter().filter(same).count() > 1
    };
    match labels.iter().find(twice) {
        Some(label) => Err(CommandError::Data(format!(
            "--labels: '{}' is there twice; expected each label once",
            label.label
        ))),
        None => Ok(labelled::present(dirs, labels)),
    }
}

/// Labelled messages in every form that is compared.
struct Collection {
    forms: Forms,
    evidence: Evidence,
    cases: Vec<Case>,
    places: Vec<String>,
    vocabulary: Vocabulary,
}

impl Collection {
    fn new(forms: Forms, evidence: Evidence) -> Collection {
        Collection {
            forms,
            evidence,
            cases: Vec::new(),
            places: Vec::new(),
            vocabulary: Vocabulary::default(),
        }
    }

    fn read(
        &mut self,
        dir: &Path,
        labels: &[LabelFolder],
        owner: &Owner,
        notes: Notes,
    ) -> Result<(), CommandError> {
        let found = labelled::read_as(dir, labels, notes, |content, class| {
            Case::read(content, owner, class, self.forms, self.evidence)
        })?;
        for found in found {
            let Found::<(Case, Features)> { read, place } = found;
            self.vocabulary.add(&read.1);
            self.cases.push(read.0);
            self.places.push(place);
        }
        Ok(())
    }
}

fn json(report: &Report) -> Result<(), CommandError> {
    let text =
        serde_json::to_string(report).map_err(|error| CommandError::Internal(error.to_string()))?;
    writeln!(anstream::stdout().lock(), "{text}")?;
    Ok(())
}

/// Every message of the first split whose likeliest label is wrong.
fn errors(
    predictions: &[Prediction],
    places: &[String],
    names: &[String],
) -> Result<(), CommandError> {
    let mut out = anstream::stdout().lock();
    writeln!(out)?;
    let mut wrong: Vec<_> = predictions.iter().filter(|one| !one.is_right()).collect();
    wrong.sort_by_key(|one| one.case);
    for prediction in wrong {
        let best = prediction.best();
        writeln!(
            out,
            "{} is {} at {:.2}, taken for {} at {:.2}",
            places[prediction.case],
            names[prediction.truth],
            prediction.probabilities[prediction.truth],
            names[best],
            prediction.probabilities[best]
        )?;
    }
    Ok(())
}
