//! Nearly the same note from different senders.

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::identity::Salt;
use crate::extract::Contact;
use crate::limits;
use crate::shingles::{BANDS, Signature, VALUES, words};

/// Words of a note that are compared: notes are short, and the start of a long one tells.
const COMPARED_WORDS: usize = 120;

/// Words of a name that are left out. The sender chooses both name and note: without a bound the
/// comparison would cost their product.
const NAME_WORDS: usize = 8;

/// Values of two signatures that must agree before the notes are called the same: 9 of 12. Notes
/// with half their triples in common pass in 7 cases of 100, with nine tenths in 97.
const ENOUGH: usize = 9;

/// A note as it is remembered: salted min-hash values, from which no word can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// Nearly the same notes share one of these.
    pub bands: [u64; BANDS],
    /// The share of equal values is about the share of common word triples.
    pub values: [u32; VALUES],
}

impl Mark {
    /// Marks a contact's note; none if it has too few words to be a copy of anything. The
    /// sender's own name is left out: it is what differs between two copies.
    pub(super) fn of(contact: &Contact, salt: &Salt) -> Option<Mark> {
        let note = contact.note.as_deref()?;
        let name = contact.sender.name.as_deref().unwrap_or_default();
        let name: Vec<&str> = words(name).take(NAME_WORDS).collect();
        let is_other = |word: &&str| !name.iter().any(|part| part.eq_ignore_ascii_case(word));
        let signature = Signature::of(words(note).take(COMPARED_WORDS).filter(is_other))?;
        let seed = salt.key(&[b"note"]);
        let salted = |value: u64| xxh3_64_with_seed(&value.to_le_bytes(), seed);
        let mut at = 0;
        let bands = signature.bands().map(|band| {
            at += 1;
            salted(band.wrapping_add(at))
        });
        Some(Mark {
            bands,
            values: signature.values().map(|value| salted(value) as u32),
        })
    }

    fn is_near(&self, values: &[u32; VALUES]) -> bool {
        let pairs = self.values.iter().zip(values);
        pairs.filter(|(a, b)| a == b).count() >= ENOUGH
    }
}

/// A remembered note and who sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Of the first copy that was seen.
    pub values: [u32; VALUES],
    /// One key a sender, at most [`limits::SENDERS_OF_A_NOTE`].
    pub senders: Vec<u64>,
}

impl Note {
    /// How many others than this person sent it; none if it is another note.
    pub(super) fn others(&self, mark: &Mark, who: &[u64]) -> Option<u32> {
        let others = self.senders.iter().filter(|key| !who.contains(key));
        mark.is_near(&self.values).then(|| others.count() as u32)
    }

    /// Adds a sender, once.
    pub(super) fn add(&mut self, who: &[u64]) {
        let is_known = self.senders.iter().any(|key| who.contains(key));
        let has_room = self.senders.len() < limits::SENDERS_OF_A_NOTE;
        if let Some(&key) = who.first()
            && !is_known
            && has_room
        {
            self.senders.push(key);
        }
    }
}
