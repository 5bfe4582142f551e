//! What the extraction looks for, by the thousand: cues, stock sentences, frames, quotes, hosts.

use super::{Kind, each, message};

pub(super) const KINDS: &[Kind] = &[
    Kind::mail("cue-phrases", |n| {
        direct(&"I would like to connect, book a demo, job opportunity, investors. ".repeat(n))
    }),
    Kind::mail("cue-phrases-begun", |n| {
        direct(&"i would like to i would like ".repeat(n))
    }),
    Kind::mail("cue-phrases-in-look-alikes", |n| {
        direct(&"b\u{43e}\u{43e}k a d\u{435}m\u{43e} ".repeat(n))
    }),
    Kind::mail("stock-sentences", |n| {
        direct(&"I'd like to add you to my professional network on LinkedIn.\n".repeat(n))
    }),
    Kind::mail("stock-sentences-in-an-invitation", |n| {
        invitation(&"I'd like to add you to my professional network on LinkedIn.\n".repeat(n))
    }),
    Kind::mail("frame-rulers", |n| {
        invitation(&"----------------------------------------\n".repeat(n))
    }),
    Kind::mail("frame-links", |n| {
        invitation(&each(n, |k| {
            format!("View profile: https://www.linkedin.com/in/x{k}\n")
        }))
    }),
    Kind::mail("frame-of-one-line", |n| invitation(&"Hi Ann, ".repeat(n))),
    Kind::mail("courtesies", |n| {
        direct(&"Dear Sir, thank you. Best regards,\n".repeat(n))
    }),
    Kind::mail("signatures", |n| {
        direct(&"-- \nAnn Lee\n+1 555 0100\n".repeat(n))
    }),
    Kind::mail("quotes", |n| direct(&"> quoted\n".repeat(n))),
    Kind::mail("quotes-ever-deeper", |n| {
        direct(&each(n.min(3_000), |k| format!("{} deep\n", ">".repeat(k))))
    }),
    Kind::mail("quotes-on-one-line", |n| direct(&">".repeat(n))),
    Kind::mail("quotes-and-answers", |n| direct(&"> a\nb\n".repeat(n))),
    Kind::mail("quote-introductions", |n| {
        direct(&"On Mon, 1 Jan 2024 at 10:00, Ann Lee <ann@a.example> wrote:\n".repeat(n))
    }),
    Kind::mail("quote-introductions-on-two-lines", |n| {
        direct(&"On Mon, 1 Jan 2024, Ann Lee\nwrote something else\n".repeat(n))
    }),
    Kind::mail("quote-dashes", |n| {
        direct(&"-----Original Message-----\n".repeat(n))
    }),
    Kind::mail("quote-headers", |n| {
        direct(&"From: a@a.example\nSent: Monday\nTo: b\nSubject: s\n\n".repeat(n))
    }),
    Kind::mail("quote-headers-that-never-end", |n| {
        direct(&"From: a\nSent: b\n".repeat(n))
    }),
    Kind::mail("hosts", |n| {
        direct(&each(n, |k| format!("https://h{k}.example/ ")))
    }),
    Kind::mail("hosts-that-look-alike", |n| {
        direct(&each(n, |k| {
            format!("https://www.l\u{131}nked{k}in.com/ https://linkedin-{k}.com/ ")
        }))
    }),
    Kind::mail("hosts-in-punycode", |n| {
        direct(&each(n, |k| format!("https://xn--lnkedin-{k}d.com/ ")))
    }),
    Kind::mail("a-host-of-labels", |n| {
        direct(&format!("https://{}com/", "linkedin.".repeat(n)))
    }),
    Kind::mail("a-long-link", |n| {
        direct(&format!("https://a.example/{}", "?u=https://".repeat(n)))
    }),
    Kind::mail("links-without-a-host", |n| {
        direct(&"http:// https://".repeat(n))
    }),
    Kind::mail("addresses-in-text", |n| {
        direct(&each(n, |k| format!("a{k}@b.example ")))
    }),
    Kind::mail("words", |n| direct(&each(n, |k| format!("word{k} ")))),
    Kind::mail("a-long-word", |n| direct(&"w".repeat(n))),
    Kind::mail("numbers", |n| direct(&each(n, |k| format!("{k} ")))),
    Kind::mail("phone-numbers", |n| direct(&"+1 (555) 0100-".repeat(n))),
    Kind::mail("money", |n| {
        direct(&"$1,000,000.00 \u{20ac}5k 100% ".repeat(n))
    }),
    Kind::mail("marks", |n| direct(&"!?".repeat(n))),
    Kind::mail("emoji", |n| {
        direct(&"\u{1f469}\u{200d}\u{1f4bb}\u{1f680}".repeat(n))
    }),
    Kind::mail("characters-without-spaces", |n| {
        direct(&"\u{6f22}\u{5b57}".repeat(n))
    }),
    Kind::mail("words-of-mixed-scripts", |n| {
        direct(&"p\u{430}yp\u{430}l \u{3c1}ass ".repeat(n))
    }),
    Kind::mail("capitals", |n| direct(&"URGENT ACT NOW ".repeat(n))),
    Kind::mail("a-profile-under-the-name", |n| {
        invitation(&format!(
            "Ann Lee\n{}",
            "Founder | Coach | Speaker\n".repeat(n)
        ))
    }),
    Kind::mail("a-long-name", |n| {
        let from = format!("\"{}\" <invitations@linkedin.com>", "Ann ".repeat(n / 4));
        message(&format!("From: {from}\nSubject: s"), "hello")
    }),
];

fn direct(body: &str) -> Vec<u8> {
    let header = "From: Ann Lee <ann@a.example>\nTo: b@b.example\nSubject: Hello";
    message(
        &format!("{header}\nContent-Type: text/plain; charset=utf-8"),
        body,
    )
}

/// As LinkedIn writes them.
fn invitation(body: &str) -> Vec<u8> {
    let header = "From: Ann Lee <invitations@linkedin.com>\nTo: b@b.example\n\
                  Subject: Ann Lee wants to connect\nX-LinkedIn-Class: INVITATION";
    message(
        &format!("{header}\nContent-Type: text/plain; charset=utf-8"),
        body,
    )
}
