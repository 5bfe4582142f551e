//! What a method said about one held-out message.

/// What a method said about one held-out message.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// Position of the message in the collection.
    pub case: usize,
    /// The right class.
    pub truth: usize,
    /// Probability of each class; they sum to 1.
    pub probabilities: Vec<f64>,
    /// The class it would be filed under; none if unsure.
    pub filed: Option<usize>,
}

impl Prediction {
    /// The likeliest class; of equals, the first.
    pub fn best(&self) -> usize {
        let mut best = 0;
        for (class, p) in self.probabilities.iter().enumerate() {
            if *p > self.probabilities[best] {
                best = class;
            }
        }
        best
    }

    /// Whether the likeliest class is the right one.
    pub fn is_right(&self) -> bool {
        self.best() == self.truth
    }
}
