//! Many phrases looked for at once.
//!
//! A text is asked at each place where a phrase may begin. Nearly every place is ruled out by its
//! first three bytes, of the others nearly every one by its first eight. An automaton over
//! thousands of phrases is larger than a processor's cache, waits for memory at every byte, and
//! takes far longer to build.

/// Phrases by how they begin.
pub(super) struct PhraseIndex {
    /// All phrases, one behind the other.
    text: String,
    /// Sorted by their text, so that those with one head lie side by side.
    spans: Vec<Span>,
    /// Heads, hashed with open addressing, at most half full.
    slots: Vec<Slot>,
    /// A bit for each head by more of the same hash, eight bits a slot: small enough to stay in the
    /// nearest cache, and asked first.
    known: Vec<u8>,
    /// By a hash of the first three bytes: which lengths of heads begin so, a bit a length.
    lengths: Vec<u8>,
    /// The same by the first byte, for heads of one or two bytes.
    short_lengths: [u8; 256],
}

/// A phrase in [`PhraseIndex::text`].
#[derive(Debug, Clone, Copy)]
struct Span {
    start: u32,
    end: u32,
    /// Its place among the phrases the index was made of.
    id: u32,
}

/// A head, and which spans begin with it; no spans if the slot is free.
#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    head: u64,
    first: u32,
    last: u32,
}

/// A phrase found in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    /// The phrase's place among those the index was made of.
    pub(super) id: usize,
    /// Byte of the text behind the phrase.
    pub(super) end: usize,
}

/// Bytes of a head, the first of a phrase that are compared at once.
const HEAD: usize = 8;

/// Bits of the hash of the first three bytes.
const THREE_BITS: u32 = 12;

/// Spreads the bits of a head over the upper bits of a product (Fibonacci hashing: 2⁶⁴ divided by
/// the golden ratio).
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

impl PhraseIndex {
    /// An index of these phrases, empty ones left out.
    pub(super) fn new<'p>(phrases: impl IntoIterator<Item = &'p str>) -> PhraseIndex {
        let mut sorted: Vec<(&str, u32)> = phrases
            .into_iter()
            .zip(0..)
            .filter(|(phrase, _)| !phrase.is_empty())
            .collect();
        sorted.sort_unstable();
        let by_head = || sorted.chunk_by(|(a, _), (b, _)| head(a.as_bytes()) == head(b.as_bytes()));
        let n_slots = (2 * by_head().count()).next_power_of_two().max(2);
        let mut index = PhraseIndex {
            text: String::with_capacity(sorted.iter().map(|(phrase, _)| phrase.len()).sum()),
            spans: Vec::with_capacity(sorted.len()),
            slots: vec![Slot::default(); n_slots],
            known: vec![0; n_slots],
            lengths: vec![0; 1 << THREE_BITS],
            short_lengths: [0; 256],
        };
        for group in by_head() {
            index.push(group);
        }
        index
    }

    /// Adds all phrases of one head.
    fn push(&mut self, group: &[(&str, u32)]) {
        let Some((phrase, _)) = group.first() else {
            return;
        };
        let (head, length) = (head(phrase.as_bytes()), phrase.len().min(HEAD));
        let bit = 1 << (length - 1);
        match length {
            1 | 2 => self.short_lengths[phrase.as_bytes()[0] as usize] |= bit,
            _ => self.lengths[three(head)] |= bit,
        }
        let first = self.spans.len() as u32;
        for &(phrase, id) in group {
            let start = self.text.len() as u32;
            self.text.push_str(phrase);
            let end = self.text.len() as u32;
            self.spans.push(Span { start, end, id });
        }
        let hash = self.hash(head);
        self.known[hash / 8] |= 1 << (hash % 8);
        let slot = self.slot(head, hash);
        self.slots[slot] = Slot {
            head,
            first,
            last: self.spans.len() as u32,
        };
    }

    /// The phrases that a text holds at a byte, shorter heads first.
    pub(super) fn at<'a>(
        &'a self,
        text: &'a str,
        start: usize,
    ) -> impl Iterator<Item = Found> + 'a {
        let rest = &text.as_bytes()[start..];
        let head = head(rest);
        self.lengths_at(head, rest.len())
            .flat_map(move |length| self.headed(head & mask(length)))
            .filter(move |span| rest.starts_with(self.phrase(span)))
            .map(move |span| Found {
                id: span.id as usize,
                end: start + (span.end - span.start) as usize,
            })
    }

    /// The phrases a text holds anywhere, in the order in which the index was given them.
    pub(super) fn held_by(&self, text: &str) -> Vec<usize> {
        let found = self.starts(text).flat_map(|start| self.at(text, start));
        let mut ids: Vec<usize> = found.map(|found| found.id).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// True if a text holds one of the phrases anywhere.
    pub(super) fn is_in(&self, text: &str) -> bool {
        self.starts(text)
            .any(|start| self.at(text, start).next().is_some())
    }

    /// The bytes of a text at which a phrase may begin.
    fn starts<'a>(&'a self, text: &'a str) -> impl Iterator<Item = usize> + 'a {
        let bytes = text.as_bytes();
        // Three bytes tell. Whole heads are dear to put together near the end of a text, and many
        // texts are no more than a line.
        let begins = |head: u64| self.lengths_of(head) != 0;
        let threes = bytes.windows(3).map(|three| {
            let [a, b, c] = [three[0], three[1], three[2]].map(u64::from);
            a | b << 8 | c << 16
        });
        let whole = threes.enumerate().filter(move |(_, three)| begins(*three));
        let last = bytes.len().saturating_sub(2)..bytes.len();
        let last = last.filter(move |start| begins(head(&bytes[*start..])));
        whole.map(|(start, _)| start).chain(last)
    }

    fn phrase(&self, span: &Span) -> &[u8] {
        &self.text.as_bytes()[span.start as usize..span.end as usize]
    }

    /// Lengths of the heads that may begin like this in so many bytes.
    fn lengths_at(&self, head: u64, bytes: usize) -> impl Iterator<Item = u32> + use<> {
        let fitting = ((1_u16 << bytes.min(HEAD)) - 1) as u8;
        let mut bits = self.lengths_of(head) & fitting;
        std::iter::from_fn(move || {
            let length = (bits != 0).then(|| bits.trailing_zeros() + 1)?;
            bits &= bits - 1;
            Some(length)
        })
    }

    /// Which lengths of heads begin like this, a bit a length.
    fn lengths_of(&self, head: u64) -> u8 {
        self.short_lengths[(head & 0xff) as usize] | self.lengths[three(head)]
    }

    fn headed(&self, head: u64) -> &[Span] {
        let hash = self.hash(head);
        if self.known[hash / 8] & 1 << (hash % 8) == 0 {
            return &[];
        }
        let slot = self.slots[self.slot(head, hash)];
        &self.spans[slot.first as usize..slot.last as usize]
    }

    /// Eight times a slot, and three bits more.
    fn hash(&self, head: u64) -> usize {
        let bits = self.slots.len().trailing_zeros() + 3;
        (head.wrapping_mul(SPREAD) >> (64 - bits)) as usize
    }

    /// The slot that holds a head of this hash, or that it would be put in.
    fn slot(&self, head: u64, hash: usize) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = hash / 8;
        while self.slots[at].first != self.slots[at].last && self.slots[at].head != head {
            at = (at + 1) & mask;
        }
        at
    }
}

/// The first eight bytes as a number, zeros for those that are missing. A zero byte in a text,
/// which [`crate::message`] leaves in none, could only make a phrase show twice.
fn head(bytes: &[u8]) -> u64 {
    match bytes.first_chunk::<HEAD>() {
        Some(eight) => u64::from_le_bytes(*eight),
        None => bytes
            .iter()
            .rev()
            .fold(0, |head, byte| head << 8 | u64::from(*byte)),
    }
}

/// Keeps so many of a head's bytes.
fn mask(length: u32) -> u64 {
    u64::MAX >> (64 - 8 * length)
}

/// Hash of the first three bytes of a head.
fn three(head: u64) -> usize {
    ((head & mask(3)).wrapping_mul(SPREAD) >> (64 - THREE_BITS)) as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_text_gives_every_phrase_that_begins_there() {
        let phrases = [
            "a",
            "ab",
            "abc",
            "",
            "offer",
            "offer you",
            "offer your",
            "ab",
            "größe",
        ];
        let index = PhraseIndex::new(phrases);
        let at = |text: &str, start| {
            let mut found: Vec<_> = index.at(text, start).map(|f| (f.id, f.end)).collect();
            found.sort_unstable();
            found
        };
        assert_eq!(at("xabc", 1), [(0, 2), (1, 3), (2, 4), (7, 3)]);
        assert_eq!(at("offer yours", 0), [(4, 5), (5, 9), (6, 10)]);
        assert_eq!(at("größe", 0), [(8, "größe".len())]);
        assert_eq!(at("", 0), []);
        assert!(index.is_in("x größe") && !index.is_in("x groß"));
    }

    proptest! {
        #[test]
        fn nothing_is_missed_and_nothing_made_up(
            phrases in prop::collection::vec("[abé]{1,12}", 0..40),
            text in "[abé]{0,40}",
        ) {
            let index = PhraseIndex::new(phrases.iter().map(String::as_str));
            for start in 0..text.len() {
                let mut found: Vec<_> = index.at(&text, start).map(|f| (f.id, f.end)).collect();
                found.sort_unstable();
                let begins = |phrase: &str| text.as_bytes()[start..].starts_with(phrase.as_bytes());
                let expected: Vec<_> = phrases
                    .iter()
                    .enumerate()
                    .filter(|(_, phrase)| begins(phrase))
                    .map(|(id, phrase)| (id, start + phrase.len()))
                    .collect();
                prop_assert_eq!(found, expected);
            }
        }
    }
}
