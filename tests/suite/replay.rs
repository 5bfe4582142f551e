use super::support::{Workspace, mail, mbox};

fn dated(day: usize, from: &str, subject: &str, body: &str) -> String {
    format!(
        "Date: {day} Feb 2024 10:00:00 +0000\n{}",
        mail(from, subject, body)
    )
}

/// Forty messages over twenty days, and their labels.
fn labelled() -> (String, String) {
    let mut messages = Vec::new();
    let mut labels = "message-id,label\n".to_owned();
    for n in 0..40 {
        let (from, body, label) = match n % 2 {
            0 => (
                format!("p{n}@x{n}.example"),
                "your talk on arches in Turin helped our seminar",
                "genuine",
            ),
            _ => (
                format!("q{n}@y{n}.example"),
                "cheap pills and casino bonus, claim your prize now",
                "spam",
            ),
        };
        messages.push(dated(1 + n / 2, &from, &format!("m{n}"), body));
        labels += &format!("<m{n}@x.example>,{label}\n");
    }
    messages.push(mail("z@z.example", "undated", "hello again my friend"));
    labels += "undated@x.example,genuine\n";
    messages.push(dated(
        3,
        "z@z.example",
        "unlabelled",
        "hello again my friend",
    ));
    (mbox(&messages), labels)
}

#[test]
fn mail_is_walked_week_by_week() {
    let here = Workspace::new();
    let (mail, labels) = labelled();
    let before = here.write("in.mbox", &mail);
    here.write("labels.csv", labels);
    let run = here.run(&["replay", "in.mbox", "--labels", "labels.csv", "--json"]);
    assert!(
        run.stderr().contains("1 messages without a label"),
        "{}",
        run.stderr()
    );
    assert!(
        run.stderr().contains("1 messages without a date"),
        "{}",
        run.stderr()
    );
    let replay = &run.json()[0];
    assert_eq!(replay["schema"], "anteroom.replay/1");
    let periods = replay["periods"].as_array().unwrap();
    let names: Vec<&str> = periods
        .iter()
        .map(|one| one["period"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        ["2024-01-29", "2024-02-05", "2024-02-12", "2024-02-19"]
    );
    let total = &replay["total"];
    assert_eq!(
        (&total["messages"], &total["genuine"]),
        (&40.into(), &20.into())
    );
    let sum: u64 = periods
        .iter()
        .map(|one| one["right"].as_u64().unwrap())
        .sum();
    assert_eq!(total["right"], sum);
    assert_eq!(
        std::fs::read_to_string(before).unwrap(),
        mail,
        "the mail was changed"
    );
    assert_eq!(
        here.entries(),
        ["in.mbox", "labels.csv"],
        "something was written"
    );
}

#[test]
fn a_directory_sorted_by_label_will_do() {
    let here = Workspace::new();
    let receipt = "Thank you for your order. Your receipt: 1 book, 20 EUR. Do not reply.";
    for day in 1..=10 {
        here.write(
            &format!("mine/genuine/{day}.eml"),
            dated(
                day,
                &format!("p{day}@x{day}.example"),
                "your talk",
                "your talk helped our seminar",
            ),
        );
        here.write(
            &format!("mine/out-of-scope/{day}.eml"),
            format!(
                "Auto-Submitted: auto-generated\n{}",
                dated(day, "no-reply@shop.example", "Your receipt", receipt)
            ),
        );
    }
    let shown = here
        .run(&["replay", "mine", "--from-scratch"])
        .ok()
        .stdout();
    for words in [
        "genuine filed away",
        "accuracy so far",
        "Of 10 genuine messages 0 were filed away",
        "Nothing was changed",
    ] {
        assert!(shown.contains(words), "no {words} in\n{shown}");
    }
    let replay = &here
        .run(&["replay", "mine", "--from-scratch", "--json"])
        .ok()
        .json()[0];
    // With one label there is nothing to judge by: all genuine mail is left alone.
    assert_eq!(
        (&replay["total"]["unsure"], &replay["total"]["right"]),
        (&10.into(), &10.into())
    );
}

#[test]
fn a_model_that_has_seen_the_mail_says_so() {
    let here = Workspace::new();
    let replay = |args: &[&str]| {
        let run = here.run(&[&["replay", "mine"], args].concat()).ok();
        (run.stdout(), run.stderr())
    };
    let folder = super::support::root().join("training-data");
    for label in ["genuine", "pitch"] {
        let mut files: Vec<_> = std::fs::read_dir(folder.join(label))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        files.sort();
        for (n, file) in files.iter().take(20).enumerate() {
            here.write(
                &format!("mine/{label}/{n}.eml"),
                std::fs::read(file).unwrap(),
            );
        }
    }
    here.run(&["train", "mine", "--out", "own.model"]).ok();
    let own = ["--model", "own.model"];
    let (shown, _) = replay(&own);
    assert!(shown.contains("the model has seen"), "{shown}");
    assert!(shown.contains("--from-scratch"), "{shown}");
    let text = replay(&[&own[..], &["--json"]].concat()).0;
    let record: serde_json::Value = serde_json::from_str(&text).unwrap();
    let seen = record["seen_before"].as_u64().unwrap();
    let all = record["total"]["messages"].as_u64().unwrap();
    assert!(seen * 2 > all && all > 20, "{seen} of {all}");
    let (shown, _) = replay(&["--from-scratch"]);
    assert!(!shown.contains("the model has seen"), "{shown}");
    // Mail of nobody the model knows.
    let other = Workspace::new();
    let (mail, labels) = labelled();
    other.write("in.mbox", mail);
    other.write("labels.csv", labels);
    let run = other.run(&["replay", "in.mbox", "--labels", "labels.csv", "--json"]);
    assert_eq!(run.json()[0]["seen_before"], 0);
}

#[test]
fn labels_that_cannot_be_used_are_named() {
    let here = Workspace::new();
    here.write("in.mbox", labelled().0);
    here.write("labels.csv", "a@x.example,spam\nb@x.example,ham\n");
    here.run(&["replay", "in.mbox", "--labels", "labels.csv"])
        .fails(
            65,
            &["labels.csv, line 2", "'ham' is not a label", "genuine"],
        );
    here.write("labels.csv", "a@x.example,spam\n");
    here.run(&["replay", "in.mbox", "--labels", "labels.csv"])
        .fails(
            65,
            &[
                "no message has both a label and a date",
                "42 without a label",
            ],
        );
    here.run(&["replay", "in.mbox", "in.mbox"])
        .fails(65, &["--labels FILE"]);
    here.run(&["replay", "in.mbox", "--labels", "none.csv"])
        .fails(65, &["none.csv", "cannot be read"]);
}
