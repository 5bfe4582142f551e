use std::io::Write;
use std::path::Path;

use serde_json::Value;
use zip::write::SimpleFileOptions;

use super::support::{Workspace, gzip, root};

fn fixture(name: &str) -> String {
    root()
        .join("tests/fixtures/export")
        .join(name)
        .display()
        .to_string()
}

fn zipped(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        archive
            .start_file(*name, SimpleFileOptions::default())
            .unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn read(name: &str) -> Vec<u8> {
    std::fs::read(fixture(name)).unwrap()
}

fn classify(path: &str) -> Vec<Value> {
    Workspace::new()
        .run(&["classify", "--json", path])
        .ok()
        .json()
}

/// Sender, kind and how they are known, of every row.
fn summary(records: &[Value]) -> Vec<[String; 3]> {
    records
        .iter()
        .map(|record| {
            let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
            [
                text(&record["from"]),
                text(&record["kind"]),
                text(&record["contact"]["relation"]),
            ]
        })
        .collect()
}

#[test]
fn the_layout_of_2018() {
    let records = classify(&fixture("2018"));
    assert_eq!(
        summary(&records),
        [
            ["Nora Velden", "invitation", "-"],
            ["Ines Caldeira", "invitation", "-"],
            ["Tomas Brandt", "platform-message", "thread"],
            ["Leona Fisk", "platform-message", "-"],
        ]
    );
    assert_eq!(records[0]["verdict"], "generic-invite");
    assert_eq!(records[1]["contact"]["default_sentence"], "en");
    assert_eq!(records[2]["verdict"], "genuine");
    assert_eq!(records[2]["because"], "it answers what you wrote");
    assert_eq!(records[2]["subject"], "RE: Lock gates");
    let source = records[3]["source"].as_str().unwrap();
    assert!(source.ends_with("2018/Messages.csv"), "{source}");
    assert_eq!(records[3]["index"], 2);
}

#[test]
fn the_layout_until_2022() {
    let records = classify(&fixture("2022"));
    assert_eq!(
        summary(&records),
        [
            ["Nora Velden", "invitation", "-"],
            ["Odile Renard", "invitation", "-"],
            ["LinkedIn Member", "newsletter-or-offer", "-"],
            ["Odile Renard", "platform-message", "correspondent"],
        ]
    );
    let nora = &records[0]["contact"];
    assert!(nora["note"].as_str().unwrap().contains("scour at Brno"));
    let profile = nora["sender"]["profile"].as_str().unwrap();
    assert!(profile.ends_with("/in/nora-velden"), "{profile}");
    assert_eq!(records[2]["contact"]["link_hosts"][0], "mba.example");
    assert_eq!(records[3]["verdict"], "known");
    assert_eq!(
        records[3]["because"],
        "left alone: you have written to this sender"
    );
}

#[test]
fn the_layout_of_2023_without_invitations() {
    assert_eq!(
        summary(&classify(&fixture("2023"))),
        [
            ["Gavin Stroud", "platform-message", "-"],
            ["Pia Lund, PhD", "platform-message", "correspondent"],
        ]
    );
}

#[test]
fn the_layout_of_2026_as_folder_zip_and_single_tables() {
    let expected = [
        ["Sana Qureshi", "invitation", "-"],
        ["Rita Okafor", "platform-message", "-"],
        ["Vega Analytics", "newsletter-or-offer", "-"],
        ["Per Aas", "platform-message", "thread"],
        ["Jonas Weil", "platform-message", "connection"],
    ];
    assert_eq!(summary(&classify(&fixture("2026"))), expected);
    let here = Workspace::new();
    let names = ["Connections.csv", "messages.csv", "Invitations.csv"];
    let tables: Vec<Vec<u8>> = names
        .iter()
        .map(|name| read(&format!("2026/{name}")))
        .collect();
    let entries: Vec<(&str, &[u8])> = names
        .iter()
        .copied()
        .zip(tables.iter().map(Vec::as_slice))
        .chain([("Profile.csv", &b"First Name\nMarek\n"[..])])
        .collect();
    here.write("export.zip", zipped(&entries));
    let records = here.run(&["classify", "--json", "export.zip"]).ok().json();
    assert_eq!(summary(&records), expected);
    assert_eq!(records[4]["source"], "export.zip/messages.csv");
    here.write("messages.csv.gz", gzip(&tables[1]));
    let records = here
        .run(&["classify", "--json", "messages.csv.gz"])
        .ok()
        .json();
    assert_eq!(summary(&records)[..3], expected[1..4]);
    let run = here.run_with(&["classify", "--json", "-"], &tables[2]).ok();
    assert_eq!(summary(&run.json()), expected[..1]);
    let table = here.run(&["classify", "export.zip"]).ok().stdout();
    assert!(
        table.contains("5 messages:") && table.contains("1 known"),
        "{table}"
    );
}

#[test]
fn connections_of_an_export_are_relations_for_mail() {
    let here = Workspace::new();
    let connections = fixture("2026/Connections.csv");
    here.write(
        "c.toml",
        format!("relations.connections = [{connections:?}]"),
    );
    here.write(
        "m.eml",
        "From: J. <jonas@weil.example>\nSubject: tender\n\nWe help engineering firms win more tenders\n",
    );
    let record = &here
        .run(&["classify", "--json", "m.eml", "--config", "c.toml"])
        .ok()
        .json()[0];
    assert_eq!(record["verdict"], "known");
    assert_eq!(record["contact"]["relation"], "connection");
}

#[test]
fn rows_are_not_sorted_into_mailboxes() {
    let here = Workspace::new();
    here.run(&["sort", &fixture("2026"), "--into", "out"])
        .fails(65, &["Invitations.csv", "not mail", "anteroom classify"]);
    assert_eq!(here.entries(), Vec::<String>::new());
}

#[test]
fn archives_that_are_not_as_they_should_be() {
    let here = Workspace::new();
    let messages = read("2026/messages.csv");
    let whole = zipped(&[("messages.csv", &messages)]);
    here.write("cut.zip", &whole[..whole.len() / 2]);
    here.run(&["classify", "cut.zip"])
        .fails(65, &["cut.zip", "damaged or incomplete zip", "download"]);
    here.write(
        "other.zip",
        zipped(&[("Profile.csv", b"First Name\nMarek\n")]),
    );
    here.run(&["classify", "other.zip"])
        .fails(65, &["other.zip", "no Invitations.csv", "[relations]"]);
    let many: Vec<String> = (0..10_001).map(|n| n.to_string()).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), &b""[..])).collect();
    here.write("many.zip", zipped(&many));
    here.run(&["classify", "many.zip"])
        .fails(65, &["many.zip", "10001 entries"]);
}

#[test]
fn names_in_an_archive_are_never_paths() {
    let here = Workspace::new();
    let messages = read("2026/messages.csv");
    let outside = [
        ("../../messages.csv", &messages[..]),
        ("/tmp/../Invitations.csv/x", b"no table"),
    ];
    here.write("in/odd.zip", zipped(&outside));
    let run = here.run(&["classify", "--json", "in/odd.zip"]).ok();
    assert_eq!(run.json().len(), 4);
    assert_eq!(run.json()[0]["source"], "in/odd.zip/messages.csv");
    assert_eq!(here.entries(), ["in"]);
    assert!(!Path::new("/tmp/Invitations.csv").exists());
}

#[test]
fn a_zip_bomb() {
    let here = Workspace::new();
    let mut text = b"CONVERSATION ID,FROM,TO,DATE,SUBJECT,CONTENT\nc,Ann,Bob,,,\"".to_vec();
    text.resize(80 << 20, b'x');
    here.write("bomb.zip", zipped(&[("messages.csv", &text)]));
    drop(text);
    here.run(&["classify", "bomb.zip"])
        .fails(65, &["bomb.zip/messages.csv", "stopped after", "bomb"]);
}

#[test]
fn tables_that_are_not_as_they_should_be() {
    let here = Workspace::new();
    let header = "From,To,Sent At,Message,Direction\n";
    for (text, words) in [
        (
            "From,To,Sent At\nAnn,Bob,x\n".to_owned(),
            "line 1: columns of no known table",
        ),
        (
            format!("{header}Ann,Bob,,,SIDEWAYS\n"),
            "line 2: Direction is 'SIDEWAYS'; expected INCOMING or OUTGOING",
        ),
        (
            format!("{header}Ann,Bob,,\"never closed,INCOMING\n"),
            "line 2: 4 fields",
        ),
    ] {
        here.write("Invitations.csv", text);
        here.run(&["classify", "Invitations.csv"])
            .fails(65, &["Invitations.csv", words]);
    }
    here.write("Connections.csv", read("2026/Connections.csv"));
    here.run(&["classify", "Connections.csv"])
        .fails(65, &["Connections.csv", "[relations]"]);
    let one = "CONVERSATION ID,FROM,SENDER PROFILE URL,TO,DATE,SUBJECT,CONTENT\n\
        1,Ann,https://www.linkedin.com/in/ann,Bob,,,hi\n1,Bob,https://www.linkedin.com/in/bob,Ann,,,hello\n";
    here.write("messages.csv", one);
    here.run(&["classify", "messages.csv"])
        .fails(65, &["which of two people you are", "Invitations.csv"]);
}

#[test]
fn an_odd_row_is_told_and_the_others_are_read() {
    let here = Workspace::new();
    let text = "From,To,Sent At,Message,Direction\nAnn,Bob,,\"two\nlines\",INCOMING\nAnn,Bob,INCOMING\nCy,Bob,,,SIDEWAYS\nDee,Bob,,hello,INCOMING\n";
    here.write("Invitations.csv", text);
    let run = here.run(&["classify", "--json", "Invitations.csv"]);
    assert!(run.output.status.success());
    let said = run.stderr();
    for words in [
        "Invitations.csv: line 4: 3 fields where the header names 5 columns; this row is passed over",
        "Invitations.csv: line 5: Direction is 'SIDEWAYS'; expected INCOMING or OUTGOING",
    ] {
        assert!(said.contains(words), "{said}");
    }
    let rows = run.json();
    assert_eq!(
        (&rows[0]["from"], &rows[1]["from"]),
        (&"Ann".into(), &"Dee".into())
    );
    assert_eq!((rows.len(), &rows[1]["index"]), (2, &3.into()));
    let counted = "2 rows that make no sense were passed over";
    let table = here
        .run(&["--quiet", "classify", "Invitations.csv"])
        .ok()
        .stdout();
    assert!(table.contains(counted), "{table}");
    let report = here
        .run(&["--quiet", "report", "Invitations.csv"])
        .ok()
        .stdout();
    assert!(report.contains(counted), "{report}");
    // Many are counted, the first told.
    let many: String = (0..500).map(|n| format!("Ann,Bob,{n}\n")).collect();
    here.write("Invitations.csv", format!("{text}{many}"));
    let said = here.run(&["classify", "Invitations.csv"]).stderr();
    assert_eq!(said.lines().count(), 21, "{said}");
    assert!(said.contains("482 more rows are passed over"), "{said}");
    // A file that breaks off within a text ends the run: the rows behind it are lost.
    here.write(
        "Invitations.csv",
        format!("{text}Eve,Bob,,\"never closed,INCOMING\nFay,Bob,,x,INCOMING\n"),
    );
    here.run(&["classify", "Invitations.csv"])
        .fails(65, &["line 7: 4 fields", "a quotation that does not end"]);
}

#[test]
fn an_odd_row_of_connections_is_an_error_where_they_are_relations() {
    let here = Workspace::new();
    here.write(
        "Connections.csv",
        "First Name,Last Name,URL\nAnn,Lee,\nBob\n",
    );
    here.write("c.toml", "relations.connections = [\"Connections.csv\"]");
    here.write("m.eml", "From: a@x.example\n\nhello\n");
    here.run(&["classify", "m.eml", "--config", "c.toml"])
        .fails(65, &["Connections.csv: line 3: 1 fields"]);
}

#[test]
fn tables_among_mail_are_passed_over() {
    let here = Workspace::new();
    here.write("mail/a.eml", "From: a@x.example\nSubject: s\n\nhello\n");
    here.write("mail/attached/messages.csv", read("2026/messages.csv"));
    here.write("mail/Connections.csv", read("2026/Connections.csv"));
    let run = here.run(&["--quiet", "classify", "--json", "mail"]).ok();
    assert_eq!(run.json().len(), 1);
}
