//! Transfer encodings and charsets, and their repair. The first byte chooses them; what a base64 of
//! the rest decodes to is what the rest says by itself.
#![no_main]

use anteroom::message::Message;
use libfuzzer_sys::fuzz_target;

const ENCODINGS: [&str; 8] = [
    "base64",
    "quoted-printable",
    "8bit",
    "base64;",
    "\"BASE64\" (x)",
    "x-uuencode",
    "",
    "binary",
];
const CHARSETS: [&str; 8] = [
    "utf-8",
    "utf-16",
    "iso-2022-jp",
    "windows-1252",
    "gb18030",
    "utf-7",
    "nonsense",
    "shift_jis",
];
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fuzz_target!(|bytes: &[u8]| anteroom_fuzz::measured(bytes, read));

fn read(bytes: &[u8]) {
    let Some((&choice, body)) = bytes.split_first() else {
        return;
    };
    let encoding = ENCODINGS[usize::from(choice & 7)];
    let charset = CHARSETS[usize::from(choice >> 3 & 7)];
    text_of(encoding, charset, body);
    let encoded = text_of("base64", charset, &base64(body));
    let plain = text_of("binary", charset, body);
    // Where it looks like a part's header, what parsers choke on is taken out.
    let is_tamed = body
        .to_ascii_lowercase()
        .windows(8)
        .any(|part| part == b"content-");
    assert!(is_tamed || encoded == plain, "{encoded} {plain}");
}

fn text_of(encoding: &str, charset: &str, body: &[u8]) -> String {
    let head = format!(
        "From: a@b.example\nContent-Type: text/plain; charset={charset}\n\
         Content-Transfer-Encoding: {encoding}\n\n"
    );
    let message = Message::parse(&[head.as_bytes(), body].concat());
    message.visible_text().to_owned()
}

fn base64(bytes: &[u8]) -> Vec<u8> {
    let mut encoded = Vec::with_capacity(bytes.len() * 3 / 2);
    for (index, three) in bytes.chunks(3).enumerate() {
        if index % 19 == 18 {
            encoded.push(b'\n');
        }
        let word = three
            .iter()
            .fold(0, |word, byte| word << 8 | u32::from(*byte));
        let word = word << (8 * (3 - three.len()));
        for place in 0..4 {
            let letter = ALPHABET[(word >> (18 - 6 * place) & 63) as usize];
            encoded.push(if place <= three.len() { letter } else { b'=' });
        }
    }
    encoded
}
