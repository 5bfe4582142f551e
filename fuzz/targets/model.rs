//! A model whose checksum is right and whatever else is not: refused, or it judges with numbers
//! that are probabilities, and comes back as it was written.
#![no_main]

use anteroom::decide::Policy;
use anteroom::model::Model;
use anteroom::owner::Owner;
use anteroom::source::Content;
use anteroom::triage::triage;
use libfuzzer_sys::fuzz_target;
use sha2::{Digest, Sha256};

const MAGIC: &[u8] = b"anteroom-model/1\n";
const CHECKSUM: &[u8] = b"\"counts_sha256\":\"";
const MAIL: &str = "From: Ann <a@b.example>\nSubject: offer\n\n\
    would you have time for a short demo of our new offer next week\n";

fuzz_target!(|bytes: &[u8]| anteroom_fuzz::measured(bytes, read));

fn read(bytes: &[u8]) {
    let Ok(model) = Model::decode(&with_checksum(bytes), "fuzzed") else {
        return;
    };
    let again = Model::decode(&model.encode(), "written").expect("what was written can be read");
    assert_eq!(again.id(), model.id());
    let mail = Content::from(MAIL);
    let judged = triage(&mail, &Owner::default(), &model, &Policy::default());
    let sum: f64 = judged.probabilities.iter().sum();
    assert!((sum - 1.0).abs() < 1e-9, "{:?}", judged.probabilities);
}

/// Puts the checksum of the counts where the metadata has one, and the first line before it.
fn with_checksum(bytes: &[u8]) -> Vec<u8> {
    let mut model = [MAGIC, bytes].concat();
    let Some(end) = bytes.iter().position(|byte| *byte == b'\n') else {
        return model;
    };
    let place = bytes[..end]
        .windows(CHECKSUM.len())
        .position(|part| part == CHECKSUM);
    if let Some(place) = place {
        let sum: String = Sha256::digest(&bytes[end + 1..])
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let start = MAGIC.len() + place + CHECKSUM.len();
        if let Some(old) = model.get_mut(start..start + sum.len()) {
            old.copy_from_slice(sum.as_bytes());
        }
    }
    model
}
