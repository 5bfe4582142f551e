use anteroom::decide::Policy;
use anteroom::message::{Defect, Message};
use anteroom::model::Model;
use anteroom::owner::Owner;
use anteroom::source::Content;
use anteroom::triage::triage;
use proptest::prelude::*;

fn with_header(name: &str, value: &str) -> Vec<u8> {
    format!("{name}: {value}\nX: y\n\nbody\n").into_bytes()
}

/// Inputs that cost parsers quadratic time, the stack, or their memory.
fn hostile(n: usize) -> Vec<(&'static str, Vec<u8>)> {
    let mut nested = String::from("From: a@b.example\n");
    for level in 0..n {
        nested +=
            &format!("Content-Type: multipart/mixed; boundary=\"b{level}z\"\n\n--b{level}z\n");
    }
    let parameters: String = (0..n).map(|k| format!("; p{k}*0*=utf-8''v")).collect();
    let parts = format!(
        "Content-Type: multipart/mixed; boundary=a\n\n{}",
        "--a\n".repeat(n)
    );
    vec![
        ("nesting", nested.into_bytes()),
        (
            "forwarding",
            "Content-Type: message/rfc822\n\n".repeat(n).into_bytes(),
        ),
        ("parts", parts.into_bytes()),
        ("headers", "X-A: b\n".repeat(n).into_bytes()),
        (
            "encoded words",
            with_header("Subject", &"=?utf-8?Q?a?= ".repeat(n)),
        ),
        (
            "open encoded words",
            with_header("Subject", &" =?".repeat(n)),
        ),
        (
            "address words",
            with_header("From", &format!("{}<a@b>", "=?utf-8?Q?a?= ".repeat(n))),
        ),
        ("address comments", with_header("From", &"(".repeat(n))),
        (
            "parameters",
            with_header("Content-Type", &format!("text/plain{parameters}")),
        ),
        (
            "invisible",
            format!("A: b\n\n{}", "a\u{200b}\u{202e}".repeat(n)).into_bytes(),
        ),
        (
            "bad utf-8",
            [
                b"Content-Type: text/plain; charset=utf-8\n\n".to_vec(),
                b"\xc3\x28\xf0".repeat(n),
            ]
            .concat(),
        ),
        (
            "base64",
            format!("Content-Transfer-Encoding: base64\n\n{}", "Q!FB".repeat(n)).into_bytes(),
        ),
        ("digits", format!("A: b\n\n{}", "1 ".repeat(n)).into_bytes()),
        (
            "one word",
            format!("A: b\n\n{}", "w".repeat(n)).into_bytes(),
        ),
        ("han", format!("A: b\n\n{}", "漢".repeat(n)).into_bytes()),
        (
            "links",
            format!("A: b\n\n{}", "http://x ".repeat(n)).into_bytes(),
        ),
        ("nul", vec![0; n]),
        ("cr", "A: b\r\r".repeat(n).into_bytes()),
    ]
}

/// HTML that costs tree builders quadratic time.
fn hostile_html(n: usize) -> Vec<(&'static str, Vec<u8>)> {
    let html =
        |body: String| format!("From: a@b.example\nContent-Type: text/html\n\n{body}").into_bytes();
    vec![
        ("div", html("<div>".repeat(n))),
        ("lists", html("<ul><li>".repeat(n))),
        ("quotes", html("<blockquote>x ".repeat(n))),
        ("comments", html("<!--".repeat(n))),
        ("open tags", html("<a \"".repeat(n))),
        ("open attributes", html("<a x=\"".repeat(n))),
        ("scripts", html("<script>".repeat(n))),
        ("entities", html("&amp;&#x41;&nosuch;".repeat(n))),
        ("hidden", html("<div style=display:none>".repeat(n))),
    ]
}

#[test]
fn hostile_mail_gets_a_verdict_in_little_time() {
    let model = Model::shipped().unwrap();
    // A small stack, as a worker thread may have.
    let judge = move || {
        for n in [10, 1_000, 100_000] {
            for (kind, mail) in hostile(n).into_iter().chain(hostile_html(n)) {
                let mail = Content::Mail(mail);
                let started = std::time::Instant::now();
                triage(&mail, &Owner::default(), &model, &Policy::default());
                // Generous: quadratic behaviour at this size takes many seconds.
                assert!(
                    started.elapsed().as_secs() < 2,
                    "{kind} {n}: {:?}",
                    started.elapsed()
                );
            }
        }
    };
    std::thread::Builder::new()
        .stack_size(2 << 20)
        .spawn(judge)
        .unwrap()
        .join()
        .unwrap();
}

#[test]
fn a_body_cannot_hide_behind_its_encoding() {
    let hidden = "Qm9vayBhIGRlbW8gdG9kYXk="; // Book a demo today
    for encoding in [
        "base64",
        "BASE64 ",
        "\"base64\"",
        "base64;",
        "base64 (really)",
        "(x) base64",
    ] {
        let mail =
            format!("From: a@b.example\nContent-Transfer-Encoding: {encoding}\n\n{hidden}\n");
        assert!(
            Message::parse(mail.as_bytes())
                .visible_text()
                .contains("Book a demo"),
            "{encoding}"
        );
    }
    let broken =
        "From: a@b.example\nContent-Transfer-Encoding: base64\n\nQm9v!ayBhIGRlbW8g\ndG9kYXk=\n";
    let message = Message::parse(broken.as_bytes());
    assert!(message.visible_text().contains("Book a demo"));
    assert_eq!(message.defects, [Defect::BrokenBase64]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_bytes_get_a_verdict(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        thread_local!(static MODEL: Model = Model::shipped().unwrap());
        MODEL.with(|model| {
            let verdict = triage(&Content::Mail(bytes), &Owner::default(), model, &Policy::default());
            let sum: f64 = verdict.probabilities.iter().sum();
            prop_assert!((sum - 1.0).abs() < 1e-9);
            Ok(())
        })?;
    }

    #[test]
    fn any_text_in_a_message_gets_a_verdict(head in "[A-Za-z-]{1,12}", value in "\\PC{0,80}", body in "(\\PC|\n|<|>|=|&){0,600}") {
        for kind in ["text/plain", "text/html", "multipart/mixed; boundary=x", "message/rfc822"] {
            let mail = format!("From: {value}\n{head}: {value}\nContent-Type: {kind}\n\n{body}");
            let message = Message::parse(mail.as_bytes());
            let contact = anteroom::extract::Contact::extract(&message, &anteroom::owner::Owner::default());
            anteroom::features::features(&message, &contact, Default::default());
        }
    }
}
