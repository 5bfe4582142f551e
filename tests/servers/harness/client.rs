use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use sha2::{Digest, Sha256};

/// A plain IMAP client on the unencrypted port of a test server. It panics where a server says no,
/// unless a method says otherwise.
pub(crate) struct Client {
    stream: BufReader<TcpStream>,
    tags: u32,
    selected: Option<String>,
    can_move: bool,
}

/// A line of the server; literals are taken out of the text and leave `{}`.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) text: String,
    pub(crate) literals: Vec<Vec<u8>>,
}

/// The answer to a command.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) untagged: Vec<Line>,
    /// The last line, without the tag.
    pub(crate) tagged: String,
}

/// A message as it is on the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stored {
    pub(crate) uid: u32,
    /// Without `\Recent`, which belongs to a session.
    pub(crate) flags: BTreeSet<String>,
    pub(crate) bytes: Vec<u8>,
}

impl Stored {
    /// Digest of the whole message.
    pub(crate) fn sha256(&self) -> [u8; 32] {
        Sha256::digest(&self.bytes).into()
    }

    /// What the journal knows it by, worked out anew: digest of its header and size.
    pub(crate) fn fingerprint(&self) -> [u8; 32] {
        let end = self.bytes.windows(4).position(|four| four == b"\r\n\r\n");
        let header = &self.bytes[..end.unwrap_or(self.bytes.len())];
        let size = u32::try_from(self.bytes.len()).unwrap();
        Sha256::new()
            .chain_update(header)
            .chain_update(size.to_le_bytes())
            .finalize()
            .into()
    }
}

impl Client {
    /// Connects and logs in.
    pub(crate) fn login(port: u16, user: &str, password: &str) -> Client {
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(60)))
            .unwrap();
        stream.set_nodelay(true).unwrap();
        let mut client = Client {
            stream: BufReader::new(stream),
            tags: 0,
            selected: None,
            can_move: false,
        };
        let greeting = client.line().text;
        assert!(greeting.starts_with("* OK"), "{greeting}");
        client.command(&format!("LOGIN {} {}", quoted(user), quoted(password)));
        client.can_move = client.abilities().contains("MOVE");
        client
    }

    /// Sends a command; the server must agree.
    #[track_caller]
    pub(crate) fn command(&mut self, command: &str) -> Reply {
        let reply = self.try_command(command);
        assert!(reply.tagged.starts_with("OK"), "{command}: {reply:?}");
        reply
    }

    /// Sends a command; the server may refuse.
    pub(crate) fn try_command(&mut self, command: &str) -> Reply {
        let tag = self.send(command);
        self.reply(&tag)
    }

    fn send(&mut self, command: &str) -> String {
        self.tags += 1;
        let tag = format!("t{}", self.tags);
        let line = format!("{tag} {command}\r\n");
        self.stream.get_mut().write_all(line.as_bytes()).unwrap();
        tag
    }

    fn reply(&mut self, tag: &str) -> Reply {
        let mut untagged = Vec::new();
        loop {
            let line = self.line();
            match line.text.strip_prefix(tag) {
                Some(rest) if rest.starts_with(' ') => {
                    let tagged = rest.trim_start().to_owned();
                    return Reply { untagged, tagged };
                }
                _ => untagged.push(line),
            }
        }
    }

    fn line(&mut self) -> Line {
        let mut line = Line {
            text: String::new(),
            literals: Vec::new(),
        };
        loop {
            let mut bytes = Vec::new();
            self.stream.read_until(b'\n', &mut bytes).unwrap();
            assert!(bytes.ends_with(b"\n"), "the server went away: {line:?}");
            let part = String::from_utf8_lossy(&bytes);
            let part = part.trim_end_matches(['\r', '\n']);
            let length = part
                .strip_suffix('}')
                .and_then(|start| start.rsplit_once('{'))
                .and_then(|(before, digits)| Some((before, digits.parse::<usize>().ok()?)));
            let Some((before, length)) = length else {
                line.text.push_str(part);
                return line;
            };
            let mut literal = vec![0; length];
            self.stream.read_exact(&mut literal).unwrap();
            line.text.push_str(before);
            line.text.push_str("{}");
            line.literals.push(literal);
        }
    }

    /// Words of CAPABILITY.
    pub(crate) fn abilities(&mut self) -> BTreeSet<String> {
        let reply = self.command("CAPABILITY");
        words_after(&reply, "* CAPABILITY ")
    }

    /// Names of all folders that can hold messages, as the server writes them.
    pub(crate) fn folders(&mut self) -> BTreeSet<String> {
        listed(&self.command("LIST \"\" \"*\""))
    }

    /// Names of the folders that are subscribed to.
    pub(crate) fn subscribed(&mut self) -> BTreeSet<String> {
        listed(&self.command("LSUB \"\" \"*\""))
    }

    pub(crate) fn create(&mut self, folder: &str) {
        self.command(&format!("CREATE {}", quoted(folder)));
    }

    pub(crate) fn select(&mut self, folder: &str) {
        if self.selected.as_deref() != Some(folder) {
            self.command(&format!("SELECT {}", quoted(folder)));
            self.selected = Some(folder.to_owned());
        }
    }

    /// UIDs in a folder.
    pub(crate) fn uids(&mut self, folder: &str) -> Vec<u32> {
        self.select(folder);
        // What happened since is told before the answer of a command.
        self.command("NOOP");
        let reply = self.command("UID SEARCH ALL");
        let mut uids: Vec<u32> = words_after(&reply, "* SEARCH")
            .iter()
            .map(|word| word.parse().unwrap())
            .collect();
        uids.sort_unstable();
        uids
    }

    /// How many messages a folder holds that is not open; none if it is not there.
    pub(crate) fn count(&mut self, folder: &str) -> usize {
        self.status(folder, "MESSAGES").unwrap_or(0)
    }

    /// The UIDVALIDITY of a folder.
    pub(crate) fn validity(&mut self, folder: &str) -> usize {
        self.status(folder, "UIDVALIDITY").unwrap()
    }

    fn status(&mut self, folder: &str, item: &str) -> Option<usize> {
        let reply = self.try_command(&format!("STATUS {} ({item})", quoted(folder)));
        reply.untagged.iter().find_map(|line| {
            let (_, number) = line.text.split_once(&format!("({item} "))?;
            number.trim_end_matches(')').parse().ok()
        })
    }

    /// Fetches something of messages and throws it away; of how many it came.
    pub(crate) fn fetch(&mut self, folder: &str, uids: &[u32], what: &str) -> usize {
        self.select(folder);
        let reply = self.command(&format!("UID FETCH {} ({what})", set(uids)));
        let is_fetch = |line: &&Line| line.text.contains(" FETCH (");
        reply.untagged.iter().filter(is_fetch).count()
    }

    /// All messages of a folder; none is marked as read by it.
    pub(crate) fn messages(&mut self, folder: &str) -> Vec<Stored> {
        self.command(&format!("EXAMINE {}", quoted(folder)));
        self.selected = None;
        let reply = self.try_command("UID FETCH 1:* (UID FLAGS BODY.PEEK[])");
        reply.untagged.into_iter().filter_map(stored).collect()
    }

    /// Moves messages, by MOVE where there is one. If some have vanished, a server may move none.
    pub(crate) fn move_to(&mut self, from: &str, uids: &[u32], to: &str) {
        self.select(from);
        let (set, to) = (set(uids), quoted(to));
        if self.can_move {
            let reply = self.try_command(&format!("UID MOVE {set} {to}"));
            let vanished = reply.tagged.starts_with("NO [EXPUNGEISSUED]");
            assert!(vanished || reply.tagged.starts_with("OK"), "{reply:?}");
            return;
        }
        let reply = self.try_command(&format!("UID COPY {set} {to}"));
        if reply.tagged.starts_with("OK") {
            self.remove(from, uids);
        }
    }

    /// Moves one message by MOVE; true if the server says that this very session moved it.
    pub(crate) fn moves(&mut self, from: &str, uid: u32, to: &str) -> bool {
        self.select(from);
        let reply = self.try_command(&format!("UID MOVE {uid} {}", quoted(to)));
        let mut lines = reply.untagged.iter().map(|line| &line.text);
        reply.tagged.contains("[COPYUID ") || lines.any(|line| line.contains("[COPYUID "))
    }

    /// UIDs and `X-Test` headers of all messages of a folder.
    pub(crate) fn ids(&mut self, folder: &str) -> Vec<(u32, String)> {
        self.command(&format!("EXAMINE {}", quoted(folder)));
        self.selected = None;
        let what = "UID FLAGS BODY.PEEK[HEADER.FIELDS (X-TEST)]";
        let reply = self.try_command(&format!("UID FETCH 1:* ({what})"));
        let found = reply.untagged.into_iter().filter_map(stored);
        found
            .map(|message| (message.uid, super::snapshot::id(&message)))
            .collect()
    }

    /// Copies messages.
    pub(crate) fn copy_to(&mut self, from: &str, uids: &[u32], to: &str) {
        self.select(from);
        self.command(&format!("UID COPY {} {}", set(uids), quoted(to)));
    }

    /// Deletes messages for good.
    pub(crate) fn remove(&mut self, folder: &str, uids: &[u32]) {
        self.select(folder);
        let set = set(uids);
        self.command(&format!("UID STORE {set} +FLAGS.SILENT (\\Deleted)"));
        self.command(&format!("UID EXPUNGE {set}"));
    }

    /// Sets a flag.
    pub(crate) fn flag(&mut self, folder: &str, uids: &[u32], flag: &str) {
        self.select(folder);
        self.command(&format!("UID STORE {} +FLAGS.SILENT ({flag})", set(uids)));
    }

    /// Waits by IDLE until a message comes into the folder; true if one did in time.
    pub(crate) fn idle(&mut self, folder: &str, limit: Duration) -> bool {
        self.select(folder);
        let tag = self.send("IDLE");
        let go_on = self.line().text;
        assert!(go_on.starts_with('+'), "{go_on}");
        self.stream.get_ref().set_read_timeout(Some(limit)).unwrap();
        // Nothing is taken from the stream before the time is over.
        let came = loop {
            let waits = self.stream.fill_buf().is_ok_and(|bytes| !bytes.is_empty());
            match waits.then(|| self.line().text) {
                Some(line) if line.ends_with(" EXISTS") => break true,
                Some(_) => {}
                None => break false,
            }
        };
        self.stream
            .get_ref()
            .set_read_timeout(Some(Duration::from_secs(60)))
            .unwrap();
        self.stream.get_mut().write_all(b"DONE\r\n").unwrap();
        self.reply(&tag);
        came
    }
}

fn stored(line: Line) -> Option<Stored> {
    let at = line.text.find("UID ")? + 4;
    let uid = line.text[at..]
        .split(|c: char| !c.is_ascii_digit())
        .next()?
        .parse()
        .ok()?;
    let flags = line.text.split_once("FLAGS (")?.1.split_once(')')?.0;
    Some(Stored {
        uid,
        flags: flags
            .split_whitespace()
            .filter(|flag| !flag.eq_ignore_ascii_case("\\Recent"))
            .map(str::to_owned)
            .collect(),
        bytes: line.literals.into_iter().next()?,
    })
}

fn listed(reply: &Reply) -> BTreeSet<String> {
    reply
        .untagged
        .iter()
        .filter(|line| line.text.starts_with("* L"))
        .filter(|line| {
            !["\\noselect", "\\nonexistent"]
                .iter()
                .any(|word| holds(line, word))
        })
        .map(|line| match line.literals.first() {
            Some(name) => String::from_utf8(name.clone()).unwrap(),
            // * LIST (\HasNoChildren) "/" name
            None => {
                let after = line.text.split_once(") ").unwrap().1;
                let name = after.split_once(' ').unwrap().1.trim();
                name.trim_matches('"').to_owned()
            }
        })
        .collect()
}

/// True if a listed folder has this attribute.
fn holds(line: &Line, attribute: &str) -> bool {
    let attributes = line.text.split_once(')').unwrap().0;
    attributes.to_ascii_lowercase().contains(attribute)
}

fn words_after(reply: &Reply, start: &str) -> BTreeSet<String> {
    reply
        .untagged
        .iter()
        .filter_map(|line| line.text.strip_prefix(start))
        .flat_map(str::split_whitespace)
        .map(str::to_owned)
        .collect()
}

fn set(uids: &[u32]) -> String {
    let words: Vec<String> = uids.iter().map(u32::to_string).collect();
    words.join(",")
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// RFC 3501, 5.1.3: what is not ASCII as base64 of UTF-16 between `&` and `-`.
pub(crate) fn modified_utf7(name: &str) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";
    let mut out = String::new();
    let mut rest = name;
    while let Some(c) = rest.chars().next() {
        let plain = |c: char| (' '..='~').contains(&c);
        let end = rest.find(plain).unwrap_or(rest.len());
        if plain(c) {
            out.push(c);
            out.push_str(if c == '&' { "-" } else { "" });
            rest = &rest[1..];
            continue;
        }
        let bits: Vec<u8> = rest[..end]
            .encode_utf16()
            .flat_map(|unit| (0..16).rev().map(move |bit| (unit >> bit & 1) as u8))
            .collect();
        out.push('&');
        for group in bits.chunks(6) {
            let value = (0..6).fold(0, |sum, i| sum << 1 | group.get(i).unwrap_or(&0));
            out.push(char::from(DIGITS[usize::from(value)]));
        }
        out.push('-');
        rest = &rest[end..];
    }
    out
}
