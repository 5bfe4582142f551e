use serde_json::Value;

use super::support::{Workspace, mail};

/// Two labels that a few words tell apart, one message a day.
fn labelled(here: &Workspace, folders: [&str; 2], n: usize) {
    for k in 0..n {
        // Words of its own between the telling ones, so that no message is a copy of another.
        let text = |words: &str| -> String {
            let mixed = words.split(' ').enumerate();
            mixed.map(|(n, word)| format!("{word} w{k}x{n} ")).collect()
        };
        let talk = text("your talk on bridges was a joy the part about joints stays with me");
        let sale = text("we offer a discount on our software book a demo now the price is low");
        let dated = |mail: String| format!("Date: {} Mar 2024 10:00:00 +0000\n{mail}", 1 + k % 30);
        here.write(
            &format!("{}/{k}.eml", folders[0]),
            dated(mail(&format!("p{k}@a{k}.example"), "your talk", &talk)),
        );
        here.write(
            &format!("{}/{k}.eml", folders[1]),
            dated(mail(&format!("q{k}@b{k}.example"), "offer", &sale)),
        );
    }
}

fn report(here: &Workspace, args: &[&str]) -> Value {
    let args: Vec<&str> = ["evaluate", "--json"].iter().chain(args).copied().collect();
    here.run(&args).ok().json().remove(0)
}

fn method<'a>(split: &'a Value, name: &str) -> &'a Value {
    let methods = split["methods"].as_array().unwrap();
    methods
        .iter()
        .find(|method| method["method"] == name)
        .unwrap_or_else(|| panic!("no {name} in {split}"))
}

#[test]
fn held_out_mail_is_judged_in_folds_by_time_and_from_few_examples() {
    let here = Workspace::new();
    labelled(&here, ["mine/genuine", "mine/spam"], 60);
    here.write(
        "mine/spam/undated.eml",
        mail("x@x.example", "offer", "a discount, book a demo"),
    );
    let report = report(&here, &["mine"]);
    assert_eq!(report["schema"], "anteroom.evaluation/1");
    assert_eq!(report["messages"], 121);
    let [folds, time] = report["splits"].as_array().unwrap().as_slice() else {
        panic!("{report}");
    };
    assert_eq!(
        (&folds["split"], &folds["test"]),
        (&"grouped-folds".into(), &121.into())
    );
    assert_eq!(
        (&time["split"], &time["left_out"]),
        (&"time".into(), &1.into())
    );
    assert_eq!(
        time["train"].as_u64().unwrap() + time["test"].as_u64().unwrap(),
        120
    );
    let own = method(folds, "anteroom");
    assert!(own["accuracy"].as_f64().unwrap() > 0.95, "{own}");
    assert_eq!(own["genuine_filed_away"]["of"], 60);
    // 0 of 60 proves less than 5 % only.
    assert!((own["genuine_filed_away"]["upper"].as_f64().unwrap() - 0.0487).abs() < 1e-3);
    let majority = method(folds, "majority")["accuracy"].as_f64().unwrap();
    assert!(majority <= 61.0 / 121.0 + 1e-9, "{majority}");
    method(folds, "plain linfa-bayes");
    let curve = report["learning_curve"].as_array().unwrap();
    assert_eq!(curve[0]["train"], 40);
    assert_eq!(
        curve.len(),
        2,
        "no point beyond the examples there are: {curve:?}"
    );
}

#[test]
fn tables_show_the_same() {
    let here = Workspace::new();
    labelled(&here, ["mine/genuine", "mine/spam"], 30);
    let shown = here.run(&["evaluate", "mine", "--errors"]).ok().stdout();
    for words in [
        "the past 70 % teaches",
        "precision",
        "is \\ taken for",
        "macro-F1",
        "genuine filed away",
        "of 30 (<",
        "learning curve",
        "1-AUC",
    ] {
        assert!(shown.contains(words), "no {words} in\n{shown}");
    }
}

#[test]
fn folders_of_other_names_and_a_split_of_ones_own() {
    let here = Workspace::new();
    labelled(&here, ["old/ham", "old/junk"], 60);
    labelled(&here, ["new/ham", "new/junk"], 10);
    let labels = ["--labels", "genuine=ham,spam=junk"];
    let report = report(
        &here,
        &[&["--train", "old", "--test", "new"], labels.as_slice()].concat(),
    );
    assert_eq!(report["labels"], serde_json::json!(["genuine", "spam"]));
    let split = &report["splits"][0];
    assert_eq!((&split["train"], &split["test"]), (&120.into(), &20.into()));
    let own = method(split, "anteroom");
    assert_eq!(own["ranking"]["one_minus_auc"], 0.0);
    assert_eq!(own["genuine_as_spam"]["count"], 0);
    assert!(own["filed_right"].as_f64().unwrap() > 0.9, "{own}");
    here.run(&["evaluate", "old", "--labels", "ham,junk", "--json"])
        .ok();
    here.run(&["evaluate", "old", "--labels", "ham,ham"])
        .fails(65, &["'ham' is there twice"]);
    here.run(&["evaluate", "old"])
        .fails(65, &["old", "holds none of the folders", "genuine"]);
    here.run(&["evaluate", "--train", "old"])
        .output
        .status
        .code()
        .filter(|code| *code == 2)
        .unwrap();
}

/// A platform's frame is worth something to a classifier that reads it as words; what extraction
/// leaves is judged beside it.
#[test]
fn extraction_can_be_left_out() {
    let here = Workspace::new();
    let root = super::support::root().join("training-data");
    let report = report(&here, &[root.to_str().unwrap(), "--ablate", "extraction"]);
    let folds: Vec<&Value> = report["splits"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|split| split["split"] == "grouped-folds")
        .collect();
    let [all, platforms] = folds[..] else {
        panic!("{report}");
    };
    assert_eq!(platforms["platform_mail_only"], true);
    assert!(platforms["test"].as_u64().unwrap() < all["test"].as_u64().unwrap());
    let loss = |name| method(platforms, name)["log_loss"].as_f64().unwrap();
    assert!(loss("anteroom") < loss("whole text and facts"));
    assert!(loss("anteroom") < loss("whole text, words only"));
}

/// The page as a browser shows it, and what the browser complained about.
fn browsed(page: &std::path::Path) -> (String, Vec<String>) {
    let profile = tempfile::tempdir().unwrap();
    let output = std::process::Command::new("chromium")
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--enable-logging=stderr",
        ])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg("--dump-dom")
        .arg(page)
        .output()
        .expect("chromium is not there; run scripts/need chromium first");
    let complaints = String::from_utf8_lossy(&output.stderr)
        .lines()
        .filter(|line| line.contains(":CONSOLE"))
        .map(str::to_owned)
        .collect();
    (String::from_utf8(output.stdout).unwrap(), complaints)
}

#[test]
fn the_page_shows_everything_and_asks_for_nothing() {
    let here = Workspace::new();
    labelled(&here, ["mine/ham", "mine/spam"], 60);
    // A label that would be markup if it were not escaped.
    let labels = "<script>alert(1)</script>=ham,spam";
    here.run(&[
        "evaluate",
        "mine",
        "--labels",
        labels,
        "--html",
        "page.html",
    ])
    .ok();
    let (dom, complaints) = browsed(&here.path("page.html"));
    // The page forbids the browser to load anything: an attempt would be a complaint.
    assert_eq!(complaints, Vec::<String>::new());
    for id in ["confusion", "reliability", "risk", "learning"] {
        let figure = dom
            .split(&format!("<figure id=\"{id}\">"))
            .nth(1)
            .unwrap_or_else(|| panic!("no {id}"));
        let figure = figure.split("</figure>").next().unwrap();
        assert!(
            figure.contains("<svg role=\"img\"") && figure.contains("<text"),
            "{id}: {figure}"
        );
    }
    assert!(dom.contains("<table class=\"methods\">") && dom.contains("plain linfa-bayes"));
    assert!(dom.contains("<table id=\"misleading\""));
    assert!(
        dom.contains("&lt;script&gt;") && !dom.contains("<script"),
        "{dom}"
    );
    // The browser does complain where there is something to complain about.
    let page = std::fs::read_to_string(here.path("page.html")).unwrap();
    let reaching_out = page.replace("</main>", "<img src=\"https://x.example/a.png\"></main>");
    let (_, complaints) = browsed(&here.write("out.html", reaching_out));
    assert_eq!(complaints.len(), 1, "{complaints:?}");
    here.run(&[
        "evaluate",
        "mine",
        "--labels",
        labels,
        "--html",
        "no/such/page.html",
    ])
    .fails(73, &["no/such/page.html", "cannot be written"]);
}
