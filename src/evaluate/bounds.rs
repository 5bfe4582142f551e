//! How bad a share can be, given how often it was seen.

use statrs::distribution::{Beta, ContinuousCDF};

/// Confidence of every bound.
const CONFIDENCE: f64 = 0.95;

/// The one-sided 95 % upper bound of a share that was seen `hits` times in `trials`.
///
/// Clopper and Pearson, "The use of confidence or fiducial limits illustrated in the case of the
/// binomial" (1934): the 95 % point of the beta distribution with parameters `hits + 1` and
/// `trials - hits`. None seen in 300 shows only that the share is below 1 %.
pub fn upper_bound(hits: usize, trials: usize) -> f64 {
    if hits >= trials {
        return 1.0;
    }
    Beta::new((hits + 1) as f64, (trials - hits) as f64)
        .map_or(1.0, |beta| beta.inverse_cdf(CONFIDENCE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_binomial_tail() {
        // For no hit the bound has a closed form: (1 - p)^n = 0.05.
        for trials in [1, 10, 300, 5000] {
            let exact = 1.0 - 0.05_f64.powf(1.0 / trials as f64);
            assert!((upper_bound(0, trials) - exact).abs() < 1e-6, "{trials}");
        }
        // With 2 hits in 20 the chance of 2 or fewer at the bound is 5 %.
        let p = upper_bound(2, 20);
        let tail: f64 = [(0, 1.0), (1, 20.0), (2, 190.0)]
            .iter()
            .map(|(k, ways)| ways * p.powi(*k) * (1.0 - p).powi(20 - k))
            .sum();
        assert!((tail - 0.05).abs() < 1e-6, "{tail}");
        assert_eq!((upper_bound(3, 3), upper_bound(0, 0)), (1.0, 1.0));
    }
}
