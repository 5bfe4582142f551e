//! `Authentication-Results`: any bytes are a field, and one that does not name the owner's server
//! proves nothing.
#![no_main]

use anteroom::extract::{Contact, Standing};
use anteroom::message::Message;
use anteroom_fuzz::{SERVER, owner};
use libfuzzer_sys::fuzz_target;

fuzz_target!(
    init: anteroom::extract::prepare(),
    |bytes: &[u8]| {
        anteroom_fuzz::measured(bytes, read);
    }
);

fn read(value: &[u8]) {
    // One field: what could begin another one is not this reader's matter.
    let value: Vec<u8> = value
        .iter()
        .copied()
        .filter(|byte| !b"\r\n".contains(byte))
        .collect();
    let standing = |name: &str, before: &str| {
        let head = format!("{name}: {before}");
        let rest = b"\nFrom: Ann via LinkedIn <messages-noreply@linkedin.com>\nSubject: s\n\nhi";
        let message = Message::parse(&[head.as_bytes(), &value, rest].concat());
        Contact::extract(&message, &owner()).authenticity.standing
    };
    standing("Authentication-Results", &format!("{SERVER}; "));
    let text = String::from_utf8_lossy(&value).to_ascii_lowercase();
    // A backslash in quotes, or a quote in the middle, writes the same name another way.
    let names_us = text.replace(['\\', '"'], "").contains(SERVER);
    if standing("Authentication-Results", "") == Standing::Authentic {
        assert!(names_us, "{text}");
    }
    assert_ne!(
        standing("X-Authentication-Results", ""),
        Standing::Authentic
    );
}
