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
