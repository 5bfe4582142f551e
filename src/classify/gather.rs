//! Counting many messages at once, on all cores, and judging each by the counts without its fold.
//!
//! The events of all messages are sorted by key. Where all occurrences of an event stand side by
//! side, its counts and what is left of them without each fold are plain sums; an event of one
//! fold only, as most are, leaves nothing to judge that fold by.

use std::borrow::Cow;

use rayon::prelude::*;

use super::estimator::Distinct;
use super::{CountError, Counts, Estimate, EstimateError, KnownEvent};
use crate::features::{Event, Evidence};

/// Shares of the keys, by their first bits, that are counted side by side. Their number does not
/// depend on the machine, and neither do the counts.
const SHARES: usize = 8;

/// Times the messages are gone through, each for another part of the keys: bounds the memory for
/// what is sorted to an eighth of all events.
const ROUNDS: usize = 8;

/// Messages that are dealt out in one go.
const DEAL: usize = 256;

/// No parameters for this event.
const UNKNOWN: u32 = u32::MAX;

/// A message to count, and to judge without its fold.
#[derive(Debug, Clone)]
pub struct Member<'a> {
    /// Its class.
    pub class: usize,
    /// Its fold.
    pub fold: usize,
    /// What it is judged by.
    pub events: &'a [Event],
    /// What is counted of it: the same keys in the same order, each once.
    pub counted: Cow<'a, [Event]>,
}

/// Counted messages.
#[derive(Debug)]
pub struct Gathered<'a> {
    members: &'a [Member<'a>],
    /// Where each member's events begin among those of its fold.
    starts: Vec<u32>,
    counts: Counts,
    shares: Vec<Share>,
    n_folds: usize,
}

/// One event of one message.
#[derive(Debug, Clone, Copy)]
struct Posting {
    key: u64,
    weight: u32,
    /// Where it stands among the events of its fold.
    place: u32,
    class: u16,
    fold: u16,
}

/// The counts of a share of the keys.
#[derive(Debug, Default)]
struct Share {
    keys: Vec<u64>,
    /// Row-major.
    rows: Vec<u32>,
    folds: Vec<Fold>,
}

/// What a share knows of a fold.
#[derive(Debug, Clone, Default)]
struct Fold {
    /// Counts of the fold itself, per class.
    own: Vec<u64>,
    /// Events of this fold alone.
    gone: usize,
    /// What is left without the fold of its other events; row-major.
    left: Vec<u32>,
    /// Places of events, and which row of `left` is theirs.
    places: Vec<(u32, u32)>,
}

impl<'a> Gathered<'a> {
    /// Counts messages: what [`Counts::learn`] makes of them one by one, in a fraction of the time
    /// and by ascending key.
    ///
    /// # Errors
    /// If a count does not fit.
    pub fn count(
        evidence: Evidence,
        n_classes: usize,
        members: &'a [Member<'a>],
    ) -> Result<Gathered<'a>, CountError> {
        let (starts, n_folds) = starts(members);
        let mut shares = Vec::with_capacity(ROUNDS * SHARES);
        for round in 0..ROUNDS {
            let dealt: Vec<Vec<Vec<Posting>>> = members
                .par_chunks(DEAL)
                .zip(starts.par_chunks(DEAL))
                .map(|(members, starts)| deal(members, starts, round))
                .collect();
            let counted: Result<Vec<Share>, CountError> = (0..SHARES)
                .into_par_iter()
                .map(|share| {
                    let parts: Vec<&[Posting]> = dealt
                        .iter()
                        .map(|shares| shares[share].as_slice())
                        .collect();
                    Share::count(parts.concat(), n_classes, n_folds)
                })
                .collect();
            shares.extend(counted?);
        }
        let mut messages = vec![0; n_classes];
        for member in members {
            messages[member.class] += 1;
        }
        let (mut keys, mut rows) = (Vec::new(), Vec::new());
        for share in &mut shares {
            keys.append(&mut share.keys);
            rows.append(&mut share.rows);
        }
        Ok(Gathered {
            members,
            starts,
            counts: Counts::from_rows(evidence, (keys, rows), messages),
            shares,
            n_folds,
        })
    }

    /// The counts of all messages.
    pub fn into_counts(self) -> Counts {
        self.counts
    }

    /// The scores of every message by the counts without its fold, as a fit of all that is left
    /// gives them; none for folds that leave messages of one class only.
    ///
    /// # Errors
    /// If linfa refuses.
    pub fn held_out(&self, alpha: f64) -> Result<Vec<Option<Vec<f64>>>, EstimateError> {
        let judged: Result<Vec<_>, EstimateError> = (0..self.n_folds)
            .into_par_iter()
            .map(|fold| self.judge(fold, alpha))
            .collect();
        let mut scores = vec![None; self.members.len()];
        for (index, own) in judged?.into_iter().flatten() {
            scores[index] = Some(own);
        }
        Ok(scores)
    }

    /// Positions of a fold's members with their scores.
    fn judge(&self, fold: usize, alpha: f64) -> Result<Vec<(usize, Vec<f64>)>, EstimateError> {
        let members = || {
            let all = self.members.iter().zip(&self.starts).enumerate();
            all.filter(move |(_, (member, _))| member.fold == fold)
        };
        let mut left = self.counts.messages().to_vec();
        members().for_each(|(_, (member, _))| left[member.class] -= 1);
        if left.iter().filter(|n| **n > 0).count() < 2 {
            return Ok(Vec::new());
        }
        let n_places = members().map(|(_, (member, _))| member.events.len()).sum();
        let (rows, estimate) = self.fit(fold, n_places, alpha)?;
        let judge = |(index, (member, start)): (usize, (&Member<'_>, &u32))| {
            let rows = &rows[*start as usize..][..member.events.len()];
            let known = rows.iter().zip(0..).filter(|(row, _)| **row != UNKNOWN);
            let known = known.map(|(&row, position)| KnownEvent { position, row });
            let known = estimate.strongest(member.events, known.collect());
            (index, estimate.sum(member.events, &known))
        };
        Ok(members().map(judge).collect())
    }

    /// For each place of a fold the row of its parameters in an estimate without the fold.
    fn fit(
        &self,
        fold: usize,
        n_places: usize,
        alpha: f64,
    ) -> Result<(Vec<u32>, Estimate), EstimateError> {
        let n_classes = self.counts.n_classes();
        let mut extent = self.counts.extent().clone();
        let mut distinct = Distinct::default();
        let mut rows = vec![UNKNOWN; n_places];
        for share in &self.shares {
            let own = &share.folds[fold];
            extent.take(&own.own, own.gone);
            let numbers: Vec<u32> = own
                .left
                .chunks(n_classes)
                .map(|row| distinct.number(row))
                .collect();
            for (place, row) in &own.places {
                rows[*place as usize] = numbers[*row as usize];
            }
        }
        let log_odds = distinct.fit(&extent, alpha)?;
        Ok((rows, Estimate::of_rows(n_classes, log_odds)))
    }
}

/// Where each member's events begin among those of its fold, and the number of folds.
fn starts(members: &[Member<'_>]) -> (Vec<u32>, usize) {
    let n_folds = members.iter().map(|member| member.fold + 1).max();
    let mut next = vec![0u32; n_folds.unwrap_or_default()];
    let start = |member: &Member<'_>| {
        let start = next[member.fold];
        next[member.fold] += member.counted.len() as u32;
        start
    };
    let starts = members.iter().map(start).collect();
    (starts, next.len())
}

/// The events of messages whose keys are of a round, by share.
fn deal(members: &[Member<'_>], starts: &[u32], round: usize) -> Vec<Vec<Posting>> {
    const BITS: u32 = (ROUNDS * SHARES).ilog2();
    let mut shares = vec![Vec::new(); SHARES];
    for (member, start) in members.iter().zip(starts) {
        for (event, place) in member.counted.iter().zip(*start..) {
            let part = (event.key >> (u64::BITS - BITS)) as usize;
            if part / SHARES == round {
                shares[part % SHARES].push(Posting {
                    key: event.key,
                    weight: event.weight,
                    place,
                    class: member.class as u16,
                    fold: member.fold as u16,
                });
            }
        }
    }
    shares
}

impl Share {
    fn count(
        mut postings: Vec<Posting>,
        n_classes: usize,
        n_folds: usize,
    ) -> Result<Share, CountError> {
        postings.sort_unstable_by_key(|posting| (posting.key, posting.fold));
        let empty = Fold {
            own: vec![0; n_classes],
            ..Fold::default()
        };
        let mut share = Share {
            folds: vec![empty; n_folds],
            ..Share::default()
        };
        for of_one in postings.chunk_by(|a, b| a.key == b.key) {
            let start = share.rows.len();
            share.keys.push(of_one[0].key);
            share.rows.resize(start + n_classes, 0);
            for posting in of_one {
                let cell = &mut share.rows[start + usize::from(posting.class)];
                *cell = cell
                    .checked_add(posting.weight)
                    .ok_or(CountError::Overflow)?;
            }
            let (rows, folds) = (&share.rows[start..], &mut share.folds);
            for of_fold in of_one.chunk_by(|a, b| a.fold == b.fold) {
                folds[usize::from(of_fold[0].fold)].add(of_fold, rows);
            }
        }
        Ok(share)
    }
}

impl Fold {
    /// Adds the occurrences of one event in this fold; `counts` are those of all folds.
    fn add(&mut self, occurrences: &[Posting], counts: &[u32]) {
        let start = self.left.len();
        self.left.extend_from_slice(counts);
        for posting in occurrences {
            self.own[usize::from(posting.class)] += u64::from(posting.weight);
            self.left[start + usize::from(posting.class)] -= posting.weight;
        }
        if self.left[start..].iter().all(|count| *count == 0) {
            self.left.truncate(start);
            self.gone += usize::from(counts.iter().any(|count| *count > 0));
            return;
        }
        let row = (start / counts.len()) as u32;
        let places = occurrences.iter().map(|posting| (posting.place, row));
        self.places.extend(places);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classify::Remainder;
    use crate::features::key_of;

    fn messages(n: usize) -> Vec<Vec<Event>> {
        let message = |n: usize| {
            let words = (0..n % 170).map(|word| (n * 7 + word * (3 + n % 11)) % 1_997);
            let mut keys: Vec<u64> = words.map(|word| key_of(&word.to_string())).collect();
            keys.sort_unstable_by_key(|key| key.rotate_left(32));
            keys.dedup();
            let weigh = |(at, key)| Event {
                key,
                weight: 1 + (at as u32 * n as u32) % 900,
            };
            keys.into_iter().enumerate().map(weigh).collect()
        };
        (0..n).map(message).collect()
    }

    fn members(messages: &[Vec<Event>], n_folds: usize) -> Vec<Member<'_>> {
        messages
            .iter()
            .enumerate()
            .map(|(n, events)| Member {
                class: n % 3,
                fold: n / 3 % n_folds,
                events,
                counted: Cow::Borrowed(events.as_slice()),
            })
            .collect()
    }

    #[test]
    fn it_counts_what_learning_one_by_one_counts() {
        let messages = messages(700);
        let members = members(&messages, 7);
        let mut learned = Counts::new(3);
        for member in &members {
            learned.learn(member.class, &member.counted).unwrap();
        }
        let gathered = Gathered::count(Evidence::Contact, 3, &members).unwrap();
        assert_eq!(gathered.counts, learned);
        let keys: Vec<u64> = gathered.counts.iter().map(|(key, _)| key).collect();
        assert!(keys.is_sorted() && keys.len() > 900, "{}", keys.len());
    }

    #[test]
    fn a_message_scores_as_by_a_fit_of_all_other_folds() {
        let messages = messages(700);
        let members = members(&messages, 7);
        let gathered = Gathered::count(Evidence::Contact, 3, &members).unwrap();
        let held_out = gathered.held_out(0.3).unwrap();
        for fold in 0..7 {
            let mut rest = gathered.counts.clone();
            let mut part = Remainder::of(&gathered.counts);
            let own = || {
                members
                    .iter()
                    .zip(&held_out)
                    .filter(|(m, _)| m.fold == fold)
            };
            for (member, _) in own() {
                rest.unlearn(member.class, &member.counted).unwrap();
                part.unlearn(member.class, &member.counted).unwrap();
            }
            let refitted = Estimate::fit(&rest, 0.3).unwrap();
            let part = Estimate::fit_remainder(part, 0.3).unwrap();
            for (member, scores) in own() {
                let scores = scores.as_ref().unwrap();
                for expected in [refitted.scores(member.events), part.scores(member.events)] {
                    for (a, b) in scores.iter().zip(expected) {
                        assert!((a - b).abs() < 1e-9, "{a} {b}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_fold_that_leaves_one_class_is_not_judged() {
        let messages = messages(30);
        let mut members = members(&messages[20..], 2);
        members
            .iter_mut()
            .for_each(|member| member.class = member.fold);
        let gathered = Gathered::count(Evidence::Contact, 2, &members).unwrap();
        assert!(gathered.held_out(0.3).unwrap().iter().all(Option::is_none));
    }

    #[test]
    fn a_count_that_does_not_fit_is_refused() {
        let much = [Event {
            key: 1,
            weight: u32::MAX,
        }];
        let member = Member {
            class: 0,
            fold: 0,
            events: &much,
            counted: Cow::Borrowed(&much),
        };
        let members = [member.clone(), member];
        let gathered = Gathered::count(Evidence::Contact, 2, &members).map(drop);
        assert_eq!(gathered, Err(CountError::Overflow));
    }
}
