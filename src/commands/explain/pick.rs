//! Which message of a mailbox is explained.

use std::path::Path;

use crate::cli::Explain;
use crate::commands::{CommandError, Notes};
use crate::message::Message;
use crate::source::{Content, RawMessage, Rest, Source};

/// Messages of a mailbox that are counted, to say how many there are: more take too long to count.
const COUNTED: u64 = 1_000;

/// Which message of a mailbox is explained.
enum Which<'a> {
    First,
    /// The one that so many come before.
    Number(u64),
    /// By its Message-ID, without angle brackets.
    Id(&'a str),
}

/// Reads the message that is to be explained.
pub(super) fn pick(args: &Explain, notes: Notes) -> Result<RawMessage, CommandError> {
    let which = Which::of(args);
    let mut source = Source::open(&args.path, Rest::Skip)?;
    let mut before = 0;
    while let Some(raw) = source.next_message()? {
        if which.is(before, &raw) {
            if matches!(which, Which::First) {
                tell_of_others(&args.path, source, notes);
            }
            return Ok(raw);
        }
        before += 1;
    }
    source.finish(&args.path)?.complete()?;
    Err(CommandError::Data(which.missing(&args.path, before)))
}

impl<'a> Which<'a> {
    fn of(args: &'a Explain) -> Which<'a> {
        match (args.message, &args.id) {
            (Some(number), _) => Which::Number(number),
            (None, Some(id)) => Which::Id(bare(id)),
            (None, None) => Which::First,
        }
    }

    fn is(&self, before: u64, raw: &RawMessage) -> bool {
        match (self, &raw.content) {
            (Which::First, _) => true,
            (Which::Number(number), _) => *number == before,
            (Which::Id(id), Content::Mail(bytes)) => Message::parse_headers(bytes)
                .message_id()
                .is_some_and(|own| bare(&own) == *id),
            (Which::Id(_), Content::Export(_)) => false,
        }
    }

    fn missing(&self, path: &Path, all: u64) -> String {
        let path = path.display();
        match (self, all) {
            (_, 0) => format!("{path}: holds no message"),
            (Which::Id(id), _) => {
                format!("{path}: none of its {all} messages has the Message-ID '{id}'")
            }
            (_, 1) => format!("{path}: holds one message, number 0"),
            _ => format!(
                "{path}: holds {all} messages; expected a number from 0 to {}",
                all - 1
            ),
        }
    }
}

fn bare(id: &str) -> &str {
    let id = id.trim();
    let id = id.strip_prefix('<').unwrap_or(id);
    id.strip_suffix('>').unwrap_or(id)
}

/// Says that the first of several messages is explained, and how to choose another.
fn tell_of_others(path: &Path, mut source: Source, notes: Notes) {
    let mut all = 1;
    // What cannot be read further on is no matter of the first message.
    while all < COUNTED && matches!(source.next_message(), Ok(Some(_))) {
        all += 1;
    }
    let number = match all {
        1 => return,
        COUNTED => format!("{COUNTED} or more"),
        _ => all.to_string(),
    };
    notes.say(&format!(
        "anteroom: {}: the first of {number} messages is explained; --message N (from 0) or --id MESSAGE-ID picks another",
        path.display()
    ));
}
