//! Event counts by class: whole numbers, so that adding and taking away are exact.

use std::sync::Arc;

use super::keys::{Ascending, Keys};
use crate::features::{Event, Evidence};

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
    /// Whose the rows are.
    keys: Keys,
    /// Row-major, one row an event, `n_classes` wide.
    rows: Vec<u32>,
    /// What the rows come to.
    extent: Extent,
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
            extent: Extent::none(n_classes),
            messages: vec![0; n_classes],
            ..Counts::default()
        }
    }

    /// Rows that were counted: the keys ascending, each once, and for each a count a class.
    pub(crate) fn from_rows(
        evidence: Evidence,
        (keys, rows): (Vec<u64>, Vec<u32>),
        messages: Vec<u64>,
    ) -> Counts {
        let n_classes = messages.len();
        Counts {
            evidence,
            n_classes,
            extent: Extent::of(n_classes, &rows),
            keys: Keys::ascending(keys),
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

    /// Messages counted in each class.
    pub fn messages(&self) -> &[u64] {
        &self.messages
    }

    /// Number of distinct events with a count.
    pub fn n_events(&self) -> usize {
        self.extent.n_events
    }

    /// What all events come to.
    pub(super) fn extent(&self) -> &Extent {
        &self.extent
    }

    /// The keys of the first rows.
    pub(super) fn first(&self) -> &Arc<Ascending> {
        self.keys.first()
    }

    /// The counts of one event, if it has any.
    pub(super) fn row(&self, key: u64) -> Option<&[u32]> {
        let row = self.row_at(self.keys.number(key)?);
        is_counted(row).then_some(row)
    }

    fn row_at(&self, number: usize) -> &[u32] {
        let start = number * self.n_classes;
        &self.rows[start..start + self.n_classes]
    }

    /// Counts a message in a class.
    ///
    /// # Errors
    /// If a count no longer fits; nothing is changed then.
    pub fn learn(&mut self, class: usize, events: &[Event]) -> Result<(), CountError> {
        let starts: Vec<usize> = events
            .iter()
            .map(|event| self.start_or_next(event.key))
            .collect();
        let pairs = || starts.iter().zip(events);
        let fits =
            |(start, event): (&usize, &Event)| self.rows[start + class].checked_add(event.weight);
        if pairs().any(|pair| fits(pair).is_none()) {
            return Err(CountError::Overflow);
        }
        for (start, event) in pairs() {
            let row = &mut self.rows[*start..start + self.n_classes];
            let is_new = !is_counted(row);
            row[class] += event.weight;
            self.extent.n_events += usize::from(is_new && is_counted(row));
            self.extent.totals[class] += u64::from(event.weight);
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
        for event in events {
            let start = self.start_or_next(event.key);
            let row = &mut self.rows[start..start + self.n_classes];
            let was_there = is_counted(row);
            row[class] -= event.weight;
            self.extent.n_events -= usize::from(was_there && !is_counted(row));
            self.extent.totals[class] -= u64::from(event.weight);
        }
        self.messages[class] -= 1;
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
        let holds = |event: &Event| {
            let number = self.keys.number(event.key);
            number.is_some_and(|number| self.row_at(number)[class] >= event.weight)
        };
        self.messages[class] > 0 && events.iter().all(holds)
    }

    /// Adds other counts over the same classes.
    ///
    /// # Errors
    /// If a count no longer fits.
    pub fn add(&mut self, other: &Counts) -> Result<(), CountError> {
        for (key, counts) in other.iter() {
            let start = self.start_or_next(key);
            for (cell, more) in self.rows[start..].iter_mut().zip(counts) {
                *cell = cell.checked_add(*more).ok_or(CountError::Overflow)?;
            }
        }
        for (own, more) in self.messages.iter_mut().zip(&other.messages) {
            *own += more;
        }
        self.extent = Extent::of(self.n_classes, &self.rows);
        Ok(())
    }

    /// Events with a count, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (u64, &[u32])> {
        self.all().filter(|(_, row)| is_counted(row))
    }

    /// Every event that came, those whose count is gone too: first those of [`Counts::first`].
    pub(super) fn all(&self) -> impl Iterator<Item = (u64, &[u32])> {
        self.keys
            .iter()
            .zip(self.rows.chunks(self.n_classes.max(1)))
    }

    /// Events with a count, by ascending key: the order of the model file.
    pub fn sorted(&self) -> Vec<(u64, &[u32])> {
        let mut rows: Vec<_> = self.iter().collect();
        // A saved model with a few events more is in order but for its end: the stable sort makes
        // use of that.
        rows.sort_by_key(|(key, _)| *key);
        rows
    }

    /// Where the row of an event starts, which is made if there is none.
    fn start_or_next(&mut self, key: u64) -> usize {
        let start = self.keys.number_or_next(key) * self.n_classes;
        if start == self.rows.len() {
            self.rows.resize(start + self.n_classes, 0);
        }
        start
    }
}

/// True for an event with a count.
pub(super) fn is_counted(row: &[u32]) -> bool {
    row.iter().any(|count| *count > 0)
}

/// What the counts of all events come to: all that the fit of one needs to know of the others.
#[derive(Debug, Clone, Default, PartialEq)]
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

    /// What these rows come to.
    fn of(n_classes: usize, rows: &[u32]) -> Extent {
        let mut extent = Extent::none(n_classes);
        for row in rows.chunks(n_classes.max(1)) {
            extent.n_events += usize::from(is_counted(row));
            for (total, count) in extent.totals.iter_mut().zip(row) {
                *total += u64::from(*count);
            }
        }
        extent
    }

    /// Takes sums of counts away, and events that are gone with them.
    pub(super) fn take(&mut self, counts: &[u64], gone: usize) {
        self.n_events -= gone;
        for (total, count) in self.totals.iter_mut().zip(counts) {
            *total -= count;
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
            prop_assert_eq!(&counts.extent, &Extent::of(3, &counts.rows));
            for (class, events) in learned {
                counts.unlearn(*class, events).unwrap();
            }
            prop_assert_eq!(&counts.extent, &Extent::of(3, &counts.rows));
            prop_assert_eq!(&counts, &before);
            prop_assert_eq!(counts.n_events(), before.n_events());
        }
    }
}
