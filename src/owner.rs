//! Whose mailbox it is, and what they have told about themselves: read once, then the same for
//! every message.

/// The owner of the mailbox.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Owner {
    /// Their addresses, lower case.
    pub addresses: Vec<String>,
    /// Names under which their own mail servers write `Authentication-Results`; nobody else's
    /// results count.
    pub authserv_ids: Vec<String>,
}
