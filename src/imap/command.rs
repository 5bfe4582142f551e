//! The commands that are sent, each one line. Nothing else is ever sent to a server, and none of
//! these sets `\Seen`, expunges what was not named, or goes by sequence numbers.

use super::quote::{Unfit, flag, quoted};
use super::utf7;
use crate::limits;
use crate::mailstore::{Access, FlagChange, MailboxName, Query, UidSet};

/// What the server can do.
pub(super) const CAPABILITY: &str = "CAPABILITY";
/// Nothing, and hear what happened.
pub(super) const NOOP: &str = "NOOP";
/// Good-bye.
pub(super) const LOGOUT: &str = "LOGOUT";
/// Where the owner's folders are.
pub(super) const NAMESPACE: &str = "NAMESPACE";
/// All folders.
pub(super) const LIST: &str = "LIST \"\" \"*\"";
/// All folders and what they are for.
pub(super) const LIST_ROLES: &str = "LIST \"\" \"*\" RETURN (SPECIAL-USE)";

/// A mailbox as an argument.
pub(super) fn mailbox(name: &MailboxName) -> Result<String, Unfit> {
    quoted(&utf7::encode(name.as_str()))
}

/// Makes a folder.
pub(super) fn create(name: &MailboxName) -> Result<String, Unfit> {
    Ok(format!("CREATE {}", mailbox(name)?))
}

/// Subscribes to a folder.
pub(super) fn subscribe(name: &MailboxName) -> Result<String, Unfit> {
    Ok(format!("SUBSCRIBE {}", mailbox(name)?))
}

/// Looks at a folder.
pub(super) fn status(name: &MailboxName) -> Result<String, Unfit> {
    let name = mailbox(name)?;
    Ok(format!("STATUS {name} (MESSAGES UIDNEXT UIDVALIDITY)"))
}

/// Opens a folder.
pub(super) fn select(name: &MailboxName, access: Access) -> Result<String, Unfit> {
    let verb = match access {
        Access::ReadOnly => "EXAMINE",
        Access::ReadWrite => "SELECT",
    };
    Ok(format!("{verb} {}", mailbox(name)?))
}

/// Searches; a set has to fit into one command.
pub(super) fn search(query: &Query) -> String {
    match query {
        Query::Present => "UID SEARCH UNDELETED".to_owned(),
        Query::PresentFrom(uid) => format!("UID SEARCH UID {uid}:* UNDELETED"),
        Query::PresentOf(uids) => format!("UID SEARCH UID {uids} UNDELETED"),
        Query::DeletedOf(uids) => format!("UID SEARCH UID {uids} DELETED"),
    }
}

/// Searches for at least as much, without naming a UID.
pub(super) fn search_all(query: &Query) -> &'static str {
    match query {
        Query::Present | Query::PresentFrom(_) | Query::PresentOf(_) => "UID SEARCH UNDELETED",
        Query::DeletedOf(_) => "UID SEARCH DELETED",
    }
}

/// Asks for sizes.
pub(super) fn sizes(uids: &UidSet) -> String {
    format!("UID FETCH {uids} (UID RFC822.SIZE)")
}

/// Asks for headers.
pub(super) fn heads(uids: &UidSet) -> String {
    let most = limits::HEAD_BYTES;
    format!("UID FETCH {uids} (UID RFC822.SIZE BODY.PEEK[HEADER]<0.{most}>)")
}

/// Asks for messages.
pub(super) fn letters(uids: &UidSet) -> String {
    let most = limits::MESSAGE_BYTES;
    format!("UID FETCH {uids} (UID RFC822.SIZE BODY.PEEK[]<0.{most}>)")
}

/// Moves messages.
pub(super) fn transfer(uids: &UidSet, into: &MailboxName) -> Result<String, Unfit> {
    Ok(format!("UID MOVE {uids} {}", mailbox(into)?))
}

/// Copies messages.
pub(super) fn copy(uids: &UidSet, into: &MailboxName) -> Result<String, Unfit> {
    Ok(format!("UID COPY {uids} {}", mailbox(into)?))
}

/// Changes a flag.
pub(super) fn store(uids: &UidSet, change: FlagChange, name: &str) -> Result<String, Unfit> {
    let sign = match change {
        FlagChange::Add => '+',
        FlagChange::Remove => '-',
    };
    Ok(format!(
        "UID STORE {uids} {sign}FLAGS.SILENT ({})",
        flag(name)?
    ))
}

/// Removes messages of this set that are marked for deletion.
pub(super) fn expunge(uids: &UidSet) -> String {
    format!("UID EXPUNGE {uids}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::mailstore::Uid;
    use crate::properties::cases;

    /// A command is one line of printable ASCII, short enough for every server.
    fn is_one_line(command: &str) -> bool {
        command.len() < 8_000 && command.bytes().all(|byte| (b' '..=b'~').contains(&byte))
    }

    #[test]
    fn names_are_encoded_and_quoted() {
        let name = MailboxName::new("Önsk & \"x\"").unwrap();
        assert_eq!(mailbox(&name).unwrap(), r#""&ANY-nsk &- \"x\"""#);
        assert_eq!(
            select(&MailboxName::inbox(), Access::ReadOnly).unwrap(),
            "EXAMINE \"INBOX\""
        );
    }

    #[test]
    fn the_longest_command_fits() {
        let far_apart = (0..limits::UIDS_IN_A_COMMAND as u32).map(|at| Uid(u32::MAX - 2 * at));
        let uids: UidSet = far_apart.collect();
        for longest in ["é&".repeat(170), "\"\\".repeat(256), "a\u{7ff}".repeat(170)] {
            let name = MailboxName::new(&longest).unwrap();
            assert!(is_one_line(&transfer(&uids, &name).unwrap()));
        }
    }

    proptest! {
        #![proptest_config(cases(10_000))]
        #[test]
        fn nothing_makes_two_commands_of_one(
            text in "[\\PC\r\n\0\"\\\\&%*(){} ü]{0,60}|.{0,200}",
            uid in 1u32..,
        ) {
            let uids = UidSet::from(Uid(uid));
            if let Ok(name) = MailboxName::new(&text) {
                for command in [
                    create(&name), subscribe(&name), status(&name), transfer(&uids, &name),
                    copy(&uids, &name), select(&name, Access::ReadWrite),
                ] {
                    prop_assert!(is_one_line(&command.unwrap()));
                }
                let sent = mailbox(&name).unwrap();
                let mut cursor = super::super::reply::Cursor::new(sent.as_bytes());
                let back = cursor.value().and_then(super::super::reply::Value::text).unwrap();
                let back = utf7::decode(std::str::from_utf8(&back).unwrap());
                prop_assert_eq!(back.as_deref(), Some(name.as_str()));
                prop_assert!(cursor.rest().is_empty());
            }
            if let Ok(command) = store(&uids, FlagChange::Add, &text) {
                prop_assert!(is_one_line(&command));
                prop_assert_eq!(command.matches(['(', ')']).count(), 2);
            }
            if let Ok(quoted) = quoted(&text) {
                prop_assert!(is_one_line(&quoted));
            }
        }
    }
}
