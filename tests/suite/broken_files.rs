use anteroom::model::Model;

use super::support::{Workspace, mail, root};

/// Where a file of this length is broken: its first bytes one by one, then places spread over it.
fn places(length: usize, count: usize) -> impl Iterator<Item = usize> {
    let spread = (0..count).map(move |k| length * k / count);
    (0..count.min(length)).chain(spread)
}

#[test]
fn a_model_of_which_one_byte_is_wrong_is_refused() {
    let whole = std::fs::read(root().join("models/base.model")).unwrap();
    let read = Model::decode(&whole, "whole").unwrap();
    let head = whole
        .iter()
        .take(400_000)
        .filter(|&&byte| byte == b'\n')
        .count();
    assert!(head > 1);
    let is_end = |(_, byte): &(usize, &u8)| **byte == b'\n';
    let (line_end, _) = whole.iter().enumerate().filter(is_end).nth(1).unwrap();
    for at in 0..line_end {
        let mut flipped = whole[..].to_vec();
        flipped[at] ^= 1 << (at % 7);
        let model = Model::decode(&flipped, "flipped");
        // The last of many digits may stand for the same number.
        let is_same = |model: &Model| model.metadata == read.metadata;
        assert!(model.as_ref().map_or(true, is_same), "flipped at {at}");
    }
    for at in places(whole.len(), 100) {
        assert!(Model::decode(&whole[..at], "cut").is_err(), "cut at {at}");
        let mut flipped = whole.clone();
        flipped[at] ^= 1 << (at % 8);
        assert!(
            Model::decode(&flipped, "flipped").is_err(),
            "flipped at {at}"
        );
    }
}

#[test]
fn a_model_whose_description_makes_no_sense_is_refused() {
    let whole = std::fs::read(root().join("models/base.model")).unwrap();
    let mut lines = whole.splitn(3, |&byte| byte == b'\n');
    let (format, json, rest) = (
        lines.next().unwrap(),
        lines.next().unwrap(),
        lines.next().unwrap(),
    );
    // Somebody who changes a number can leave the checksum out: older files have none.
    let json = std::str::from_utf8(json).unwrap();
    let (json, _) = json.split_once(",\"metadata_sha256\"").unwrap();
    let json = &format!("{json}}}");
    let with = |json: &str| [format, json.as_bytes(), rest].join(&b'\n');
    assert!(Model::decode(&with(json), "whole").is_ok());
    let number = json.find("\"scale\":").expect("a calibration has a scale") + "\"scale\":".len();
    let end = number + json[number..].find([',', '}']).unwrap();
    for value in ["NaN", "1e999", "-1e999", "null", "\"1\"", ""] {
        let changed = format!("{}{value}{}", &json[..number], &json[end..]);
        assert!(
            Model::decode(&with(&changed), "changed").is_err(),
            "{value}"
        );
    }
    // Numbers that would overflow, or give no probabilities when they are multiplied.
    for (name, value) in [
        ("\"scale\":", "1e300"),
        ("\"bend\":", "1e-300"),
        ("\"bias\":[", "1e300"),
        ("\"alpha\":", "1e300"),
        ("\"messages\":[", "18446744073709551615"),
        ("\"events\":", "18446744073709551615"),
        // Times 24 bytes of an event this is what there is, and 2⁶⁴ three times over.
        ("\"events\":", "2305843009213775588"),
    ] {
        let number = json.find(name).expect(name) + name.len();
        let end = number + json[number..].find([',', '}', ']']).unwrap();
        let changed = format!("{}{value}{}", &json[..number], &json[end..]);
        let refused = Model::decode(&with(&changed), "changed")
            .unwrap_err()
            .to_string();
        assert!(
            refused.contains("not a usable model"),
            "{name}{value}: {refused}"
        );
    }
    for depth in [200, 100_000] {
        let deep = "[".repeat(depth);
        assert!(Model::decode(&with(&deep), "deep").is_err(), "{depth}");
    }
}

#[test]
fn a_state_store_of_which_one_byte_is_wrong_is_refused_or_read() {
    let here = Workspace::new();
    here.write(
        "m.eml",
        mail("a@x.example", "s", "would you have time for a demo"),
    );
    here.run(&["learn", "pitch", "m.eml", "--state", "state"])
        .ok();
    let whole = std::fs::read(here.path("state/state.sqlite")).unwrap();
    for at in places(whole.len(), 8) {
        let mut flipped = whole.clone();
        flipped[at] ^= 1 << (at % 8);
        for (how, bytes) in [("cut", whole[..at].to_vec()), ("flipped", flipped)] {
            let broken = Workspace::new();
            broken.write("state/state.sqlite", bytes);
            broken.write("m.eml", mail("a@x.example", "s", "hello"));
            for command in [&["lessons", "list"][..], &["classify", "m.eml"]] {
                let run = broken.run(&[command, &["--state", "state"]].concat());
                let code = run.output.status.code();
                let told = run.stderr();
                assert!(
                    matches!(code, Some(0 | 65 | 74)),
                    "{how} at {at}: {code:?} {told}"
                );
                assert!(!told.contains("panicked"), "{how} at {at}: {told}");
            }
        }
    }
}
