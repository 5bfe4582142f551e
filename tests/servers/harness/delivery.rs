use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::server::{Intake, Mailbox};

impl Mailbox<'_> {
    /// Delivers messages as another mail server would, in this order.
    pub(crate) fn deliver<'m>(&self, mails: impl IntoIterator<Item = &'m [u8]>) {
        match &self.server.intake {
            Intake::Lmtp(port) => {
                let mut lmtp = Lmtp::connect(*port);
                for mail in mails {
                    lmtp.deliver(&self.user, mail);
                }
            }
            Intake::Maildir(maildir) => {
                for mail in mails {
                    drop_into(maildir, mail);
                }
            }
        }
    }
}

/// A connection to a server's local delivery (RFC 2033).
pub(crate) struct Lmtp {
    stream: BufReader<TcpStream>,
}

impl Lmtp {
    pub(crate) fn connect(port: u16) -> Lmtp {
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(60)))
            .unwrap();
        stream.set_nodelay(true).unwrap();
        let mut lmtp = Lmtp {
            stream: BufReader::new(stream),
        };
        lmtp.expect('2');
        lmtp.say("LHLO localhost\r\n", '2');
        lmtp
    }

    pub(crate) fn deliver(&mut self, user: &str, mail: &[u8]) {
        self.say("MAIL FROM:<sender@example.net>\r\n", '2');
        self.say(&format!("RCPT TO:<{user}>\r\n"), '2');
        self.say("DATA\r\n", '3');
        let mut data = Vec::with_capacity(mail.len() + 64);
        for line in mail.split_inclusive(|byte| *byte == b'\n') {
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.starts_with(b".") {
                data.push(b'.');
            }
            data.extend_from_slice(line);
            data.extend_from_slice(b"\r\n");
        }
        data.extend_from_slice(b".\r\n");
        self.stream.get_mut().write_all(&data).unwrap();
        self.expect('2');
    }

    fn say(&mut self, line: &str, expected: char) {
        self.stream.get_mut().write_all(line.as_bytes()).unwrap();
        self.expect(expected);
    }

    fn expect(&mut self, expected: char) {
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line).unwrap();
            assert!(line.starts_with(expected), "LMTP: {line:?}");
            if line.as_bytes().get(3) != Some(&b'-') {
                return;
            }
        }
    }
}

/// Written in `tmp`, renamed into `new`: nobody sees half a message.
pub(crate) fn drop_into(maildir: &Path, mail: &[u8]) {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let name = format!(
        "{}.M{}P{}Q{}.localhost",
        now.as_secs(),
        now.subsec_micros(),
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    );
    let temporary = maildir.join("tmp").join(&name);
    std::fs::write(&temporary, mail).unwrap();
    // The server may run as another user.
    let owner = std::fs::metadata(maildir).unwrap();
    std::os::unix::fs::chown(&temporary, Some(owner.uid()), Some(owner.gid())).unwrap();
    std::fs::rename(&temporary, maildir.join("new").join(&name)).unwrap();
}
