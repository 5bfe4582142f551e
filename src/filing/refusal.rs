//! Why mail cannot be filed, and what would help.

use super::{Stay, Stop};
use crate::mailstore::{
    Abilities, Ability, Access, MailError, MailboxName, RefusalCode, Selected, UidValidity,
};

/// Why mail cannot be filed. It is watched and judged all the same.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CannotFile {
    /// No UIDPLUS.
    #[error(
        "the server has no UIDPLUS (RFC 4315), so that a move cannot be proven and a copied message not removed by itself; mail is judged and stays where it is: use mode = \"observe\", or a server with UIDPLUS (Dovecot, Cyrus, Courier)"
    )]
    NoUidPlus,
    /// Gmail.
    #[error(
        "on Gmail folders are labels of one message, and moving it can take others off; mail is judged and stays where it is: use mode = \"observe\", or have Gmail forward to a mailbox with real folders"
    )]
    GmailLabels,
    /// The folder is read-only.
    #[error(
        "{0} is read-only here, so nothing can be moved out of it or into it; ask whoever runs the server for write access (ACL rights t, e and i), or take it out of the configuration"
    )]
    ReadOnly(MailboxName),
    /// `\Deleted` cannot be set.
    #[error(
        "in {0} this login may not delete, and a server without MOVE needs that to move; ask whoever runs the server for the ACL rights t and e"
    )]
    CannotDelete(MailboxName),
    /// No UIDVALIDITY.
    #[error(
        "the server gives {0} no UIDVALIDITY, so that its messages cannot be told apart safely; only another server or folder helps"
    )]
    NoUidValidity(MailboxName),
    /// The target has another name now.
    #[error(
        "{from} was renamed to {to}; write the new name into the configuration, or give the folder its old name back"
    )]
    Renamed {
        /// As it is configured.
        from: MailboxName,
        /// As it is called now.
        to: MailboxName,
    },
    /// The target is not there.
    #[error(
        "{0} does not exist and could not be made; make it in your mail program, or check its name"
    )]
    Missing(MailboxName),
    /// No room.
    #[error("no room for mail in {0}: the quota is used up; delete mail or ask for more")]
    Quota(MailboxName),
    /// No right.
    #[error(
        "the server forbids moving mail into {0}; ask whoever runs it for the ACL right i (insert)"
    )]
    NoPermission(MailboxName),
    /// Another no.
    #[error("the server refuses to serve {mailbox}: {text}; it is tried again later")]
    Refused {
        /// The folder.
        mailbox: MailboxName,
        /// What the server said.
        text: String,
    },
}

impl CannotFile {
    /// True if it may have changed the next time, so that it is worth another try after a while.
    pub(super) fn may_pass(&self) -> bool {
        !matches!(self, CannotFile::NoUidPlus | CannotFile::GmailLabels)
    }

    fn of(mailbox: &MailboxName, code: Option<RefusalCode>, text: String) -> CannotFile {
        let mailbox = mailbox.clone();
        match code {
            Some(RefusalCode::OverQuota) => CannotFile::Quota(mailbox),
            Some(RefusalCode::NoPermission) => CannotFile::NoPermission(mailbox),
            Some(RefusalCode::ReadOnly) => CannotFile::ReadOnly(mailbox),
            Some(RefusalCode::TryCreate | RefusalCode::NonExistent) => CannotFile::Missing(mailbox),
            _ => CannotFile::Refused { mailbox, text },
        }
    }
}

/// A refusal is a reason to leave mail where it is; anything else stops everything.
pub(super) fn stop(mailbox: &MailboxName) -> impl Fn(MailError) -> Stop {
    move |error| match error {
        MailError::Refused { code, text } => {
            Stop::Stay(Stay::CannotFile(CannotFile::of(mailbox, code, text)))
        }
        other => Stop::Broken(other.into()),
    }
}

/// How mail leaves a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Route {
    /// By MOVE.
    Move,
    /// By COPY, a look at the copy, and removal of exactly the message copied.
    Copy,
}

/// Which way there is on a server.
pub(super) fn route(abilities: &Abilities) -> Result<Route, CannotFile> {
    if abilities.contains(&Ability::GmailLabels) {
        return Err(CannotFile::GmailLabels);
    }
    if !abilities.contains(&Ability::UidPlus) {
        return Err(CannotFile::NoUidPlus);
    }
    Ok(match abilities.contains(&Ability::Move) {
        true => Route::Move,
        false => Route::Copy,
    })
}

/// Whether a folder that was opened lets mail go by a route.
pub(super) fn lets_go(
    mailbox: &MailboxName,
    selected: &Selected,
    route: Route,
) -> Result<(), CannotFile> {
    match route {
        _ if selected.access == Access::ReadOnly => Err(CannotFile::ReadOnly(mailbox.clone())),
        _ if selected.uid_validity == UidValidity(0) => {
            Err(CannotFile::NoUidValidity(mailbox.clone()))
        }
        Route::Copy if !selected.can_keep("\\Deleted") => {
            Err(CannotFile::CannotDelete(mailbox.clone()))
        }
        Route::Move | Route::Copy => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_follows_from_what_the_server_can_do() {
        let way = |abilities: &[Ability]| route(&abilities.iter().copied().collect());
        use Ability::{GmailLabels, Move, UidPlus};
        assert_eq!(way(&[Move, UidPlus]), Ok(Route::Move));
        assert_eq!(way(&[UidPlus]), Ok(Route::Copy));
        assert_eq!(way(&[Move]), Err(CannotFile::NoUidPlus));
        assert_eq!(way(&[]), Err(CannotFile::NoUidPlus));
        assert_eq!(
            way(&[Move, UidPlus, GmailLabels]),
            Err(CannotFile::GmailLabels)
        );
    }
}
