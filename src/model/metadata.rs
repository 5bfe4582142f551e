//! The half of a model file that people read: one line of JSON under a checksum of its own.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::hex;
use crate::classify::Calibration;
use crate::decide::Guard;
use crate::features::{Evidence, FEATURES_VERSION};
use crate::label::Label;

/// What a parameter may be: far more than any fit gives, far less than would give no number when they
/// are multiplied.
const SENSIBLE: std::ops::RangeInclusive<f64> = 1e-12..=1e12;

/// Most messages of a label.
const MESSAGES: u64 = u32::MAX as u64;

/// What is known about a model's quality, from messages that did not train their own score.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct HeldOut {
    /// Messages scored.
    pub messages: usize,
    /// Share whose likeliest label was right.
    pub accuracy: f64,
    /// Mean negative log-probability of the right label, in nats.
    pub log_loss: f64,
}

/// The readable half of a model file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metadata {
    /// Which extraction and tokenising the counts were made with.
    pub features_version: u32,
    /// Labels the model knows, in the order of its rows.
    pub labels: Vec<Label>,
    /// Messages counted, by label.
    pub messages: Vec<u64>,
    /// Distinct events.
    pub events: usize,
    /// What was counted of each message.
    pub evidence: Evidence,
    /// Smoothing.
    pub alpha: f64,
    /// How scores become probabilities.
    pub calibration: Calibration,
    /// What the error budget is measured against.
    pub guard: Guard,
    /// Quality on held-out messages.
    pub held_out: HeldOut,
    /// SHA-256 of the counts, in hexadecimal; none while a model that learned has not been written.
    pub counts_sha256: Option<String>,
    /// SHA-256 of the line without this, in hexadecimal; only in the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata_sha256: Option<String>,
}

impl Metadata {
    /// The line of the file.
    pub(super) fn sealed(&self) -> Vec<u8> {
        let sealed = Metadata {
            metadata_sha256: Some(self.checksum()),
            ..self.clone()
        };
        json(&sealed)
    }

    /// Reads the line of a file, or says what is wrong. Files of before the checksum have none.
    pub(super) fn unsealed(line: &[u8]) -> Result<Metadata, String> {
        let mut metadata: Metadata =
            serde_json::from_slice(line).map_err(|error| format!("metadata: {error}"))?;
        let checksum = metadata.metadata_sha256.take();
        if checksum.is_some_and(|checksum| checksum != metadata.checksum()) {
            return Err("the metadata does not match its checksum".to_owned());
        }
        check(&metadata)?;
        Ok(metadata)
    }

    fn checksum(&self) -> String {
        let plain = Metadata {
            metadata_sha256: None,
            ..self.clone()
        };
        hex(&Sha256::digest(json(&plain)))
    }
}

fn json(metadata: &Metadata) -> Vec<u8> {
    // Plain data: writing it as JSON cannot fail.
    serde_json::to_vec(metadata).unwrap_or_default()
}

fn check(metadata: &Metadata) -> Result<(), String> {
    let n = metadata.labels.len();
    if metadata.features_version != FEATURES_VERSION {
        return Err(format!(
            "it was made by another version of anteroom (features {}, expected {FEATURES_VERSION})",
            metadata.features_version
        ));
    }
    let distinct = Label::ALL
        .iter()
        .filter(|label| metadata.labels.contains(label))
        .count();
    if n < 2
        || distinct != n
        || metadata.messages.len() != n
        || metadata.calibration.bias.len() != n
    {
        return Err("labels, messages and calibration do not agree".to_owned());
    }
    let calibration = &metadata.calibration;
    let positive = [calibration.scale, calibration.bend, metadata.alpha];
    let are_sensible = positive.iter().all(|number| SENSIBLE.contains(number))
        && calibration
            .bias
            .iter()
            .all(|bias| bias.abs() <= *SENSIBLE.end())
        && metadata.messages.iter().all(|count| *count <= MESSAGES)
        && metadata
            .guard
            .lowest
            .iter()
            .all(|p| (0.0..=1.0).contains(p));
    if !are_sensible || !metadata.guard.lowest.is_sorted() {
        return Err("a parameter is not a sensible number".to_owned());
    }
    Ok(())
}
