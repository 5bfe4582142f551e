use std::path::PathBuf;
use std::time::{Duration, Instant};

use anteroom::extract::Contact;
use anteroom::label::Label;
use anteroom::message::{Defect, Message};
use anteroom::owner::Owner;
use proptest::prelude::*;

use super::support::{Workspace, cases, root};

/// What one message may cost. Generous for a busy machine: a tenth is usual for the worst.
const LIMIT: Duration = Duration::from_millis(50);

fn extract(mail: &[u8]) -> (Contact, Duration) {
    let message = Message::parse(mail);
    let owner = Owner::default();
    // The fastest of three: a busy machine may take one of them away.
    let pass = || {
        let started = Instant::now();
        let contact = Contact::extract(&message, &owner);
        (contact, started.elapsed())
    };
    (0..3)
        .map(|_| pass())
        .min_by_key(|(_, time)| *time)
        .unwrap()
}

fn fixtures() -> Vec<Vec<u8>> {
    let mut files: Vec<PathBuf> = [
        "tests/fixtures/contacts",
        "training-data/spam",
        "training-data/genuine",
    ]
    .iter()
    .flat_map(|folder| std::fs::read_dir(root().join(folder)).unwrap())
    .map(|entry| entry.unwrap().path())
    .filter(|path| path.extension().is_some_and(|ending| ending == "eml"))
    .collect();
    files.sort();
    files
        .iter()
        .map(|file| std::fs::read(file).unwrap())
        .collect()
}

/// Texts whose length or depth the sender chooses.
fn long_texts(n: usize) -> Vec<String> {
    let lines = |line: &str| format!("{line}\n").repeat(n);
    vec![
        lines("x"),
        lines("> x"),
        lines("----------"),
        lines("https://www.linkedin.com/in/a"),
        lines("Ann Lee"),
        lines("On 3 May 2024 Ann wrote:"),
        lines("From: Ann"),
        lines("Ann Lee:"),
        lines("\"x"),
        lines("12 mutual friends"),
        lines("You are receiving"),
        lines("i came across your profile and"),
        "Ann ".repeat(n),
        "i ".repeat(n),
        "a".repeat(n),
        "\"".repeat(n),
        "(@".repeat(n),
        "\n".repeat(n),
    ]
}

#[test]
fn what_a_sender_chooses_costs_little() {
    let heads = [
        "From: Ann Lee <invitations@linkedin.com>\nSubject: Ann Lee wants to connect",
        "From: Facebook <notification+x@facebookmail.com>\nSubject: Ann Lee sent you a message",
        "From: LinkedIn <inmail-hit-reply@linkedin.com>\nSubject: x",
        "From: XING <mailrobot@xing.com>\nSubject: Kontaktanfrage von Ann Lee",
        "From: Ann Lee <a@x.example>\nSubject: x",
    ];
    let mut slow = Vec::new();
    for text in long_texts(60_000) {
        for head in heads {
            let mail = format!("{head}\nTo: b@x.example\n\n{text}");
            let (_, time) = extract(mail.as_bytes());
            if time > LIMIT {
                slow.push(format!(
                    "{time:?} {head} {}",
                    &text[..text.floor_char_boundary(40)]
                ));
            }
        }
    }
    assert!(slow.is_empty(), "{slow:#?}");
}

#[test]
fn an_unknown_layout_is_counted() {
    let workspace = Workspace::new();
    let mail = "From: Ann <invitations@linkedin.com>\nSubject: New card\n\nCARD 1 of 1\nOpen https://cards.linkedin.com/w/x\n";
    workspace.write("card.eml", mail);
    let run = workspace.run(&["classify", "card.eml"]).ok();
    let last = run.stdout().lines().last().unwrap().to_owned();
    assert!(
        last.contains("1 in a platform's layout that is not known"),
        "{last}"
    );
    let json = workspace
        .run(&["classify", "--json", "card.eml"])
        .ok()
        .json();
    assert_eq!(json[0]["defects"][0], "unknown-layout");
}

#[test]
fn rules_settle_no_example_of_another_label() {
    for label in Label::ALL {
        let settled: Vec<String> =
            std::fs::read_dir(root().join("training-data").join(label.name()))
                .unwrap()
                .map(|entry| entry.unwrap().path())
                .filter(|path| {
                    let message = Message::parse(&std::fs::read(path).unwrap());
                    let contact = Contact::extract(&message, &Owner::default());
                    contact.rule().is_some_and(|rule| rule.label() != label)
                })
                .map(|path| path.display().to_string())
                .collect();
        assert!(settled.is_empty(), "{settled:#?}");
    }
}

/// What the platforms write below every note.
const FOOTERS: &[&str] = &[
    "You are receiving",
    "This email was intended for",
    "LinkedIn Corporation",
    "This message was sent to",
    "Unsubscribe:",
];

proptest! {
    #![proptest_config(cases(150))]

    #[test]
    fn mutated_mails_are_read(pick in any::<prop::sample::Index>(), cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12), end in any::<prop::sample::Index>()) {
        thread_local!(static MAILS: Vec<Vec<u8>> = fixtures());
        let mut mail = MAILS.with(|mails| pick.get(mails).clone());
        for (at, byte) in cuts {
            let at = at.index(mail.len());
            mail[at] = byte;
        }
        mail.truncate(1 + end.index(mail.len()));
        let (contact, time) = extract(&mail);
        prop_assert!(time < LIMIT, "{time:?}");
        contact.rule();
    }

    #[test]
    fn a_note_never_holds_the_footer(note in "[A-Za-z][a-z ,?]{10,80}[.!]", second in "[A-Z][a-z ]{5,60}") {
        let mail = format!(
            "From: Ann Lee <invitations@linkedin.com>\nTo: Bob <bob@x.example>\nSubject: Bob, please add me to your LinkedIn network\n\n\
            Hi Bob,\n\n{note}\n\n{second}\n\nAnn Lee\nEngineer\nLyon, France\n\n\
            View profile: https://www.linkedin.com/comm/in/ann-lee?midToken=x\nAccept: https://www.linkedin.com/comm/people/invite-accept?x\n\n\
            ----------------------------------------\n\nThis email was intended for Bob (Baker).\nYou are receiving Invitation emails.\n\n\
            Unsubscribe: https://www.linkedin.com/x\n\n© 2024 LinkedIn Corporation, Sunnyvale.\n"
        );
        let (contact, _) = extract(mail.as_bytes());
        let found = contact.note.unwrap_or_default();
        for words in FOOTERS {
            prop_assert!(!found.contains(words), "{found}");
        }
        prop_assert!(!contact.defects.contains(&Defect::UnknownLayout));
        prop_assert_eq!(contact.sender.profile.as_deref(), Some("https://www.linkedin.com/in/ann-lee"));
        prop_assert_eq!(contact.sender.headline.as_deref(), Some("Engineer"));
    }
}
