//! Every place where bytes of others come in, with mail, mailboxes, tables and models that are
//! nearly right: bytes of a fixture, changed at random places by what means something there.

use anteroom::extract::Contact;
use anteroom::message::{Address, Message, addresses_of, html_to_text};
use anteroom::model::Model;
use anteroom::owner::Owner;
use anteroom::source::{Rest, Source};
use anteroom::triage::read;
use proptest::prelude::*;
use proptest::sample::Index;

use super::support::{Workspace, cases, fixtures, root};

/// What means something to one reader or another.
const TOKENS: [&str; 36] = [
    "\n",
    "\r\n",
    "\n\n",
    "\n ",
    "\0",
    "\u{1b}",
    "=?utf-8?B?",
    "?=",
    "=?",
    "<",
    ">",
    "<!--",
    "<a href=\"",
    "&#",
    ";",
    ":",
    "\"",
    "\\",
    "(",
    ")",
    ",",
    "\"\"",
    "--b",
    "\nFrom ",
    "\n>From a@b Mon Jan  1 00:00:00 2024\n",
    "=\n",
    "=3D",
    "%e2",
    "Content-Type: multipart/mixed; boundary=b\n\n",
    "Content-Type: message/rfc822\n\n",
    "Content-Transfer-Encoding: base64\n",
    "charset=utf-16",
    "; dkim=pass header.d=linkedin.com",
    "Authentication-Results: mx.example; dmarc=pass\n",
    "\u{feff}",
    "\u{202e}",
];

/// A change of some bytes: where, how many go, and what comes in their place.
type Edit = (Index, usize, Option<usize>, Vec<u8>);

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let edit = (
        any::<Index>(),
        0usize..40,
        proptest::option::of(0..TOKENS.len()),
        proptest::collection::vec(any::<u8>(), 0..4),
    );
    proptest::collection::vec(edit, 0..12)
}

fn edited(mut bytes: Vec<u8>, edits: &[Edit]) -> Vec<u8> {
    for (at, gone, token, random) in edits {
        let at = at.index(bytes.len() + 1);
        let end = (at + gone).min(bytes.len());
        let new = token.map_or(&random[..], |token| TOKENS[token].as_bytes());
        bytes.splice(at..end, new.iter().copied());
    }
    bytes
}

thread_local! {
    static MAILS: Vec<Vec<u8>> = fixtures("eml");
    static TABLES: Vec<Vec<u8>> = fixtures("csv");
    static MODEL: Vec<u8> = std::fs::read(root().join("models/base.model")).unwrap();
}

fn owner() -> Owner {
    Owner {
        addresses: vec!["me@b.example".into()],
        authserv_ids: vec!["mx.example".into()],
        ..Owner::default()
    }
}

/// Reads a file to its end or to an error; the messages it held.
fn messages_of(name: &str, bytes: &[u8]) -> usize {
    let here = Workspace::new();
    let path = here.write(name, bytes);
    let Ok(mut source) = Source::open(&path, Rest::Skip) else {
        return 0;
    };
    let mut count = 0;
    while let Ok(Some(raw)) = source.next_message() {
        let (message, _) = read(&raw.content, &owner());
        assert!(!message.defects.contains(&anteroom::message::Defect::Fault));
        count += 1;
    }
    count
}

proptest! {
    #![proptest_config(cases(1_500))]

    #[test]
    fn mail_that_is_nearly_right(which in any::<Index>(), edits in edits()) {
        let bytes = MAILS.with(|mails| edited(which.get(mails).clone(), &edits));
        let message = Message::parse(&bytes);
        for (_, header) in message.headers.iter() {
            header.decoded();
            addresses_of(header);
            Address::of_header(header);
        }
        prop_assert!(message.visible_text().len() <= 2 * anteroom::limits::TEXT_BYTES);
        let contact = Contact::extract(&message, &owner());
        anteroom::features::features(&message, &contact, Default::default());
    }

    #[test]
    fn html_that_is_nearly_right(which in any::<Index>(), edits in edits()) {
        let bytes = MAILS.with(|mails| edited(which.get(mails).clone(), &edits));
        html_to_text(&String::from_utf8_lossy(&bytes));
    }
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn mailboxes_that_are_nearly_right(which in any::<Index>(), edits in edits()) {
        let separator = b"From a@b.example Mon Jan  1 00:00:00 2024\n".to_vec();
        let mail = MAILS.with(|mails| which.get(mails).clone());
        let bytes = edited([&separator[..], &mail, b"\n\n", &separator, &mail].concat(), &edits);
        messages_of("m.mbox", &bytes);
    }

    #[test]
    fn tables_that_are_nearly_right(which in any::<Index>(), edits in edits()) {
        let bytes = TABLES.with(|tables| edited(which.get(tables).clone(), &edits));
        for name in ["messages.csv", "Invitations.csv"] {
            messages_of(name, &bytes);
        }
        let here = Workspace::new();
        let _ = anteroom::source::connections(&here.write("Connections.csv", &bytes));
    }

    #[test]
    fn models_that_are_nearly_right(edits in edits()) {
        let whole = MODEL.with(Clone::clone);
        let bytes = edited(whole.clone(), &edits);
        prop_assert_eq!(Model::decode(&bytes, "model").is_ok(), bytes == whole);
    }
}
