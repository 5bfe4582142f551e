//! Whole files and what is said about them.

use super::*;
use crate::account::{FileInto, FolderPath, Mode, Pace, Security};
use crate::label::Label;

/// The example with the comment marks of the settings removed.
fn spelled_out() -> String {
    include_str!("../../config.example.toml")
        .lines()
        .map(|line| line.strip_prefix("#:").unwrap_or(line))
        .map(|line| format!("{line}\n"))
        .collect()
}

#[test]
fn the_example_is_valid_and_states_the_defaults() {
    let example = include_str!("../../config.example.toml");
    assert_eq!(
        Config::parse(example, "example").unwrap(),
        Config::default()
    );
    let config = Config::parse(&spelled_out(), "example").unwrap();
    assert_ne!(config, Config::default());
    assert_eq!(config.policy(), Policy::default());
    let [account] = config.accounts() else {
        panic!("{:?}", config.accounts());
    };
    assert_eq!(account.pace, Pace::default());
    assert_eq!(account.mode, Mode::default());
    assert_eq!(account.file_into, FileInto::default());
    assert_eq!(account.watch, [FolderPath::inbox()]);
    assert_eq!(account.endpoint.security, Security::Tls);
}

#[test]
fn the_example_documents_every_key_of_the_schema() {
    fn keys(schema: &serde_json::Value, found: &mut Vec<String>) {
        if let Some(object) = schema.get("properties").and_then(|p| p.as_object()) {
            found.extend(object.keys().cloned());
        }
        let inner = schema.as_object().into_iter().flat_map(|map| map.values());
        inner.for_each(|schema| keys(schema, found));
    }
    let mut found = Vec::new();
    keys(Config::schema().as_value(), &mut found);
    assert!(found.len() > 30, "{found:?}");
    let example = include_str!("../../config.example.toml");
    for key in found {
        let is_set = |line: &str| {
            let line = line.trim_start_matches(['#', ':', ' ', '[']);
            let rest = line.strip_prefix(key.as_str());
            let rest = rest.or_else(|| line.split_once('.')?.1.strip_prefix(key.as_str()));
            rest.is_some_and(|rest| rest.starts_with([' ', ']']))
        };
        assert!(example.lines().any(is_set), "{key}");
    }
}

#[test]
fn what_the_example_offers_instead_is_valid_too() {
    let is_secret = |line: &str| {
        let key = line.split(' ').next().unwrap_or_default();
        account::SECRET_KEYS.contains(&key)
    };
    let offered: Vec<&str> = include_str!("../../config.example.toml")
        .lines()
        .filter_map(|line| line.strip_prefix("#   "))
        .filter(|line| is_secret(line) || line.starts_with("ca_file = "))
        .collect();
    // All ways to name a secret but the one that is spelled out, and ca_file.
    assert_eq!(offered.len(), account::SECRET_KEYS.len());
    for line in offered {
        let text: String = spelled_out()
            .lines()
            .filter(|other| !(is_secret(line) && is_secret(other)))
            .map(|other| match other.starts_with("user = ") {
                true => format!("{line}\n{other}\n"),
                false => format!("{other}\n"),
            })
            .collect();
        let config = Config::parse(&text, "example").unwrap();
        assert_eq!(config.accounts().len(), 1, "{line}");
    }
}

/// An account with a password, and what is added to it.
fn with_account(more: &str) -> String {
    format!(
        "[[account]]\nname = \"work\"\nhost = \"imap.example.org\"\nuser = \"ann\"\n\
         credential = \"mail\"\n{more}"
    )
}

#[test]
fn an_account_is_read_with_its_defaults() {
    let config = Config::parse(&with_account(""), "c.toml").unwrap();
    let [account] = config.accounts() else {
        panic!("{:?}", config.accounts());
    };
    assert_eq!(*account, Account::example());
    let more = "security = \"starttls\"\nmode = \"file\"\nscan = \"5m\"\n\
                [account.file_into]\nspam = \"Junk\"\npitch = \"\"\n";
    let config = Config::parse(&with_account(more), "c.toml").unwrap();
    let account = &config.accounts()[0];
    assert_eq!(account.endpoint.port, 143);
    assert_eq!(account.mode, Mode::File);
    assert_eq!(account.pace.scan.as_secs(), 300);
    assert_eq!(
        account.file_into.folder(Label::Spam),
        FolderPath::new("Junk").as_ref()
    );
    assert_eq!(account.file_into.folder(Label::Pitch), None);
}

/// The mistake is drawn at this line, in these words.
#[track_caller]
fn assert_drawn(text: &str, line: usize, words: &str) {
    let error = Config::parse(text, "c.toml").unwrap_err().to_string();
    assert!(
        error.contains(&format!("c.toml:{line}:")) && error.contains('^'),
        "{text}\n{error}"
    );
    assert!(error.contains(words), "{text}\n{error}");
}

#[test]
fn mistakes_are_shown_where_they_are() {
    for (text, line, words) in [
        ("scope = \"contact\"\nscoop = 1", 2, "did you mean `scope`?"),
        ("scope = \"contact\"\nxyz = 1", 2, "`error_budget`"),
        ("\nscope = ", 2, ""),
        ("error_budget = 0.5", 1, "from 0 to 0.05"),
        ("state = \"~/state\"", 1, "begins with \"/\""),
        (
            "[owner]\naddresses = [\"Ann <ann@a.example>\"]",
            2,
            "is no address",
        ),
        (
            "[owner]\naddresses = [\"@a.example\"]",
            2,
            "name@domain.example",
        ),
        (
            "[rules]\nalways_keep = [\"@a.example\", \"ann\"]",
            2,
            "'ann' names no sender",
        ),
        (
            "[[rules.always_file]]\nfrom = \"@a.example\"\nas = \"junk\"",
            3,
            "`generic-invite`",
        ),
        ("[relations]\nknown = \"keep\"", 2, "`leave` or `judge`"),
    ] {
        assert_drawn(text, line, words);
    }
}

#[test]
fn mistakes_in_an_account_are_shown_where_they_are() {
    for (line_6, words) in [
        ("prot = 993", "did you mean `port`?"),
        ("port = 70000", "expected 1 to 65535"),
        ("security = \"none\"", "`tls` or `starttls`"),
        ("tls_verify = false", "unknown key `tls_verify`"),
        ("ca_file = \"ca.pem\"", "begins with \"/\""),
        ("scan = \"0s\"", "from 1s to 1h"),
        ("grace = 60", "expected a string"),
        ("moves_per_hour = 0", "from 1 to 100000"),
        ("mode = \"delete\"", "`observe`, `tag`, `file`"),
        ("watch = []", "expected 1 to 100"),
        ("watch = [\"a\", \"inbox\", \"INBOX\"]", "watched twice"),
        ("watch = [\"a//b\"]", "is no folder"),
        (
            "password_file = \"/x\"",
            "two secrets: credential and password_file",
        ),
    ] {
        assert_drawn(&with_account(line_6), 6, words);
    }
    let host = "host = \"imap.example.org\"";
    for (from, to, line, words) in [
        ("example.org", "example.org:993", 3, "is no host"),
        ("\"mail\"", "\"../mail\"", 5, "names no credential"),
        (
            "credential = \"mail\"",
            "token_command = []",
            5,
            "runs nothing",
        ),
        ("credential", "#", 1, "password_command"),
        (host, "", 1, "`host` is missing"),
    ] {
        assert_drawn(&with_account("").replace(from, to), line, words);
    }
}

#[test]
fn contradictions_are_shown_where_they_are() {
    for (more, line, words) in [
        ("watch = [\"Anteroom/spam\"]", 2, "which is watched"),
        (
            "[account.file_into]\ngenuine = \"INBOX\"",
            7,
            "which is watched",
        ),
        ("[account.file_into]\nham = \"x\"", 7, "unknown key `ham`"),
        (
            "[account.file_into]\nstate = \"/x\"",
            7,
            "above the first [section]",
        ),
        (
            "[account.file_into]\nspam = \"x\"\npitch = \"x\"",
            7,
            "a folder for each label",
        ),
    ] {
        assert_drawn(&with_account(more), line, words);
    }
    let twice = with_account(&with_account(""));
    for (from, to, line, words) in [
        ("example.org", "other.example", 7, "two accounts are called"),
        ("work", "home", 8, "the mailbox of another account"),
    ] {
        assert_drawn(&twice.replacen(from, to, 1), line, words);
    }
}

#[test]
fn all_accounts_are_checked_at_once() {
    let text = with_account("") + &with_account("password_file = \"/x\"");
    let error = Config::parse(&text, "c.toml").unwrap_err().to_string();
    assert!(
        error.contains("two accounts are called") && error.contains("two secrets"),
        "{error}"
    );
}

#[test]
fn two_mailboxes_of_one_server_are_two_accounts() {
    let other = with_account("").replace("work", "home");
    for (from, to) in [("\"ann\"", "\"bob\""), ("user =", "port = 1993\nuser =")] {
        let text = with_account("") + &other.replace(from, to);
        assert_eq!(Config::parse(&text, "c.toml").unwrap().accounts().len(), 2);
    }
}

#[test]
fn a_secret_in_the_file_is_not_printed() {
    for line in [
        "password = \"CANARY\"",
        "  \"Password\" = \"CANARY\"",
        "token=\"CANARY\"",
        "password = CANARY",
        "password = 'CANARY",
        "file_into = { password = \"CANARY\" }",
        "imap_secret = \"\"\"\nCANARY\"\"\"",
    ] {
        let error = Config::parse(&with_account(line), "c.toml").unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("CANARY"), "{line}\n{shown}");
    }
    let error = Config::parse(&with_account("password = \"CANARY\""), "c.toml").unwrap_err();
    assert!(
        error.to_string().contains("one of password_file"),
        "{error}"
    );
}
