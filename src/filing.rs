//! What filing and learning from moves have in common.

mod fingerprint;

pub use fingerprint::Fingerprint;

use crate::mailstore::{MailboxName, Uid, UidValidity};

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
