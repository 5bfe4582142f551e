use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::harness::account::{Setup, Store, Writer};
use crate::harness::daemon::{Call, Daemon, Failure, Lasting, wait_until};
use crate::harness::disk::SmallDisk;
use crate::harness::mails::{Mail, mails, many};
use crate::harness::server::{Mailbox, Server, need, root};
use crate::harness::snapshot::{Snapshot, id};
use crate::harness::wire::Wire;

/// What fails, and how: the journal's writes and their way to the disk.
const FAILURES: [(&str, &str); 2] = [("pwrite64", "ENOSPC"), ("fsync,fdatasync", "EIO")];

/// The n-th call of each of them fails, alone or with all that follow, for every so manieth n. Nothing
/// is moved that was not written down before, and once the machine is well again the end is that of a
/// run without failure.
fn sweep(store: Store, step: usize) {
    need("strace");
    let mails = mails(20);
    let mailbox = Server::dovecot().mailbox();
    mailbox.deliver(mails.iter().map(|mail| &*mail.bytes));
    Writer::new(&mailbox).write().once();
    let homes = Snapshot::of(&mailbox).homes();
    for (calls, error) in FAILURES {
        for lasting in [Lasting::Once, Lasting::FromThereOn] {
            let failures = (1..).step_by(step).map(|from| Failure {
                calls,
                error,
                from,
                lasting,
            });
            let moves: Vec<usize> = failures
                .map_while(|failure| survives(store, &mails, &homes, &failure))
                .collect();
            let (points, seen) = (moves.len(), moves.iter().sum::<usize>());
            println!(
                "{error} at {points} calls of {calls}, {lasting:?}: {seen} moves in these runs"
            );
            assert!(points > 1, "{calls}");
            // Some fail before the moves and some after them.
            assert!(store == Store::New || seen > 0, "{calls}");
        }
    }
}

/// How many times it moved mail; none if the run came to its end before that call.
fn survives(
    store: Store,
    mails: &[Mail],
    homes: &BTreeMap<String, String>,
    failure: &Failure,
) -> Option<usize> {
    let mailbox = Server::dovecot().mailbox();
    let setup = Writer::new(&mailbox).write().with(store);
    mailbox.deliver(mails.iter().map(|mail| &*mail.bytes));
    let delivered = Snapshot::of(&mailbox);
    let wire = Wire::of(&mailbox);
    let (output, calls) = setup.once_failing(failure);
    assert!(
        output.status.code().is_some_and(|code| code != 101),
        "{failure:?}: {output:?}"
    );
    let moves = wire.moves();
    assert_none_follows_a_failure(&moves, &calls, failure);
    let torn = Snapshot::of(&mailbox);
    assert_eq!(torn.places().len(), mails.len(), "{failure:?}");
    let intended = intended(&setup);
    for (folder, message) in torn.messages() {
        let is_written = intended.contains(&message.fingerprint()[..]);
        assert!(
            folder == "INBOX" || is_written,
            "{failure:?}: {} moved",
            id(message)
        );
    }
    setup.once();
    let after = Snapshot::of(&mailbox);
    after.assert_nothing_lost_or_changed(&delivered);
    assert_eq!(&after.homes(), homes, "{failure:?}");
    let failed = calls.iter().any(|call| call.was_made_to_fail);
    failed.then_some(moves.len())
}

/// What a failed call left in the file may look written to whoever reads it later. So it is the moment
/// that counts: the last such call before each move did not fail.
fn assert_none_follows_a_failure(moves: &[f64], calls: &[Call], failure: &Failure) {
    for time in moves {
        let last = calls.iter().rfind(|call| call.time < *time);
        assert!(
            last.is_some_and(|call| !call.was_made_to_fail),
            "{failure:?}: a move at {time} after {last:?}"
        );
    }
}

/// Fingerprints of all messages whose move was ever written down.
fn intended(setup: &Setup) -> BTreeSet<Vec<u8>> {
    let Ok(store) = Connection::open(setup.state.join("state.sqlite")) else {
        return BTreeSet::new();
    };
    // With no room for it, there may be no table.
    let Ok(mut query) = store.prepare("SELECT fingerprint FROM operation") else {
        return BTreeSet::new();
    };
    let found = query.query_map([], |row| row.get(0)).unwrap();
    found.map(Result::unwrap).collect()
}

/// Moves that are written down and whose outcome is not.
fn open_moves(setup: &Setup) -> i64 {
    let store = Connection::open(setup.state.join("state.sqlite")).unwrap();
    let open = "SELECT count(*) FROM operation WHERE ended IS NULL";
    store.query_row(open, [], |row| row.get(0)).unwrap()
}

fn in_inbox(mailbox: &Mailbox<'_>) -> usize {
    mailbox.client().count("INBOX")
}

#[test]
fn some_failing_writes() {
    sweep(Store::Used, 25);
}

#[test]
#[ignore = "takes long: scripts/test-servers runs it"]
fn every_failing_write() {
    sweep(Store::Used, 1);
}

#[test]
#[ignore = "takes long: scripts/test-servers runs it"]
fn every_failing_write_of_a_first_run() {
    sweep(Store::New, 1);
}

#[test]
fn when_the_disk_has_room_again_mail_is_filed_within_the_minute() {
    let Some(disk) = SmallDisk::mount() else {
        println!("skipped: may not mount here");
        return;
    };
    let mailbox = Server::dovecot().mailbox();
    let setup = Writer::new(&mailbox)
        .state(disk.path().join("state"))
        .write();
    let mut daemon = setup.daemon("info");
    mailbox.deliver(mails(4).iter().map(|mail| &*mail.bytes));
    wait_until("mail to be filed", Duration::from_secs(60), || {
        in_inbox(&mailbox) == 0
    });
    disk.fill();
    mailbox.deliver(mails(8)[4..].iter().map(|mail| &*mail.bytes));
    // Long enough for its waits to have grown.
    std::thread::sleep(Duration::from_secs(40));
    daemon.assert_running();
    assert_eq!(in_inbox(&mailbox), 4, "{}", daemon.logged());
    disk.heal();
    let healed = Instant::now();
    wait_until("mail to be filed", Duration::from_secs(60), || {
        daemon.assert_running();
        in_inbox(&mailbox) == 0
    });
    println!("filed {:?} after there was room", healed.elapsed());
}

#[test]
fn of_twenty_daemons_one_runs() {
    let mailbox = Server::dovecot().mailbox();
    let setup = Writer::new(&mailbox).write();
    let began = Instant::now();
    let mut daemons: Vec<Daemon> = (0..20).map(|_| setup.daemon("info")).collect();
    let mut refused = 0;
    wait_until("nineteen to be refused", Duration::from_secs(60), || {
        daemons.retain_mut(|daemon| match daemon.ended() {
            Some(status) => {
                assert_eq!(status.code(), Some(75), "{}", daemon.logged());
                refused += 1;
                false
            }
            None => true,
        });
        refused == 19
    });
    println!("nineteen of twenty are refused after {:?}", began.elapsed());
    let mut first = daemons.pop().unwrap();
    first.assert_running();
    first.kill();
    let mut next = setup.daemon("info");
    mailbox.deliver([&*mails(1)[0].bytes]);
    wait_until("the next to file mail", Duration::from_secs(60), || {
        next.assert_running();
        in_inbox(&mailbox) == 0
    });
}

#[test]
fn an_order_to_end_is_obeyed_in_the_middle_of_a_batch() {
    let mailbox = Server::dovecot().mailbox();
    let setup = Writer::new(&mailbox).write();
    setup.once();
    let mails = many(1000);
    let (mut longest, mut midway) = (Duration::ZERO, 0);
    for (n, some) in mails.chunks(250).enumerate() {
        mailbox.deliver(some.iter().map(|mail| &*mail.bytes));
        let mut daemon = setup.daemon("info");
        let judged = |daemon: &Daemon| daemon.logged().matches(": judged ").count();
        let already = judged(&daemon);
        wait_until("the batch to begin", Duration::from_secs(60), || {
            judged(&daemon) > already
        });
        std::thread::sleep(Duration::from_millis(30 * n as u64));
        let (status, took) = daemon.terminate();
        assert!(status.success(), "{status}\n{}", daemon.logged());
        assert!(took < Duration::from_secs(5), "{took:?}");
        assert_eq!(open_moves(&setup), 0);
        longest = longest.max(took);
        let after = in_inbox(&mailbox);
        setup.once();
        midway += usize::from(in_inbox(&mailbox) < after);
    }
    println!("4 orders to end, {midway} before all was filed, obeyed after {longest:?} at most");
    assert!(midway > 0, "never in the middle");
    assert_eq!(Snapshot::of(&mailbox).homes().len(), mails.len());
}

#[test]
fn a_log_that_cannot_be_written_keeps_no_mail_from_being_filed() {
    let mailbox = Server::dovecot().mailbox();
    let setup = Writer::new(&mailbox).write();
    mailbox.deliver(mails(4).iter().map(|mail| &*mail.bytes));
    let mut daemon = setup.daemon_into("trace", "/dev/full".into());
    wait_until("mail to be filed", Duration::from_secs(60), || {
        assert_eq!(daemon.ended(), None);
        in_inbox(&mailbox) == 0
    });
    let (status, _) = daemon.terminate();
    assert!(status.success(), "{status}");
}

/// The command teaches fifty times while the daemon files a thousand messages by the same store.
#[test]
#[ignore = "takes long: scripts/test-servers runs it"]
fn lessons_by_hand_and_a_backlog_do_not_disturb_each_other() {
    let mailbox = Server::dovecot().mailbox();
    let setup = Writer::new(&mailbox).write();
    let mails = many(1000);
    mailbox.deliver(mails.iter().map(|mail| &*mail.bytes));
    let mut daemon = setup.daemon("info");
    let lesson = setup.path("lesson.eml");
    for mail in &mails[..50] {
        std::fs::write(&lesson, &mail.bytes).unwrap();
        let output = setup.learn(mail.label, &lesson);
        assert!(output.status.success(), "{output:?}");
    }
    let judged = || daemon.logged().matches(": judged ").count();
    wait_until("all to be judged", Duration::from_secs(300), || {
        judged() >= mails.len()
    });
    let (status, _) = daemon.terminate();
    let log = daemon.logged();
    assert!(status.success(), "{status}\n{log}");
    assert!(!log.contains("locked") && !log.contains("ERROR"), "{log}");
    let models = log.matches("another model judges").count();
    println!(
        "50 lessons by hand, {models} models taken up, {} messages judged",
        mails.len()
    );
    assert!(models > 1, "{log}");
    assert_eq!(Snapshot::of(&mailbox).homes().len(), mails.len());
}

#[test]
fn a_model_that_is_broken_when_it_is_reloaded_leaves_the_old_one() {
    let mailbox = Server::dovecot().mailbox();
    let setup = Writer::new(&mailbox).write();
    let model = setup.path("own.model");
    let whole = std::fs::read(root().join("models/base.model")).unwrap();
    std::fs::write(&model, &whole).unwrap();
    let text = std::fs::read_to_string(&setup.config).unwrap();
    std::fs::write(&setup.config, format!("model = {model:?}\n{text}")).unwrap();
    let mut daemon = setup.daemon("info");
    let mut sent = 4;
    mailbox.deliver(mails(sent).iter().map(|mail| &*mail.bytes));
    wait_until("mail to be filed", Duration::from_secs(60), || {
        in_inbox(&mailbox) == 0
    });
    for broken in [&whole[..whole.len() / 2], &whole[1..], b""] {
        std::fs::write(&model, broken).unwrap();
        let refused = |daemon: &Daemon| daemon.logged().matches("all stays as it was").count();
        let before = refused(&daemon);
        daemon.hang_up();
        wait_until("it to be refused", Duration::from_secs(60), || {
            daemon.assert_running();
            refused(&daemon) > before
        });
        mailbox.deliver(mails(sent + 4)[sent..].iter().map(|mail| &*mail.bytes));
        sent += 4;
        wait_until("mail to be filed", Duration::from_secs(60), || {
            daemon.assert_running();
            in_inbox(&mailbox) == 0
        });
    }
}
