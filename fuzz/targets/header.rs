//! Header decode: any bytes as the value of a field, alone and as a list of addresses.
#![no_main]

use anteroom::message::{Address, Message, addresses_of};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| anteroom_fuzz::measured(bytes, read));

fn read(value: &[u8]) {
    for name in ["From: ", "Subject: ", "Date: ", "Message-ID: "] {
        let message = Message::parse_headers(&[name.as_bytes(), value, b"\n"].concat());
        for (_, field) in message.headers.iter() {
            assert!(!field.text().contains(['\n', '\r']));
            field.decoded();
            addresses_of(field);
            if let Some(address) = Address::of_header(field) {
                address.domain();
                address.local();
            }
        }
        message.date();
        message.message_id();
    }
}
