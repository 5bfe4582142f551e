//! Which platform a message comes from, or claims to.

mod academia;
mod behance;
mod discord;
mod eventbrite;
mod facebook;
mod github;
mod goodreads;
pub(super) mod guessed;
mod instagram;
mod linkedin;
mod luma;
mod meetup;
mod nextdoor;
mod researchgate;
mod slack;
mod tiktok;
mod viadeo;
mod x;
mod xing;

use serde::{Deserialize, Serialize};

use self::guessed::SOCIAL;
use super::frame::names_speaker;
use super::host::{is_below, registrable};
use super::layout::Definition;
use super::links::{Links, at_home_and_elsewhere};
use super::look_alike::{platform_imitated, platform_named};
use super::relay::{is_sites, relayed_for};
use super::vocabulary::tells_of_answer;
use crate::message::{Address, Message};

/// Declares the platforms from the files that define them.
macro_rules! platforms {
    ($($platform:ident: $file:ident),* $(,)?) => {
        /// Where a contact comes from.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "lowercase")]
        #[allow(missing_docs, reason = "the names say it")]
        pub enum Platform {
            $($platform,)*
            /// One that no list knows, told by how it tells of its members.
            Other,
            /// Person to person, no platform between them.
            Direct,
        }

        impl Platform {
            pub(super) const NAMED: &[Platform] = &[$(Platform::$platform),*];

            /// What is known about the platform and its mails.
            pub(super) fn definition(self) -> &'static Definition {
                match self {
                    $(Platform::$platform => &$file::PLATFORM,)*
                    Platform::Other => &OTHER,
                    Platform::Direct => &DIRECT,
                }
            }
        }
    };
}

// In the order in which a name is looked for.
platforms! {
    Linkedin: linkedin,
    Xing: xing,
    Facebook: facebook,
    Instagram: instagram,
    Viadeo: viadeo,
    Researchgate: researchgate,
    Academia: academia,
    Meetup: meetup,
    X: x,
    Github: github,
    Slack: slack,
    Discord: discord,
    Goodreads: goodreads,
    Nextdoor: nextdoor,
    Behance: behance,
    Tiktok: tiktok,
    Eventbrite: eventbrite,
    Luma: luma,
}

/// Any other platform.
static OTHER: Definition = Definition {
    name: "other",
    title: "another platform",
    brand: "other",
    is_coined: false,
    other_names: &[],
    domains: &[],
    layouts: &[SOCIAL],
    furniture: &[],
    profiles: &[],
};

/// No platform.
static DIRECT: Definition = Definition {
    name: "direct",
    title: "direct",
    brand: "direct",
    is_coined: false,
    other_names: &[],
    domains: &[],
    layouts: &[],
    furniture: &[],
    profiles: &[],
};

impl Platform {
    /// The platform as JSON spells it.
    pub fn name(self) -> &'static str {
        self.definition().name
    }

    /// The platform as it spells itself.
    pub fn title(self) -> &'static str {
        self.definition().title
    }

    /// The platform that JSON spells so.
    pub(crate) fn named(name: &str) -> Option<Platform> {
        let is_it = |platform: &Platform| platform.name() == name;
        Platform::NAMED.iter().copied().find(is_it)
    }

    /// Domains that belong to the platform.
    pub fn domains(self) -> &'static [&'static str] {
        self.definition().domains
    }

    /// The word by which people and forgers name it.
    pub(super) fn brand(self) -> &'static str {
        self.definition().brand
    }

    /// True if nobody and nothing else bears the brand: "Xing" and "Slack" are surnames too,
    /// "academia" and "meetup" words, and many a group has a "discord" of its own.
    pub(super) fn brand_is_coined(self) -> bool {
        self.definition().is_coined
    }

    /// How other scripts and marketing spell the name, lower case.
    pub(super) fn other_names(self) -> &'static [&'static str] {
        self.definition().other_names
    }

    /// True for the same platform, and for two that send each other's mail.
    pub(super) fn is_of_same_house(self, other: Platform) -> bool {
        let is_meta = |platform| matches!(platform, Platform::Facebook | Platform::Instagram);
        self == other || is_meta(self) && is_meta(other)
    }

    /// The platform a host belongs to.
    pub fn of_host(host: &str) -> Option<Platform> {
        Platform::NAMED
            .iter()
            .copied()
            .find(|platform| platform.owns(host))
    }

    /// True if a host is one of the platform's.
    pub(super) fn owns(self, host: &str) -> bool {
        self.domains().iter().any(|domain| is_below(host, domain))
    }
}

/// True if a host is the platform's; the site that a message comes from is that of a platform no list
/// knows.
pub(super) fn is_home(platform: Platform, message: &Message, host: &str) -> bool {
    platform.owns(host)
        || platform == Platform::Other
            && message
                .from
                .as_ref()
                .is_some_and(|from| registrable(from.domain()) == registrable(host))
}

/// What a message's platform was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ClaimedBy {
    /// The domain of `From` is the platform's.
    FromDomain,
    /// The platform's machines made the Message-ID; `From` is the inviter's own address, as
    /// LinkedIn's was until 2014.
    MessageId,
    /// The display name, a look-alike domain or header fields name the platform; the real domain
    /// is another.
    Looks,
    /// The subject tells of a member as platforms do, and the links lead to the sender's own site.
    Manner,
    /// No platform.
    Nothing,
}

/// A message's platform and where that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Claim {
    pub(super) platform: Platform,
    pub(super) by: ClaimedBy,
}

/// Finds out which platform a message says it comes from.
pub(super) fn claim(message: &Message, links: &Links<'_>) -> Claim {
    let from = message.from.as_ref();
    let domain = from.map_or("", Address::domain);
    if let Some(platform) = Platform::of_host(domain) {
        return Claim {
            platform,
            by: ClaimedBy::FromDomain,
        };
    }
    if is_linkedin_made(message) {
        return Claim {
            platform: Platform::Linkedin,
            by: ClaimedBy::MessageId,
        };
    }
    if let Some(platform) = from.and_then(|from| looks_like(message, from)) {
        return Claim {
            platform,
            by: ClaimedBy::Looks,
        };
    }
    if speaks_of_a_member(message, domain, links) {
        return Claim {
            platform: Platform::Other,
            by: ClaimedBy::Manner,
        };
    }
    Claim {
        platform: Platform::Direct,
        by: ClaimedBy::Nothing,
    }
}

/// True for the notice of a platform that no list knows: the subject tells what somebody did ("NAME
/// sent you a message", "mention of @name") and it answers nothing, or a site tells of an answer, and its
/// links lead home.
fn speaks_of_a_member(message: &Message, domain: &str, links: &Links<'_>) -> bool {
    let from = message.from.as_ref();
    let names_member = || {
        names_speaker(&message.subject)
            || names_handle(&message.subject)
            || relayed_for(message).is_some()
    };
    let is_answer = || tells_of_answer(&message.subject) && from.is_some_and(is_sites);
    !domain.is_empty()
        && (message.raw_header("in-reply-to").is_none() && names_member() || is_answer())
        && lead_home(message, links)
}

/// True for a subject with a member's handle: "@ann", "@ann@host".
fn names_handle(subject: &str) -> bool {
    subject.split_whitespace().any(|word| {
        let handle = word.trim_start_matches(['(', '[', '"']).strip_prefix('@');
        handle.is_some_and(|handle| handle.starts_with(char::is_alphanumeric))
    })
}

/// True if no other site has more of the links than the sender's own.
fn lead_home(message: &Message, links: &Links<'_>) -> bool {
    let hosts: Vec<_> = links.hosts(message).collect();
    let hosts = hosts.iter().map(|host| (&**host, 1));
    let (own, other) = at_home_and_elsewhere(hosts, |host| is_home(Platform::Other, message, host));
    own > 0 && other <= own
}

/// True for the Message-IDs of LinkedIn's own machines: `…JavaMail.app@ech3-cdn12.prod`.
fn is_linkedin_made(message: &Message) -> bool {
    message.message_id().is_some_and(|id| {
        id.contains("JavaMail") && (id.ends_with(".prod") || id.ends_with("linkedin.com"))
    })
}

/// The platform whose name the sender wears without owning it.
fn looks_like(message: &Message, from: &Address) -> Option<Platform> {
    let name = from.name.as_deref().unwrap_or_default();
    let worn = || {
        platform_of_headers(message)
            .or_else(|| platform_of_local_part(from))
            .or_else(|| platform_named(name))
    };
    let worn = match is_rewritten_by_list(message, from, name) {
        true => None,
        false => worn(),
    };
    worn.or_else(|| platform_imitated(from.domain()))
}

/// True for "NAME via LIST" with the list's own address, as lists write `From` when the sender's
/// domain would forbid theirs: no forgery of NAME.
fn is_rewritten_by_list(message: &Message, from: &Address, name: &str) -> bool {
    let Some(list) = message.raw_header("list-id") else {
        return false;
    };
    let list = list.text().to_lowercase();
    let id = list.rsplit('<').next().unwrap_or_default();
    let host = id.split('>').next().unwrap_or_default().trim();
    let Some((_, via)) = name.rsplit_once(" via ") else {
        return false;
    };
    platform_named(via).is_none()
        && !from.domain().is_empty()
        && registrable(host) == registrable(from.domain())
}

/// The platform whose own header fields a message carries; they are claims like any other.
pub(super) fn platform_of_headers(message: &Message) -> Option<Platform> {
    let has = |names: &[&str]| names.iter().any(|name| message.raw_header(name).is_some());
    if has(&[
        "x-linkedin-class",
        "x-linkedin-template",
        "x-linkedin-fbl",
        "x-linkedin-id",
    ]) {
        return Some(Platform::Linkedin);
    }
    has(&["x-facebook-notify", "x-facebook-camp"]).then_some(Platform::Facebook)
}

/// The platform that sends from an address before the `@` like this one.
fn platform_of_local_part(from: &Address) -> Option<Platform> {
    matches!(
        from.local(),
        "inmail-hit-reply" | "messages-noreply" | "messaging-digest-noreply"
    )
    .then_some(Platform::Linkedin)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim_of(headers: &str) -> Claim {
        let message = Message::parse(format!("{headers}\n\nx").as_bytes());
        claim(&message, &Links::of(&message))
    }

    #[test]
    fn platforms_are_told_by_domain_machine_and_looks() {
        let by = |headers: &str| (claim_of(headers).platform, claim_of(headers).by);
        assert_eq!(
            by("From: A <invitations@linkedin.com>"),
            (Platform::Linkedin, ClaimedBy::FromDomain)
        );
        assert_eq!(
            by("From: A <a@mail.xing.com>"),
            (Platform::Xing, ClaimedBy::FromDomain)
        );
        assert_eq!(
            by("From: A <a@x.example>\nMessage-ID: <1.2.JavaMail.app@ech3-cdn09.prod>"),
            (Platform::Linkedin, ClaimedBy::MessageId)
        );
        for forged in [
            "From: LinkedIn <x@y.example>",
            "From: LinkeIn Support <x@y.example>",
            "From: A via LinkedIn <x@y.example>",
            "From: A <x@liinkedin.example>",
            "From: A <x@linkedin-mail.example>",
            "From: A <x@y.example>\nX-LinkedIn-Template: welcome_default",
            "From: A via LinkedIn <x@y.example>\nList-Id: <d.y.example>",
            "From: LinkedIn <x@y.example>\nList-Id: <d.y.example>",
            "From: A <x@linkedin.com.login.example>",
            "From: L\u{456}nkedIn <x@y.example>",
        ] {
            assert_eq!(
                by(forged),
                (Platform::Linkedin, ClaimedBy::Looks),
                "{forged}"
            );
        }
        assert_eq!(by("From: Mei Xing <x@y.example>").0, Platform::Direct);
        assert_eq!(
            by("From: XING via Devel <d@y.example>\nList-Id: <d.y.example>").0,
            Platform::Direct
        );
        assert_eq!(by("From: Linda <x@y.example>").0, Platform::Direct);
        let handle =
            |subject| format!("From: A <n@y.example>\nSubject: {subject}\n\nhttps://y.example/1");
        assert_eq!(by(&handle("Wzmianka od @ann")).1, ClaimedBy::Manner);
        assert_eq!(by(&handle("Coffee @ six")).1, ClaimedBy::Nothing);
    }
}
