//! A fixed set of labelled mail that every taught model must still judge about as well as the
//! model it was taught to.
//!
//! The mail comes with the program (`models/canary`, 201 of the labelled examples) rather
//! than from the owner's lessons: whoever can slip lessons in cannot touch it, and it is there
//! before the first lesson. It is kept as mail and not as events, so that it outlives changes of
//! the features and anybody can read it. What a model counted of it is taken away before it is
//! judged by that model.

use std::io::BufReader;

use flate2::read::GzDecoder;

use super::{Example, LearnError};
use crate::classify::{Calibration, Estimate, Remainder};
use crate::features::Evidence;
use crate::label::Label;
use crate::model::Model;
use crate::owner::Owner;
use crate::source::{MboxReader, Rest};

/// The mail of each label, in the order of [`Label::ALL`].
static MAIL: [&[u8]; 4] = [
    include_bytes!("../../models/canary/genuine.mbox.gz"),
    include_bytes!("../../models/canary/generic-invite.mbox.gz"),
    include_bytes!("../../models/canary/pitch.mbox.gz"),
    include_bytes!("../../models/canary/spam.mbox.gz"),
];

/// How much the mean log loss on the canary may grow. Honest lessons of one mailbox
/// (`cargo bench --bench lessons`: 84 draws of 1 to 100) let it grow by 0.008 at most.
const LOG_LOSS_MARGIN: f64 = 0.08;

/// How much the mean log loss of its genuine mail may grow; by 0.019 at most in the same 84 draws,
/// and by up to 0.030 under a dictionary attack. The share of it that is recognised says less: of
/// fifty messages it swings by six points on honest lessons.
const GENUINE_MARGIN: f64 = 0.02;

/// The fixed set.
#[derive(Debug, Clone)]
pub struct Canary {
    /// Their classes are positions in [`Label::ALL`].
    examples: Vec<Example>,
}

/// How a model does on the canary.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CanaryFigures {
    /// Messages judged: those of the labels the model knows.
    pub messages: usize,
    /// Mean negative log-probability of the right label, in nats.
    pub log_loss: f64,
    /// Genuine messages among them.
    pub genuine: usize,
    /// Share of those whose likeliest label is genuine; 1 if there are none.
    pub genuine_recall: f64,
    /// Mean negative log-probability of genuine over them, in nats.
    pub genuine_log_loss: f64,
}

/// A model that is worse on the canary than it may be.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error(
    "the new model would judge known mail worse: log loss {:.3} (at most {:.3}), of genuine mail {:.3} (at most {:.3}), {:.0} % of which it recognises",
    after.log_loss, before.log_loss + LOG_LOSS_MARGIN,
    after.genuine_log_loss, before.genuine_log_loss + GENUINE_MARGIN, 100.0 * after.genuine_recall
)]
pub struct Worse {
    /// The figures it is measured against.
    pub before: CanaryFigures,
    /// Its own.
    pub after: CanaryFigures,
}

impl Canary {
    /// The set that comes with the program, for models that count this of it.
    pub fn shipped(evidence: Evidence) -> Canary {
        let owner = Owner::default();
        let mut examples = Vec::new();
        for (class, packed) in MAIL.into_iter().enumerate() {
            let unpacked = BufReader::new(GzDecoder::new(packed));
            let mut mails = MboxReader::new("canary".into(), unpacked, Rest::Skip);
            while let Ok(Some(mail)) = mails.next_message() {
                examples.push(Example::read_as(evidence, &mail.content, &owner, class));
            }
        }
        Canary { examples }
    }

    /// Judges the set by a model.
    ///
    /// # Errors
    /// If too little of the model is left without the set to judge by.
    pub fn judge(&self, model: &Model) -> Result<CanaryFigures, LearnError> {
        let labels = &model.metadata.labels;
        let class_of = |example: &Example| {
            let label = Label::ALL[example.class];
            labels.iter().position(|own| *own == label)
        };
        let known: Vec<(&Example, usize)> = self
            .examples
            .iter()
            .filter_map(|example| Some((example, class_of(example)?)))
            .collect();
        let mut rest = Remainder::of(&model.counts);
        for (example, class) in &known {
            // Those that cannot have been counted were not.
            rest.unlearn(*class, &example.events).unwrap_or_default();
        }
        let estimate = Estimate::fit_remainder(rest, model.counts.evidence().alpha())?;
        let calibration = &model.metadata.calibration;
        let genuine = labels.iter().position(|label| *label == Label::Genuine);
        Ok(figures(&known, &estimate, calibration, genuine))
    }
}

fn figures(
    known: &[(&Example, usize)],
    estimate: &Estimate,
    calibration: &Calibration,
    genuine: Option<usize>,
) -> CanaryFigures {
    let (mut loss, mut genuine_loss, mut n_genuine, mut recognised) = (0.0, 0.0, 0, 0);
    for (example, class) in known {
        let p = calibration.probabilities(&estimate.scores(&example.events));
        loss -= p[*class].max(1e-300).ln();
        if Some(*class) == genuine {
            n_genuine += 1;
            genuine_loss -= p[*class].max(1e-300).ln();
            recognised += usize::from(p.iter().all(|other| *other <= p[*class]));
        }
    }
    CanaryFigures {
        messages: known.len(),
        log_loss: loss / known.len().max(1) as f64,
        genuine: n_genuine,
        genuine_log_loss: genuine_loss / f64::from(n_genuine.max(1) as u32),
        genuine_recall: match n_genuine {
            0 => 1.0,
            n => f64::from(recognised as u32) / n as f64,
        },
    }
}

impl CanaryFigures {
    /// The better of each figure.
    pub fn best(self, other: CanaryFigures) -> CanaryFigures {
        CanaryFigures {
            log_loss: self.log_loss.min(other.log_loss),
            genuine_log_loss: self.genuine_log_loss.min(other.genuine_log_loss),
            ..other
        }
    }

    /// Checks a new model's figures against these.
    ///
    /// # Errors
    /// If they are worse by more than the margins.
    pub fn admit(self, after: CanaryFigures) -> Result<(), Worse> {
        // NaN fails: the comparison asks for what is good.
        let is_fine = after.log_loss <= self.log_loss + LOG_LOSS_MARGIN
            && after.genuine_log_loss <= self.genuine_log_loss + GENUINE_MARGIN;
        match is_fine {
            true => Ok(()),
            false => Err(Worse {
                before: self,
                after,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_model_has_counted_the_canary_and_is_judged_without_it() {
        let canary = Canary::shipped(Evidence::Contact);
        let of = |class| {
            canary
                .examples
                .iter()
                .filter(|own| own.class == class)
                .count()
        };
        assert_eq!([of(0), of(1), of(2), of(3)], [50, 51, 50, 50]);
        let model = Model::shipped().unwrap();
        let mut counts = model.counts.clone();
        for example in &canary.examples {
            counts.unlearn(example.class, &example.events).unwrap();
        }
        let seen = model.metadata.held_out.log_loss;
        let judged = canary.judge(&model).unwrap();
        assert!(judged.log_loss > 0.5 * seen, "{judged:?} {seen}");
    }

    #[test]
    fn worse_is_refused_and_so_is_what_is_no_number() {
        let figures = |log_loss, genuine_log_loss| CanaryFigures {
            messages: 200,
            log_loss,
            genuine: 50,
            genuine_recall: 0.9,
            genuine_log_loss,
        };
        let before = figures(0.4, 0.3);
        assert!(before.admit(figures(0.47, 0.31)).is_ok());
        assert!(before.admit(figures(0.49, 0.30)).is_err());
        assert!(before.admit(figures(0.40, 0.33)).is_err());
        assert!(before.admit(figures(f64::NAN, 0.3)).is_err());
        assert_eq!(before.best(figures(0.5, 0.2)), figures(0.4, 0.2));
    }
}
