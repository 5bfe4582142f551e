//! What is kept of a decision, so that it can be told later how it came about. It holds no word of
//! the message: events are kept by the hash of their names, and whoever has the message again can
//! tell which they were. What is kept in words are the program's own.

use serde::{Deserialize, Serialize};

use super::{Pull, Reason, reasons_about, sentence, tipping};
use crate::decide::{
    Decision, KnownPolicy, LabelProbabilities, Policy, ScopePolicy, Verdict, Why, likeliest,
};
use crate::features::{FEATURES_VERSION, Features};
use crate::limits;
use crate::model::Model;
use crate::triage::Triage;

/// How a decision came about, as it was when it was made.
#[derive(Debug, Clone, PartialEq)]
pub struct Grounds {
    /// When, in seconds since 1970.
    pub decided: i64,
    /// By what.
    pub by: DecidedBy,
    /// What was decided.
    pub verdict: Verdict,
    /// Name of the reason.
    pub reason: String,
    /// Name of the rule of the guide that decided, if one did.
    pub rule: Option<String>,
    /// The reason in one sentence.
    pub because: String,
    /// Probabilities of the labels.
    pub probabilities: LabelProbabilities,
    /// What was noted of the message's form, its sender and their past: the names of events that
    /// are the program's own words.
    pub facts: Vec<String>,
    /// The strongest events for the likeliest label (above 0) and against it (below).
    pub evidence: Vec<Weighed>,
    /// The events without which the verdict would have been another, strongest first.
    pub tipping: Vec<Weighed>,
    /// What it would have been; none if no such set was found.
    pub verdict_without: Option<Verdict>,
}

/// An event by the hash of its name, and how far it pulled, in calibrated log-odds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weighed {
    /// [`crate::features::key_of`] its name.
    pub event: u64,
    /// Above 0 for, below 0 against.
    pub weight: f32,
}

/// What a decision was made by.
#[derive(Debug, Clone, PartialEq)]
pub struct DecidedBy {
    /// SHA-256 of the model's file, in hexadecimal.
    pub model: String,
    /// Version of what is counted.
    pub features_version: u32,
    /// Version of the program.
    pub program: String,
    /// How sure was sure enough; none if a newer program wrote what this one cannot read.
    pub policy: Option<KeptPolicy>,
}

/// A policy without whom it names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeptPolicy {
    /// Which messages got a label.
    pub scope: ScopePolicy,
    /// Largest share of genuine mail that was to be filed away.
    pub error_budget: f64,
    /// Probability a label other than spam needed.
    pub file_at: f64,
    /// Probability spam needed.
    pub spam_at: f64,
    /// Share of the words of a text that had to be known for it to be filed away.
    #[serde(default)]
    pub min_known_words: f64,
    /// What became of messages from people the owner knows.
    pub known: KnownPolicy,
    /// How many rules the owner had.
    pub rules: usize,
}

impl KeptPolicy {
    /// What is kept of a policy.
    pub fn of(policy: &Policy) -> KeptPolicy {
        KeptPolicy {
            scope: policy.scope,
            error_budget: policy.error_budget,
            file_at: policy.file_at,
            spam_at: policy.spam_at,
            min_known_words: policy.min_known_words,
            known: policy.known,
            rules: policy.rules.always_keep.len() + policy.rules.always_file.len(),
        }
    }
}

impl DecidedBy {
    /// This program with a model and a policy.
    pub fn of(model: &Model, policy: &Policy) -> DecidedBy {
        DecidedBy {
            model: model.sha256(),
            features_version: FEATURES_VERSION,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            policy: Some(KeptPolicy::of(policy)),
        }
    }
}

/// Takes down how decisions come about while messages are judged by one model and policy.
#[derive(Debug)]
pub struct Recorder<'a> {
    model: &'a Model,
    policy: &'a Policy,
    by: DecidedBy,
    now: i64,
}

impl<'a> Recorder<'a> {
    /// A recorder of decisions made now, in seconds since 1970.
    pub fn new(model: &'a Model, policy: &'a Policy, now: i64) -> Recorder<'a> {
        Recorder::known_as(model, policy, DecidedBy::of(model, policy), now)
    }

    /// The same, where it was worked out before what the model and the policy are known as.
    pub fn known_as(model: &'a Model, policy: &'a Policy, by: DecidedBy, now: i64) -> Recorder<'a> {
        Recorder {
            model,
            policy,
            by,
            now,
        }
    }

    /// The grounds of a decision that this model and policy made.
    pub fn grounds(&self, triage: &Triage) -> Grounds {
        let decision = &triage.decision;
        let label = likeliest(&triage.probabilities);
        let reasons = reasons_about(triage, self.model, label, limits::GROUNDS_EVENTS);
        let tipping = tipping(triage, self.model, self.policy);
        let tipped = tipping.evidence.iter().filter_map(|one| {
            Some(Weighed {
                event: one.event?,
                weight: one.weight as f32,
            })
        });
        Grounds {
            decided: self.now,
            by: self.by.clone(),
            verdict: decision.verdict,
            reason: reason_name(&decision.why).to_owned(),
            rule: match &decision.why {
                Why::Rule(rule) => Some(rule.name().to_owned()),
                _ => None,
            },
            because: nameless(decision),
            probabilities: triage.probabilities,
            facts: facts(&triage.features),
            evidence: reasons.iter().filter_map(weighed).collect(),
            tipping: tipped.collect(),
            verdict_without: tipping.verdict_without.and_then(Verdict::named),
        }
    }
}

fn weighed(reason: &Reason) -> Option<Weighed> {
    let weight = match reason.pull {
        Pull::For => reason.weight,
        Pull::Against => -reason.weight,
    };
    Some(Weighed {
        event: reason.event?,
        weight: weight as f32,
    })
}

/// The reason in one sentence that names nobody: a rule of the owner's holds a sender's address.
fn nameless(decision: &Decision) -> String {
    match &decision.why {
        Why::OwnerRule(hit) => match hit.label {
            None => "a rule of yours keeps the sender".to_owned(),
            Some(label) => format!("a rule of yours files the sender as {label}"),
        },
        _ => sentence(decision),
    }
}

/// A reason's name as it is stored and as JSON spells it.
pub(super) fn reason_name(why: &Why) -> &'static str {
    match why {
        Why::OutOfScope(_) => "out-of-scope",
        Why::Unreadable(_) => "unreadable",
        Why::OwnerRule(_) => "owner-rule",
        Why::Known { .. } => "known",
        Why::Rule(_) => "rule",
        Why::Forged(_) => "forged",
        Why::OfTwoPieces => "of-two-pieces",
        Why::SaysNothing => "says-nothing",
        Why::Confident => "confident",
        Why::FewKnownWords(_) => "few-known-words",
        Why::TooFewExamples(_) => "too-few-examples",
        Why::MayBeGenuine { .. } => "may-be-genuine",
        Why::NotSureEnough { .. } => "not-sure-enough",
    }
}

/// Kinds of events whose names are the program's own words, whatever the message says.
const FACTS: [&str; 6] = ["kind", "platform", "relation", "forged", "past", "fact"];

/// The facts among the events of a message, in their order.
pub(super) fn facts(features: &Features) -> Vec<String> {
    (0..features.events.len())
        .map(|position| features.name(position))
        .filter(|name| {
            let kind = name.split_once(':').map_or("", |(kind, _)| kind);
            FACTS.contains(&kind)
        })
        .map(str::to_owned)
        .collect()
}
