//! Guarded parse: any bytes are a message, within the bounds on its text.
#![no_main]

use anteroom::limits;
use anteroom::message::Message;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| anteroom_fuzz::measured(bytes, read));

fn read(bytes: &[u8]) {
    let message = Message::parse(bytes);
    assert!(message.visible_text().len() <= 2 * limits::TEXT_BYTES);
    assert!(message.headers.len() <= limits::HEADER_FIELDS);
    message.date();
    message.message_id();
    Message::parse_headers(bytes);
}
