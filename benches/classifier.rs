//! What the classifier itself costs, on one core, against the bars the project sets itself. The
//! exit status is 1 if one is missed.
//!
//! ```text
//! cargo bench --bench classifier
//! ```

#![allow(missing_docs, clippy::print_stdout)]

use std::hint::black_box;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use anteroom::decide::Policy;
use anteroom::features::{Evidence, Features, features};
use anteroom::label::Label;
use anteroom::learn::{Lesson, Origin, teach, teach_one};
use anteroom::model::Model;
use anteroom::owner::Owner;
use anteroom::source::{Content, Rest, Source};
use anteroom::state::State;
use anteroom::triage::{read, triage};

/// Times each thing is done; the fastest counts, it is the least disturbed one.
const PASSES: usize = 31;

/// Messages of at most as many bytes of the sender's own words are short.
const SHORT: usize = 300;

/// Short messages scored a second, at least.
const SCORED: f64 = 50_000.0;

/// Milliseconds from the owner's word on a message to the next verdict, at most.
const LEARN_MS: f64 = 5.0;

/// Milliseconds to load the shipped model, at most.
const LOAD_MS: f64 = 30.0;

fn main() -> ExitCode {
    let mails = labelled_mails();
    let model = Model::shipped().expect("whole");
    println!("the shipped model: {} events", model.metadata.events);
    let met = [load(), scoring(&mails, &model), learning(&mails, &model)];
    ExitCode::from(u8::from(met.contains(&false)))
}

/// The labelled examples, each with the position of its label.
fn labelled_mails() -> Vec<(Content, usize)> {
    let mut mails = Vec::new();
    for label in Label::ALL {
        let folder = Path::new("training-data").join(label.name());
        let mut source = Source::open(&folder, Rest::Skip).expect("readable mail");
        while let Some(raw) = source.next_message().expect("readable mail") {
            mails.push((raw.content, label.index()));
        }
    }
    mails
}

/// Seconds of the fastest of several passes.
fn fastest(mut pass: impl FnMut()) -> f64 {
    let timed = |_| {
        let started = Instant::now();
        pass();
        started.elapsed().as_secs_f64()
    };
    (0..PASSES).map(timed).fold(f64::INFINITY, f64::min)
}

/// What a figure has to keep to.
#[derive(Clone, Copy)]
enum Bar {
    AtMost(f64),
    AtLeast(f64),
}

/// Prints a figure with its bar; gives back whether that is met.
fn row(what: &str, figure: f64, unit: &str, bar: Bar) -> bool {
    let (sign, limit, met) = match bar {
        Bar::AtMost(limit) => ("<=", limit, figure <= limit),
        Bar::AtLeast(limit) => (">=", limit, figure >= limit),
    };
    let verdict = if met { "pass" } else { "MISS" };
    println!("{verdict}  {what:56} {figure:>10.2} {unit}  (bar {sign} {limit})");
    met
}

fn at_most_ms(what: &str, seconds: f64, bar: f64) -> bool {
    row(what, 1e3 * seconds, "ms", Bar::AtMost(bar))
}

/// From the bytes in the program to a model that can judge.
fn load() -> bool {
    let seconds = fastest(|| drop(black_box(Model::shipped())));
    at_most_ms("loading the shipped model", seconds, LOAD_MS)
}

/// From the features of short messages to probabilities.
fn scoring(mails: &[(Content, usize)], model: &Model) -> bool {
    let owner = Owner::default();
    let short: Vec<Features> = mails
        .iter()
        .map(|(content, _)| read(content, &owner))
        .filter(|(message, contact)| (1..=SHORT).contains(&contact.words(message).len()))
        .map(|(message, contact)| features(&message, &contact, Evidence::Contact))
        .collect();
    let seconds = fastest(|| {
        for features in &short {
            black_box(model.classifier().posterior(features));
        }
    });
    let rate = short.len() as f64 / seconds;
    let what = format!("{} messages of at most {SHORT} bytes, scored", short.len());
    row(&what, rate, "a second", Bar::AtLeast(SCORED))
}

/// From a message and its label to the lesson on disk, committed and synced, and to the verdict of
/// a model that knows it.
fn learning(mails: &[(Content, usize)], base: &Model) -> bool {
    let owner = Owner::default();
    let lesson = |(content, class): &(Content, usize), number: usize| {
        let (message, contact) = read(content, &owner);
        let label = Label::ALL[*class];
        let read = (&message, &contact);
        Lesson::of(
            Evidence::Contact,
            read,
            label,
            Origin::Command,
            number as i64,
        )
    };
    let mut met = true;
    for known in [0, 100, 1_000] {
        let home = tempfile::tempdir().expect("a place for the state");
        let mut state = State::open(home.path()).expect("a state store");
        let lessons: Vec<Lesson> = (0..known).map(|n| lesson(&mails[n], n)).collect();
        let book = state.lesson_book().expect("lessons");
        for lesson in &lessons {
            book.append(lesson).expect("room for a lesson");
        }
        book.close().expect("a commit");
        let mut model = teach(base, &lessons.iter().collect::<Vec<_>>()).expect("fits");
        let mut number = known;
        let seconds = fastest(|| {
            let mail = &mails[number % mails.len()];
            let lesson = lesson(mail, number);
            let book = state.lesson_book().expect("lessons");
            book.append(&lesson).expect("room for a lesson");
            book.close().expect("a commit");
            teach_one(&mut model, &lesson).expect("fits");
            black_box(triage(&mail.0, &owner, &model, &Policy::default()));
            number += 7;
        });
        let what = format!("one more lesson on {known}, kept, to the next verdict");
        met &= at_most_ms(&what, seconds, LEARN_MS);
    }
    met
}
