//! The account's folders by the names they have on its server.

use crate::account::Account;
use crate::corrections::{Managed, Part};
use crate::imap::{Namespace, ResolveError};
use crate::label::Label;
use crate::mailstore::MailboxName;

/// The account's folders by the names they have on its server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout {
    /// Those whose new mail is judged.
    pub(super) watched: Vec<MailboxName>,
    /// Where each label goes, in the order of [`Label::ALL`].
    targets: [Option<MailboxName>; Label::ALL.len()],
}

impl Layout {
    /// Names the folders of an account on a server.
    pub(super) fn new(account: &Account, namespace: &Namespace) -> Result<Layout, ResolveError> {
        let watched = account.watch.iter().map(|path| namespace.resolve(path));
        let mut targets = [const { None }; Label::ALL.len()];
        for (target, label) in targets.iter_mut().zip(Label::ALL) {
            let path = account.file_into.folder(label);
            *target = path.map(|path| namespace.resolve(path)).transpose()?;
        }
        Ok(Layout {
            watched: watched.collect::<Result<_, _>>()?,
            targets,
        })
    }

    /// The folder of a label; none if its mail stays where it is.
    pub(super) fn target(&self, label: Label) -> Option<&MailboxName> {
        let at = Label::ALL.iter().position(|other| *other == label)?;
        self.targets[at].as_ref()
    }

    /// All folders that are looked at, each once, and what each is for; those watched first.
    pub(super) fn parts(&self) -> Vec<Managed> {
        let watched = self.watched.iter().map(|mailbox| (mailbox, Part::Watched));
        let verdicts = self
            .targets
            .iter()
            .zip(Label::ALL)
            .filter_map(|(target, label)| Some((target.as_ref()?, Part::Verdict(label))));
        let mut parts: Vec<Managed> = Vec::new();
        for (mailbox, part) in watched.chain(verdicts) {
            if !parts.iter().any(|known| known.mailbox == *mailbox) {
                parts.push(Managed {
                    mailbox: mailbox.clone(),
                    part,
                });
            }
        }
        parts
    }

    /// The names of all folders that are looked at, each once.
    pub(super) fn managed(&self) -> Vec<MailboxName> {
        self.parts().into_iter().map(|one| one.mailbox).collect()
    }
}
