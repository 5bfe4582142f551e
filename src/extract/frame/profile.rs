//! The profile lines under a sender's name, and the link to the profile.

use std::borrow::Cow;

use super::lines::Line;
use crate::extract::host::host_of;
use crate::extract::links::Links;
use crate::extract::{Contact, Kind, Platform};

/// Takes headline and location off the lines under a name. A short note must not be mistaken for
/// a place, so the second line must look like one.
pub(super) fn take(below: &mut Vec<&str>, contact: &mut Contact) {
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

/// Takes a location that was found below the headline, where a message was expected.
pub(super) fn take_place(found: &str, contact: &mut Contact) {
    if contact.sender.headline.is_some() && looks_like_place(found) {
        contact.sender.location = Some(found.to_owned());
    }
}

fn ends_like_speech(line: &str) -> bool {
    line.ends_with(['!', '?', ',', ':', '。', '！', '？'])
        || line.ends_with('.') && line.split_whitespace().count() > 6
}

/// True for a line that names a place: few words, each capitalised or in a script without
/// capitals, nothing that ends a sentence.
pub(super) fn looks_like_place(line: &str) -> bool {
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
    "de", "e", "do", "da", "del", "la", "und", "of", "y", "en", "i", "area", "and",
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

/// The link to the sender's profile without what only tracks the reader.
pub(super) fn link(
    links: &Links<'_>,
    lines: &[Line<'_>],
    platform: Platform,
    handle: Option<&str>,
) -> Option<String> {
    let plain = lines
        .iter()
        .filter(|line| line.text.contains("http"))
        .flat_map(|line| line.text.split_whitespace())
        .filter_map(|word| word.find("http").map(|at| &word[at..]))
        .map(|link| (link, host_of(link)));
    let html = links.html.iter();
    let html = html.map(|hosted| (hosted.link.target.as_str(), hosted.host.clone()));
    let theirs = |(link, host): (_, Option<Cow<'_, str>>)| {
        let host = host.filter(|host| platform.owns(host))?;
        untracked(link, &host, platform, handle)
    };
    plain.chain(html).find_map(theirs)
}

/// A link to a profile without its query; LinkedIn's `/comm` for mails goes too.
fn untracked(link: &str, host: &str, platform: Platform, handle: Option<&str>) -> Option<String> {
    let is_end = |c: char| matches!(c, '?' | '&' | '#' | '>' | ')' | '"') || c.is_whitespace();
    let handle = handle.map(|handle| format!("{host}/{handle}"));
    let marks = platform.definition().profiles.iter().copied();
    let (mark, at) = marks
        .chain(handle.as_deref())
        // The search is dear, most links do without it.
        .filter(|mark| link.contains(mark))
        .find_map(|mark| Some((mark, link.find(mark)?)))?;
    let name_at = at + mark.len();
    let rest = &link[name_at..];
    let name = &rest[..rest.find(is_end).unwrap_or(rest.len())];
    // Behind a handle more of a path leads to something of theirs, not to them.
    let names_somebody = match handle.as_deref() == Some(mark) {
        true => matches!(name, "" | "/"),
        false => !name.is_empty(),
    };
    names_somebody.then(|| format!("{}{name}", &link[..name_at]).replacen("/comm/", "/", 1))
}
