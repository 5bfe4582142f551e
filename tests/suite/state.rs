//! What a state store that is lost, locked or brought back to an earlier model is told as.

use super::support::{Workspace, mail, mbox};

fn offer() -> String {
    mail(
        "Sam Ple <sam@sales.example>",
        "offer",
        "Hello, we build dashboards for warehouses and could save you money. Would you have fifteen minutes for a quick call? Best, Sam",
    )
}

#[test]
fn a_model_that_holds_what_was_taken_back_since_says_so() {
    let here = Workspace::new();
    here.write("m.eml", offer());
    here.write("n.eml", mail("a@a.example", "n", "zwick zwack zwock"));
    for command in [
        ["learn", "genuine", "m.eml"],
        ["learn", "spam", "n.eml"],
        ["relabel", "pitch", "m.eml"],
    ] {
        here.run(&[&command[..], &["--state", "state"]].concat())
            .ok();
    }
    let restore = |version: &str| {
        let restored = here.run(&["model", "restore", version, "--state", "state"]);
        restored.ok().stdout()
    };
    assert!(
        restore("3").contains("relabelled"),
        "genuine, and now a pitch"
    );
    assert!(!restore("4").contains("relabelled"), "as the lessons are");
    here.run(&["unlearn", "n.eml", "--state", "state"]).ok();
    assert!(restore("4").contains("taken back"));
    assert!(!restore("1").contains("taken back"), "it learned nothing");
}

#[test]
fn an_emptied_store_and_one_that_is_none_are_refused() {
    let here = Workspace::new();
    here.write("m.eml", offer());
    let learn = ["learn", "spam", "m.eml", "--state", "state"];
    here.run(&learn).ok();
    for end in ["-wal", "-shm"] {
        std::fs::remove_file(here.path(&format!("state/state.sqlite{end}"))).unwrap_or_default();
    }
    here.write("state/state.sqlite", "");
    here.run(&learn).fails(65, &["state.sqlite", "it is empty"]);
    here.run(&["lessons", "list", "--state", "state"])
        .fails(65, &["it is empty"]);
    here.run(&["lessons", "list", "--state", "m.eml"])
        .fails(73, &["m.eml", "cannot be used for state"]);
}

#[test]
fn a_mailbox_nothing_was_sent_from_yet_is_no_error() {
    let here = Workspace::new();
    here.write("in.mbox", mbox(&[offer()]));
    here.write("Sent.mbox", "");
    for folder in ["cur", "new", "tmp"] {
        std::fs::create_dir_all(here.path(&format!("Sent/{folder}"))).unwrap();
    }
    for sent in ["Sent", "Sent.mbox"] {
        here.run(&["classify", "--sent", sent, "in.mbox"]).ok();
    }
    std::fs::create_dir(here.path("Drafts")).unwrap();
    here.run(&["classify", "--sent", "Drafts", "in.mbox"])
        .fails(66, &["Drafts", "no mail in this directory"]);
}

#[test]
fn what_was_decided_into_the_usual_store_is_reported_without_naming_it() {
    let here = Workspace::new();
    here.write("in.mbox", mbox(&[offer()]));
    let keep = ["classify", "in.mbox", "--state", "usual-state/anteroom"];
    here.run(&keep).ok();
    let run = here.run(&["report", "--json"]);
    assert_eq!(run.json()[0]["messages"], 1);
    assert!(run.stderr().contains("'-' reads standard input"));
    let piped = mbox(&[offer(), mail("a@a.example", "n", "zwick")]);
    let piped = here.run_with(&["report", "--json", "-"], piped.as_bytes());
    assert_eq!(piped.ok().json()[0]["messages"], 2);
}

#[test]
fn the_command_that_mends_goes_to_the_same_store() {
    let here = Workspace::new();
    here.write("m.eml", offer());
    here.run(&["learn", "spam", "m.eml", "--state", "state"])
        .ok();
    here.run(&["learn", "pitch", "m.eml", "--state", "state"])
        .fails(65, &["anteroom relabel pitch m.eml --state state"]);
    here.run(&["relabel", "pitch", "m.eml", "--state", "state"])
        .ok();
}
