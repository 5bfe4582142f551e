use std::collections::BTreeMap;

use crate::harness::account::Writer;
use crate::harness::mails::{Mail, mails};
use crate::harness::server::{Mailbox, Server};
use crate::harness::snapshot::Snapshot;

/// Gives all messages of the inbox new UIDs, as a server does whose indexes were rebuilt.
fn renumber(mailbox: &Mailbox<'_>) {
    let mail = mailbox.server.directory.join("mail");
    let maildir = mail.join(&mailbox.user).join("store");
    for entry in std::fs::read_dir(&maildir).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with("dovecot.index") || name.starts_with("dovecot.list.index") {
            std::fs::remove_file(&path).unwrap();
        }
    }
    let list = maildir.join("dovecot-uidlist");
    let text = std::fs::read_to_string(&list).unwrap();
    let (head, messages) = text.split_once('\n').unwrap();
    let field = |field: &str| match field.strip_prefix('V') {
        Some(validity) => format!("V{}", validity.parse::<u32>().unwrap() + 1),
        None => field.to_owned(),
    };
    let head: Vec<String> = head.split(' ').map(field).collect();
    std::fs::write(&list, format!("{}\n{messages}", head.join(" "))).unwrap();
}

fn homes(mailbox: &Mailbox<'_>, of: &[Mail]) -> BTreeMap<String, String> {
    let mut homes = Snapshot::of(mailbox).homes();
    homes.retain(|id, _| of.iter().any(|mail| mail.id == *id));
    homes
}

/// Nobody can say which messages are old: all are left alone, which is said once, and what comes
/// afterwards is filed.
#[test]
fn new_uids_of_the_inbox_on_dovecot() {
    let server = Server::dovecot();
    let mailbox = server.mailbox();
    let all = mails(16);
    let (before, rest) = all.split_at(8);
    let (between, after) = rest.split_at(4);
    let deliver = |some: &[Mail]| mailbox.deliver(some.iter().map(|mail| &*mail.bytes));
    let said = |output: &std::process::Output| {
        let text = String::from_utf8_lossy(&output.stderr);
        text.matches("gave all messages new UIDs").count()
    };
    let setup = Writer::new(&mailbox).write();
    deliver(before);
    assert_eq!(said(&setup.once()), 0);
    let filed = homes(&mailbox, before);
    assert!(filed.values().all(|home| home != "INBOX"), "{filed:?}");

    deliver(between);
    let validity = mailbox.client().validity("INBOX");
    renumber(&mailbox);
    assert_ne!(mailbox.client().validity("INBOX"), validity);
    assert_eq!(said(&setup.once()), 1);
    assert_eq!(said(&setup.once()), 0);
    assert_eq!(homes(&mailbox, before), filed);
    assert!(
        homes(&mailbox, between)
            .values()
            .all(|home| home == "INBOX")
    );

    deliver(after);
    setup.once();
    assert_eq!(homes(&mailbox, before), filed);
    assert!(
        homes(&mailbox, between)
            .values()
            .all(|home| home == "INBOX")
    );
    let home = |mail: &Mail| homes(&mailbox, after)[&mail.id].clone();
    assert!(after.iter().all(|mail| home(mail) != "INBOX"));
    assert_eq!(Snapshot::of(&mailbox).homes().len(), all.len());
}
