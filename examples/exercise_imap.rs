#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::fn_params_excessive_bools,
    reason = "it says what it does, and what held"
)]
//! Does everything a mail server must be able to do for anteroom, against a real one, and checks
//! what came of it: every call of `MailStore`, in folders of its own, with the mail in the inbox.
//!
//! ```sh
//! cargo run --release --example exercise_imap -- HOST PORT tls|starttls CA_FILE USER SECRET_FILE [token]
//! ```
//!
//! The inbox must hold at least four messages; they are back in it at the end. On a server without
//! UIDPLUS nothing is moved at all. It ends with an error at the first difference from what it
//! expects.

use std::collections::BTreeSet;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anteroom::account::Secret;
use anteroom::account::{Endpoint, FolderPath, Security};
use anteroom::imap::{Credentials, Interrupt, Session, connect};
use anteroom::mailstore::{
    Ability, Access, FlagChange, Letter, MailError, MailStore, MailboxName, Query, Uid, UidSet,
    Woken,
};

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    match run(&std::env::args().skip(1).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("exercise_imap: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[String]) -> Result<(), Failure> {
    let [host, port, security, ca_file, user, secret, rest @ ..] = args else {
        return Err("usage: HOST PORT tls|starttls CA_FILE USER SECRET_FILE [token]".into());
    };
    let endpoint = Endpoint {
        host: host.clone(),
        port: port.parse()?,
        security: match security.as_str() {
            "tls" => Security::Tls,
            _ => Security::StartTls,
        },
        ca_file: Some(ca_file.into()),
    };
    let secret = Secret::new(std::fs::read_to_string(secret)?.trim_end().to_owned());
    let login = match rest.first() {
        Some(_) => Credentials::token(user, secret),
        None => Credentials::password(user, secret),
    };
    let interrupt = Arc::new(Interrupt::new());
    let mut session = connect(&endpoint, &login, &interrupt)?;
    println!("abilities: {:?}", session.abilities());
    let target = folder(&mut session)?;
    look(&mut session, &target)?;
    if session.abilities().contains(&Ability::UidPlus) {
        carry(&mut session, &target)?;
    } else {
        refuse(&mut session, &target)?;
    }
    waits(&mut session, &interrupt)?;
    session.log_out();
    println!("all as expected");
    Ok(())
}

fn expect(what: &str, holds: bool) -> Result<(), Failure> {
    match holds {
        true => {
            println!("ok: {what}");
            Ok(())
        }
        false => Err(format!("not so: {what}").into()),
    }
}

/// Finds where folders go and makes one whose name is not ASCII, below another.
fn folder(session: &mut Session) -> Result<MailboxName, Failure> {
    let namespace = session.namespace()?;
    println!("namespace: {namespace:?}");
    let folders = session.folders()?;
    expect(
        "the inbox is listed",
        folders.iter().any(|folder| folder.name.is_inbox()),
    )?;
    let path = FolderPath::new("Exercise/Grüße & mehr").ok_or("no path")?;
    let name = namespace.resolve(&path)?;
    if !folders.iter().any(|folder| folder.name == name) {
        session.create(&name)?;
    }
    let folders = session.folders()?;
    expect(
        "a new folder is listed by its name",
        folders.iter().any(|folder| folder.name == name),
    )?;
    expect(
        "making it again is refused",
        matches!(session.create(&name), Err(MailError::Refused { .. })),
    )?;
    let missing = namespace.resolve(&FolderPath::new("Exercise/missing").ok_or("no path")?)?;
    let refused = session.status(&missing);
    println!("status of a missing folder: {refused:?}");
    expect(
        "a missing folder is refused",
        matches!(refused, Err(MailError::Refused { .. })),
    )?;
    let refused = session.select(&missing, Access::ReadWrite);
    expect(
        "and cannot be opened",
        matches!(refused, Err(MailError::Refused { .. })),
    )?;
    Ok(name)
}

/// Reads, without leaving a trace.
fn look(session: &mut Session, target: &MailboxName) -> Result<(), Failure> {
    let inbox = MailboxName::inbox();
    let read_only = session.select(&inbox, Access::ReadOnly)?;
    println!("read-only: {read_only:?}");
    let status = session.status(&inbox)?;
    println!("status: {status:?}");
    expect("EXAMINE is read-only", read_only.access == Access::ReadOnly)?;
    let open = session.select(&inbox, Access::ReadWrite)?;
    println!("read-write: {open:?}");
    expect("SELECT is not", open.access == Access::ReadWrite)?;
    expect(
        "STATUS and SELECT agree",
        status.uid_validity == open.uid_validity,
    )?;
    let uids = session.uids(&Query::Present)?;
    expect("the inbox holds mail", uids.len() >= 4)?;
    expect(
        "UIDs are below the next",
        uids.iter().all(|uid| *uid < status.uid_next),
    )?;
    let from = session.uids(&Query::PresentFrom(status.uid_next))?;
    expect("nothing is beyond the last", from.is_empty())?;
    let two: UidSet = uids.iter().copied().take(2).collect();
    expect(
        "a set is found",
        session.uids(&Query::PresentOf(two.clone()))? == two.as_slice(),
    )?;
    expect(
        "none is deleted",
        session.uids(&Query::DeletedOf(two.clone()))?.is_empty(),
    )?;
    let sizes = session.sizes(&two)?;
    let heads = session.heads(&two)?;
    let letters = session.letters(&two)?;
    expect(
        "sizes, heads and letters are of both",
        [sizes.len(), heads.len(), letters.len()] == [2; 3],
    )?;
    for ((size, head), letter) in sizes.iter().zip(&heads).zip(&letters) {
        expect("sizes agree", size.1 == head.size && size.1 == letter.size)?;
        expect(
            "the letter is whole",
            letter.bytes.len() == letter.size as usize,
        )?;
        expect(
            "it begins with its header",
            letter.bytes.starts_with(head.header.trim_ascii_end()),
        )?;
    }
    session.select(target, Access::ReadWrite)?;
    expect(
        "another folder is empty",
        session.uids(&Query::Present)?.is_empty(),
    )?;
    session.select(&inbox, Access::ReadWrite)?;
    Ok(())
}

/// The bodies of messages, whatever their UIDs.
fn bodies(letters: &[Letter]) -> BTreeSet<&[u8]> {
    letters
        .iter()
        .map(|letter| letter.bytes.as_slice())
        .collect()
}

/// Carries two messages there and back, by MOVE if there is one.
fn carry(session: &mut Session, target: &MailboxName) -> Result<(), Failure> {
    let inbox = MailboxName::inbox();
    let two: UidSet = session.uids(&Query::Present)?.into_iter().take(2).collect();
    let before = session.letters(&two)?;
    let missing = MailboxName::new(&format!("{target}x"))?;
    let refused = session.copy(&two, &missing);
    println!("copy into a missing folder: {refused:?}");
    expect(
        "it is refused",
        matches!(refused, Err(MailError::Refused { .. })),
    )?;
    let there = bring(session, &two, target)?;
    expect(
        "they are gone here",
        session.uids(&Query::PresentOf(two.clone()))?.is_empty(),
    )?;
    let vanished = session.copy(&two, target);
    println!("copy of what vanished: {vanished:?}");
    session.select(target, Access::ReadWrite)?;
    expect(
        "they are there",
        session.uids(&Query::Present)? == there.as_slice(),
    )?;
    let after = session.letters(&there)?;
    expect("unchanged", bodies(&before) == bodies(&after))?;
    let back = bring(session, &there, &inbox)?;
    session.select(&inbox, Access::ReadWrite)?;
    expect(
        "and back",
        session.uids(&Query::PresentOf(back.clone()))? == back.as_slice(),
    )?;
    expect(
        "unchanged again",
        bodies(&before) == bodies(&session.letters(&back)?),
    )
}

fn bring(session: &mut Session, uids: &UidSet, into: &MailboxName) -> Result<UidSet, Failure> {
    let began = Instant::now();
    let proof = match session.abilities().contains(&Ability::Move) {
        true => session.transfer(uids, into)?,
        false => {
            let proof = session.copy(uids, into)?;
            session.flag(uids, FlagChange::Add, "\\Deleted")?;
            let marked = session.uids(&Query::DeletedOf(uids.clone()))?;
            expect("marked for deletion", marked == uids.as_slice())?;
            session.expunge(uids)?;
            proof
        }
    };
    println!(
        "{} messages brought in {:?}: {proof:?}",
        uids.len(),
        began.elapsed()
    );
    let old: UidSet = proof.pairs.iter().map(|pair| pair.0).collect();
    expect("the proof names each", old == *uids)?;
    Ok(proof.pairs.iter().map(|pair| pair.1).collect())
}

/// Without UIDPLUS nothing is moved: the calls say so, and the mail stays.
fn refuse(session: &mut Session, target: &MailboxName) -> Result<(), Failure> {
    let uids = session.uids(&Query::Present)?;
    let one = UidSet::from(*uids.first().unwrap_or(&Uid(1)));
    let refused = session.expunge(&one);
    expect(
        "expunging is refused",
        matches!(refused, Err(MailError::Refused { .. })),
    )?;
    let refused = session.transfer(&one, target);
    expect(
        "moving is refused",
        matches!(refused, Err(MailError::Refused { .. })),
    )?;
    expect("the mail stays", session.uids(&Query::Present)? == uids)
}

/// A wait ends when its time is over, and when it is told to.
fn waits(session: &mut Session, interrupt: &Arc<Interrupt>) -> Result<(), Failure> {
    let began = Instant::now();
    let woken = session.wait(Duration::from_secs(2))?;
    println!("a wait of 2 s: {woken:?} after {:?}", began.elapsed());
    if woken == Woken::Server {
        session.uids(&Query::Present)?;
    }
    let other = Arc::clone(interrupt);
    let waker = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(500));
        other.wake();
    });
    let began = Instant::now();
    let woken = session.wait(Duration::from_secs(20))?;
    let took = began.elapsed();
    waker.join().map_err(|_| "the waker died")?;
    expect(
        "a wake ends a wait",
        woken == Woken::Us && took < Duration::from_secs(2),
    )?;
    println!("a wake after 500 ms ended it after {took:?}");
    expect(
        "the session goes on",
        !session.uids(&Query::Present)?.is_empty(),
    )
}
