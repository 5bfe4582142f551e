use super::support::{Workspace, gzip, mail, mbox};

fn three() -> Vec<String> {
    ["one", "two", "three"]
        .map(|subject| {
            mail(
                "Ann Lee <ann@x.example>",
                subject,
                "Shall we meet on Friday to talk about the bridge?",
            )
        })
        .to_vec()
}

fn subjects(here: &Workspace, paths: &[&str]) -> Vec<String> {
    let mut args = vec!["classify", "--json"];
    args.extend(paths);
    here.run(&args)
        .ok()
        .json()
        .iter()
        .map(|record| record["subject"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn reads_every_kind_of_input() {
    let here = Workspace::new();
    let [one, two, three] = three().try_into().unwrap();
    let all = mbox(&[one.clone(), two.clone(), three.clone()]);
    here.write("lf.mbox", &all);
    here.write("crlf.mbox", all.replace('\n', "\r\n"));
    here.write("packed.mbox.gz", gzip(all.as_bytes()));
    here.write("one.eml", &one);
    here.write("one.eml.gz", gzip(one.as_bytes()));
    here.write("maildir/cur/1:2,S", &one);
    here.write("maildir/new/2", &two);
    here.write("maildir/tmp/3", &three);
    here.write("tree/a/1.eml", &one);
    here.write("tree/b.mbox", mbox(&[two, three]));
    for path in ["lf.mbox", "crlf.mbox", "packed.mbox.gz", "tree"] {
        assert_eq!(subjects(&here, &[path]), ["one", "two", "three"], "{path}");
    }
    assert_eq!(subjects(&here, &["one.eml", "one.eml.gz"]), ["one", "one"]);
    assert_eq!(subjects(&here, &["maildir"]), ["one", "two"]);
    let run = here
        .run_with(&["classify", "--json", "-"], all.as_bytes())
        .ok();
    assert_eq!(run.json().len(), 3);
    assert_eq!(run.json()[0]["source"], "-");
}

#[test]
fn the_json_contract() {
    let here = Workspace::new();
    here.write("m.mbox", mbox(&three()));
    for (index, record) in here
        .run(&["classify", "--json", "m.mbox"])
        .ok()
        .json()
        .iter()
        .enumerate()
    {
        assert_eq!(record["schema"], "anteroom.verdict/1");
        assert_eq!(record["source"], "m.mbox");
        assert_eq!(record["index"], index);
        assert_eq!(
            record["message_id"],
            format!("{}@x.example", record["subject"].as_str().unwrap())
        );
        assert_eq!(record["from"], "Ann Lee <ann@x.example>");
        assert_eq!(record["kind"], "direct-message");
        assert_eq!(record["platform"], "direct");
        let verdicts = [
            "genuine",
            "generic-invite",
            "pitch",
            "spam",
            "known",
            "unsure",
            "out-of-scope",
        ];
        assert!(verdicts.contains(&record["verdict"].as_str().unwrap()));
        let labels = ["genuine", "generic-invite", "pitch", "spam"];
        assert!(labels.contains(&record["label"].as_str().unwrap()));
        let sum: f64 = labels
            .iter()
            .map(|label| record["probabilities"][label].as_f64().unwrap())
            .sum();
        assert!((sum - 1.0).abs() < 1e-9, "{sum}");
        let reason = &record["reasons"][0];
        assert!(reason["what"].is_string() && reason["weight"].is_number());
        assert!(["for", "against"].contains(&reason["pull"].as_str().unwrap()));
        assert!(record["because"].is_string());
        assert_eq!(record["defects"], serde_json::json!([]));
    }
}

#[test]
fn what_is_out_of_scope_has_no_label() {
    let here = Workspace::new();
    here.write("m.eml", "From: Mail System <MAILER-DAEMON@x.example>\nSubject: Undelivered Mail Returned to Sender\n\nI'm sorry\n");
    let record = &here.run(&["classify", "--json", "m.eml"]).ok().json()[0];
    assert_eq!(record["verdict"], "out-of-scope");
    assert!(record["label"].is_null());
    let record = &here
        .run(&["classify", "--json", "--scope", "all", "m.eml"])
        .ok()
        .json()[0];
    assert_ne!(record["verdict"], "out-of-scope");
    assert!(record["label"].is_string());
}

#[test]
fn the_configuration_is_used_and_flags_win() {
    let here = Workspace::new();
    here.write(
        "m.eml",
        "From: Mail System <MAILER-DAEMON@x.example>\nSubject: Undelivered\n\nI'm sorry\n",
    );
    here.write("c.toml", "scope = \"all\"\n");
    let verdict = |args: &[&str]| here.run(args).ok().json()[0]["verdict"].clone();
    assert_ne!(
        verdict(&["classify", "--json", "m.eml", "--config", "c.toml"]),
        "out-of-scope"
    );
    assert_eq!(
        verdict(&[
            "classify", "--json", "m.eml", "--config", "c.toml", "--scope", "contact"
        ]),
        "out-of-scope"
    );
}

#[test]
fn a_stock_invitation_needs_no_classifier() {
    let here = Workspace::new();
    here.write(
        "m.eml",
        "From: Ann Lee <invitations@linkedin.com>\nSubject: Bob, please add me to your LinkedIn network\n\n\
         Hi Bob,\n\nI'd like to join your LinkedIn network.\n\nAnn Lee\nEngineer at Works\n\n\
         View profile: https://www.linkedin.com/comm/profile/view?id=1\nAccept: https://www.linkedin.com/comm/people/invite-accept\n\
         .....................................\nUnsubscribe: https://www.linkedin.com/e/x\n",
    );
    let record = &here.run(&["classify", "--json", "m.eml"]).ok().json()[0];
    assert_eq!(record["verdict"], "generic-invite");
    assert_eq!(
        record["because"],
        "nothing but the platform's stock sentence"
    );
    assert_eq!(record["kind"], "invitation");
    assert_eq!(record["label"], "generic-invite");
    assert!(record["probabilities"]["generic-invite"].as_f64().unwrap() > 0.9);
}

#[test]
fn the_table_shows_every_message_and_the_counts() {
    let here = Workspace::new();
    here.write("m.mbox", mbox(&three()));
    let table = here.run(&["classify", "m.mbox"]).ok().stdout();
    for words in [
        "from",
        "because",
        "Ann Lee",
        "one",
        "two",
        "three",
        "3 messages:",
        "Nothing was changed.",
    ] {
        assert!(table.contains(words), "no {words} in\n{table}");
    }
    assert!(!table.contains('\u{1b}'), "colour in a pipe:\n{table}");
    let explained = here.run(&["classify", "--explain", "m.mbox"]).ok().stdout();
    assert!(explained.lines().count() > table.lines().count());
    let coloured = here
        .run(&["--color", "always", "classify", "m.mbox"])
        .ok()
        .stdout();
    assert!(coloured.contains('\u{1b}'));
}

#[test]
fn explain_shows_the_contact_and_both_sides() {
    let here = Workspace::new();
    here.write(
        "m.eml",
        mail(
            "Ann Lee <ann@x.example>",
            "Bridge",
            "Shall we meet on Friday? Best regards",
        ),
    );
    let text = here.run(&["explain", "m.eml"]).ok().stdout();
    for words in [
        "Ann Lee",
        "direct-message",
        "| Shall we meet",
        "generic-invite",
        "for ",
        "against ",
    ] {
        assert!(text.contains(words), "no {words} in\n{text}");
    }
}

#[test]
fn what_a_stranger_wrote_cannot_drive_the_terminal() {
    let here = Workspace::new();
    here.write("m.eml", "From: \u{1b}]0;x\u{7} <a@x.example>\nSubject: \u{1b}[2Jclear\u{202e}gpj.exe \u{9b}31m\n\n\u{1b}[31mred\u{8}\n");
    for args in [
        &["classify", "m.eml"][..],
        &["explain", "m.eml"],
        &["classify", "--json", "m.eml"],
    ] {
        let out = here.run(args).ok().stdout();
        let bad = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
        assert!(!out.contains(bad), "{out:?}");
    }
}

#[test]
fn completions_and_man_pages_are_generated() {
    let here = Workspace::new();
    assert!(
        here.run(&["completions", "bash"])
            .ok()
            .stdout()
            .contains("classify")
    );
    std::fs::create_dir(here.path("man")).unwrap();
    here.run(&["man", "man"]).ok();
    assert!(
        std::fs::read_to_string(here.path("man/anteroom-classify.1"))
            .unwrap()
            .contains("NAME")
    );
    here.run(&["man", "nowhere"])
        .fails(73, &["nowhere", "existing directory"]);
}

#[test]
fn the_whole_account_of_a_verdict() {
    let here = Workspace::new();
    here.write(
        "a.eml",
        mail(
            "max@seo-firm.example",
            "Quick question about your website",
            "We help companies like yours rank first. Our packages start at $299. Book a quick call?",
        ),
    );
    let record = &here.run(&["explain", "--json", "a.eml"]).ok().json()[0];
    assert_eq!(record["schema"], "anteroom.verdict/1");
    let explanation = &record["explanation"];
    let labels = explanation["labels"].as_array().unwrap();
    assert_eq!(labels.len(), 4);
    for label in labels {
        assert_eq!(
            label["probability"],
            record["probabilities"][label["label"].as_str().unwrap()]
        );
        assert!(
            !label["opposing"].as_array().unwrap().is_empty()
                || !label["supporting"].as_array().unwrap().is_empty()
        );
    }
    assert_ne!(explanation["runner_up"]["label"], record["label"]);
    let tipping = &explanation["tipping"];
    assert_ne!(tipping["verdict_without"], record["verdict"]);
    assert!(
        tipping["evidence"].as_array().unwrap().len() < 12,
        "{tipping}"
    );
    let shown = here.run(&["explain", "a.eml"]).ok().stdout();
    assert!(
        shown.contains("runner-up: ") && shown.contains(tipping["because"].as_str().unwrap()),
        "{shown}"
    );
    let same = &here
        .run(&["classify", "--json", "--explain", "a.eml"])
        .ok()
        .json()[0];
    assert_eq!(same["explanation"], *explanation);
    let short = &here.run(&["classify", "--json", "a.eml"]).ok().json()[0];
    assert!(short.get("explanation").is_none());
}

#[test]
fn the_table_names_the_file_of_a_message_or_its_number() {
    let here = Workspace::new();
    let [one, two, three] = three().try_into().unwrap();
    here.write("tree/first.eml", &one);
    here.write("tree/second.eml", &two);
    let table = here.run(&["classify", "tree"]).ok().stdout();
    for row in ["first.eml", "second.eml"] {
        let is_row = |line: &&str| line.trim_start().starts_with(row);
        assert!(table.lines().any(|line| is_row(&line)), "{table}");
    }
    here.write("all.mbox", mbox(&[one, three]));
    let table = here.run(&["classify", "all.mbox"]).ok().stdout();
    assert!(!table.contains("all.mbox"), "{table}");
    assert!(table.lines().any(|line| line.starts_with(" 1 ")), "{table}");
}
