use std::sync::Arc;
use std::time::{Duration, Instant};

use anteroom::account::Security;
use anteroom::imap::{ConnectError, Interrupt, Patience, Session};
use anteroom::mailstore::{
    Ability, Access, FlagChange, MailError, MailStore, MailboxName, Query, RefusalCode, Uid,
    UidSet, UidValidity, Woken,
};

use super::fake_imap::{BRIEF, Odd, SHORT, Stage, answering, said, verb};

fn inbox() -> MailboxName {
    MailboxName::inbox()
}

fn uid(uid: u32) -> UidSet {
    UidSet::from(Uid(uid))
}

type Call = fn(&mut Session) -> Result<(), MailError>;

/// Every call, with the command it sends.
const CALLS: [(&str, Call); 12] = [
    ("LIST", |session| session.folders().map(drop)),
    ("CREATE", |session| session.create(&inbox())),
    ("STATUS", |session| session.status(&inbox()).map(drop)),
    ("SELECT", |session| {
        session.select(&inbox(), Access::ReadWrite).map(drop)
    }),
    ("UID SEARCH", |session| {
        session.uids(&Query::Present).map(drop)
    }),
    ("UID FETCH", |session| session.letters(&uid(11)).map(drop)),
    ("UID MOVE", |session| {
        session.transfer(&uid(11), &inbox()).map(drop)
    }),
    ("UID COPY", |session| {
        session.copy(&uid(11), &inbox()).map(drop)
    }),
    ("UID STORE", |session| {
        session.flag(&uid(11), FlagChange::Add, "\\Deleted")
    }),
    ("UID EXPUNGE", |session| session.expunge(&uid(11))),
    ("NAMESPACE", |session| session.namespace().map(drop)),
    ("NOOP", |session| {
        session.wait(Duration::from_millis(100)).map(drop)
    }),
];

#[test]
fn a_usual_server_is_understood() {
    let stage = Stage::new(|_| Odd::No);
    let mut session = stage.session();
    let able: Vec<Ability> = session.abilities().iter().copied().collect();
    assert_eq!(able, [Ability::Move, Ability::UidPlus, Ability::Idle]);
    let names: Vec<String> = session
        .folders()
        .unwrap()
        .iter()
        .map(|folder| folder.name.to_string())
        .collect();
    assert_eq!(names, ["INBOX", "Önsk"]);
    let status = session.status(&inbox()).unwrap();
    assert_eq!(
        (status.uid_validity, status.uid_next),
        (UidValidity(7), Uid(14))
    );
    let open = session.select(&inbox(), Access::ReadWrite).unwrap();
    assert_eq!((open.messages, open.access), (3, Access::ReadWrite));
    assert!(open.can_keep("$Anteroom") && open.can_keep("\\deleted") && !open.can_keep("\\Seen"));
    assert_eq!(
        session.uids(&Query::PresentFrom(Uid(12))).unwrap(),
        [Uid(12), Uid(13)]
    );
    assert_eq!(session.sizes(&uid(11)).unwrap(), [(Uid(11), 8)]);
    let letters = session.letters(&uid(11)).unwrap();
    assert_eq!(letters[0].bytes, b"A: b\r\n\r\nc"[..8]);
    for proof in [
        session.transfer(&uid(11), &inbox()).unwrap(),
        session.copy(&uid(11), &inbox()).unwrap(),
    ] {
        assert_eq!(proof.uid_validity, UidValidity(9));
        assert_eq!(proof.pairs, [(Uid(11), Uid(21))]);
    }
    session.log_out();
}

#[test]
fn silence_ends_within_the_limit() {
    for (name, call) in CALLS {
        let stage = Stage::new(move |command| match verb(command) == name {
            true => Odd::Silent,
            false => Odd::No,
        });
        let mut session = stage.connect(SHORT).unwrap();
        let began = Instant::now();
        let lost = call(&mut session);
        assert!(matches!(lost, Err(MailError::Lost(_))), "{name}: {lost:?}");
        assert!(began.elapsed() < Duration::from_secs(2), "{name}");
        assert!(session.folders().is_err(), "{name}: it goes on");
    }
}

#[test]
fn a_closed_connection_is_lost_in_every_call() {
    for (name, call) in CALLS {
        let stage = Stage::new(move |command| match verb(command) == name {
            true => Odd::Close,
            false => Odd::No,
        });
        let lost = call(&mut stage.session());
        assert!(matches!(lost, Err(MailError::Lost(_))), "{name}: {lost:?}");
    }
}

#[test]
fn a_drip_does_not_keep_a_command_alive() {
    let stage = Stage::new(|command| match verb(command).as_str() {
        "UID FETCH" => Odd::Drip,
        _ => Odd::No,
    });
    let patience = Patience {
        command: Duration::from_secs(2),
        ..BRIEF
    };
    let mut session = stage.connect(patience).unwrap();
    let began = Instant::now();
    assert!(matches!(session.letters(&uid(11)), Err(MailError::Lost(_))));
    let took = began.elapsed();
    assert!((1_900..2_600).contains(&took.as_millis()), "{took:?}");
}

#[test]
fn floods_are_refused_before_they_are_swallowed() {
    for (name, head, over) in [
        ("endless line", "* SEARCH", " 11"),
        (
            "huge literal",
            "* 1 FETCH (UID 11 BODY[] {4294967295}\n",
            "x",
        ),
        (
            "endless literal",
            "* 1 FETCH (UID 11 BODY[] {99999999999999999999}\n",
            "x",
        ),
        ("many replies", "", "* 1 X\r\n"),
        ("many literals", "* 1 FETCH (", "{1}\r\nx"),
        ("many challenges", "", "+ go on\r\n"),
        ("deep nesting", "* 1 FETCH (BODYSTRUCTURE ", "("),
        ("endless answer line", "a4 OK ", "x"),
    ] {
        let stage = Stage::new(move |command| match verb(command).as_str() {
            "STATUS" => Odd::Flood(head.to_owned(), over.to_owned()),
            _ => Odd::No,
        });
        let mut session = stage.session();
        let began = Instant::now();
        let lost = session.status(&inbox());
        assert!(matches!(lost, Err(MailError::Lost(_))), "{name}: {lost:?}");
        assert!(
            began.elapsed() < Duration::from_secs(7),
            "{name}: {:?}",
            began.elapsed()
        );
    }
}

#[test]
fn nonsense_ends_the_session_and_not_the_process() {
    for text in [
        "\0\0\0\n",
        "a99 OK wrong tag\n",
        "a4\n",
        "garbage here\n",
        "TAG PREAUTH hello\n",
        "TAG OKAY hello\n",
        "* BYE going\n",
        "* PREAUTH anew\nTAG OK done\n",
        "\n",
    ] {
        let stage = answering("UID FETCH", text);
        let mut session = stage.session();
        let lost = session.letters(&uid(11));
        assert!(
            matches!(lost, Err(MailError::Lost(_))),
            "{text:?}: {lost:?}"
        );
        assert!(
            stage.session().folders().is_ok(),
            "no new session after {text:?}"
        );
    }
}

#[test]
fn untagged_words_in_any_command_are_survived() {
    for (name, call) in CALLS {
        for word in [
            "NO [ALERT] disk full",
            "BAD what",
            "OK {12}",
            "XFOO (\x01",
            "LIST raw\u{fc}",
        ] {
            let stage = Stage::new(move |command| match verb(command) == name {
                true => Odd::Before(format!("* {word}\n")),
                false => Odd::No,
            });
            let mut session = stage.session();
            assert_eq!(call(&mut session), Ok(()), "{name} with {word}");
        }
        for word in ["BYE going", "PREAUTH anew"] {
            let stage = Stage::new(move |command| match verb(command) == name {
                true => Odd::Before(format!("* {word}\n")),
                false => Odd::No,
            });
            let mut session = stage.session();
            let lost = call(&mut session);
            assert!(
                matches!(lost, Err(MailError::Lost(_))),
                "{name} with {word}: {lost:?}"
            );
            drop(stage.session());
        }
    }
}

#[test]
fn a_refusal_leaves_the_session_and_tells_why() {
    for (text, code) in [
        ("TAG NO [OVERQUOTA] full\n", Some(RefusalCode::OverQuota)),
        (
            "TAG NO [trycreate] no such folder\n",
            Some(RefusalCode::TryCreate),
        ),
        ("TAG NO no\n", None),
        ("TAG BAD [X (] what\n", None),
        (
            "* OK [COPYUID 9 11 21] half\nTAG NO [LIMIT] later\n",
            Some(RefusalCode::Later),
        ),
    ] {
        let mut session = answering("UID MOVE", text).session();
        match session.transfer(&uid(11), &inbox()) {
            Err(MailError::Refused { code: got, .. }) => assert_eq!(got, code, "{text}"),
            other => panic!("{text}: {other:?}"),
        }
        assert!(session.folders().is_ok(), "{text}");
    }
}

#[test]
fn a_proof_that_makes_no_sense_is_no_proof() {
    for code in [
        "9 12 21",
        "9 11 21,22",
        "9 11:12 21:22",
        "9 1:4294967295 1:4294967295",
        "0 11 21",
        "9 11 0",
        "9 11",
        "x",
        "9 11,11 21,22",
    ] {
        let stage = Stage::new(move |command| match verb(command).as_str() {
            "UID MOVE" => Odd::Say(format!("* OK [COPYUID {code}] moved\nTAG OK done\n")),
            _ => Odd::No,
        });
        let lost = stage.session().transfer(&uid(11), &inbox());
        assert!(matches!(lost, Err(MailError::Lost(_))), "{code}: {lost:?}");
    }
    let nothing = answering("UID MOVE", "TAG OK nothing to do\n")
        .session()
        .transfer(&uid(11), &inbox());
    assert!(nothing.unwrap().pairs.is_empty());
}

#[test]
fn a_message_may_come_in_pieces_and_unasked_ones_are_skipped() {
    let mut session = answering(
        "UID FETCH",
        "* 9 FETCH (FLAGS (\\Seen))\n* 1 FETCH (RFC822.SIZE 99999999999 UID 11)\n* 2 FETCH (UID 12 RFC822.SIZE 1 BODY[] \"x\")\n* 1 FETCH (UID 11 X-NEW (a (\"(\" {2}\n)))) BODY[]<0> \"q\\\"\\\\\")\nTAG OK done\n",
    )
    .session();
    let letters = session.letters(&uid(11)).unwrap();
    assert_eq!(letters.len(), 1);
    assert_eq!(
        (letters[0].size, letters[0].bytes.as_slice()),
        (u32::MAX, &b"q\"\\"[..])
    );
}

#[test]
fn a_message_with_zero_bytes_is_read() {
    let mut session = answering(
        "UID FETCH",
        "* 1 FETCH (UID 11 RFC822.SIZE 5 BODY[] ~{5}\na\0b\u{fc})\nTAG OK done\n",
    )
    .session();
    assert_eq!(
        session.letters(&uid(11)).unwrap()[0].bytes,
        "a\0b\u{fc}".as_bytes()
    );
}

#[test]
fn names_that_cannot_be_sent_back_are_left_out() {
    let mut session = answering(
        "LIST",
        "* LIST () \"/\" raw\u{fc}\n* LIST () \"/\" \"&AGE-\"\n* LIST () NIL {3}\na\\b\n* LIST (\\NoSelect) \"/\" \"q\\\"q\"\n* LIST () \"/\" \"a&\"\nTAG OK done\n",
    )
    .session();
    let folders = session.folders().unwrap();
    let names: Vec<&str> = folders.iter().map(|folder| folder.name.as_str()).collect();
    assert_eq!(names, ["a\\b", "q\"q"]);
}

#[test]
fn without_uidplus_uids_are_sought_among_all() {
    let stage = Stage::new(|command| match command {
        "CAPABILITY" => said("* CAPABILITY IMAP4rev1\nTAG OK done\n"),
        "UID SEARCH UNDELETED" | "UID SEARCH DELETED" => Odd::No,
        other if other.starts_with("UID SEARCH") => said("* SEARCH\nTAG OK done\n"),
        _ => Odd::No,
    });
    let mut session = stage.session();
    let set: UidSet = [Uid(12), Uid(15)].into_iter().collect();
    let from = session.uids(&Query::PresentFrom(Uid(12))).unwrap();
    assert_eq!(from, [Uid(12), Uid(13)]);
    for query in [Query::PresentOf(set.clone()), Query::DeletedOf(set)] {
        assert_eq!(session.uids(&query).unwrap(), [Uid(12)]);
    }
}

#[test]
fn unsafe_folders_are_refused() {
    for text in [
        "* 3 EXISTS\nTAG OK done\n",
        "* 3 EXISTS\n* OK [UIDVALIDITY 0] x\nTAG OK done\n",
        "* 3 EXISTS\n* OK [UIDVALIDITY 7] x\n* OK [UIDNOTSTICKY] x\nTAG OK done\n",
    ] {
        let mut session = answering("SELECT", text).session();
        let refused = session.select(&inbox(), Access::ReadWrite);
        assert!(matches!(refused, Err(MailError::Refused { .. })), "{text}");
    }
    let text = "* 3 EXISTS\n* OK [UIDVALIDITY 7] x\nTAG OK [READ-ONLY] done\n";
    let open = answering("SELECT", text)
        .session()
        .select(&inbox(), Access::ReadWrite);
    assert_eq!(open.unwrap().access, Access::ReadOnly);
}

#[test]
fn arguments_make_no_second_command() {
    let commands = Arc::new(std::sync::Mutex::new(Vec::new()));
    let heard = Arc::clone(&commands);
    let stage = Stage::new(move |command| {
        heard.lock().unwrap().push(command.to_owned());
        Odd::No
    });
    let mut session = stage.session();
    let before = commands.lock().unwrap().len();
    let name = MailboxName::new("a\" b\\ {3} &ü").unwrap();
    session.copy(&uid(11), &name).unwrap();
    for flag in ["x\r\na9 DELETE INBOX", "a b", "", "\\", "x)"] {
        let refused = session.flag(&uid(11), FlagChange::Add, flag);
        assert!(
            matches!(refused, Err(MailError::Refused { .. })),
            "{flag:?}"
        );
    }
    let sent = commands.lock().unwrap().split_off(before);
    assert_eq!(sent, ["UID COPY 11 \"a\\\" b\\\\ {3} &-&APw-\""]);
}

#[test]
fn a_wait_ends_by_the_server_by_time_and_by_us() {
    let stage = Stage::new(|command| match command {
        "IDLE" => said("* OK still here\n* 4 EXISTS\n+ idling\n"),
        _ => Odd::No,
    });
    let mut session = stage.session();
    session.select(&inbox(), Access::ReadWrite).unwrap();
    let began = Instant::now();
    assert_eq!(session.wait(Duration::from_secs(60)), Ok(Woken::Server));
    assert!(began.elapsed() < Duration::from_secs(1));

    let interrupt = Arc::new(Interrupt::new());
    let quiet = Stage::new(|_| Odd::No);
    let mut session = quiet
        .fake
        .connect_with(&quiet.authority, Security::Tls, &interrupt, BRIEF)
        .unwrap();
    assert_eq!(session.wait(Duration::from_millis(300)), Ok(Woken::Time));
    let waker = Arc::clone(&interrupt);
    let thread = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(300));
        waker.wake();
    });
    assert_eq!(session.wait(Duration::from_secs(60)), Ok(Woken::Us));
    thread.join().unwrap();
    assert!(session.folders().is_ok());
    let stopper = Arc::clone(&interrupt);
    let thread = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(300));
        stopper.stop();
        Instant::now()
    });
    assert_eq!(
        session.wait(Duration::from_secs(60)),
        Err(MailError::Stopped)
    );
    let took = thread.join().unwrap().elapsed();
    assert!(took < Duration::from_secs(1), "{took:?}");
    assert_eq!(session.folders(), Err(MailError::Stopped));
}

#[test]
fn a_stop_ends_a_command_and_a_connection() {
    let interrupt = Arc::new(Interrupt::new());
    let stage = Stage::new(|command| match verb(command).as_str() {
        "UID FETCH" => Odd::Silent,
        _ => Odd::No,
    });
    let mut session = stage
        .fake
        .connect_with(&stage.authority, Security::Tls, &interrupt, BRIEF)
        .unwrap();
    let stopper = Arc::clone(&interrupt);
    let thread = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(300));
        stopper.stop();
        Instant::now()
    });
    assert_eq!(session.letters(&uid(11)), Err(MailError::Stopped));
    let took = thread.join().unwrap().elapsed();
    assert!(took < Duration::from_secs(1), "{took:?}");
    let refused = stage
        .fake
        .connect_with(&stage.authority, Security::Tls, &interrupt, BRIEF);
    assert!(matches!(refused, Err(ConnectError::Stopped)), "{refused:?}");
}

#[test]
fn mail_that_came_meanwhile_ends_the_next_wait() {
    let stage = Stage::new(|command| match verb(command).as_str() {
        "UID MOVE" => Odd::Before("* 4 EXISTS\n".to_owned()),
        _ => Odd::No,
    });
    let mut session = stage.session();
    session.select(&inbox(), Access::ReadWrite).unwrap();
    session.transfer(&uid(11), &inbox()).unwrap();
    assert_eq!(session.wait(Duration::from_secs(60)), Ok(Woken::Server));
    assert_eq!(session.wait(Duration::from_millis(200)), Ok(Woken::Time));
    session.transfer(&uid(11), &inbox()).unwrap();
    session.uids(&Query::Present).unwrap();
    assert_eq!(session.wait(Duration::from_millis(200)), Ok(Woken::Time));
}

#[test]
fn where_idle_is_missing_or_refused_the_server_is_asked_now_and_then() {
    let capability = "* CAPABILITY IMAP4rev1\nTAG OK done\n";
    for idle in [capability, ""] {
        let stage = Stage::new(move |command| match verb(command).as_str() {
            "CAPABILITY" if !idle.is_empty() => said(idle),
            "IDLE" => said("TAG NO not now\n"),
            "NOOP" => Odd::Before("* 4 EXISTS\n".to_owned()),
            _ => Odd::No,
        });
        let mut session = stage.session();
        session.select(&inbox(), Access::ReadWrite).unwrap();
        let began = Instant::now();
        assert_eq!(session.wait(Duration::from_secs(60)), Ok(Woken::Server));
        assert!(began.elapsed() < Duration::from_secs(2));
        assert!(!session.abilities().contains(&Ability::Idle));
    }
    let odd = answering("IDLE", "TAG OK what for\n");
    let mut session = odd.session();
    assert!(session.wait(Duration::from_secs(60)).is_ok());
    assert!(session.folders().is_ok());
}
