//! Min-hash of word triples: tells nearly the same text from another without keeping either.

use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

/// Values of a signature.
pub const VALUES: usize = 12;

/// Values that must agree in one of the signature's bands: texts that share about 80 % of their
/// word triples nearly always share a band, texts that share a third of them rarely do.
const BAND: usize = 3;

/// Bands of a signature.
pub const BANDS: usize = VALUES / BAND;

/// Words below which a text is too short to be called a copy: short texts are alike by chance.
const FEWEST_WORDS: usize = 8;

/// The smallest hashes of a text's word triples, one for each of [`VALUES`] hash functions. Two
/// signatures agree in a value with the probability that is the share of triples their texts have
/// in common (Broder 1997).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature([u64; VALUES]);

/// The words of a text, in its order: runs of letters and digits.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
}

impl Signature {
    /// Signs a sequence of words, whatever their case; none if there are too few.
    pub fn of<'a>(words: impl Iterator<Item = &'a str>) -> Option<Signature> {
        let words: Vec<u64> = words
            .map(|word| xxh3_64(word.to_lowercase().as_bytes()))
            .collect();
        if words.len() < FEWEST_WORDS {
            return None;
        }
        let mut values = [u64::MAX; VALUES];
        for triple in words.windows(3) {
            let shingle =
                triple[0].rotate_left(1) ^ triple[1].rotate_left(17) ^ triple[2].rotate_left(39);
            for (seed, value) in values.iter_mut().enumerate() {
                *value = (*value).min(xxh3_64_with_seed(&shingle.to_le_bytes(), seed as u64));
            }
        }
        Some(Signature(values))
    }

    /// One value for each band; nearly the same texts share one of them.
    pub fn bands(&self) -> [u64; BANDS] {
        let mut bands = [0; BANDS];
        for (band, values) in bands.iter_mut().zip(self.0.chunks(BAND)) {
            *band = values
                .iter()
                .fold(0u64, |hash, value| hash.rotate_left(21) ^ value);
        }
        bands
    }

    /// Number of values that two signatures share.
    pub fn shared(&self, other: &Signature) -> usize {
        let pairs = self.0.iter().zip(&other.0);
        pairs.filter(|(own, theirs)| own == theirs).count()
    }

    /// The bytes to store.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|v| v.to_le_bytes()).collect()
    }

    /// Reads what [`Signature::to_bytes`] gave; bytes of another length are none.
    pub fn from_bytes(bytes: &[u8]) -> Option<Signature> {
        let number = |bytes: &[u8]| bytes.try_into().ok().map(u64::from_le_bytes);
        let values: Option<Vec<u64>> = bytes.chunks(8).map(number).collect();
        Some(Signature(values?.try_into().ok()?))
    }

    /// The values themselves.
    pub fn values(&self) -> &[u64; VALUES] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sign(text: &str) -> Option<Signature> {
        Signature::of(words(text))
    }

    #[test]
    fn near_copies_share_a_band_and_other_texts_none() {
        let text = "We offer the best rates for your business loan, call our office today and save money on the first year";
        let one = sign(&format!("Dear Ann, {text}.")).unwrap();
        let two = sign(&format!("DEAR BOB: {text}!")).unwrap();
        let other = sign("Your talk about the bridge at Ullapool made me look at our own drawings again, may I ask two things").unwrap();
        let shared = |a: &Signature, b: &Signature| {
            let pairs = a.bands().into_iter().zip(b.bands());
            pairs.filter(|(a, b)| a == b).count()
        };
        assert!(shared(&one, &two) > 0);
        assert_eq!(shared(&one, &other), 0);
        assert_eq!(sign("seven words are too few to copy"), None);
    }
}
