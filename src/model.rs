//! The saved model: one file with metadata a person can read and counts a program can.
//!
//! ```text
//! anteroom-model/1\n
//! {"features_version":…,"labels":…,"calibration":…,"guard":…,"counts_sha256":…,"metadata_sha256":…}\n
//! per event, by ascending key: key u64, then one u32 a label, little-endian
//! ```
//!
//! No time and no path is in it: the same input gives the same bytes.

mod body;
mod metadata;

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::bounded;
use crate::classify::{Calibration, Classifier, Counts, Estimate, EstimateError, Posterior};
use crate::decide::{Guard, LabelProbabilities};
use crate::features::{Event, FEATURES_VERSION};
use crate::label::Label;
use crate::learn::LearnError;
use crate::limits;
use body::{checked_counts, encode_counts};

pub use metadata::{HeldOut, Metadata};

/// First line of every model file.
const MAGIC: &[u8] = b"anteroom-model/1\n";

/// The same of any version.
const KIND: &[u8] = b"anteroom-model/";

/// Longest metadata line that is read.
const METADATA_BYTES: usize = 1 << 20;

/// The model that comes with the program.
static SHIPPED: &[u8] = include_bytes!("../models/base.model");

/// A model file that cannot be used, and what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// The file cannot be read.
    #[error(
        "{path}: cannot be read: {cause}; check --model, or leave it out to use the shipped model"
    )]
    Read {
        /// The path as given.
        path: String,
        /// What the system said.
        cause: io::Error,
    },
    /// The file is not a model, is damaged, or is of another version.
    #[error(
        "{path}: not a usable model: {what}; train it again with 'anteroom train DIR --out {path}'"
    )]
    Damaged {
        /// The path as given.
        path: String,
        /// What is wrong, and where.
        what: String,
    },
    /// The counts give no classifier.
    #[error("{path}: {cause}")]
    Estimate {
        /// The path as given.
        path: String,
        /// Why not.
        cause: EstimateError,
    },
    /// The file cannot be written.
    #[error("{path}: cannot be written: {cause}; nothing was changed")]
    Write {
        /// The path as given.
        path: String,
        /// What the system said.
        cause: io::Error,
    },
}

/// Counts with everything needed to judge by them.
#[derive(Debug, Clone)]
pub struct Model {
    /// The readable half.
    pub metadata: Metadata,
    /// The counts.
    pub counts: Counts,
    classifier: Classifier,
}

impl Model {
    /// Puts a model together and fits its parameters.
    ///
    /// # Errors
    /// If the counts hold fewer than two labels.
    pub fn new(
        labels: Vec<Label>,
        counts: Counts,
        calibration: Calibration,
        guard: Guard,
        held_out: HeldOut,
    ) -> Result<Model, EstimateError> {
        let estimate = Estimate::fit(&counts, counts.evidence().alpha())?;
        let metadata = Metadata {
            features_version: FEATURES_VERSION,
            messages: counts.messages().to_vec(),
            events: counts.n_events(),
            evidence: counts.evidence(),
            alpha: counts.evidence().alpha(),
            calibration: calibration.clone(),
            guard,
            held_out,
            counts_sha256: Some(hex(&Sha256::digest(encode_counts(&counts)))),
            metadata_sha256: None,
            labels,
        };
        Ok(Model {
            metadata,
            counts,
            classifier: Classifier::new(estimate, calibration),
        })
    }

    /// This model over counts that differ in the events `changed`, with another guard. Made in a
    /// fraction of the time that [`Model::new`] takes.
    ///
    /// # Errors
    /// If the counts hold fewer than two labels.
    pub fn taught(
        &self,
        counts: Counts,
        changed: &[u64],
        guard: Guard,
    ) -> Result<Model, EstimateError> {
        let mut estimate = self.classifier.estimate().clone();
        estimate.update(&counts, changed, self.metadata.alpha)?;
        let metadata = Metadata {
            messages: counts.messages().to_vec(),
            events: counts.n_events(),
            guard,
            counts_sha256: Some(hex(&Sha256::digest(encode_counts(&counts)))),
            ..self.metadata.clone()
        };
        let classifier = Classifier::new(estimate, metadata.calibration.clone());
        Ok(Model {
            metadata,
            counts,
            classifier,
        })
    }

    /// Learns one more message, the events as they are counted, and has another guard from now on.
    /// The next message is judged by it.
    ///
    /// # Errors
    /// If a count no longer fits; nothing is changed then. Or if linfa refuses.
    pub fn learn(
        &mut self,
        class: usize,
        counted: &[Event],
        guard: Guard,
    ) -> Result<(), LearnError> {
        self.counts.learn(class, counted)?;
        let changed: Vec<u64> = counted.iter().map(|event| event.key).collect();
        let alpha = self.metadata.alpha;
        self.classifier.update(&self.counts, &changed, alpha)?;
        self.metadata.messages = self.counts.messages().to_vec();
        self.metadata.events = self.counts.n_events();
        self.metadata.guard = guard;
        self.metadata.counts_sha256 = None;
        Ok(())
    }

    /// The model that comes with the program.
    ///
    /// # Errors
    /// Only if the program was built with a damaged one.
    pub fn shipped() -> Result<Model, ModelError> {
        Model::decode(SHIPPED, "the shipped model")
    }

    /// Reads a model file.
    ///
    /// # Errors
    /// If it cannot be read or is not a usable model.
    pub fn load(path: &Path) -> Result<Model, ModelError> {
        let name = path.display().to_string();
        let bytes = bounded::read_kind(path, KIND, limits::MODEL_BYTES).map_err(|cause| {
            let path = name.clone();
            ModelError::Read { path, cause }
        })?;
        Model::decode(&bytes, &name)
    }

    /// True for a file that is empty, or begins like a model of this or another version: what may be
    /// written over. A device, a pipe or what cannot be read is none.
    pub(crate) fn may_be_in(path: &Path) -> bool {
        path.is_file()
            && bounded::start(path, KIND.len() as u64)
                .is_ok_and(|start| start.is_empty() || start == KIND)
    }

    /// Writes the model: whole, or not at all.
    ///
    /// # Errors
    /// If the file cannot be written; what stood there before is unchanged then.
    pub fn save(&self, path: &Path) -> Result<(), ModelError> {
        write_whole(path, &self.encode(), Readers::Everybody).map_err(|cause| ModelError::Write {
            path: path.display().to_string(),
            cause,
        })
    }

    /// The bytes of the model file.
    pub fn encode(&self) -> Vec<u8> {
        let counts = encode_counts(&self.counts);
        let mut out = MAGIC.to_vec();
        out.extend(self.metadata_line(|| hex(&Sha256::digest(&counts))));
        out.push(b'\n');
        out.extend(&counts);
        out
    }

    /// The metadata as JSON, with the checksum of the counts.
    fn metadata_line(&self, checksum: impl FnOnce() -> String) -> Vec<u8> {
        let known = self.metadata.counts_sha256.clone();
        let metadata = Metadata {
            counts_sha256: Some(known.unwrap_or_else(checksum)),
            ..self.metadata.clone()
        };
        metadata.sealed()
    }

    /// Reads a model from the bytes of its file; `name` is for messages.
    ///
    /// # Errors
    /// If the bytes are not a usable model.
    pub fn decode(bytes: &[u8], name: &str) -> Result<Model, ModelError> {
        let damaged = |what: String| ModelError::Damaged {
            path: name.to_owned(),
            what,
        };
        let rest = bytes
            .strip_prefix(MAGIC)
            .ok_or_else(|| damaged("it does not start with 'anteroom-model/1'".to_owned()))?;
        let line_end = memchr::memchr(b'\n', &rest[..rest.len().min(METADATA_BYTES)])
            .ok_or_else(|| damaged("the metadata line does not end".to_owned()))?;
        let metadata = Metadata::unsealed(&rest[..line_end]).map_err(damaged)?;
        let body = &rest[line_end + 1..];
        let counts = checked_counts(body, &metadata).map_err(damaged)?;
        let estimate =
            Estimate::fit(&counts, metadata.alpha).map_err(|cause| ModelError::Estimate {
                path: name.to_owned(),
                cause,
            })?;
        let classifier = Classifier::new(estimate, metadata.calibration.clone());
        Ok(Model {
            metadata,
            counts,
            classifier,
        })
    }

    /// SHA-256 of the model file, in hexadecimal.
    pub fn sha256(&self) -> String {
        hex(&Sha256::digest(self.encode()))
    }

    /// What tells this model from any other: the SHA-256 of its metadata, which holds that of its
    /// counts.
    pub fn id(&self) -> String {
        let checksum = || hex(&Sha256::digest(encode_counts(&self.counts)));
        hex(&Sha256::digest(self.metadata_line(checksum)))
    }

    /// The fitted classifier over [`Metadata::labels`].
    pub fn classifier(&self) -> &Classifier {
        &self.classifier
    }

    /// A posterior spread over all four labels.
    pub fn label_probabilities(&self, posterior: &Posterior) -> LabelProbabilities {
        let mut probabilities = [0.0; 4];
        for (label, probability) in self.metadata.labels.iter().zip(&posterior.probabilities) {
            probabilities[label.index()] = *probability;
        }
        probabilities
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Who may read a file, as far as the umask lets them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Readers {
    Everybody,
    Owner,
}

impl Readers {
    fn mode(self) -> u32 {
        match self {
            Readers::Everybody => 0o644,
            Readers::Owner => 0o600,
        }
    }
}

/// Writes a file beside its final name, then renames it there: a crash leaves the old file.
pub(crate) fn write_whole(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<()> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut file = tempfile::Builder::new()
        .permissions(std::os::unix::fs::PermissionsExt::from_mode(readers.mode()))
        .tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::{Evidence, key_of};

    fn small() -> Model {
        let mut rows: Vec<(u64, [u32; 2])> = (0..50)
            .map(|n: u32| (key_of(&n.to_string()), [n * 7, 900 - n]))
            .collect();
        rows.sort_unstable();
        let (keys, rows): (Vec<u64>, Vec<[u32; 2]>) = rows.into_iter().unzip();
        let counts = Counts::from_rows(Evidence::Contact, (keys, rows.concat()), vec![3, 4]);
        Model::new(
            vec![Label::Genuine, Label::Spam],
            counts,
            Calibration::neutral(2),
            Guard::default(),
            HeldOut::default(),
        )
        .unwrap()
    }

    #[test]
    fn a_model_reads_back_as_it_was_written() {
        let model = small();
        let again = Model::decode(&model.encode(), "m").unwrap();
        assert_eq!(again.metadata, model.metadata);
        assert_eq!(again.counts.sorted(), model.counts.sorted());
        assert_eq!(again.encode(), model.encode());
    }

    #[test]
    fn a_model_that_learned_is_written_like_one_made_anew() {
        let mut learned = small();
        let events: Vec<Event> = (40..60)
            .map(|n: u32| Event {
                key: key_of(&n.to_string()),
                weight: 100 + n,
            })
            .collect();
        learned.learn(1, &events, Guard::default()).unwrap();
        let mut counts = small().counts;
        counts.learn(1, &events).unwrap();
        let (calibration, held_out) = (Calibration::neutral(2), HeldOut::default());
        let labels = vec![Label::Genuine, Label::Spam];
        let anew = Model::new(labels, counts, calibration, Guard::default(), held_out).unwrap();
        assert_eq!(learned.encode(), anew.encode());
        assert_eq!((learned.id(), learned.sha256()), (anew.id(), anew.sha256()));
        let scores = |model: &Model| model.classifier().estimate().scores(&events);
        for (a, b) in scores(&learned).iter().zip(scores(&anew)) {
            assert!((a - b).abs() < 1e-9, "{a} {b}");
        }
    }

    /// It would be written without the event, and then be refused for its checksum.
    #[test]
    fn an_event_without_a_count_is_refused() {
        let mut model = small();
        let mut body = encode_counts(&model.counts);
        body[8..16].fill(0);
        model.metadata.counts_sha256 = Some(hex(&Sha256::digest(&body)));
        let line = serde_json::to_vec(&model.metadata).unwrap();
        let bytes = [MAGIC, &line, b"\n", &body].concat();
        let refused = Model::decode(&bytes, "m").unwrap_err().to_string();
        assert!(refused.contains("never counted"), "{refused}");
    }

    #[test]
    fn every_flipped_byte_and_every_cut_is_noticed() {
        let bytes = small().encode();
        for at in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[at] ^= 0x20;
            if let Ok(model) = Model::decode(&flipped, "m") {
                // The last of many digits may stand for the same number.
                assert_eq!(model.metadata, small().metadata, "byte {at}");
                assert_eq!(model.counts, small().counts, "byte {at}");
            }
            assert!(Model::decode(&bytes[..at], "m").is_err(), "cut at {at}");
        }
    }
}
