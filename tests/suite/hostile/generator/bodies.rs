//! Transfer encodings, charsets, line ends, letters nobody sees.

use super::{Kind, message, numbers};

pub(super) const KINDS: &[Kind] = &[
    Kind::mail("quoted-printable", |n| {
        encoded("quoted-printable", &"=41".repeat(n))
    }),
    Kind::mail("quoted-printable-soft-breaks", |n| {
        encoded("quoted-printable", &"=\n".repeat(n))
    }),
    Kind::mail("quoted-printable-broken", |n| {
        encoded("quoted-printable", &"=Z".repeat(n))
    }),
    Kind::mail("quoted-printable-blanks", |n| {
        encoded("quoted-printable", &" ".repeat(n))
    }),
    Kind::mail("base64", |n| encoded("base64", &"QUFB".repeat(n))),
    Kind::mail("base64-broken", |n| encoded("base64", &"Q!FB".repeat(n))),
    Kind::mail("base64-spaced", |n| {
        encoded("base64", &"Q\n U\r\n".repeat(n))
    }),
    Kind::mail("base64-padded-everywhere", |n| {
        encoded("base64", &"QQ==".repeat(n))
    }),
    Kind::mail("uuencoded", |n| {
        encoded("x-uuencode", &format!("begin 644 a\n{}", "M0\n".repeat(n)))
    }),
    Kind::mail("a-long-name-of-an-encoding", |n| {
        encoded(&"(x) base64;".repeat(n), "QUFB")
    }),
    Kind::mail("nul", |n| {
        message("From: a\0b@a.example\nSubject: a\0b", vec![0; n])
    }),
    Kind::mail("nothing-but-nul", |n| vec![0; n]),
    Kind::mail("bad-utf-8", |n| {
        text("utf-8", &b"\xc3\x28\xf0\x80".repeat(n))
    }),
    Kind::mail("utf-7", |n| text("utf-7", "+AGE".repeat(n).as_bytes())),
    Kind::mail("an-unknown-charset", |n| {
        text("x-none-999", "\u{e9}".repeat(n).as_bytes())
    }),
    Kind::mail("utf-16-half-pairs", |n| {
        text("utf-16le", &b"\x00\xd8".repeat(n))
    }),
    Kind::mail("utf-16-odd", |n| text("utf-16le", &vec![0xd8; 2 * n + 1])),
    Kind::mail("iso-2022-shifts", |n| {
        text("iso-2022-jp", &b"\x1b$B!!\x1b(B".repeat(n))
    }),
    Kind::mail("latin-1-high", |n| text("iso-8859-1", &vec![0xff; n])),
    Kind::mail("zero-width", |n| {
        text(
            "utf-8",
            "a\u{200b}\u{200c}\u{200d}\u{2060}\u{feff}\u{ad}"
                .repeat(n)
                .as_bytes(),
        )
    }),
    Kind::mail("bidi", |n| text("utf-8", "\u{202a}".repeat(n).as_bytes())),
    Kind::mail("combining-marks", |n| {
        text("utf-8", format!("a{}", "\u{301}".repeat(n)).as_bytes())
    }),
    Kind::mail("combining-marks-out-of-order", |n| {
        text(
            "utf-8",
            format!("a{}", "\u{301}\u{316}".repeat(n)).as_bytes(),
        )
    }),
    Kind::mail("ligatures-that-grow", |n| {
        text("utf-8", "\u{fdfa}".repeat(n).as_bytes())
    }),
    Kind::mail("letters-that-grow-in-lower-case", |n| {
        text("utf-8", "\u{130}\u{1e9e}".repeat(n).as_bytes())
    }),
    Kind::mail("lone-carriage-returns", |n| {
        "Subject: s\rFrom: a\r\rbody".repeat(n).into_bytes()
    }),
    Kind::mail("short-lines", |n| {
        text("utf-8", "a\r\n".repeat(n).as_bytes())
    }),
    Kind::mail("blank-lines", |n| {
        text("utf-8", "\r\n".repeat(n).as_bytes())
    }),
    Kind::mail("a-space-first", |n| {
        format!(" first\nSubject: s\n\n{}", "b".repeat(n)).into_bytes()
    }),
    Kind::mail("nothing", |_| Vec::new()),
    Kind::mail("random-bytes", |n| {
        numbers(n).take(n).map(|number| number as u8).collect()
    }),
    Kind::mail("random-letters", |n| {
        let letters: String = numbers(n)
            .take(n)
            .filter_map(|number| char::from_u32((number % 0x3_0000) as u32))
            .collect();
        text("utf-8", letters.as_bytes())
    }),
];

fn encoded(encoding: &str, body: &str) -> Vec<u8> {
    let header = "From: a@a.example\nContent-Type: text/plain; charset=utf-8";
    message(
        &format!("{header}\nContent-Transfer-Encoding: {encoding}"),
        body,
    )
}

fn text(charset: &str, body: &[u8]) -> Vec<u8> {
    let header = "From: a@a.example\nSubject: s\nContent-Type: text/plain; charset";
    message(&format!("{header}={charset}"), body)
}
