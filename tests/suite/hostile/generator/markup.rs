//! HTML that costs tree builders quadratic time, and other markup without an end.

use super::{Kind, each, message};

pub(super) const KINDS: &[Kind] = &[
    Kind::mail("html-div", |n| html(&"<div>".repeat(n))),
    Kind::mail("html-span", |n| html(&"<span>".repeat(n))),
    Kind::mail("html-tables", |n| html(&"<table><tr><td>".repeat(n))),
    Kind::mail("html-cells", |n| {
        html(&format!("<table><tr>{}</table>", "<td>x".repeat(n)))
    }),
    Kind::mail("html-lists", |n| html(&"<ul><li>".repeat(n))),
    Kind::mail("html-quotes", |n| html(&"<blockquote>".repeat(n))),
    Kind::mail("html-links-in-bold", |n| html(&"<b><a href=#>".repeat(n))),
    Kind::mail("html-links", |n| {
        html(&each(n, |k| {
            format!("<a href=\"https://h{k}.example/?u=https://b.example\">b</a>")
        }))
    }),
    Kind::mail("html-masked-links", |n| {
        html(&each(n, |k| {
            format!("<a href=https://h{k}.example>https://www.linkedin.com/in/x</a>")
        }))
    }),
    Kind::mail("html-misnested", |n| {
        html(&format!("{}{}", "<font>".repeat(n), "</p>".repeat(n)))
    }),
    Kind::mail("html-closing-only", |n| html(&"</div>".repeat(n))),
    Kind::mail("html-attributes", |n| {
        html(&format!("<p {}>", each(n, |k| format!("a{k}=1 "))))
    }),
    Kind::mail("html-open-attribute", |n| html(&"<a x=\"".repeat(n))),
    Kind::mail("html-open-tags", |n| html(&"<".repeat(n))),
    Kind::mail("html-open-comments", |n| html(&"<!--".repeat(n))),
    Kind::mail("html-comments-of-dashes", |n| {
        html(&format!("<!{}", "-".repeat(n)))
    }),
    Kind::mail("html-open-sections", |n| html(&"<![CDATA[".repeat(n))),
    Kind::mail("html-conditions", |n| {
        html(&"<!--[if mso]>x<![endif]-->".repeat(n))
    }),
    Kind::mail("html-entities", |n| html(&"&amp;&#x41;&nosuch;".repeat(n))),
    Kind::mail("html-ampersands", |n| html(&"&".repeat(n))),
    Kind::mail("html-numbers", |n| html(&format!("&#{};", "9".repeat(n)))),
    Kind::mail("html-no-break-spaces", |n| html(&"&nbsp; ".repeat(n))),
    Kind::mail("html-selects", |n| html(&"<select>".repeat(n))),
    Kind::mail("html-scripts", |n| html(&"<script>".repeat(n))),
    Kind::mail("html-styles", |n| {
        html(&format!("{}a{{}}", "<style>".repeat(n)))
    }),
    Kind::mail("html-hidden", |n| {
        html(&"<div style=display:none>x".repeat(n))
    }),
    Kind::mail("html-style-attribute", |n| {
        html(&format!("<p style=\"{}\">x", "color:red;".repeat(n)))
    }),
    Kind::mail("html-pre", |n| {
        html(&format!("<pre>{}</pre>", "x".repeat(n)))
    }),
    Kind::mail("html-breaks", |n| html(&"<br>".repeat(n))),
    Kind::mail("html-images", |n| {
        html(&"<img src=https://a.example/t.gif width=1>".repeat(n))
    }),
];

fn html(body: &str) -> Vec<u8> {
    let header = "From: a@a.example\nSubject: s\nContent-Type: text/html; charset=utf-8";
    message(header, format!("{body}hello"))
}
