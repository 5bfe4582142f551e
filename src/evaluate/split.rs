//! Which messages are learned from and which are judged.

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::Case;
use crate::learn::{Example, group};

/// Folds of the cross-validation, and seeds of the learning curve.
pub const FOLDS: usize = 5;

/// Share of dated messages that is the past.
const PAST: f64 = 0.7;

/// Positions of the messages to learn from and to judge; none is in both.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Split {
    /// Learned from.
    pub train: Vec<usize>,
    /// Judged.
    pub test: Vec<usize>,
}

/// Every message is judged once; messages of one sender or of nearly the same text lie in one
/// fold.
pub fn grouped_folds(cases: &[Case]) -> Vec<Split> {
    let folds = fold_of(cases);
    (0..FOLDS)
        .map(|fold| {
            let (test, train) = (0..cases.len()).partition(|index| folds[*index] == fold);
            Split { train, test }
        })
        .collect()
}

fn fold_of(cases: &[Case]) -> Vec<usize> {
    let examples: Vec<Example> = cases
        .iter()
        .map(|case| without_events(&case.example))
        .collect();
    group(&examples, FOLDS)
}

/// What grouping looks at.
fn without_events(example: &Example) -> Example {
    Example {
        class: example.class,
        events: Vec::new(),
        text: 0..0,
        evidence: example.evidence,
        counts_as: example.counts_as,
        group_key: example.group_key.clone(),
        date: example.date,
    }
}

/// Learns from the first 70 % by date and judges the rest. Messages of the same second lie on one
/// side; messages without a date are in neither, and counted.
pub fn by_time(cases: &[Case]) -> (Split, usize) {
    let mut dated: Vec<(i64, usize)> = cases
        .iter()
        .enumerate()
        .filter_map(|(index, case)| Some((case.example.date?, index)))
        // What is no date at all reads as the first second of 1970.
        .filter(|(date, _)| *date > 0)
        .collect();
    dated.sort_unstable();
    let wanted = (PAST * dated.len() as f64).round() as usize;
    let cut = match dated.get(wanted) {
        Some((date, _)) => dated.partition_point(|(other, _)| other < date),
        None => dated.len(),
    };
    let positions = |part: &[(i64, usize)]| part.iter().map(|(_, index)| *index).collect();
    let (past, future) = dated.split_at(cut);
    let split = Split {
        train: positions(past),
        test: positions(future),
    };
    (split, cases.len() - dated.len())
}

/// The first `n_train` messages teach, the others are judged.
pub fn fixed(n_train: usize, n: usize) -> Split {
    Split {
        train: (0..n_train).collect(),
        test: (n_train..n).collect(),
    }
}

/// One split a seed, with at most `per_class` messages of every class to learn from. The seed
/// chooses the fold that is judged and the messages drawn from the others, so that no group lies
/// on both sides.
pub fn draws(cases: &[Case], n_classes: usize, per_class: usize) -> Vec<Split> {
    let folds = fold_of(cases);
    (0..FOLDS)
        .map(|seed| {
            let mut split = Split::default();
            let mut left: Vec<usize> = vec![per_class; n_classes];
            let mut order: Vec<usize> = (0..cases.len()).collect();
            order.sort_by_key(|index| xxh3_64_with_seed(&index.to_le_bytes(), seed as u64));
            for index in order {
                let room = &mut left[cases[index].example.class];
                if folds[index] == seed {
                    split.test.push(index);
                } else if *room > 0 {
                    *room -= 1;
                    split.train.push(index);
                }
            }
            split.train.sort_unstable();
            split.test.sort_unstable();
            split
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::Forms;
    use super::*;
    use crate::owner::Owner;

    fn case(sender: usize, class: usize, date: &str) -> Case {
        let mail = format!("From: p{sender}@x.example\nDate: {date}\n\nhello {sender}\n");
        Case::read(
            &mail.as_str().into(),
            &Owner::default(),
            class,
            Forms::Extracted,
            Default::default(),
        )
        .0
    }

    fn cases() -> Vec<Case> {
        (0..60)
            .map(|n| {
                let date = format!("{} Jan 2024 10:00:00 +0000", 1 + n % 30);
                case(n / 2, n % 2, &date)
            })
            .collect()
    }

    #[test]
    fn groups_never_lie_on_both_sides() {
        let cases = cases();
        let mut judged = [0; 60];
        for split in grouped_folds(&cases) {
            for index in &split.test {
                judged[*index] += 1;
            }
        }
        assert_eq!(judged, [1; 60]);
        let all = grouped_folds(&cases).into_iter().chain(draws(&cases, 2, 7));
        for split in all {
            let senders = |part: &[usize]| part.iter().map(|i| i / 2).collect::<Vec<_>>();
            let taught = senders(&split.train);
            assert!(senders(&split.test).iter().all(|s| !taught.contains(s)));
        }
    }

    #[test]
    fn a_draw_has_as_many_of_each_class() {
        let cases = cases();
        for split in draws(&cases, 2, 7) {
            let ones = split.train.iter().filter(|i| **i % 2 == 1).count();
            assert_eq!((split.train.len(), ones), (14, 7));
        }
        let seeds = draws(&cases, 2, 7);
        assert_ne!(seeds[0].train, seeds[1].train);
    }

    #[test]
    fn the_past_teaches_and_the_undated_are_counted() {
        let mut cases = cases();
        cases.push(case(99, 0, "no date"));
        let (split, undated) = by_time(&cases);
        assert_eq!((split.train.len(), split.test.len(), undated), (42, 18, 1));
        let date = |index: &usize| cases[*index].example.date;
        assert!(split.train.iter().map(date).max() < split.test.iter().map(date).min());
    }
}
