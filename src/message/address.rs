//! A sender's name and address.

use crate::limits;
use crate::message::{Header, clean_text};

/// One mailbox of an address header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Display name, if any.
    pub name: Option<String>,
    /// `local@domain`, lower case.
    pub email: String,
}

impl Address {
    /// The first mailbox of an address header; addresses no parser accepts are read leniently.
    pub fn of_header(header: Header<'_>) -> Option<Address> {
        if header.raw().len() > limits::HEADER_BYTES {
            return None;
        }
        let decoded = header.decoded();
        Address::parsed(&decoded).or_else(|| Address::lenient(&decoded))
    }

    /// Part of the address before the `@`.
    pub fn local(&self) -> &str {
        self.email.split('@').next().unwrap_or_default()
    }

    /// Part of the address after the `@`.
    pub fn domain(&self) -> &str {
        self.email.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    fn parsed(text: &str) -> Option<Address> {
        let first = mailparse::addrparse(text)
            .ok()?
            .into_inner()
            .into_iter()
            .next()?;
        let single = match first {
            mailparse::MailAddr::Single(single) => single,
            mailparse::MailAddr::Group(group) => group.addrs.into_iter().next()?,
        };
        let plausible = single.addr.contains('@') && !single.addr.contains([' ', '>', '<']);
        plausible.then(|| Address::new(single.display_name, &single.addr))
    }

    fn lenient(text: &str) -> Option<Address> {
        let (name, rest) = match text.rfind('<') {
            Some(open) => (text[..open].trim(), &text[open + 1..]),
            None => ("", text),
        };
        let email = rest
            .split(['>', ' ', ',', ';'])
            .find(|word| word.contains('@'));
        let name = if email.is_none() { text } else { name };
        let name = name.trim_matches(['"', '\'', ' ']);
        match (email, name.is_empty()) {
            (Some(email), _) => Some(Address::new(Some(name.to_owned()), email)),
            (None, false) => Some(Address::new(Some(name.to_owned()), "")),
            (None, true) => None,
        }
    }

    fn new(name: Option<String>, email: &str) -> Address {
        let name = name
            .map(|name| clean_text(name.trim_matches(['"', '\'', ' '])))
            .filter(|name| !name.is_empty());
        Address {
            name,
            email: clean_text(email.trim()).to_lowercase(),
        }
    }
}

/// All addresses of an address header, lower case, without their names: in one linear pass over
/// the undecoded value, since addresses are never encoded words. Quoted strings and comments do
/// not count.
pub fn addresses_of(header: Header<'_>) -> Vec<String> {
    let text = header.text();
    let mut found = Vec::new();
    let mut word = String::new();
    let mut chars = text.chars();
    let mut comment_depth = 0_u32;
    while let Some(c) = chars.next() {
        match c {
            '(' => comment_depth += 1,
            ')' => comment_depth = comment_depth.saturating_sub(1),
            _ if comment_depth > 0 => {}
            '"' => skip_quoted(&mut chars),
            // A group's name ends at ':', a display name at '<'.
            '<' | ':' => word.clear(),
            '>' | ',' | ';' => take_address(&mut word, &mut found),
            c if c.is_whitespace() && word.contains('@') => take_address(&mut word, &mut found),
            c if c.is_whitespace() => word.clear(),
            c => word.extend(c.to_lowercase()),
        }
    }
    take_address(&mut word, &mut found);
    found
}

fn skip_quoted(chars: &mut std::str::Chars<'_>) {
    while let Some(c) = chars.next() {
        match c {
            '\\' => drop(chars.next()),
            '"' => return,
            _ => {}
        }
    }
}

fn take_address(word: &mut String, found: &mut Vec<String>) {
    let word = std::mem::take(word);
    let is_address = word
        .split_once('@')
        .is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.'));
    if is_address {
        found.push(clean_text(&word));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Message;

    fn from(value: &str) -> Option<Address> {
        Message::parse(format!("From: {value}\n\nx").as_bytes()).from
    }

    #[test]
    fn reads_honest_and_sloppy_addresses() {
        let plain = from("Ann Lee <Ann@X.example>").unwrap();
        assert_eq!(
            (plain.name.as_deref(), plain.email.as_str()),
            (Some("Ann Lee"), "ann@x.example")
        );
        assert_eq!(plain.domain(), "x.example");
        assert_eq!(
            from("\"Lee, Ann\" <a@x.example>").unwrap().name.as_deref(),
            Some("Lee, Ann")
        );
        assert_eq!(from("a@x.example (Ann)").unwrap().email, "a@x.example");
        assert_eq!(from("Ann Lee a@x.example>").unwrap().email, "a@x.example");
        assert_eq!(from("Ann Lee").unwrap().email, "");
        assert_eq!(from(""), None);
    }
}
