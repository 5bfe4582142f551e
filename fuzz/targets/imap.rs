//! What a mail server says in a whole session: every call ends, and none panics.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(
    // The imap crate may panic: it is caught where it is called, and the connection given up. A
    // panic that is not caught there still ends the run.
    init: std::panic::set_hook(Box::new(|_| {})),
    |bytes: &[u8]| {
        anteroom_fuzz::measured(bytes, |bytes| anteroom::imap::play(bytes.to_vec()));
    }
);
