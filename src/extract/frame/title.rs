//! Invitations to events, groups, pages and teams: what they say beside the title of the thing.

use crate::extract::Platform;
use crate::extract::courtesy::is_greeting;
use crate::extract::vocabulary::INVITE;
use crate::message::Message;

/// The words of an invitation that are neither "NAME invited you", nor the title, nor the
/// platform's facts about the thing; none if nothing else is there.
pub(super) fn words_beside(found: &str, message: &Message, platform: Platform) -> Option<String> {
    let below = found.lines().skip(1).chain(std::iter::once(""));
    let own: Vec<&str> = found
        .lines()
        .zip(below)
        .filter(|(line, below)| {
            let is_frame = line.is_empty()
                || is_greeting(line)
                || announces(line, platform)
                || is_title(line, message)
                || is_fact(line);
            // The title of an event stands right above its date.
            let names_event = !is_sentence(line) && is_fact(below);
            !is_frame && !names_event
        })
        .map(|(line, _)| line)
        .collect();
    // A title that the subject does not name.
    let is_title = own.len() <= 1
        && own
            .iter()
            .all(|line| line.split_whitespace().count() <= 12 && !is_sentence(line));
    (!is_title).then(|| own.join("\n"))
}

/// "NAME invited you", "Join NAME on Slack".
fn announces(line: &str, platform: Platform) -> bool {
    let lower = line.to_lowercase();
    let n_words = line.split_whitespace().count();
    let is_invitation = INVITE
        .iter()
        .chain(&["thinks you", "are connections"])
        .any(|word| lower.contains(word));
    is_invitation && n_words <= 24
        || n_words <= 8 && lower.split(' ').any(|word| word == platform.brand())
}

fn is_title(line: &str, message: &Message) -> bool {
    line.chars().count() > 3 && message.subject.contains(line)
}

/// "Thu, Mar 31, 2022, 6:00 PM", "Public group · 2,318 members": numbers and marks rather than a
/// sentence.
fn is_fact(line: &str) -> bool {
    let has_number = line.contains(char::is_numeric);
    let n_words = line.split_whitespace().count();
    line.contains('·') && n_words <= 16 || has_number && n_words <= 12 && !is_sentence(line)
}

fn is_sentence(line: &str) -> bool {
    line.ends_with(['.', '!', '?', '。', '！', '？'])
}
