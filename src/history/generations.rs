//! A map that forgets: bounded, and cheap at it.

use crate::features::KeyMap;

/// A map from hashes that holds at most its bound. It keeps two generations: when the young one
/// holds half the bound, the old one is forgotten and the young one grows old. What is touched is
/// young again, so what is forgotten was not touched for the longest time.
#[derive(Debug, Clone)]
pub struct Generations<V> {
    young: KeyMap<V>,
    old: KeyMap<V>,
    half: usize,
}

impl<V> Generations<V> {
    /// An empty map for at most `bound` entries, at least two.
    pub fn new(bound: usize) -> Generations<V> {
        Generations {
            young: KeyMap::default(),
            old: KeyMap::default(),
            half: (bound / 2).max(1),
        }
    }

    /// What is remembered under a key.
    pub fn get(&self, key: u64) -> Option<&V> {
        self.young.get(&key).or_else(|| self.old.get(&key))
    }

    /// What is remembered under a key, to be changed; `new` if nothing is.
    pub fn touch(&mut self, key: u64, new: impl FnOnce() -> V) -> &mut V {
        if !self.young.contains_key(&key) && self.young.len() >= self.half {
            // The entry may be among those that are old now.
            let mut forgotten = std::mem::replace(&mut self.old, std::mem::take(&mut self.young));
            let kept = forgotten.remove(&key);
            self.young.extend(kept.map(|value| (key, value)));
        }
        let old = &mut self.old;
        self.young
            .entry(key)
            .or_insert_with(|| old.remove(&key).unwrap_or_else(new))
    }

    /// All entries, in no order.
    pub fn into_entries(self) -> impl Iterator<Item = (u64, V)> {
        self.old.into_iter().chain(self.young)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_holds_and_what_is_used_stays() {
        let mut map = Generations::new(10);
        for key in 0..1_000 {
            *map.touch(key, || 0) += 1;
            *map.touch(7_777, || 0) += 1;
        }
        assert_eq!(map.get(7_777), Some(&1_000));
        assert_eq!(map.get(0), None);
        assert!(map.into_entries().count() <= 11);
    }
}
