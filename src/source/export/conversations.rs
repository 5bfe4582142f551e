//! Who of an export is its owner, in which conversations they wrote, and which rows are inbound.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use super::raw;
use super::rows::{Direction, OwnerWrote, Person, Placed, Tables};
use crate::source::{RawMessage, SourceError};

/// The inbound rows of an export, each note once.
pub(super) fn inbound(path: &Path, tables: Tables) -> Result<Vec<RawMessage>, SourceError> {
    let owner = Identity::find(&tables).ok_or_else(|| SourceError::UnknownOwner {
        path: path.display().to_string(),
    })?;
    let Tables {
        names,
        mut invitations,
        mut messages,
        connections,
        ..
    } = tables;
    invitations.retain(|placed| placed.direction == Some(Direction::Incoming));
    let parts = parts_of_owner(&messages, &owner);
    messages.retain(|placed| !owner.wrote(placed));
    for placed in &mut messages {
        placed.row.owner_wrote = match parts.get(&conversation(placed)) {
            None => OwnerWrote::Nothing,
            Some(first) if *first < order(placed) => OwnerWrote::Earlier,
            Some(_) => OwnerWrote::Later,
        };
    }
    drop_copies(&mut invitations, &mut messages);
    let slugs: HashSet<&str> = connections
        .iter()
        .filter_map(|connection| connection.slug.as_deref())
        .collect();
    let known_names: HashSet<&str> = connections
        .iter()
        .map(|connection| connection.name.as_str())
        .collect();
    let sources: Vec<Arc<str>> = names.iter().map(|name| name.as_str().into()).collect();
    let rows = invitations.into_iter().chain(messages);
    Ok(rows
        .map(|mut placed| {
            let from = &placed.row.from;
            placed.row.is_connection = match from.slug() {
                Some(slug) => slugs.contains(slug.as_str()),
                None => !from.name.is_empty() && known_names.contains(from.name.as_str()),
            };
            raw(&sources[placed.table], placed.index, placed.row)
        })
        .collect())
}

/// The owner as an export names them.
#[derive(Debug, Default, PartialEq)]
struct Identity {
    slug: Option<String>,
    name: Option<String>,
}

impl Identity {
    /// Finds the owner: the direction of an invitation or message tells, else they are who takes
    /// part in most conversations. None if that is no single person.
    fn find(tables: &Tables) -> Option<Identity> {
        let directed = tables.invitations.iter().chain(&tables.messages);
        let mut owner = Identity::default();
        for placed in directed {
            let person = match placed.direction {
                Some(Direction::Outgoing) => Some(&placed.row.from),
                Some(Direction::Incoming) if placed.to.len() == 1 => placed.to.first(),
                _ => None,
            };
            if let Some(person) = person {
                owner.slug = owner.slug.or_else(|| person.slug());
                owner.name = owner.name.or_else(|| named(person));
            }
        }
        if owner == Identity::default() && !tables.messages.is_empty() {
            owner = Identity::present_in(&tables.messages)?;
        }
        Some(owner)
    }

    /// Who takes part in most conversations: by profile where recipients have theirs, else by
    /// name, since profiles of senders alone say nothing of an owner who never wrote.
    fn present_in(messages: &[Placed]) -> Option<Identity> {
        let people = || messages.iter().flat_map(|placed| &placed.to);
        let slug = people()
            .any(|person| person.profile.is_some())
            .then(|| most_present(messages, Person::slug))
            .flatten();
        let name = match &slug {
            Some(slug) => people()
                .chain(messages.iter().map(|placed| &placed.row.from))
                .find(|person| !person.name.is_empty() && person.slug().as_ref() == Some(slug))
                .map(|person| person.name.clone()),
            None => Some(most_present(messages, named)?),
        };
        Some(Identity { slug, name })
    }

    fn is(&self, person: &Person) -> bool {
        match (&self.slug, person.slug()) {
            (Some(own), Some(slug)) => *own == slug,
            _ => self.name.as_ref().is_some_and(|own| *own == person.name),
        }
    }

    fn wrote(&self, placed: &Placed) -> bool {
        match placed.direction {
            Some(direction) => direction == Direction::Outgoing,
            None => self.is(&placed.row.from),
        }
    }
}

fn named(person: &Person) -> Option<String> {
    Some(person.name.clone()).filter(|name| !name.is_empty())
}

/// Who takes part in more conversations than anybody else; of two who are in as many, the one who
/// only receives: an export holds what came in.
fn most_present(
    messages: &[Placed],
    identify: impl Fn(&Person) -> Option<String>,
) -> Option<String> {
    let mut present: BTreeMap<String, HashSet<&str>> = BTreeMap::new();
    let mut senders = BTreeSet::new();
    for placed in messages {
        for person in placed.to.iter().chain([&placed.row.from]) {
            if let Some(id) = identify(person) {
                present.entry(id).or_default().insert(&placed.conversation);
            }
        }
        senders.extend(identify(&placed.row.from));
    }
    let most = present.values().map(HashSet::len).max()?;
    let mut candidates: Vec<String> = present
        .into_iter()
        .filter(|(_, conversations)| conversations.len() == most)
        .map(|(id, _)| id)
        .collect();
    if candidates.len() > 1 {
        candidates.retain(|id| !senders.contains(id));
    }
    match candidates.len() {
        1 => candidates.pop(),
        _ => None,
    }
}

/// What tells conversations apart: the export's own mark or, in the layout of 2018, which has
/// none, the other person.
fn conversation(placed: &Placed) -> String {
    if !placed.conversation.is_empty() {
        return placed.conversation.clone();
    }
    let other = match placed.direction {
        Some(Direction::Outgoing) => placed.to.first(),
        _ => Some(&placed.row.from),
    };
    other.map_or(String::new(), |person| person.name.clone())
}

/// Place of a message in time: by date, and as files run from new to old, then by position.
fn order(placed: &Placed) -> (i64, std::cmp::Reverse<u64>) {
    (
        placed.row.sent.unwrap_or(i64::MIN),
        std::cmp::Reverse(placed.index),
    )
}

/// When the owner first wrote, by conversation.
fn parts_of_owner(
    messages: &[Placed],
    owner: &Identity,
) -> HashMap<String, (i64, std::cmp::Reverse<u64>)> {
    let mut parts = HashMap::new();
    for placed in messages.iter().filter(|placed| owner.wrote(placed)) {
        let first = parts.entry(conversation(placed)).or_insert(order(placed));
        *first = order(placed).min(*first);
    }
    parts
}

/// The note of an accepted invitation is also the first message of a conversation. It is counted
/// as the invitation, which takes over what is known of the conversation.
fn drop_copies(invitations: &mut [Placed], messages: &mut Vec<Placed>) {
    let mut notes: HashMap<(String, String), usize> = HashMap::new();
    for (position, placed) in invitations.iter().enumerate() {
        if let Some(key) = note_key(placed) {
            notes.insert(key, position);
        }
    }
    messages.retain(|placed| {
        let Some(position) = note_key(placed).and_then(|key| notes.remove(&key)) else {
            return true;
        };
        let note = &mut invitations[position].row;
        if placed.row.owner_wrote != OwnerWrote::Nothing {
            note.owner_wrote = OwnerWrote::Later;
        }
        note.from.profile = note
            .from
            .profile
            .take()
            .or_else(|| placed.row.from.profile.clone());
        false
    });
}

/// Sender and words of a note, without what quoting and spacing change.
fn note_key(placed: &Placed) -> Option<(String, String)> {
    let words: String = placed
        .row
        .text
        .chars()
        .filter(|c| c.is_alphanumeric())
        .collect();
    (!words.is_empty()).then(|| (placed.row.from.name.clone(), words))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tables(csv: &[&str]) -> Tables {
        let mut tables = Tables::default();
        for text in csv {
            tables.read("t.csv", text.as_bytes()).unwrap();
        }
        tables
    }

    const HEADER: &str = "CONVERSATION ID,FROM,SENDER PROFILE URL,TO,DATE,SUBJECT,CONTENT\n";

    fn messages(rows: &[[&str; 4]]) -> String {
        let mut text = HEADER.to_owned();
        for [conversation, from, to, content] in rows {
            text.push_str(&format!(
                "{conversation},{from},https://www.linkedin.com/in/{from},{to},2024-01-01 00:00:00 UTC,,{content}\n"
            ));
        }
        text
    }

    #[test]
    fn the_owner_is_in_most_conversations() {
        let of = |rows: &[[&str; 4]]| Identity::find(&tables(&[&messages(rows)]));
        let two = of(&[
            ["1", "ann", "bob", "x"],
            ["2", "cy", "bob", "x"],
            ["2", "bob", "cy", "x"],
        ]);
        assert!(
            two.as_ref().unwrap().is(&Person {
                name: "bob".into(),
                profile: None
            }),
            "{two:?}"
        );
        let one = of(&[["1", "ann", "bob", "x"]]).unwrap();
        assert!(one.is(&Person {
            name: "bob".into(),
            profile: None
        }));
        assert_eq!(
            of(&[["1", "ann", "bob", "x"], ["1", "bob", "ann", "y"]]),
            None
        );
    }

    #[test]
    fn the_owners_part_is_known_before_and_after() {
        // Newest first, all of one second.
        let text = messages(&[
            ["1", "ann", "bob", "third"],
            ["1", "bob", "ann", "second"],
            ["1", "ann", "bob", "first"],
            ["2", "cy", "bob", "alone"],
        ]);
        let rows = inbound(Path::new("t"), tables(&[&text])).unwrap();
        let wrote: Vec<_> = rows
            .iter()
            .map(|raw| match &raw.content {
                crate::source::Content::Export(row) => (row.text.clone(), row.owner_wrote),
                crate::source::Content::Mail(_) => panic!("not mail"),
            })
            .collect();
        assert_eq!(
            wrote,
            [
                ("third".to_owned(), OwnerWrote::Earlier),
                ("first".to_owned(), OwnerWrote::Later),
                ("alone".to_owned(), OwnerWrote::Nothing)
            ]
        );
    }
}
