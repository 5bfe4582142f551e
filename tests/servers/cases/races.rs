use std::time::{Duration, Instant};

use crate::harness::account::{Writer, folder_of};
use crate::harness::daemon::wait_until;
use crate::harness::mails::many;
use crate::harness::server::{Kind, Mailbox, Server};
use crate::harness::snapshot::Snapshot;

const MESSAGES: usize = 300;

/// Messages that come at once.
const BURST: usize = 10;

/// Messages come in bursts. Each time the owner's mail program moves them all into one folder, as
/// nearly as possible at the moment the daemon files them.
fn race(server: &Server) {
    let mailbox = server.mailbox();
    let target = mailbox.folder(folder_of("spam"));
    let setup = Writer::new(&mailbox).write();
    // Makes the folders.
    setup.once();
    let mut client = mailbox.client();
    if !client.folders().contains(&target) {
        client.create(&target);
    }
    let mut daemon = setup.daemon("info");
    let mails = many(MESSAGES);
    let mut pause = Duration::from_millis(200);
    for burst in mails.chunks(BURST) {
        // It is idle by then.
        std::thread::sleep(Duration::from_millis(300));
        let before = client.count(&target);
        mailbox.deliver(burst.iter().map(|mail| &*mail.bytes));
        let uids = client.uids("INBOX");
        std::thread::sleep(pause);
        if !uids.is_empty() {
            client.move_to("INBOX", &uids, &target);
        }
        // Who was faster is slower next time, until it is a draw.
        pause = match client.count(&target) - before {
            BURST => pause * 5 / 4,
            _ => pause * 4 / 5,
        };
    }
    wait_until("an end of the moves", Duration::from_secs(120), || {
        daemon.assert_running();
        settled(&mailbox)
    });
    // Time for more than one post-check.
    let limit = Instant::now() + Duration::from_secs(20);
    let twice = loop {
        daemon.assert_running();
        let mut places = Snapshot::of(&mailbox).places();
        assert_eq!(places.len(), MESSAGES, "something is lost");
        places.retain(|_, folders| folders.len() > 1);
        if places.is_empty() || Instant::now() > limit {
            break places;
        }
        std::thread::sleep(Duration::from_millis(200));
    };
    assert!(twice.is_empty(), "in two places: {twice:?}");
    let (status, _) = daemon.terminate();
    let log = daemon.logged();
    assert!(status.success(), "{status}\n{log}");
    let filed = log.matches(": filed ").count();
    let twice = log.matches("the owner was faster").count();
    println!(
        "{MESSAGES} messages, {filed} filed by the daemon, {twice} of them moved twice at once"
    );
    assert!(filed > 0 && filed < MESSAGES, "nobody raced: {filed}");
    // What it had not come to yet is filed; then there is nothing left to do or to mend.
    setup.once();
    let before = Snapshot::of(&mailbox).homes();
    assert_eq!(before.len(), MESSAGES);
    setup.once();
    assert_eq!(Snapshot::of(&mailbox).homes(), before);
}

/// True if no message has changed its place for two seconds.
fn settled(mailbox: &Mailbox<'_>) -> bool {
    let start = Instant::now();
    let before = Snapshot::of(mailbox).places();
    while start.elapsed() < Duration::from_secs(2) {
        std::thread::sleep(Duration::from_millis(400));
        if Snapshot::of(mailbox).places() != before {
            return false;
        }
    }
    true
}

#[test]
#[ignore = "a race against a real clock; scripts/test-servers"]
fn two_movers_on_dovecot() {
    race(Server::dovecot());
}

#[test]
#[ignore = "downloads Cyrus: scripts/test-servers runs it"]
fn two_movers_on_cyrus() {
    race(&Server::start(Kind::Cyrus, &[]));
}

#[test]
#[ignore = "downloads Courier: scripts/test-servers runs it"]
fn two_movers_on_courier() {
    race(&Server::start(Kind::Courier, &[("IDLE_SECONDS", "5")]));
}
