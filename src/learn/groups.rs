//! Which examples belong together: the same sender, or nearly the same text.

use std::collections::HashMap;

use xxhash_rust::xxh3::xxh3_64;

use super::Example;
use crate::extract::Contact;
use crate::message::Message;
use crate::shingles::{Signature, words};

/// Words of a text that are compared.
const COMPARED_WORDS: usize = 2_000;

/// Values of the signature two texts share if they are nearly the same.
const NEAR: usize = 10;

/// What ties an example to others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GroupKey {
    /// Hash of the sender's own address, or of their name behind a platform's address.
    sender: Option<u64>,
    /// Min-hash of the text's word triples; none for texts too short to be copies.
    signature: Option<Signature>,
}

impl GroupKey {
    /// Reads the key of a message.
    pub fn of(contact: &Contact, message: &Message) -> GroupKey {
        let sender = match contact.is_relayed() {
            true => &contact.sender.name,
            false => &contact.sender.email,
        };
        GroupKey {
            sender: sender
                .as_deref()
                .map(|sender| xxh3_64(sender.to_lowercase().as_bytes())),
            signature: Signature::of(words(contact.words(message)).take(COMPARED_WORDS)),
        }
    }

    /// Hash of the sender.
    pub fn sender(&self) -> Option<u64> {
        self.sender
    }

    /// True if the texts share ten of twelve signature values or more.
    pub fn is_near(&self, other: &GroupKey) -> bool {
        match (&self.signature, &other.signature) {
            (Some(own), Some(theirs)) => own.shared(theirs) >= NEAR,
            _ => false,
        }
    }

    /// What a text shares with its near copies: a number for each band of its signature.
    pub(super) fn text_ties(&self) -> Vec<(u8, u64)> {
        let bands = self.signature.iter().flat_map(Signature::bands);
        (1..).zip(bands).collect()
    }

    /// The bytes to store: of the sender, and of the text's signature.
    pub(crate) fn to_bytes(&self) -> (Option<Vec<u8>>, Option<Vec<u8>>) {
        let sender = self.sender.map(|sender| sender.to_le_bytes().to_vec());
        (sender, self.signature.as_ref().map(Signature::to_bytes))
    }

    /// Reads what [`GroupKey::to_bytes`] gave; bytes of another length are as none.
    pub(crate) fn from_bytes(sender: Option<&[u8]>, signature: Option<&[u8]>) -> GroupKey {
        let number = |bytes: &[u8]| bytes.try_into().ok().map(u64::from_le_bytes);
        GroupKey {
            sender: sender.and_then(number),
            signature: signature.and_then(Signature::from_bytes),
        }
    }
}

/// Assigns each example a fold in `0..n_folds`, whole groups to one fold, classes spread evenly.
/// Depends on nothing but the examples and their order.
pub fn group(examples: &[Example], n_folds: usize) -> Vec<usize> {
    let roots = roots(examples);
    let n_classes = examples
        .iter()
        .map(|example| example.class + 1)
        .max()
        .unwrap_or(0);
    let mut members: HashMap<usize, Vec<usize>> = HashMap::new();
    for (index, root) in roots.iter().enumerate() {
        members.entry(*root).or_default().push(index);
    }
    let mut groups: Vec<Vec<usize>> = members.into_values().collect();
    // Large groups first, so that the small ones can even out the folds.
    groups.sort_by_key(|group| (std::cmp::Reverse(group.len()), spread(group[0])));
    let mut load = vec![vec![0usize; n_classes]; n_folds];
    let mut folds = vec![0; examples.len()];
    for group in groups {
        let class = examples[group[0]].class;
        let fold = (0..n_folds)
            .min_by_key(|fold| (load[*fold][class], load[*fold].iter().sum::<usize>(), *fold))
            .unwrap_or(0);
        for index in group {
            folds[index] = fold;
            load[fold][examples[index].class] += 1;
        }
    }
    folds
}

/// An order that does not follow the order of files.
fn spread(index: usize) -> u64 {
    xxh3_64(&index.to_le_bytes())
}

/// The representative of each example's group.
fn roots(examples: &[Example]) -> Vec<usize> {
    let mut parent: Vec<usize> = (0..examples.len()).collect();
    let mut first: HashMap<(u8, u64), usize> = HashMap::new();
    for (index, example) in examples.iter().enumerate() {
        for tie in ties(&example.group_key) {
            let other = *first.entry(tie).or_insert(index);
            let (a, b) = (find(&mut parent, index), find(&mut parent, other));
            parent[a.max(b)] = a.min(b);
        }
    }
    (0..examples.len())
        .map(|index| find(&mut parent, index))
        .collect()
}

fn ties(key: &GroupKey) -> Vec<(u8, u64)> {
    let sender = key.sender.map(|sender| (0, sender));
    sender.into_iter().chain(key.text_ties()).collect()
}

fn find(parent: &mut [usize], mut index: usize) -> usize {
    while parent[index] != index {
        parent[index] = parent[parent[index]];
        index = parent[index];
    }
    index
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(mail: &str) -> Example {
        let mail = crate::source::Content::Mail(mail.as_bytes().to_vec());
        Example::read(&mail, &crate::owner::Owner::default(), 0)
    }

    #[test]
    fn senders_and_copies_share_a_fold() {
        let text = "we offer the best rates for your business loan, call our office today and save much money on the first year";
        let mails: Vec<Example> = (0..40)
            .map(|n| example(&format!("From: p{n}@x{n}.example\n\nMessage number {n} about topic {} and idea {}, nothing else to say here, word{n} other{n}", n * 7, n * 13)))
            .chain([
                example("From: a@x.example\n\nhello there"),
                example("From: A <a@x.example>\n\nsomething else altogether"),
                example(&format!("From: b@y.example\n\nDear Ann, {text}.")),
                example(&format!("From: c@z.example\n\nDear Bob, {text}!")),
            ])
            .collect();
        let folds = group(&mails, 5);
        assert_eq!(folds[40], folds[41]);
        assert_eq!(folds[42], folds[43]);
        let mut sizes = [0; 5];
        folds.iter().for_each(|fold| sizes[*fold] += 1);
        assert!(
            sizes.iter().all(|size| (7..=11).contains(size)),
            "{sizes:?}"
        );
    }
}
