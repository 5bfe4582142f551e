//! The human's words in a notification: what is left when the frame is off.

use super::lines::Line;
use super::{Frame, profile};
use crate::extract::courtesy::is_greeting;
use crate::extract::defaults;
use crate::extract::layout::Place;
use crate::extract::vocabulary::{ANSWERED, MESSAGE, WROTE};
use crate::extract::{Contact, Kind};
use crate::message::lower_case;

/// Finds the words, and takes the profile lines beside them into the contact.
pub(super) fn find(frame: &Frame<'_>, lines: &[Line<'_>], contact: &mut Contact) -> String {
    let special = match frame.place {
        Place::BelowReply => below_reply(frame, lines, contact),
        Place::BelowButton => below_button(frame, lines, contact),
        Place::BelowSubject => below_subject(frame, lines),
        Place::BetweenRulers => between_rulers(lines),
        Place::InQuotes => in_quotes(lines),
        Place::AfterName => after_name(frame, lines),
        Place::InLetter => in_letter(frame, lines),
        Place::AroundName | Place::Nowhere => None,
    };
    let found = match special {
        Some(words) if !words.is_empty() => words,
        _ => around_name(frame, lines, contact),
    };
    let overlooked = match contact.kind {
        Kind::PlatformMessage | Kind::Inmail | Kind::NewsletterOrOffer => {
            overlooked(frame, lines, &found)
        }
        Kind::Invitation | Kind::RecommendationRequest | Kind::EndorsementRequest
            if own(frame, &found).is_none() =>
        {
            overlooked(frame, lines, "")
                .filter(|words| own(frame, words).is_some_and(|own| is_prose(&own)))
        }
        // Others mostly have no words, and what is long in them is the platform's.
        _ => None,
    };
    let found = match overlooked {
        Some(words) => {
            profile::take_place(&found, contact);
            words
        }
        None => found,
    };
    let found = without_speaker(frame, found);
    match quoted_below_heading(frame, &found) {
        Some(words) => words.to_owned(),
        None => found,
    }
}

/// What is left of words without the platform's own sentence; none of that sentence alone.
fn own(frame: &Frame<'_>, words: &str) -> Option<String> {
    defaults::remove(without_greeting(words), frame.name).rest
}

/// The words without "NAME:" in front, or a line "NAME · HEADLINE" above them.
fn without_speaker(frame: &Frame<'_>, found: String) -> String {
    let Some(behind) = frame.name.and_then(|name| found.strip_prefix(name)) else {
        return found;
    };
    if let Some(words) = behind.strip_prefix([':', '：']) {
        return words.trim_start().to_owned();
    }
    let is_headed = behind.trim_start().starts_with(['·', '|', '•']);
    match behind.split_once("\n\n").filter(|_| is_headed) {
        Some((headline, words)) if !headline.contains('\n') => words.trim_start().to_owned(),
        _ => found,
    }
}

/// The words in quotation marks below lines that speak of the sender: the marks and what stands above
/// them are the platform's.
fn quoted_below_heading<'a>(frame: &Frame<'_>, found: &'a str) -> Option<&'a str> {
    let inside = found.strip_suffix(CLOSING)?;
    let opens = |(at, _): &(usize, &str)| inside[..*at].is_empty() || inside[..*at].ends_with('\n');
    let (at, mark) = inside.match_indices(OPENING).find(opens)?;
    let first_name = frame.name?.split_whitespace().next()?;
    let above = &inside[..at];
    let words = || MESSAGE.iter().chain(WROTE).chain(ANSWERED);
    let tells = |line: &str| words().any(|word| line.contains(word));
    let is_heading = above.contains(first_name) || lower_case(above.trim()).lines().all(tells);
    let words = &inside[at + mark.len()..];
    (is_heading && !words.contains(CLOSING)).then(|| words.trim())
}

/// Characters of a block that is no heading.
const BLOCK_CHARS: usize = 60;

/// How many times as long as what was found a block must be to be what was looked for.
const OVERLOOKED_TIMES: usize = 4;

/// The longest block of a message, if what was found is a scrap beside it: the platform has set the
/// words elsewhere than it used to.
fn overlooked(frame: &Frame<'_>, lines: &[Line<'_>], found: &str) -> Option<String> {
    // Most often it was found, and nothing can be so long.
    let all: usize = lines.iter().map(|line| line.text.len()).sum();
    if all < OVERLOOKED_TIMES * found.len() {
        return None;
    }
    let is_frame = |line: &Line<'_>| line.is_button() || line.is_ruler() || frame.is_frame(line);
    let longest = lines
        .split(|line| !line.is_empty() && is_frame(line))
        .map(|block| joined(&block.iter().map(|line| line.text).collect::<Vec<_>>()))
        .max_by_key(|block| block.chars().count())?;
    let needed = BLOCK_CHARS.max(OVERLOOKED_TIMES * found.chars().count());
    (longest.chars().count() >= needed).then_some(longest)
}

/// True for words with a sentence in them, which headlines, places and buttons have not, and which do
/// not offer what the platform sells.
pub(super) fn is_prose(words: &str) -> bool {
    const ENDS: &[char] = &['.', '!', '?', '…', '。', '！', '？', '؟', '।'];
    const SOLD: &[&str] = &["premium", "sales navigator"];
    let is_sentence = |line: &str| {
        line.chars().count() >= BLOCK_CHARS && line.contains(ENDS) && !line.contains("http")
    };
    let lower = lower_case(words);
    words.lines().any(is_sentence) && !SOLD.iter().any(|sold| lower.contains(sold))
}

/// The note stands either above the sender's name line, as in mails of 2016, or below the profile
/// lines under it. Where both hold text, what stands above is the platform's heading.
fn around_name(frame: &Frame<'_>, lines: &[Line<'_>], contact: &mut Contact) -> String {
    let start = top(lines);
    let name_at = lines[start..]
        .iter()
        .position(|line| frame.is_name(line.text))
        .map(|at| start + at);
    let above = human_lines(frame, &lines[start..name_at.unwrap_or(lines.len())]);
    let Some(name_at) = name_at else {
        return joined(&above);
    };
    let mut below = human_lines(frame, &lines[name_at + 1..]);
    let is_message = matches!(
        contact.kind,
        Kind::PlatformMessage | Kind::Inmail | Kind::NewsletterOrOffer
    );
    let mut above = joined(&above);
    // A message without a headline must not lose its only line to one.
    let filled = below.iter().filter(|line| !line.is_empty()).count();
    if !(is_message && filled == 1 && above.is_empty()) {
        profile::take(&mut below, contact);
    }
    let below = joined(&below);
    // A name right under a message, and nothing below, is how its writer signed.
    let signs = is_message && name_at > start && !lines[name_at - 1].is_empty();
    if signs && below.is_empty() && contact.sender.headline.is_none() && !above.is_empty() {
        above.push('\n');
        above.push_str(lines[name_at].text);
    }
    let n_words = |text: &str| text.split_whitespace().count();
    // "You have 1 new message" above a message; an unusual place below an invitation's note.
    if below.is_empty() || !is_message && n_words(&above) > n_words(&below) {
        above
    } else {
        below
    }
}

/// Below the first line that is nothing but the link to the answer, or the link with its label.
fn below_reply(frame: &Frame<'_>, lines: &[Line<'_>], contact: &mut Contact) -> Option<String> {
    let bare = lines
        .iter()
        .position(|line| line.is_bare_link && line.has_frame_link());
    let is_labelled = |line: &Line<'_>| line.is_button() && line.text.contains("http");
    let link_at = bare.or_else(|| lines.iter().position(is_labelled))?;
    if let Some(name_at) = lines[..link_at]
        .iter()
        .position(|line| frame.is_name(line.text))
    {
        let mut profile = human_lines(frame, &lines[name_at + 1..=link_at]);
        profile::take(&mut profile, contact);
    }
    let below = &lines[link_at + 1..];
    let is_text = |line: &&Line<'_>| !line.is_empty() && !line.is_ruler();
    // Name and headline may stand between the link and the words.
    if below
        .iter()
        .find(is_text)
        .is_some_and(|line| frame.is_name(line.text))
    {
        return Some(around_name(frame, below, contact));
    }
    let message: Vec<&str> = below
        .iter()
        .skip_while(|line| !is_text(line))
        .map(|line| line.text)
        .collect();
    Some(joined(&message))
}

/// Below the first button under the name, if no more than a headline stands between them.
fn below_button(frame: &Frame<'_>, lines: &[Line<'_>], contact: &mut Contact) -> Option<String> {
    let name_at = lines.iter().position(|line| frame.is_name(line.text))?;
    let below_name = &lines[name_at + 1..];
    // The label stands on the line above its link, or on the same.
    let button_at = below_name.iter().position(Line::is_button)?;
    let mut profile = human_lines(frame, &below_name[..=button_at]);
    let words = joined(&human_lines(frame, &below_name[button_at + 1..]));
    let filled = profile.iter().filter(|line| !line.is_empty());
    let has_profile_only = filled.clone().count() <= 1
        || filled.count() == 2
            && profile
                .last()
                .is_some_and(|line| profile::looks_like_place(line));
    if !has_profile_only || words.is_empty() {
        return None;
    }
    profile::take(&mut profile, contact);
    Some(words)
}

/// Below "Subject: SUBJECT", whatever the word before the colon is.
fn below_subject(frame: &Frame<'_>, lines: &[Line<'_>]) -> Option<String> {
    let subject = frame.subject.trim();
    let at = lines.iter().take(12).position(|line| {
        let label = line.text.strip_suffix(subject).map(str::trim_end);
        !subject.is_empty() && label.is_some_and(|label| label.ends_with([':', '：']))
    })?;
    Some(joined(&human_lines(frame, &lines[at + 1..])))
}

/// Between the first two rulers; the first line, if a blank one follows, is the subject.
fn between_rulers(lines: &[Line<'_>]) -> Option<String> {
    let first = lines.iter().position(Line::is_ruler)?;
    let inside = &lines[first + 1..];
    let second = inside.iter().position(Line::is_ruler)?;
    let mut inside = &inside[..second];
    while inside.first().is_some_and(Line::is_empty) {
        inside = &inside[1..];
    }
    if inside.len() > 2 && inside[1].is_empty() {
        inside = &inside[2..];
    }
    let words: Vec<&str> = inside.iter().map(|line| line.text).collect();
    Some(joined(&words))
}

/// Lines from one that opens a quotation to one that closes it.
fn in_quotes(lines: &[Line<'_>]) -> Option<String> {
    let opens = |line: &&Line<'_>| line.text.starts_with(OPENING) && line.text.len() > 2;
    let first = lines.iter().position(|line| opens(&line))?;
    let length = lines[first..]
        .iter()
        .position(|line| line.text.ends_with(CLOSING))?;
    let quoted: Vec<&str> = lines[first..=first + length]
        .iter()
        .map(|line| line.text)
        .collect();
    let quoted = joined(&quoted);
    let inside = quoted.strip_prefix(OPENING)?.strip_suffix(CLOSING)?;
    Some(inside.trim().to_owned())
}

const OPENING: &[char] = &['"', '“', '„', '«', '「', '『', '‟', '”'];
const CLOSING: &[char] = &['"', '”', '“', '»', '」', '』', '‟'];

/// Behind "NAME:".
fn after_name(frame: &Frame<'_>, lines: &[Line<'_>]) -> Option<String> {
    let name = frame.name?;
    let at = lines.iter().position(|line| {
        line.text
            .strip_prefix(name)
            .is_some_and(|rest| rest.starts_with(": "))
    })?;
    let mut words = vec![lines[at].text[name.len() + 1..].trim()];
    words.extend(human_lines(frame, &lines[at + 1..]));
    Some(joined(&words))
}

/// Below the platform's greeting, above its sign-off with the inviter's first name.
fn in_letter(frame: &Frame<'_>, lines: &[Line<'_>]) -> Option<String> {
    let mut letter = human_lines(frame, lines);
    let first_name = frame.name?.split_whitespace().next()?;
    let is_signature = letter
        .iter()
        .rposition(|line| !line.is_empty())
        .filter(|at| letter[*at] == first_name);
    if let Some(at) = is_signature {
        letter.truncate(at);
        let above = letter.iter().rposition(|line| !line.is_empty());
        if let Some(at) = above.filter(|at| letter[*at].ends_with(',')) {
            letter.truncate(at);
        }
    }
    Some(without_greeting(&joined(&letter)).to_owned())
}

/// An invitation's note without the greeting line the platform puts above it and the
/// `- FIRST` it puts below.
pub(super) fn without_greeting(note: &str) -> &str {
    let note = match note.split_once('\n') {
        Some((first, rest)) if is_greeting(first) => rest.trim_start(),
        _ => note,
    };
    match note.trim_end().rsplit_once('\n') {
        Some((rest, last)) if is_dashed_name(last) => rest.trim_end(),
        _ => note.trim_end(),
    }
}

/// "- Anna", "— Anna Lee".
fn is_dashed_name(line: &str) -> bool {
    let line = line.trim();
    line.strip_prefix(['-', '–', '—']).is_some_and(|name| {
        let words = name.split_whitespace();
        words.clone().count() <= 3
            && words
                .clone()
                .all(|word| !word.starts_with(char::is_lowercase))
    })
}

/// "You have 1 new message", "Private message from Anna": a line that tells of a message.
fn announces(frame: &Frame<'_>, line: &Line<'_>) -> bool {
    let first_name = frame.name.and_then(|name| name.split_whitespace().next());
    let tells = |word: &&str| line.lower.contains(*word);
    MESSAGE.iter().any(tells)
        && line.text.split_whitespace().count() <= 12
        && !line.text.ends_with(['?', ',', '？', '，'])
        && !line.text.contains(OPENING)
        && line
            .text
            .find([':', '：'])
            .is_none_or(|at| at + 3 >= line.text.len())
        && (line.text.contains(|c: char| c.is_ascii_digit())
            || NEW.iter().any(tells)
            || first_name.is_some_and(|name| line.text.contains(name)))
}

/// "new", "unread", "private" in the languages of the platforms.
const NEW: &[&str] = &[
    "new ",
    "unread",
    "private",
    "direct",
    "neue ",
    "ungelesene",
    "nouve",
    "nuev",
    "nuov",
    "nova ",
    "novo ",
    "novas ",
    "nieuw",
    "nytt ",
    "ny ",
    "nye ",
    "nowa ",
    "nową ",
    "nové",
    "novou",
    "новое",
    "нове ",
    "yeni",
    "uusi",
    "új ",
    "nou ",
    "baru",
    "新",
    "새",
    "جديد",
];

fn joined(lines: &[&str]) -> String {
    lines.join("\n").trim().to_owned()
}

/// The lines that are not the platform's, up to the first of its links below them.
fn human_lines<'a>(frame: &Frame<'_>, lines: &[Line<'a>]) -> Vec<&'a str> {
    let mut kept: Vec<&str> = Vec::new();
    let mut has_text = false;
    // Nothing but greetings was kept so far.
    let mut only_greets = true;
    for (index, line) in lines.iter().enumerate() {
        let is_label = lines
            .get(index + 1)
            .is_some_and(|next| next.is_bare_link && next.has_frame_link());
        if line.is_button() && !line.is_empty() {
            if has_text {
                break;
            }
            continue;
        }
        // The sender's own name under their words is theirs.
        let is_signature = has_text && frame.is_name(line.text);
        let is_heading = only_greets && index + 1 < lines.len() && announces(frame, line);
        // The ruler under "Ann wrote:" belongs to what Ann wrote.
        let opens_quote = line.is_ruler() && kept.last().is_some_and(|above| above.ends_with(':'));
        let is_frame = is_label || is_heading || line.is_ruler() || frame.is_frame(line);
        if is_signature || opens_quote || !is_frame {
            has_text |= !line.is_empty();
            only_greets = only_greets && (line.is_empty() || is_greeting(line.text));
            kept.push(line.text);
        } else if !line.is_ruler() && only_greets {
            // A greeting above the platform's sentence is the platform's.
            kept.clear();
            has_text = false;
        }
    }
    kept
}

/// Index after the heading: below the last ruler that stands above every link near the top. A ruler
/// right above a button ends the words, and no heading.
fn top(lines: &[Line<'_>]) -> usize {
    let mut start = 0;
    let mut seen = 0;
    for (index, line) in lines.iter().enumerate() {
        if line.is_empty() {
            continue;
        }
        if line.has_frame_link() || seen == 8 {
            break;
        }
        if line.is_ruler() || line.text.starts_with("------------") {
            let below = lines[index + 1..].iter().find(|line| !line.is_empty());
            if start > 0 && below.is_some_and(Line::is_button) {
                break;
            }
            start = index + 1;
        }
        seen += 1;
    }
    start
}
