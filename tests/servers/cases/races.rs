use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::harness::account::{Writer, folder_of};
use crate::harness::daemon::wait_until;
use crate::harness::mails::many;
use crate::harness::server::{Kind, Mailbox, Server};
use crate::harness::snapshot::Snapshot;

const MESSAGES: usize = 300;

/// While messages come, the owner's mail program moves each into a folder the moment it sees it, as
/// the daemon does.
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
    let done = AtomicBool::new(false);
    let moved = std::thread::scope(|scope| {
        let owner = scope.spawn(|| move_at_sight(&mailbox, &target, &done));
        for burst in mails.chunks(10) {
            mailbox.deliver(burst.iter().map(|mail| &*mail.bytes));
        }
        wait_until(
            "the inbox to be worked off",
            Duration::from_secs(120),
            || {
                daemon.assert_running();
                let all = Snapshot::of(&mailbox).places();
                all.len() == MESSAGES && settled(&mailbox)
            },
        );
        done.store(true, Ordering::SeqCst);
        owner.join().unwrap()
    });
    let most = Snapshot::of(&mailbox).places();
    let twice = most.values().filter(|folders| folders.len() > 1).count();
    println!("the owner moved up to {moved}; {twice} were there twice at the end of the race");
    wait_until("one place for each", Duration::from_secs(60), || {
        daemon.assert_running();
        let places = Snapshot::of(&mailbox).places();
        assert_eq!(places.len(), MESSAGES, "something is lost");
        places.values().all(|folders| folders.len() == 1)
    });
    let (status, _) = daemon.terminate();
    assert!(status.success(), "{status}\n{}", daemon.logged());
    // What it had not come to yet is filed; then there is nothing left to do or to mend.
    setup.once();
    let before = Snapshot::of(&mailbox).homes();
    assert_eq!(before.len(), MESSAGES);
    setup.once();
    assert_eq!(Snapshot::of(&mailbox).homes(), before);
    assert!(moved > 0 && moved <= MESSAGES, "{moved}");
}

/// Moves what it sees until it is told to stop; how many it meant to move.
fn move_at_sight(mailbox: &Mailbox<'_>, target: &str, done: &AtomicBool) -> usize {
    let mut client = mailbox.client();
    let mut seen = 0;
    while !done.load(Ordering::SeqCst) {
        let uids = client.uids("INBOX");
        // Half of them: there must be some for the daemon alone, too.
        let mine: Vec<u32> = uids.into_iter().filter(|uid| uid % 2 == 0).collect();
        if !mine.is_empty() {
            client.move_to("INBOX", &mine, target);
            seen += mine.len();
        }
    }
    seen
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
