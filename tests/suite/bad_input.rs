use super::support::{Workspace, gzip, mail, mbox};

#[test]
fn a_missing_file() {
    Workspace::new()
        .run(&["classify", "nowhere.mbox"])
        .fails(66, &["nowhere.mbox", "no such file", "spelling"]);
}

#[test]
fn a_directory_without_mail() {
    let here = Workspace::new();
    here.write("empty/notes.txt", "just text, no mail\n");
    let run = here.run(&["--quiet", "classify", "empty"]);
    run.fails(66, &["empty: no mail in this directory", "maildir"]);
}

#[test]
fn files_that_are_not_mail() {
    let here = Workspace::new();
    here.write("program", b"\x7fELF\x02\x01\x01\0\0\0");
    here.run(&["classify", "program"])
        .fails(65, &["program", "binary data", "expected an mbox"]);
    here.write("empty.mbox", "");
    here.run(&["classify", "empty.mbox"])
        .fails(65, &["empty.mbox", "the file is empty"]);
    here.write("notes.txt", "# shopping\n");
    here.run(&["classify", "notes.txt"])
        .fails(65, &["notes.txt", "neither"]);
}

#[test]
fn a_truncated_gzip() {
    let here = Workspace::new();
    let packed = gzip(
        mbox(&[mail(
            "a@x.example",
            "s",
            &"words of no account\n".repeat(5000),
        )])
        .as_bytes(),
    );
    here.write("mail.mbox.gz", &packed[..packed.len() / 2]);
    here.run(&["classify", "mail.mbox.gz"])
        .fails(65, &["mail.mbox.gz", "damaged gzip after", "zcat"]);
}

/// A directory with a mailbox that breaks off after some messages, between two good ones.
fn broken_directory(here: &Workspace) {
    let one = |name: &str| mbox(&[mail("a@x.example", name, "shall we meet on Tuesday")]);
    let long = |n: usize| {
        let text: String = (0..3_000)
            .map(|k| format!("{} ", (n * 7 + k * k) % 9_973))
            .collect();
        mail("a@x.example", &format!("long {n}"), &text)
    };
    let packed = gzip(mbox(&(0..200).map(long).collect::<Vec<_>>()).as_bytes());
    here.write("in/a.mbox", one("first"));
    here.write("in/b.mbox.gz", &packed[..packed.len() / 2]);
    here.write("in/c.mbox", one("last"));
}

#[test]
fn a_broken_file_of_a_directory_does_not_hide_the_others() {
    let here = Workspace::new();
    broken_directory(&here);
    let run = here.run(&["classify", "--json", "in"]);
    assert_eq!(run.output.status.code(), Some(65));
    let said = run.stderr();
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 2, "{said}");
    assert!(
        lines[0].contains("in/b.mbox.gz: damaged gzip after"),
        "{said}"
    );
    assert!(
        lines[1].contains("1 file could not be read to the end"),
        "{said}"
    );
    let records = run.json();
    assert_eq!(records[0]["subject"], "first");
    assert_eq!(records[records.len() - 1]["subject"], "last");
    assert!(
        records.len() > 20 && records.len() < 202,
        "{}",
        records.len()
    );
    let table = here.run(&["classify", "in"]).stdout();
    assert!(table.contains("Nothing was changed"), "{table}");
    let report = here.run(&["report", "in"]);
    assert_eq!(report.output.status.code(), Some(65));
    assert!(report.stdout().contains("Nothing was changed"));
}

#[test]
fn what_must_be_whole_is_not_made_of_a_broken_directory() {
    let here = Workspace::new();
    broken_directory(&here);
    let run = here.run(&["sort", "in", "--into", "out"]);
    assert_eq!(run.output.status.code(), Some(65));
    std::fs::create_dir(here.path("mine")).unwrap();
    std::fs::rename(here.path("in"), here.path("mine/genuine")).unwrap();
    here.write("mine/spam/a.eml", mail("a@x.example", "s", "cheap pills"));
    let run = here.run(&["train", "mine", "--out", "m"]);
    assert_eq!(run.output.status.code(), Some(65));
    assert!(
        run.stderr().contains("mine/genuine/b.mbox.gz"),
        "{}",
        run.stderr()
    );
    assert_eq!(here.entries(), ["mine"]);
    // Relations too: whom the owner wrote to would be filed away.
    here.write("m.eml", mail("a@x.example", "s", "hello"));
    here.run(&["classify", "m.eml", "--sent", "mine/genuine"])
        .fails(65, &["mine/genuine/b.mbox.gz", "damaged gzip"]);
}

#[test]
fn a_directory_of_nothing_but_broken_files() {
    let here = Workspace::new();
    let text: String = (0..9_000).map(|n| format!("{} ", n * n % 9_973)).collect();
    let packed = gzip(mail("a@x.example", "s", &text).as_bytes());
    here.write("in/a.gz", &packed[..packed.len() / 2]);
    let run = here.run(&["classify", "in"]);
    assert_eq!(run.output.status.code(), Some(65));
    assert!(
        run.stderr().contains("in/a.gz: damaged gzip"),
        "{}",
        run.stderr()
    );
}

#[test]
fn a_decompression_bomb() {
    let here = Workspace::new();
    let mut bomb = gzip(b"From a@x.example Mon Jan  1 00:00:00 2024\nA: b\n\n");
    let zeros = gzip(&vec![b'x'; 16 << 20]);
    (0..16).for_each(|_| bomb.extend_from_slice(&zeros));
    here.write("bomb.gz", &bomb);
    here.run(&["classify", "bomb.gz"])
        .fails(65, &["bomb.gz", "stopped after", "bomb"]);
}

#[test]
fn a_damaged_model() {
    let here = Workspace::new();
    here.write("m.eml", mail("a@x.example", "s", "hello"));
    let classify = |model: &str| here.run(&["classify", "m.eml", "--model", model]);
    classify("none.model").fails(66, &["none.model", "cannot be read", "shipped model"]);
    here.write("bad.model", "not a model");
    classify("bad.model").fails(
        65,
        &[
            "bad.model",
            "does not start with 'anteroom-model/1'",
            "anteroom train",
        ],
    );
    let mut bytes = std::fs::read(super::support::root().join("models/base.model")).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    here.write("flipped.model", &bytes);
    classify("flipped.model").fails(65, &["flipped.model", "do not match their checksum"]);
    here.write("cut.model", &bytes[..last / 2]);
    classify("cut.model").fails(65, &["cut.model", "checksum"]);
}

#[test]
fn an_output_directory_that_cannot_be_used() {
    let here = Workspace::new();
    here.write("m.eml", mail("a@x.example", "s", "hello"));
    here.write("full/kept.txt", "mine");
    here.run(&["sort", "m.eml", "--into", "full"])
        .fails(73, &["full: is not empty", "--into"]);
    here.run(&["sort", "m.eml", "--into", "m.eml"])
        .fails(73, &["m.eml: cannot be written"]);
    here.run(&["sort", "m.eml", "--into", "/proc/out"])
        .fails(73, &["/proc/out: cannot be written"]);
    assert_eq!(here.entries(), ["full", "m.eml"]);
}

#[test]
fn a_failing_input_leaves_no_output() {
    let here = Workspace::new();
    here.write("m.eml", mail("a@x.example", "s", "hello"));
    here.run(&["sort", "m.eml", "gone.mbox", "--into", "out"])
        .fails(66, &["gone.mbox"]);
    assert_eq!(here.entries(), ["m.eml"]);
}

#[test]
fn labelled_mail_that_is_not_there() {
    let here = Workspace::new();
    here.write("mine/ham/a.eml", mail("a@x.example", "s", "hello"));
    here.run(&["train", "mine", "--out", "m"])
        .fails(65, &["mine", "genuine, generic-invite, pitch, spam"]);
    here.write("mine/spam/a.eml", mail("a@x.example", "s", "hello"));
    here.run(&["train", "mine", "--out", "m"])
        .fails(65, &["at least two labels"]);
    here.run(&["train", "nowhere", "--out", "m"])
        .fails(66, &["nowhere: is not there"]);
    assert_eq!(here.entries(), ["mine"]);
}

#[test]
fn a_model_that_cannot_be_written() {
    let here = Workspace::new();
    for label in ["genuine", "spam"] {
        here.write(
            &format!("mine/{label}/a.eml"),
            mail("a@x.example", label, "hello you"),
        );
    }
    here.run(&["train", "mine", "--out", "no/such/dir/m"])
        .fails(
            73,
            &["no/such/dir/m: cannot be written", "nothing was changed"],
        );
}

#[test]
fn a_wrong_configuration() {
    let here = Workspace::new();
    here.write("m.eml", mail("a@x.example", "s", "hello"));
    here.write("c.toml", "scope = \"all\"\nerror_buget = 0.01\n");
    let run = here.run(&["classify", "m.eml", "--config", "c.toml"]);
    assert_eq!(run.output.status.code(), Some(78));
    for words in [
        "c.toml:2:1",
        "did you mean `error_budget`",
        "error_buget",
        "^",
        "expected one of",
    ] {
        assert!(run.stderr().contains(words), "{}", run.stderr());
    }
    here.run(&["classify", "m.eml", "--config", "none.toml"])
        .fails(78, &["none.toml", "--config"]);
}

#[test]
fn wrong_usage() {
    let here = Workspace::new();
    let run = here.run(&["clasify"]);
    assert_eq!(run.output.status.code(), Some(2));
    assert!(run.stderr().contains("classify"), "{}", run.stderr());
    let run = here.run(&["classify", "--error-budget", "0.5"]);
    assert_eq!(run.output.status.code(), Some(2));
    assert!(run.stderr().contains("0 to 0.05"), "{}", run.stderr());
}

#[test]
fn a_reader_that_goes_away() {
    let here = Workspace::new();
    let mails: Vec<String> = (0..2000)
        .map(|n| mail("a@x.example", &n.to_string(), "hello"))
        .collect();
    here.write("m.mbox", mbox(&mails));
    let binary = assert_cmd::cargo::cargo_bin("anteroom");
    let command = format!(
        "{} classify --json m.mbox | head -n 1; echo ${{PIPESTATUS[0]}}",
        binary.display()
    );
    let output = std::process::Command::new("bash")
        .arg("-c")
        .arg(command)
        .current_dir(here.path(""))
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    assert_eq!(
        String::from_utf8(output.stdout).unwrap().lines().last(),
        Some("0")
    );
}
