use std::collections::BTreeMap;

use crate::harness::account::Writer;
use crate::harness::mails::{Mail, mails};
use crate::harness::proxy::{Cut, Ending, Proxy, Remainder, Towards};
use crate::harness::server::Server;
use crate::harness::snapshot::Snapshot;

const MESSAGES: usize = 10;

/// Cuts the connection after every so manieth record, each way, cleanly or in the middle of the
/// next; the end is that of the run without a cut.
fn sweep(server: &Server, step: usize) {
    let mails = mails(MESSAGES);
    let (homes, records) = uncut(server, &mails);
    let mut cuts = 0;
    for (towards, records) in records {
        for whole in (0..=records).step_by(step) {
            let then = [Remainder::Nothing, Remainder::Part][cuts / 2 % 2];
            let endings = match step {
                1 => vec![
                    (Remainder::Nothing, Ending::Close),
                    (Remainder::Part, Ending::Reset),
                ],
                _ => vec![(then, [Ending::Close, Ending::Reset][cuts % 2])],
            };
            for (then, ending) in endings {
                let cut = Cut {
                    towards,
                    whole,
                    then,
                    ending,
                };
                cuts += usize::from(survives(server, &mails, &homes, cut));
            }
        }
    }
    println!("cut at {cuts} points");
    assert!(cuts >= 10, "only {cuts} cuts");
}

type Records = [(Towards, usize); 2];

fn uncut(server: &Server, mails: &[Mail]) -> (BTreeMap<String, String>, Records) {
    let mailbox = server.mailbox();
    mailbox.deliver(mails.iter().map(|mail| &*mail.bytes));
    let proxy = Proxy::before(server.imaps, None);
    Writer::new(&mailbox).port(proxy.port).write().once();
    let homes = Snapshot::of(&mailbox).homes();
    let moved = homes.values().filter(|home| *home != "INBOX").count();
    assert!(moved >= MESSAGES / 2, "{homes:?}");
    let records = [Towards::Server, Towards::Client].map(|to| (to, proxy.records(to)));
    (homes, records)
}

/// False if the connection was over before.
fn survives(server: &Server, mails: &[Mail], homes: &BTreeMap<String, String>, cut: Cut) -> bool {
    let mailbox = server.mailbox();
    mailbox.deliver(mails.iter().map(|mail| &*mail.bytes));
    let delivered = Snapshot::of(&mailbox);
    let proxy = Proxy::before(server.imaps, Some(cut));
    let setup = Writer::new(&mailbox).port(proxy.port).write();
    let output = setup.try_once();
    // However it ended, it ended by itself.
    assert!(output.status.code().is_some(), "{cut:?}: {output:?}");
    let torn = Snapshot::of(&mailbox).places();
    assert_eq!(torn.len(), mails.len(), "{cut:?}: {torn:?}");
    setup.once();
    let after = Snapshot::of(&mailbox);
    after.assert_nothing_lost_or_changed(&delivered);
    assert_eq!(&after.homes(), homes, "{cut:?}");
    proxy.was_cut()
}

#[test]
fn some_cuts() {
    sweep(Server::dovecot(), 13);
}

#[test]
fn some_cuts_without_move() {
    sweep(Server::dovecot_without_move(), 17);
}

#[test]
#[ignore = "takes long: scripts/test-servers runs it"]
fn every_cut() {
    sweep(Server::dovecot(), 1);
}

#[test]
#[ignore = "takes long: scripts/test-servers runs it"]
fn every_cut_without_move() {
    sweep(Server::dovecot_without_move(), 1);
}
