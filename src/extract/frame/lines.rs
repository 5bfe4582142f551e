//! The lines of a notification, and which of them carry the platform's links.

use memchr::memmem::Finder;

use crate::extract::host::host_of;
use crate::extract::links::Links;
use crate::extract::platform::{Claim, ClaimedBy, is_home};
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
    /// Words in it, counted only if one is a link: a label is told from a sentence by them.
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
    match reads_html(message) {
        true => message.visible_text(),
        false => &message.plain,
    }
}

/// True if there is no plain text, or one that only says that the other part is to be read.
fn reads_html(message: &Message) -> bool {
    const BEGINNING: usize = 200;
    let plain = message.plain.trim();
    let beginning = &plain[..plain.floor_char_boundary(BEGINNING)];
    plain.is_empty()
        || message.html.is_some()
            && beginning
                .lines()
                .next()
                .is_some_and(|first| first.contains("HTML"))
}

/// The text whose lines are looked at, in lower case.
pub(super) fn lowered(message: &Message) -> String {
    lower_case(looked_at(message))
}

fn looked_at(message: &Message) -> &str {
    let text = text_of(message);
    &text[..text.floor_char_boundary(limits::FRAME_BYTES)]
}

/// A notification's lines.
pub(super) struct Split<'a> {
    pub(super) lines: Vec<Line<'a>>,
    /// Links that are really the platform's.
    pub(super) platform_links: u32,
}

/// Splits the part to read into lines, which go with those of the same [`lowered`].
///
/// Where not one link is the platform's, the mail is not either, and its links take their place.
pub(super) fn split<'a>(
    of: (&'a Message, &Links<'_>),
    lowered: &'a str,
    claim: &Claim,
) -> Split<'a> {
    if claim.by != ClaimedBy::Looks {
        let lines = split_by(of, lowered, |host| is_home(claim.platform, of.0, host));
        let platform_links = lines.iter().map(|line| line.frame_links).sum();
        if platform_links > 0 {
            return Split {
                lines,
                platform_links,
            };
        }
    }
    Split {
        lines: split_by(of, lowered, |_| true),
        platform_links: 0,
    }
}

fn split_by<'a>(
    (message, links): (&'a Message, &Links<'_>),
    lowered: &'a str,
    is_frame: impl Fn(&str) -> bool,
) -> Vec<Line<'a>> {
    let is_frame_link = |link: &str| host_of(link).is_some_and(|host| is_frame(&host));
    let mut targets = links.html.iter();
    let is_html = reads_html(message);
    let holds_http = Finder::new("http");
    lines_of(looked_at(message))
        .zip(lines_of(lowered))
        .take(limits::FRAME_LINES)
        .map(|(line, lower)| {
            let mut frame_links = 0;
            let marks = match line.is_ascii() {
                true => 0,
                false => line.chars().filter(|c| *c == LINK_MARK).count(),
            };
            if is_html {
                let hosts = targets.by_ref().take(marks);
                let hosts = hosts.filter_map(|target| target.host.as_deref());
                frame_links += hosts.filter(|host| is_frame(host)).count() as u32;
            }
            let (links, plain_links) = match holds_http.find(line.as_bytes()) {
                Some(_) => count_links(line, is_frame_link),
                None => (0, 0),
            };
            if marks == 0 {
                frame_links += plain_links;
            }
            // Nobody asks how many words a line without a link has.
            let words = match links > 0 || frame_links > 0 {
                true => line.split_whitespace().count(),
                false => 0,
            };
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

/// The lines of a cleaned text, which ends none with a carriage return.
fn lines_of(text: &str) -> impl Iterator<Item = &str> {
    let ends = memchr::memchr_iter(b'\n', text.as_bytes());
    let last = (!text.is_empty() && !text.ends_with('\n')).then_some(text.len());
    let mut start = 0;
    ends.chain(last).map(move |end| {
        let line = &text[start..end];
        start = end + 1;
        line
    })
}

fn without_mark(line: &str) -> &str {
    line.trim().trim_end_matches(LINK_MARK).trim_end()
}

/// How many words of a line hold a link, and how many one of the frame's.
fn count_links(line: &str, is_frame_link: impl Fn(&str) -> bool) -> (usize, u32) {
    let (mut links, mut of_frame) = (0, 0);
    for word in line.split_whitespace() {
        if let Some(at) = word.find("http") {
            links += 1;
            of_frame += u32::from(is_frame_link(&word[at..]));
        }
    }
    (links, of_frame)
}
