//! A folder the owner sorted long ago → lessons.

use crate::features::Evidence;
use crate::label::Label;
use crate::learn::{Lesson, Origin};
use crate::limits;
use crate::mailstore::{Access, MailError, MailStore, MailboxName, Query, UidSet};
use crate::message::Message;
use crate::owner::Owner;
use crate::school::why_no_lesson;
use crate::source::Content;

/// What a folder had to teach.
#[derive(Debug, Clone, Default)]
pub struct Imported {
    /// Lessons, the oldest message first.
    pub lessons: Vec<Lesson>,
    /// Messages nothing can be learned from.
    pub unreadable: usize,
    /// Older messages that were left out.
    pub left_out: usize,
}

/// Earliest day a message may claim, 1990-01-01.
const EARLIEST: i64 = 631_152_000;

/// Reads the newest [`limits::IMPORTED`] messages of a folder as lessons; `progress` hears of each
/// batch. Nothing at the server changes.
///
/// A lesson of a folder is dated like its message: the bound on the lessons of one day
/// ([`limits::LESSONS_PER_DAY`]) is there against rules and scripts gone wrong today, and years of
/// sorting are not one day's work. A date before 1990, after `now` or missing becomes `now`. The
/// bound on the lessons of one sender holds as ever.
///
/// # Errors
/// If the folder cannot be read to the end.
pub fn import(
    store: &mut dyn MailStore,
    mailbox: &MailboxName,
    label: Label,
    (evidence, owner, now): (Evidence, &Owner, i64),
    mut progress: impl FnMut(usize),
) -> Result<Imported, MailError> {
    store.select(mailbox, Access::ReadOnly)?;
    let present: UidSet = store.uids(&Query::Present)?.into_iter().collect();
    let left_out = present.len().saturating_sub(limits::IMPORTED);
    let newest: UidSet = present.as_slice()[left_out..].iter().copied().collect();
    let mut imported = Imported {
        left_out,
        ..Imported::default()
    };
    for part in newest.chunks(limits::LESSONS_AT_ONCE) {
        let mut letters = store.letters(&part)?;
        letters.sort_by_key(|letter| letter.uid);
        for letter in letters {
            let (message, contact) = crate::triage::read(&Content::Mail(letter.bytes), owner);
            match why_no_lesson(&message) {
                Some(_) => imported.unreadable += 1,
                None => {
                    let learned = day_of(&message, now);
                    let read = (&message, &contact);
                    let lesson = Lesson::of(evidence, read, label, Origin::Folder, learned);
                    imported.lessons.push(lesson);
                }
            }
        }
        progress(part.len());
    }
    Ok(imported)
}

fn day_of(message: &Message, now: i64) -> i64 {
    let claimed = message.date();
    claimed
        .filter(|date| (EARLIEST..=now).contains(date))
        .unwrap_or(now)
}
