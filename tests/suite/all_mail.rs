//! Models of all mail, which count the words of header fields: what is taught to them and replayed
//! through them counts these too.

use super::support::{Workspace, mail, mbox};

/// A message whose words say nothing, from a program that says what it is.
fn sent_with(program: &str, n: usize) -> String {
    let day = 1 + n / 4;
    let text = mail(
        &format!("p{n}@a{n}.example"),
        &format!("m{n}"),
        "here is what you asked about the other day",
    );
    format!("Date: {day} Feb 2024 10:00:00 +0000\nX-Mailer: {program}\n{text}")
}

/// Forty messages; the even ones are genuine, the odd ones spam.
fn mails() -> impl Iterator<Item = (&'static str, String)> {
    (0..40).map(|n| match n % 2 {
        0 => ("genuine", sent_with("Quillpen", n)),
        _ => ("spam", sent_with("Floodgate", n)),
    })
}

#[test]
fn a_lesson_teaches_header_fields_to_a_model_of_all_mail_and_counts_for_no_other() {
    let here = Workspace::new();
    for (n, (label, text)) in mails().enumerate() {
        here.write(&format!("mine/{label}/{n}.eml"), text);
    }
    here.run(&["train", "mine", "--scope", "all", "--out", "own.model"])
        .ok();
    here.write("taught.eml", sent_with("Newcomer", 40));
    let learn = ["learn", "spam", "taught.eml", "--state", "state"];
    let to_own = [&learn[..], &["--model", "own.model"]].concat();
    // Forty messages judge the fixed set by nothing.
    let insisted = [&to_own[..], &["--accept-worse"]].concat();
    assert!(here.run(&insisted).ok().stdout().contains("it counts"));
    let about = ["lessons", "about", "head:x-mailer:Newcomer", "--json"];
    let told = here.run(&[&about[..], &["--state", "state"]].concat());
    let standing = told.ok().json()[0]["standing"].clone();
    assert_eq!(standing, "other-evidence", "for the shipped model");
    let own = ["--state", "state", "--model", "own.model"];
    let told = here.run(&[&about[..], &own].concat());
    assert_eq!(told.ok().json()[0]["standing"], "counts");

    here.write("next.eml", sent_with("Newcomer", 41));
    let judge = ["classify", "--scope", "all", "--json", "next.eml"];
    let judge = [&judge[..], &["--model", "own.model"]].concat();
    let before = &here.run(&judge).ok().json()[0];
    let after = &here.run(&[&judge[..], &own[..2]].concat()).ok().json()[0];
    let spam = |verdict: &serde_json::Value| verdict["probabilities"]["spam"].as_f64().unwrap();
    assert!(spam(after) > spam(before) + 0.05, "{before} {after}");

    // Taught to the other model, it is that model's.
    assert!(here.run(&learn).ok().stdout().contains("1 learned"));
    let told = here.run(&["lessons", "list", "--json", "--state", "state"]);
    assert_eq!(told.ok().json()[0]["standing"], "counts");
}

#[test]
fn a_replay_of_all_mail_learns_header_fields() {
    let here = Workspace::new();
    let mut labels = "message-id,label\n".to_owned();
    for (n, (label, _)) in mails().enumerate() {
        labels += &format!("<m{n}@x.example>,{label}\n");
    }
    let texts: Vec<String> = mails().map(|(_, text)| text).collect();
    here.write("in.mbox", mbox(&texts));
    here.write("labels.csv", labels);
    let replay = ["replay", "in.mbox", "--labels", "labels.csv", "--json"];
    let likeliest_right = |scope: &str| {
        let scope = ["--from-scratch", "--scope", scope];
        let said = here.run(&[&replay[..], &scope].concat()).ok().json()[0].clone();
        let last = said["periods"].as_array().unwrap().last().unwrap().clone();
        last["accuracy_so_far"].as_f64().unwrap()
    };
    let (all, contact) = (likeliest_right("all"), likeliest_right("contact"));
    assert!(all > 0.8 && contact < 0.7, "{all} {contact}");
}
