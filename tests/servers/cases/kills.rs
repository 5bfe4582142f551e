use std::collections::BTreeMap;

use crate::harness::account::{Store, Writer};
use crate::harness::mails::{Mail, mails};
use crate::harness::server::{Server, need};
use crate::harness::snapshot::Snapshot;

/// Calls by which the journal and the server's commands leave the process.
const CALLS: [&str; 7] = [
    "pwrite64",
    "fdatasync",
    "fsync",
    "write",
    "writev",
    "sendto",
    "sendmsg",
];

/// Every how manieth call a sweep looks at.
#[derive(Clone, Copy)]
enum Sweep {
    /// Every one; so many at least there are.
    Every {
        least: usize,
    },
    Some(usize),
}

/// Every call of a run that files twenty messages.
const FILING: Sweep = Sweep::Every { least: 150 };

/// Ends the process before the n-th call of each kind, for all n; after each, starts again.
fn sweep(server: &Server, store: Store, sweep: Sweep) {
    need("strace");
    let mails = mails(20);
    let homes = undisturbed(server, &mails);
    let mut points = 0;
    for call in CALLS {
        let before = points;
        let (first, step) = match sweep {
            Sweep::Every { .. } => (1, 1),
            // Not in step with any rhythm of the program's.
            Sweep::Some(step) => (1 + points % step, step),
        };
        for occurrence in (first..).step_by(step) {
            if !survives((server, store), &mails, &homes, call, occurrence) {
                break;
            }
            points += 1;
        }
        println!("killed at {} calls of {call}", points - before);
    }
    println!("killed at {points} points");
    let enough = match sweep {
        Sweep::Every { least } => least,
        Sweep::Some(_) => 10,
    };
    assert!(points >= enough, "only {points} calls were met");
}

fn undisturbed(server: &Server, mails: &[Mail]) -> BTreeMap<String, String> {
    let mailbox = server.mailbox();
    mailbox.deliver(mails.iter().map(|mail| &*mail.bytes));
    Writer::new(&mailbox).write().once();
    let homes = Snapshot::of(&mailbox).homes();
    assert_eq!(homes.len(), mails.len());
    homes
}

/// False if the run came to its end before that call.
fn survives(
    (server, store): (&Server, Store),
    mails: &[Mail],
    homes: &BTreeMap<String, String>,
    call: &str,
    occurrence: usize,
) -> bool {
    let mailbox = server.mailbox();
    let setup = Writer::new(&mailbox).write().with(store);
    mailbox.deliver(mails.iter().map(|mail| &*mail.bytes));
    let delivered = Snapshot::of(&mailbox);
    let killed = setup.once_killed_at(call, occurrence);
    // At no moment is a message nowhere.
    let torn = Snapshot::of(&mailbox).places();
    assert_eq!(torn.len(), mails.len(), "{call} {occurrence}: {torn:?}");
    setup.once();
    let after = Snapshot::of(&mailbox);
    after.assert_nothing_lost_or_changed(&delivered);
    assert_eq!(&after.homes(), homes, "{call} {occurrence}");
    killed
}

#[test]
fn some_points_of_a_run() {
    sweep(Server::dovecot(), Store::Used, Sweep::Some(17));
}

#[test]
fn some_points_of_a_run_without_move() {
    sweep(Server::dovecot_without_move(), Store::Used, Sweep::Some(23));
}

#[test]
#[ignore = "takes long: scripts/test-servers runs it"]
fn every_point_of_a_run() {
    sweep(Server::dovecot(), Store::Used, FILING);
}

#[test]
#[ignore = "takes long: scripts/test-servers runs it"]
fn every_point_of_a_first_run() {
    sweep(Server::dovecot(), Store::New, FILING);
}

#[test]
#[ignore = "takes long: scripts/test-servers runs it"]
fn every_point_of_a_run_without_move() {
    sweep(Server::dovecot_without_move(), Store::Used, FILING);
}

#[test]
#[ignore = "takes long: scripts/test-servers runs it"]
fn every_point_of_a_run_without_uidplus() {
    // Nothing is filed there, so there is less to be killed at.
    let every = Sweep::Every { least: 100 };
    sweep(Server::dovecot_without_uidplus(), Store::Used, every);
}
