use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use crate::harness::client::modified_utf7;
use crate::harness::mails::mails;
use crate::harness::proxy::{Cut, Ending, Proxy, Remainder, Towards};
use crate::harness::server::{Kind, Server};
use crate::harness::snapshot::Snapshot;

#[test]
fn folder_names_are_encoded_as_the_standard_says() {
    for (name, encoded) in [
        ("Önsk & mer", "&ANY-nsk &- mer"),
        ("~peter/mail/日本語/台北", "~peter/mail/&ZeVnLIqe-/&U,BTFw-"),
        ("😀", "&2D3eAA-"),
    ] {
        assert_eq!(modified_utf7(name), encoded);
    }
}

/// Everything the cases build on, with no anteroom in it.
fn serves(server: &Server) {
    let mailbox = server.mailbox();
    let sent = mails(8);
    mailbox.deliver(sent.iter().map(|mail| &*mail.bytes));
    let before = Snapshot::of(&mailbox);
    let ids: BTreeSet<&str> = sent.iter().map(|mail| &*mail.id).collect();
    let found = before.homes();
    assert_eq!(found.keys().map(|id| &**id).collect::<BTreeSet<_>>(), ids);
    assert!(found.values().all(|folder| folder == "INBOX"), "{found:?}");

    let mut client = mailbox.client();
    let folder = mailbox.folder("Önsk & mer");
    client.create(&folder);
    assert!(client.folders().contains(&folder), "{:?}", client.folders());
    let uids = client.uids("INBOX");
    if server.kind != Kind::Imap4d {
        client.move_to("INBOX", &uids[..3], &folder);
        let after = Snapshot::of(&mailbox);
        after.assert_nothing_lost_or_changed(&before);
        assert_eq!((after.count("INBOX"), after.count(&folder)), (5, 3));
        client.remove(&folder, &[*after.uids(&folder).values().next().unwrap()]);
        client.copy_to("INBOX", &uids[4..5], &folder);
    } else {
        client.copy_to("INBOX", &uids[..3], &folder);
    }
    assert_eq!(Snapshot::of(&mailbox).count(&folder), 3);
    client.flag("INBOX", &uids[5..6], "\\Seen");
    let seen: Vec<u32> = client
        .messages("INBOX")
        .iter()
        .filter(|message| message.flags.contains("\\Seen"))
        .map(|message| message.uid)
        .collect();
    assert_eq!(seen, uids[5..6]);
}

#[test]
fn dovecot_serves() {
    let server = Server::dovecot();
    serves(server);
    let abilities = server.mailbox().client().abilities();
    assert!(abilities.contains("MOVE") && abilities.contains("UIDPLUS"));
}

#[test]
fn dovecot_hides_what_it_is_told_to_hide() {
    let of = |server: &Server| server.mailbox().client().abilities();
    let without_move = of(Server::dovecot_without_move());
    assert!(!without_move.contains("MOVE") && without_move.contains("UIDPLUS"));
    let without_both = of(Server::dovecot_without_uidplus());
    assert!(!without_both.contains("MOVE") && !without_both.contains("UIDPLUS"));
}

#[test]
fn dovecot_says_when_mail_comes() {
    let mailbox = Server::dovecot().mailbox();
    let mut client = mailbox.client();
    assert!(!client.idle("INBOX", Duration::from_millis(300)));
    let waiting = std::thread::spawn(move || client.idle("INBOX", Duration::from_secs(10)));
    mailbox.deliver([&*mails(1)[0].bytes]);
    assert!(waiting.join().unwrap());
}

#[test]
#[ignore = "downloads Courier: scripts/test runs it"]
fn courier_serves() {
    let server = Server::start(Kind::Courier, &[]);
    serves(&server);
    assert!(!server.mailbox().client().abilities().contains("MOVE"));
}

#[test]
#[ignore = "downloads Cyrus: scripts/test-servers runs it"]
fn cyrus_serves() {
    serves(&Server::start(Kind::Cyrus, &[]));
}

#[test]
#[ignore = "downloads imap4d: scripts/test-servers runs it"]
fn imap4d_serves() {
    let server = Server::start(Kind::Imap4d, &[]);
    serves(&server);
    assert!(!server.mailbox().client().abilities().contains("UIDPLUS"));
}

#[test]
fn a_server_ends_with_whoever_started_it() {
    let server = Server::start(Kind::Dovecot, &[]);
    let port = server.imap;
    drop(server);
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
}

/// A record of TLS with this content.
fn record(content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    [&[23, 3, 3], &length[..], content].concat()
}

/// What arrives of three records, and whether the end was a reset.
fn through_proxy(cut: Option<Cut>) -> (Vec<u8>, bool) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let proxy = Proxy::before(listener.local_addr().unwrap().port(), cut);
    let mut client = TcpStream::connect(("127.0.0.1", proxy.port)).unwrap();
    let (mut server, _) = listener.accept().unwrap();
    for content in [&b"one"[..], b"two", b"three"] {
        // After the cut, there may be nobody to write to.
        let _ = server.write_all(&record(content));
    }
    drop(server);
    let mut arrived = Vec::new();
    let reset = client.read_to_end(&mut arrived).is_err();
    assert_eq!(proxy.was_cut(), cut.is_some());
    (arrived, reset)
}

#[test]
fn the_proxy_cuts_where_it_is_told() {
    let all = [record(b"one"), record(b"two"), record(b"three")].concat();
    assert_eq!(through_proxy(None), (all.clone(), false));
    let cut = |whole, then, ending| {
        Some(Cut {
            towards: Towards::Client,
            whole,
            then,
            ending,
        })
    };
    let one = through_proxy(cut(1, Remainder::Nothing, Ending::Close));
    assert_eq!(one, (all[..8].to_vec(), false));
    let more = through_proxy(cut(1, Remainder::Part, Ending::Close));
    assert_eq!(more, (all[..15].to_vec(), false));
    let none = through_proxy(cut(0, Remainder::Nothing, Ending::Reset));
    assert_eq!(none, (Vec::new(), true));
}
