use super::support::{Run, Workspace, root};

/// Sets the title of a window, clears the screen, turns the text round, colours it the C1 way, and
/// begins a line of its own.
const EVIL: &str =
    "\u{1b}]0;owned\u{7}\u{1b}[2J\u{202e}gnp\u{2066}\u{9b}31m\u{9d}\u{85}x\r\ngenuine: all is well";

/// Everything a terminal or a reader of logs could be misled by.
fn is_deceptive(c: char) -> bool {
    let turns_round = matches!(c,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns_round || (c.is_control() && c != '\n')
}

#[track_caller]
fn is_neutral(run: &Run) {
    for text in [run.stdout(), run.stderr()] {
        let found = text.chars().find(|&c| is_deceptive(c));
        assert_eq!(found, None, "{text:?}");
        let forged = text.lines().any(|line| line.starts_with("genuine: all"));
        assert!(!forged, "{text}");
    }
}

/// Base64, as an encoded word has it.
fn encoded(text: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let word: String = text
        .as_bytes()
        .chunks(3)
        .map(|chunk| {
            let bits = chunk
                .iter()
                .fold(0u32, |bits, &byte| bits << 8 | u32::from(byte))
                << (8 * (3 - chunk.len()));
            (0..4)
                .map(|k| match k <= chunk.len() {
                    true => char::from(LETTERS[(bits >> (18 - 6 * k)) as usize & 63]),
                    false => '=',
                })
                .collect::<String>()
        })
        .collect();
    format!("=?utf-8?B?{word}?=")
}

fn workspace() -> Workspace {
    let here = Workspace::new();
    let word = encoded(EVIL);
    here.write(
        "m.eml",
        format!(
            "From: {word} <a\u{1b}[2J@a.example>\nSubject: {word}\nMessage-ID: <\u{1b}[2J@x>\n\
             Content-Type: text/plain; charset=x\u{1b}[2J\n\n{EVIL} would you have time for a demo?\n"
        ),
    );
    let columns = "CONVERSATION ID,CONVERSATION TITLE,FROM,SENDER PROFILE URL,TO,\
                   RECIPIENT PROFILE URLS,DATE,SUBJECT,CONTENT,FOLDER";
    let row = |date: &str| {
        format!(
            "c,\"{EVIL}\",\"{EVIL}\",\"{EVIL}\",Bo,https://x.example,{date},\"{EVIL}\",\"{EVIL}\",INBOX"
        )
    };
    let table = [
        columns,
        &row("2024-01-01 10:00:00 UTC"),
        &row(&format!("\"{EVIL}\"")),
    ];
    here.write("messages.csv", table.join("\n") + "\n");
    here
}

#[test]
fn nothing_of_a_message_misleads_a_terminal() {
    let here = workspace();
    for input in ["m.eml", "messages.csv"] {
        for options in [&["classify"][..], &["classify", "--json"], &["report"]] {
            is_neutral(&here.run(&[options, &[input]].concat()));
        }
    }
    for command in [
        &["explain", "m.eml"][..],
        &["explain", "--json", "m.eml"],
        &["learn", "pitch", "m.eml", "--state", "state"],
        &["lessons", "list", "--state", "state"],
        &["lessons", "list", "--json", "--state", "state"],
        &["sort", "m.eml", "--into", "out"],
    ] {
        is_neutral(&here.run(command));
    }
}

#[test]
fn no_name_of_a_file_misleads_a_terminal() {
    let here = workspace();
    let odd = "b\u{1b}[2J\u{202e}\u{9b}x.eml";
    here.write(odd, std::fs::read(here.path("m.eml")).unwrap());
    let missing = format!("{odd}x");
    for command in [
        &["classify", odd][..],
        &["classify", "--json", odd],
        &["classify", &missing],
        &["classify", "m.eml", "--model", odd],
        &["--config", odd, "classify", "m.eml"],
        &["classify", "m.eml", "--state", odd],
        &["classify", "m.eml", "--sent", &missing],
        &["train", &missing, "--out", "y"],
        &["model", "show", odd],
    ] {
        is_neutral(&here.run(command));
    }
}

#[test]
fn the_log_has_no_colour_in_a_file_and_no_words_of_a_message() {
    let here = workspace();
    let output = std::process::Command::new(assert_cmd::cargo::cargo_bin("anteroom"))
        .args(["learn", "pitch", "m.eml", "--state", "state"])
        .current_dir(here.path(""))
        .env("XDG_CONFIG_HOME", here.path("none"))
        .env("ANTEROOM_LOG", "trace")
        .output()
        .unwrap();
    let log = String::from_utf8(output.stderr).unwrap();
    assert!(!log.is_empty());
    assert_eq!(log.chars().find(|&c| is_deceptive(c)), None, "{log:?}");
    assert!(
        !log.contains("demo") && !log.contains("all is well"),
        "{log}"
    );
}

/// Labels are names of folders, and those come with mail.
#[test]
fn the_page_of_an_evaluation_is_free_of_others_markup() {
    let here = Workspace::new();
    let label = "<script>alert('1')&\"";
    for k in 0..30 {
        let words = format!("your talk number {k} on bridges was a joy");
        here.write(
            &format!("mine/genuine/{k}.eml"),
            format!("From: a{k}@a{k}.example\n\n{words}\n"),
        );
        let words = format!("{label} <script>alert({k})</script> discount {k}");
        here.write(
            &format!("mine/{label}/{k}.eml"),
            format!("From: {label} <b{k}@b{k}.example>\nSubject: {label}\n\n{words}\n"),
        );
    }
    let labels = format!("genuine,{label}");
    here.run(&[
        "evaluate",
        "mine",
        "--labels",
        &labels,
        "--html",
        "page.html",
    ]);
    let page = std::fs::read_to_string(here.path("page.html")).unwrap();
    assert!(!page.contains("<script>alert"), "markup");
    assert!(
        page.contains("&lt;script&gt;alert"),
        "the label is there, as text"
    );
}

/// What cannot be told is not told; the exit code says it all the same.
#[test]
fn a_full_device_for_errors_is_no_reason_to_panic() {
    let here = workspace();
    let base = root().join("models/base.model");
    for (args, code) in [
        (vec!["classify", "none.eml"], 66),
        (vec!["model", "show", "m.eml"], 65),
        (vec!["model", "show", base.to_str().unwrap()], 74),
    ] {
        let full = || {
            std::fs::File::options()
                .write(true)
                .open("/dev/full")
                .unwrap()
        };
        let status = std::process::Command::new(assert_cmd::cargo::cargo_bin("anteroom"))
            .args(&args)
            .current_dir(here.path(""))
            .env("ANTEROOM_LOG", "trace")
            .stdout(full())
            .stderr(full())
            .status()
            .unwrap();
        assert_eq!(status.code(), Some(code), "{args:?}");
    }
}
