use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use anteroom::extract::{Contact, Kind, Platform};
use anteroom::message::Message;
use anteroom::owner::Owner;
use serde_json::{Map, Value, json};

use super::support::root;

const KINDS: &[Kind] = &[
    Kind::Invitation,
    Kind::InvitationReminder,
    Kind::PlatformMessage,
    Kind::Inmail,
    Kind::RecommendationRequest,
    Kind::EndorsementRequest,
    Kind::EventOrGroupInvite,
    Kind::DirectMessage,
    Kind::NewsletterOrOffer,
    Kind::Notice,
];

const PLATFORMS: &[Platform] = &[
    Platform::Linkedin,
    Platform::Xing,
    Platform::Facebook,
    Platform::Instagram,
    Platform::Viadeo,
    Platform::Researchgate,
    Platform::Academia,
    Platform::Meetup,
    Platform::X,
    Platform::Github,
    Platform::Slack,
    Platform::Discord,
    Platform::Other,
    Platform::Direct,
];

/// The person all these mails were sent to.
fn mara() -> Owner {
    Owner {
        addresses: vec!["mara@lindqvist.example".to_owned()],
        authserv_ids: vec!["mx.lindqvist.example".to_owned()],
        ..Owner::default()
    }
}

/// A mail and the contact that is to be read out of it.
struct Pair {
    name: String,
    mail: Vec<u8>,
    expected: Map<String, Value>,
    /// Where the contact goes that was read instead.
    actual: PathBuf,
}

fn pairs() -> Vec<Pair> {
    let mut mails: Vec<PathBuf> = std::fs::read_dir(root().join("tests/fixtures/contacts"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "eml"))
        .collect();
    mails.sort();
    mails.iter().map(|mail| pair(mail)).collect()
}

fn pair(mail: &Path) -> Pair {
    let expected = mail.with_extension("json");
    let text = std::fs::read_to_string(&expected)
        .unwrap_or_else(|error| panic!("{}: {error}", expected.display()));
    Pair {
        name: mail.file_stem().unwrap().to_str().unwrap().to_owned(),
        mail: std::fs::read(mail).unwrap(),
        expected: serde_json::from_str(&text)
            .unwrap_or_else(|error| panic!("{}: {error}", expected.display())),
        actual: mail.with_extension("actual.json"),
    }
}

fn contact(mail: &[u8]) -> Map<String, Value> {
    let contact = Contact::extract(&Message::parse(mail), &mara());
    match serde_json::to_value(&contact).unwrap() {
        Value::Object(fields) => fields,
        other => panic!("{other}"),
    }
}

/// Line ends as files have them, and as mail servers do.
fn with_line_ends(mail: &[u8], end: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(mail.len());
    for line in mail.split_inclusive(|&byte| byte == b'\n') {
        match line.strip_suffix(b"\n") {
            Some(line) => {
                out.extend_from_slice(line.strip_suffix(b"\r").unwrap_or(line));
                out.extend_from_slice(end);
            }
            None => out.extend_from_slice(line),
        }
    }
    out
}

/// Only what is asked for is expected of `asks`, not the words that showed it.
fn comparable(field: &str, value: &Value) -> Value {
    let Value::Array(asks) = value else {
        return value.clone();
    };
    if field != "asks" {
        return value.clone();
    }
    let tags: BTreeSet<&str> = asks
        .iter()
        .map(|ask| ask.as_str().or_else(|| ask["ask"].as_str()).unwrap())
        .collect();
    json!(tags)
}

fn differences_of(pair: &Pair, ends: &str, actual: &Map<String, Value>) -> Vec<String> {
    let mut out = Vec::new();
    let expected = Value::Object(pair.expected.clone());
    let at = format!("{}{ends}", pair.name);
    differences(&at, &expected, &Value::Object(actual.clone()), &mut out);
    out
}

/// Every difference between two objects, one line a field, fields of fields too.
fn differences(at: &str, expected: &Value, actual: &Value, out: &mut Vec<String>) {
    let field = at.rsplit('.').next().unwrap_or_default();
    match (expected, actual) {
        (Value::Object(expected), Value::Object(actual)) => {
            let names: BTreeSet<&String> = expected.keys().chain(actual.keys()).collect();
            for name in names {
                let at = format!("{at}.{name}");
                match (expected.get(name), actual.get(name)) {
                    (Some(expected), Some(actual)) => differences(&at, expected, actual, out),
                    (Some(_), None) => out.push(format!("{at}: no such field in a contact")),
                    (None, _) => out.push(format!("{at}: left out of the expectation")),
                }
            }
        }
        _ if comparable(field, expected) == comparable(field, actual) => {}
        _ => out.push(format!(
            "{at}\n    expected {expected}\n    actual   {actual}"
        )),
    }
}

#[test]
fn every_contact_is_read_as_its_pair_says() {
    let mut wrong = Vec::new();
    let pairs = pairs();
    for pair in &pairs {
        let actual = contact(&with_line_ends(&pair.mail, b"\n"));
        let mut differing = differences_of(pair, "", &actual);
        let asks = actual["asks"].as_array().unwrap();
        if asks
            .iter()
            .any(|ask| ask["words"].as_str().unwrap().trim().is_empty())
        {
            differing.push(format!("{}.asks: one without words", pair.name));
        }
        let with_crlf = contact(&with_line_ends(&pair.mail, b"\r\n"));
        if with_crlf != actual {
            differing.extend(differences_of(pair, " (CRLF)", &with_crlf));
        }
        if differing.is_empty() {
            // Left by an earlier run.
            std::fs::remove_file(&pair.actual).ok();
        } else {
            let text = serde_json::to_string_pretty(&actual).unwrap();
            std::fs::write(&pair.actual, text + "\n").unwrap();
            wrong.push(differing.join("\n"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {} differ\n{}",
        wrong.len(),
        pairs.len(),
        wrong.join("\n")
    );
}

#[test]
fn the_pairs_cover_what_there_is() {
    let pairs = pairs();
    assert!(pairs.len() >= 120, "{}", pairs.len());
    let values = |field: &str| -> BTreeSet<String> {
        pairs
            .iter()
            .filter_map(|pair| pair.expected[field].as_str().map(str::to_owned))
            .collect()
    };
    assert!(values("language").len() >= 12, "{:?}", values("language"));
    let (kinds, platforms) = (values("kind"), values("platform"));
    for kind in KINDS {
        assert!(kinds.contains(kind.name()), "{}", kind.name());
    }
    for platform in PLATFORMS {
        assert!(platforms.contains(platform.name()), "{}", platform.name());
    }
}

#[test]
fn no_expectation_leaves_a_field_out() {
    let fields: BTreeSet<String> = contact(b"From: a@x.example\n\nx")
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    for pair in pairs() {
        let expected: BTreeSet<String> = pair.expected.keys().cloned().collect();
        assert_eq!(expected, fields, "{}", pair.name);
    }
}

#[test]
fn the_pairs_cover_charsets_encodings_and_proofs() {
    let pairs = pairs();
    let heads: Vec<String> = pairs
        .iter()
        .map(|pair| String::from_utf8_lossy(&pair.mail).to_lowercase())
        .collect();
    for what in [
        "charset=utf-8",
        "charset=iso-8859-1\n",
        "charset=iso-8859-2\n",
        "charset=iso-8859-15\n",
        "charset=windows-1251",
        "charset=koi8-r",
        "charset=iso-2022-jp",
        "charset=gb2312",
        "charset=big5",
        "charset=euc-kr",
        "charset=shift_jis",
        "content-transfer-encoding: 7bit",
        "content-transfer-encoding: 8bit",
        "content-transfer-encoding: quoted-printable",
        "content-transfer-encoding: base64",
        "?b?",
        "?q?",
    ] {
        assert!(heads.iter().any(|head| head.contains(what)), "{what}");
    }
    let checked = |standing: &str| {
        let checked = pairs.iter().zip(&heads).filter(|(pair, head)| {
            head.contains("authentication-results: mx.lindqvist.example")
                && pair.expected["authenticity"]["standing"] == standing
        });
        checked.count()
    };
    assert!(checked("authentic") >= 10 && checked("forged") >= 2);
}

#[test]
fn every_mail_is_whole_and_no_two_say_nearly_the_same() {
    let mut seen: Vec<(String, HashSet<String>)> = Vec::new();
    for pair in pairs() {
        let message = Message::parse(&pair.mail);
        for header in ["from", "to", "subject", "date", "message-id"] {
            assert!(
                message.raw_header(header).is_some(),
                "{}: no {header}",
                pair.name
            );
        }
        let triples = triples(pair.expected["note"].as_str().unwrap_or_default());
        for (other, theirs) in &seen {
            let shared = triples.intersection(theirs).count();
            let smaller = triples.len().min(theirs.len());
            assert!(shared * 2 <= smaller, "{} and {other}", pair.name);
        }
        seen.push((pair.name, triples));
    }
}

/// Every three words, or three characters where no spaces part them.
fn triples(note: &str) -> HashSet<String> {
    let words: Vec<&str> = note.split_whitespace().collect();
    if words.len() > 5 {
        return words.windows(3).map(|three| three.join(" ")).collect();
    }
    let characters: Vec<char> = note.chars().collect();
    characters
        .windows(3)
        .map(|three| three.iter().collect())
        .collect()
}
