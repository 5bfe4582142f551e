use serde_json::Value;

use super::support::{Workspace, mail, mbox};

/// A genuine request that the shipped model takes for a pitch, but not surely.
fn request() -> String {
    mail(
        "Sam Ple <sam@depot.example>",
        "dashboards",
        "Hello, the dashboards for our warehouse need a second pair of eyes. Would you have fifteen minutes on day 1 of next month? Best, Sam",
    )
}

/// A workspace with a state directory named in its configuration.
fn workspace() -> Workspace {
    let here = Workspace::new();
    let state = format!("state = {:?}\n", here.path("state"));
    here.write("no-config/anteroom/config.toml", state);
    here
}

fn explained(here: &Workspace, path: &str) -> Value {
    here.run(&["explain", "--json", path]).ok().json()[0].clone()
}

#[test]
fn a_decision_is_told_as_it_was_made_beside_what_would_be_today() {
    let here = workspace();
    here.write("m.eml", request());
    assert!(explained(&here, "m.eml").get("decided").is_none());
    let first = here.run(&["classify", "--json", "m.eml"]).ok().json()[0].clone();
    let same = explained(&here, "m.eml");
    assert_eq!(same["decided"]["differs"], Value::Array(Vec::new()));
    let text = here.run(&["explain", "m.eml"]).ok().stdout();
    assert!(text.contains("nothing differs"), "{text}");
    here.run(&["learn", "genuine", "m.eml"]).ok();

    let record = explained(&here, "m.eml");
    let decided = &record["decided"];
    assert_eq!(record["verdict"], "genuine");
    assert_ne!(first["verdict"], "genuine");
    for name in ["verdict", "label", "because"] {
        assert_eq!(decided[name], first[name], "{name}");
    }
    for name in ["genuine", "pitch"] {
        let [was, is] = [&first, decided].map(|one| one["probabilities"][name].as_f64().unwrap());
        assert!((was - is).abs() < 1e-12, "{name}: {was} {is}");
    }
    assert!(decided["decided_at"].as_i64().unwrap() > 1_700_000_000);
    assert_eq!(decided["model"]["version"], 1);
    assert_eq!(decided["policy"]["error_budget"], 0.02);
    assert_eq!(decided["facts"][0], "kind:direct-message");
    // Every piece of evidence has its word again, and its weight of today.
    let reasons = decided["reasons"].as_array().unwrap();
    assert!(reasons.len() > 6, "{reasons:?}");
    assert!(reasons.iter().all(|one| one["what"].is_string()));
    let shown = &first["reasons"][0];
    let kept = reasons
        .iter()
        .find(|one| one["what"] == shown["what"])
        .unwrap();
    assert_eq!(kept["pull"], shown["pull"]);
    let moved = |one: &Value| one["weight"] != one["weight_today"];
    assert!(reasons.iter().any(moved), "{reasons:?}");
    let differs: Vec<&str> = decided["differs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["what"].as_str().unwrap())
        .collect();
    for what in ["verdict", "genuine", "model"] {
        assert!(differs.contains(&what), "{differs:?}");
    }
    assert!(
        !differs.contains(&"policy") && !differs.contains(&"fact"),
        "{differs:?}"
    );

    let text = here.run(&["explain", "m.eml"]).ok().stdout();
    let lines: Vec<&str> = text.lines().collect();
    let was = first["verdict"].as_str().unwrap();
    assert!(lines[0].starts_with("as decided on 20"), "{text}");
    assert!(
        lines[0].contains("(version 1)") && lines[0].contains(was),
        "{text}"
    );
    assert!(
        lines[1].starts_with("today's model would say: genuine: "),
        "{text}"
    );
    assert!(text.contains("what differs:") && text.contains(&format!("{was}, today genuine")));
}

#[test]
fn another_policy_and_another_text_are_told_too() {
    let here = workspace();
    here.write("m.eml", request());
    here.run(&["classify", "--json", "m.eml"]).ok();
    // The same message by its Message-ID and sender, but not the same words.
    let other = "Something else entirely is written here now, and nothing of it was there";
    here.write(
        "m.eml",
        mail("Sam Ple <sam@depot.example>", "dashboards", other),
    );
    let run = here.run(&["explain", "--json", "m.eml", "--error-budget", "0.01"]);
    let record = run.ok().json()[0].clone();
    let decided = &record["decided"];
    let differs = decided["differs"].as_array().unwrap();
    let policy = differs.iter().find(|one| one["what"] == "policy").unwrap();
    assert!(
        policy["then"].as_str().unwrap().contains("0.02"),
        "{policy}"
    );
    assert!(
        policy["today"].as_str().unwrap().contains("0.01"),
        "{policy}"
    );
    let gone = decided["reasons"].as_array().unwrap();
    assert!(gone.iter().any(|one| one["what"].is_null()), "{gone:?}");
    let text = here.run(&["explain", "m.eml"]).ok().stdout();
    assert!(text.contains("something no longer read in it"), "{text}");
}

#[test]
fn an_owners_rule_is_kept_without_whom_it_names() {
    let here = Workspace::new();
    here.write(
        "no-config/anteroom/config.toml",
        format!(
            "state = {:?}\n[rules]\nalways_keep = [\"sam@depot.example\"]\n",
            here.path("state")
        ),
    );
    here.write("m.eml", request());
    here.run(&["classify", "m.eml"]).ok();
    let decided = &explained(&here, "m.eml")["decided"];
    assert_eq!(decided["because"], "a rule of yours keeps the sender");
    assert_eq!(
        (&decided["reason"], &decided["verdict"]),
        (&"owner-rule".into(), &"known".into())
    );
    for file in ["state.sqlite", "state.sqlite-wal"] {
        let bytes = std::fs::read(here.path("state").join(file)).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        assert!(!text.contains("depot") && !text.contains("sam@"), "{file}");
    }
}

#[test]
fn a_message_of_a_mailbox_can_be_picked() {
    let here = Workspace::new();
    let mails: Vec<String> = (0..3)
        .map(|n| {
            mail(
                "a@x.example",
                &format!("s{n}"),
                &format!("hello number {n}"),
            )
        })
        .collect();
    here.write("m.mbox", mbox(&mails));
    let subject = |args: &[&str]| {
        let run = here.run(&[&["explain", "--json"], args].concat());
        (run.json()[0]["subject"].clone(), run.stderr())
    };
    let (first, said) = subject(&["m.mbox"]);
    assert_eq!(first, "s0");
    for words in [
        "m.mbox: the first of 3 messages",
        "--message N",
        "--id MESSAGE-ID",
    ] {
        assert!(said.contains(words), "{said}");
    }
    assert_eq!(
        subject(&["m.mbox", "--quiet"]),
        ("s0".into(), String::new())
    );
    assert_eq!(
        subject(&["m.mbox", "--message", "2"]),
        ("s2".into(), String::new())
    );
    for id in ["s1@x.example", "<s1@x.example>"] {
        assert_eq!(
            subject(&["m.mbox", "--id", id]),
            ("s1".into(), String::new())
        );
    }
    here.run(&["explain", "m.mbox", "--message", "3"])
        .fails(65, &["m.mbox: holds 3 messages", "from 0 to 2"]);
    here.run(&["explain", "m.mbox", "--id", "s9@x.example"])
        .fails(65, &["m.mbox: none of its 3 messages", "'s9@x.example'"]);
    here.write("one.eml", &mails[0]);
    here.run(&["explain", "one.eml"]).ok();
    here.run(&["explain", "one.eml", "--message", "1"])
        .fails(65, &["holds one message, number 0"]);
}
