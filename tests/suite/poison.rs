use std::collections::BTreeSet;
use std::path::PathBuf;

use anteroom::features::Evidence;
use anteroom::label::Label;
use anteroom::learn::{Canary, Example, Lesson, Origin, teach, train};
use anteroom::model::Model;
use anteroom::owner::Owner;
use anteroom::source::Content;

use super::support::{mail, root};

/// Labelled examples: path, label and bytes, in a fixed order.
fn examples() -> Vec<(Label, Vec<u8>)> {
    let mut found = Vec::new();
    for label in Label::ALL {
        let folder = root().join("training-data").join(label.name());
        let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        files.sort();
        found.extend(
            files
                .iter()
                .map(|file| (label, std::fs::read(file).unwrap())),
        );
    }
    found
}

fn lesson(bytes: &[u8], label: Label) -> Lesson {
    let (message, contact) =
        anteroom::triage::read(&Content::Mail(bytes.to_vec()), &Owner::default());
    let read = (&message, &contact);
    Lesson::of(Evidence::Contact, read, label, Origin::Command, 0)
}

/// Share of messages whose likeliest label is genuine.
fn recognised<'a>(model: &Model, genuine: impl Iterator<Item = &'a Example>) -> f64 {
    let (mut right, mut all) = (0.0, 0.0);
    for example in genuine {
        let scores = model.classifier().estimate().scores(&example.events);
        let p = model.metadata.calibration.probabilities(&scores);
        right += f64::from(u8::from(p.iter().all(|other| *other <= p[0])));
        all += 1.0;
    }
    right / all
}

/// A dictionary attack: of 200 lessons one in twenty is a mail of a tenth of all words of genuine
/// mail, learned as spam. Two thirds of the examples are the model, a sixth honest lessons, a
/// sixth judged, in turn. Measured: no model is refused, and genuine mail recognised falls from 92.4 %
/// to 91.5 %; of a model of half as many examples it would have fallen from 87.4 % to 82.0 %, and all
/// six were refused.
#[test]
fn a_dictionary_attack_does_not_hide_genuine_mail() {
    let all = examples();
    let poison: Vec<Lesson> = (0..10)
        .map(|part| lesson(dictionary(&all, part).as_bytes(), Label::Spam))
        .collect();
    let canary = Canary::shipped(Evidence::Contact);
    let (mut refused, mut fall) = (0, 0.0);
    for turn in 0..6 {
        let sixth = |n: usize| all.iter().skip((turn + n) % 6).step_by(6);
        let read = |(label, bytes): &(Label, Vec<u8>)| {
            Example::read(
                &Content::Mail(bytes.clone()),
                &Owner::default(),
                label.index(),
            )
        };
        let known: Vec<Example> = (2..6).flat_map(sixth).map(read).collect();
        let (base, _) = train(&Label::ALL, &known).unwrap();
        let honest: Vec<Lesson> = sixth(0)
            .step_by(2)
            .chain(sixth(0).skip(1).step_by(2))
            .take(190)
            .map(|(label, bytes)| lesson(bytes, *label))
            .collect();
        let genuine: Vec<Example> = sixth(1).map(read).filter(|own| own.class == 0).collect();
        let honest: Vec<&Lesson> = honest.iter().collect();
        let poisoned: Vec<&Lesson> = honest.iter().copied().chain(&poison).collect();
        let taught = teach(&base, &honest).unwrap();
        let poisoned = teach(&base, &poisoned).unwrap();
        let judge = |model| canary.judge(model).unwrap();
        let standard = judge(&base).best(judge(&taught));
        let (before, after) = (
            recognised(&taught, genuine.iter()),
            recognised(&poisoned, genuine.iter()),
        );
        let verdict = standard.admit(judge(&poisoned));
        refused += usize::from(verdict.is_err());
        fall += if verdict.is_err() {
            0.0
        } else {
            (before - after) / 6.0
        };
    }
    assert!(
        fall <= 0.01,
        "{refused} of 6 refused, recall falls by {fall:.4}"
    );
}

/// A mail with a tenth of all words of genuine examples, as many as count.
fn dictionary(all: &[(Label, Vec<u8>)], part: usize) -> String {
    let mut words = BTreeSet::new();
    for (_, bytes) in all.iter().filter(|(label, _)| *label == Label::Genuine) {
        let (message, contact) =
            anteroom::triage::read(&Content::Mail(bytes.to_vec()), &Owner::default());
        let text = contact.words(&message).to_lowercase();
        let long = text
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| word.len() > 2);
        words.extend(long.map(str::to_owned));
    }
    let own: Vec<String> = words.into_iter().skip(part).step_by(10).collect();
    let id = format!("words {part}");
    mail(&format!("q{part}@b{part}.example"), &id, &own.join(" "))
}
