//! The whole account of one verdict: evidence for and against every label, the runner-up, and
//! what tipped the balance.

use serde::Serialize;

use super::tipping::{Tipping, tipping};
use super::{Pull, Reason, reasons_about};
use crate::decide::{LabelProbabilities, Policy, Verdict, likeliest};
use crate::label::Label;
use crate::model::Model;
use crate::triage::Triage;

/// The whole account of one verdict.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// Evidence about each label, in the order of all tables.
    pub labels: Vec<LabelEvidence>,
    /// The second likeliest label; null when out of scope.
    pub runner_up: Option<RunnerUp>,
    /// The smallest set of evidence without which the verdict would be another.
    pub tipping: Tipping,
}

/// Evidence about one label.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LabelEvidence {
    /// The label.
    pub label: Label,
    /// Its probability.
    pub probability: f64,
    /// What speaks for it, strongest first.
    pub supporting: Vec<Evidence>,
    /// What speaks against it, strongest first.
    pub opposing: Vec<Evidence>,
}

/// One piece of evidence.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Evidence {
    /// What was found, in words.
    pub what: String,
    /// How strongly it pulls: calibrated log-odds; 0 for a rule, which needs none.
    pub weight: f64,
    /// Hash of the event's name; none for a rule or a fact of the sender's past.
    #[serde(skip)]
    pub event: Option<u64>,
}

/// The label that came second.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RunnerUp {
    /// The label.
    pub label: Label,
    /// Its probability.
    pub probability: f64,
}

impl Explanation {
    /// Accounts for a verdict, with at most `limit` pieces of evidence on each side of a label.
    pub fn of(triage: &Triage, model: &Model, policy: &Policy, limit: usize) -> Explanation {
        Explanation {
            labels: Label::ALL
                .into_iter()
                .map(|label| LabelEvidence::of(triage, model, label, limit))
                .collect(),
            runner_up: runner_up(triage.decision.verdict, &triage.probabilities),
            tipping: tipping(triage, model, policy),
        }
    }
}

impl LabelEvidence {
    fn of(triage: &Triage, model: &Model, label: Label, limit: usize) -> LabelEvidence {
        let reasons = reasons_about(triage, model, label, limit);
        let side = |pull: Pull| -> Vec<Evidence> {
            let of_side = |reason: &&Reason| reason.pull == pull;
            reasons
                .iter()
                .filter(of_side)
                .map(|reason| Evidence {
                    what: reason.what.clone(),
                    weight: reason.weight,
                    event: reason.event,
                })
                .collect()
        };
        LabelEvidence {
            label,
            probability: triage.probabilities[label.index()],
            supporting: side(Pull::For),
            opposing: side(Pull::Against),
        }
    }
}

/// The likeliest label but one; of equals, the first. None if the mail is out of scope.
pub(crate) fn runner_up(verdict: Verdict, probabilities: &LabelProbabilities) -> Option<RunnerUp> {
    if verdict == Verdict::OutOfScope {
        return None;
    }
    let first = likeliest(probabilities);
    let others = Label::ALL.into_iter().filter(|label| *label != first);
    let mut second: Option<RunnerUp> = None;
    for label in others {
        let probability = probabilities[label.index()];
        if second.is_none_or(|second| probability > second.probability) {
            second = Some(RunnerUp { label, probability });
        }
    }
    second
}
