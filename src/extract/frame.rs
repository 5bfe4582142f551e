//! Taking a platform's frame off a text.
//!
//! The frame is recognised by structure: rulers, lines that carry the platform's links, the
//! sender's name line with the profile lines under it, the platform's own name, the footer. What
//! is left is the note.

mod footer;
mod lines;
mod mutual;
mod name;
mod note;
mod profile;
mod title;

pub(super) use self::lines::text_of;
use self::lines::{Line, Split};
pub(super) use self::name::names_speaker;
use super::boilerplate::{Substance, substance};
use super::layout::{Clues, Definition, Place};
use super::links::Links;
use super::platform::{Claim, ClaimedBy};
use super::relay::relayed_for;
use super::vocabulary::{INVITE, REMINDER, tells_of_connection};
use super::{Contact, Kind, defaults, direct, history};
use crate::limits;
use crate::message::{Defect, LINK_MARK, Message, lower_case};

/// What is known of a mail's frame before its lines are read.
struct Frame<'a> {
    definition: &'static Definition,
    place: Place,
    name: Option<&'a str>,
    /// The same in lower case.
    lower_name: Option<String>,
    /// The same as a line of its own is compared with.
    bare_name: Option<String>,
    subject: &'a str,
}

impl Frame<'_> {
    fn is_name(&self, line: &str) -> bool {
        self.bare_name
            .as_deref()
            .is_some_and(|name| name::is_name(line, name))
    }

    /// True for a line that says what the subject says, with the whole name for the first one.
    fn says_subject(&self, line: &str) -> bool {
        let first_name = self.name.and_then(|name| name.split_whitespace().next());
        match self.name.zip(first_name) {
            Some((name, first)) if line.contains(name) => {
                same_words(&line.replacen(name, first, 1), self.subject)
            }
            _ => false,
        }
    }

    /// True for a line the platform writes.
    fn is_frame(&self, line: &Line<'_>) -> bool {
        let is_written = || {
            same_words(line.text, self.subject)
                || self.says_subject(line.text)
                || self.definition.is_furniture(line.lower)
                || self
                    .name
                    .zip(self.lower_name.as_deref())
                    .is_some_and(|name| name::speaks_of(line, name, self.definition))
        };
        !line.is_empty() && is_written() && !defaults::is_stock(line.text)
    }
}

/// Reads a platform's mail.
pub(super) fn extract(message: &Message, claim: &Claim, links: &Links<'_>) -> Contact {
    let clues = Clues::of(message, claim);
    let layout = claim.platform.definition().layout(&clues);
    let kind = match layout {
        Some(layout) => layout.kind,
        None if claim.by == ClaimedBy::Looks && clues.subject_has(INVITE) => Kind::Invitation,
        // A forger's notice wants something of the owner like any message, and so does what somebody
        // did on a platform that is not known.
        None if matches!(claim.by, ClaimedBy::Looks | ClaimedBy::Manner) => Kind::PlatformMessage,
        None => Kind::Notice,
    };
    let place = layout.map_or(Place::AroundName, |layout| layout.place);
    let mut contact = Contact::blank(message, claim.platform, kind);
    unwrap((message, links), claim, place, &mut contact);
    if let Some(shown) = in_html(message, claim, place, &contact) {
        contact = shown;
    }
    // A forger's mail keeps to no layout, and an unknown platform has none: that is no news.
    let is_known = layout.is_some() || matches!(claim.by, ClaimedBy::Looks | ClaimedBy::Manner);
    if !is_known {
        leave_whole(message, &mut contact);
    }
    contact
}

/// The contact as the HTML part shows it, if it holds words of which the plain part has none.
fn in_html(message: &Message, claim: &Claim, place: Place, plain: &Contact) -> Option<Contact> {
    let may_hold_words = matches!(
        plain.kind,
        Kind::Invitation
            | Kind::PlatformMessage
            | Kind::Inmail
            | Kind::RecommendationRequest
            | Kind::EndorsementRequest
    );
    if plain.note.is_some()
        || !may_hold_words
        || message.html.is_none()
        || message.plain.trim().is_empty()
    {
        return None;
    }
    let shown = Message {
        plain: String::new(),
        ..message.clone()
    };
    let mut contact = Contact::blank(&shown, plain.platform, plain.kind);
    unwrap((&shown, &Links::of(&shown)), claim, place, &mut contact);
    let note = contact.note.as_deref()?;
    let looked_at = message.plain.floor_char_boundary(limits::FRAME_BYTES);
    let is_said = |line: &str| message.plain[..looked_at].contains(line.trim());
    let news: Vec<&str> = note.lines().filter(|line| !is_said(line)).collect();
    let news = news.join("\n");
    // Beside the platform's sentence there is little else than buttons and a footer.
    let is_news = news.split_whitespace().count() >= NEWS_WORDS
        && (plain.default_sentence.is_none() || note::is_prose(&news));
    is_news.then_some(contact)
}

/// Words of the HTML part that are more than a headline or a button.
const NEWS_WORDS: usize = 8;

/// Fills in what the frame holds, and the note.
fn unwrap(
    (message, links): (&Message, &Links<'_>),
    claim: &Claim,
    place: Place,
    contact: &mut Contact,
) {
    let lowered = lines::lowered(message);
    let Split {
        lines: mut all,
        platform_links,
    } = lines::split((message, links), &lowered, claim);
    contact.aside.platform_links = platform_links;
    let definition = claim.platform.definition();
    let footer = all.split_off(footer::start(message, definition, &all));
    contact.aside.footer_lines = footer::count(&footer);
    contact.mutual = mutual::take(&mut all);
    let name = match claim.by {
        ClaimedBy::Manner => relayed_for(message)
            .or_else(|| name::of_handle(&message.subject, &all))
            .or_else(|| name::of_subject(&message.subject, &all)),
        _ => name::of(message, definition, &all),
    };
    let name = name.map(|name| name.trim_matches(LINK_MARK).to_owned());
    let frame = Frame {
        definition,
        place,
        name: name.as_deref(),
        lower_name: name.as_deref().map(lower_case),
        bare_name: name.as_deref().map(name::bare),
        subject: message.subject.trim(),
    };
    contact.sender.profile = profile::link(
        links,
        &all,
        claim.platform,
        name::handle(&all, frame.subject, frame.name),
    );
    // The subject of an InMail and of a letter is the sender's (quoted).
    contact.own_subject = matches!(place, Place::BelowReply | Place::BelowSubject);
    if place == Place::Nowhere {
        return;
    }
    let found = note::find(&frame, &all, contact);
    let has_structure = !footer.is_empty()
        || all
            .iter()
            .any(|line| frame.is_name(line.text) || frame.is_frame(line));
    keep(found, name.as_deref(), message, contact);
    contact.sender.name = name.or_else(|| contact.sender.name.take().map(name::without_via));
    if !has_structure && claim.by == ClaimedBy::FromDomain {
        leave_whole(message, contact);
    }
}

/// Puts the words found into the contact, without the platform's stock sentence.
fn keep(found: String, name: Option<&str>, message: &Message, contact: &mut Contact) {
    let parted = history::part(&found, direct::marked(message));
    match contact.kind {
        Kind::PlatformMessage | Kind::Inmail | Kind::NewsletterOrOffer => {
            contact.aside.history_lines = parted.history_lines;
            contact.thread.quotes = parted.history_lines > 0;
            let own = match contact.kind {
                Kind::NewsletterOrOffer => without_reason(&parted.own),
                _ => parted.own,
            };
            let own = own.trim();
            contact.note = (!own.is_empty()).then(|| own.to_owned());
        }
        Kind::EventOrGroupInvite => {
            contact.note = title::words_beside(&parted.own, message, contact.platform);
        }
        _ => {
            let found = match contact.kind {
                Kind::InvitationReminder => without_reminder(&parted.own, name),
                _ => parted.own,
            };
            let note = defaults::remove(note::without_greeting(&found), name);
            contact.default_sentence = note.language;
            contact.note = note.rest.map(|note| without_heading(note, name));
        }
    }
}

/// A newsletter's text without the paragraph that says why it comes.
fn without_reason(text: &str) -> String {
    let paragraphs = text.split("\n\n");
    let kept: Vec<&str> = paragraphs
        .filter(|paragraph| {
            !tells_of_connection(&lower_case(paragraph)) || paragraph.contains('\n')
        })
        .collect();
    kept.join("\n\n")
}

/// A note without the line above it that says what every invitation says: the platform's. It has no
/// full stop, as a person's first sentence has.
fn without_heading(note: String, name: Option<&str>) -> String {
    let Some((heading, words)) = note.split_once("\n\n") else {
        return note;
    };
    let is_heading = !heading.contains('\n')
        && !heading.ends_with(['.', '!', '?', '。', '！'])
        && substance(heading, name) == Substance::Connect
        && substance(words, name) == Substance::Own;
    match is_heading {
        true => words.trim_start().to_owned(),
        false => note,
    }
}

/// A layout that is not known: everything visible is left to be judged, and the defect tells that
/// the platform has changed something.
fn leave_whole(message: &Message, contact: &mut Contact) {
    let text = message.visible_text().trim();
    contact.note = (!text.is_empty()).then(|| text.to_owned());
    contact.default_sentence = None;
    contact.defects.push(Defect::UnknownLayout);
}

/// A reminder's text without the lines that remind: "NAME's invitation is waiting".
fn without_reminder(found: &str, name: Option<&str>) -> String {
    let first_name = name.and_then(|name| name.split_whitespace().next());
    let kept: Vec<&str> = found
        .lines()
        .filter(|line| {
            let lower = lower_case(line);
            let reminds = REMINDER.iter().any(|word| lower.contains(word));
            let is_short = line.split_whitespace().count() <= 6;
            !(reminds && (is_short || first_name.is_some_and(|name| line.contains(name))))
        })
        .collect();
    kept.join("\n").trim().to_owned()
}

/// True if a line says what the subject says.
fn same_words(line: &str, subject: &str) -> bool {
    let is_mark = |c: char| !c.is_alphanumeric();
    let line = line.trim_matches(is_mark);
    !line.is_empty() && line == subject.trim_matches(is_mark)
}
