use std::collections::BTreeMap;
use std::time::Instant;

use crate::harness::account::{FOLDERS, Setup, Writer, folder_of};
use crate::harness::mails::{Dice, Mail, mails};
use crate::harness::server::{Kind, Mailbox, Server};
use crate::harness::snapshot::Snapshot;

/// How many lessons of each label there are.
pub(super) fn lessons(setup: &Setup) -> BTreeMap<String, u32> {
    let store = rusqlite::Connection::open(setup.state.join("state.sqlite")).unwrap();
    store
        .prepare("SELECT label, count(*) FROM lessons GROUP BY label")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect()
}

/// 160 messages lie in wrong folders when the account is new. The owner moves each to where it
/// belongs, a quarter of them by way of a third folder: 200 moves. Others are thrown away or
/// archived, which teaches nothing.
fn learns_each_move_once(server: &Server) {
    let mailbox = server.mailbox();
    let mut dice = Dice::new(7);
    let mut mails = mails(180);
    mailbox.deliver(mails.iter().map(|mail| &*mail.bytes));
    for (_, path) in FOLDERS {
        mailbox.client().create(&mailbox.folder(path));
    }
    let archive = mailbox.folder("Archive");
    mailbox.client().create(&archive);
    dice.shuffle(&mut mails);
    for mail in &mails {
        let start = mailbox.folder(wrong_folder(mail, &mut dice));
        move_one(&mailbox, mail, &start);
    }
    let setup = Writer::new(&mailbox).mode("observe").write();
    setup.once();
    assert_eq!(
        lessons(&setup),
        BTreeMap::new(),
        "what was there teaches nothing"
    );

    let before = Snapshot::of(&mailbox);
    let (moved, dropped) = mails.split_at(160);
    owner_moves(&mailbox, moved, &mut dice);
    for mail in &dropped[..10] {
        move_one(&mailbox, mail, &archive);
    }
    let (archived, deleted) = dropped.split_at(10);
    remove_all(&mailbox, deleted);
    let mut expected: BTreeMap<String, u32> = BTreeMap::new();
    for mail in moved {
        *expected.entry(mail.label.to_owned()).or_default() += 1;
    }
    // One scan sees what came and what went; matching may need another, as a move is not one
    // moment for who looks on. The third learns nothing new.
    let start = Instant::now();
    setup.once();
    setup.once();
    println!(
        "{} moves are learned after {:?}",
        moved.len(),
        start.elapsed()
    );
    assert_eq!(lessons(&setup), expected);
    setup.once();
    assert_eq!(lessons(&setup), expected);
    let after = Snapshot::of(&mailbox);
    assert_eq!(after.homes().len(), before.homes().len() - deleted.len());
    assert_eq!(after.count(&archive), archived.len());
}

/// A managed folder that is not the one of the message's label.
fn wrong_folder(mail: &Mail, dice: &mut Dice) -> &'static str {
    let own = folder_of(mail.label);
    let wrong: Vec<&str> = FOLDERS
        .iter()
        .map(|(_, path)| *path)
        .filter(|path| *path != own)
        .chain((mail.label != "genuine").then_some("INBOX"))
        .collect();
    wrong[dice.below(wrong.len())]
}

fn owner_moves(mailbox: &Mailbox<'_>, mails: &[Mail], dice: &mut Dice) {
    for (n, mail) in mails.iter().enumerate() {
        if n % 4 == 0 {
            let between = wrong_folder(mail, dice);
            move_one(mailbox, mail, &mailbox.folder(between));
        }
        let home = match (mail.label, dice.below(2)) {
            ("genuine", 0) => "INBOX",
            (label, _) => folder_of(label),
        };
        move_one(mailbox, mail, &mailbox.folder(home));
    }
}

/// Moves one message from wherever it is; nothing happens if it is there.
fn move_one(mailbox: &Mailbox<'_>, mail: &Mail, to: &str) {
    let snapshot = Snapshot::of(mailbox);
    let from = &snapshot.places()[&mail.id][0];
    if from != to {
        let uid = snapshot.uids(from)[&mail.id];
        mailbox.client().move_to(from, &[uid], to);
    }
}

fn remove_all(mailbox: &Mailbox<'_>, mails: &[Mail]) {
    for mail in mails {
        let snapshot = Snapshot::of(mailbox);
        let from = &snapshot.places()[&mail.id][0];
        let uid = snapshot.uids(from)[&mail.id];
        mailbox.client().remove(from, &[uid]);
    }
}

/// What the owner takes out of a folder stays out, whatever the daemon thinks of it.
fn put_back_stays(server: &Server) {
    let mailbox = server.mailbox();
    let mails = mails(12);
    mailbox.deliver(mails.iter().map(|mail| &*mail.bytes));
    let setup = Writer::new(&mailbox).write();
    setup.once();
    let filed = Snapshot::of(&mailbox);
    assert_eq!(filed.count("INBOX"), 0, "{:?}", filed.homes());
    for mail in &mails {
        move_one(&mailbox, mail, "INBOX");
    }
    for start in 0..10 {
        setup.once();
        let now = Snapshot::of(&mailbox);
        assert_eq!(
            now.count("INBOX"),
            mails.len(),
            "start {start}: {:?}",
            now.homes()
        );
    }
    assert_eq!(lessons(&setup), [("genuine".to_owned(), 12)].into());
}

#[test]
fn two_hundred_moves_on_dovecot() {
    learns_each_move_once(Server::dovecot());
}

#[test]
fn what_is_put_back_stays_on_dovecot() {
    put_back_stays(Server::dovecot());
}

#[test]
#[ignore = "downloads Courier: scripts/test runs it"]
fn two_hundred_moves_on_courier() {
    learns_each_move_once(&Server::start(Kind::Courier, &[]));
}

#[test]
#[ignore = "downloads Courier: scripts/test runs it"]
fn what_is_put_back_stays_on_courier() {
    put_back_stays(&Server::start(Kind::Courier, &[]));
}

#[test]
#[ignore = "downloads Cyrus: scripts/test-servers runs it"]
fn two_hundred_moves_on_cyrus() {
    learns_each_move_once(&Server::start(Kind::Cyrus, &[]));
}

#[test]
#[ignore = "downloads Cyrus: scripts/test-servers runs it"]
fn what_is_put_back_stays_on_cyrus() {
    put_back_stays(&Server::start(Kind::Cyrus, &[]));
}
