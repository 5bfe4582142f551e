use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use crate::harness::account::{FOLDERS, folder_of};
use crate::harness::client::Client;
use crate::harness::mails::{Dice, Mail, available};
use crate::harness::server::Mailbox;

/// How long a message lies where the owner put it before they take it up again: longer than the
/// daemon needs to see that it is there, if nothing is broken.
const PAUSE: Duration = Duration::from_secs(20);

/// Which messages the owner moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Habit {
    /// Any.
    Teaches,
    /// Those that they gave a label before.
    ChangesMind,
}

/// The owner, what they got and what they did with it.
pub(super) struct Owner<'a> {
    pub(super) habit: Habit,
    mailbox: &'a Mailbox<'a>,
    folders: Vec<String>,
    archive: String,
    /// Mail still to come, the next one last. No message is sent twice.
    to_come: Vec<Mail>,
    pub(super) got: BTreeMap<String, Got>,
}

/// A message that was delivered.
pub(super) struct Got {
    pub(super) label: &'static str,
    /// Length and digest of what was sent; what the server puts before it is the server's.
    pub(super) length: usize,
    pub(super) sha256: [u8; 32],
    pub(super) message_id: String,
    /// Where the owner put it, and when.
    pub(super) put: Vec<(String, Instant)>,
}

/// Where messages are, by id.
pub(super) type Places = BTreeMap<String, Vec<(String, u32)>>;

impl<'a> Owner<'a> {
    pub(super) fn new(mailbox: &'a Mailbox<'a>, seed: u64) -> Owner<'a> {
        let archive = mailbox.folder("Archive");
        mailbox.client().create(&archive);
        let named = FOLDERS.iter().map(|(_, path)| mailbox.folder(path));
        let mut to_come = available();
        to_come.retain(|mail| message_id(&mail.bytes).is_some());
        Dice::new(seed).shuffle(&mut to_come);
        Owner {
            habit: Habit::Teaches,
            mailbox,
            folders: std::iter::once("INBOX".to_owned()).chain(named).collect(),
            archive,
            to_come,
            got: BTreeMap::new(),
        }
    }

    /// Between two deliveries, so that there is mail until then.
    pub(super) fn pace(&self, until: Instant) -> Duration {
        let bursts = u32::try_from(self.to_come.len() / 4).unwrap().max(1);
        let left = until.saturating_duration_since(Instant::now());
        (left / bursts).max(Duration::from_secs(3))
    }

    /// Gets so many messages.
    pub(super) fn receives(&mut self, count: usize) {
        let at = self.to_come.len().saturating_sub(count);
        for mail in self.to_come.split_off(at) {
            self.mailbox.deliver([&*mail.bytes]);
            let sent = crlf(&mail.bytes);
            self.got.insert(
                mail.id,
                Got {
                    label: mail.label,
                    length: sent.len(),
                    sha256: Sha256::digest(&sent).into(),
                    message_id: message_id(&mail.bytes).unwrap(),
                    put: Vec::new(),
                },
            );
        }
    }

    /// Where everything is.
    pub(super) fn places(&self) -> Places {
        let mut client = self.mailbox.client();
        let existing = client.folders();
        let mut places = Places::new();
        for folder in existing {
            for (uid, id) in client.ids(&folder) {
                places.entry(id).or_default().push((folder.clone(), uid));
            }
        }
        places
    }

    /// Takes some message and puts it elsewhere.
    pub(super) fn moves_one(&mut self, dice: &mut Dice) {
        let places = self.places();
        let mut client = self.mailbox.client();
        let at_hand: Vec<(&String, &(String, u32))> = places
            .iter()
            .filter(|(id, places)| places.len() == 1 && self.is_at_hand(id))
            .map(|(id, places)| (id, &places[0]))
            .filter(|(_, (folder, _))| *folder != self.archive)
            .collect();
        let (fresh, filed): (Vec<_>, Vec<_>) = at_hand
            .into_iter()
            .partition(|(_, (folder, _))| folder == "INBOX");
        // One in three is taken from under the daemon's hands, if there is one.
        let some = match fresh.is_empty() || (dice.below(3) > 0 && !filed.is_empty()) {
            true => filed,
            false => fresh,
        };
        if some.is_empty() {
            return;
        }
        let (id, (from, uid)) = some[dice.below(some.len())];
        let to = self.choose(id, from, dice);
        self.put(&mut client, id, (from, *uid), &to);
    }

    fn is_at_hand(&self, id: &str) -> bool {
        let Some(got) = self.got.get(id) else {
            return false;
        };
        let rests = got.put.last().is_none_or(|(_, at)| at.elapsed() > PAUSE);
        let is_meant = match self.habit {
            Habit::Teaches => true,
            Habit::ChangesMind => self.word(got).is_some(),
        };
        rests && is_meant
    }

    /// The folder of a message's label more often than another.
    fn choose(&self, id: &str, from: &str, dice: &mut Dice) -> String {
        let right = self.mailbox.folder(folder_of(self.got[id].label));
        if right != from && dice.below(3) > 0 {
            return right;
        }
        let other: Vec<&String> = self
            .folders
            .iter()
            .chain([&self.archive])
            .filter(|folder| *folder != from)
            .collect();
        other[dice.below(other.len())].clone()
    }

    /// The server's word that the owner moved it is the owner's word where it belongs.
    fn put(&mut self, client: &mut Client, id: &str, (from, uid): (&str, u32), to: &str) {
        if client.folders().contains(to) && client.moves(from, uid, to) {
            let got = self.got.get_mut(id).unwrap();
            got.put.push((to.to_owned(), Instant::now()));
        }
    }

    /// The label that the owner's last move gave a message: none of one that they archived or never
    /// touched.
    pub(super) fn word(&self, got: &Got) -> Option<&'static str> {
        let (last, _) = got.put.last()?;
        let of_folder = FOLDERS
            .iter()
            .find(|(_, path)| self.mailbox.folder(path) == *last);
        match of_folder {
            Some((label, _)) => Some(label),
            None => (last == "INBOX").then_some("genuine"),
        }
    }

    pub(super) fn archive(&self) -> &str {
        &self.archive
    }
}

/// As it goes over the wire.
pub(super) fn crlf(bytes: &[u8]) -> Vec<u8> {
    let mut lines = Vec::with_capacity(bytes.len() + 64);
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        lines.extend_from_slice(line.strip_suffix(b"\r").unwrap_or(line));
        lines.extend_from_slice(b"\r\n");
    }
    lines
}

/// What is between the angle brackets of the header field, if that is on one line.
fn message_id(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let mut head = text.lines().take_while(|line| !line.is_empty());
    let line = head.find(|line| line.to_ascii_lowercase().starts_with("message-id:"))?;
    let (id, _) = line.split_once('<')?.1.split_once('>')?;
    Some(id.to_owned())
}
