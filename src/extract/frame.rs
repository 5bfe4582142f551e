//! Taking a platform's frame off a text.
//!
//! The frame is recognised by structure: rulers, lines that carry the platform's links, the
//! sender's name line with the profile lines under it, the platform's own name, the footer. What
//! is left is the note.

use super::host::{host_of, is_below};
use super::notification::INVITE;
use super::platform::{Claim, ClaimedBy};
use super::{Contact, Kind, Platform, defaults};
use crate::message::{Defect, LINK_MARK, Message};

/// One line of a notification.
struct Line<'a> {
    text: &'a str,
    /// The line carries a link of the platform (or any link, if the mail is forged).
    has_frame_link: bool,
    /// Nothing but a link.
    is_bare_link: bool,
}

/// Fills in the contact's profile lines, default sentence and note.
pub(super) fn unwrap(message: &Message, claim: &Claim, contact: &mut Contact) {
    contact.own_subject = false;
    let name = person_name(contact.sender.name.as_deref());
    contact.sender.name = name.clone().or(contact.sender.name.take());
    let text = frame_text(message);
    let lines = lines(message, text, claim);
    let body = &lines[..footer_start(&lines)];
    let kept = strip_frame(body, name.as_deref(), claim.platform, contact);
    if matches!(contact.kind, Kind::PlatformMessage | Kind::Inmail) {
        contact.note = (!kept.is_empty()).then_some(kept);
    } else if contact.kind == Kind::EventOrGroupInvite {
        contact.note = words_beside_the_title(&kept);
    } else {
        let note = defaults::remove(&kept, name.as_deref());
        contact.default_sentence = note.language;
        contact.note = note.rest;
    }
    if text.trim().is_empty() && claim.by == ClaimedBy::FromDomain {
        contact.defects.push(Defect::UnknownLayout);
    }
}

/// What an invitation to an event, group or page says beside "NAME invited you" and the title of
/// the thing.
fn words_beside_the_title(kept: &str) -> Option<String> {
    let own: Vec<&str> = kept
        .lines()
        .filter(|line| {
            let lower = line.to_lowercase();
            !line.is_empty() && !INVITE.iter().any(|word| lower.contains(word))
        })
        .collect();
    let is_title = own.len() <= 1 && own.iter().all(|line| line.split_whitespace().count() <= 12);
    (!is_title).then(|| own.join("\n"))
}

/// The part to read: the plain one if there is one, its lines are the platform's own.
fn frame_text(message: &Message) -> &str {
    if message.plain.trim().is_empty() {
        message.visible_text()
    } else {
        &message.plain
    }
}

fn lines<'a>(message: &'a Message, text: &'a str, claim: &Claim) -> Vec<Line<'a>> {
    let mut targets = message.html.iter().flat_map(|html| &html.links);
    let is_html = message.plain.trim().is_empty();
    let is_frame_host = |host: &str| match claim.by {
        ClaimedBy::Looks => true,
        _ => claim
            .platform
            .domains()
            .iter()
            .any(|domain| is_below(host, domain)),
    };
    text.lines()
        .map(|line| {
            let marks = line.chars().filter(|c| *c == LINK_MARK).count();
            let mut has_frame_link = false;
            if is_html {
                for link in targets.by_ref().take(marks) {
                    has_frame_link |=
                        host_of(&link.target).is_some_and(|host| is_frame_host(&host));
                }
            }
            let mut words = 0;
            let mut links = 0;
            for word in line.split_whitespace() {
                words += 1;
                if let Some(host) = link_in(word) {
                    links += 1;
                    has_frame_link |= is_frame_host(&host);
                }
            }
            Line {
                text: line.trim().trim_end_matches(LINK_MARK).trim_end(),
                has_frame_link,
                is_bare_link: words == 1 && links == 1,
            }
        })
        .collect()
}

fn link_in(word: &str) -> Option<String> {
    word.find("http").and_then(|at| host_of(&word[at..]))
}

/// Index of the first line of the footer: a ruler below the first link, a copyright or legal
/// line, a line that offers to end the mails.
fn footer_start(lines: &[Line<'_>]) -> usize {
    let mut seen_link = false;
    for (index, line) in lines.iter().enumerate() {
        let lower = line.text.to_lowercase();
        if is_ruler(line.text) && seen_link || FOOTER.iter().any(|mark| lower.contains(mark)) {
            return index;
        }
        seen_link |= line.has_frame_link;
    }
    lines.len()
}

/// What footers say, as seen; a human's note does not.
const FOOTER: &[&str] = &[
    "unsubscribe:",
    "unsubscribe from",
    "you are receiving",
    "you're receiving",
    "you received this",
    "this email was intended for",
    "this message was intended",
    "this message was sent to",
    "linkedin corporation",
    "linkedin ireland",
    "(c) 20",
    "© 20",
    "did you know",
    "why might connecting",
    "was invited to join facebook",
    "to sign up for facebook",
    "facebook, inc",
    "meta platforms",
    "new work se",
    "xing ag",
    "sie erhalten diese",
    "du erhältst diese",
    "vous recevez cet",
    "vous recevez ce",
    "recibes este",
    "ha recibido este",
    "você está recebendo",
    "recebeu este",
    "ricevi questa",
    "ricevi questo",
    "je ontvangt",
    "u ontvangt",
    "otrzymujesz",
    "вы получили это",
    "вы получаете",
    "ezt az e-mailt",
    "本邮件",
    "此邮件",
    "このメール",
    "이 이메일",
    "هذه الرسالة الإلكترونية",
    "תקבל",
    "researchgate gmbh",
    "academia, 580",
    "if you don't want",
    "if you do not want",
    "update your preferences",
    "email preferences",
    "reply to this email directly",
    "estaba dirigido a",
    "estás recibiendo",
    "était destiné",
    "était adressé",
    "war für",
    "era destinado",
    "foi destinad",
    "era destinat",
    "was bedoeld voor",
    "この電子メール",
    "に宛てて",
    "发送给",
    "收件人",
    "에게 발송",
    "предназначалось",
    "adresat",
];

fn is_ruler(line: &str) -> bool {
    line.len() >= 8
        && line.chars().all(|c| {
            matches!(
                c,
                '-' | '_' | '=' | '.' | '*' | '—' | '–' | '─' | '━' | '·' | ' '
            )
        })
}

/// Removes frame lines; keeps profile lines in the contact.
///
/// The note stands either above the sender's name line, as in mails of 2016, or below the profile
/// lines under it. Where both hold text, what stands above is the platform's heading.
fn strip_frame(
    lines: &[Line<'_>],
    name: Option<&str>,
    platform: Platform,
    contact: &mut Contact,
) -> String {
    let is_name = |line: &Line<'_>| name.is_some_and(|name| same_name(line.text, name));
    let start = top_of_note(lines);
    let name_at = lines[start..].iter().position(is_name).map(|at| start + at);
    let above = human_lines(
        &lines[start..name_at.unwrap_or(lines.len())],
        name,
        platform,
    );
    let Some(name_at) = name_at else {
        return joined(&above);
    };
    let under_name = &lines[name_at + 1..];
    if contact.kind == Kind::Inmail
        && let Some(link_at) = under_name.iter().position(|line| line.has_frame_link)
    {
        // An InMail stands below the link to answer it.
        let message = joined(&human_lines(&under_name[link_at + 1..], name, platform));
        if !message.is_empty() {
            return message;
        }
    }
    let mut below = human_lines(under_name, name, platform);
    take_profile(&mut below, contact);
    let (above, below) = (joined(&above), joined(&below));
    let n_words = |text: &str| text.split_whitespace().count();
    let is_message = matches!(contact.kind, Kind::PlatformMessage | Kind::Inmail);
    // "You have 1 new message" above a message; an unusual place below an invitation's note.
    if below.is_empty() || !is_message && n_words(&above) > n_words(&below) {
        above
    } else {
        below
    }
}

fn joined(lines: &[&str]) -> String {
    lines.join("\n").trim().to_owned()
}

/// The lines that are not the platform's, up to the first of its links below them.
fn human_lines<'a>(lines: &[Line<'a>], name: Option<&str>, platform: Platform) -> Vec<&'a str> {
    let mut kept: Vec<&str> = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let has_text = kept.iter().any(|line| !line.is_empty());
        let label_of_link = lines
            .get(index + 1)
            .is_some_and(|next| next.is_bare_link && next.has_frame_link);
        if line.has_frame_link && !line.text.is_empty() {
            if has_text {
                break;
            }
            continue;
        }
        let is_frame = label_of_link
            || is_ruler(line.text)
            || is_brand_line(line.text, platform)
            || name.is_some_and(|name| speaks_of(line.text, name, platform));
        if !is_frame {
            kept.push(line.text);
        }
    }
    kept
}

/// Index after the heading: below the last ruler that stands above every link near the top.
fn top_of_note(lines: &[Line<'_>]) -> usize {
    let mut start = 0;
    let mut seen = 0;
    for (index, line) in lines.iter().enumerate() {
        if line.text.is_empty() {
            continue;
        }
        if line.has_frame_link || seen == 8 {
            break;
        }
        if is_ruler(line.text) || line.text.starts_with("------------") {
            start = index + 1;
        }
        seen += 1;
    }
    start
}

/// Takes headline and location off the lines under a name. A short note must not be mistaken for
/// a place, so the second line must look like one.
fn take_profile(below: &mut Vec<&str>, contact: &mut Contact) {
    let filled: Vec<usize> = (0..below.len())
        .filter(|index| !below[*index].is_empty())
        .take(2)
        .collect();
    let mut taken = 0;
    if let Some(&first) = filled.first()
        && below[first].chars().count() <= 220
        && !ends_like_speech(below[first])
    {
        contact.sender.headline = Some(below[first].to_owned());
        taken = first + 1;
        // Messages carry no place line.
        let has_place = !matches!(contact.kind, Kind::PlatformMessage | Kind::Inmail);
        if let Some(&second) = filled.get(1)
            && has_place
            && looks_like_place(below[second])
        {
            contact.sender.location = Some(below[second].to_owned());
            taken = second + 1;
        }
    }
    below.drain(..taken);
}

fn ends_like_speech(line: &str) -> bool {
    line.ends_with(['!', '?', ',', ':', '。', '！', '？'])
        || line.ends_with('.') && line.split_whitespace().count() > 6
}

/// True for a line that names a place: few words, each capitalised or in a script without
/// capitals, nothing that ends a sentence.
fn looks_like_place(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().collect();
    let is_short = words.len() <= 6 && line.chars().count() <= 48;
    let starts_capital = |word: &&str| {
        word.chars().next().is_some_and(|c| !c.is_lowercase()) || SMALL_WORDS.contains(word)
    };
    let has_case = line.chars().any(|c| c.is_lowercase() || c.is_uppercase());
    is_short
        && !ends_like_speech(line)
        && !line.ends_with('.')
        && (has_case || names_a_place(line))
        && words.iter().all(starts_capital)
}

/// Words inside names of places that carry no capital.
const SMALL_WORDS: &[&str] = &[
    "de", "do", "da", "del", "la", "und", "of", "y", "en", "i", "area", "and",
];

/// For scripts without capitals: a country or an administrative ending, or two short names with a
/// comma between them.
fn names_a_place(line: &str) -> bool {
    const ENDINGS: &[char] = &[
        '市', '省', '县', '縣', '区', '區', '府', '県', '都', '国', '國', '시', '도', '구',
    ];
    const COUNTRIES: &[&str] = &[
        "中国",
        "中國",
        "台灣",
        "台湾",
        "臺灣",
        "台北",
        "香港",
        "新加坡",
        "日本",
        "대한민국",
        "한국",
        "서울",
        "부산",
        "北京",
        "上海",
    ];
    let is_unspaced = line
        .chars()
        .all(|c| c > '\u{10ff}' || c.is_whitespace() || c == ',');
    if is_unspaced {
        return line.chars().count() <= 16
            && (line.ends_with(ENDINGS) || COUNTRIES.iter().any(|country| line.contains(country)));
    }
    line.split_whitespace().count() <= 4 && line.contains([',', '،'])
}

/// Display name without what platforms add to it: "NAME via LinkedIn", "NAME (LinkedIn)".
fn person_name(display: Option<&str>) -> Option<String> {
    let display = display?;
    let name = display
        .split(" via ")
        .next()
        .unwrap_or(display)
        .split(" (")
        .next()
        .unwrap_or(display)
        .trim();
    (!name.is_empty()).then(|| name.to_owned())
}

fn same_name(line: &str, name: &str) -> bool {
    let line = line.trim_matches(|c: char| !c.is_alphanumeric());
    !line.is_empty() && line.to_lowercase() == name.to_lowercase()
}

fn is_brand_line(line: &str, platform: Platform) -> bool {
    line.eq_ignore_ascii_case(platform.name())
}

/// True for the platform's sentence about the sender: "NAME would like to connect on LinkedIn".
fn speaks_of(line: &str, name: &str, platform: Platform) -> bool {
    let lower = line.to_lowercase();
    lower.contains(&name.to_lowercase())
        && line.split_whitespace().count() <= 16
        && (line.ends_with(':')
            || lower.contains(platform.name())
            || lower.starts_with(&name.to_lowercase()))
}
