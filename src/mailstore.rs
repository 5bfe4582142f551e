//! What watching and filing need of a mail server, whatever speaks to it.
//!
//! `imap` implements [`MailStore`] over the network; tests of filing and learning use a simulated
//! server that dies at any call. Messages go by UID, never by sequence number. A successful answer
//! to a move proves nothing: the pairs of [`Transfer`] do.

mod name;
#[cfg(test)]
pub(crate) mod simulated;
mod uid;

use std::collections::BTreeSet;
use std::time::Duration;

pub use name::{MailboxName, NameError};
pub use uid::{Uid, UidSet, UidValidity};

/// Why a server did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MailError {
    /// The server said no and goes on serving. What it did before it said so is not known.
    #[error("refused: {text}")]
    Refused {
        /// The reason it gave as a code.
        code: Option<RefusalCode>,
        /// What it said, made safe for a terminal.
        text: String,
    },
    /// The connection can no longer be used; the outcome of the last command is unknown.
    #[error("connection lost: {0}")]
    Lost(String),
    /// This program was asked to stop.
    #[error("stopped")]
    Stopped,
}

impl MailError {
    /// True if a new connection is needed before anything else.
    pub fn ends_session(&self) -> bool {
        !matches!(self, MailError::Refused { .. })
    }
}

/// A response code of RFC 5530 and others, as far as the program acts on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RefusalCode {
    /// `OVERQUOTA`
    OverQuota,
    /// `TRYCREATE`
    TryCreate,
    /// `NOPERM`
    NoPermission,
    /// `NONEXISTENT`
    NonExistent,
    /// `ALREADYEXISTS`
    AlreadyExists,
    /// `READ-ONLY`
    ReadOnly,
    /// `UNAVAILABLE`, `INUSE`, `LIMIT`, `SERVERBUG`: later it may work
    Later,
    /// `AUTHENTICATIONFAILED`, `AUTHORIZATIONFAILED`, `EXPIRED`
    Login,
}

/// What a server can do beyond the base protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Ability {
    /// RFC 6851: a move in one command.
    Move,
    /// RFC 4315: COPYUID, and expunging of chosen UIDs.
    UidPlus,
    /// RFC 2177: says when something happens.
    Idle,
    /// Gmail: folders are labels of one message.
    GmailLabels,
}

/// What a server can do.
pub type Abilities = BTreeSet<Ability>;

/// A folder in a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// Its whole name.
    pub name: MailboxName,
    /// What separates the levels of its name; none in a flat namespace.
    pub delimiter: Option<char>,
    /// What it is for (RFC 6154), if the server says.
    pub role: Option<Role>,
    /// Whether it can hold messages.
    pub selectable: Selectable,
}

/// Whether a folder can hold messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selectable {
    /// It can.
    Yes,
    /// It is only a level in a name.
    No,
}

/// Special use of a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// `\All`
    All,
    /// `\Archive`
    Archive,
    /// `\Drafts`
    Drafts,
    /// `\Flagged`
    Flagged,
    /// `\Junk`
    Junk,
    /// `\Sent`
    Sent,
    /// `\Trash`
    Trash,
}

/// How a folder is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Nothing can change by it (EXAMINE).
    ReadOnly,
    /// SELECT.
    ReadWrite,
}

/// An open folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selected {
    /// The validity of its UIDs.
    pub uid_validity: UidValidity,
    /// How many messages it holds.
    pub messages: u32,
    /// What the server granted, which can be less than what was asked.
    pub access: Access,
    /// Flags and keywords that can be set for good; `\*` stands for any keyword.
    pub permanent_flags: BTreeSet<String>,
}

impl Selected {
    /// True if a flag such as `\Deleted` or a keyword can be set for good.
    pub fn can_keep(&self, flag: &str) -> bool {
        let listed = |name: &str| {
            self.permanent_flags
                .iter()
                .any(|kept| kept.eq_ignore_ascii_case(name))
        };
        listed(flag) || (!flag.starts_with('\\') && listed("\\*"))
    }
}

/// What is known of a folder without opening it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status {
    /// The validity of its UIDs.
    pub uid_validity: UidValidity,
    /// Every message that comes later has this UID or a higher one.
    pub uid_next: Uid,
    /// How many messages it holds.
    pub messages: u32,
}

/// Which messages of the open folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Query {
    /// All that are not marked for deletion.
    Present,
    /// Those with this UID or a higher one that are not marked for deletion.
    PresentFrom(Uid),
    /// Those of a set that are still there and not marked for deletion.
    PresentOf(UidSet),
    /// Those of a set that are marked for deletion.
    DeletedOf(UidSet),
}

/// The header of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Its UID.
    pub uid: Uid,
    /// Size of the whole message in bytes.
    pub size: u32,
    /// The header as it is, at most the first [`crate::limits::HEAD_BYTES`].
    pub header: Vec<u8>,
}

/// A message, or the beginning of a large one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Its UID.
    pub uid: Uid,
    /// Size of the whole message in bytes.
    pub size: u32,
    /// At most the first [`crate::limits::MESSAGE_BYTES`] of it.
    pub bytes: Vec<u8>,
}

/// What a server proved of a move or a copy (COPYUID).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// The validity of the new UIDs.
    pub uid_validity: UidValidity,
    /// Old UID and new UID of each message; one that had vanished is not among them.
    pub pairs: Vec<(Uid, Uid)>,
}

/// A change of one flag or keyword.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlagChange {
    /// Set it.
    Add,
    /// Take it away.
    Remove,
}

/// Why a wait ended. It is a hint: what happened is found by looking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Woken {
    /// The server said that something happened.
    Server,
    /// The time is over.
    Time,
    /// This program has something else to do.
    Us,
}

/// A logged-in connection to one mail server.
///
/// Every call may fail, and takes a bounded time. After an error that
/// [ends the session](MailError::ends_session) every other call fails too.
pub trait MailStore {
    /// What the server can do.
    fn abilities(&self) -> &Abilities;

    /// All folders.
    ///
    /// # Errors
    /// As every call.
    fn folders(&mut self) -> Result<Vec<Folder>, MailError>;

    /// Makes a folder and subscribes to it.
    ///
    /// # Errors
    /// As every call.
    fn create(&mut self, mailbox: &MailboxName) -> Result<(), MailError>;

    /// Looks at a folder that is not open.
    ///
    /// # Errors
    /// As every call.
    fn status(&mut self, mailbox: &MailboxName) -> Result<Status, MailError>;

    /// Opens a folder; the one that was open is left without expunging.
    ///
    /// # Errors
    /// As every call; then no folder is open.
    fn select(&mut self, mailbox: &MailboxName, access: Access) -> Result<Selected, MailError>;

    /// The folder that is open, and what was said of it when it was opened.
    fn opened(&self) -> Option<(&MailboxName, &Selected)>;

    /// UIDs in the open folder, ascending.
    ///
    /// # Errors
    /// As every call.
    fn uids(&mut self, query: &Query) -> Result<Vec<Uid>, MailError>;

    /// Sizes of messages; one that has vanished is left out.
    ///
    /// # Errors
    /// As every call.
    fn sizes(&mut self, uids: &UidSet) -> Result<Vec<(Uid, u32)>, MailError>;

    /// Headers and sizes; one that has vanished is left out. `\Seen` stays as it is.
    ///
    /// # Errors
    /// As every call.
    fn heads(&mut self, uids: &UidSet) -> Result<Vec<Head>, MailError>;

    /// Messages; one that has vanished is left out. `\Seen` stays as it is.
    ///
    /// # Errors
    /// As every call.
    fn letters(&mut self, uids: &UidSet) -> Result<Vec<Letter>, MailError>;

    /// Moves messages of the open folder; needs [`Ability::Move`].
    ///
    /// # Errors
    /// As every call.
    fn transfer(&mut self, uids: &UidSet, into: &MailboxName) -> Result<Transfer, MailError>;

    /// Copies messages of the open folder; the pairs need [`Ability::UidPlus`].
    ///
    /// # Errors
    /// As every call.
    fn copy(&mut self, uids: &UidSet, into: &MailboxName) -> Result<Transfer, MailError>;

    /// Changes one flag or keyword of messages of the open folder.
    ///
    /// # Errors
    /// As every call.
    fn flag(&mut self, uids: &UidSet, change: FlagChange, flag: &str) -> Result<(), MailError>;

    /// Removes messages that are marked for deletion, of this set only; needs
    /// [`Ability::UidPlus`].
    ///
    /// # Errors
    /// As every call.
    fn expunge(&mut self, uids: &UidSet) -> Result<(), MailError>;

    /// Waits until something happens in the open folder, at most for this long.
    ///
    /// # Errors
    /// As every call.
    fn wait(&mut self, limit: Duration) -> Result<Woken, MailError>;
}

/// True if a folder that can hold mail is among those a server lists. Not every server has a code for
/// refusing one that is not there.
pub fn listed(folders: &[Folder], mailbox: &MailboxName) -> bool {
    let holds_mail =
        |folder: &Folder| folder.name == *mailbox && folder.selectable == Selectable::Yes;
    mailbox.is_inbox() || folders.iter().any(holds_mail)
}

/// Opens a folder unless it is open with this access already. A server may take long over a large
/// folder, and a folder keeps its UIDVALIDITY for as long as it is open (RFC 3501, section 2.3.1.1).
///
/// # Errors
/// As every call of a [`MailStore`].
pub fn keep_open(
    store: &mut dyn MailStore,
    mailbox: &MailboxName,
    access: Access,
) -> Result<Selected, MailError> {
    match store.opened() {
        Some((open, selected)) if open == mailbox && selected.access == access => {
            Ok(selected.clone())
        }
        _ => store.select(mailbox, access),
    }
}
