use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anteroom::account::Secret;
use anteroom::account::Security;
use anteroom::imap::{ConnectError, Credentials, Interrupt, TlsRefusal, connect_within};
use anteroom::mailstore::{MailStore, RefusalCode};

use super::fake_imap::{
    Authority, BRIEF, Fake, Flaw, Odd, PASSWORD, Peer, SHORT, answering, said, verb,
};

#[test]
fn only_ok_is_a_greeting() {
    let authority = Authority::new();
    for (greeting, is_later) in [
        ("* BYE too many connections\n", true),
        ("* PREAUTH welcome back\n", false),
        ("HTTP/1.1 400 Bad Request\n", false),
        ("\0\n", false),
    ] {
        let fake = Fake::tls(authority.certify(Flaw::None), move |peer: &mut Peer| {
            peer.say(greeting)?;
            peer.serve_on(|_| Odd::No)
        });
        match fake.connect(&authority, Security::Tls) {
            Err(ConnectError::Later(_)) if is_later => {}
            Err(ConnectError::Protocol(_)) if !is_later => {}
            other => panic!("{greeting}: {other:?}"),
        }
    }
}

#[test]
fn a_login_is_refused_with_its_reason() {
    for (answer, is_refused) in [
        ("TAG NO [AUTHENTICATIONFAILED] wrong\n", true),
        ("TAG BAD no\n", true),
        ("TAG NO [UNAVAILABLE] come back\n", false),
    ] {
        match answering("LOGIN", answer).connect(BRIEF) {
            Err(ConnectError::LoginRefused { .. }) if is_refused => {}
            Err(ConnectError::Later(_)) if !is_refused => {}
            other => panic!("{answer}: {other:?}"),
        }
    }
}

#[test]
fn passwords_and_tokens_go_by_the_mechanism_they_need() {
    let authority = Authority::new();
    let heard = Arc::new(std::sync::Mutex::new(Vec::new()));
    let tap = Arc::clone(&heard);
    let fake = Fake::tls(authority.certify(Flaw::None), move |peer: &mut Peer| {
        peer.say("* OK hello\n")?;
        loop {
            let line = peer.hear()?;
            let (tag, command) = line.split_once(' ').unwrap_or_default();
            match verb(command).as_str() {
                "CAPABILITY" => peer.say(&format!(
                    "* CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=PLAIN\n{tag} OK\n"
                ))?,
                "AUTHENTICATE" => {
                    peer.say("* OK a moment\n+ \n")?;
                    let answer = peer.hear()?;
                    peer.say("+ eyJzdGF0dXMiOiI0MDAifQ==\n")?;
                    let last = peer.hear()?;
                    tap.lock()
                        .unwrap()
                        .push(format!("{command} {answer} {last}"));
                    peer.say(&format!("{tag} NO [AUTHENTICATIONFAILED] no\n"))?;
                }
                _ => peer.say(&format!("{tag} BAD\n"))?,
            }
        }
    });
    let endpoint = fake.endpoint(&authority, Security::Tls);
    let secret = || Secret::new("pä".to_owned());
    for login in [
        Credentials::password("me", secret()),
        Credentials::token("me", secret()),
    ] {
        let refused = connect_within(&endpoint, &login, &Arc::new(Interrupt::new()), BRIEF);
        assert!(
            matches!(
                refused,
                Err(ConnectError::LoginRefused {
                    code: Some(RefusalCode::Login),
                    ..
                })
            ),
            "{refused:?}"
        );
    }
    let broken = Credentials::password("me", Secret::new("a\r\nb".to_owned()));
    assert!(connect_within(&endpoint, &broken, &Arc::new(Interrupt::new()), BRIEF).is_err());
    assert_eq!(
        *heard.lock().unwrap(),
        [
            "AUTHENTICATE PLAIN AG1lAHDDpA== ",
            "AUTHENTICATE XOAUTH2 dXNlcj1tZQFhdXRoPUJlYXJlciBww6QBAQ== "
        ]
    );
}

#[test]
fn a_certificate_that_is_not_right_is_refused() {
    let authority = Authority::new();
    for (flaw, why) in [
        (Flaw::SelfSigned, TlsRefusal::UnknownIssuer),
        (Flaw::OtherAuthority, TlsRefusal::UnknownIssuer),
        (Flaw::WrongName, TlsRefusal::WrongName),
        (Flaw::Expired, TlsRefusal::Expired),
        (Flaw::NotYet, TlsRefusal::NotYet),
    ] {
        for security in [Security::Tls, Security::StartTls] {
            let config = authority.certify(flaw);
            let fake = match security {
                Security::Tls => Fake::tls(config, |peer| peer.serve(|_| Odd::No)),
                Security::StartTls => {
                    Fake::starttls(config, agree, |peer| peer.serve_on(|_| Odd::No))
                }
            };
            match fake.connect(&authority, security) {
                Err(ConnectError::Tls { why: got, .. }) => assert_eq!(got, why, "{flaw:?}"),
                other => panic!("{flaw:?} {security:?}: {other:?}"),
            }
        }
    }
    let plain = Fake::plain(|peer| peer.serve(|_| Odd::No));
    match plain.connect(&authority, Security::Tls) {
        Err(ConnectError::Tls {
            why: TlsRefusal::NotTls,
            ..
        }) => {}
        other => panic!("{other:?}"),
    }
    assert!(!contains(&plain.seen(), "CANARY"));
}

/// Agrees to STARTTLS.
fn agree(peer: &mut Peer) -> io::Result<()> {
    peer.say("* OK hello\n")?;
    let line = peer.hear()?;
    let tag = line.split(' ').next().unwrap_or_default();
    peer.say(&format!("* OK soon\n{tag} OK go on\n"))
}

fn contains(bytes: &[u8], what: &str) -> bool {
    bytes
        .windows(what.len())
        .any(|window| window == what.as_bytes())
}

#[test]
fn starttls_works_and_the_password_is_not_seen() {
    let authority = Authority::new();
    let config = authority.certify(Flaw::None);
    let fake = Fake::starttls(config, agree, |peer| peer.serve_on(|_| Odd::No));
    let mut session = fake.connect(&authority, Security::StartTls).unwrap();
    assert!(session.folders().is_ok());
    let seen = fake.seen();
    assert!(contains(&seen, "STARTTLS"));
    for part in ["CANARY", "pass", "LOGIN", "me@example"] {
        assert!(!contains(&seen, part), "{part}");
    }
    assert!(PASSWORD.contains("CANARY"));
}

#[test]
fn starttls_that_is_struck_out_or_slipped_into_is_refused() {
    type Script = fn(&mut Peer) -> io::Result<()>;
    let scripts: [(&str, Script); 8] = [
        ("answered NO", |peer| {
            peer.serve(|command| {
                if command == "STARTTLS" {
                    said("TAG NO what\n")
                } else {
                    Odd::No
                }
            })
        }),
        ("answered BAD", |peer| {
            peer.serve(|command| {
                if command == "STARTTLS" {
                    said("TAG BAD what\n")
                } else {
                    Odd::No
                }
            })
        }),
        ("talked past", |peer| {
            peer.say("* OK hello\n")?;
            peer.hear()?;
            peer.say(&"* OK later\n".repeat(30))?;
            peer.be_silent()
        }),
        ("logged in already", |peer| {
            peer.say("* PREAUTH hello\n")?;
            peer.serve_on(|_| Odd::No)
        }),
        ("turned away", |peer| peer.say("* BYE full\n")),
        ("no mail server", |peer| {
            peer.say("220 smtp\n")?;
            peer.be_silent()
        }),
        ("answer slipped in", |peer| {
            peer.say("* OK hello\n")?;
            peer.hear()?;
            peer.say("s1 OK go on\na1 OK logged in\n* PREAUTH\n")?;
            peer.be_silent()
        }),
        ("agreed and no TLS", |peer| {
            peer.say("* OK hello\n")?;
            peer.hear()?;
            peer.say("s1 OK go on\n")?;
            std::thread::sleep(Duration::from_millis(300));
            peer.serve(|_| Odd::No)
        }),
    ];
    let authority = Authority::new();
    for (name, script) in scripts {
        let fake = Fake::plain(script);
        let refused = fake.connect(&authority, Security::StartTls);
        assert!(refused.is_err(), "{name}");
        for part in ["CANARY", "LOGIN", "me@example"] {
            assert!(!contains(&fake.seen(), part), "{name}: {part}");
        }
    }
}

#[test]
fn an_authority_that_cannot_be_read_is_named() {
    let authority = Authority::new();
    let fake = Fake::plain(|peer| peer.be_silent());
    let mut endpoint = fake.endpoint(&authority, Security::Tls);
    let empty = tempfile::NamedTempFile::new().unwrap();
    let login = Credentials::password("me", Secret::new("x".to_owned()));
    for path in [empty.path().to_owned(), "/nonexistent/ca.pem".into()] {
        endpoint.ca_file = Some(path.clone());
        let refused = connect_within(&endpoint, &login, &Arc::new(Interrupt::new()), BRIEF);
        match refused {
            Err(ConnectError::CaFile { path: named, .. }) => {
                assert_eq!(named, path.display().to_string());
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn nobody_listening_is_said_so() {
    let authority = Authority::new();
    let fake = Fake::plain(|_| Ok(()));
    let mut endpoint = fake.endpoint(&authority, Security::Tls);
    let login = Credentials::password("me", Secret::new("x".to_owned()));
    for (host, port) in [("localhost", 1), ("no-such-host.invalid", 993)] {
        (endpoint.host, endpoint.port) = (host.to_owned(), port);
        let refused = connect_within(&endpoint, &login, &Arc::new(Interrupt::new()), BRIEF);
        assert!(
            matches!(refused, Err(ConnectError::Unreachable { .. })),
            "{refused:?}"
        );
    }
}

#[test]
fn silence_before_the_session_ends_within_the_limit() {
    let greeting = |peer: &mut Peer| peer.be_silent();
    let capability = |peer: &mut Peer| peer.serve(|_| Odd::Silent);
    let login = |peer: &mut Peer| {
        peer.serve(|command| match verb(command).as_str() {
            "LOGIN" => Odd::Silent,
            _ => Odd::No,
        })
    };
    let scripts: [fn(&mut Peer) -> io::Result<()>; 3] = [greeting, capability, login];
    let authority = Authority::new();
    let fakes = scripts.map(|script| Fake::tls(authority.certify(Flaw::None), script));
    let handshake = Fake::plain(|peer| peer.be_silent());
    for fake in fakes.iter().chain([&handshake]) {
        let began = Instant::now();
        let refused = fake.connect_with(
            &authority,
            Security::Tls,
            &Arc::new(Interrupt::new()),
            SHORT,
        );
        assert!(refused.is_err());
        assert!(
            began.elapsed() < Duration::from_secs(2),
            "{:?}",
            began.elapsed()
        );
    }
    let clear = Fake::plain(|peer| peer.be_silent());
    let began = Instant::now();
    assert!(
        clear
            .connect_with(
                &authority,
                Security::StartTls,
                &Arc::new(Interrupt::new()),
                SHORT
            )
            .is_err()
    );
    assert!(began.elapsed() < Duration::from_secs(2));
}
