use super::support::{Workspace, mail, root};

/// Two labels that a few words tell apart.
fn labelled(here: &Workspace, n: usize) {
    for k in 0..n {
        let talk = format!(
            "your talk number {k} on bridges was a joy, the part about joint {k} stays with me"
        );
        let sale =
            format!("we offer discount {k} on our software, book a demo now, price {k} only today");
        here.write(
            &format!("mine/genuine/{k}.eml"),
            mail(&format!("p{k}@a{k}.example"), "your talk", &talk),
        );
        here.write(
            &format!("mine/spam/{k}.eml"),
            mail(&format!("q{k}@b{k}.example"), "offer", &sale),
        );
    }
}

#[test]
fn the_shipped_model_is_the_one_its_card_says() {
    let here = Workspace::new();
    let data = root().join("training-data");
    here.run(&["train", data.to_str().unwrap(), "--out", "base.model"])
        .ok();
    let rebuilt = std::fs::read(here.path("base.model")).unwrap();
    let shipped = std::fs::read(root().join("models/base.model")).unwrap();
    assert!(
        rebuilt == shipped,
        "run: anteroom train training-data --out models/base.model"
    );
}

#[test]
fn a_model_of_ones_own_judges_by_ones_own_mail() {
    let here = Workspace::new();
    labelled(&here, 60);
    let summary = here
        .run(&["train", "mine", "--out", "own.model"])
        .ok()
        .stdout();
    assert!(summary.contains("120 messages, 2 labels"), "{summary}");
    here.write(
        "new.eml",
        mail(
            "z@z.example",
            "offer",
            "discount on our software, book a demo today",
        ),
    );
    let record = &here
        .run(&["classify", "--json", "--model", "own.model", "new.eml"])
        .ok()
        .json()[0];
    assert_eq!(record["label"], "spam");
    assert_eq!(record["probabilities"]["pitch"], 0.0);
    let shown = here.run(&["model", "show", "own.model"]).ok().stdout();
    assert!(
        shown.contains("genuine") && shown.contains("1 in 50"),
        "{shown}"
    );
    let metadata = &here
        .run(&["model", "show", "--json", "own.model"])
        .ok()
        .stdout();
    let metadata: serde_json::Value = serde_json::from_str(metadata).unwrap();
    assert_eq!(metadata["messages"], serde_json::json!([60, 60]));
}

#[test]
fn training_twice_gives_the_same_bytes() {
    let here = Workspace::new();
    labelled(&here, 20);
    here.run(&["train", "mine", "--out", "a.model"]).ok();
    here.run(&["train", "mine", "--out", "b.model"]).ok();
    assert!(
        std::fs::read(here.path("a.model")).unwrap()
            == std::fs::read(here.path("b.model")).unwrap()
    );
}

fn bytes(here: &Workspace, name: &str) -> Vec<u8> {
    std::fs::read(here.path(name)).unwrap()
}

fn metadata(here: &Workspace, name: &str) -> serde_json::Value {
    let shown = here.run(&["model", "show", "--json", name]).ok().stdout();
    serde_json::from_str(&shown).unwrap()
}

#[test]
fn mail_of_one_label_can_be_named_in_any_order_and_on_any_number_of_cores() {
    let here = Workspace::new();
    labelled(&here, 30);
    let (genuine, spam) = ("genuine=mine/genuine", "spam=mine/spam");
    here.run(&["train", genuine, spam, "--out", "a.model"]).ok();
    here.run(&["train", "mine", "--out", "b.model"]).ok();
    assert!(bytes(&here, "a.model") == bytes(&here, "b.model"));
    here.run(&["train", spam, genuine, "--out", "c.model"]).ok();
    let counts = |name| metadata(&here, name)["counts_sha256"].clone();
    assert_eq!(counts("a.model"), counts("c.model"));
    let single = std::process::Command::new(assert_cmd::cargo::cargo_bin("anteroom"))
        .args(["train", "mine", "--out", "d.model"])
        .current_dir(here.path(""))
        .env("XDG_CONFIG_HOME", here.path("none"))
        .env("RAYON_NUM_THREADS", "1")
        .output()
        .unwrap();
    assert!(single.status.success(), "{single:?}");
    assert!(bytes(&here, "a.model") == bytes(&here, "d.model"));
    let run = here.run(&["train", "ham=mine/genuine", "--out", "e.model"]);
    assert_eq!(run.output.status.code(), Some(2));
    assert!(
        run.stderr().contains("'ham' is not a label"),
        "{}",
        run.stderr()
    );
}

#[test]
fn a_better_model_is_not_replaced_unless_told() {
    let here = Workspace::new();
    labelled(&here, 60);
    let said = here
        .run(&["train", "mine", "--out", "own.model"])
        .ok()
        .stdout();
    assert!(said.contains("same 120 held-out messages"), "{said}");
    let good = bytes(&here, "own.model");
    // Few messages that have no word in common: nothing to go by but what is known already.
    let poor = [
        (
            "genuine",
            ["talk number", "bridges", "joy", "part about joint", "stays"],
        ),
        (
            "spam",
            ["discount", "software", "demo", "price", "only today"],
        ),
    ];
    for (label, texts) in poor {
        for (k, words) in texts.iter().enumerate() {
            let from = format!("{label}{k}@c{k}.example");
            here.write(&format!("poor/{label}/{k}.eml"), mail(&from, words, words));
        }
    }
    let poor = here.run(&["train", "poor", "--out", "own.model"]);
    assert_eq!(poor.output.status.code(), Some(1), "{}", poor.stdout());
    assert!(poor.stdout().contains("before") && poor.stdout().contains("after"));
    assert!(
        poor.stderr().contains("better on held-out mail"),
        "{}",
        poor.stderr()
    );
    assert!(bytes(&here, "own.model") == good);
    here.run(&["train", "poor", "--out", "own.model", "--accept-worse"])
        .ok();
    assert!(bytes(&here, "own.model") != good);
    here.write("mail.mbox", "From me\n\n");
    here.run(&["train", "mine", "--out", "mail.mbox"])
        .fails(73, &["mail.mbox", "is no model", "left as it is"]);
}

/// A model of contact says nothing about one of all mail.
#[test]
fn models_that_count_different_things_are_not_compared() {
    let here = Workspace::new();
    labelled(&here, 40);
    let all_mail = ["train", "mine", "--scope", "all", "--out", "own.model"];
    let said = here.run(&all_mail).ok().stdout();
    assert!(!said.contains("before"), "{said}");
    let said = here.run(&all_mail).ok().stdout();
    assert!(said.contains("before") && said.contains("after"), "{said}");
    let kept = bytes(&here, "own.model");
    let contact = ["train", "mine", "--out", "own.model"];
    here.run(&contact)
        .fails(1, &["own.model", "another --scope", "--accept-worse"]);
    assert!(bytes(&here, "own.model") == kept);
    let said = here.run(&[&contact[..], &["--accept-worse"]].concat());
    assert!(!said.ok().stdout().contains("before"));
    assert_eq!(metadata(&here, "own.model")["evidence"], "contact");
}

#[test]
fn lessons_are_fitted_to_and_stay_where_they_are() {
    let here = Workspace::new();
    labelled(&here, 40);
    let train = [
        "train",
        "mine",
        "--lessons",
        "--state",
        "state",
        "--out",
        "own.model",
    ];
    here.run(&train).fails(66, &["no lessons there", "--state"]);
    let ask = "we build dashboards for warehouses, a quick call would be great";
    here.write("m.eml", mail("s@s.example", "call", ask));
    here.run(&["learn", "pitch", "m.eml", "--state", "state"])
        .ok();
    here.run(&["train", "mine", "--out", "plain.model"]).ok();
    let said = here.run(&train).ok().stdout();
    assert!(said.contains("fitted to 1 lesson too"), "{said}");
    let own = metadata(&here, "own.model");
    assert_eq!(
        own["labels"],
        serde_json::json!(["genuine", "pitch", "spam"])
    );
    assert_eq!(own["messages"], serde_json::json!([40, 0, 40]));
    assert_eq!(own["events"], metadata(&here, "plain.model")["events"]);
    // With the lessons beside it, the model knows the third label.
    let judge = [
        "classify",
        "--json",
        "--model",
        "own.model",
        "--state",
        "state",
        "m.eml",
    ];
    assert_eq!(here.run(&judge).ok().json()[0]["label"], "pitch");
}

#[test]
fn killed_while_training_the_model_is_the_old_or_the_new_one() {
    let here = Workspace::new();
    labelled(&here, 60);
    here.run(&["train", "mine", "--out", "new.model"]).ok();
    let new = bytes(&here, "new.model");
    here.run(&["train", "mine/..", "--out", "x.model"])
        .fails(65, &["holds none of the folders"]);
    let mut killed = 0;
    for n in 0..25 {
        std::fs::copy(root().join("models/base.model"), here.path("own.model")).unwrap();
        let old = bytes(&here, "own.model");
        let mut child = std::process::Command::new(assert_cmd::cargo::cargo_bin("anteroom"))
            .args(["train", "mine", "--out", "own.model", "--accept-worse"])
            .current_dir(here.path(""))
            .env("XDG_CONFIG_HOME", here.path("none"))
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(20 * n));
        child.kill().unwrap();
        killed += usize::from(!child.wait().unwrap().success());
        let found = bytes(&here, "own.model");
        assert!(found == old || found == new, "kill {n}");
    }
    assert!(killed > 0);
}

#[test]
fn what_is_no_file_is_not_replaced() {
    let here = Workspace::new();
    labelled(&here, 20);
    std::os::unix::net::UnixListener::bind(here.path("socket")).unwrap();
    here.run(&["train", "mine", "--out", "socket"])
        .fails(73, &["socket", "is no model", "left as it is"]);
    let kind = std::fs::metadata(here.path("socket")).unwrap().file_type();
    assert!(std::os::unix::fs::FileTypeExt::is_socket(&kind));
}
