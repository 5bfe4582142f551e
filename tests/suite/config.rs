//! `anteroom config` and `anteroom doctor`, as a user meets them.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;

use super::support::Workspace;

/// What must never be printed.
const CANARY: &str = "CANARY-7f3a";

/// A configuration with one account whose password is in a file of this mode.
fn with_account(here: &Workspace, port: u16, mode: u32) {
    let password = here.write("password", format!("{CANARY}\n"));
    std::fs::set_permissions(&password, std::fs::Permissions::from_mode(mode)).unwrap();
    let text = format!(
        "[[account]]\nname = \"work\"\nhost = \"127.0.0.1\"\nport = {port}\nuser = \"ann\"\n\
         password_file = \"{}\"\n",
        password.display()
    );
    here.write("c.toml", text);
}

/// A port nobody listens on.
fn closed_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

#[test]
fn check_says_what_is_right_and_draws_what_is_not() {
    let here = Workspace::new();
    with_account(&here, 993, 0o600);
    let said = here
        .run(&["config", "check", "--config", "c.toml"])
        .ok()
        .stdout();
    assert_eq!(said, "c.toml: right; account work (observe)\n");
    here.write("bad.toml", "[[account]]\nname = \"work\"\nhots = \"x\"\n");
    let run = here.run(&["config", "check", "--config", "bad.toml"]);
    assert_eq!(run.output.status.code(), Some(78));
    for words in [
        "bad.toml:3:1",
        "hots = \"x\"",
        "^^^^",
        "did you mean `host`?",
    ] {
        assert!(run.stderr().contains(words), "{}", run.stderr());
    }
    let none = here.run(&["config", "check"]).ok().stdout();
    assert!(
        none.contains("no-config/anteroom/config.toml: not there"),
        "{none}"
    );
}

#[test]
fn a_password_in_the_configuration_is_not_printed() {
    let here = Workspace::new();
    let text = format!("[[account]]\nname = \"work\"\npassword = \"{CANARY}\"\n");
    here.write("c.toml", text);
    for args in [&["config", "check"][..], &["config", "show"], &["doctor"]] {
        let run = here.run(&[args, &["--config", "c.toml"]].concat());
        assert_eq!(run.output.status.code(), Some(78));
        let all = run.stdout() + &run.stderr();
        assert!(!all.contains(CANARY), "{all}");
        assert!(all.contains("no secret is read from this file"), "{all}");
    }
}

#[test]
fn what_show_prints_is_a_configuration_that_shows_the_same() {
    let here = Workspace::new();
    with_account(&here, 993, 0o600);
    let first = here
        .run(&["config", "show", "--config", "c.toml"])
        .ok()
        .stdout();
    for line in [
        "# line 2",
        "port = 993",
        "scan = \"1m\"",
        "spam = \"Anteroom/spam\"",
    ] {
        assert!(first.contains(line), "{first}");
    }
    assert!(!first.contains(CANARY));
    here.write("shown.toml", &first);
    let second = here
        .run(&["config", "show", "--config", "shown.toml"])
        .ok()
        .stdout();
    let settings = |text: &str| -> Vec<String> {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines
            .map(|line| line.split(" # ").next().unwrap().trim().to_owned())
            .collect()
    };
    assert_eq!(settings(&first), settings(&second));
    assert!(settings(&first).len() > 25);
}

#[test]
fn the_schema_is_one_object_that_knows_the_accounts() {
    let schema = Workspace::new().run(&["config", "schema"]).ok().stdout();
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    assert_eq!(schema["type"], "object");
    assert_eq!(schema["additionalProperties"], false);
    let account = schema["$defs"]["account"]["properties"]
        .as_object()
        .unwrap();
    assert!(account.contains_key("password_command") && !account.contains_key("password"));
    let required: Vec<&str> = schema["$defs"]["account"]["required"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| key.as_str().unwrap())
        .collect();
    assert_eq!(required, ["name", "host", "user"]);
}

#[test]
fn path_prints_where_it_is_or_would_be() {
    let here = Workspace::new();
    let run = here.run(&["config", "path", "--quiet"]).ok();
    assert!(run.stdout().ends_with("no-config/anteroom/config.toml\n"));
    here.write("c.toml", "");
    let run = here.run(&["config", "path", "--config", "c.toml"]).ok();
    assert_eq!(run.stdout(), "c.toml\n");
}

#[test]
fn init_asks_only_at_a_terminal_and_never_writes_over_a_file() {
    let here = Workspace::new();
    let words = ["password_command", "credential", "config.example.toml"];
    here.run(&["config", "init", "--config", "new.toml"])
        .fails(64, &words);
    here.write("c.toml", "scope = \"all\"\n");
    let words = ["c.toml: is there already"];
    here.run(&["config", "init", "--config", "c.toml"])
        .fails(73, &words);
    assert_eq!(here.entries(), ["c.toml"]);
}

#[test]
fn doctor_names_what_mends_a_readable_password() {
    let here = Workspace::new();
    with_account(&here, 993, 0o644);
    let run = here.run(&["doctor", "--offline", "--json", "--config", "c.toml"]);
    assert_eq!(run.output.status.code(), Some(77));
    let found: Vec<serde_json::Value> = run
        .stdout()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let failed: Vec<_> = found.iter().filter(|one| one["result"] == "fail").collect();
    assert_eq!(failed.len(), 1, "{found:?}");
    assert_eq!(failed[0]["check"], "secret");
    assert_eq!(failed[0]["account"], "work");
    assert_eq!(failed[0]["schema"], "anteroom.doctor/1");
    let mend = failed[0]["mend"].as_str().unwrap();
    assert!(mend.starts_with("chmod 600 '"), "{mend}");
    // What mends it does mend it.
    let shell = std::process::Command::new("sh").args(["-c", mend]).status();
    assert!(shell.unwrap().success());
    here.run(&["doctor", "--offline", "--config", "c.toml"])
        .ok();
}

/// The same trouble ends every command alike.
#[test]
fn a_secret_that_cannot_be_had_is_a_login_that_fails() {
    let here = Workspace::new();
    with_account(&here, 993, 0o644);
    for command in [
        &["run", "--once", "--config", "c.toml"][..],
        &[
            "learn",
            "spam",
            "--from-folder",
            "Junk",
            "--config",
            "c.toml",
        ],
        &["doctor", "--config", "c.toml"],
    ] {
        let run = here.run(command);
        assert_eq!(run.output.status.code(), Some(77), "{}", run.stderr());
    }
}

#[test]
fn files_that_the_configuration_names_have_to_be_there() {
    let here = Workspace::new();
    here.write("c.toml", "[relations]\nsent = [\"Sent.mbox\"]\n");
    here.run(&["config", "check", "--config", "c.toml"])
        .fails(66, &["Sent.mbox", "no such file"]);
    let run = here.run(&["doctor", "--config", "c.toml"]);
    assert_eq!(run.output.status.code(), Some(78), "{}", run.stdout());
    for word in ["FAIL  relations", "Sent.mbox", "correct [relations] in"] {
        assert!(run.stdout().contains(word), "{word}: {}", run.stdout());
    }
    here.write(
        "Sent.mbox",
        "From a Thu Jan  1 00:00:00 1970\nTo: b@x.example\n\nhi\n",
    );
    here.run(&["config", "check", "--config", "c.toml"]).ok();
    let run = here.run(&["doctor", "--config", "c.toml"]).ok();
    assert!(run.stdout().contains(" ok   relations"), "{}", run.stdout());
    here.write("c.toml", "model = \"none.model\"\n");
    here.run(&["config", "check", "--config", "c.toml"])
        .fails(66, &["none.model"]);
}

#[test]
fn doctor_without_a_configuration_warns_only() {
    let run = Workspace::new().run(&["doctor"]).ok();
    assert!(
        run.stdout().contains("mend it: anteroom config init"),
        "{}",
        run.stdout()
    );
}

#[test]
fn doctor_at_a_server_that_is_not_there() {
    let here = Workspace::new();
    with_account(&here, closed_port(), 0o600);
    let run = here.run(&["doctor", "--config", "c.toml"]);
    assert_eq!(run.output.status.code(), Some(69), "{}", run.stdout());
    let said = run.stdout();
    assert!(said.contains("FAIL  connection"), "{said}");
    assert!(!(said + &run.stderr()).contains(CANARY));
}

#[test]
fn doctor_sends_nothing_in_clear_to_what_speaks_no_tls() {
    use std::io::{Read, Write};
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let here = Workspace::new();
    with_account(&here, listener.local_addr().unwrap().port(), 0o600);
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"* OK ready\r\n").unwrap();
        let mut heard = Vec::new();
        // The client breaks off; how, does not matter.
        let _ = stream.read_to_end(&mut heard);
        heard
    });
    let run = here.run(&["doctor", "--config", "c.toml"]);
    assert_eq!(run.output.status.code(), Some(69), "{}", run.stdout());
    let heard = server.join().unwrap();
    let has = |bytes: &[u8]| {
        bytes
            .windows(CANARY.len())
            .any(|at| at == CANARY.as_bytes())
    };
    assert!(!has(&heard) && !heard.is_empty());
    assert!(!has(&run.output.stdout) && !has(&run.output.stderr));
}
