use std::time::Duration;

use anteroom::features::{Event, Evidence};
use anteroom::label::Label;
use anteroom::learn::{Lesson, Origin, teach};
use anteroom::model::Model;
use anteroom::owner::Owner;
use proptest::prelude::*;
use serde_json::Value;

use super::support::{Workspace, mail, mbox, root};

/// A workspace with a state directory named in its configuration.
fn workspace() -> Workspace {
    let here = Workspace::new();
    let state = format!("state = {:?}\n", here.path("state"));
    here.write("no-config/anteroom/config.toml", state);
    here
}

/// An honest offer: a pitch for the shipped model.
fn offer(n: usize) -> String {
    mail(
        &format!("Sam Ple <sam{n}@sales{n}.example>"),
        &format!("offer {n}"),
        &format!(
            "Hello, we build dashboards for warehouses and could save you money. Would you have fifteen minutes for a quick call on day {n} of next month? Best, Sam"
        ),
    )
}

/// A genuine request that the shipped model takes for a pitch, but not surely.
fn request() -> String {
    mail(
        "Sam Ple <sam@depot.example>",
        "dashboards",
        "Hello, the dashboards for our warehouse need a second pair of eyes. Would you have fifteen minutes on day 1 of next month? Best, Sam",
    )
}

/// Mails of one sender each that have hardly a word in common.
fn distinct(n: usize) -> String {
    let text: Vec<String> = (0..14)
        .map(|k| format!("w{}x", (n * 31 + k * 17) % 997))
        .collect();
    mail(
        &format!("p{n}@a{n}.example"),
        &format!("mail {n}"),
        &text.join(" "),
    )
}

fn judged(here: &Workspace, path: &str) -> Value {
    here.run(&["classify", "--json", path]).ok().json()[0].clone()
}

fn listed(here: &Workspace, which: &str) -> Vec<Value> {
    here.run(&["lessons", which, "--json"]).ok().json()
}

fn versions(here: &Workspace) -> Vec<Value> {
    here.run(&["model", "versions", "--json"]).ok().json()
}

fn in_place(here: &Workspace) -> Value {
    let all = versions(here);
    let found: Vec<&Value> = all.iter().filter(|v| v["in_place"] == true).collect();
    assert_eq!(found.len(), 1, "{all:?}");
    found[0].clone()
}

/// The model messages are judged by.
fn model(here: &Workspace) -> Model {
    let version = in_place(here)["version"].as_i64().unwrap();
    Model::load(&here.path(&format!("state/models/{version:06}.model"))).unwrap()
}

#[test]
fn a_lesson_changes_the_next_verdict_and_taking_it_back_changes_it_back() {
    let here = workspace();
    here.write("m.eml", request());
    let before = judged(&here, "m.eml");
    assert_ne!(before["label"], "genuine", "{before}");
    let said = here.run(&["learn", "genuine", "m.eml"]).ok().stdout();
    assert!(
        said.contains("1 learned") && said.contains("1 lesson, it counts"),
        "{said}"
    );
    assert_eq!(judged(&here, "m.eml")["label"], "genuine");
    let again = here.run(&["learn", "genuine", "m.eml"]).ok().stdout();
    assert!(again.contains("1 known already"), "{again}");
    assert_eq!(versions(&here).len(), 2);
    here.run(&["unlearn", "m.eml"]).ok();
    assert_eq!(judged(&here, "m.eml"), before);
    let sums: Vec<Value> = versions(&here)
        .iter()
        .map(|v| v["sha256"].clone())
        .collect();
    assert_eq!(
        sums[0], sums[2],
        "counts, calibration and guard are as before"
    );
    let nothing = here.run(&["unlearn", "m.eml"]);
    let nothing = nothing.fails(
        65,
        &["1 of 1 messages: never learned", "anteroom lessons list"],
    );
    assert!(nothing.stdout().contains("1 not known"));
    here.run(&["unlearn", "--if-known", "m.eml"]).ok();
}

#[test]
fn relabelling_is_unlearning_and_learning() {
    let here = workspace();
    here.write("m.eml", offer(1));
    here.run(&["learn", "spam", "m.eml"]).ok();
    here.write("new one.eml", offer(2));
    let refused = here.run(&["learn", "pitch", "m.eml", "new one.eml"]);
    let mend = "anteroom relabel pitch m.eml 'new one.eml'";
    let refused = refused.fails(65, &["1 of 2 messages: known under another label", mend]);
    let said = refused.stdout();
    assert!(
        said.contains("known under another label: relabel"),
        "{said}"
    );
    assert!(said.contains("1 learned"), "{said}");
    here.run(&["unlearn", "new one.eml"]).ok();
    here.run(&["relabel", "pitch", "m.eml"]).ok();
    let other = workspace();
    other.write("m.eml", offer(1));
    other.run(&["learn", "pitch", "m.eml"]).ok();
    assert_eq!(in_place(&here)["sha256"], in_place(&other)["sha256"]);
    let unknown = other.run(&["forget", "offer 1@x.example"]).ok().stdout();
    assert!(unknown.contains("1 forgotten"), "{unknown}");
    let late = other.run(&["relabel", "pitch", "m.eml"]);
    let late = late.fails(65, &["never learned", "anteroom learn pitch m.eml"]);
    assert!(late.stdout().contains("not learned yet"));
    // There and back again is held, and a new start releases it.
    here.run(&["relabel", "spam", "m.eml"]).ok();
    let held = listed(&here, "held");
    assert_eq!(held[0]["standing"], "back-and-forth");
    here.run(&["unlearn", "m.eml"]).ok();
    here.run(&["learn", "spam", "m.eml"]).ok();
    assert!(listed(&here, "held").is_empty());
}

#[test]
fn forgetting_needs_no_mail_and_leaves_no_trace() {
    let here = workspace();
    here.write("two.mbox", mbox(&[offer(1), offer(2)]));
    here.run(&["learn", "pitch", "two.mbox"]).ok();
    let lessons = listed(&here, "list");
    assert_eq!(lessons.len(), 2);
    let hash = lessons[1]["message"].as_str().unwrap().to_owned();
    here.run(&["forget", "<offer 1@x.example>", &hash]).ok();
    assert!(listed(&here, "list").is_empty());
    assert_eq!(in_place(&here)["sha256"], versions(&here)[0]["sha256"]);
    let again = here.run(&["forget", &hash]);
    let again = again.fails(65, &["1 of 1 messages: never learned", "--if-known"]);
    assert!(again.stdout().contains("1 not known"));
    here.run(&["forget", "--if-known", &hash]).ok();
}

#[test]
fn words_lead_to_the_lessons_that_taught_them() {
    let here = workspace();
    here.write("m.eml", offer(7));
    here.write(
        "n.eml",
        mail("a@x.example", "lunch", "shall we meet on Tuesday"),
    );
    here.run(&["learn", "pitch", "m.eml"]).ok();
    here.run(&["learn", "genuine", "n.eml"]).ok();
    let about = here.run(&["lessons", "about", "Dashboards"]).ok().stdout();
    assert!(
        about.contains("1 pitch") && !about.contains("genuine"),
        "{about}"
    );
    let none = here.run(&["lessons", "about", "zeppelin"]).ok().stdout();
    assert!(none.contains("no lesson"), "{none}");
    // What is stored has no words in it.
    for file in ["state.sqlite", "state.sqlite-wal"] {
        let bytes = std::fs::read(here.path("state").join(file)).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        for word in [
            "dashboards",
            "tuesday",
            "sales7",
            "offer 7",
            "sam ple",
            "sam7",
        ] {
            assert!(!text.contains(word), "{word} in {file}");
        }
    }
}

#[test]
fn one_sender_counts_only_so_often() {
    let here = workspace();
    let messages: Vec<String> = (0..25)
        .map(|n| distinct(n).replace(&format!("p{n}@a{n}.example"), "sam@sales.example"))
        .collect();
    here.write("m.mbox", mbox(&messages));
    let said = here.run(&["learn", "pitch", "m.mbox"]).ok().stdout();
    assert!(
        said.contains("5 kept but not counted: 20 lessons of this sender"),
        "{said}"
    );
    assert!(said.contains("25 lessons, 20 count"), "{said}");
    assert_eq!(in_place(&here)["lessons"], 20);
    // One that is taken back makes room for the next.
    here.run(&["forget", "mail 0@x.example"]).ok();
    let held = listed(&here, "held");
    assert_eq!(held.len(), 4);
    assert_eq!(held[0]["standing"], "sender-cap");
}

#[test]
fn one_day_counts_only_so_much() {
    let here = workspace();
    let messages: Vec<String> = (0..210)
        .map(|n| {
            mail(
                &format!("p{n}@a{n}.example"),
                &format!("s{n}"),
                &format!("hello number {n}"),
            )
        })
        .collect();
    here.write("m.mbox", mbox(&messages));
    let said = here
        .run(&["learn", "pitch", "m.mbox", "--accept-worse"])
        .ok()
        .stdout();
    assert!(
        said.contains("10 kept but not counted: 200 lessons of that day"),
        "{said}"
    );
}

#[test]
fn what_contradicts_is_held_and_shown() {
    let here = workspace();
    let text = "We offer the best rates for your business loan, call our office today and save much money on the first year";
    here.write("a.eml", mail("a@x.example", "a", text));
    here.write("b.eml", mail("b@y.example", "b", &format!("{text}!")));
    here.run(&["learn", "pitch", "a.eml"]).ok();
    let before = in_place(&here)["sha256"].clone();
    let said = here
        .run(&["learn", "genuine", "b.eml", "--origin", "folder"])
        .ok()
        .stdout();
    assert!(
        said.contains("1 kept but not counted: nearly the same text"),
        "{said}"
    );
    assert_eq!(in_place(&here)["sha256"], before);
    let held = listed(&here, "held");
    assert_eq!(
        (held.len(), &held[0]["origin"]),
        (1, &Value::from("folder"))
    );
    assert_eq!(held[0]["contradicts"], listed(&here, "list")[0]["message"]);
    // With the first taken back, the second counts.
    here.run(&["unlearn", "a.eml"]).ok();
    assert!(listed(&here, "held").is_empty());
    assert_ne!(in_place(&here)["sha256"], before);
}

#[test]
fn a_model_that_judges_known_mail_worse_is_refused() {
    let here = workspace();
    let genuine = root().join("training-data/genuine");
    let learn = ["learn", "spam", genuine.to_str().unwrap()];
    here.run(&learn).fails(
        1,
        &[
            "worse",
            "of genuine mail",
            "nothing was learned",
            "--accept-worse",
        ],
    );
    assert!(listed(&here, "list").is_empty() && versions(&here).is_empty());
    here.run(&[&learn[..], &["--accept-worse"]].concat()).ok();
    assert!(!listed(&here, "list").is_empty());
    // Having accepted that once, one can go on from there.
    here.write("m.eml", offer(1));
    here.run(&["learn", "pitch", "m.eml"]).ok();
}

#[test]
fn five_models_can_be_brought_back() {
    let here = workspace();
    for n in 0..7 {
        here.write("m.eml", distinct(n));
        here.run(&["learn", ["pitch", "genuine"][n % 2], "m.eml"])
            .ok();
    }
    let all = versions(&here);
    assert_eq!(all.len(), 5, "{all:?}");
    let files = std::fs::read_dir(here.path("state/models"))
        .unwrap()
        .count();
    assert_eq!(files, 5);
    let old = &all[1];
    let number = old["version"].to_string();
    let said = here.run(&["model", "restore", &number]).ok().stdout();
    assert!(said.contains(old["sha256"].as_str().unwrap()), "{said}");
    assert_eq!(in_place(&here)["sha256"], old["sha256"]);
    assert_eq!(model(&here).sha256(), old["sha256"].as_str().unwrap());
    // What was learned since is set aside until it is learned again.
    let held = listed(&here, "held");
    assert_eq!(held.len(), 3);
    assert!(
        held.iter().all(|lesson| lesson["standing"] == "suspended"),
        "{held:?}"
    );
    here.run(&["learn", "pitch", "m.eml"]).ok();
    assert_eq!(listed(&here, "held").len(), 2);
    here.run(&["model", "restore", "1"])
        .fails(65, &["no version 1", "expected one of"]);
    here.write(
        &format!(
            "state/models/{:06}.model",
            all[4]["version"].as_i64().unwrap()
        ),
        "x",
    );
    here.run(&["model", "restore", &all[4]["version"].to_string()])
        .fails(65, &["not a usable model"]);
}

#[test]
fn a_damaged_model_is_put_together_again_from_the_lessons() {
    let here = workspace();
    here.write("m.eml", offer(1));
    here.run(&["learn", "genuine", "m.eml"]).ok();
    let good = judged(&here, "m.eml");
    let file = format!(
        "state/models/{:06}.model",
        in_place(&here)["version"].as_i64().unwrap()
    );
    let bytes = std::fs::read(here.path(&file)).unwrap();
    here.write(&file, &bytes[..bytes.len() / 2]);
    let doctor = here.run(&["doctor"]).ok().stdout();
    assert!(doctor.contains("put together again"), "{doctor}");
    let run = here.run(&["classify", "--json", "m.eml"]);
    assert!(
        run.stderr().contains("put together again from the lessons"),
        "{}",
        run.stderr()
    );
    assert_same_verdict(run.json()[0].clone(), good);
}

/// A model that followed its lessons one by one and one that is fitted to all at once add up the
/// same numbers in another order: the same but for rounding.
#[track_caller]
fn assert_same_verdict(mut left: Value, mut right: Value) {
    let (one, other) = (left["probabilities"].take(), right["probabilities"].take());
    assert_eq!(left, right);
    for (label, probability) in one.as_object().unwrap() {
        let difference = probability.as_f64().unwrap() - other[label].as_f64().unwrap();
        assert!(difference.abs() <= 1e-12, "{label}: {difference}");
    }
}

#[test]
fn lessons_find_their_place_and_say_so() {
    let here = Workspace::new();
    here.write("m.eml", request());
    let first = here.run(&["learn", "genuine", "m.eml"]);
    assert!(
        first.stderr().contains("usual-state/anteroom from now on"),
        "{}",
        first.stderr()
    );
    here.run(&["lessons", "list"]).ok();
    let judged = here.run(&["classify", "--json", "m.eml"]);
    assert!(
        judged.stderr().contains("judging with your 1 lesson in"),
        "{}",
        judged.stderr()
    );
    assert_eq!(judged.json()[0]["label"], "genuine");
    here.run(&["classify", "--quiet", "m.eml"]).ok();
    let elsewhere = here
        .run(&["classify", "--json", "--state", "none", "m.eml"])
        .ok();
    assert_ne!(elsewhere.json()[0]["label"], "genuine");
}

#[test]
fn bad_input_teaches_nothing() {
    let here = workspace();
    here.write("m.eml", offer(1));
    here.write("table.txt", "name:value\n");
    let run = here.run(&["learn", "ham", "m.eml"]);
    assert_eq!(run.output.status.code(), Some(2));
    assert!(
        run.stderr()
            .contains("'ham' is not a label; expected one of genuine")
    );
    here.run(&["learn", "spam", "none.eml"])
        .fails(66, &["none.eml", "no such file"]);
    let quiet = here.run(&["--quiet", "learn", "spam", "table.txt"]);
    quiet.fails(65, &["table.txt", "no message that can be read"]);
    here.run(&["model", "restore", "3"])
        .fails(66, &["nothing was learned there"]);
    assert!(
        here.run(&["lessons", "list", "--json"])
            .ok()
            .stdout()
            .is_empty()
    );
    here.write("file", "x");
    here.run(&["learn", "spam", "m.eml", "--state", "file/state"])
        .fails(73, &["cannot be used for state", "--state"]);
}

/// Kills a command ever later in its course; afterwards everything is as before it or as after.
#[test]
fn killed_at_any_moment_all_is_old_or_all_is_new() {
    let here = workspace();
    let texts: Vec<String> = (0..30).map(distinct).collect();
    let binary = assert_cmd::cargo::cargo_bin("anteroom");
    let mut killed = 0;
    for (n, text) in texts.iter().enumerate() {
        here.write("m.eml", text);
        let mut child = std::process::Command::new(&binary)
            .args([
                "learn",
                ["pitch", "genuine"][n % 2],
                "m.eml",
                "--state",
                "state",
            ])
            .current_dir(here.path(""))
            .env("XDG_CONFIG_HOME", here.path("no-config"))
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(4 * n as u64));
        child.kill().unwrap();
        killed += usize::from(!child.wait().unwrap().success());
        let lessons = listed(&here, "list");
        if versions(&here).is_empty() {
            assert!(lessons.is_empty());
            continue;
        }
        let counted = lessons
            .iter()
            .filter(|lesson| lesson["standing"] == "counts")
            .count();
        assert_eq!(in_place(&here)["lessons"], counted, "kill {n}");
        assert_eq!(
            model(&here).sha256(),
            in_place(&here)["sha256"].as_str().unwrap()
        );
        judged(&here, "m.eml");
    }
    assert!(killed > 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Lessons that are taken back leave the model as it was, byte for byte, whatever they were.
    #[test]
    fn what_is_taken_back_was_never_there(
        events in prop::collection::vec((any::<u64>(), 1u32..5_000), 0..40),
        labels in prop::collection::vec(0usize..4, 1..4),
    ) {
        let base = Model::shipped().unwrap();
        let (message, contact) =
            anteroom::triage::read(&"From: a@x.example\n\nhello".into(), &Owner::default());
        let lesson = |label: usize| {
            let (read, label) = ((&message, &contact), Label::ALL[label]);
            let mut lesson = Lesson::of(Evidence::Contact, read, label, Origin::Command, 0);
            lesson.events = events.iter().map(|&(key, weight)| Event { key, weight }).collect();
            lesson.events.sort_by_key(|event| event.key);
            lesson.events.dedup_by_key(|event| event.key);
            lesson
        };
        let lessons: Vec<Lesson> = labels.into_iter().map(lesson).collect();
        let all: Vec<&Lesson> = lessons.iter().collect();
        let taught = teach(&base, &all).unwrap();
        let mut counts = taught.counts.clone();
        for lesson in &lessons {
            let example = anteroom::learn::example(lesson, &Label::ALL);
            counts.unlearn(example.class, &example.counted()).unwrap();
        }
        prop_assert!(counts == base.counts);
        prop_assert_eq!(teach(&base, &[]).unwrap().encode(), base.encode());
    }
}
