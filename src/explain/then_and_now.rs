//! A decision as it was made, beside what would be decided today, and what differs.

use std::collections::HashMap;

use serde::Serialize;

use super::grounds::{DecidedBy, Grounds, KeptPolicy, Weighed, facts, reason_name};
use super::{Pull, phrase, round, runner_up, sentence};
use crate::decide::{Verdict, likeliest};
use crate::explain::RunnerUp;
use crate::features::key_of;
use crate::label::Label;
use crate::model::Model;
use crate::triage::Triage;
use crate::verdict::Probabilities;

/// Probabilities closer than this look the same wherever they are shown.
const SAME_PROBABILITY: f64 = 0.0005;

/// A decision as it was made. As JSON it is the `decided` object of `anteroom.verdict/1`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ThenAndNow {
    /// When it was made, in seconds since 1970.
    pub decided_at: i64,
    /// By which model.
    pub model: ModelThen,
    /// By which version of the program.
    pub program: String,
    /// How sure was sure enough; null if a newer program wrote what this one cannot read.
    pub policy: Option<KeptPolicy>,
    /// The verdict.
    pub verdict: &'static str,
    /// The likeliest label.
    pub label: Label,
    /// The second likeliest.
    pub runner_up: Option<RunnerUp>,
    /// All four, summing to 1.
    pub probabilities: Probabilities,
    /// Name of the reason, such as `confident`, `rule` or `may-be-genuine`.
    pub reason: String,
    /// Name of the rule of the guide that decided, if one did.
    pub rule: Option<String>,
    /// The reason in one sentence.
    pub because: String,
    /// What was noted of the message's form, its sender and their past.
    pub facts: Vec<String>,
    /// The strongest evidence for and against `label`.
    pub reasons: Vec<ReasonThen>,
    /// What tipped the balance.
    pub tipping: TippingThen,
    /// What is not the same today; empty if all is.
    pub differs: Vec<Difference>,
}

/// The model of a decision.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ModelThen {
    /// SHA-256 of its file, in hexadecimal.
    pub sha256: String,
    /// Its number in `anteroom model versions`; null if it is no taught one that is still kept.
    pub version: Option<i64>,
    /// Version of what it counts.
    pub features_version: u32,
}

/// A piece of evidence, then and today.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReasonThen {
    /// What it is, in words; null if the message no longer gives it.
    pub what: Option<String>,
    /// Which way it pulled.
    pub pull: Pull,
    /// How strongly: calibrated log-odds.
    pub weight: f64,
    /// What today's model gives it: above 0 for the label, below 0 against it.
    pub weight_today: f64,
}

/// What tipped the balance then.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TippingThen {
    /// The pieces of evidence, strongest first; null for one that the message no longer gives.
    pub evidence: Vec<Option<String>>,
    /// What the verdict would have been without them; null if there was no such set.
    pub verdict_without: Option<&'static str>,
}

/// One thing that was otherwise when the decision was made.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    /// Which: `verdict`, `reason`, a label, `model`, `program`, `policy` or `fact`.
    pub what: &'static str,
    /// How it was; null if it was not there.
    pub then: Option<String>,
    /// How it is today; null if it is not there.
    pub today: Option<String>,
}

/// The models of two decisions, with their numbers among the taught ones.
#[derive(Debug, Clone, Copy)]
pub struct Versions<'a> {
    /// Number and checksum of the taught models that are kept.
    pub kept: &'a [(i64, String)],
}

impl Versions<'_> {
    /// The number of a model, if it is one of them; of equals the newest.
    pub fn of(&self, sha256: &str) -> Option<i64> {
        let is_it = |(_, known): &&(i64, String)| known == sha256;
        self.kept
            .iter()
            .rev()
            .find(is_it)
            .map(|(number, _)| *number)
    }
}

impl ThenAndNow {
    /// Holds a decision against what was found about the same message today.
    pub fn of(
        grounds: &Grounds,
        triage: &Triage,
        model: &Model,
        by: &DecidedBy,
        versions: Versions<'_>,
    ) -> ThenAndNow {
        let label = likeliest(&grounds.probabilities);
        let today = Today::of(triage, model, label);
        ThenAndNow {
            decided_at: grounds.decided,
            model: ModelThen {
                sha256: grounds.by.model.clone(),
                version: versions.of(&grounds.by.model),
                features_version: grounds.by.features_version,
            },
            program: grounds.by.program.clone(),
            policy: grounds.by.policy.clone(),
            verdict: grounds.verdict.name(),
            label,
            runner_up: runner_up(grounds.verdict, &grounds.probabilities),
            probabilities: grounds.probabilities.into(),
            reason: grounds.reason.clone(),
            rule: grounds.rule.clone(),
            because: grounds.because.clone(),
            facts: grounds.facts.clone(),
            reasons: grounds
                .evidence
                .iter()
                .map(|one| today.reason(one))
                .collect(),
            tipping: TippingThen {
                evidence: grounds.tipping.iter().map(|one| today.words(one)).collect(),
                verdict_without: grounds.verdict_without.map(Verdict::name),
            },
            differs: differences(grounds, triage, by),
        }
    }
}

/// What the message gives today, by the hashes of the names.
struct Today<'a> {
    triage: &'a Triage,
    positions: HashMap<u64, usize>,
    weights: HashMap<usize, f64>,
}

impl<'a> Today<'a> {
    /// `label` is the one that the weights are for or against.
    fn of(triage: &'a Triage, model: &Model, label: Label) -> Today<'a> {
        let features = &triage.features;
        let class = model.metadata.labels.iter().position(|one| *one == label);
        let pulls = |class| model.classifier().pulls(features, &triage.posterior, class);
        Today {
            triage,
            positions: (0..features.events.len())
                .map(|position| (key_of(features.name(position)), position))
                .collect(),
            weights: class.into_iter().flat_map(pulls).collect(),
        }
    }

    fn words(&self, one: &Weighed) -> Option<String> {
        let position = self.positions.get(&one.event)?;
        Some(phrase(self.triage.features.name(*position)))
    }

    fn reason(&self, one: &Weighed) -> ReasonThen {
        let position = self.positions.get(&one.event);
        let today = position.and_then(|position| self.weights.get(position));
        ReasonThen {
            what: self.words(one),
            pull: if one.weight < 0.0 {
                Pull::Against
            } else {
                Pull::For
            },
            weight: round(f64::from(one.weight.abs())),
            weight_today: round(today.copied().unwrap_or_default()),
        }
    }
}

/// What is not as it was, the most telling first.
fn differences(grounds: &Grounds, triage: &Triage, by: &DecidedBy) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut compare = |what, then: String, today: String| {
        if then != today {
            found.push(Difference {
                what,
                then: Some(then),
                today: Some(today),
            });
        }
    };
    let decision = &triage.decision;
    let name = |verdict: Verdict| verdict.name().to_owned();
    compare("verdict", name(grounds.verdict), name(decision.verdict));
    if grounds.reason != reason_name(&decision.why) {
        compare("reason", grounds.because.clone(), sentence(decision));
    }
    for label in Label::ALL {
        let then = grounds.probabilities[label.index()];
        let today = triage.probabilities[label.index()];
        if (then - today).abs() >= SAME_PROBABILITY {
            compare(label.name(), format!("{then:.3}"), format!("{today:.3}"));
        }
    }
    compare("model", grounds.by.model.clone(), by.model.clone());
    compare("program", grounds.by.program.clone(), by.program.clone());
    if grounds.by.policy.is_some() {
        compare("policy", shown(&grounds.by), shown(by));
    }
    found.extend(changed_facts(&grounds.facts, &facts(&triage.features)));
    found
}

/// A policy as JSON.
fn shown(by: &DecidedBy) -> String {
    // Plain data: writing it as JSON cannot fail.
    serde_json::to_string(&by.policy).unwrap_or_default()
}

/// Facts of one time only.
fn changed_facts(then: &[String], today: &[String]) -> Vec<Difference> {
    let only = |these: &[String], others: &[String]| -> Vec<String> {
        let gone = these.iter().filter(|fact| !others.contains(fact));
        gone.map(|fact| phrase(fact)).collect()
    };
    let lost = only(then, today).into_iter().map(|fact| Difference {
        what: "fact",
        then: Some(fact),
        today: None,
    });
    let gained = only(today, then).into_iter().map(|fact| Difference {
        what: "fact",
        then: None,
        today: Some(fact),
    });
    lost.chain(gained).collect()
}
