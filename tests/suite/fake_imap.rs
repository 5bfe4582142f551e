//! A scripted mail server for what real ones will not do, on a port of its own with TLS.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anteroom::account::Secret;
use anteroom::account::{Endpoint, Security};
use anteroom::imap::{ConnectError, Credentials, Interrupt, Patience, Session, connect_within};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use tempfile::TempDir;

/// The password of every test; it must never be seen in clear.
pub(crate) const PASSWORD: &str = "CANARY \"pass\\word";

/// What is wrong with a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    None,
    SelfSigned,
    WrongName,
    Expired,
    NotYet,
    OtherAuthority,
}

/// An authority that tests trust, and what it signed.
pub(crate) struct Authority {
    dir: TempDir,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub(crate) fn new() -> Authority {
        let (issuer, pem) = authority();
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("ca.pem"), pem).unwrap();
        Authority { dir, issuer }
    }

    /// A server's side of TLS with such a certificate.
    pub(crate) fn certify(&self, flaw: Flaw) -> Arc<ServerConfig> {
        let key = KeyPair::generate().unwrap();
        let name = match flaw {
            Flaw::WrongName => "mail.example.org",
            _ => "localhost",
        };
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        match flaw {
            Flaw::Expired => params.not_after = date_time_ymd(2020, 1, 1),
            Flaw::NotYet => params.not_before = date_time_ymd(2999, 1, 1),
            _ => {}
        }
        let certificate = match flaw {
            Flaw::SelfSigned => params.self_signed(&key),
            Flaw::OtherAuthority => params.signed_by(&key, &authority().0),
            _ => params.signed_by(&key, &self.issuer),
        };
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.unwrap().der().clone()], key);
        Arc::new(config.unwrap())
    }
}

fn authority() -> (Issuer<'static, KeyPair>, String) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params
        .distinguished_name
        .push(DnType::CommonName, "Authority of the tests");
    let pem = params.self_signed(&key).unwrap().pem();
    (Issuer::new(params, key), pem)
}

trait Stream: Read + Write + Send {}

impl<T: Read + Write + Send> Stream for T {}

/// The server's end of one connection.
pub(crate) struct Peer {
    stream: BufReader<Box<dyn Stream>>,
}

impl Peer {
    /// Says this; bare line feeds become line ends.
    pub(crate) fn say(&mut self, text: &str) -> io::Result<()> {
        self.send(text.replace('\n', "\r\n").as_bytes())
    }

    /// Says these bytes.
    pub(crate) fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.get_mut().write_all(bytes)?;
        self.stream.get_mut().flush()
    }

    /// The next line of the client, without its end.
    pub(crate) fn hear(&mut self) -> io::Result<String> {
        let mut line = Vec::new();
        match self.stream.read_until(b'\n', &mut line)? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(String::from_utf8_lossy(&line).trim_end().to_owned()),
        }
    }

    /// Says nothing more until the client goes.
    pub(crate) fn be_silent(&mut self) -> io::Result<()> {
        loop {
            self.hear()?;
        }
    }

    /// Answers commands as a server with a little mail does. `odd` may answer one itself, by its
    /// verb: what it gives is said instead, `TAG` standing for the tag.
    pub(crate) fn serve(&mut self, odd: impl Fn(&str) -> Odd) -> io::Result<()> {
        self.say("* OK here\n")?;
        self.serve_on(odd)
    }

    /// The same without a greeting.
    pub(crate) fn serve_on(&mut self, odd: impl Fn(&str) -> Odd) -> io::Result<()> {
        loop {
            let line = self.hear()?;
            let (tag, command) = line.split_once(' ').unwrap_or((&line, ""));
            let answer = match odd(command) {
                Odd::No => usual(command),
                Odd::Say(text) => text,
                Odd::Before(text) => text + &usual(command),
                Odd::Silent => return self.be_silent(),
                Odd::Flood(head, over) => return self.flood(&head, &over),
                Odd::Drip => loop {
                    self.send(b"*")?;
                    std::thread::sleep(Duration::from_millis(50));
                },
                Odd::Close => return Ok(()),
            };
            self.say(&answer.replace("TAG", tag))?;
            match command {
                "IDLE" if answer.contains("+ ") => self.idle(tag)?,
                "LOGOUT" => return Ok(()),
                _ => {}
            }
        }
    }

    fn idle(&mut self, tag: &str) -> io::Result<()> {
        let done = self.hear()?;
        assert_eq!(done, "DONE");
        self.say(&format!("{tag} OK idled\n"))
    }

    fn flood(&mut self, head: &str, over: &str) -> io::Result<()> {
        self.say(head)?;
        let block = over.repeat(64 << 10 >> over.len().ilog2());
        loop {
            self.send(block.as_bytes())?;
        }
    }
}

/// How a command is answered.
pub(crate) enum Odd {
    /// As usual.
    No,
    /// With this.
    Say(String),
    /// As usual, after this.
    Before(String),
    /// Never.
    Silent,
    /// With this and then the other for ever.
    Flood(String, String),
    /// With a byte now and then.
    Drip,
    /// By hanging up.
    Close,
}

/// The usual answer.
fn usual(command: &str) -> String {
    let verb = verb(command);
    let body = match verb.as_str() {
        "CAPABILITY" => {
            "* CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 MOVE UIDPLUS IDLE NAMESPACE\n"
        }
        "LIST" => "* LIST (\\HasNoChildren) \"/\" INBOX\n* LIST (\\Junk) \"/\" &ANY-nsk\n",
        "NAMESPACE" => "* NAMESPACE ((\"\" \"/\")) NIL NIL\n",
        "STATUS" => "* STATUS x (MESSAGES 3 UIDNEXT 14 UIDVALIDITY 7)\n",
        "SELECT" | "EXAMINE" => {
            "* 3 EXISTS\n* OK [UIDVALIDITY 7] ok\n* OK [PERMANENTFLAGS (\\Deleted \\*)] ok\n"
        }
        "UID SEARCH" => "* SEARCH 11 12 13\n",
        "UID FETCH" => "* 1 FETCH (UID 11 RFC822.SIZE 8 BODY[]<0> {8}\nA: b\n\nc)\n",
        "UID MOVE" => "* OK [COPYUID 9 11 21] moved\n* 1 EXPUNGE\n",
        "UID COPY" => return "TAG OK [COPYUID 9 11 21] copied\n".to_owned(),
        "IDLE" => return "+ idling\n".to_owned(),
        "LOGOUT" => "* BYE\n",
        _ => "",
    };
    format!("{body}TAG OK done\n")
}

/// The verb of a command, with `UID` if it has one.
pub(crate) fn verb(command: &str) -> String {
    let mut words = command.split(' ');
    let first = words.next().unwrap_or_default();
    match first {
        "UID" => format!("UID {}", words.next().unwrap_or_default()),
        first => first.to_owned(),
    }
}

/// A listening server. It keeps what was said to it in clear.
pub(crate) struct Fake {
    port: u16,
    clear: Arc<Mutex<Vec<u8>>>,
}

impl Fake {
    /// Runs a script for each connection, once TLS stands.
    pub(crate) fn tls(
        config: Arc<ServerConfig>,
        script: impl Fn(&mut Peer) -> io::Result<()> + Send + Sync + 'static,
    ) -> Fake {
        Fake::listen(move |socket| {
            let connection =
                ServerConnection::new(Arc::clone(&config)).map_err(io::Error::other)?;
            let stream = StreamOwned::new(connection, socket);
            script(&mut Peer {
                stream: BufReader::new(Box::new(stream)),
            })
        })
    }

    /// Runs a script for each connection, in clear; `clear` keeps what it heard.
    pub(crate) fn plain(
        script: impl Fn(&mut Peer) -> io::Result<()> + Send + Sync + 'static,
    ) -> Fake {
        Fake::listen(move |socket| {
            script(&mut Peer {
                stream: BufReader::new(Box::new(socket)),
            })
        })
    }

    /// Runs a script in clear and, if it agrees, another one under TLS.
    pub(crate) fn starttls(
        config: Arc<ServerConfig>,
        clear: impl Fn(&mut Peer) -> io::Result<()> + Send + Sync + 'static,
        script: impl Fn(&mut Peer) -> io::Result<()> + Send + Sync + 'static,
    ) -> Fake {
        Fake::listen(move |socket| {
            clear(&mut Peer {
                stream: BufReader::with_capacity(1, Box::new(socket.again()?)),
            })?;
            let connection =
                ServerConnection::new(Arc::clone(&config)).map_err(io::Error::other)?;
            script(&mut Peer {
                stream: BufReader::new(Box::new(StreamOwned::new(connection, socket))),
            })
        })
    }

    fn listen(serve: impl Fn(Tapped) -> io::Result<()> + Send + Sync + 'static) -> Fake {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let clear = Arc::new(Mutex::new(Vec::new()));
        let (tap, serve) = (Arc::clone(&clear), Arc::new(serve));
        std::thread::spawn(move || {
            while let Ok((socket, _)) = listener.accept() {
                let (serve, clear) = (Arc::clone(&serve), Arc::clone(&tap));
                // A script ends with an error once the client is gone.
                std::thread::spawn(move || serve(Tapped { socket, clear }).is_ok());
            }
        });
        Fake { port, clear }
    }

    /// Where it is.
    pub(crate) fn endpoint(&self, authority: &Authority, security: Security) -> Endpoint {
        Endpoint {
            host: "localhost".to_owned(),
            port: self.port,
            security,
            ca_file: Some(authority.dir.path().join("ca.pem")),
        }
    }

    /// The bytes that came over the socket, as whoever listens between sees them.
    pub(crate) fn seen(&self) -> Vec<u8> {
        self.clear.lock().unwrap().clone()
    }

    /// Connects to it with the password, within short times.
    pub(crate) fn connect(
        &self,
        authority: &Authority,
        security: Security,
    ) -> Result<Session, ConnectError> {
        self.connect_with(authority, security, &Arc::new(Interrupt::new()), BRIEF)
    }

    /// Connects to it with an interrupt, within these times.
    pub(crate) fn connect_with(
        &self,
        authority: &Authority,
        security: Security,
        interrupt: &Arc<Interrupt>,
        patience: Patience,
    ) -> Result<Session, ConnectError> {
        let endpoint = self.endpoint(authority, security);
        let login = Credentials::password("me@example.org", Secret::new(PASSWORD.to_owned()));
        connect_within(&endpoint, &login, interrupt, patience)
    }
}

/// Times for servers that answer at once or never.
pub(crate) const BRIEF: Patience = Patience {
    connect: Duration::from_secs(5),
    login: Duration::from_secs(5),
    command: Duration::from_secs(5),
    poll: Duration::from_millis(300),
};

/// A socket that keeps what it reads.
struct Tapped {
    socket: TcpStream,
    clear: Arc<Mutex<Vec<u8>>>,
}

impl Tapped {
    fn again(&self) -> io::Result<Tapped> {
        Ok(Tapped {
            socket: self.socket.try_clone()?,
            clear: Arc::clone(&self.clear),
        })
    }
}

impl Read for Tapped {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let bytes = self.socket.read(into)?;
        self.clear.lock().unwrap().extend_from_slice(&into[..bytes]);
        Ok(bytes)
    }
}

impl Write for Tapped {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.socket.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.socket.flush()
    }
}

/// This answer.
pub(crate) fn said(text: &str) -> Odd {
    Odd::Say(text.to_owned())
}

/// A server that answers some commands oddly, and a session with it.
pub(crate) struct Stage {
    pub(crate) fake: Fake,
    pub(crate) authority: Authority,
}

impl Stage {
    pub(crate) fn new(odd: impl Fn(&str) -> Odd + Clone + Send + Sync + 'static) -> Stage {
        let authority = Authority::new();
        let fake = Fake::tls(authority.certify(Flaw::None), move |peer: &mut Peer| {
            peer.serve(odd.clone())
        });
        Stage { fake, authority }
    }

    pub(crate) fn session(&self) -> Session {
        self.fake.connect(&self.authority, Security::Tls).unwrap()
    }

    pub(crate) fn connect(&self, patience: Patience) -> Result<Session, ConnectError> {
        let interrupt = Arc::new(Interrupt::new());
        self.fake
            .connect_with(&self.authority, Security::Tls, &interrupt, patience)
    }
}

/// A server that answers one command with this.
pub(crate) fn answering(of: &'static str, text: &'static str) -> Stage {
    Stage::new(move |command| match verb(command) == of {
        true => said(text),
        false => Odd::No,
    })
}

/// A limit that silence runs into.
pub(crate) const SHORT: Patience = Patience {
    connect: Duration::from_secs(1),
    login: Duration::from_secs(1),
    command: Duration::from_secs(1),
    poll: Duration::from_millis(300),
};
