//! The half of a model file that a program reads: for each event its key and a count a label.

use sha2::{Digest, Sha256};

use super::{Metadata, hex};
use crate::classify::Counts;

/// The counts as they are written, by ascending key.
pub(super) fn encode_counts(counts: &Counts) -> Vec<u8> {
    let rows = counts.sorted();
    let mut out = Vec::with_capacity(rows.len() * (8 + 4 * counts.n_classes()));
    for (key, row) in rows {
        out.extend_from_slice(&key.to_le_bytes());
        for count in row {
            out.extend_from_slice(&count.to_le_bytes());
        }
    }
    out
}

/// Reads counts that are what was written, or says what is wrong.
pub(super) fn checked_counts(body: &[u8], metadata: &Metadata) -> Result<Counts, String> {
    let (checksum, counts) = rayon::join(
        || hex(&Sha256::digest(body)),
        || decode_counts(body, metadata),
    );
    if Some(checksum) != metadata.counts_sha256 {
        return Err(format!(
            "the {} bytes of counts do not match their checksum",
            body.len()
        ));
    }
    counts
}

/// Reads counts that agree with a model's metadata, or says what is wrong.
fn decode_counts(body: &[u8], metadata: &Metadata) -> Result<Counts, String> {
    let n_classes = metadata.labels.len();
    let width = 8 + 4 * n_classes;
    if metadata.events.checked_mul(width) != Some(body.len()) {
        return Err(format!(
            "{} bytes of counts; expected {} events of {width}",
            body.len(),
            metadata.events
        ));
    }
    let mut keys = Vec::with_capacity(metadata.events);
    let mut rows = Vec::with_capacity(metadata.events * n_classes);
    for record in body.chunks_exact(width) {
        let (key, cells) = record.split_at(8);
        let mut wide = [0; 8];
        wide.copy_from_slice(key);
        let key = u64::from_le_bytes(wide);
        if keys.last().is_some_and(|last| *last >= key) {
            return Err("the counts are not in order".to_owned());
        }
        keys.push(key);
        let mut is_counted = false;
        for bytes in cells.chunks_exact(4) {
            let mut narrow = [0; 4];
            narrow.copy_from_slice(bytes);
            let count = u32::from_le_bytes(narrow);
            is_counted |= count > 0;
            rows.push(count);
        }
        if !is_counted {
            return Err("an event was never counted".to_owned());
        }
    }
    Ok(Counts::from_rows(
        metadata.evidence,
        (keys, rows),
        metadata.messages.clone(),
    ))
}
