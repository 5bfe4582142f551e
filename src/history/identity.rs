//! Who a message is from, across channels, as hashes.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::extract::{Contact, Platform, form_writer, registrable};
use crate::limits;
use crate::message::Message;

/// Makes the hashes of one store unlike those of any other, so that they cannot be compared with
/// a list of known people made beforehand.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Salt(pub [u8; 16]);

impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt")
    }
}

impl Salt {
    /// Hash of the parts of one thing's name: the first 64 bits of a SHA-256.
    pub(super) fn key(&self, parts: &[&[u8]]) -> u64 {
        let mut hash = Sha256::new();
        hash.update(self.0);
        for part in parts {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        let digest: [u8; 32] = hash.finalize().into();
        let mut first = [0; 8];
        first.copy_from_slice(&digest[..8]);
        u64::from_le_bytes(first)
    }

    /// A person as the platform that relayed a contact names them. Platforms that no list knows are
    /// told apart by their domains.
    pub(super) fn member(&self, contact: &Contact, name: &str) -> u64 {
        let email = contact.sender.email.as_deref().unwrap_or_default();
        let platform = match (contact.platform, email.rsplit_once('@')) {
            (Platform::Other, Some((_, domain))) => registrable(domain),
            (platform, _) => platform.name(),
        };
        self.key(&[b"member", platform.as_bytes(), plain(name).as_bytes()])
    }

    /// A person by address.
    pub(super) fn address(&self, email: &str) -> u64 {
        self.key(&[b"address", email.to_lowercase().as_bytes()])
    }

    fn profile(&self, profile: &str) -> u64 {
        self.key(&[b"profile", profile.as_bytes()])
    }

    /// A person by name and firm, the one identity that platforms and direct mail share.
    fn at_firm(&self, name: &str, firm: &str) -> u64 {
        self.key(&[b"firm", plain(name).as_bytes(), squeezed(firm).as_bytes()])
    }
}

/// The identities of a message's sender, the surest first; none if nothing names them. What a
/// forged message says of its sender is not believed beyond its address.
pub(super) fn identities(message: &Message, contact: &Contact, salt: &Salt) -> Vec<u64> {
    let forged = !contact.authenticity.signs.is_empty();
    let mut who = Vec::new();
    // Everybody who writes into a form writes from the form's address.
    let writer = form_writer(message).map(|writer| writer.email);
    let email = writer.as_ref().or(contact.sender.email.as_ref());
    let email = email.map(String::as_str).unwrap_or_default();
    let domain = email.rsplit_once('@').map_or("", |(_, domain)| domain);
    let is_relayed = contact.is_relayed();
    let name = contact
        .sender
        .name
        .as_deref()
        .filter(|name| !name.is_empty());
    if let Some(name) = name
        && contact.platform != Platform::Direct
        && !forged
    {
        who.push(salt.member(contact, name));
    }
    if !email.is_empty() && !is_relayed {
        who.push(salt.address(email));
    }
    if forged {
        return who;
    }
    if let Some(profile) = profile(message, contact) {
        who.push(salt.profile(&profile));
    }
    if let Some(name) = name.filter(|name| name.contains(' ')) {
        let firms = firms(contact, if is_relayed { "" } else { domain });
        who.extend(firms.iter().map(|firm| salt.at_firm(name, firm)));
    }
    let mut seen = Vec::new();
    who.retain(|key| {
        !seen.contains(key) && {
            seen.push(*key);
            true
        }
    });
    who.truncate(limits::IDENTITIES);
    who
}

/// The firms a sender shows: the domain they write from, the ones they link to, and the one in
/// their headline ("Head of Sales at Rank Boost").
fn firms(contact: &Contact, domain: &str) -> Vec<String> {
    let mut firms = Vec::new();
    if !domain.is_empty() && !is_for_everybody(label(domain)) {
        firms.push(label(domain).to_owned());
    }
    if contact.platform != Platform::Direct {
        let headline = contact.sender.headline.as_deref().unwrap_or_default();
        let firm = [" at ", " @ ", " bei ", " chez "]
            .iter()
            .find_map(|at| headline.split_once(at));
        if let Some((_, firm)) = firm {
            let firm = firm.split(['|', ',', '(', '·']).next().unwrap_or_default();
            firms.push(firm.to_owned());
        }
        let own = contact.link_hosts.iter().map(|host| label(host));
        firms.extend(
            own.filter(|host| !is_for_everybody(host))
                .map(str::to_owned),
        );
    }
    firms.retain(|firm| squeezed(firm).chars().count() >= 3);
    firms.truncate(limits::IDENTITIES);
    firms
}

/// The word in front of a registrable domain's ending.
fn label(host: &str) -> &str {
    registrable(host).split('.').next().unwrap_or_default()
}

/// True for domains where everybody may have an address or a link.
fn is_for_everybody(label: &str) -> bool {
    const FOR_EVERYBODY: &[&str] = &[
        "126",
        "163",
        "aol",
        "bit",
        "calendly",
        "facebook",
        "free",
        "gmail",
        "gmx",
        "google",
        "googlemail",
        "hotmail",
        "icloud",
        "libero",
        "linkedin",
        "live",
        "mail",
        "me",
        "medium",
        "msn",
        "naver",
        "orange",
        "outlook",
        "proton",
        "protonmail",
        "qq",
        "seznam",
        "t-online",
        "twitter",
        "web",
        "wp",
        "x",
        "yahoo",
        "yandex",
        "youtube",
        "zoom",
    ];
    FOR_EVERYBODY.binary_search(&label).is_ok()
}

/// The profile's address without what varies, or the one LinkedIn profile direct mail shows.
fn profile(message: &Message, contact: &Contact) -> Option<String> {
    const SHOWN: &str = "linkedin.com/in/";
    if let Some(profile) = &contact.sender.profile {
        let rest = profile.split("://").last().unwrap_or_default();
        let rest = rest.strip_prefix("www.").unwrap_or(rest);
        return Some(rest.trim_end_matches('/').to_lowercase());
    }
    if contact.platform != Platform::Direct {
        return None;
    }
    let text = message.visible_text();
    let at = memchr::memmem::find(text.as_bytes(), SHOWN.as_bytes())? + SHOWN.len();
    let slug = text[at..]
        .split(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_' | '%')))
        .next()
        .filter(|slug| (3..=100).contains(&slug.len()))?;
    Some(format!("{SHOWN}{}", slug.to_lowercase()))
}

/// A name in lower case with single blanks.
fn plain(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    words.join(" ").to_lowercase()
}

/// Letters and digits only: "Rank-Boost" and "Rank Boost" are one firm.
fn squeezed(firm: &str) -> String {
    firm.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::owner::Owner;
    use crate::source::Content;

    fn who(mail: &str) -> Vec<u64> {
        let (message, contact) =
            crate::triage::read(&Content::Mail(mail.as_bytes().to_vec()), &Owner::default());
        identities(&message, &contact, &Salt::default())
    }

    fn share(a: &str, b: &str) -> bool {
        let b = who(b);
        who(a).iter().any(|key| b.contains(key))
    }

    #[test]
    fn one_person_over_several_channels() {
        let linkedin = "From: Ann Lee via LinkedIn <messages-noreply@linkedin.com>\nSubject: Ann sent you a message\n\nAnn Lee\nHead of Sales at Rank Boost\n\nhello\n\nReply: https://www.linkedin.com/x\n";
        assert!(share(linkedin, linkedin));
        assert!(share(
            linkedin,
            "From: Ann Lee <ann@rank-boost.example>\n\nNews"
        ));
        assert!(share(
            "From: <a@gmail.com>\n\nx",
            "From: A <A@gmail.com>\n\ny"
        ));
        assert!(!share(
            "From: Ann Lee <a@gmail.com>\n\nx",
            "From: Ann Lee <b@gmail.com>\n\nx"
        ));
        assert!(!share(
            linkedin,
            "From: Ann Lee <ann@elsewhere.example>\n\nNews"
        ));
        assert!(!share(
            linkedin,
            "From: Ann Lee via LinkedIn <x@evil.example>\n\nhello"
        ));
        assert!(share(
            "From: Ann <a@one.example>\n\nhttps://www.linkedin.com/in/ann-lee-7/ is me",
            "From: Lee <b@two.example>\n\nsee linkedin.com/in/Ann-Lee-7"
        ));
    }

    #[test]
    fn who_writes_into_a_form_is_not_the_form() {
        let form =
            |to: &str| format!("From: Site <noreply@forms.example>\nReply-To: {to}\n\nhello");
        assert!(!share(&form("a@gmail.com"), &form("b@gmail.com")));
        assert!(share(&form("a@gmail.com"), "From: <a@gmail.com>\n\nx"));
    }

    #[test]
    fn domains_for_everybody_are_found() {
        assert!(is_for_everybody("126") && is_for_everybody("gmail") && is_for_everybody("zoom"));
        assert!(!is_for_everybody("rank-boost"));
    }

    #[test]
    fn another_salt_gives_other_keys() {
        assert_ne!(
            Salt([1; 16]).address("a@x.example"),
            Salt([2; 16]).address("a@x.example")
        );
    }
}
