//! What servers get wrong.

use crate::mailstore::Uid;

/// What is wrong with a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Quirk {
    /// It opens for reading only.
    ReadOnly,
    /// No flag can be set in it, though it opens for writing.
    RefusesFlags,
    /// `\Deleted` is not among the flags it keeps.
    KeepsNoDeleted,
    /// Expunging says OK and does nothing.
    NeverExpunges,
    /// What is moved or copied into it gets other UIDs than the server says.
    LiesOfUids,
    /// What is moved or copied into it comes without proof.
    ProvesNothing,
    /// STATUS cannot tell its UIDVALIDITY until it has been opened.
    UnnumberedUntilOpened,
    /// Moving or copying this message into it ends the connection.
    BreaksOver(Uid),
}
