use std::collections::BTreeSet;
use std::process::Command;
use std::time::Duration;

use crate::harness::account::Writer;
use crate::harness::daemon::wait_until;
use crate::harness::delivery::drop_into;
use crate::harness::mails::{mails, verdicts};
use crate::harness::proxy::Proxy;
use crate::harness::server::{Server, need, root};
use crate::harness::snapshot::Snapshot;

/// Bytes of the large message.
const LARGE: usize = 100 << 20;

/// Bytes that may be received for it: the first MiB, its header, TLS, and the looks of two seconds.
const RECEIVED: usize = 11 << 17;

#[test]
fn of_a_message_of_100_mib_one_mib_is_fetched() {
    let server = Server::dovecot();
    let mailbox = server.mailbox();
    mailbox.client().select("INBOX");
    let store = server
        .directory
        .join("mail")
        .join(&mailbox.user)
        .join("store");
    let mut large = b"X-Test: large\r\nFrom: a@a.example\r\nSubject: s\r\n\r\n".to_vec();
    while large.len() < LARGE {
        large.extend_from_slice(b"would you have time for a demo of our software today\r\n");
    }
    let proxy = Proxy::before(server.imaps, None);
    let setup = Writer::new(&mailbox).port(proxy.port).write();
    let mut daemon = setup.daemon("info");
    mailbox.deliver(mails(4).iter().map(|mail| &*mail.bytes));
    let filed = |daemon: &mut crate::harness::daemon::Daemon, count: usize| {
        wait_until("mail to be judged", Duration::from_secs(60), || {
            daemon.assert_running();
            daemon.logged().matches(": judged ").count() >= count
        });
    };
    filed(&mut daemon, 4);
    let (before, memory) = (proxy.bytes_received(), daemon.peak_memory());
    drop_into(&store, &large);
    filed(&mut daemon, 5);
    std::thread::sleep(Duration::from_secs(2));
    let bytes = proxy.bytes_received() - before;
    let grown = daemon.peak_memory().saturating_sub(memory);
    println!("{} KiB received, {grown} KiB more memory", bytes >> 10);
    assert!(bytes <= RECEIVED, "{bytes}");
    assert!(grown <= 32 << 10, "{grown} KiB");
}

/// The addresses of these lines of strace, without sockets of this machine.
fn addresses(trace: &str) -> BTreeSet<String> {
    trace
        .lines()
        .filter(|line| line.contains("sa_family=AF_INET"))
        .filter_map(|line| {
            let port = line.split_once("port=htons(")?.1.split_once(')')?.0;
            Some(port.to_owned())
        })
        .collect()
}

#[test]
fn nobody_is_connected_to_but_the_server() {
    need("strace");
    let server = Server::dovecot();
    let mailbox = server.mailbox();
    mailbox.deliver(mails(4).iter().map(|mail| &*mail.bytes));
    let setup = Writer::new(&mailbox).write();
    let trace = setup.once_traced("connect");
    assert_eq!(Snapshot::of(&mailbox).count("INBOX"), 0);
    // Names are looked up by DNS, if not by a file.
    let mut ports = addresses(&trace);
    ports.remove("53");
    assert_eq!(ports, [server.imaps.to_string()].into(), "{trace}");

    let judged = verdicts(&root().join("tests/fixtures/contacts"), &[]).len();
    let out = setup.path("connects");
    let done = Command::new("strace")
        .args(["-f", "-qq", "-e", "trace=connect", "-o"])
        .arg(&out)
        .arg(env!("CARGO_BIN_EXE_anteroom"))
        .args(["classify", "--json", "--state"])
        .arg(setup.path("other-state"))
        .arg(root().join("tests/fixtures/contacts"))
        .env("XDG_CONFIG_HOME", "/nonexistent")
        .output()
        .unwrap();
    assert!(done.status.success() && judged > 100, "{judged}");
    let trace = std::fs::read_to_string(out).unwrap();
    println!(
        "{judged} mails judged, connections: {:?}",
        addresses(&trace)
    );
    assert_eq!(addresses(&trace), BTreeSet::new());
}
