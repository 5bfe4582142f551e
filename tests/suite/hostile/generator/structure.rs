//! Parts in parts, parts beside parts, messages in messages.

use super::{Kind, each, message};

const FROM: &str = "From: a@a.example\nSubject: s";

pub(super) const KINDS: &[Kind] = &[
    Kind::mail("nested-parts", |n| nested(n, "\nleaf\n")),
    Kind::mail("nested-parts-around-a-long-leaf", |n| {
        nested(99, &format!("\n{}", "0123456789abcdef ".repeat(n / 17 + 1)))
    }),
    Kind::mail("nested-parts-of-one-boundary", |n| {
        let level = "Content-Type: multipart/mixed; boundary=a\n\n--a\n";
        format!("{FROM}\n{}\nleaf\n", level.repeat(n)).into_bytes()
    }),
    Kind::mail("nested-parts-of-prefixed-boundaries", |n| {
        let levels = each(n.min(2_000), |k| {
            let boundary = "a".repeat(k + 1);
            format!("Content-Type: multipart/mixed; boundary={boundary}\n\n--{boundary}\n")
        });
        format!("{FROM}\n{levels}\nleaf\n").into_bytes()
    }),
    Kind::mail("nested-forwards", |n| {
        let leaf = "Subject: leaf\n\nleaf\n";
        format!("{}{leaf}", "Content-Type: message/rfc822\n\n".repeat(n)).into_bytes()
    }),
    Kind::mail("nested-digests", |n| {
        let levels = each(n, |k| {
            format!("Content-Type: multipart/digest; boundary=b{k}e\n\n--b{k}e\n\n")
        });
        format!("{levels}Subject: leaf\n\nleaf\n").into_bytes()
    }),
    Kind::mail("forwards-beside-each-other", |n| {
        parts(&each(n, |k| {
            format!("--b\nContent-Type: message/rfc822\n\nSubject: {k}\n\ntext {k}\n")
        }))
    }),
    Kind::mail("alternatives-that-differ", |n| {
        parts(&each(n, |k| {
            let kind = ["plain", "html", "calendar"][k % 3];
            format!("--b\nContent-Type: text/{kind}\n\nversion {k}\n")
        }))
    }),
    Kind::mail("parts", |n| {
        parts(&each(n, |k| {
            format!("--b\nContent-Type: text/plain\n\npart {k}\n")
        }))
    }),
    Kind::mail("empty-parts", |n| parts(&"--b\n".repeat(n))),
    Kind::mail("attachments", |n| {
        parts(&each(n, |k| {
            format!("--b\nContent-Disposition: attachment; filename=f{k}.pdf\n\nx\n")
        }))
    }),
    Kind::mail("parts-that-never-end", |n| {
        parts(&format!("--b\n{}", "-".repeat(n)))
    }),
    Kind::mail("lines-that-are-nearly-boundaries", |n| {
        parts(&"--B\n--\n-b\n".repeat(n))
    }),
    Kind::mail("a-long-boundary", |n| {
        let boundary = "a".repeat(n / 2);
        let head = format!("Content-Type: multipart/mixed; boundary={boundary}");
        message(
            &head,
            format!("--{boundary}\n\nx\n--{}", &boundary[..n / 2 - n / 4]),
        )
    }),
    Kind::mail("an-empty-boundary", |n| {
        message(
            "Content-Type: multipart/mixed; boundary=\"\"",
            "--\n\nx\n".repeat(n),
        )
    }),
    Kind::mail("no-boundary", |n| {
        message("Content-Type: multipart/mixed", "--\n\nx\n".repeat(n))
    }),
];

fn nested(levels: usize, leaf: &str) -> Vec<u8> {
    let open = each(levels, |k| {
        format!("Content-Type: multipart/mixed; boundary=\"b{k}e\"\n\n--b{k}e\n")
    });
    let close = each(levels, |k| format!("\n--b{}e--\n", levels - 1 - k));
    format!("{FROM}\n{open}Content-Type: text/plain\n{leaf}{close}").into_bytes()
}

fn parts(body: &str) -> Vec<u8> {
    message(
        &format!("{FROM}\nContent-Type: multipart/mixed; boundary=b"),
        body,
    )
}
