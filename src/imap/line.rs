//! The stream that the `imap` crate reads and writes. What a server says besides its answers to
//! commands is kept back for our own parsers; IDLE is begun by the crate and ended here.

use std::io::{self, ErrorKind, Read, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::error::spoken;
use super::splitter::Splitter;
use super::wire::Watch;
use crate::limits;
use crate::mailstore::Woken;

/// Bytes read at once: one TLS record.
const CHUNK: usize = 16 << 10;

/// Invitations to go on within one command. A login takes two; the crate keeps every one.
const INVITATIONS: usize = 16;

/// Anything bytes travel over.
pub(super) trait Transport: Read + Write + Send {}

impl<T: Read + Write + Send> Transport for T {}

/// What came in answer to one command.
#[derive(Debug, Default)]
pub(super) struct Answer {
    untagged: Vec<u8>,
    /// Where each untagged reply ends.
    ends: Vec<usize>,
    /// The line that ended the command.
    pub(super) tagged: Vec<u8>,
}

impl Answer {
    /// The untagged replies, without `* `.
    pub(super) fn replies(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(from, to)| {
            let reply = &self.untagged[from..*to];
            reply.get(2..).unwrap_or_default()
        })
    }

    fn bytes(&self) -> usize {
        self.untagged.len() + self.ends.len() * size_of::<usize>()
    }
}

/// What the session and its stream share.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    answer: Answer,
    /// Most bytes of the answer.
    budget: usize,
    /// Set if the command is IDLE: how long it may last, and how long its end.
    idle: Option<(Duration, Duration)>,
    /// How often the server said `+`.
    invitations: usize,
    /// Why the connection cannot be used any more.
    fault: Option<String>,
}

/// The session's end of an [`Inbox`].
#[derive(Debug, Clone, Default)]
pub(super) struct Desk(Arc<Mutex<Inbox>>);

impl Desk {
    fn lock(&self) -> MutexGuard<'_, Inbox> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An answer of at most so many bytes is expected.
    pub(super) fn expect(&self, budget: usize) {
        let mut inbox = self.lock();
        inbox.answer = Answer::default();
        inbox.budget = budget;
        inbox.idle = None;
        inbox.invitations = 0;
    }

    /// IDLE comes next: it is ended after `limit`, or once something happens, and the server has
    /// `end` to agree.
    pub(super) fn expect_idle(&self, limit: Duration, end: Duration) {
        self.expect(limits::ANSWER_BYTES);
        self.lock().idle = Some((limit, end));
    }

    /// What came since then.
    pub(super) fn take(&self) -> Answer {
        std::mem::take(&mut self.lock().answer)
    }

    /// Why the connection cannot be used any more.
    pub(super) fn fault(&self) -> Option<String> {
        self.lock().fault.clone()
    }

    /// Gives the connection up; the first reason stays.
    pub(super) fn give_up(&self, why: &str) {
        self.lock().fault.get_or_insert_with(|| why.to_owned());
    }
}

/// The stream.
pub(super) struct Line {
    transport: Box<dyn Transport>,
    watch: Arc<Watch>,
    desk: Desk,
    splitter: Splitter,
    chunk: Vec<u8>,
    /// The part of the chunk that is not split yet.
    unread: std::ops::Range<usize>,
    /// What the crate has not read yet.
    outgoing: Vec<u8>,
}

impl Line {
    pub(super) fn new(transport: Box<dyn Transport>, watch: Arc<Watch>) -> Line {
        Line {
            transport,
            watch,
            desk: Desk::default(),
            splitter: Splitter::default(),
            chunk: vec![0; CHUNK],
            unread: 0..0,
            outgoing: Vec::new(),
        }
    }

    pub(super) fn desk(&self) -> Desk {
        self.desk.clone()
    }

    pub(super) fn watch(&self) -> Arc<Watch> {
        Arc::clone(&self.watch)
    }

    /// The first line of a connection.
    pub(super) fn greeting(&mut self) -> io::Result<Vec<u8>> {
        self.guarded(Line::next_reply)
    }

    /// Runs a step, whose failure is for good.
    fn guarded<T>(&mut self, step: impl FnOnce(&mut Line) -> io::Result<T>) -> io::Result<T> {
        if let Some(fault) = self.desk.fault() {
            return Err(io::Error::other(fault));
        }
        step(self).inspect_err(|error| self.desk.give_up(&error.to_string()))
    }

    fn next_reply(&mut self) -> io::Result<Vec<u8>> {
        loop {
            if self.unread.is_empty() {
                let bytes = self.transport.read(&mut self.chunk)?;
                if bytes == 0 {
                    return Err(io::Error::other("the server closed the connection"));
                }
                self.unread = 0..bytes;
            }
            let cut = self.splitter.take(&self.chunk[self.unread.clone()]);
            self.unread.start += cut.used;
            if let Some(reply) = cut.reply {
                return Ok(reply);
            }
            let inbox = self.desk.lock();
            if inbox.answer.bytes().saturating_add(self.splitter.pending()) > inbox.budget {
                return Err(io::Error::other("an answer larger than what was asked for"));
            }
        }
    }

    /// Reads on until there is something for the crate.
    fn next_for_crate(&mut self) -> io::Result<()> {
        while self.outgoing.is_empty() {
            let reply = match self.next_reply() {
                Err(error) if self.is_wait_over(&error) => {
                    self.end_idle()?;
                    continue;
                }
                other => other?,
            };
            match reply.first() {
                Some(b'*') => self.keep(&reply)?,
                Some(b'+') => self.invited(&reply)?,
                _ => {
                    self.outgoing = bare(&reply);
                    self.desk.lock().answer.tagged = reply;
                }
            }
        }
        Ok(())
    }

    /// The server invites to go on: to idle, or to answer a challenge.
    fn invited(&mut self, reply: &[u8]) -> io::Result<()> {
        let mut inbox = self.desk.lock();
        inbox.invitations += 1;
        if inbox.invitations > INVITATIONS {
            return Err(io::Error::other("the server asks on and on"));
        }
        match inbox.idle {
            None => self.outgoing = printable(reply),
            Some((limit, _)) => {
                self.watch.begin_wait(limit);
                if inbox.answer.replies().any(is_event) {
                    self.watch.wake(Woken::Server);
                }
            }
        }
        Ok(())
    }

    fn is_wait_over(&self, error: &io::Error) -> bool {
        error.kind() == ErrorKind::TimedOut && self.watch.is_waiting()
    }

    fn end_idle(&mut self) -> io::Result<()> {
        let idle = self.desk.lock().idle;
        self.watch
            .end_wait(idle.map_or(limits::LOGIN, |(_, end)| end));
        self.transport.write_all(b"DONE\r\n")?;
        self.transport.flush()
    }

    fn keep(&mut self, reply: &[u8]) -> io::Result<()> {
        let word = reply.get(2..).unwrap_or_default();
        let begins = |name: &str| {
            word.get(..name.len())
                .is_some_and(|head| head.eq_ignore_ascii_case(name.as_bytes()))
        };
        if begins("BYE") {
            return Err(io::Error::other(format!(
                "the server says {}",
                spoken(word)
            )));
        }
        if begins("PREAUTH") {
            return Err(io::Error::other("the server greets anew"));
        }
        if self.watch.is_waiting() && is_event(word) {
            self.watch.wake(Woken::Server);
        }
        let mut inbox = self.desk.lock();
        inbox.answer.untagged.extend_from_slice(reply);
        let end = inbox.answer.untagged.len();
        inbox.answer.ends.push(end);
        match inbox.answer.bytes() > inbox.budget {
            true => Err(io::Error::other("an answer larger than what was asked for")),
            false => Ok(()),
        }
    }
}

/// True for a reply, without its `* `, that says that mail came or went.
pub(super) fn is_event(reply: &[u8]) -> bool {
    let mut words = reply
        .split(|byte| byte.is_ascii_whitespace())
        .filter(|word| !word.is_empty());
    let (first, second) = (words.next(), words.next());
    let is =
        |word: Option<&[u8]>, name: &[u8]| word.is_some_and(|word| word.eq_ignore_ascii_case(name));
    is(first, b"VANISHED") || is(second, b"EXISTS") || is(second, b"EXPUNGE")
}

/// Tag and status only: the crate's parser fails on texts that are not UTF-8 and on codes it takes
/// for others, and the text is read by ours.
fn bare(reply: &[u8]) -> Vec<u8> {
    let mut words = reply.trim_ascii_end().splitn(3, |byte| *byte == b' ');
    match (words.next(), words.next()) {
        (Some(tag), Some(status)) => printable(&[tag, b" ", status, b" .\r\n"].concat()),
        _ => printable(reply),
    }
}

/// The same with one line end and everything else printable ASCII.
fn printable(reply: &[u8]) -> Vec<u8> {
    let mut line: Vec<u8> = reply
        .trim_ascii_end()
        .iter()
        .map(|byte| match byte {
            b' '..=b'~' => *byte,
            _ => b'?',
        })
        .collect();
    line.extend_from_slice(b"\r\n");
    line
}

impl Read for Line {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.outgoing.is_empty() {
            self.guarded(Line::next_for_crate)?;
        }
        let part = self.outgoing.len().min(into.len());
        into[..part].copy_from_slice(&self.outgoing[..part]);
        self.outgoing.drain(..part);
        Ok(part)
    }
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.guarded(|line| line.transport.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.guarded(|line| line.transport.flush())
    }
}
