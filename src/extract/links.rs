//! The links of a message, and which of them are the sender's own.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::Contact;
use super::host::{host_of, registrable};
use super::platform::is_home;
use crate::limits;
use crate::message::{Link, Message};

/// The links of a message's HTML, each with its host, which is asked for again and again.
pub(super) struct Links<'a> {
    pub(super) html: Vec<Hosted<'a>>,
}

/// A link and its host, if it has one.
pub(super) struct Hosted<'a> {
    pub(super) link: &'a Link,
    pub(super) host: Option<Cow<'a, str>>,
}

impl<'a> Links<'a> {
    pub(super) fn of(message: &'a Message) -> Links<'a> {
        let html = message.html.iter().flat_map(|html| &html.links);
        let hosted = |link: &'a Link| Hosted {
            link,
            host: host_of(&link.target),
        };
        Links {
            html: html.map(hosted).collect(),
        }
    }

    /// The hosts of all links, of those of the HTML and of those in the plain text.
    pub(super) fn hosts(&self, message: &'a Message) -> impl Iterator<Item = Cow<'a, str>> {
        let html = self.html.iter().filter_map(|link| link.host.clone());
        html.chain(links_in(&message.plain).filter_map(host_of))
    }
}

/// How many links lead home, and how many to the one other site with the most.
pub(super) fn at_home_and_elsewhere<'h>(
    hosts: impl Iterator<Item = (&'h str, usize)>,
    is_home: impl Fn(&str) -> bool,
) -> (usize, usize) {
    let mut home = 0;
    let mut others: BTreeMap<&str, usize> = BTreeMap::new();
    for (host, count) in hosts {
        match is_home(host) {
            true => home += count,
            false => *others.entry(registrable(host)).or_default() += count,
        }
    }
    (home, others.into_values().max().unwrap_or_default())
}

/// Registrable domains of the links that are the sender's own, not the platform's, in their order.
/// In plain text those are the links of the sender's words and signature; in a forged mail all.
pub(super) fn own_links(message: &Message, contact: &Contact, links: &Links<'_>) -> Vec<String> {
    let parts = match contact.authenticity.signs.is_empty() {
        true => [contact.note.as_deref(), contact.aside.signature.as_deref()],
        false => [Some(message.visible_text()), None],
    };
    let plain = parts.into_iter().flatten().flat_map(links_in);
    let plain = plain.filter_map(host_of);
    let html = links.html.iter().filter_map(|link| link.host.clone());
    let mut hosts: Vec<String> = Vec::new();
    for host in html.chain(plain) {
        if is_home(contact.platform, message, &host) {
            continue;
        }
        let registered = registrable(&host);
        if !hosts.iter().any(|known| known == registered) {
            hosts.push(registered.to_owned());
        }
    }
    hosts
}

/// The first links written out in a text.
pub(super) fn links_in(text: &str) -> impl Iterator<Item = &str> {
    memchr::memmem::find_iter(text.as_bytes(), "http")
        .take(limits::LINKS)
        .map(|at| link_at(&text[at..]))
}

/// The link at the start of a text, cut at [`limits::LINK_BYTES`].
fn link_at(text: &str) -> &str {
    let text = &text[..text.floor_char_boundary(limits::LINK_BYTES)];
    let ends = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '(' | ')');
    // Links are ASCII but for a few: byte by byte, and by characters only from where they are not.
    let plain = |byte: &u8| byte.is_ascii() && !ends(char::from(*byte));
    let start = text.bytes().take_while(plain).count();
    &text[..text[start..]
        .find(ends)
        .map_or(text.len(), |end| start + end)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_in_links_cost_no_more_than_their_number() {
        let text = format!(
            "https://a.example/{}",
            "?u=https://é.example".repeat(20_000)
        );
        let links: Vec<&str> = links_in(&text).collect();
        assert_eq!(links.len(), limits::LINKS);
        assert!(links.iter().all(|link| link.len() <= limits::LINK_BYTES));
        assert_eq!(host_of(links[0]).as_deref(), Some("a.example"));
    }
}
