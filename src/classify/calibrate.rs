//! Scores → probabilities that mean what they say.
//!
//! `p = softmax(scale · score + bias)`, fitted by penalised maximum likelihood on scores of
//! messages that did not train their own score. Temperature scaling with a bias a class; see
//! Guo et al., "On Calibration of Modern Neural Networks" (2017), for the family.

use serde::{Deserialize, Serialize};

use super::softmax;

/// Pull of the penalty towards no bias, per message.
const RIDGE: f64 = 0.01;

/// Pull towards the starting scale, in messages: matters below about 30 examples, where
/// separable data would drive the scale to infinity.
const SCALE_RIDGE: f64 = 1.0;

/// Scale before anything is known.
const START_SCALE: f64 = 0.2;

/// How scores become probabilities.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// Factor on every score; greater than 0.
    pub scale: f64,
    /// Added to each class's scaled score, in the model's order.
    pub bias: Vec<f64>,
}

impl Calibration {
    /// No bias and the cautious starting scale.
    pub fn neutral(n_classes: usize) -> Calibration {
        Calibration {
            scale: START_SCALE,
            bias: vec![0.0; n_classes],
        }
    }

    /// Probabilities of the classes; they sum to 1.
    pub fn probabilities(&self, scores: &[f64]) -> Vec<f64> {
        let mut values: Vec<f64> = scores
            .iter()
            .zip(&self.bias)
            .map(|(score, bias)| self.scale * score + bias)
            .collect();
        softmax(&mut values);
        values
    }
}

/// Fits the calibration to held-out scores: pairs of a message's scores and its class. `weights`
/// holds one weight a class, so that a class's share here need not be its share in the mailbox.
///
/// Damped Newton over `ln scale` and the biases; the objective is convex in `(scale, bias)`.
pub fn fit_calibration(held_out: &[(Vec<f64>, usize)], weights: &[f64]) -> Calibration {
    let start = Calibration::neutral(weights.len());
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
    Calibration {
        scale: (from.scale.ln() - length * step[0]).clamp(-12.0, 4.0).exp(),
        bias: from
            .bias
            .iter()
            .zip(&step[1..])
            .map(|(bias, step)| bias - length * step)
            .collect(),
    }
}

/// The penalised loss at a calibration, with its gradient and (Gauss-Newton) Hessian over
/// `(ln scale, bias…)`.
struct Point {
    calibration: Calibration,
    loss: f64,
    gradient: Vec<f64>,
    hessian: Vec<Vec<f64>>,
}

impl Point {
    fn of(calibration: Calibration, held_out: &[(Vec<f64>, usize)], weights: &[f64]) -> Point {
        let n = weights.len() + 1;
        let mut point = Point {
            calibration,
            loss: 0.0,
            gradient: vec![0.0; n],
            hessian: vec![vec![0.0; n]; n],
        };
        let mut scratch = (vec![0.0; n - 1], vec![0.0; n]);
        let mut total = 0.0;
        for (scores, class) in held_out {
            point.add(scores, *class, weights[*class], &mut scratch);
            total += weights[*class];
        }
        point.penalise(total);
        point
    }

    /// Adds one message. `scratch` holds the probabilities and the direction of one class.
    fn add(
        &mut self,
        scores: &[f64],
        class: usize,
        weight: f64,
        (p, direction): &mut (Vec<f64>, Vec<f64>),
    ) {
        let Calibration { scale, bias } = &self.calibration;
        for ((p, score), bias) in p.iter_mut().zip(scores).zip(bias) {
            *p = scale * score + bias;
        }
        softmax(p);
        self.loss -= weight * p[class].max(1e-300).ln();
        let mean: f64 = p.iter().zip(scores).map(|(p, s)| p * s * scale).sum();
        self.gradient[0] += weight * (mean - scores[class] * scale);
        for (k, pk) in p.iter().enumerate() {
            self.gradient[k + 1] += weight * (pk - f64::from(u8::from(k == class)));
            // How the log-probability of class k moves with each parameter.
            direction[0] = scores[k] * scale - mean;
            for (j, pj) in p.iter().enumerate() {
                direction[j + 1] = f64::from(u8::from(k == j)) - pj;
            }
            for (row, a) in self.hessian.iter_mut().zip(direction.iter()) {
                for (cell, b) in row.iter_mut().zip(direction.iter()) {
                    *cell += weight * pk * a * b;
                }
            }
        }
    }

    fn penalise(&mut self, total: f64) {
        let Calibration { scale, bias } = &self.calibration;
        let excess = (scale / START_SCALE).ln();
        self.loss += 0.5 * SCALE_RIDGE * excess.powi(2);
        self.gradient[0] += SCALE_RIDGE * excess;
        self.hessian[0][0] += SCALE_RIDGE;
        for (k, bias) in bias.iter().enumerate() {
            self.loss += 0.5 * RIDGE * total * bias * bias;
            self.gradient[k + 1] += RIDGE * total * bias;
            self.hessian[k + 1][k + 1] += RIDGE * total;
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
    use super::*;

    /// Scores whose true probabilities are softmax(0.5·score + (0.7, 0)).
    fn sample(n: usize) -> Vec<(Vec<f64>, usize)> {
        let mut state = 1u64;
        let mut uniform = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 33) as f64 / (1u64 << 31) as f64
        };
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

    #[test]
    fn a_few_separable_examples_do_not_make_it_certain() {
        let held_out: Vec<_> = (0..10)
            .map(|n| (vec![if n % 2 == 0 { 5.0 } else { -5.0 }, 0.0], n % 2))
            .collect();
        let p = fit_calibration(&held_out, &[1.0, 1.0]).probabilities(&[5.0, 0.0]);
        assert!(p[0] > 0.8 && p[0] < 0.999, "{p:?}");
    }

    #[test]
    fn nothing_to_fit_gives_the_neutral_one() {
        assert_eq!(fit_calibration(&[], &[1.0; 4]), Calibration::neutral(4));
    }
}
