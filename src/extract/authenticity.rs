//! Signs that a message is not from whom it says.
//!
//! `From`, `Reply-To` and `X-LinkedIn-*` are claims, not proof. Proof is what the owner's own mail
//! server wrote down about the sender's domain; without it no claim is believed and none is held
//! against the sender, except by what the message itself shows.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::auth_results::{AuthResults, Outcome};
use super::host::{has_tracker_name, host_of, is_click_tracker};
use super::links::{Hosted, Links, at_home_and_elsewhere};
use super::look_alike::{is_disguised, platform_imitated};
use super::platform::{Claim, ClaimedBy, platform_of_headers};
use super::{Platform, registrable};
use crate::message::{Address, Message, lower_case};
use crate::owner::Owner;

/// Whether the sender is who the message says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authenticity {
    /// The conclusion.
    pub standing: Standing,
    /// Signs of forgery, each once.
    pub signs: Vec<Forgery>,
}

/// What is known about a sender's claim to be who they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// The owner's own mail server has verified the domain in `From`.
    Authentic,
    /// Nothing proves it, nothing speaks against it.
    #[default]
    Unproven,
    /// The message shows that it is not.
    Forged,
}

/// One sign of forgery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Forgery {
    /// The sender wears a platform's name; the address is somebody else's.
    BorrowedName,
    /// A platform's own header fields on mail from somewhere else.
    BorrowedHeaders,
    /// A platform's mail whose buttons lead elsewhere.
    ForeignButtons,
    /// A platform's mail whose answers go elsewhere.
    ForeignReplyTo,
    /// A link that shows one host and leads to another.
    MaskedLink,
    /// A host made to be taken for another one.
    LookAlikeHost,
    /// The owner's own mail server found that the platform did not send it.
    FailedDmarc,
}

impl Forgery {
    /// Every sign.
    pub const ALL: [Forgery; 7] = [
        Forgery::BorrowedName,
        Forgery::BorrowedHeaders,
        Forgery::ForeignButtons,
        Forgery::ForeignReplyTo,
        Forgery::MaskedLink,
        Forgery::LookAlikeHost,
        Forgery::FailedDmarc,
    ];

    /// The sign as JSON spells it.
    pub fn name(self) -> &'static str {
        match self {
            Forgery::BorrowedName => "borrowed-name",
            Forgery::BorrowedHeaders => "borrowed-headers",
            Forgery::ForeignButtons => "foreign-buttons",
            Forgery::ForeignReplyTo => "foreign-reply-to",
            Forgery::MaskedLink => "masked-link",
            Forgery::LookAlikeHost => "look-alike-host",
            Forgery::FailedDmarc => "failed-dmarc",
        }
    }

    /// The sign in words for the owner.
    pub fn describe(self) -> &'static str {
        match self {
            Forgery::BorrowedName => {
                "the sender uses a platform's name with an address that is not the platform's"
            }
            Forgery::BorrowedHeaders => {
                "header fields of a platform in mail that the platform did not send"
            }
            Forgery::ForeignReplyTo => "a platform's mail whose answers go to somebody else",
            Forgery::ForeignButtons => "a platform's mail whose links lead away from the platform",
            Forgery::MaskedLink => "a link shows one site and leads to another",
            Forgery::LookAlikeHost => "a host name made to be taken for another one",
            Forgery::FailedDmarc => "your mail server found that the platform did not send it",
        }
    }
}

/// Weighs what a message claims about its sender against what it shows and what the owner's own
/// mail server found out.
pub(super) fn authenticity(
    message: &Message,
    claim: &Claim,
    owner: &Owner,
    links: &Links<'_>,
) -> Authenticity {
    let proof = proof(message, claim, owner);
    let is_platforms = matches!(claim.by, ClaimedBy::FromDomain | ClaimedBy::MessageId);
    if proof == Outcome::Pass && is_platforms {
        // The platform signed the whole of it: what the signs guess at is known.
        return Authenticity {
            standing: Standing::Authentic,
            signs: Vec::new(),
        };
    }
    let mut signs = forgery(message, claim, links);
    if proof == Outcome::Fail && is_platforms {
        signs.push(Forgery::FailedDmarc);
    }
    let standing = match (signs.is_empty(), proof) {
        (false, _) => Standing::Forged,
        (true, Outcome::Pass) => Standing::Authentic,
        (true, _) => Standing::Unproven,
    };
    Authenticity { standing, signs }
}

/// What the owner's mail server says of the claimed domain: passed if DMARC passed or a signature
/// of the same organisation held, failed only if DMARC failed. Mail with more than one `From` is
/// shown under one and checked under another, so it proves nothing.
fn proof(message: &Message, claim: &Claim, owner: &Owner) -> Outcome {
    let from = message.from.as_ref().map_or("", Address::domain);
    let results = match AuthResults::trusted(message, owner) {
        Some(results) if message.headers.named("from").count() == 1 && !from.is_empty() => results,
        _ => return Outcome::Open,
    };
    if claim.by == ClaimedBy::MessageId {
        // The inviter's own address stands in From; the signature is the platform's.
        let is_theirs = |domain: &str| Platform::of_host(domain) == Some(claim.platform);
        return match results.is_signed_by(is_theirs) {
            true => Outcome::Pass,
            false => Outcome::Open,
        };
    }
    match results.dmarc_of(from) {
        Outcome::Open
            if results.is_signed_by(|domain| registrable(domain) == registrable(from)) =>
        {
            Outcome::Pass
        }
        dmarc => dmarc,
    }
}

/// Finds the signs of forgery in a message.
fn forgery(message: &Message, claim: &Claim, links: &Links<'_>) -> Vec<Forgery> {
    let hosts = LinkHosts::of(message, links);
    let from = message.from.as_ref().map_or("", Address::domain);
    let is_platforms = matches!(claim.by, ClaimedBy::FromDomain | ClaimedBy::MessageId);
    let looks = claim.by == ClaimedBy::Looks;
    let imitates = |host: &str| platform_imitated(host).is_some() || is_disguised(host);
    let is_imitation = match claim.by {
        // Else the claim would be by looks.
        ClaimedBy::Nothing | ClaimedBy::FromDomain | ClaimedBy::Manner => is_disguised(from),
        ClaimedBy::Looks | ClaimedBy::MessageId => imitates(from),
    };
    let found = [
        (Forgery::BorrowedName, looks),
        (
            Forgery::BorrowedHeaders,
            looks && platform_of_headers(message) == Some(claim.platform),
        ),
        (
            Forgery::ForeignButtons,
            is_platforms && hosts.lead_away_from(claim.platform),
        ),
        (
            Forgery::ForeignReplyTo,
            claim.by == ClaimedBy::FromDomain && answers_leave(message, claim.platform),
        ),
        (Forgery::MaskedLink, masks_a_link(message, from, links)),
        (
            Forgery::LookAlikeHost,
            is_imitation || hosts.distinct().any(imitates),
        ),
    ];
    found
        .into_iter()
        .filter_map(|(sign, is_there)| is_there.then_some(sign))
        .collect()
}

/// Hosts of a message's links with how often each occurs.
struct LinkHosts<'a>(BTreeMap<Cow<'a, str>, usize>);

impl<'a> LinkHosts<'a> {
    fn of(message: &'a Message, links: &Links<'a>) -> LinkHosts<'a> {
        let mut counts = BTreeMap::new();
        for host in links.hosts(message) {
            *counts.entry(host).or_default() += 1;
        }
        LinkHosts(counts)
    }

    fn distinct(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(|host| &**host)
    }

    /// True if no link is the platform's, or one other site has more of them than the platform. A
    /// member's own words may hold links; the buttons and the footer outnumber them.
    fn lead_away_from(&self, platform: Platform) -> bool {
        let hosts = self.0.iter().map(|(host, count)| (&**host, *count));
        let (own, other) = at_home_and_elsewhere(hosts, |host| {
            Platform::of_host(host).is_some_and(|theirs| theirs.is_of_same_house(platform))
        });
        other > own
    }
}

/// True if the answer to a platform's mail would go to somebody else. LinkedIn's mail of members
/// to members had the member's own address there until 2014, and a guest or a host answers in person.
fn answers_leave(message: &Message, platform: Platform) -> bool {
    let local = message.from.as_ref().map_or("", Address::local);
    let reply_to = message.raw_header("reply-to").and_then(Address::of_header);
    !matches!(local, "member" | "connections")
        && !matches!(platform, Platform::Eventbrite | Platform::Luma)
        && reply_to.is_some_and(|to| {
            !to.domain().is_empty()
                && !Platform::of_host(to.domain())
                    .is_some_and(|theirs| theirs.is_of_same_house(platform))
        })
}

/// True if a link's text is itself an address of another site than the link's, or, in mail to one
/// person, a platform's name and nothing else.
fn masks_a_link(message: &Message, from: &str, links: &Links<'_>) -> bool {
    let is_bulk = message.raw_header("list-unsubscribe").is_some();
    links.html.iter().any(|Hosted { link, host }| {
        let Some(target) = host else {
            return false;
        };
        let is_own = || registrable(target) == registrable(from);
        // Newsletters link names to wherever they count clicks, people to pages of their own.
        let named = || match is_bulk || is_own() {
            true => None,
            false => platform_domain(&link.text),
        };
        let Some(shown) = shown_host(&link.text).or_else(named) else {
            return false;
        };
        let platform = Platform::of_host(&shown);
        let same_house = platform.is_some() && platform == Platform::of_host(target);
        // Mailers count clicks: every link of a newsletter leads through their machines.
        let counts_clicks = is_click_tracker(target)
            || has_tracker_name(target) && (is_own() || is_bulk && platform.is_none());
        registrable(&shown) != registrable(target) && !same_house && !counts_clicks
    })
}

/// The domain of the platform whose name a link's text is.
fn platform_domain(text: &str) -> Option<String> {
    let name = text.trim();
    let platform = Platform::NAMED.iter().copied().find(|platform| {
        platform.brand_is_coined() && name.eq_ignore_ascii_case(platform.brand())
    })?;
    platform.domains().first().map(|&domain| domain.to_owned())
}

/// The host a link's text names: an address, or a platform's domain.
fn shown_host(text: &str) -> Option<String> {
    let shown = text.trim();
    if shown.is_empty() || shown.len() > 2_000 || shown.contains(char::is_whitespace) {
        return None;
    }
    if let Some(host) = host_of(shown) {
        return Some(host.into_owned());
    }
    let start = shown.split(['/', '?', '#']).next()?;
    if !start.contains('.') {
        return None;
    }
    let start = lower_case(start);
    Platform::of_host(&start).map(|_| start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::Contact;

    fn signs(mail: &str) -> Vec<Forgery> {
        Contact::extract(&Message::parse(mail.as_bytes()), &Owner::default())
            .authenticity
            .signs
    }

    #[test]
    fn forged_notices_show() {
        assert_eq!(
            signs("From: LinkedIn <x@y.example>\n\nAccept: https://y.example/a"),
            [Forgery::BorrowedName]
        );
        assert_eq!(
            signs("From: A <invitations@linkedin.com>\n\nAccept: https://y.example/a"),
            [Forgery::ForeignButtons]
        );
        assert!(
            signs("From: A <invitations@linkedin.com>\n\nAccept: https://www.linkedin.com/a")
                .is_empty()
        );
        assert_eq!(
            signs(
                "From: A <a@y.example>\nContent-Type: text/html\n\n<a href='http://evil.example/'>https://bank.example/</a>"
            ),
            [Forgery::MaskedLink]
        );
    }
}
