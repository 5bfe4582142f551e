//! What the answers to commands say: folders, states, UIDs, proofs. Anything else in them is skipped.

use std::collections::BTreeSet;

use super::line::Answer;
use super::reply::{Code, Cursor, Value, number, ok_code, untag};
use super::utf7;
use crate::mailstore::{
    Abilities, Ability, Access, Folder, MailboxName, Role, Selectable, Selected, Status, Transfer,
    Uid, UidSet, UidValidity,
};

/// The capabilities of a server, in upper case.
pub(super) fn capabilities(answer: &Answer) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for reply in answer.replies() {
        let mut cursor = Cursor::new(reply);
        if cursor.word().eq_ignore_ascii_case(b"CAPABILITY") {
            let words = cursor.rest().split(u8::is_ascii_whitespace);
            names.extend(words.map(|word| String::from_utf8_lossy(word).to_ascii_uppercase()));
        }
    }
    names
}

/// What of them matters.
pub(super) fn abilities(capabilities: &BTreeSet<String>) -> Abilities {
    let known = [
        ("MOVE", Ability::Move),
        ("UIDPLUS", Ability::UidPlus),
        ("IDLE", Ability::Idle),
        ("X-GM-EXT-1", Ability::GmailLabels),
    ];
    let offered = |(name, _): &(&str, Ability)| capabilities.contains(*name);
    known
        .into_iter()
        .filter(offered)
        .map(|(_, ability)| ability)
        .collect()
}

/// The folders of a listing whose names can be sent back.
pub(super) fn folders(answer: &Answer) -> Vec<Folder> {
    answer.replies().filter_map(folder).collect()
}

fn folder(reply: &[u8]) -> Option<Folder> {
    let mut cursor = Cursor::new(reply);
    if !cursor.word().eq_ignore_ascii_case(b"LIST") {
        return None;
    }
    let Value::List(attributes) = cursor.value()? else {
        return None;
    };
    let delimiter = match cursor.value()? {
        Value::Nil => None,
        other => Some(delimiter(&other.text()?)?),
    };
    let name = mailbox(cursor.value()?)?;
    let attributes: BTreeSet<String> = words(attributes).collect();
    let has = |name: &str| attributes.contains(name);
    Some(Folder {
        name,
        delimiter,
        role: role(&attributes),
        selectable: match has("\\noselect") || has("\\nonexistent") {
            true => Selectable::No,
            false => Selectable::Yes,
        },
    })
}

/// The words of a list, in lower case.
fn words(list: &[u8]) -> impl Iterator<Item = String> {
    list.split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty())
        .map(|word| String::from_utf8_lossy(word).to_ascii_lowercase())
}

fn delimiter(text: &[u8]) -> Option<char> {
    match text {
        [byte @ b' '..=b'~'] => Some(char::from(*byte)),
        _ => None,
    }
}

/// A mailbox name; none if it is raw 8-bit or not as we would write it.
fn mailbox(value: Value<'_>) -> Option<MailboxName> {
    let text = match value {
        Value::Nil => b"NIL".to_vec(),
        other => other.text()?.into_owned(),
    };
    let decoded = utf7::decode(std::str::from_utf8(&text).ok()?)?;
    MailboxName::new(&decoded).ok()
}

fn role(attributes: &BTreeSet<String>) -> Option<Role> {
    let roles = [
        ("\\all", Role::All),
        ("\\archive", Role::Archive),
        ("\\drafts", Role::Drafts),
        ("\\flagged", Role::Flagged),
        ("\\junk", Role::Junk),
        ("\\sent", Role::Sent),
        ("\\trash", Role::Trash),
    ];
    let found = roles.iter().find(|(name, _)| attributes.contains(*name));
    found.map(|(_, role)| *role)
}

/// The state of a folder from the answer to STATUS.
pub(super) fn status(answer: &Answer) -> Option<Status> {
    let items = answer.replies().filter_map(|reply| {
        let mut cursor = Cursor::new(reply);
        let is_status = cursor.word().eq_ignore_ascii_case(b"STATUS");
        let list = is_status.then(|| (cursor.value(), cursor.value()))?;
        match list.1 {
            Some(Value::List(items)) => Some(items),
            _ => None,
        }
    });
    let mut cursor = Cursor::new(items.last()?);
    let (mut validity, mut next, mut messages) = (None, None, None);
    while let Some(name) = cursor.value() {
        let value = cursor.value()?.number();
        match name.text()?.to_ascii_uppercase().as_slice() {
            b"UIDVALIDITY" => validity = value,
            b"UIDNEXT" => next = value,
            b"MESSAGES" => messages = value,
            _ => {}
        }
    }
    Some(Status {
        uid_validity: UidValidity(validity.filter(|validity| *validity > 0)?),
        uid_next: Uid(next.filter(|next| *next > 0)?),
        messages: messages?,
    })
}

/// A folder that was opened; an error says what is missing for safe work in it.
pub(super) fn selected(answer: &Answer, asked: Access) -> Result<Selected, &'static str> {
    let (mut messages, mut validity, mut keepable, mut flags) = (None, None, None, None);
    for reply in answer.replies() {
        if let Some(code) = ok_code(reply) {
            match () {
                () if code.is("UIDVALIDITY") => validity = number(code.arguments),
                () if code.is("PERMANENTFLAGS") => keepable = list_of(code.arguments),
                () if code.is("UIDNOTSTICKY") => {
                    return Err("the folder's UIDs do not last beyond a session");
                }
                () => {}
            }
            continue;
        }
        let mut cursor = Cursor::new(reply);
        match (cursor.word(), cursor.value()) {
            (word, Some(Value::List(list))) if word.eq_ignore_ascii_case(b"FLAGS") => {
                flags = Some(names(list));
            }
            (count, Some(Value::Text(word))) if word.eq_ignore_ascii_case(b"EXISTS") => {
                messages = number(count).or(messages);
            }
            _ => {}
        }
    }
    let is_read_only = ok_code(untag(&answer.tagged)).is_some_and(|code| code.is("READ-ONLY"));
    let validity = validity.filter(|validity| *validity > 0);
    Ok(Selected {
        uid_validity: UidValidity(validity.ok_or("the server gives no UIDVALIDITY")?),
        messages: messages.ok_or("the server does not say how many messages there are")?,
        access: match is_read_only {
            true => Access::ReadOnly,
            false => asked,
        },
        // Without PERMANENTFLAGS all flags last (RFC 3501, 6.3.1).
        permanent_flags: keepable.or(flags).unwrap_or_default(),
    })
}

fn list_of(arguments: &[u8]) -> Option<BTreeSet<String>> {
    match Cursor::new(arguments).value()? {
        Value::List(list) => Some(names(list)),
        _ => None,
    }
}

fn names(list: &[u8]) -> BTreeSet<String> {
    list.split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty())
        .map(|word| String::from_utf8_lossy(word).into_owned())
        .collect()
}

/// The UIDs a search found, ascending.
pub(super) fn found(answer: &Answer) -> Vec<Uid> {
    let mut uids = BTreeSet::new();
    for reply in answer.replies() {
        let mut cursor = Cursor::new(reply);
        if cursor.word().eq_ignore_ascii_case(b"SEARCH") {
            let words = cursor.rest().split(u8::is_ascii_whitespace);
            uids.extend(words.filter_map(number).filter(|uid| *uid > 0).map(Uid));
        }
    }
    uids.into_iter().collect()
}

/// A proof that makes no sense.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Lie;

/// The proofs of a move or a copy (COPYUID): untagged after a move, tagged after a copy.
pub(super) fn proofs(answer: &Answer, asked: &UidSet) -> Result<Vec<Transfer>, Lie> {
    let replies = answer.replies().chain([untag(&answer.tagged)]);
    let codes = replies
        .filter_map(ok_code)
        .filter(|code| code.is("COPYUID"));
    let proofs: Vec<Transfer> = codes
        .map(|code| proof(code, asked).ok_or(Lie))
        .collect::<Result<_, _>>()?;
    let pairs = || proofs.iter().flat_map(|proof| &proof.pairs);
    let old: BTreeSet<Uid> = pairs().map(|pair| pair.0).collect();
    match old.len() == pairs().count() {
        true => Ok(proofs),
        false => Err(Lie),
    }
}

fn proof(code: Code<'_>, asked: &UidSet) -> Option<Transfer> {
    let mut words = code
        .arguments
        .split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty());
    let validity = number(words.next()?).filter(|validity| *validity > 0)?;
    let old = expand(words.next().unwrap_or_default(), asked.len())?;
    let new = expand(words.next().unwrap_or_default(), asked.len())?;
    let is_fair = old.len() == new.len() && old.iter().all(|uid| asked.contains(*uid));
    is_fair.then(|| Transfer {
        uid_validity: UidValidity(validity),
        pairs: old.into_iter().zip(new).collect(),
    })
}

/// The UIDs of a set in its order; none if there are more than were asked for, or one twice.
fn expand(set: &[u8], most: usize) -> Option<Vec<Uid>> {
    let mut uids = Vec::new();
    for part in set
        .split(|byte| *byte == b',')
        .filter(|part| !part.is_empty())
    {
        let mut ends = part.splitn(2, |byte| *byte == b':');
        let first = number(ends.next()?)?;
        let last = ends.next().map_or(Some(first), number)?;
        let (low, high) = (first.min(last), first.max(last));
        if low == 0 || (high - low) as usize >= most.saturating_sub(uids.len()) {
            return None;
        }
        uids.extend((low..=high).map(Uid));
    }
    let distinct: BTreeSet<Uid> = uids.iter().copied().collect();
    (distinct.len() == uids.len()).then_some(uids)
}

/// The prefix and the delimiter of the owner's folders, from the answer to NAMESPACE.
pub(super) fn personal(answer: &Answer) -> Option<(String, Option<char>)> {
    let reply = answer
        .replies()
        .find(|reply| Cursor::new(reply).word().eq_ignore_ascii_case(b"NAMESPACE"))?;
    let mut cursor = Cursor::new(reply);
    cursor.word();
    let Value::List(namespaces) = cursor.value()? else {
        return None;
    };
    let Value::List(first) = Cursor::new(namespaces).value()? else {
        return None;
    };
    let mut cursor = Cursor::new(first);
    let prefix = cursor.value()?.text()?;
    let prefix = utf7::decode(std::str::from_utf8(&prefix).ok()?)?;
    let delimiter = cursor.value()?.text().and_then(|text| delimiter(&text));
    Some((prefix, delimiter))
}
