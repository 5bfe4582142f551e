//! Event counts by class: whole numbers, so that adding and taking away are exact.

use std::sync::OnceLock;

use crate::features::{Event, Evidence, KeyMap};

/// Counts that would not fit or not match.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum CountError {
    /// More than 2³² units of one event in one class.
    #[error("too many messages: an event's count no longer fits 32 bits")]
    Overflow,
    /// Something was taken away that had not been added.
    #[error("a message was taken away that had not been counted")]
    NotCounted,
}

/// For every event the sum of its weights in each class, and the number of messages of each.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    /// What was counted; decides how the counts are smoothed.
    evidence: Evidence,
    n_classes: usize,
    /// Row of each key; made when first needed, judging by saved counts does not need it.
    index: OnceLock<KeyMap<u32>>,
    keys: Vec<u64>,
    /// Row-major, one row an event, `n_classes` wide.
    rows: Vec<u32>,
    messages: Vec<u64>,
}

impl Counts {
    /// No messages yet, of contacts, over this many classes.
    pub fn new(n_classes: usize) -> Counts {
        Counts::of(Evidence::Contact, n_classes)
    }

    /// No messages yet, over this many classes.
    pub fn of(evidence: Evidence, n_classes: usize) -> Counts {
        Counts {
            evidence,
            n_classes,
            messages: vec![0; n_classes],
            ..Counts::default()
        }
    }

    /// Rows that were counted, each key once.
    pub(super) fn from_rows(
        evidence: Evidence,
        (keys, rows): (Vec<u64>, Vec<u32>),
        messages: Vec<u64>,
    ) -> Counts {
        Counts {
            evidence,
            n_classes: messages.len(),
            index: OnceLock::new(),
            keys,
            rows,
            messages,
        }
    }

    /// What is counted.
    pub fn evidence(&self) -> Evidence {
        self.evidence
    }

    /// Number of classes.
    pub fn n_classes(&self) -> usize {
        self.n_classes
    }

    /// Makes room for this many events more.
    pub(crate) fn reserve(&mut self, n_events: usize) {
        self.keys.reserve_exact(n_events);
        self.rows.reserve_exact(n_events * self.n_classes);
    }

    /// Messages counted in each class.
    pub fn messages(&self) -> &[u64] {
        &self.messages
    }

    /// Number of distinct events with a count.
    pub fn n_events(&self) -> usize {
        self.iter().count()
    }

    /// Events with a count, and those whose count is gone.
    pub(super) fn n_rows(&self) -> usize {
        self.keys.len()
    }

    /// What all events come to.
    pub(super) fn extent(&self) -> Extent {
        let mut extent = Extent::none(self.n_classes);
        for (_, row) in self.iter() {
            extent.add(row);
        }
        extent
    }

    /// The counts of one event, if it has any.
    pub(super) fn row(&self, key: u64) -> Option<&[u32]> {
        let start = *self.index().get(&key)? as usize * self.n_classes;
        let row = &self.rows[start..start + self.n_classes];
        row.iter().any(|count| *count > 0).then_some(row)
    }

    /// Counts a message in a class.
    ///
    /// # Errors
    /// If a count no longer fits; nothing is changed then.
    pub fn learn(&mut self, class: usize, events: &[Event]) -> Result<(), CountError> {
        let mut index = self.take_index();
        let rows: Vec<usize> = events
            .iter()
            .map(|event| self.row_of(&mut index, event.key) * self.n_classes + class)
            .collect();
        self.index = index.into();
        let pairs = || rows.iter().zip(events);
        let fits = |(cell, event): (&usize, &Event)| self.rows[*cell].checked_add(event.weight);
        if pairs().any(|pair| fits(pair).is_none()) {
            return Err(CountError::Overflow);
        }
        for (cell, event) in pairs() {
            self.rows[*cell] += event.weight;
        }
        self.messages[class] += 1;
        Ok(())
    }

    /// Takes a counted message away again; afterwards the counts are as if it had never come.
    ///
    /// # Errors
    /// If the message cannot have been counted in this class; nothing is changed then.
    pub fn unlearn(&mut self, class: usize, events: &[Event]) -> Result<(), CountError> {
        if !self.may_hold(class, events) {
            return Err(CountError::NotCounted);
        }
        let mut index = self.take_index();
        for event in events {
            let row = self.row_of(&mut index, event.key);
            self.rows[row * self.n_classes + class] -= event.weight;
        }
        self.messages[class] -= 1;
        self.index = index.into();
        Ok(())
    }

    /// The messages among these that one class may hold already: every event of theirs was counted
    /// in it.
    pub fn holding<'a>(&self, messages: impl Iterator<Item = &'a [Event]>) -> usize {
        let counted = |events: &[Event], class: usize| {
            let in_class = |event: &Event| self.row(event.key).is_some_and(|row| row[class] > 0);
            events.iter().all(in_class)
        };
        messages
            .filter(|events| (0..self.n_classes).any(|class| counted(events, class)))
            .count()
    }

    /// Whether a message can have been counted in a class.
    pub fn may_hold(&self, class: usize, events: &[Event]) -> bool {
        let index = self.index();
        self.messages[class] > 0
            && events.iter().all(|event| {
                index.get(&event.key).is_some_and(|row| {
                    self.rows[*row as usize * self.n_classes + class] >= event.weight
                })
            })
    }

    /// Adds other counts over the same classes.
    ///
    /// # Errors
    /// If a count no longer fits.
    pub fn add(&mut self, other: &Counts) -> Result<(), CountError> {
        let mut index = self.take_index();
        for (key, counts) in other.iter() {
            let row = self.row_of(&mut index, key) * self.n_classes;
            for (cell, more) in self.rows[row..row + self.n_classes].iter_mut().zip(counts) {
                *cell = cell.checked_add(*more).ok_or(CountError::Overflow)?;
            }
        }
        for (own, more) in self.messages.iter_mut().zip(&other.messages) {
            *own += more;
        }
        self.index = index.into();
        Ok(())
    }

    /// Appends the counts of an event that is not there yet, as saved counts are read.
    pub(crate) fn push(&mut self, key: u64, counts: &[u32]) {
        self.index.take();
        self.keys.push(key);
        self.rows.extend_from_slice(counts);
    }

    /// Sets the number of messages of each class.
    pub(crate) fn set_messages(&mut self, messages: &[u64]) {
        self.messages = messages.to_vec();
    }

    /// Events with a count, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (u64, &[u32])> {
        self.keys
            .iter()
            .zip(self.rows.chunks(self.n_classes.max(1)))
            .filter(|(_, row)| row.iter().any(|count| *count > 0))
            .map(|(key, row)| (*key, row))
    }

    /// Events with a count, by ascending key: the order of the model file.
    pub fn sorted(&self) -> Vec<(u64, &[u32])> {
        let mut rows: Vec<_> = self.iter().collect();
        // A saved model with a few events more is in order but for its end: the stable sort makes
        // use of that.
        rows.sort_by_key(|(key, _)| *key);
        rows
    }

    /// Row of an event, which is made if there is none; `index` is the one that was taken.
    fn row_of(&mut self, index: &mut KeyMap<u32>, key: u64) -> usize {
        let next = self.keys.len() as u32;
        let row = *index.entry(key).or_insert(next);
        if row == next {
            self.keys.push(key);
            self.rows.resize(self.rows.len() + self.n_classes, 0);
        }
        row as usize
    }

    fn index(&self) -> &KeyMap<u32> {
        self.index.get_or_init(|| self.make_index())
    }

    /// The index, to be changed and put back; one that is not put back is made anew when needed.
    fn take_index(&mut self) -> KeyMap<u32> {
        self.index.take().unwrap_or_else(|| self.make_index())
    }

    fn make_index(&self) -> KeyMap<u32> {
        self.keys.iter().copied().zip(0..).collect()
    }
}

/// What the counts of all events come to: all that the fit of one needs to know of the others.
#[derive(Debug, Clone)]
pub(super) struct Extent {
    /// Sum of the counts, per class.
    pub(super) totals: Vec<u64>,
    /// Events with a count.
    pub(super) n_events: usize,
}

impl Extent {
    fn none(n_classes: usize) -> Extent {
        Extent {
            totals: vec![0; n_classes],
            n_events: 0,
        }
    }

    /// Takes sums of counts away, and events that are gone with them.
    pub(super) fn take(&mut self, counts: &[u64], gone: usize) {
        self.n_events -= gone;
        for (total, count) in self.totals.iter_mut().zip(counts) {
            *total -= count;
        }
    }

    fn add(&mut self, row: &[u32]) {
        self.n_events += 1;
        for (total, count) in self.totals.iter_mut().zip(row) {
            *total += u64::from(*count);
        }
    }
}

impl PartialEq for Counts {
    fn eq(&self, other: &Counts) -> bool {
        self.messages == other.messages && self.sorted() == other.sorted()
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::{btree_map, vec};
    use proptest::prelude::*;

    use super::*;
    use crate::properties::cases;

    /// A message of few different events, so that messages share them: its class and its weights,
    /// some of which do not fit twice.
    fn message() -> impl Strategy<Value = (usize, Vec<Event>)> {
        let weight = prop_oneof![4 => 1..5_000_u32, 1 => any::<u32>()];
        let events = btree_map(0..12_u64, weight, 0..10);
        let listed = |events: std::collections::BTreeMap<u64, u32>| {
            let event = |(key, weight)| Event { key, weight };
            events.into_iter().map(event).collect()
        };
        (0..3_usize, events.prop_map(listed))
    }

    proptest! {
        #![proptest_config(cases(2_000))]

        /// Whatever was counted, and in whatever order it is taken back: what was never there leaves
        /// no trace, and neither does what would not fit.
        #[test]
        fn what_is_unlearned_was_never_learned(
            kept in vec(message(), 0..6),
            passing in vec(message(), 0..6),
        ) {
            let mut counts = Counts::new(3);
            for (class, events) in &kept {
                let before = counts.clone();
                if counts.learn(*class, events).is_err() {
                    prop_assert_eq!(&counts, &before);
                }
            }
            let before = counts.clone();
            let mut learned = Vec::new();
            for (class, events) in &passing {
                let sofar = counts.clone();
                match counts.learn(*class, events) {
                    Ok(()) => learned.push((class, events)),
                    Err(_) => prop_assert_eq!(&counts, &sofar),
                }
            }
            for (class, events) in learned {
                counts.unlearn(*class, events).unwrap();
            }
            prop_assert_eq!(&counts, &before);
            prop_assert_eq!(counts.n_events(), before.n_events());
        }
    }
}
