//! Counting many messages at once, on all cores.

use std::borrow::Cow;

use rayon::prelude::*;

use super::{CountError, Counts};
use crate::features::{Event, Evidence};

/// Shares of the keys, by their first bits, that are counted side by side. Each fits a core's
/// cache, and their number does not depend on the machine.
const SHARES: usize = 64;

/// Messages that are dealt out in one go.
const DEAL: usize = 256;

/// One event of one message.
#[derive(Debug, Clone, Copy)]
struct Posting {
    key: u64,
    weight: u32,
    class: u32,
}

impl Counts {
    /// The counts of messages, each with its class: what [`Counts::learn`] makes of them one by
    /// one, in a fraction of the time and by ascending key.
    ///
    /// # Errors
    /// If a count does not fit.
    pub fn gather(
        evidence: Evidence,
        n_classes: usize,
        messages: &[(usize, Cow<'_, [Event]>)],
    ) -> Result<Counts, CountError> {
        let dealt: Vec<Vec<Vec<Posting>>> = messages.par_chunks(DEAL).map(deal).collect();
        let shares: Result<Vec<(Vec<u64>, Vec<u32>)>, CountError> = (0..SHARES)
            .into_par_iter()
            .map(|share| {
                let parts = dealt.iter().map(|shares| shares[share].as_slice());
                count(parts.collect::<Vec<_>>().concat(), n_classes)
            })
            .collect();
        let (keys, rows): (Vec<Vec<u64>>, Vec<Vec<u32>>) = shares?.into_iter().unzip();
        let mut n_messages = vec![0; n_classes];
        for (class, _) in messages {
            n_messages[*class] += 1;
        }
        Ok(Counts::from_rows(
            evidence,
            (keys.concat(), rows.concat()),
            n_messages,
        ))
    }
}

fn deal(messages: &[(usize, Cow<'_, [Event]>)]) -> Vec<Vec<Posting>> {
    let mut shares = vec![Vec::new(); SHARES];
    for (class, events) in messages {
        for event in events.iter() {
            let share = event.key >> (u64::BITS - SHARES.ilog2());
            shares[share as usize].push(Posting {
                key: event.key,
                weight: event.weight,
                class: *class as u32,
            });
        }
    }
    shares
}

/// The keys in their order, and a row of counts for each.
fn count(mut postings: Vec<Posting>, n_classes: usize) -> Result<(Vec<u64>, Vec<u32>), CountError> {
    postings.sort_unstable_by_key(|posting| posting.key);
    let (mut keys, mut rows) = (Vec::new(), Vec::new());
    for of_one in postings.chunk_by(|a, b| a.key == b.key) {
        keys.push(of_one[0].key);
        let start = rows.len();
        rows.resize(start + n_classes, 0u32);
        for posting in of_one {
            let cell = &mut rows[start + posting.class as usize];
            *cell = cell
                .checked_add(posting.weight)
                .ok_or(CountError::Overflow)?;
        }
    }
    Ok((keys, rows))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::key_of;

    #[test]
    fn it_counts_what_learning_one_by_one_counts() {
        let message = |n: usize| {
            let events = (0..n % 60).map(|word| Event {
                key: key_of(&(n * word % 997).to_string()),
                weight: 1 + word as u32,
            });
            (n % 3, Cow::Owned(events.collect()))
        };
        let messages: Vec<(usize, Cow<'_, [Event]>)> = (0..1_000).map(message).collect();
        let mut learned = Counts::new(3);
        for (class, events) in &messages {
            learned.learn(*class, events).unwrap();
        }
        let gathered = Counts::gather(Evidence::Contact, 3, &messages).unwrap();
        assert_eq!(gathered, learned);
        let keys: Vec<u64> = gathered.iter().map(|(key, _)| key).collect();
        assert!(keys.is_sorted() && keys.len() > 900, "{}", keys.len());
    }

    #[test]
    fn a_count_that_does_not_fit_is_refused() {
        let much = Event {
            key: 1,
            weight: u32::MAX,
        };
        let message = || (0, Cow::Owned(vec![much]));
        let messages = [message(), message()];
        let gathered = Counts::gather(Evidence::Contact, 2, &messages);
        assert_eq!(gathered, Err(CountError::Overflow));
    }
}
