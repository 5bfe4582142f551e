//! `anteroom.verdict/1`: what the program says about one message, for other programs.
//!
//! Fields are added, never renamed or removed, while the number stays.

use serde::Serialize;

use crate::decide::{LabelProbabilities, Policy, Verdict, likeliest};
use crate::explain::{Explanation, Reason, ThenAndNow, reasons, sentence};
use crate::extract::Contact;
use crate::history::Past;
use crate::label::Label;
use crate::message::{Defect, clean_text};
use crate::model::Model;
use crate::source::RawMessage;
use crate::triage::Triage;

/// Name and version of the schema.
pub const SCHEMA: &str = "anteroom.verdict/1";

/// Reasons on each side.
const REASONS: usize = 4;

/// One message's verdict.
#[derive(Debug, Serialize)]
pub struct VerdictRecord<'a> {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// File the message was read from.
    pub source: String,
    /// Position in it, from 0.
    pub index: u64,
    /// As in the header, without angle brackets.
    pub message_id: Option<String>,
    /// As in the header, decoded.
    pub from: Option<String>,
    /// As in the header, decoded.
    pub subject: Option<String>,
    /// Where it comes from.
    pub platform: &'static str,
    /// What kind of contact it is.
    pub kind: &'static str,
    /// `genuine`, `generic-invite`, `pitch`, `spam`, `known`, `unsure` or
    /// `out-of-scope`.
    pub verdict: &'static str,
    /// The likeliest label, also when unsure or left as known; null when out of scope.
    pub label: Option<Label>,
    /// All four, summing to 1.
    pub probabilities: Probabilities,
    /// The verdict's reason in one sentence.
    pub because: String,
    /// Strongest evidence for and against.
    pub reasons: Vec<Reason>,
    /// What was known of the sender before this message.
    pub past: Past,
    /// Wrong but bearable things.
    pub defects: Vec<Defect>,
    /// The contact, whole.
    pub contact: &'a Contact,
    /// The whole account of the verdict, where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Explanation>,
    /// The decision that is kept of this message, where the whole account of one was asked for.
    /// Everything beside it is what today's model says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided: Option<ThenAndNow>,
}

/// Probabilities by label.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the labels")]
pub struct Probabilities {
    pub genuine: f64,
    pub generic_invite: f64,
    pub pitch: f64,
    pub spam: f64,
}

impl From<LabelProbabilities> for Probabilities {
    fn from([genuine, generic_invite, pitch, spam]: LabelProbabilities) -> Probabilities {
        Probabilities {
            genuine,
            generic_invite,
            pitch,
            spam,
        }
    }
}

impl<'a> VerdictRecord<'a> {
    /// Puts the record of one message together.
    pub fn new(raw: &RawMessage, triage: &'a Triage, model: &Model) -> VerdictRecord<'a> {
        let decision = &triage.decision;
        let label = match decision.verdict {
            Verdict::OutOfScope => None,
            Verdict::Label(label) => Some(label),
            Verdict::Known | Verdict::Unsure => Some(likeliest(&triage.probabilities)),
        };
        VerdictRecord {
            schema: SCHEMA,
            source: clean_text(&raw.source),
            index: raw.index,
            message_id: triage.message.message_id(),
            // A row of a data export has no headers, but a sender.
            from: triage
                .message
                .header("from")
                .or_else(|| triage.contact.sender.name.clone()),
            subject: triage
                .message
                .header("subject")
                .or_else(|| Some(triage.message.subject.clone()).filter(|text| !text.is_empty())),
            platform: triage.contact.platform.name(),
            kind: triage.contact.kind.name(),
            verdict: decision.verdict.name(),
            label,
            probabilities: triage.probabilities.into(),
            because: sentence(decision),
            reasons: match decision.verdict {
                Verdict::OutOfScope => Vec::new(),
                _ => reasons(triage, model, REASONS),
            },
            past: triage.past,
            defects: all_defects(triage),
            contact: &triage.contact,
            explanation: None,
            decided: None,
        }
    }

    /// The record with the whole account of its verdict.
    pub fn explained(self, triage: &Triage, model: &Model, policy: &Policy) -> VerdictRecord<'a> {
        VerdictRecord {
            explanation: Some(Explanation::of(triage, model, policy, REASONS)),
            ..self
        }
    }

    /// The record with the decision that is kept of the message.
    pub fn beside(self, decided: Option<ThenAndNow>) -> VerdictRecord<'a> {
        VerdictRecord { decided, ..self }
    }
}

/// Defects of the message and of its layout.
pub fn all_defects(triage: &Triage) -> Vec<Defect> {
    let mut defects = triage.message.defects.clone();
    defects.extend(&triage.contact.defects);
    defects
}
