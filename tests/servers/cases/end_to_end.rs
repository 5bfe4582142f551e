use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::harness::account::{FOLDERS, Setup, Writer, folder_of};
use crate::harness::daemon::wait_until;
use crate::harness::mails::{Mail, mails, verdicts};
use crate::harness::server::{Kind, Mailbox, Server};
use crate::harness::snapshot::{Snapshot, id};

/// Long enough for Courier, whose IDLE looks once a minute, and a busy machine.
const SOON: Duration = Duration::from_secs(120);

/// Where each message belongs: what `classify` says of the same bytes, alone, in the same order.
fn expected(mailbox: &Mailbox<'_>, delivered: &Snapshot) -> BTreeMap<String, String> {
    let directory = tempfile::tempdir().unwrap();
    for (_, message) in delivered.messages() {
        let path = directory.path().join(format!("{}.eml", id(message)));
        std::fs::write(path, &message.bytes).unwrap();
    }
    verdicts(directory.path(), &[])
        .into_iter()
        .map(|(path, verdict)| {
            let name = std::path::Path::new(&path).file_stem().unwrap();
            let folder = FOLDERS.iter().find(|(label, _)| *label == verdict);
            let home = folder.map_or("INBOX".to_owned(), |(_, path)| mailbox.folder(path));
            (name.to_str().unwrap().to_owned(), home)
        })
        .collect()
}

/// The whole life of a mailbox: filed, corrected, learned, undone, restarted.
fn whole_life(server: &Server) {
    let mailbox = server.mailbox();
    let first = mails(24);
    mailbox.deliver(first.iter().map(|mail| &*mail.bytes));
    let delivered = Snapshot::of(&mailbox);
    let homes = expected(&mailbox, &delivered);
    let used: BTreeSet<&String> = homes.values().collect();
    assert!(used.len() >= 4, "every label is filed: {used:?}");

    let setup = Writer::new(&mailbox).write();
    files_all(&setup, &mailbox, &delivered, &homes);
    let (put_back, elsewhere) = learns_corrections(&setup, &mailbox, &delivered, &homes);
    files_what_comes_while_it_runs(&setup, &mailbox);
    // What the owner moved stays where they put it.
    let now = Snapshot::of(&mailbox).homes();
    assert_eq!(now[&put_back], "INBOX");
    assert_eq!(now[&elsewhere.0], elsewhere.1);
    takes_back(&setup, &mailbox);
}

fn files_all(
    setup: &Setup,
    mailbox: &Mailbox<'_>,
    delivered: &Snapshot,
    homes: &BTreeMap<String, String>,
) {
    let said = String::from_utf8(setup.once().stderr).unwrap();
    assert!(
        !said.contains("cannot be looked at"),
        "folders that are not there yet are no trouble: {said}"
    );
    let filed = Snapshot::of(mailbox);
    filed.assert_nothing_lost_or_changed(delivered);
    assert_eq!(&filed.homes(), homes);
    let subscribed = mailbox.client().subscribed();
    for (_, path) in FOLDERS {
        let folder = mailbox.folder(path);
        assert!(subscribed.contains(&folder), "{folder} in {subscribed:?}");
    }
    // A second look does nothing: same folders, same UIDs, same flags.
    setup.once();
    assert_eq!(Snapshot::of(mailbox), filed);
}

/// The owner puts one back and one elsewhere; the first and the place of the second.
fn learns_corrections(
    setup: &Setup,
    mailbox: &Mailbox<'_>,
    delivered: &Snapshot,
    homes: &BTreeMap<String, String>,
) -> (String, (String, String)) {
    let snapshot = Snapshot::of(mailbox);
    let pitch = mailbox.folder(folder_of("pitch"));
    let spam = mailbox.folder(folder_of("spam"));
    let mut pitches = homes.iter().filter(|(_, home)| **home == pitch);
    let put_back = pitches.next().unwrap().0.clone();
    let elsewhere = pitches.next().unwrap().0.clone();
    let uids = snapshot.uids(&pitch);
    let mut client = mailbox.client();
    client.move_to(&pitch, &[uids[&put_back]], "INBOX");
    client.move_to(&pitch, &[uids[&elsewhere]], &spam);
    let lessons = || super::corrections::lessons(setup);
    assert_eq!(lessons(), BTreeMap::new());
    wait_until("both corrections to be learned", SOON, || {
        setup.once();
        lessons().values().sum::<u32>() == 2
    });
    assert_eq!(
        lessons(),
        [("genuine".to_owned(), 1), ("spam".to_owned(), 1)].into()
    );
    Snapshot::of(mailbox).assert_nothing_lost_or_changed(delivered);
    (put_back, (elsewhere, spam))
}

fn files_what_comes_while_it_runs(setup: &Setup, mailbox: &Mailbox<'_>) {
    let more: Vec<Mail> = mails(32).split_off(24);
    let before = Snapshot::of(mailbox);
    // Without MOVE, a message is in two folders for a moment.
    let in_folders = |snapshot: &Snapshot| {
        let places = snapshot.places();
        let is_filed = |mail: &&Mail| places.get(&mail.id).is_some_and(|at| *at != ["INBOX"]);
        more.iter().filter(is_filed).count()
    };
    assert_eq!(in_folders(&before), 0);
    let mut daemon = setup.daemon("info");
    let half = more.len() / 2;
    mailbox.deliver(more[..half].iter().map(|mail| &*mail.bytes));
    wait_until("new mail to be filed", SOON, || {
        daemon.assert_running();
        in_folders(&Snapshot::of(mailbox)) >= half - 1
    });
    // In the middle of its work, and started again.
    mailbox.deliver(more[half..].iter().map(|mail| &*mail.bytes));
    daemon.kill();
    let mut daemon = setup.daemon("info");
    wait_until("the rest to be filed", SOON, || {
        daemon.assert_running();
        in_folders(&Snapshot::of(mailbox)) >= more.len() - 2
    });
    let (status, took) = daemon.terminate();
    assert!(status.success(), "{status}\n{}", daemon.logged());
    assert!(took < Duration::from_secs(5), "{took:?}");
}

fn takes_back(setup: &Setup, mailbox: &Mailbox<'_>) {
    let before = Snapshot::of(mailbox);
    setup.undo(&["--all"]);
    let after = Snapshot::of(mailbox);
    after.assert_nothing_lost_or_changed(&before);
    // Wherever the owner moved it meanwhile: the command is their latest word.
    let homes = after.homes();
    assert!(homes.values().all(|home| home == "INBOX"), "{homes:?}");
    // What was taken back is not filed again.
    setup.once();
    assert_eq!(Snapshot::of(mailbox).homes(), homes);
}

#[test]
fn a_mailbox_on_dovecot() {
    whole_life(Server::dovecot());
}

#[test]
fn a_mailbox_on_dovecot_without_move() {
    whole_life(Server::dovecot_without_move());
}

#[test]
#[ignore = "downloads Courier: scripts/test runs it"]
fn a_mailbox_on_courier() {
    let server = Server::start(Kind::Courier, &[("IDLE_SECONDS", "5")]);
    let abilities = server.mailbox().client().abilities();
    assert!(!abilities.contains("MOVE") && !abilities.contains("CONDSTORE"));
    whole_life(&server);
}

#[test]
#[ignore = "downloads Cyrus: scripts/test-servers runs it"]
fn a_mailbox_on_cyrus() {
    whole_life(&Server::start(Kind::Cyrus, &[]));
}

/// Watched and judged; nothing is moved, and it says why.
fn is_not_filed(server: &Server) {
    let mailbox = server.mailbox();
    mailbox.deliver(mails(8).iter().map(|mail| &*mail.bytes));
    let delivered = Snapshot::of(&mailbox);
    let setup = Writer::new(&mailbox).write();
    setup.once();
    let after = Snapshot::of(&mailbox);
    after.assert_nothing_lost_or_changed(&delivered);
    assert_eq!(after.count("INBOX"), 8);
    let status = setup.status(&[]);
    assert!(status.contains("UIDPLUS"), "{status}");
    assert_eq!(decisions(&setup), 8);
}

/// How many messages were judged, by the state store.
fn decisions(setup: &Setup) -> u32 {
    let store = rusqlite::Connection::open(setup.state.join("state.sqlite")).unwrap();
    store
        .query_row("SELECT count(*) FROM decision", [], |row| row.get(0))
        .unwrap()
}

#[test]
fn without_uidplus_nothing_is_filed() {
    is_not_filed(Server::dovecot_without_uidplus());
}

#[test]
#[ignore = "downloads imap4d: scripts/test-servers runs it"]
fn imap4d_is_watched_and_not_filed() {
    is_not_filed(&Server::start(Kind::Imap4d, &[]));
}

#[test]
fn other_separators_prefixes_and_formats() {
    let settings: [&[(&str, &str)]; 2] = [
        &[("SEPARATOR", "."), ("PREFIX", "INBOX.")],
        &[("FORMAT", "mdbox"), ("SEPARATOR", "/")],
    ];
    for settings in settings {
        let server = Server::start(Kind::Dovecot, settings);
        let mailbox = server.mailbox();
        mailbox.deliver(mails(8).iter().map(|mail| &*mail.bytes));
        let delivered = Snapshot::of(&mailbox);
        Writer::new(&mailbox).start_tls().write().once();
        let after = Snapshot::of(&mailbox);
        after.assert_nothing_lost_or_changed(&delivered);
        let has = |start: &str| after.homes().values().any(|home| home.starts_with(start));
        match settings[0].0 {
            "SEPARATOR" => assert!(has("INBOX.Anteroom.")),
            _ => assert!(has("Anteroom/")),
        }
    }
}

#[test]
fn a_full_mailbox_keeps_its_mail() {
    let server = Server::start(Kind::Dovecot, &[("QUOTA", "200k"), ("HIDE", "MOVE")]);
    let mailbox = server.mailbox();
    let sent = mails(8);
    mailbox.deliver(sent.iter().map(|mail| &*mail.bytes));
    // The rest of the quota is filled, so that no copy fits.
    let mut filling = b"X-Test: filling\r\nList-Id: <l.example.org>\r\n\r\n".to_vec();
    let used: usize = Snapshot::of(&mailbox)
        .messages()
        .map(|(_, message)| message.bytes.len())
        .sum();
    filling.resize(200 * 1024 - used - 1024, b'x');
    mailbox.deliver([&*filling]);
    let delivered = Snapshot::of(&mailbox);
    assert_eq!(delivered.count("INBOX"), 9);
    let setup = Writer::new(&mailbox).write();
    setup.try_once();
    setup.try_once();
    let after = Snapshot::of(&mailbox);
    after.assert_nothing_lost_or_changed(&delivered);
    after.homes();
}
