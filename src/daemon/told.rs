//! What was said once and need not be said at every look.

use std::collections::BTreeSet;

use crate::mailstore::MailboxName;

/// What was told of the folders of an account.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// Those whose new mail cannot be judged.
    pub(super) unread: Refused,
    /// Those that cannot be looked at for what the owner moved. A folder of a label is often not there
    /// until the first mail is filed into it.
    pub(super) unseen: Refused,
}

/// Folders that the server refused, as far as that was told.
#[derive(Debug, Default)]
pub(super) struct Refused(BTreeSet<MailboxName>);

impl Refused {
    /// Those among the folders refused at this look that were not at the last.
    pub(super) fn news<'a, W>(
        &mut self,
        refused: &'a [(MailboxName, W)],
    ) -> Vec<&'a (MailboxName, W)> {
        let now: BTreeSet<MailboxName> = refused.iter().map(|(name, _)| name.clone()).collect();
        let before = std::mem::replace(&mut self.0, now);
        let is_new = |one: &&(MailboxName, W)| !before.contains(&one.0);
        refused.iter().filter(is_new).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_told_once_until_it_was_there_meanwhile() {
        let name = |name| MailboxName::new(name).unwrap();
        let refused = [(name("a"), 1), (name("b"), 2)];
        let mut told = Refused::default();
        assert_eq!(told.news(&refused).len(), 2);
        assert!(told.news(&refused).is_empty());
        assert!(told.news(&refused[1..]).is_empty());
        assert_eq!(told.news(&refused), [&refused[0]]);
    }
}
