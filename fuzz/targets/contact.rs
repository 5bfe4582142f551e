//! Extraction and everything behind it: any message has a contact, a verdict and reasons.
#![no_main]

use std::sync::LazyLock;

use anteroom::decide::Policy;
use anteroom::extract::Contact;
use anteroom::history::Past;
use anteroom::message::Message;
use anteroom::model::Model;
use anteroom::triage::judge;
use libfuzzer_sys::fuzz_target;

static MODEL: LazyLock<Model> = LazyLock::new(|| Model::shipped().expect("the shipped model"));

fuzz_target!(
    init: {
        LazyLock::force(&MODEL);
        anteroom::extract::prepare();
    },
    |bytes: &[u8]| {
        anteroom_fuzz::measured(bytes, read);
    }
);

fn read(bytes: &[u8]) {
    let message = Message::parse(bytes);
    let contact = Contact::extract(&message, &anteroom_fuzz::owner());
    let triage = judge(
        message,
        contact,
        Past::default(),
        &MODEL,
        &Policy::default(),
    );
    let sum: f64 = triage.probabilities.iter().sum();
    assert!((sum - 1.0).abs() < 1e-9, "{:?}", triage.probabilities);
}
