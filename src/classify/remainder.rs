//! What is left of counts without some messages, for the events of these messages alone: judging a
//! message by everything but itself asks for no other event, and of a fold's events there are far
//! fewer than of all.

use super::counts::Extent;
use super::{CountError, Counts};
use crate::features::{Event, KeyMap};

/// Counts less some messages. The whole stays as it is.
#[derive(Debug)]
pub struct Remainder<'a> {
    whole: &'a Counts,
    /// Row of each event that was looked at.
    index: KeyMap<u32>,
    /// What is left of these events; row-major.
    rows: Vec<u32>,
    extent: Extent,
    messages: Vec<u64>,
}

impl<'a> Remainder<'a> {
    /// The whole, of which nothing was taken away yet.
    pub fn of(whole: &'a Counts) -> Remainder<'a> {
        Remainder {
            index: KeyMap::default(),
            rows: Vec::new(),
            extent: whole.extent().clone(),
            messages: whole.messages().to_vec(),
            whole,
        }
    }

    /// Messages left in each class.
    pub fn messages(&self) -> &[u64] {
        &self.messages
    }

    /// Takes a counted message away, as [`Counts::unlearn`] does. Its events are looked at, whether
    /// it was counted or not.
    ///
    /// # Errors
    /// If the message cannot have been counted in this class; nothing is changed then.
    pub fn unlearn(&mut self, class: usize, events: &[Event]) -> Result<(), CountError> {
        let n_classes = self.messages.len();
        let cells: Vec<usize> = events
            .iter()
            .map(|event| self.look_at(event.key) * n_classes + class)
            .collect();
        let pairs = || cells.iter().zip(events);
        let counted = self.messages[class] > 0
            && pairs().all(|(cell, event)| self.rows[*cell] >= event.weight);
        if !counted {
            return Err(CountError::NotCounted);
        }
        for (cell, event) in pairs() {
            self.rows[*cell] -= event.weight;
            let start = cell - class;
            let is_gone = self.rows[start..start + n_classes].iter().all(|n| *n == 0);
            self.extent.n_events -= usize::from(is_gone);
            self.extent.totals[class] -= u64::from(event.weight);
        }
        self.messages[class] -= 1;
        Ok(())
    }

    /// Row of an event, copied from the whole at first.
    fn look_at(&mut self, key: u64) -> usize {
        let n_classes = self.messages.len();
        let next = (self.rows.len() / n_classes) as u32;
        let row = *self.index.entry(key).or_insert(next);
        if row == next {
            match self.whole.row(key) {
                Some(counts) => self.rows.extend_from_slice(counts),
                None => self.rows.resize(self.rows.len() + n_classes, 0),
            }
        }
        row as usize
    }

    /// The rows of the events that were looked at, the counts in these rows, and what all events
    /// that are left come to.
    pub(super) fn into_parts(self) -> (KeyMap<u32>, Vec<u32>, Extent) {
        (self.index, self.rows, self.extent)
    }
}
