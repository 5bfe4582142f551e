//! Where the time goes: each stage of the pipeline alone, on one core, on mails in memory.
//!
//! ```text
//! cargo bench --bench stages -- MAIL...        default: examples/inbox.mbox
//! ```

#![allow(missing_docs, clippy::print_stdout)]

use std::hint::black_box;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anteroom::classify::Posterior;
use anteroom::decide::{Belief, Policy, decide};
use anteroom::explain::Recorder;
use anteroom::extract::Contact;
use anteroom::features::{Evidence, Features, features};
use anteroom::history::{Past, Sighting};
use anteroom::message::Message;
use anteroom::model::Model;
use anteroom::owner::Owner;
use anteroom::source::{Content, Rest, Source};
use anteroom::state::{Decided, State};
use anteroom::triage::{Triage, triage};

/// Passes over the mails; the fastest counts, it is the least disturbed one. A pass takes a
/// millisecond or two and a busy machine disturbs for longer, so it takes many.
const PASSES: usize = 300;

fn main() {
    let mut paths: Vec<PathBuf> = std::env::args()
        .skip(1)
        .filter(|arg| arg != "--bench")
        .map(PathBuf::from)
        .collect();
    if paths.is_empty() {
        paths.push("examples/inbox.mbox".into());
    }
    let mails = read_all(&paths);
    let read = fastest(|| drop(black_box(read_all(&paths))));
    let decode = fastest(|| mails.iter().for_each(|mail| decode_only(mail)));
    let mut stages = vec![("source", read)];
    stages.extend(pure_stages(&mails));
    print("without a state store", &stages, decode, mails.len());
    stages.extend(stored_stages(&mails));
    print("with a state store", &stages, decode, mails.len());
    println!("decode only is mailparse's split, parse and decode");
}

/// Times the stages that read and write nothing, each on what the one before it made.
fn pure_stages(mails: &[Vec<u8>]) -> [(&'static str, Duration); 5] {
    let model = Model::shipped().expect("the shipped model is whole");
    let messages: Vec<Message> = mails.iter().map(|mail| Message::parse(mail)).collect();
    let owner = Owner::default();
    let contact = |message: &Message| Contact::extract(message, &owner);
    let contacts: Vec<Contact> = messages.iter().map(contact).collect();
    let read: Vec<_> = messages.iter().zip(&contacts).collect();
    let counted: Vec<Features> = read
        .iter()
        .map(|(m, c)| features(m, c, Evidence::Contact))
        .collect();
    let judge = |f: &Features| model.classifier().posterior(f);
    let posteriors: Vec<Posterior> = counted.iter().map(judge).collect();
    let decide = || {
        for ((message, contact), posterior) in read.iter().zip(&posteriors) {
            let belief = Belief {
                probabilities: model.label_probabilities(posterior),
                posterior,
                guard: &model.metadata.guard,
            };
            let (past, policy) = (Past::default(), Policy::default());
            black_box(decide(message, contact, &past, &belief, &policy));
        }
    };
    [
        ("message", each(mails, |mail| Message::parse(mail))),
        ("extract", each(&messages, contact)),
        (
            "features",
            each(&read, |(m, c)| features(m, c, Evidence::Contact)),
        ),
        ("classify", each(&counted, judge)),
        ("decide", fastest(decide)),
    ]
}

/// Times what the state store is asked and told of every message. The store is in memory, so that
/// no disk is measured.
fn stored_stages(mails: &[Vec<u8>]) -> [(&'static str, Duration); 2] {
    let model = Model::shipped().expect("the shipped model is whole");
    let (owner, policy) = (Owner::default(), Policy::default());
    let mut state = State::in_memory().expect("a store in memory");
    let salt = state.salt().expect("a whole store");
    let recorder = Recorder::new(&model, &policy, 0);
    let judged: Vec<Triage> = mails
        .iter()
        .map(|mail| triage(&Content::Mail(mail.clone()), &owner, &model, &policy))
        .collect();
    let sight = |triage: &Triage| Sighting::of(&triage.message, &triage.contact, &owner, &salt);
    let sightings: Vec<Option<Sighting>> = judged.iter().map(sight).collect();
    let recall = fastest(|| {
        let sightings: Vec<_> = judged.iter().map(sight).collect();
        drop(black_box(state.note(&sightings).expect("a whole store")));
    });
    let record = fastest(|| {
        let sighted = judged.iter().zip(&sightings);
        let decided = |(triage, sighting): (&Triage, &Option<Sighting>)| {
            Decided::of(sighting.as_ref()?, triage, &recorder)
        };
        let decisions: Vec<_> = sighted.map(decided).collect();
        state.keep_decisions(&decisions).expect("a whole store");
    });
    [("history", recall), ("record", record)]
}

/// Time of a function over all items, its results made and dropped.
fn each<I, T>(items: &[I], mut stage: impl FnMut(&I) -> T) -> Duration {
    fastest(|| items.iter().for_each(|item| drop(black_box(stage(item)))))
}

fn read_all(paths: &[PathBuf]) -> Vec<Vec<u8>> {
    let mut mails = Vec::new();
    for path in paths {
        let mut source = Source::open(path, Rest::Skip).expect("readable mail");
        while let Some(raw) = source.next_message().expect("readable mail") {
            if let Content::Mail(bytes) = raw.content {
                mails.push(bytes);
            }
        }
    }
    mails
}

/// What any mail program must do: parse, and decode the subject and every text part.
fn decode_only(bytes: &[u8]) {
    let Ok(mail) = mailparse::parse_mail(bytes) else {
        return;
    };
    for header in &mail.headers {
        if header.get_key_ref().eq_ignore_ascii_case("subject") {
            black_box(header.get_value());
        }
    }
    for part in mail
        .parts()
        .filter(|part| part.ctype.mimetype.starts_with("text/"))
    {
        black_box(part.get_body().ok());
    }
}

fn fastest(mut pass: impl FnMut()) -> Duration {
    let times = (0..PASSES).map(|_| {
        let started = Instant::now();
        pass();
        started.elapsed()
    });
    times.min().unwrap_or_default()
}

fn print(title: &str, stages: &[(&str, Duration)], decode: Duration, n_mails: usize) {
    let total: f64 = stages.iter().map(|(_, time)| time.as_secs_f64()).sum();
    println!(
        "{n_mails} messages, {title}\n{:10} {:>14} {:>8} {:>16}",
        "stage", "µs a message", "share", "× decode only"
    );
    for (name, time) in stages {
        let seconds = time.as_secs_f64();
        println!(
            "{name:10} {:14.2} {:6.1} % {:16.2}",
            1e6 * seconds / n_mails as f64,
            100.0 * seconds / total,
            seconds / decode.as_secs_f64()
        );
    }
    println!(
        "{:10} {:14.2} {:>8} {:16.2}\n",
        "all",
        1e6 * total / n_mails as f64,
        "",
        total / decode.as_secs_f64()
    );
}
