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
use anteroom::extract::Contact;
use anteroom::features::{Evidence, Features, features};
use anteroom::history::Past;
use anteroom::message::Message;
use anteroom::model::Model;
use anteroom::owner::Owner;
use anteroom::source::{Content, Rest, Source};

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
    print(&stages, decode, mails.len());
}

/// Times the pure stages, each on what the one before it made.
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
    [
        ("message", each(mails, |mail| Message::parse(mail))),
        ("extract", each(&messages, contact)),
        (
            "features",
            each(&read, |(m, c)| features(m, c, Evidence::Contact)),
        ),
        ("classify", each(&counted, judge)),
        (
            "decide",
            fastest(|| {
                for ((message, contact), posterior) in read.iter().zip(&posteriors) {
                    let belief = Belief {
                        probabilities: model.label_probabilities(posterior),
                        posterior,
                        guard: &model.metadata.guard,
                    };
                    black_box(decide(
                        message,
                        contact,
                        &Past::default(),
                        &belief,
                        &Policy::default(),
                    ));
                }
            }),
        ),
    ]
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

fn print(stages: &[(&str, Duration)], decode: Duration, n_mails: usize) {
    let total: f64 = stages.iter().map(|(_, time)| time.as_secs_f64()).sum();
    println!(
        "{:10} {:>14} {:>8} {:>16}",
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
        "{:10} {:14.2} {:>8} {:16.2}\n{n_mails} messages; decode only is mailparse's split, parse and decode",
        "all",
        1e6 * total / n_mails as f64,
        "",
        total / decode.as_secs_f64()
    );
}
