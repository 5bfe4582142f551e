//! The lines of a notification, and which of them carry the platform's links.

use memchr::memmem::Finder;

use crate::extract::host::host_of;
use crate::extract::platform::{Claim, ClaimedBy};
use crate::limits;
use crate::message::{LINK_MARK, Message, lower_case};

/// One line of a notification.
#[derive(Debug, Clone)]
pub(super) struct Line<'a> {
    pub(super) text: &'a str,
    /// The same in lower case.
    pub(super) lower: &'a str,
    /// Links of the platform in it (of anybody, if the mail is forged).
    pub(super) frame_links: u32,
    /// Nothing but a link.
    pub(super) is_bare_link: bool,
    words: usize,
}

/// Words of the longest label beside a link, a name in it included.
const BUTTON_WORDS: usize = 9;

impl Line<'_> {
    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    pub(super) fn has_frame_link(&self) -> bool {
        self.frame_links > 0
    }

    /// A link of the platform with a few words for a label: a sentence with a link in it is a
    /// person's.
    pub(super) fn is_button(&self) -> bool {
        self.has_frame_link() && self.words <= BUTTON_WORDS
    }

    /// A line drawn with one kind of mark.
    pub(super) fn is_ruler(&self) -> bool {
        let marks = |c: char| {
            matches!(
                c,
                '-' | '_' | '=' | '.' | '*' | '—' | '–' | '─' | '━' | '·' | ' '
            )
        };
        self.text.len() >= 8 && self.text.chars().all(marks)
    }
}

/// The part to read: the plain one if there is one, its lines are the platform's own.
pub(in crate::extract) fn text_of(message: &Message) -> &str {
    if message.plain.trim().is_empty() {
        message.visible_text()
    } else {
        &message.plain
    }
}

/// The text whose lines are looked at, in lower case.
pub(super) fn lowered(message: &Message) -> String {
    lower_case(looked_at(message))
}

fn looked_at(message: &Message) -> &str {
    let text = text_of(message);
    &text[..text.floor_char_boundary(limits::FRAME_BYTES)]
}

/// Splits the part to read into lines, which go with those of the same [`lowered`].
///
/// Where not one link is the platform's, the mail is not either, and its links take their place.
pub(super) fn split<'a>(message: &'a Message, lowered: &'a str, claim: &Claim) -> Vec<Line<'a>> {
    if claim.by == ClaimedBy::Looks {
        return split_by(message, lowered, |_| true);
    }
    let lines = split_by(message, lowered, |host| claim.platform.owns(host));
    if !lines.iter().any(Line::has_frame_link) {
        return split_by(message, lowered, |_| true);
    }
    lines
}

fn split_by<'a>(
    message: &'a Message,
    lowered: &'a str,
    is_frame: impl Fn(&str) -> bool,
) -> Vec<Line<'a>> {
    let is_frame_link = |link: &str| host_of(link).is_some_and(|host| is_frame(&host));
    let mut targets = message.html.iter().flat_map(|html| &html.links);
    let is_html = message.plain.trim().is_empty();
    let holds_http = Finder::new("http");
    looked_at(message)
        .lines()
        .zip(lowered.lines())
        .take(limits::FRAME_LINES)
        .map(|(line, lower)| {
            let mut frame_links = 0;
            let marks = match line.is_ascii() {
                true => 0,
                false => line.chars().filter(|c| *c == LINK_MARK).count(),
            };
            if is_html {
                for link in targets.by_ref().take(marks) {
                    frame_links += u32::from(is_frame_link(&link.target));
                }
            }
            let (words, links, plain_links) = match holds_http.find(line.as_bytes()) {
                Some(_) => words_and_links(line, is_frame_link),
                None => (count_words(line), 0, 0),
            };
            if marks == 0 {
                frame_links += plain_links;
            }
            Line {
                text: without_mark(line),
                lower: without_mark(lower),
                frame_links,
                is_bare_link: words == 1 && links == 1,
                words,
            }
        })
        .collect()
}

fn without_mark(line: &str) -> &str {
    line.trim().trim_end_matches(LINK_MARK).trim_end()
}

/// How many words a line has, how many of them hold a link, and how many one of the frame's.
fn words_and_links(line: &str, is_frame_link: impl Fn(&str) -> bool) -> (usize, usize, u32) {
    let (mut words, mut links, mut of_frame) = (0, 0, 0);
    for word in line.split_whitespace() {
        words += 1;
        if let Some(at) = word.find("http") {
            links += 1;
            of_frame += u32::from(is_frame_link(&word[at..]));
        }
    }
    (words, links, of_frame)
}

fn count_words(line: &str) -> usize {
    match line.is_ascii() {
        true => line.split_ascii_whitespace().count(),
        false => line.split_whitespace().count(),
    }
}
