//! A mail server in memory that can die at any call, for tests of filing and learning.

mod quirk;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Duration;

use super::{
    Abilities, Ability, Access, FlagChange, Folder, Head, Letter, MailError, MailStore,
    MailboxName, Query, RefusalCode, Selectable, Selected, Status, Transfer, Uid, UidSet,
    UidValidity, Woken,
};
pub(crate) use quirk::Quirk;

/// How far the command comes at which the connection dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Death {
    /// It never arrives.
    Before,
    /// It is done for the first half of its messages.
    Halfway,
    /// It is done, and the answer is lost.
    After,
}

/// A message in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stored {
    pub(crate) bytes: Vec<u8>,
    pub(crate) flags: BTreeSet<String>,
}

#[derive(Debug)]
struct Mailbox {
    uid_validity: UidValidity,
    next: u32,
    mail: BTreeMap<Uid, Stored>,
}

#[derive(Debug)]
struct Disk {
    mailboxes: BTreeMap<MailboxName, Mailbox>,
    calls: u64,
    dies: Option<(u64, Death)>,
    refuses: BTreeMap<MailboxName, RefusalCode>,
    quirks: BTreeSet<(MailboxName, Quirk)>,
    transfers: Vec<String>,
}

/// The server; it stays when a connection dies.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    disk: Rc<RefCell<Disk>>,
    abilities: Abilities,
}

/// One connection to it.
#[derive(Debug)]
pub(crate) struct Connection {
    server: Server,
    open: Option<(MailboxName, Selected)>,
    dead: bool,
}

impl Server {
    /// An empty inbox on a server that can do this.
    pub(crate) fn new(abilities: &[Ability]) -> Server {
        let server = Server {
            disk: Rc::new(RefCell::new(Disk {
                mailboxes: BTreeMap::new(),
                calls: 0,
                dies: None,
                refuses: BTreeMap::new(),
                quirks: BTreeSet::new(),
                transfers: Vec::new(),
            })),
            abilities: abilities.iter().copied().collect(),
        };
        server.make(&MailboxName::inbox());
        server
    }

    pub(crate) fn connect(&self) -> Connection {
        Connection {
            server: self.clone(),
            open: None,
            dead: false,
        }
    }

    /// Lets the connection die at the n-th call from now, counted from 1.
    pub(crate) fn die_at(&self, call: u64, death: Death) {
        let mut disk = self.disk.borrow_mut();
        disk.dies = Some((disk.calls + call, death));
    }

    /// Lets no connection die; true if one was still to die.
    pub(crate) fn live(&self) -> bool {
        self.disk.borrow_mut().dies.take().is_some()
    }

    /// Refuses whatever would put mail into a folder.
    pub(crate) fn refuse(&self, mailbox: &MailboxName, code: RefusalCode) {
        self.disk.borrow_mut().refuses.insert(mailbox.clone(), code);
    }

    /// Refuses it no longer.
    pub(crate) fn accept(&self, mailbox: &MailboxName) {
        self.disk.borrow_mut().refuses.remove(mailbox);
    }

    pub(crate) fn quirk(&self, mailbox: &MailboxName, quirk: Quirk) {
        let quirk = (mailbox.clone(), quirk);
        self.disk.borrow_mut().quirks.insert(quirk);
    }

    /// Gives a folder another name; its UIDs go along.
    pub(crate) fn rename(&self, from: &MailboxName, to: &MailboxName) {
        let mut disk = self.disk.borrow_mut();
        let found = disk.mailboxes.remove(from).unwrap();
        disk.mailboxes.insert(to.clone(), found);
    }

    /// Makes a folder; as all that follows, behind the back of every connection.
    pub(crate) fn make(&self, mailbox: &MailboxName) {
        let mut disk = self.disk.borrow_mut();
        let generation = u32::try_from(disk.mailboxes.len()).unwrap() + 100;
        disk.mailboxes
            .entry(mailbox.clone())
            .or_insert_with(|| Mailbox {
                uid_validity: UidValidity(generation),
                next: 1,
                mail: BTreeMap::new(),
            });
    }

    /// Gives the folder new UIDs, as a repair does.
    pub(crate) fn renumber(&self, mailbox: &MailboxName) {
        let mut disk = self.disk.borrow_mut();
        let found = disk.mailboxes.get_mut(mailbox).unwrap();
        found.uid_validity.0 += 1000;
        let mail = std::mem::take(&mut found.mail);
        found.next = 1;
        for (_, stored) in mail {
            found.put(stored);
        }
    }

    pub(crate) fn deliver(&self, mailbox: &MailboxName, bytes: &[u8]) -> Uid {
        let mut disk = self.disk.borrow_mut();
        let stored = Stored {
            bytes: bytes.to_vec(),
            flags: BTreeSet::new(),
        };
        disk.mailboxes.get_mut(mailbox).unwrap().put(stored)
    }

    /// The user moves a message in their own mail program.
    pub(crate) fn user_moves(&self, from: &MailboxName, uid: Uid, into: &MailboxName) -> Uid {
        let mut disk = self.disk.borrow_mut();
        let stored = disk.mailbox(from).unwrap().mail.remove(&uid).unwrap();
        disk.mailboxes.get_mut(into).unwrap().put(stored)
    }

    pub(crate) fn user_deletes(&self, from: &MailboxName, uid: Uid) {
        let mut disk = self.disk.borrow_mut();
        disk.mailboxes.get_mut(from).unwrap().mail.remove(&uid);
    }

    /// What lies in a folder.
    pub(crate) fn mail(&self, mailbox: &MailboxName) -> BTreeMap<Uid, Stored> {
        let disk = self.disk.borrow();
        let mail = |found: &Mailbox| found.mail.clone();
        disk.mailboxes.get(mailbox).map(mail).unwrap_or_default()
    }

    /// Every place a message with these bytes lies in.
    pub(crate) fn places_of(&self, bytes: &[u8]) -> Vec<(MailboxName, Uid)> {
        let disk = self.disk.borrow();
        let all = disk.mailboxes.iter().flat_map(|(name, mailbox)| {
            let mail = mailbox.mail.iter();
            mail.map(move |(uid, stored)| (name, *uid, stored))
        });
        all.filter(|(.., stored)| stored.bytes == bytes)
            .map(|(name, uid, _)| (name.clone(), uid))
            .collect()
    }

    /// Commands that moved, copied, flagged or expunged, as the protocol writes them.
    pub(crate) fn effects(&self) -> Vec<String> {
        self.disk.borrow().transfers.clone()
    }

    /// Calls so far.
    pub(crate) fn calls(&self) -> u64 {
        self.disk.borrow().calls
    }
}

impl Mailbox {
    fn put(&mut self, stored: Stored) -> Uid {
        let uid = Uid(self.next);
        self.next += 1;
        self.mail.insert(uid, stored);
        uid
    }

    fn present(&self, uid: Uid) -> bool {
        let stored = self.mail.get(&uid);
        stored.is_some_and(|stored| !stored.flags.contains("\\Deleted"))
    }
}

impl Disk {
    fn has(&self, mailbox: &MailboxName, quirk: Quirk) -> bool {
        self.quirks.contains(&(mailbox.clone(), quirk))
    }

    fn mailbox(&mut self, name: &MailboxName) -> Result<&mut Mailbox, MailError> {
        self.mailboxes
            .get_mut(name)
            .ok_or_else(|| refused(RefusalCode::NonExistent))
    }
}

impl Connection {
    /// Runs one command, `over` so many messages, or as much of it as the connection lives for.
    fn run<T>(
        &mut self,
        over: usize,
        command: impl FnOnce(&mut Disk, Option<&MailboxName>, usize) -> Result<T, MailError>,
    ) -> Result<T, MailError> {
        if self.dead {
            return Err(MailError::Lost("it was dead already".to_owned()));
        }
        let mut disk = self.server.disk.borrow_mut();
        disk.calls += 1;
        let death = disk
            .dies
            .filter(|(call, _)| *call == disk.calls)
            .map(|(_, death)| death);
        let reach = match death {
            Some(Death::Before) => None,
            Some(Death::Halfway) => Some(over / 2),
            Some(Death::After) | None => Some(over),
        };
        let done =
            reach.map(|reach| command(&mut disk, self.open.as_ref().map(|(open, _)| open), reach));
        match (death, done) {
            (None, Some(done)) => done,
            _ => {
                disk.dies = None;
                self.dead = true;
                Err(MailError::Lost("simulated".to_owned()))
            }
        }
    }

    fn bring(
        &mut self,
        uids: &UidSet,
        into: &MailboxName,
        verb: &str,
    ) -> Result<Transfer, MailError> {
        let is_move = verb == "MOVE";
        let command = format!("UID {verb} {uids} {into}");
        self.run(uids.len(), |disk, open, reach| {
            disk.transfers.push(command);
            if let Some(code) = disk.refuses.get(into) {
                return Err(refused(*code));
            }
            let Ok(mailbox) = disk.mailbox(into) else {
                return Err(refused(RefusalCode::TryCreate));
            };
            let uid_validity = mailbox.uid_validity;
            let breaks = |uid: &Uid| disk.has(into, Quirk::BreaksOver(*uid));
            if uids.as_slice().iter().any(breaks) {
                return Err(MailError::Lost("simulated".to_owned()));
            }
            let open = open.expect("a folder is open");
            let mut pairs = Vec::new();
            for uid in uids.as_slice().iter().take(reach) {
                let source = disk.mailbox(open)?;
                let Some(stored) = source.mail.get(uid).cloned() else {
                    continue;
                };
                if is_move {
                    source.mail.remove(uid);
                }
                pairs.push((*uid, disk.mailbox(into)?.put(stored)));
            }
            if disk.has(into, Quirk::LiesOfUids) {
                pairs.iter_mut().for_each(|(_, new)| new.0 += 1000);
            }
            if disk.has(into, Quirk::ProvesNothing) {
                pairs.clear();
            }
            Ok(Transfer {
                uid_validity,
                pairs,
            })
        })
    }
}

fn refused(code: RefusalCode) -> MailError {
    MailError::Refused {
        code: Some(code),
        text: format!("{code:?}"),
    }
}

/// Bytes up to and with the empty line.
fn header_of(bytes: &[u8]) -> Vec<u8> {
    let end = memchr::memmem::find(bytes, b"\r\n\r\n").map_or(bytes.len(), |at| at + 4);
    bytes[..end].to_vec()
}

impl MailStore for Connection {
    fn abilities(&self) -> &Abilities {
        &self.server.abilities
    }

    fn folders(&mut self) -> Result<Vec<Folder>, MailError> {
        self.run(0, |disk, _, _| {
            let folder = |name: &MailboxName| Folder {
                name: name.clone(),
                delimiter: Some('/'),
                role: None,
                selectable: Selectable::Yes,
            };
            Ok(disk.mailboxes.keys().map(folder).collect())
        })
    }

    fn create(&mut self, mailbox: &MailboxName) -> Result<(), MailError> {
        let server = self.server.clone();
        self.run(0, |disk, _, _| match disk.mailbox(mailbox) {
            Ok(_) => Err(refused(RefusalCode::AlreadyExists)),
            Err(_) => Ok(()),
        })?;
        server.make(mailbox);
        Ok(())
    }

    fn status(&mut self, mailbox: &MailboxName) -> Result<Status, MailError> {
        self.run(0, |disk, _, _| {
            if disk.has(mailbox, Quirk::UnnumberedUntilOpened) {
                let text = "simulated".to_owned();
                return Err(MailError::Refused { code: None, text });
            }
            let found = disk.mailbox(mailbox)?;
            Ok(Status {
                uid_validity: found.uid_validity,
                uid_next: Uid(found.next),
                messages: u32::try_from(found.mail.len()).unwrap(),
            })
        })
    }

    fn select(&mut self, mailbox: &MailboxName, access: Access) -> Result<Selected, MailError> {
        self.open = None;
        let selected = self.run(0, |disk, _, _| {
            let unnumbered = (mailbox.clone(), Quirk::UnnumberedUntilOpened);
            disk.quirks.remove(&unnumbered);
            let access = match disk.has(mailbox, Quirk::ReadOnly) {
                true => Access::ReadOnly,
                false => access,
            };
            let mut permanent_flags: BTreeSet<String> =
                ["\\Deleted", "\\Seen", "\\*"].map(str::to_owned).into();
            if disk.has(mailbox, Quirk::KeepsNoDeleted) {
                permanent_flags.remove("\\Deleted");
            }
            let found = disk.mailbox(mailbox)?;
            Ok(Selected {
                uid_validity: found.uid_validity,
                messages: u32::try_from(found.mail.len()).unwrap(),
                access,
                permanent_flags,
            })
        })?;
        self.open = Some((mailbox.clone(), selected.clone()));
        Ok(selected)
    }

    fn opened(&self) -> Option<(&MailboxName, &Selected)> {
        let (open, selected) = self.open.as_ref()?;
        Some((open, selected))
    }

    fn uids(&mut self, query: &Query) -> Result<Vec<Uid>, MailError> {
        self.run(0, |disk, open, _| {
            let found = disk.mailbox(open.expect("a folder is open"))?;
            let wanted = |uid: &Uid| match query {
                Query::Present => found.present(*uid),
                Query::PresentFrom(first) => *uid >= *first && found.present(*uid),
                Query::PresentOf(set) => set.contains(*uid) && found.present(*uid),
                Query::DeletedOf(set) => set.contains(*uid) && !found.present(*uid),
            };
            Ok(found.mail.keys().copied().filter(wanted).collect())
        })
    }

    fn sizes(&mut self, uids: &UidSet) -> Result<Vec<(Uid, u32)>, MailError> {
        let letters = self.letters(uids)?;
        let sized = |letter: Letter| (letter.uid, letter.size);
        Ok(letters.into_iter().map(sized).collect())
    }

    fn heads(&mut self, uids: &UidSet) -> Result<Vec<Head>, MailError> {
        let letters = self.letters(uids)?;
        let head = |letter: Letter| Head {
            uid: letter.uid,
            size: letter.size,
            header: header_of(&letter.bytes),
        };
        Ok(letters.into_iter().map(head).collect())
    }

    fn letters(&mut self, uids: &UidSet) -> Result<Vec<Letter>, MailError> {
        self.run(0, |disk, open, _| {
            let found = disk.mailbox(open.expect("a folder is open"))?;
            let letter = |uid: &Uid| {
                found.mail.get(uid).map(|stored| Letter {
                    uid: *uid,
                    size: u32::try_from(stored.bytes.len()).unwrap(),
                    bytes: stored.bytes.clone(),
                })
            };
            Ok(uids.as_slice().iter().filter_map(letter).collect())
        })
    }

    fn transfer(&mut self, uids: &UidSet, into: &MailboxName) -> Result<Transfer, MailError> {
        assert!(self.abilities().contains(&Ability::Move));
        self.bring(uids, into, "MOVE")
    }

    fn copy(&mut self, uids: &UidSet, into: &MailboxName) -> Result<Transfer, MailError> {
        assert!(self.abilities().contains(&Ability::UidPlus));
        self.bring(uids, into, "COPY")
    }

    fn flag(&mut self, uids: &UidSet, change: FlagChange, flag: &str) -> Result<(), MailError> {
        let command = format!("UID STORE {uids} {change:?} {flag}");
        self.run(uids.len(), |disk, open, reach| {
            disk.transfers.push(command);
            let open = open.expect("a folder is open");
            if disk.has(open, Quirk::RefusesFlags) {
                return Err(refused(RefusalCode::NoPermission));
            }
            let found = disk.mailbox(open)?;
            for uid in uids.as_slice().iter().take(reach) {
                if let Some(stored) = found.mail.get_mut(uid) {
                    match change {
                        FlagChange::Add => stored.flags.insert(flag.to_owned()),
                        FlagChange::Remove => stored.flags.remove(flag),
                    };
                }
            }
            Ok(())
        })
    }

    fn expunge(&mut self, uids: &UidSet) -> Result<(), MailError> {
        assert!(self.abilities().contains(&Ability::UidPlus));
        let command = format!("UID EXPUNGE {uids}");
        self.run(uids.len(), |disk, open, reach| {
            disk.transfers.push(command);
            let open = open.expect("a folder is open");
            if disk.has(open, Quirk::NeverExpunges) {
                return Ok(());
            }
            let found = disk.mailbox(open)?;
            for uid in uids.as_slice().iter().take(reach) {
                if !found.present(*uid) {
                    found.mail.remove(uid);
                }
            }
            Ok(())
        })
    }

    fn wait(&mut self, _limit: Duration) -> Result<Woken, MailError> {
        self.run(0, |_, _, _| Ok(Woken::Time))
    }
}
