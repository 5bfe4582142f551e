//! Names of mailboxes, as people read them.

use std::fmt;

/// Longest name in bytes; servers refuse longer ones at 255 to 1,024.
const LONGEST: usize = 512;

/// The whole name of a mailbox in Unicode, levels separated by the server's delimiter. It can be
/// put into a command once it is encoded and quoted: it holds no control character.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MailboxName(String);

/// A name no mailbox can have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} cannot be the name of a folder: {why}")]
pub struct NameError {
    name: String,
    why: &'static str,
}

impl MailboxName {
    /// Takes a name. The inbox, in whatever case, becomes `INBOX`.
    ///
    /// # Errors
    /// If it is empty, too long or holds a control character.
    pub fn new(name: &str) -> Result<MailboxName, NameError> {
        let refused = |why| {
            Err(NameError {
                name: name.chars().take(80).collect(),
                why,
            })
        };
        match name {
            "" => refused("it is empty"),
            _ if name.len() > LONGEST => refused("it is longer than 512 bytes"),
            _ if name.chars().any(char::is_control) => refused("it holds a control character"),
            _ if name.eq_ignore_ascii_case("INBOX") => Ok(MailboxName::inbox()),
            _ => Ok(MailboxName(name.to_owned())),
        }
    }

    /// The inbox.
    pub fn inbox() -> MailboxName {
        MailboxName("INBOX".to_owned())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True for the inbox.
    pub fn is_inbox(&self) -> bool {
        self.0 == "INBOX"
    }
}

impl fmt::Display for MailboxName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for MailboxName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_end_a_command_is_no_name() {
        for bad in ["", "a\r\nb", "a\0", "\u{85}", &"x".repeat(513)] {
            assert!(MailboxName::new(bad).is_err(), "{bad:?}");
        }
        assert_eq!(MailboxName::new("Inbox").unwrap(), MailboxName::inbox());
        assert_eq!(
            MailboxName::new("Önsk & \"x\"").unwrap().as_str(),
            "Önsk & \"x\""
        );
    }
}
