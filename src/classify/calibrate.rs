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
    let n_classes = weights.len();
    let mut at = Calibration::neutral(n_classes);
    if held_out.is_empty() {
        return at;
    }
    let mut loss = penalised_loss(&at, held_out, weights);
    for _ in 0..100 {
        let step = newton_step(&at, held_out, weights);
        let mut length = 1.0;
        let improved = loop {
            let candidate = stepped(&at, &step, length);
            let candidate_loss = penalised_loss(&candidate, held_out, weights);
            if candidate_loss < loss {
                break Some((candidate, candidate_loss));
            }
            length /= 2.0;
            if length < 1e-6 {
                break None;
            }
        };
        let Some((candidate, candidate_loss)) = improved else {
            break;
        };
        let gain = loss - candidate_loss;
        (at, loss) = (candidate, candidate_loss);
        if gain < 1e-9 * loss.abs() {
            break;
        }
    }
    at
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

fn penalised_loss(at: &Calibration, held_out: &[(Vec<f64>, usize)], weights: &[f64]) -> f64 {
    let mut loss = 0.0;
    let mut total = 0.0;
    for (scores, class) in held_out {
        let p = at.probabilities(scores)[*class];
        loss -= weights[*class] * p.max(1e-300).ln();
        total += weights[*class];
    }
    let ridge: f64 = at.bias.iter().map(|bias| bias * bias).sum();
    loss + 0.5 * RIDGE * total * ridge + 0.5 * SCALE_RIDGE * (at.scale / START_SCALE).ln().powi(2)
}

/// Gradient premultiplied with the inverse (Gauss-Newton) Hessian, over `(ln scale, bias…)`.
fn newton_step(at: &Calibration, held_out: &[(Vec<f64>, usize)], weights: &[f64]) -> Vec<f64> {
    let n = weights.len() + 1;
    let mut gradient = vec![0.0; n];
    let mut hessian = vec![vec![0.0; n]; n];
    let mut total = 0.0;
    for (scores, class) in held_out {
        let weight = weights[*class];
        total += weight;
        let p = at.probabilities(scores);
        let scaled: Vec<f64> = scores.iter().map(|score| score * at.scale).collect();
        let mean: f64 = p.iter().zip(&scaled).map(|(p, s)| p * s).sum();
        gradient[0] += weight * (mean - scaled[*class]);
        for (k, pk) in p.iter().enumerate() {
            gradient[k + 1] += weight * (pk - f64::from(u8::from(k == *class)));
            hessian[0][0] += weight * pk * (scaled[k] - mean).powi(2);
            let cross = weight * pk * (scaled[k] - mean);
            hessian[0][k + 1] += cross;
            hessian[k + 1][0] += cross;
            for (j, pj) in p.iter().enumerate() {
                let same = f64::from(u8::from(k == j));
                hessian[k + 1][j + 1] += weight * pk * (same - pj);
            }
        }
    }
    gradient[0] += SCALE_RIDGE * (at.scale / START_SCALE).ln();
    hessian[0][0] += SCALE_RIDGE;
    for k in 1..n {
        gradient[k] += RIDGE * total * at.bias[k - 1];
        hessian[k][k] += RIDGE * total;
    }
    solve(hessian, gradient)
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
