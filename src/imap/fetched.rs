//! What FETCH brought. A server may spread a message over several replies, repeat one, and mix in
//! others nobody asked for.

use std::collections::BTreeMap;

use super::line::Answer;
use super::reply::{Cursor, Value};
use crate::mailstore::{Uid, UidSet};

/// What came of one message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Fetched {
    /// Its size; one beyond all bounds is the largest number.
    pub(super) size: Option<u32>,
    /// Its bytes or those of its header, as asked.
    pub(super) bytes: Option<Vec<u8>>,
}

/// Adds what an answer holds of the messages that were asked for.
pub(super) fn collect(answer: &Answer, asked: &UidSet, into: &mut BTreeMap<Uid, Fetched>) {
    for (uid, part) in answer.replies().filter_map(message) {
        if !asked.contains(uid) {
            continue;
        }
        let whole = into.entry(uid).or_default();
        whole.size = part.size.or(whole.size);
        whole.bytes = part.bytes.or(whole.bytes.take());
    }
}

/// UID and parts of one reply; none if it is another, or says no UID.
fn message(reply: &[u8]) -> Option<(Uid, Fetched)> {
    let mut cursor = Cursor::new(reply);
    cursor.word();
    if !cursor.word().eq_ignore_ascii_case(b"FETCH") {
        return None;
    }
    let Value::List(items) = cursor.value()? else {
        return None;
    };
    let mut items = Cursor::new(items);
    let (mut uid, mut fetched) = (None, Fetched::default());
    loop {
        let name = items.word();
        let Some(value) = (!name.is_empty()).then(|| items.value()).flatten() else {
            break;
        };
        match name.to_ascii_uppercase().as_slice() {
            b"UID" => uid = value.number().filter(|uid| *uid > 0),
            b"RFC822.SIZE" => fetched.size = size(&value),
            name if name.starts_with(b"BODY[") => {
                fetched.bytes = value.text().map(std::borrow::Cow::into_owned);
            }
            _ => {}
        }
    }
    Some((Uid(uid?), fetched))
}

fn size(value: &Value<'_>) -> Option<u32> {
    match value {
        Value::Text(digits) if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) => {
            Some(value.number().unwrap_or(u32::MAX))
        }
        _ => None,
    }
}
