//! Whether a taught model may take the place of the one before.

use std::sync::LazyLock;

use super::{Admission, SchoolError};
use crate::features::Evidence;
use crate::learn::{Canary, CanaryFigures};
use crate::model::Model;
use crate::state::InPlace;

/// By what is counted of its mail. Reading it takes longer than teaching a lesson does, and a program
/// that stays teaches often.
static CANARIES: [LazyLock<Canary>; 2] = [
    LazyLock::new(|| Canary::shipped(Evidence::Contact)),
    LazyLock::new(|| Canary::shipped(Evidence::Mail)),
];

fn canary(evidence: Evidence) -> &'static Canary {
    let [contact, mail] = &CANARIES;
    match evidence {
        Evidence::Contact => contact,
        Evidence::Mail => mail,
    }
}

/// Lets a model pass or refuses it. Gives back the figures that the next one is measured against:
/// the best that were reached, so that many small harms are not taken for none. Taking lessons
/// back starts from the base again.
pub(super) fn admit(
    base: &Model,
    model: &Model,
    place: &InPlace,
    admission: Admission,
) -> Result<Option<(f64, f64)>, SchoolError> {
    if admission == Admission::Open {
        return Ok(None);
    }
    let canary = canary(base.counts.evidence());
    let after = canary.judge(model)?;
    let before = match place.standard.filter(|_| place.base == base.id()) {
        Some((log_loss, genuine_log_loss)) => CanaryFigures {
            log_loss,
            genuine_log_loss,
            ..after
        },
        None => canary.judge(base)?,
    };
    let standard = match (before.admit(after), admission) {
        (Ok(()), _) => before.best(after),
        (Err(_), Admission::Insisted) => after,
        (Err(worse), _) => return Err(worse.into()),
    };
    Ok(Some((standard.log_loss, standard.genuine_log_loss)))
}
