use std::collections::{BTreeMap, BTreeSet};

use super::client::Stored;
use super::server::Mailbox;

/// Where every message of a mailbox is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Snapshot {
    folders: BTreeMap<String, Vec<Stored>>,
}

impl Snapshot {
    pub(crate) fn of(mailbox: &Mailbox<'_>) -> Snapshot {
        let mut client = mailbox.client();
        let names = client.folders();
        let folders = names
            .into_iter()
            .map(|name| {
                let messages = client.messages(&name);
                (name, messages)
            })
            .collect();
        Snapshot { folders }
    }

    /// The folders a message is in, by the value of its `X-Test` header.
    pub(crate) fn places(&self) -> BTreeMap<String, Vec<String>> {
        let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (folder, message) in self.messages() {
            places
                .entry(id(message))
                .or_default()
                .push(folder.to_owned());
        }
        places
    }

    /// The one folder each message is in.
    #[track_caller]
    pub(crate) fn homes(&self) -> BTreeMap<String, String> {
        self.places()
            .into_iter()
            .map(|(id, folders)| {
                assert_eq!(folders.len(), 1, "{id} is in {folders:?}");
                (id, folders.into_iter().next().unwrap())
            })
            .collect()
    }

    /// How many messages a folder holds.
    pub(crate) fn count(&self, folder: &str) -> usize {
        self.folders.get(folder).map_or(0, Vec::len)
    }

    /// UIDs of messages in a folder, by their ids.
    pub(crate) fn uids(&self, folder: &str) -> BTreeMap<String, u32> {
        self.folders.get(folder).map_or_else(BTreeMap::new, |all| {
            all.iter()
                .map(|message| (id(message), message.uid))
                .collect()
        })
    }

    /// Panics unless the same messages are here as there, byte for byte and read or unread as
    /// before, wherever they are. A flag may have come that is no flag of the system.
    #[track_caller]
    pub(crate) fn assert_nothing_lost_or_changed(&self, before: &Snapshot) {
        let (before, after) = (before.contents(), self.contents());
        let lost: Vec<&Content> = before.iter().filter(|c| !after.contains(*c)).collect();
        let new: Vec<&Content> = after.iter().filter(|c| !before.contains(*c)).collect();
        assert!(
            lost.is_empty() && new.is_empty(),
            "lost {lost:?}, new {new:?}"
        );
    }

    fn contents(&self) -> BTreeSet<Content> {
        self.messages()
            .map(|(_, message)| Content {
                id: id(message),
                sha256: message.sha256(),
                flags: message
                    .flags
                    .iter()
                    .filter(|flag| flag.starts_with('\\'))
                    .cloned()
                    .collect(),
            })
            .collect()
    }

    /// Every message with its folder.
    pub(crate) fn messages(&self) -> impl Iterator<Item = (&str, &Stored)> {
        self.folders
            .iter()
            .flat_map(|(name, messages)| messages.iter().map(move |m| (name.as_str(), m)))
    }
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Content {
    id: String,
    sha256: [u8; 32],
    flags: BTreeSet<String>,
}

/// Value of a message's `X-Test` header.
pub(crate) fn id(message: &Stored) -> String {
    let text = String::from_utf8_lossy(&message.bytes);
    let line = text.lines().find_map(|line| line.strip_prefix("X-Test: "));
    line.unwrap_or("(no X-Test)").trim_end().to_owned()
}
