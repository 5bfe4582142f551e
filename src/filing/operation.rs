//! One move of one message, from the intent to its outcome.

use std::fmt;

use super::Fingerprint;
use crate::account::AccountName;
use crate::label::Label;
use crate::mailstore::{MailboxName, Uid, UidValidity};

/// Number of an operation in the journal; never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OperationId(pub i64);

impl fmt::Display for OperationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Where a message lies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Its folder.
    pub mailbox: MailboxName,
    /// The validity of its UID.
    pub uid_validity: UidValidity,
    /// Its UID.
    pub uid: Uid,
}

/// Why a message is moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// It was judged.
    Filed(Label),
    /// The owner took an operation back.
    Undone(OperationId),
    /// The owner moved the same message at the same moment: our copy, the source of the operation,
    /// is removed, and theirs, in the target, stays.
    TakenBack,
}

/// How far an operation has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It was written down, and may have been sent.
    Planned,
    /// There is a copy in the target; the source is still to be removed.
    Copied(Uid),
    /// The message lies in the target, with this UID.
    Done(Uid),
    /// Somebody else moved or deleted the message.
    Gone,
    /// The message stays where it is.
    Withdrawn(Withdrawal),
}

impl Step {
    /// The name it has in the journal and in `--json`.
    pub fn name(self) -> &'static str {
        match self {
            Step::Planned => "planned",
            Step::Copied(_) => "copied",
            Step::Done(_) => "done",
            Step::Gone => "gone",
            Step::Withdrawn(_) => "withdrawn",
        }
    }

    /// True if there is nothing more to do.
    pub fn is_closed(self) -> bool {
        !matches!(self, Step::Planned | Step::Copied(_))
    }
}

/// Why a message was not moved after all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Withdrawal {
    /// The server did not do it, or the connection died before.
    NotMoved,
    /// The server said no.
    Refused,
    /// It was copied and cannot be removed from where it was; the copy was removed.
    NotRemovable,
    /// What the server shows is not what was expected.
    NotVerified,
}

impl Withdrawal {
    /// All of them.
    pub const ALL: [Withdrawal; 4] = [
        Withdrawal::NotMoved,
        Withdrawal::Refused,
        Withdrawal::NotRemovable,
        Withdrawal::NotVerified,
    ];

    /// The name it has in the journal and in `--json`.
    pub fn name(self) -> &'static str {
        match self {
            Withdrawal::NotMoved => "not-moved",
            Withdrawal::Refused => "refused",
            Withdrawal::NotRemovable => "not-removable",
            Withdrawal::NotVerified => "not-verified",
        }
    }
}

/// What is to be done with one message, before it has a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// Where it lies.
    pub source: Place,
    /// Where it goes.
    pub target: MailboxName,
    /// The validity of the UIDs there.
    pub target_uid_validity: UidValidity,
    /// Its UID there will be this or a higher one.
    pub watermark: Uid,
    /// What it is recognised by.
    pub fingerprint: Fingerprint,
    /// Why.
    pub cause: Cause,
}

/// One move of one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// Its number.
    pub id: OperationId,
    /// Number of those it was planned together with.
    pub round: i64,
    /// The account.
    pub account: AccountName,
    /// Where the message lay.
    pub source: Place,
    /// Where it goes.
    pub target: MailboxName,
    /// The validity of the UIDs there.
    pub target_uid_validity: UidValidity,
    /// Its UID there is this or a higher one.
    pub watermark: Uid,
    /// What it is recognised by.
    pub fingerprint: Fingerprint,
    /// Why it is moved.
    pub cause: Cause,
    /// How far it has come.
    pub step: Step,
    /// When it was planned, in seconds since 1970.
    pub began: i64,
    /// When it was closed, in seconds since 1970; none while it is open.
    pub ended: Option<i64>,
}

impl Operation {
    /// Where the message lies now, as far as the operation knows: none unless it is done.
    pub fn outcome(&self) -> Option<Place> {
        match self.step {
            Step::Done(uid) => Some(self.in_target(uid)),
            _ => None,
        }
    }

    /// A place in the target.
    pub(super) fn in_target(&self, uid: Uid) -> Place {
        Place {
            mailbox: self.target.clone(),
            uid_validity: self.target_uid_validity,
            uid,
        }
    }

    /// The same operation, further on.
    pub(super) fn at(&self, step: Step) -> Operation {
        Operation {
            step,
            ..self.clone()
        }
    }
}

/// What the UIDs of a folder began with before a move: what came later is new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The folder.
    pub mailbox: MailboxName,
    /// The validity of its UIDs.
    pub uid_validity: UidValidity,
    /// Every later message has this UID or a higher one.
    pub uid_next: Uid,
}
