//! Which row is an event's.

use std::sync::Arc;

use crate::features::KeyMap;

/// Ascending keys, found by their first bits. Keys are hashes and spread evenly, so a bucket holds
/// one or two; where somebody made them crowd, halving still finds one quickly.
#[derive(Debug, Default)]
pub(super) struct Ascending {
    keys: Vec<u64>,
    /// Where each bucket begins, and where the last one ends.
    starts: Vec<u32>,
    /// Bits of a key that do not tell its bucket.
    shift: u32,
}

impl Ascending {
    /// Keys in ascending order, each once.
    fn new(keys: Vec<u64>) -> Ascending {
        debug_assert!(keys.is_sorted_by(|a, b| a < b), "keys out of order");
        let bits = keys.len().next_power_of_two().ilog2().max(1);
        let shift = u64::BITS - bits;
        let mut starts = Vec::with_capacity((1 << bits) + 1);
        for (key, position) in keys.iter().zip(0..) {
            let bucket = (key >> shift) as usize;
            if starts.len() <= bucket {
                starts.resize(bucket + 1, position);
            }
        }
        starts.resize((1 << bits) + 1, keys.len() as u32);
        Ascending {
            keys,
            starts,
            shift,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    /// Position of a key.
    pub(super) fn position(&self, key: u64) -> Option<usize> {
        let bucket = (key >> self.shift) as usize;
        let (start, end) = (*self.starts.get(bucket)?, *self.starts.get(bucket + 1)?);
        let within = &self.keys[start as usize..end as usize];
        let at = within.partition_point(|own| *own < key);
        (within.get(at) == Some(&key)).then_some(start as usize + at)
    }
}

/// Keys numbered in the order they came: first those that were there from the start, ascending,
/// then the later ones. Clones share the first.
#[derive(Debug, Clone, Default)]
pub(super) struct Keys {
    first: Arc<Ascending>,
    later: Vec<u64>,
    /// Number of each later key.
    numbers: KeyMap<u32>,
}

impl Keys {
    /// Numbers keys in ascending order, each given once.
    pub(super) fn ascending(keys: Vec<u64>) -> Keys {
        Keys {
            first: Arc::new(Ascending::new(keys)),
            ..Keys::default()
        }
    }

    pub(super) fn first(&self) -> &Arc<Ascending> {
        &self.first
    }

    pub(super) fn len(&self) -> usize {
        self.first.len() + self.later.len()
    }

    /// All keys, in the order of their numbers.
    pub(super) fn iter(&self) -> impl Iterator<Item = u64> {
        self.first.keys.iter().chain(&self.later).copied()
    }

    /// Number of a key that came.
    pub(super) fn number(&self, key: u64) -> Option<usize> {
        let later = || self.numbers.get(&key).map(|number| *number as usize);
        self.first.position(key).or_else(later)
    }

    /// Number of a key, a new one if it had not come.
    pub(super) fn number_or_next(&mut self, key: u64) -> usize {
        if let Some(position) = self.first.position(key) {
            return position;
        }
        let next = self.len() as u32;
        let number = *self.numbers.entry(key).or_insert(next);
        if number == next {
            self.later.push(key);
        }
        number as usize
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::{btree_set, vec};
    use proptest::prelude::*;

    use super::*;
    use crate::properties::cases;

    /// Spread like hashes, or crowded at either end.
    fn key() -> impl Strategy<Value = u64> {
        prop_oneof![any::<u64>(), 0..40_u64, u64::MAX - 40..=u64::MAX]
    }

    proptest! {
        #![proptest_config(cases(2_000))]

        #[test]
        fn a_key_has_the_number_of_its_turn(
            first in btree_set(key(), 0..80),
            later in vec(key(), 0..40),
        ) {
            let mut keys = Keys::ascending(first.iter().copied().collect());
            let mut turns: Vec<u64> = first.iter().copied().collect();
            for key in later {
                let turn = turns.iter().position(|own| *own == key);
                prop_assert_eq!(keys.number(key), turn);
                prop_assert_eq!(keys.number_or_next(key), turn.unwrap_or(turns.len()));
                if turn.is_none() {
                    turns.push(key);
                }
            }
            for (turn, key) in turns.iter().enumerate() {
                prop_assert_eq!(keys.number(*key), Some(turn));
            }
            prop_assert_eq!(keys.len(), turns.len());
            prop_assert_eq!(keys.iter().collect::<Vec<_>>(), turns);
        }
    }
}
