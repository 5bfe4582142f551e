//! What a lesson is worth, what it costs, and what the canary makes of honest and of poisoned
//! ones. The figures beside `LESSON_WEIGHT` and the canary's margins are from here.
//!
//! ```text
//! scripts/corpus && cargo bench --bench lessons
//! ```

#![allow(missing_docs, clippy::print_stdout)]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use anteroom::classify::{Calibration, Counts, Estimate};
use anteroom::decide::Policy;
use anteroom::features::{Event, Evidence};
use anteroom::label::Label;
use anteroom::learn::{
    Canary, Example, Fitted, Lesson, Origin, fit, group, teach, teach_one, train,
};
use anteroom::limits::LESSON_UNITS;
use anteroom::model::Model;
use anteroom::owner::Owner;
use anteroom::source::{Content, Rest, Source};
use anteroom::triage::{read, triage};

/// The mailboxes of the labelled examples, by the start of their files' names.
const MAILBOXES: [&str; 7] = [
    "acad", "career", "classic", "dev", "exec", "firm", "founder",
];

const WEIGHTS: [u32; 4] = [1, 2, 4, 8];

/// A public corpus of mail and spam, as scripts/corpus lays it out.
const CORPUS: &str = "target/corpora/spam-assassin/hash70";

struct Mail {
    content: Content,
    mailbox: String,
    example: Example,
    /// Part of the canary: every seventh of a label, from the fourth.
    is_canary: bool,
}

fn main() {
    let mails = labelled_mails();
    costs(&mails);
    one_mailbox(&mails);
    real_mail(&mails);
    canary(&mails);
}

fn read_folder(dir: &Path, class: usize) -> Vec<Mail> {
    let mut mails = Vec::new();
    let mut source = Source::open(dir, Rest::Skip).expect("readable mail");
    while let Some(raw) = source.next_message().expect("readable mail") {
        let name = raw.source.rsplit('/').next().unwrap_or_default();
        mails.push(Mail {
            mailbox: name.split('-').next().unwrap_or_default().to_owned(),
            example: Example::read(&raw.content, &Owner::default(), class),
            content: raw.content,
            is_canary: mails.len() % 7 == 3,
        });
    }
    mails
}

fn labelled_mails() -> Vec<Mail> {
    let folder = |label: Label| Path::new("training-data").join(label.name());
    let read = |label: Label| read_folder(&folder(label), label.index());
    Label::ALL.into_iter().flat_map(read).collect()
}

fn examples<'a>(mails: impl Iterator<Item = &'a Mail>) -> Vec<Example> {
    mails.map(|mail| mail.example.clone()).collect()
}

/// Counts with lessons of some weight.
fn taught<'a>(base: &Counts, lessons: impl Iterator<Item = &'a Example>, weight: u32) -> Counts {
    let mut counts = base.clone();
    for lesson in lessons {
        let units: u64 = lesson
            .events
            .iter()
            .map(|event| u64::from(event.weight))
            .sum();
        let most = u64::from(LESSON_UNITS) * 256;
        let heavier = |event: &Event| Event {
            weight: (u64::from(event.weight * weight) * units.min(most) / units).max(1) as u32,
            ..*event
        };
        let events: Vec<Event> = lesson.events.iter().map(heavier).collect();
        counts.learn(lesson.class, &events).expect("counts fit");
    }
    counts
}

/// Sums over judged messages.
#[derive(Default)]
struct Score {
    messages: f64,
    right: f64,
    loss: f64,
}

impl Score {
    /// Adds what `estimate` makes of messages; `merge` maps classes that count as one.
    fn add<'a>(
        &mut self,
        estimate: &Estimate,
        calibration: &Calibration,
        judged: impl Iterator<Item = &'a Example>,
        merge: impl Fn(usize) -> usize,
    ) {
        for example in judged {
            let mut p = [0.0; 4];
            let own = calibration.probabilities(&estimate.scores(&example.events));
            for (class, probability) in own.iter().enumerate() {
                p[merge(class)] += probability;
            }
            let truth = merge(example.class);
            self.messages += 1.0;
            self.right += f64::from(u8::from(p.iter().all(|other| *other <= p[truth])));
            self.loss -= p[truth].max(1e-300).ln();
        }
    }

    fn print(&self, title: &str) {
        println!(
            "{title:34} accuracy {:.4}  log loss {:.4}",
            self.right / self.messages,
            self.loss / self.messages
        );
    }
}

/// One mailbox held out: some of it is learned, the rest is judged.
fn one_mailbox(mails: &[Mail]) {
    let mut scores: BTreeMap<(usize, u32), Score> = BTreeMap::new();
    let mut set_right: BTreeMap<u32, (u32, u32)> = BTreeMap::new();
    for mailbox in MAILBOXES {
        let base = fit(&examples(mails.iter().filter(|m| m.mailbox != mailbox)), 4).expect("fits");
        let own = spread(examples(mails.iter().filter(|m| m.mailbox == mailbox)));
        let before = Estimate::fit(&base.counts, base.counts.evidence().alpha()).expect("fits");
        for n in [20, 50, 100] {
            let (lessons, rest) = own.split_at(n);
            for weight in WEIGHTS {
                let counts = taught(&base.counts, lessons.iter(), weight);
                let estimate = Estimate::fit(&counts, counts.evidence().alpha()).expect("fits");
                let score = scores.entry((n, weight)).or_default();
                score.add(&estimate, &base.calibration, rest.iter(), |class| class);
            }
            let score = scores.entry((n, 0)).or_default();
            score.add(&before, &base.calibration, rest.iter(), |class| class);
        }
        for weight in WEIGHTS {
            let (wrong, right) = corrected(&base, &before, &own, weight);
            let cell = set_right.entry(weight).or_default();
            *cell = (cell.0 + wrong, cell.1 + right);
        }
    }
    println!("\none mailbox of the labelled examples held out; weight 0 is without lessons");
    for ((n, weight), score) in scores {
        score.print(&format!("{n:3} lessons of weight {weight}"));
    }
    for (weight, (wrong, right)) in set_right {
        println!("weight {weight}: {right} of {wrong} wrong verdicts are right once learned");
    }
}

/// An order that keeps groups together and mixes the labels.
fn spread(own: Vec<Example>) -> Vec<Example> {
    let folds = group(&own, 40);
    let mut order: Vec<usize> = (0..own.len()).collect();
    order.sort_by_key(|index| (folds[*index] * 17 % 40, *index));
    order.into_iter().map(|index| own[index].clone()).collect()
}

/// Messages judged wrongly, and how many of them are judged rightly once they were learned.
fn corrected(base: &Fitted, before: &Estimate, own: &[Example], weight: u32) -> (u32, u32) {
    let is_right = |estimate: &Estimate, example: &Example| {
        let mut score = Score::default();
        score.add(
            estimate,
            &base.calibration,
            [example].into_iter(),
            |class| class,
        );
        score.right > 0.0
    };
    let (mut wrong, mut right) = (0, 0);
    for example in own.iter().filter(|example| !is_right(before, example)) {
        let counts = taught(&base.counts, [example].into_iter(), weight);
        let estimate = Estimate::fit(&counts, counts.evidence().alpha()).expect("fits");
        wrong += 1;
        right += u32::from(is_right(&estimate, example));
    }
    (wrong, right)
}

/// A base of the labelled examples, lessons and messages of a public corpus, genuine or not.
fn real_mail(mails: &[Mail]) {
    if !Path::new(CORPUS).exists() {
        println!("\n{CORPUS} is not there: run scripts/corpus");
        return;
    }
    let base = fit(&examples(mails.iter()), 4).expect("fits");
    let part = |name: &str| {
        let folder = |kind: &str| Path::new(CORPUS).join(name).join(kind);
        let mut mails = read_folder(&folder("ham"), Label::Genuine.index());
        mails.extend(read_folder(&folder("spam"), Label::Spam.index()));
        examples(mails.iter())
    };
    let (lessons, test) = (part("train"), part("test"));
    println!(
        "\nreal mail, genuine or not: {} messages judged, mean of three draws",
        test.len()
    );
    for n in [0, 5, 20, 50, 100, 400] {
        for weight in WEIGHTS {
            let mut score = Score::default();
            for draw in 0..3 {
                let mut order: Vec<usize> = (0..lessons.len()).collect();
                order.sort_by_key(|index| (index * 7919 + draw * 104_729) % 100_003 * 31 % 10_007);
                let drawn = order.iter().take(n).map(|index| &lessons[*index]);
                let counts = taught(&base.counts, drawn, weight);
                let estimate = Estimate::fit(&counts, counts.evidence().alpha()).expect("fits");
                score.add(&estimate, &base.calibration, test.iter(), |class| {
                    class.min(1)
                });
            }
            score.print(&format!("{n:3} lessons of weight {weight}"));
        }
    }
}

fn lesson(content: &Content, label: usize, number: usize) -> Lesson {
    let (message, contact) = read(content, &Owner::default());
    let learned = number as i64;
    Lesson::of(
        Evidence::Contact,
        (&message, &contact),
        Label::ALL[label],
        Origin::Command,
        learned,
    )
}

/// The canary under lessons of a mailbox that the base does not know, honest ones, and honest ones
/// with poison; beside it how many of the mailbox's other genuine messages are recognised.
fn canary(mails: &[Mail]) {
    let canary = Canary::shipped(Evidence::Contact);
    let words = genuine_words(mails);
    println!("\nthe canary, by mailbox: log loss, that of genuine mail, genuine recognised");
    let draws = [1, 5, 10, 20, 50, 100].map(|n| [(n, 0, 0), (n, 1, 0)]);
    let poisons = [
        (20, 1, 1),
        (50, 1, 3),
        (100, 0, 1),
        (100, 0, 5),
        (100, 0, 10),
    ];
    for (n, draw, poisoned) in draws.concat().into_iter().chain(poisons) {
        let (mut recognised, mut all) = (0.0, 0.0);
        let mut line = String::new();
        for mailbox in MAILBOXES {
            let others = mails.iter().filter(|mail| mail.mailbox != mailbox);
            let (base, _) = train(&Label::ALL, &examples(others)).expect("fits");
            let (honest, rest) = honest(mails, mailbox, draw);
            let mut lessons: Vec<Lesson> = honest.into_iter().take(n).collect();
            lessons.extend((0..poisoned).map(|part| poison(&words, part, poisoned)));
            let taught = teach(&base, &lessons.iter().collect::<Vec<_>>()).expect("fits");
            let before = canary.judge(&base).expect("judges");
            let after = canary.judge(&taught).expect("judges");
            line += &format!(
                "  {:+.3} {:+.3} {:+.2}",
                after.log_loss - before.log_loss,
                after.genuine_log_loss - before.genuine_log_loss,
                after.genuine_recall - before.genuine_recall
            );
            let mut score = Score::default();
            let genuine = rest.iter().filter(|example| example.class == 0);
            let calibration = &taught.metadata.calibration;
            score.add(
                taught.classifier().estimate(),
                calibration,
                genuine,
                |class| class,
            );
            recognised += score.right;
            all += score.messages;
        }
        println!(
            "{n:3} honest, {poisoned:2} poisoned:{line}  others {:.3} of {all}",
            recognised / all
        );
    }
}

/// Lessons of a mailbox, none of them in the canary, and the examples that are left.
fn honest(mails: &[Mail], mailbox: &str, draw: usize) -> (Vec<Lesson>, Vec<Example>) {
    let own = mails
        .iter()
        .filter(|m| m.mailbox == mailbox && !m.is_canary);
    let (mut learned, rest): (Vec<_>, Vec<_>) = own
        .enumerate()
        .partition(|(number, _)| (number + draw) % 5 < 3);
    learned.sort_by_key(|(number, _)| number * (7919 + draw) % 1009);
    let lessons = learned
        .into_iter()
        .map(|(number, mail)| lesson(&mail.content, mail.example.class, number))
        .collect();
    (lessons, examples(rest.into_iter().map(|(_, mail)| mail)))
}

/// A message with a share of the words of genuine mail, learned as spam.
fn poison(words: &[String], part: usize, parts: usize) -> Lesson {
    let own: Vec<&str> = words
        .iter()
        .skip(part)
        .step_by(parts)
        .map(String::as_str)
        .collect();
    let mail = format!(
        "From: q{part}@b{part}.example\nSubject: x\n\n{}",
        own.join(" ")
    );
    lesson(&Content::from(mail.as_str()), Label::Spam.index(), part)
}

fn genuine_words(mails: &[Mail]) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for mail in mails
        .iter()
        .filter(|mail| mail.example.class == Label::Genuine.index())
    {
        let (message, contact) = read(&mail.content, &Owner::default());
        let own = contact
            .words(&message)
            .split(|c: char| !c.is_alphanumeric());
        words.extend(own.filter(|word| word.len() > 2).map(str::to_lowercase));
    }
    words.sort();
    words.dedup();
    words
}

/// From a message and its label to the verdict of a model that has learned it.
fn costs(mails: &[Mail]) {
    let timed = |work: &mut dyn FnMut()| {
        let passes = (0..15).map(|_| {
            let started = Instant::now();
            work();
            started.elapsed()
        });
        passes.min().unwrap_or_default().as_secs_f64() * 1e3
    };
    let base = Model::shipped().expect("whole");
    let owner = Owner::default();
    let load = timed(&mut || drop(black_box(Model::shipped())));
    println!("loading the shipped model: {load:.2} ms");
    for known in [0, 100, 1000] {
        let lessons: Vec<Lesson> = mails
            .iter()
            .take(known)
            .enumerate()
            .map(|(number, mail)| lesson(&mail.content, mail.example.class, number))
            .collect();
        let mail = &mails[mails.len() / 2];
        let taught = teach(&base, &lessons.iter().collect::<Vec<_>>()).expect("fits");
        let one = timed(&mut || {
            let new = lesson(&mail.content, 0, 0);
            let mut taught = taught.clone();
            teach_one(&mut taught, &new).expect("fits");
            black_box(triage(&mail.content, &owner, &taught, &Policy::default()));
        });
        let anew = timed(&mut || {
            drop(black_box(teach(&base, &lessons.iter().collect::<Vec<_>>())));
        });
        println!(
            "one more lesson on {known:4} to the next verdict: {one:.2} ms; all anew: {anew:.2} ms"
        );
    }
}
