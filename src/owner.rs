//! Whose mailbox it is, and what they have told about themselves: read once, then the same for
//! every message.
//!
//! Everything here is pure but [`load_relations`], which reads the files the owner names.

mod load;
mod profile;
mod relations;
mod rules;
mod vcard;

pub use load::{LoadError, RelationSources, load_relations};
pub use profile::profile_slug;
pub use relations::{Relation, Relations, SentMail};
pub use rules::{FileRule, Pattern, PatternError, RuleHit, Rules};

/// The owner of the mailbox.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Owner {
    /// Their addresses, lower case.
    pub addresses: Vec<String>,
    /// Names under which their own mail servers write `Authentication-Results`; nobody else's
    /// results count.
    pub authserv_ids: Vec<String>,
    /// Whom they know.
    pub relations: Relations,
}
