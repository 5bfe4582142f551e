//! The points of the reliability diagram and of the risk–coverage curve.

use serde::Serialize;

use super::Prediction;

/// Equal-width bins of confidence.
const BINS: usize = 15;

/// Messages judged with about the same confidence.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct ReliabilityBin {
    /// Messages in it.
    pub messages: usize,
    /// Their mean probability of the likeliest class.
    pub confidence: f64,
    /// Share of them whose likeliest class is right.
    pub accuracy: f64,
}

/// Confidence against accuracy in 15 equal-width bins; empty bins are left out.
pub fn reliability(predictions: &[Prediction]) -> Vec<ReliabilityBin> {
    let mut bins = [ReliabilityBin::default(); BINS];
    for prediction in predictions {
        let confidence = prediction.probabilities[prediction.best()];
        let bin = &mut bins[((confidence * BINS as f64) as usize).min(BINS - 1)];
        bin.messages += 1;
        bin.confidence += confidence;
        bin.accuracy += f64::from(u8::from(prediction.is_right()));
    }
    bins.into_iter()
        .filter(|bin| bin.messages > 0)
        .map(|bin| ReliabilityBin {
            confidence: bin.confidence / bin.messages as f64,
            accuracy: bin.accuracy / bin.messages as f64,
            ..bin
        })
        .collect()
}

/// Expected calibration error: the mean gap between confidence and accuracy, by share.
pub(super) fn calibration_error(predictions: &[Prediction]) -> f64 {
    let gaps: f64 = reliability(predictions)
        .iter()
        .map(|bin| bin.messages as f64 * (bin.confidence - bin.accuracy).abs())
        .sum();
    gaps / predictions.len().max(1) as f64
}

/// How often the likeliest class is wrong among the surest messages.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RiskPoint {
    /// Share of messages kept, surest first.
    pub coverage: f64,
    /// Share of those that are wrong.
    pub risk: f64,
}

/// Risk at every hundredth of coverage.
pub fn risk_coverage(predictions: &[Prediction]) -> Vec<RiskPoint> {
    let mut surest: Vec<(f64, bool)> = predictions
        .iter()
        .map(|prediction| {
            (
                prediction.probabilities[prediction.best()],
                prediction.is_right(),
            )
        })
        .collect();
    surest.sort_by(|a, b| b.0.total_cmp(&a.0));
    let n = surest.len();
    let mut points = Vec::new();
    let mut wrong = 0;
    for (kept, (_, right)) in (1..).zip(&surest) {
        wrong += usize::from(!right);
        // The last message of each hundredth.
        if kept * 100 / n > (kept - 1) * 100 / n {
            points.push(RiskPoint {
                coverage: kept as f64 / n as f64,
                risk: wrong as f64 / kept as f64,
            });
        }
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn risk_grows_with_coverage() {
        let predictions: Vec<Prediction> = (0..200)
            .map(|case| Prediction {
                case,
                truth: usize::from(case >= 150),
                probabilities: vec![1.0 - case as f64 / 500.0, case as f64 / 500.0],
                filed: None,
            })
            .collect();
        let points = risk_coverage(&predictions);
        assert_eq!(points.len(), 100);
        assert_eq!((points[74].coverage, points[74].risk), (0.75, 0.0));
        assert_eq!((points[99].coverage, points[99].risk), (1.0, 0.25));
    }
}
