use serde_json::Value;

use super::support::{Workspace, mbox};

fn pitch(from: &str) -> String {
    format!(
        "From: {from}\nSubject: more customers\n\nWe help companies like yours win more customers. Book a demo today.\n"
    )
}

fn classify(here: &Workspace, args: &[&str]) -> Value {
    let args: Vec<&str> = ["classify", "--json"].iter().chain(args).copied().collect();
    here.run(&args).ok().json()[0].clone()
}

/// A mailbox of mail to Ann.
fn sent() -> String {
    mbox(&[to_ann()])
}

fn to_ann() -> String {
    "From: Me <me@home.example>\nTo: Ann <ann@x.example>\nMessage-ID: <7@home.example>\nSubject: bridge\n\nhello\n".to_owned()
}

/// A mailbox of all mail: what Ann wrote too.
fn all() -> String {
    let from_ann = "From: Ann <ann@x.example>\nTo: me@home.example, eve@evil.example\nMessage-ID: <8@x.example>\n\nhello\n";
    mbox(&[to_ann(), from_ann.to_owned()])
}

#[test]
fn correspondents_are_left_alone_by_flag_and_configuration() {
    let here = Workspace::new();
    here.write("sent.mbox", sent());
    here.write("all.mbox", all());
    here.write("m.eml", pitch("Ann <Ann@x.example>"));
    assert_ne!(classify(&here, &["m.eml"])["verdict"], "known");
    let record = classify(&here, &["m.eml", "--sent", "sent.mbox"]);
    assert_eq!(record["verdict"], "known");
    assert_eq!(record["contact"]["relation"], "correspondent");
    assert!(record["label"].is_string());
    assert_eq!(
        record["because"],
        "left alone: you have written to this sender (unproven sender)"
    );
    here.write(
        "c.toml",
        "[owner]\naddresses = [\"ME@home.example\"]\n[relations]\nsent = [\"all.mbox\"]\n",
    );
    let record = classify(&here, &["m.eml", "--config", "c.toml"]);
    assert_eq!(record["verdict"], "known");
    // Only the owner's own mail makes correspondents.
    here.write("e.eml", pitch("Eve <eve@evil.example>"));
    assert_ne!(
        classify(&here, &["e.eml", "--config", "c.toml"])["verdict"],
        "known"
    );
    let text = here
        .run(&["explain", "m.eml", "--config", "c.toml"])
        .ok()
        .stdout();
    assert!(text.contains("known") && text.contains("you have written to this sender"));
}

#[test]
fn known_people_can_be_judged_by_their_words() {
    let here = Workspace::new();
    here.write("sent.mbox", sent());
    here.write("m.eml", pitch("Ann <ann@x.example>"));
    here.write(
        "c.toml",
        "[relations]\nsent = [\"sent.mbox\"]\nknown = \"judge\"\n",
    );
    let judged = classify(&here, &["m.eml", "--config", "c.toml"]);
    let stranger = classify(&here, &["m.eml"]);
    assert_eq!(judged["contact"]["relation"], "correspondent");
    assert_eq!(judged["verdict"], stranger["verdict"]);
}

#[test]
fn an_answer_to_the_owner_is_genuine_unless_forged() {
    let here = Workspace::new();
    here.write("sent.mbox", sent());
    let answer =
        pitch("Eve <eve@other.example>").replace("\n\n", "\nIn-Reply-To: <7@home.example>\n\n");
    here.write("m.eml", &answer);
    let record = classify(&here, &["m.eml", "--sent", "sent.mbox"]);
    assert_eq!(record["verdict"], "genuine");
    assert_eq!(record["because"], "it answers what you wrote");
    assert_eq!(record["contact"]["thread"]["answers_owner"], true);
    here.write("f.eml", answer.replace("Eve", "LinkedIn"));
    let record = classify(&here, &["f.eml", "--sent", "sent.mbox"]);
    assert_ne!(record["verdict"], "genuine");
    assert!(record["contact"]["relation"].is_null());
}

#[test]
fn ones_own_address_is_never_known() {
    let here = Workspace::new();
    here.write(
        "sent.mbox",
        sent().replace("To: Ann", "To: me@home.example, Ann"),
    );
    here.write("m.eml", pitch("me@home.example"));
    here.write(
        "c.toml",
        "owner.addresses = [\"me@home.example\"]\nrelations.sent = [\"sent.mbox\"]\n",
    );
    assert!(classify(&here, &["m.eml", "--config", "c.toml"])["contact"]["relation"].is_null());
}

#[test]
fn address_books_are_read_from_files_and_folders() {
    let here = Workspace::new();
    here.write(
        "book/a.vcf",
        "BEGIN:VCARD\nVERSION:3.0\nEMAIL:ann@x.example\nEND:VCARD\n",
    );
    here.write("c.toml", "relations.address_books = [\"book\"]\n");
    here.write("m.eml", pitch("Ann <ann@x.example>"));
    let record = classify(&here, &["m.eml", "--config", "c.toml"]);
    assert_eq!(record["contact"]["relation"], "address-book");
    here.write("book/b.vcf", "BEGIN:VCARD\nFN:Bob\n");
    here.run(&["classify", "m.eml", "--config", "c.toml"])
        .fails(65, &["book/b.vcf", "line 1", "END:VCARD"]);
    here.write("c.toml", "relations.address_books = [\"gone.vcf\"]\n");
    here.run(&["classify", "m.eml", "--config", "c.toml"])
        .fails(66, &["gone.vcf", "address_books"]);
}

#[test]
fn relations_that_cannot_be_read_say_so() {
    let here = Workspace::new();
    here.write("sent.mbox", all());
    here.write("m.eml", pitch("Ann <ann@x.example>"));
    here.write(
        "c.toml",
        "owner.addresses = [\"other@home.example\"]\nrelations.sent = [\"sent.mbox\"]\n",
    );
    here.run(&["classify", "m.eml", "--config", "c.toml"])
        .fails(
            65,
            &["sent.mbox", "none of its 2 messages", "other@home.example"],
        );
    here.run(&["classify", "m.eml", "--sent", "gone.mbox"])
        .fails(66, &["gone.mbox", "no such file"]);
    here.write(
        "Invitations.csv",
        "From,To,Sent At,Message,Direction\nAnn,Bob,,,INCOMING\n",
    );
    here.run(&["classify", "m.eml", "--sent", "Invitations.csv"])
        .fails(65, &["Invitations.csv", "not sent mail", "connections"]);
    here.write("c.toml", "relations.connections = [\"sent.mbox\"]\n");
    here.run(&["classify", "m.eml", "--config", "c.toml"])
        .fails(65, &["sent.mbox: line"]);
}

#[test]
fn the_owners_rules_beat_everything() {
    let here = Workspace::new();
    here.write(
        "c.toml",
        "[rules]\nalways_keep = [\"@works.example\"]\n\
         [[rules.always_file]]\nfrom = \"mailer-daemon@x.example\"\nas = \"pitch\"\n",
    );
    here.write("kept.eml", pitch("Ann <ann@mail.works.example>"));
    let record = classify(&here, &["kept.eml", "--config", "c.toml"]);
    assert_eq!(record["verdict"], "known");
    assert_eq!(
        record["because"],
        "your rule keeps @works.example (unproven sender)"
    );
    here.write(
        "filed.eml",
        "From: MAILER-DAEMON@x.example\nSubject: Undelivered\n\nsorry\n",
    );
    let record = classify(&here, &["filed.eml", "--config", "c.toml"]);
    assert_eq!(
        (record["verdict"].as_str(), record["label"].as_str()),
        (Some("pitch"), Some("pitch"))
    );
    assert!(
        record["because"]
            .as_str()
            .unwrap()
            .starts_with("your rule files mailer-daemon@x.example as pitch")
    );
    assert!(record["probabilities"]["pitch"].as_f64().unwrap() > 0.9);
    here.run(&[
        "sort",
        "kept.eml",
        "filed.eml",
        "--into",
        "out",
        "--config",
        "c.toml",
    ])
    .ok();
    assert!(here.path("out/known.mbox").exists() && here.path("out/pitch.mbox").exists());
    here.write("c.toml", "[rules]\nalways_keep = [\"everybody\"]\n");
    let run = here.run(&["classify", "kept.eml", "--config", "c.toml"]);
    assert_eq!(run.output.status.code(), Some(78));
    for words in ["c.toml:2:", "^", "'everybody' names no sender"] {
        assert!(run.stderr().contains(words), "{}", run.stderr());
    }
}

/// A lesson holds what judging counts: who is known is evidence in both.
#[test]
fn lessons_hold_the_relation_to_the_sender() {
    let here = Workspace::new();
    here.write("sent.mbox", sent());
    here.write("m.eml", pitch("Ann <ann@x.example>"));
    here.write(
        "no-config/anteroom/config.toml",
        format!(
            "state = {:?}\n[relations]\nsent = [\"sent.mbox\"]\nknown = \"judge\"\n",
            here.path("state")
        ),
    );
    let about = ["lessons", "about", "relation:correspondent", "--json"];
    here.run(&["learn", "pitch", "m.eml"]).ok();
    assert_eq!(here.run(&about).ok().json()[0]["label"], "pitch");
    here.run(&["relabel", "genuine", "m.eml"]).ok();
    assert_eq!(here.run(&about).ok().json()[0]["label"], "genuine");
}
