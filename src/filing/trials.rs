//! Filing on a simulated server: what it does, and what is left of it whenever it dies.

mod killed;
mod random;
mod refused;
mod settled;
mod usual;

use std::collections::BTreeMap;
use std::time::Duration;

use super::{
    Batch, Candidate, Desk, Filer, FilingError, Fingerprint, Now, Outcome, Report, Stay, UserMoved,
};
use crate::account::AccountName;
use crate::label::Label;
use crate::mailstore::simulated::{Connection, Server};
use crate::mailstore::{Ability, Access, Head, MailStore, MailboxName, Query, UidSet};
use crate::state::State;

const MOVES: &[Ability] = &[Ability::Move, Ability::UidPlus];
const COPIES: &[Ability] = &[Ability::UidPlus];

fn now() -> Now {
    at(0)
}

fn at(second: u64) -> Now {
    Now {
        wall: 1_700_000_000 + i64::try_from(second).unwrap(),
        uptime: Duration::from_secs(second),
    }
}

fn account() -> AccountName {
    AccountName::new("work").unwrap()
}

fn folder(label: Label) -> MailboxName {
    MailboxName::new(&format!("Anteroom/{}", label.name())).unwrap()
}

/// The inbox and the folders of all labels.
fn managed() -> Vec<MailboxName> {
    let folders = Label::ALL.into_iter().map(folder);
    std::iter::once(MailboxName::inbox())
        .chain(folders)
        .collect()
}

/// A message that is judged by its first line. Genuine ones stay.
fn letter(label: Label, number: usize) -> Vec<u8> {
    format!("X-Label: {label}\r\nMessage-ID: <{number}>\r\n\r\nbody of {number}\r\n").into_bytes()
}

fn judged(head: &Head) -> Option<Label> {
    let header = std::str::from_utf8(&head.header).unwrap();
    let first = header.lines().next().unwrap();
    let label: Label = first.strip_prefix("X-Label: ").unwrap().parse().unwrap();
    (label != Label::Genuine).then_some(label)
}

/// What judging would say of the whole inbox.
fn inbox(connection: &mut Connection) -> Result<Batch, FilingError> {
    let source = MailboxName::inbox();
    let selected = connection.select(&source, Access::ReadOnly)?;
    let uids: UidSet = connection.uids(&Query::Present)?.into_iter().collect();
    let heads = match uids.is_empty() {
        true => Vec::new(),
        false => connection.heads(&uids)?,
    };
    let candidate = |head: &Head| {
        let label = judged(head)?;
        Some(Candidate {
            uid: head.uid,
            fingerprint: Fingerprint::of(&head.header, head.size),
            label,
            target: folder(label),
        })
    };
    Ok(Batch {
        source,
        uid_validity: selected.uid_validity,
        mail: heads.iter().filter_map(candidate).collect(),
    })
}

fn filer(journal: &State, now: Now) -> Filer {
    Filer::new(account(), managed(), 1_000, (journal, now)).unwrap()
}

/// One life of a daemon: settles, files the inbox in batches, looks again.
fn life(server: &Server, journal: &mut State) -> Result<Vec<UserMoved>, FilingError> {
    let mut connection = server.connect();
    let mut filer = Filer::new(account(), managed(), 1_000, (journal, now()))?;
    filer.reconcile(&mut desk(&mut connection, journal))?;
    let whole = inbox(&mut connection)?;
    let mut moved = Vec::new();
    for mail in whole.mail.chunks(8) {
        let batch = Batch {
            mail: mail.to_vec(),
            source: whole.source.clone(),
            ..whole
        };
        filer.file(&mut desk(&mut connection, journal), &batch)?;
        moved.extend(filer.post_check(&mut desk(&mut connection, journal))?);
    }
    moved.extend(filer.post_check(&mut desk(&mut connection, journal))?);
    Ok(moved)
}

fn desk<'a>(connection: &'a mut Connection, journal: &'a mut State) -> Desk<'a> {
    Desk {
        store: connection,
        journal,
        now: now(),
    }
}

/// Files the inbox once.
fn file(server: &Server, journal: &mut State, filer: &mut Filer, now: Now) -> Report {
    let mut connection = server.connect();
    let batch = inbox(&mut connection).unwrap();
    let mut desk = Desk {
        store: &mut connection,
        journal,
        now,
    };
    filer.file(&mut desk, &batch).unwrap()
}

fn stays(report: &Report) -> Vec<Stay> {
    let stay = |outcome: &Outcome| match outcome {
        Outcome::Stayed(why) => Some(why.clone()),
        _ => None,
    };
    report
        .outcomes
        .iter()
        .filter_map(|(_, one)| stay(one))
        .collect()
}

/// What lies where, whatever the UIDs, with the flags.
type Contents = BTreeMap<MailboxName, Vec<(Vec<u8>, Vec<String>)>>;

fn contents(server: &Server) -> Contents {
    let mail = |mailbox: MailboxName| {
        let mut mail: Vec<_> = server
            .mail(&mailbox)
            .into_values()
            .map(|stored| (stored.bytes, stored.flags.into_iter().collect()))
            .collect();
        mail.sort();
        (mailbox, mail)
    };
    managed().into_iter().map(mail).collect()
}

/// Twenty messages of all labels, two pairs of them byte-identical.
fn twenty(abilities: &[Ability]) -> Server {
    let server = Server::new(abilities);
    for number in 0..20 {
        let number = match number {
            13 => 9,
            18 => 6,
            other => other,
        };
        let label = Label::ALL[number % 4];
        server.deliver(&MailboxName::inbox(), &letter(label, number));
    }
    server
}
