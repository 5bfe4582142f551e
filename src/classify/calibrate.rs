//! Scores → probabilities that mean what they say.
//!
//! `p = softmax(scale · bend · asinh((score − mean) / bend) + bias)`, fitted by penalised maximum
//! likelihood on scores of messages that did not train their own score. For small scores this is
//! temperature scaling with a bias a class (Guo et al., "On Calibration of Modern Neural Networks",
//! 2017). Naive Bayes counts every word as news, though words come together, so a score of a
//! hundred is not ten times the evidence that ten is: beyond the bend it grows with the logarithm.

use serde::{Deserialize, Serialize};

use super::softmax;

/// Pull of the penalty towards no bias, per message.
const RIDGE: f64 = 0.01;

/// Pull towards the starting scale, in messages: matters below about 30 examples, where
/// separable data would drive the scale to infinity.
const SCALE_RIDGE: f64 = 1.0;

/// Scale before anything is known.
const START_SCALE: f64 = 0.2;

/// Pull towards the starting bend, in messages.
const BEND_RIDGE: f64 = 1.0;

/// Bend before anything is known: the scores of a message of some ten telling words.
const START_BEND: f64 = 50.0;

/// Bend of models made before there was one: none that scores could reach.
const STRAIGHT: f64 = 1e9;

/// How scores become probabilities.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// Factor on every score; greater than 0.
    pub scale: f64,
    /// Distance from the mean of the classes' scores beyond which more counts ever less; greater
    /// than 0.
    #[serde(default = "straight")]
    pub bend: f64,
    /// Added to each class's scaled score, in the model's order.
    pub bias: Vec<f64>,
}

impl Calibration {
    /// No bias and the cautious starting scale.
    pub fn neutral(n_classes: usize) -> Calibration {
        Calibration {
            scale: START_SCALE,
            bend: START_BEND,
            bias: vec![0.0; n_classes],
        }
    }

    /// Probabilities of the classes; they sum to 1.
    pub fn probabilities(&self, scores: &[f64]) -> Vec<f64> {
        let mean = mean(scores);
        let mut values: Vec<f64> = scores
            .iter()
            .zip(&self.bias)
            .map(|(score, bias)| self.bent(score - mean).0 + bias)
            .collect();
        softmax(&mut values);
        values
    }

    /// For every class what a unit of its score is worth in log-odds, at these scores: what the
    /// bend leaves of each is shared evenly.
    pub fn slopes(&self, scores: &[f64]) -> Vec<f64> {
        let mean = mean(scores);
        let slope = |score: &f64| match score - mean {
            0.0 => self.scale,
            distance => self.bent(distance).0 / distance,
        };
        scores.iter().map(slope).collect()
    }

    /// Log-odds for a distance from the mean score, and how they move with the logarithm of the
    /// bend.
    fn bent(&self, distance: f64) -> (f64, f64) {
        let ratio = distance / self.bend;
        let factor = self.scale * self.bend;
        let root = (1.0 + ratio * ratio).sqrt();
        // asinh, by the root that is there already; exact for small ratios too.
        let size = (ratio.abs() + ratio * ratio / (1.0 + root)).ln_1p();
        let bent = factor * size.copysign(ratio);
        (bent, bent - factor * ratio / root)
    }
}

fn straight() -> f64 {
    STRAIGHT
}

fn mean(scores: &[f64]) -> f64 {
    scores.iter().sum::<f64>() / scores.len().max(1) as f64
}

/// Fits the calibration to held-out scores: pairs of a message's scores and its class. `weights`
/// holds one weight a class, so that a class's share here need not be its share in the mailbox.
///
/// Damped Newton over `ln scale`, `ln bend` and the biases.
pub fn fit_calibration(held_out: &[(Vec<f64>, usize)], weights: &[f64]) -> Calibration {
    refit_calibration(Calibration::neutral(weights.len()), held_out, weights)
}

/// As [`fit_calibration`], from a calibration that is nearly right: much sooner done.
pub(crate) fn refit_calibration(
    start: Calibration,
    held_out: &[(Vec<f64>, usize)],
    weights: &[f64],
) -> Calibration {
    if held_out.is_empty() {
        return start;
    }
    let mut at = Point::of(start, held_out, weights);
    for _ in 0..100 {
        let step = solve(at.hessian.clone(), at.gradient.clone());
        let mut lengths = (0..20).map(|halvings| 0.5_f64.powi(halvings));
        let better = lengths.find_map(|length| {
            let next = Point::of(stepped(&at.calibration, &step, length), held_out, weights);
            (next.loss < at.loss).then_some(next)
        });
        let Some(next) = better else {
            break;
        };
        let gain = at.loss - next.loss;
        at = next;
        if gain < 1e-9 * at.loss.abs() {
            break;
        }
    }
    at.calibration
}

fn stepped(from: &Calibration, step: &[f64], length: f64) -> Calibration {
    let moved = |value: f64, step: f64| (value.ln() - length * step).clamp(-12.0, 12.0).exp();
    Calibration {
        scale: moved(from.scale, step[0]),
        bend: moved(from.bend, step[1]),
        bias: from
            .bias
            .iter()
            .zip(&step[SHAPE..])
            .map(|(bias, step)| bias - length * step)
            .collect(),
    }
}

/// Parameters that all classes share: scale and bend.
const SHAPE: usize = 2;

/// The penalised loss at a calibration, with its gradient and (Gauss-Newton) Hessian over
/// `(ln scale, ln bend, bias…)`.
struct Point {
    calibration: Calibration,
    loss: f64,
    gradient: Vec<f64>,
    hessian: Vec<Vec<f64>>,
}

/// Room for the numbers of one message.
struct Scratch {
    /// Probabilities.
    p: Vec<f64>,
    /// How each class's log-odds move with scale and bend.
    moves: Vec<[f64; SHAPE]>,
    /// How one class's log-probability moves with each parameter.
    direction: Vec<f64>,
}

impl Point {
    fn of(calibration: Calibration, held_out: &[(Vec<f64>, usize)], weights: &[f64]) -> Point {
        let n_classes = weights.len();
        let n = n_classes + SHAPE;
        let mut point = Point {
            calibration,
            loss: 0.0,
            gradient: vec![0.0; n],
            hessian: vec![vec![0.0; n]; n],
        };
        let mut scratch = Scratch {
            p: vec![0.0; n_classes],
            moves: vec![[0.0; SHAPE]; n_classes],
            direction: vec![0.0; n],
        };
        let mut total = 0.0;
        for (scores, class) in held_out {
            point.add(scores, *class, weights[*class], &mut scratch);
            total += weights[*class];
        }
        point.penalise(total);
        point
    }

    /// Adds one message.
    fn add(&mut self, scores: &[f64], class: usize, weight: f64, scratch: &mut Scratch) {
        let Scratch {
            p,
            moves,
            direction,
        } = scratch;
        let middle = mean(scores);
        for (k, score) in scores.iter().enumerate() {
            let (bent, by_bend) = self.calibration.bent(score - middle);
            moves[k] = [bent, by_bend];
            p[k] = bent + self.calibration.bias[k];
        }
        softmax(p);
        self.loss -= weight * p[class].max(1e-300).ln();
        let expected: [f64; SHAPE] =
            std::array::from_fn(|at| p.iter().zip(&*moves).map(|(p, moves)| p * moves[at]).sum());
        for (k, pk) in p.iter().enumerate() {
            for at in 0..SHAPE {
                direction[at] = moves[k][at] - expected[at];
            }
            for (j, pj) in p.iter().enumerate() {
                direction[SHAPE + j] = f64::from(u8::from(k == j)) - pj;
            }
            if k == class {
                for (cell, direction) in self.gradient.iter_mut().zip(&*direction) {
                    *cell -= weight * direction;
                }
            }
            for (row, a) in self.hessian.iter_mut().zip(&*direction) {
                for (cell, b) in row.iter_mut().zip(&*direction) {
                    *cell += weight * pk * a * b;
                }
            }
        }
    }

    fn penalise(&mut self, total: f64) {
        let Calibration { scale, bend, bias } = &self.calibration;
        let shape = [
            (SCALE_RIDGE, (scale / START_SCALE).ln()),
            (BEND_RIDGE, (bend / START_BEND).ln()),
        ];
        let biases = bias.iter().map(|bias| (RIDGE * total, *bias));
        for (at, (ridge, excess)) in shape.into_iter().chain(biases).enumerate() {
            self.loss += 0.5 * ridge * excess.powi(2);
            self.gradient[at] += ridge * excess;
            self.hessian[at][at] += ridge;
        }
    }
}

/// Solves a small positive-definite system by Gauss elimination.
fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Vec<f64> {
    let n = right.len();
    for pivot in 0..n {
        let diagonal = matrix[pivot][pivot].max(1e-12);
        let pivot_row = matrix[pivot].clone();
        for row in pivot + 1..n {
            let factor = matrix[row][pivot] / diagonal;
            for (cell, above) in matrix[row].iter_mut().zip(&pivot_row).skip(pivot) {
                *cell -= factor * above;
            }
            right[row] -= factor * right[pivot];
        }
    }
    for row in (0..n).rev() {
        let known: f64 = (row + 1..n)
            .map(|column| matrix[row][column] * right[column])
            .sum();
        right[row] = (right[row] - known) / matrix[row][row].max(1e-12);
    }
    right
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::properties::cases;

    /// Numbers from 0 to 1 that look random.
    fn uniform(mut state: u64) -> impl FnMut() -> f64 {
        move || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 33) as f64 / (1u64 << 31) as f64
        }
    }

    /// Scores whose true probabilities are softmax(0.5·score + (0.7, 0)).
    fn sample(n: usize) -> Vec<(Vec<f64>, usize)> {
        let mut uniform = uniform(1);
        (0..n)
            .map(|_| {
                let scores = vec![8.0 * uniform() - 4.0, 0.0];
                let p = 1.0 / (1.0 + (-(0.5 * scores[0] + 0.7)).exp());
                let class = usize::from(uniform() > p);
                (scores, class)
            })
            .collect()
    }

    #[test]
    fn recovers_the_scale_and_the_difference_of_biases() {
        let fitted = fit_calibration(&sample(20_000), &[1.0, 1.0]);
        assert!((fitted.scale - 0.5).abs() < 0.03, "{fitted:?}");
        // The ridge pulls the difference of 0.7 a little towards 0.
        assert!(
            (fitted.bias[0] - fitted.bias[1] - 0.65).abs() < 0.08,
            "{fitted:?}"
        );
    }

    /// Scores that grow twice as fast as the evidence beyond some point are found out.
    #[test]
    fn recovers_the_bend() {
        let truth = Calibration {
            scale: 0.3,
            bend: 8.0,
            bias: vec![0.0, 0.0],
        };
        let mut uniform = uniform(7);
        let held_out: Vec<_> = (0..40_000)
            .map(|_| {
                let score = 120.0 * uniform() - 60.0;
                let scores = vec![score, -score];
                let class = usize::from(uniform() > truth.probabilities(&scores)[0]);
                (scores, class)
            })
            .collect();
        let fitted = fit_calibration(&held_out, &[1.0, 1.0]);
        for score in [1.0, 5.0, 10.0, 30.0, 60.0] {
            let p = |calibration: &Calibration| calibration.probabilities(&[score, -score])[0];
            assert!((p(&fitted) - p(&truth)).abs() < 0.01, "{score}: {fitted:?}");
        }
        assert!((fitted.bend / truth.bend).ln().abs() < 0.3, "{fitted:?}");
    }

    #[test]
    fn a_model_without_a_bend_has_none() {
        let old: Calibration = serde_json::from_str(r#"{"scale":0.1,"bias":[0.5,-0.5]}"#).unwrap();
        let p = old.probabilities(&[70.0, -30.0]);
        let odds = (p[0] / p[1]).ln();
        assert!((odds - (0.1 * 100.0 + 1.0)).abs() < 1e-6, "{odds}");
        let slopes = old.slopes(&[70.0, 20.0, 20.0]);
        assert!(slopes.iter().all(|slope| (slope - 0.1).abs() < 1e-9));
    }

    #[test]
    fn a_few_separable_examples_do_not_make_it_certain() {
        let held_out: Vec<_> = (0..10)
            .map(|n| (vec![if n % 2 == 0 { 5.0 } else { -5.0 }, 0.0], n % 2))
            .collect();
        let p = fit_calibration(&held_out, &[1.0, 1.0]).probabilities(&[5.0, 0.0]);
        assert!(p[0] > 0.8 && p[0] < 0.999, "{p:?}");
    }

    #[test]
    fn it_is_found_again_from_nearby() {
        let held_out = sample(2_000);
        let fitted = fit_calibration(&held_out, &[1.0, 1.0]);
        let start = fit_calibration(&held_out[..1_000], &[1.0, 1.0]);
        let again = refit_calibration(start, &held_out, &[1.0, 1.0]);
        for (scores, _) in held_out {
            let (a, b) = (fitted.probabilities(&scores), again.probabilities(&scores));
            assert!((a[0] - b[0]).abs() < 1e-4, "{fitted:?} {again:?}");
        }
    }

    #[test]
    fn nothing_to_fit_gives_the_neutral_one() {
        assert_eq!(fit_calibration(&[], &[1.0; 4]), Calibration::neutral(4));
    }

    /// A calibration such as a fit may give, and scores such as a message may have.
    fn calibrated() -> impl Strategy<Value = (Calibration, Vec<f64>)> {
        let calibration = (1e-4..10.0, 1e-2..1e4, vec(-20.0..20.0, 4));
        let calibration =
            calibration.prop_map(|(scale, bend, bias)| Calibration { scale, bend, bias });
        (calibration, vec(-1e5..1e5, 4))
    }

    /// Mean negative log-probability of the right classes.
    fn log_loss(calibration: &Calibration, held_out: &[(Vec<f64>, usize)]) -> f64 {
        let loss = |(scores, class): &(Vec<f64>, usize)| {
            -calibration.probabilities(scores)[*class]
                .max(f64::MIN_POSITIVE)
                .ln()
        };
        held_out.iter().map(loss).sum::<f64>() / held_out.len() as f64
    }

    proptest! {
        #![proptest_config(cases(500))]

        /// They are probabilities, and evidence for a class never counts against it.
        #[test]
        fn more_evidence_is_never_less(
            (calibration, mut scores) in calibrated(),
            class in 0..4_usize,
            more in 0.0..1e4,
        ) {
            let before = calibration.probabilities(&scores);
            prop_assert!((before.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{before:?}");
            prop_assert!(before.iter().all(|p| (0.0..=1.0).contains(p)), "{before:?}");
            scores[class] += more;
            let after = calibration.probabilities(&scores);
            prop_assert!(after[class] >= before[class] - 1e-12, "{before:?} {after:?}");
        }

        /// A fit to anything has sensible numbers, and is no worse than none.
        #[test]
        fn a_fit_is_no_worse_than_none(
            held_out in vec((vec(-300.0..300.0, 3), 0..3_usize), 1..24),
        ) {
            let weights = [1.0; 3];
            let fitted = fit_calibration(&held_out, &weights);
            let numbers = [fitted.scale, fitted.bend].into_iter().chain(fitted.bias.clone());
            prop_assert!(numbers.clone().all(f64::is_finite), "{fitted:?}");
            prop_assert!(fitted.scale > 0.0 && fitted.bend > 0.0, "{fitted:?}");
            let (with, without) = (
                log_loss(&fitted, &held_out),
                log_loss(&Calibration::neutral(3), &held_out),
            );
            prop_assert!(with <= without + 1e-9, "{with} {without} {fitted:?}");
        }
    }
}
