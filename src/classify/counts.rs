//! Event counts by class: whole numbers, so that adding and taking away are exact.

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
    index: KeyMap<u32>,
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
        self.rows
            .chunks(self.n_classes.max(1))
            .filter(|row| row.iter().any(|count| *count > 0))
            .count()
    }

    /// Counts a message in a class.
    ///
    /// # Errors
    /// If a count no longer fits; the counts are then unchanged up to that event.
    pub fn learn(&mut self, class: usize, events: &[Event]) -> Result<(), CountError> {
        for event in events {
            let row = self.row_of(event.key);
            let cell = &mut self.rows[row * self.n_classes + class];
            *cell = cell.checked_add(event.weight).ok_or(CountError::Overflow)?;
        }
        self.messages[class] += 1;
        Ok(())
    }

    /// Takes a counted message away again; afterwards the counts are as if it had never come.
    ///
    /// # Errors
    /// If the message cannot have been counted in this class; nothing is changed then.
    pub fn unlearn(&mut self, class: usize, events: &[Event]) -> Result<(), CountError> {
        self.make_index();
        let counted = self.messages[class] > 0
            && events.iter().all(|event| {
                self.index.get(&event.key).is_some_and(|row| {
                    self.rows[*row as usize * self.n_classes + class] >= event.weight
                })
            });
        if !counted {
            return Err(CountError::NotCounted);
        }
        for event in events {
            let row = self.row_of(event.key);
            self.rows[row * self.n_classes + class] -= event.weight;
        }
        self.messages[class] -= 1;
        Ok(())
    }

    /// The messages among these that one class may hold already: every event of theirs was counted
    /// in it.
    pub fn holding<'a>(&self, messages: impl Iterator<Item = &'a [Event]>) -> usize {
        let rows: KeyMap<&[u32]> = self.iter().collect();
        let counted = |events: &[Event], class: usize| {
            let in_class = |event: &Event| rows.get(&event.key).is_some_and(|row| row[class] > 0);
            events.iter().all(in_class)
        };
        messages
            .filter(|events| (0..self.n_classes).any(|class| counted(events, class)))
            .count()
    }

    /// Adds other counts over the same classes.
    ///
    /// # Errors
    /// If a count no longer fits.
    pub fn add(&mut self, other: &Counts) -> Result<(), CountError> {
        for (key, counts) in other.iter() {
            self.set_added(key, counts)?;
        }
        for (own, more) in self.messages.iter_mut().zip(&other.messages) {
            *own += more;
        }
        Ok(())
    }

    /// Adds to the counts of one event.
    fn set_added(&mut self, key: u64, counts: &[u32]) -> Result<(), CountError> {
        let row = self.row_of(key) * self.n_classes;
        for (cell, more) in self.rows[row..row + self.n_classes].iter_mut().zip(counts) {
            *cell = cell.checked_add(*more).ok_or(CountError::Overflow)?;
        }
        Ok(())
    }

    /// Appends the counts of an event that is not there yet, as saved counts are read.
    pub(crate) fn push(&mut self, key: u64, counts: &[u32]) {
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
        rows.sort_unstable_by_key(|(key, _)| *key);
        rows
    }

    fn row_of(&mut self, key: u64) -> usize {
        self.make_index();
        let next = self.keys.len() as u32;
        let row = *self.index.entry(key).or_insert(next);
        if row == next {
            self.keys.push(key);
            self.rows.resize(self.rows.len() + self.n_classes, 0);
        }
        row as usize
    }

    fn make_index(&mut self) {
        if self.index.len() < self.keys.len() {
            self.index = self.keys.iter().copied().zip(0..).collect();
        }
    }
}

impl PartialEq for Counts {
    fn eq(&self, other: &Counts) -> bool {
        self.messages == other.messages && self.sorted() == other.sorted()
    }
}
