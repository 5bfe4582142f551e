//! HTML to text: any text is HTML of some kind, and no reader sees more of it than there is.
#![no_main]

use anteroom::message::html_to_text;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| anteroom_fuzz::measured(bytes, read));

fn read(bytes: &[u8]) {
    let html = String::from_utf8_lossy(bytes);
    let shown = html_to_text(&html);
    // A named character may stand for six bytes; a link or a line leaves a mark.
    assert!(
        shown.text.len() <= 8 * html.len() + 8,
        "{}",
        shown.text.len()
    );
}
