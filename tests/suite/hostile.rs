mod generator;

use std::panic::catch_unwind;
use std::time::Duration;

use anteroom::decide::Policy;
use anteroom::limits;
use anteroom::message::{Defect, Message};
use anteroom::model::Model;
use anteroom::owner::Owner;
use anteroom::source::Content;
use anteroom::triage::triage;
use proptest::prelude::*;
use rayon::prelude::*;

use super::support::{Workspace, cases, fixtures};
use generator::{Form, kinds};

/// Size a kind of file is made at where each of its many is a message or row of its own.
const MANY: usize = 1_000;

#[test]
fn hostile_mail_gets_a_verdict_in_little_time() {
    let model = Model::shipped().unwrap();
    // A small stack, as a worker thread may have.
    let judge = move || {
        for kind in kinds().filter(|kind| kind.form == Form::Mail) {
            for n in [0, 1, 10, 101, 1_000, 100_000] {
                let mail = Content::Mail((kind.make)(n));
                let started = std::time::Instant::now();
                let triage = triage(&mail, &Owner::default(), &model, &Policy::default());
                // Generous: quadratic behaviour at this size takes many seconds.
                let taken = started.elapsed();
                assert!(taken.as_secs() < 3, "{} {n}: {taken:?}", kind.name);
                let faults = triage.message.defects.contains(&Defect::Fault);
                assert!(!faults, "{} {n}: a panic", kind.name);
            }
        }
    };
    std::thread::Builder::new()
        .stack_size(limits::PARSE_STACK_BYTES)
        .spawn(judge)
        .unwrap()
        .join()
        .unwrap();
}

#[test]
fn kinds_are_many_and_the_same_each_time() {
    let names: std::collections::BTreeSet<&str> = kinds().map(|kind| kind.name).collect();
    assert_eq!(names.len(), kinds().count());
    assert!(names.len() >= 94 + 30);
    for kind in kinds() {
        assert_eq!((kind.make)(50), (kind.make)(50), "{}", kind.name);
    }
}

#[test]
fn hostile_files_are_read_or_refused() {
    for kind in kinds().filter(|kind| kind.form != Form::Mail) {
        let here = Workspace::new();
        let name = kind.file_name();
        here.write(name, (kind.make)(MANY));
        let code = here.run(&["classify", "--json", name]).output.status.code();
        assert!(matches!(code, Some(0 | 65)), "{}: {code:?}", kind.name);
    }
}

/// Writes every kind at the sizes in `ANTEROOM_HOSTILE_SIZES` under the directory
/// `ANTEROOM_HOSTILE_DIR`, as `KIND/SIZE/FILE`. What `scripts/hostile` measures the program on.
#[test]
#[ignore = "writes gigabytes; scripts/hostile runs it"]
fn write_hostile_mail() {
    let set = |name: &str| std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set"));
    let root = std::path::PathBuf::from(set("ANTEROOM_HOSTILE_DIR"));
    for size in set("ANTEROOM_HOSTILE_SIZES").split(',') {
        let n: usize = size.parse().unwrap();
        for kind in kinds() {
            let place = root.join(kind.name).join(size);
            std::fs::create_dir_all(&place).unwrap();
            std::fs::write(place.join(kind.file_name()), (kind.make)(n)).unwrap();
        }
    }
}

/// A mail with one byte changed, or cut there.
fn mutant(mail: &[u8], at: usize, way: usize) -> Vec<u8> {
    let mut bytes = mail.to_vec();
    match way {
        0 => bytes[at] ^= 0xff,
        1 => bytes[at] ^= 1,
        2 => bytes.truncate(at),
        _ => bytes[at] = b"\n:;=?<>\"-"[at % 9],
    }
    bytes
}

/// What came of mutants.
#[derive(Default)]
struct Judged {
    count: usize,
    /// Mail, byte and way of those that made a parser panic.
    panics: Vec<(usize, usize, usize)>,
    /// Processor time of the dearest: other programs may run meanwhile.
    worst: Duration,
}

impl Judged {
    fn and(mut self, other: Judged) -> Judged {
        self.count += other.count;
        self.panics.extend(other.panics);
        self.worst = self.worst.max(other.worst);
        self
    }
}

fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Judges mutants of a mail, one in `every` places.
fn judge_mutants_of(index: usize, mail: &[u8], every: usize, model: &Model) -> Judged {
    let mut judged = Judged::default();
    for at in (0..mail.len()).step_by(every) {
        for way in 0..4 {
            let bytes = Content::Mail(mutant(mail, at, way));
            let started = processor_time();
            let triage =
                catch_unwind(|| triage(&bytes, &Owner::default(), model, &Policy::default()));
            judged.worst = judged.worst.max(processor_time() - started);
            judged.count += 1;
            let is_sound =
                triage.is_ok_and(|triage| !triage.message.defects.contains(&Defect::Fault));
            if !is_sound {
                judged.panics.push((index, at, way));
            }
        }
    }
    judged
}

/// Judges mutants of 200 well-formed mails on all cores.
fn judge_mutants(every: usize) -> Judged {
    let model = Model::shipped().unwrap();
    let mails: Vec<Vec<u8>> = fixtures("eml").into_iter().take(200).collect();
    assert_eq!(mails.len(), 200);
    mails
        .par_iter()
        .enumerate()
        .map(|(index, mail)| judge_mutants_of(index, mail, every, &model))
        .reduce(Judged::default, Judged::and)
}

#[test]
fn mail_with_one_byte_changed_gets_a_verdict() {
    let judged = judge_mutants(101);
    assert!(judged.count > 1_000, "{}", judged.count);
    assert_eq!(judged.panics, []);
}

/// Every byte of 200 mails changed in three ways and the mail cut there; `scripts/hostile mutants`
/// runs it and holds the figures against the bars.
#[test]
#[ignore = "takes minutes; scripts/hostile runs it"]
fn every_byte_of_200_mails() {
    let every = std::env::var("ANTEROOM_MUTANTS_EVERY").map_or(1, |every| every.parse().unwrap());
    let judged = judge_mutants(every);
    for (mail, at, way) in judged.panics.iter().take(20) {
        eprintln!("a panic: mail {mail}, byte {at}, way {way}");
    }
    println!(
        "{{\"mutants\": {}, \"panics\": {}, \"worst_ms\": {:.3}}}",
        judged.count,
        judged.panics.len(),
        1000.0 * judged.worst.as_secs_f64()
    );
}

#[test]
fn a_body_cannot_hide_behind_its_encoding() {
    let hidden = "Qm9vayBhIGRlbW8gdG9kYXk="; // Book a demo today
    for encoding in [
        "base64",
        "BASE64 ",
        "\"base64\"",
        "base64;",
        "base64 (really)",
        "(x) base64",
    ] {
        let mail =
            format!("From: a@b.example\nContent-Transfer-Encoding: {encoding}\n\n{hidden}\n");
        assert!(
            Message::parse(mail.as_bytes())
                .visible_text()
                .contains("Book a demo"),
            "{encoding}"
        );
    }
    let broken =
        "From: a@b.example\nContent-Transfer-Encoding: base64\n\nQm9v!ayBhIGRlbW8g\ndG9kYXk=\n";
    let message = Message::parse(broken.as_bytes());
    assert!(message.visible_text().contains("Book a demo"));
    assert_eq!(message.defects, [Defect::BrokenBase64]);
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn any_bytes_get_a_verdict(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        thread_local!(static MODEL: Model = Model::shipped().unwrap());
        MODEL.with(|model| {
            let verdict = triage(&Content::Mail(bytes), &Owner::default(), model, &Policy::default());
            let sum: f64 = verdict.probabilities.iter().sum();
            prop_assert!((sum - 1.0).abs() < 1e-9);
            Ok(())
        })?;
    }

    #[test]
    fn any_text_in_a_message_gets_a_verdict(head in "[A-Za-z-]{1,12}", value in "\\PC{0,80}", body in "(\\PC|\n|<|>|=|&){0,600}") {
        for kind in ["text/plain", "text/html", "multipart/mixed; boundary=x", "message/rfc822"] {
            let mail = format!("From: {value}\n{head}: {value}\nContent-Type: {kind}\n\n{body}");
            let message = Message::parse(mail.as_bytes());
            let contact = anteroom::extract::Contact::extract(&message, &anteroom::owner::Owner::default());
            anteroom::features::features(&message, &contact, Default::default());
        }
    }
}
