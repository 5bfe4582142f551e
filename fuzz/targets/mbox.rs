//! Splitting a mailbox: every byte goes to one message, whatever is read at a time.
#![no_main]

use anteroom::source::{Content, MboxReader, Rest};
use libfuzzer_sys::fuzz_target;

const FIRST: &[u8] = b"From a@b.example Mon Jan  1 00:00:00 2024\n";

fuzz_target!(|bytes: &[u8]| anteroom_fuzz::measured(bytes, read));

fn read(bytes: &[u8]) {
    let mailbox = [FIRST, bytes].concat();
    let messages = split(&mailbox[..]);
    assert_eq!(messages.concat(), mailbox);
    let slow = std::io::BufReader::with_capacity(7, &mailbox[..]);
    assert_eq!(split(slow), messages);
}

/// The messages with the lines that separate them.
fn split(mailbox: impl std::io::Read) -> Vec<Vec<u8>> {
    let mut reader = MboxReader::new("mailbox".into(), mailbox, Rest::Skip);
    let mut messages = Vec::new();
    while let Some(message) = reader.next_message().expect("memory can be read") {
        let Content::Mail(bytes) = message.content else {
            panic!("a row in a mailbox");
        };
        messages.push([message.separator.unwrap_or_default(), bytes].concat());
    }
    messages
}
