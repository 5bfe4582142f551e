//! Header fields: floods of them, long ones, ones that cost decoders quadratic time.

use super::{Kind, each, message, with_field};

pub(super) const KINDS: &[Kind] = &[
    Kind::mail("fields", |n| {
        message(&each(n, |k| format!("X-{k}: v\n")), "x")
    }),
    Kind::mail("fields-of-one-name", |n| {
        with_field(&"Received: from a.example by b.example\n".repeat(n))
    }),
    Kind::mail("fields-from", |n| {
        message(&each(n, |k| format!("From: a{k}@a.example\n")), "x")
    }),
    Kind::mail("fields-authentication-results", |n| {
        with_field(&each(n, |k| {
            format!("Authentication-Results: mx.example; dkim=pass header.d=d{k}.example\n")
        }))
    }),
    Kind::mail("field-authentication-results", |n| {
        with_field(&format!(
            "Authentication-Results: mx.example{}",
            "; dkim=pass (a (b) c) header.d=linkedin.com".repeat(n)
        ))
    }),
    Kind::mail("field-authentication-results-comments", |n| {
        with_field(&format!(
            "Authentication-Results: mx.example; dmarc={}",
            "(".repeat(n)
        ))
    }),
    Kind::mail("fields-dkim-signature", |n| {
        with_field(&"DKIM-Signature: v=1; d=linkedin.com; b=AAAA\n".repeat(n))
    }),
    Kind::mail("fields-list", |n| {
        with_field(&"List-Unsubscribe: <https://a.example>\n".repeat(n))
    }),
    Kind::mail("field-list-unsubscribe", |n| {
        with_field(&format!(
            "List-Unsubscribe: {}<mailto:a@a.example>",
            "<https://x>, ".repeat(n)
        ))
    }),
    Kind::mail("a-long-field", |n| {
        with_field(&format!("Subject: {}", "a".repeat(n)))
    }),
    Kind::mail("a-long-name-of-a-field", |n| {
        with_field(&format!("{}: x", "X".repeat(n)))
    }),
    Kind::mail("a-folded-field", |n| {
        with_field(&format!("Subject: a{}", "\n b".repeat(n)))
    }),
    Kind::mail("lines-without-a-colon", |n| message(&"x\n".repeat(n), "x")),
    Kind::mail("blank-lines-first", |n| {
        format!("{}Subject: s\n\nx\n", "\n".repeat(n)).into_bytes()
    }),
    Kind::mail("encoded-word-beginnings", |n| {
        subject(&beginnings(n, 1_300))
    }),
    Kind::mail("encoded-word-beginnings-in-every-field", |n| {
        let names = [
            "From",
            "Subject",
            "Reply-To",
            "To",
            "Date",
            "List-Id",
            "In-Reply-To",
        ];
        let field = |name: &str| format!("{name}: {}\n", beginnings(n, 1_300));
        message(&names.map(field).concat(), "x")
    }),
    Kind::mail("encoded-word-beginnings-in-parts", |n| {
        let part = format!(
            "--b\nContent-Type: text/plain;{}\n\nx\n",
            beginnings(n, 600)
        );
        let parts = part.repeat(n.min(1 << 20) / part.len() + 1);
        message(
            "From: a@a.example\nContent-Type: multipart/mixed; boundary=b",
            parts,
        )
    }),
    Kind::mail("encoded-words", |n| subject(&"=?utf-8?Q?a?= ".repeat(n))),
    Kind::mail("encoded-words-folded", |n| {
        subject(&"=?utf-8?Q?a?=\n\t".repeat(n))
    }),
    Kind::mail("encoded-words-open", |n| subject(&"=?".repeat(n))),
    Kind::mail("encoded-words-open-and-spaced", |n| {
        subject(&" =?".repeat(n))
    }),
    Kind::mail("encoded-words-of-no-end", |n| {
        subject(&format!("=?utf-8?Q?{}", "?=x".repeat(n)))
    }),
    Kind::mail("encoded-words-of-question-marks", |n| {
        subject(&"=?utf-8?Q?a?b?c".repeat(n))
    }),
    Kind::mail("encoded-words-of-unknown-charsets", |n| {
        subject(&each(n, |k| format!("=?x-{k}?B?4A==?= ")))
    }),
    Kind::mail("an-encoded-word-of-invisible-letters", |n| {
        subject(&format!("=?utf-8?Q?{}?=", "=E2=80=8B".repeat(n)))
    }),
    Kind::mail("a-long-encoded-word", |n| {
        subject(&format!("=?utf-8?B?{}?=", "QUFB".repeat(n)))
    }),
    Kind::mail("parameters", |n| {
        content_type(&each(n, |k| format!("; p{k}=v")))
    }),
    Kind::mail("parameters-extended", |n| {
        content_type(&each(n, |k| format!("; p{k}*0*=utf-8''v")))
    }),
    Kind::mail("parameters-continued", |n| {
        content_type(&each(n, |k| format!("; name*{k}*=v")))
    }),
    Kind::mail("parameters-of-one-name", |n| {
        content_type(&"; name*0*=utf-8''v".repeat(n))
    }),
    Kind::mail("a-parameter-of-backslashes", |n| {
        content_type(&format!("; name=\"{}\"", "\\\"".repeat(n)))
    }),
    Kind::mail("a-parameter-of-percents", |n| {
        content_type(&format!("; name*=utf-8''{}", "%e2".repeat(n)))
    }),
    Kind::mail("a-long-disposition", |n| {
        with_field(&format!(
            "Content-Disposition: attachment{}",
            "; filename*0=a".repeat(n)
        ))
    }),
    Kind::mail("addresses", |n| {
        from(&each(n, |k| format!("u{k}@a.example, ")))
    }),
    Kind::mail("addresses-to", |n| {
        with_field(&format!(
            "To: {}b@b.example",
            each(n, |k| format!("u{k}@a.example, "))
        ))
    }),
    Kind::mail("address-comments", |n| {
        from(&format!("{}{} a@a.example", "(".repeat(n), ")".repeat(n)))
    }),
    Kind::mail("address-comments-open", |n| {
        from(&format!("a@a.example {}", "(".repeat(n)))
    }),
    Kind::mail("address-groups", |n| from(&"g:a@a.example;,".repeat(n))),
    Kind::mail("address-colons", |n| from(&":".repeat(n))),
    Kind::mail("address-quotes", |n| {
        from(&format!("{}<a@a.example>", "\"a\" ".repeat(n)))
    }),
    Kind::mail("address-angles", |n| from(&"<".repeat(n))),
    Kind::mail("address-backslashes", |n| {
        from(&format!("\"{}\" <a@a.example>", "\\\\".repeat(n)))
    }),
    Kind::mail("address-encoded-words", |n| {
        from(&format!("{}<a@a.example>", "=?utf-8?Q?a?= ".repeat(n)))
    }),
    Kind::mail("address-ats", |n| from(&format!("<a{}>", "@a".repeat(n)))),
    Kind::mail("address-labels", |n| {
        from(&format!("<a@{}example>", "a.".repeat(n)))
    }),
    Kind::mail("message-ids", |n| {
        with_field(&format!(
            "Message-ID: {}",
            each(n, |k| format!("<{k}@a.example> "))
        ))
    }),
    Kind::mail("references", |n| {
        with_field(&format!(
            "References: {}",
            each(n, |k| format!("\n <{k}@a.example>"))
        ))
    }),
    Kind::mail("a-long-date", |n| {
        with_field(&format!("Date: {}", "1 ".repeat(n)))
    }),
    Kind::mail("a-far-date", |n| {
        with_field(&format!("Date: Mon, 1 Jan {n}{n} 00:00:00 +0000"))
    }),
    Kind::mail("a-spaced-date", |n| {
        with_field(&format!(
            "Date: 1{}Jan 2020 00:00:00 +99999999999",
            " ".repeat(n)
        ))
    }),
    Kind::mail("a-long-charset", |n| {
        with_field(&format!(
            "Content-Type: text/plain; charset={}",
            "u".repeat(n)
        ))
    }),
];

fn subject(value: &str) -> Vec<u8> {
    with_field(&format!("Subject: {value}x"))
}

fn content_type(parameters: &str) -> Vec<u8> {
    with_field(&format!("Content-Type: text/plain{parameters}"))
}

fn from(value: &str) -> Vec<u8> {
    message(&format!("From: {value}\nSubject: s"), "hello")
}

/// Beginnings of encoded words and ends that are none, at most so many of each: a longer field would
/// not be decoded at all.
fn beginnings(n: usize, most: usize) -> String {
    let n = n.min(most);
    [" =?".repeat(n), "?=x".repeat(n)].concat()
}
