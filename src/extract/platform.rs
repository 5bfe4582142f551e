//! Which platform a message comes from, or claims to.

use serde::{Deserialize, Serialize};

use super::host::{fold_confusables, is_below};
use super::layout::Definition;
use crate::message::{Address, Message};

/// Declares the platforms from the files that define them.
macro_rules! platforms {
    ($($platform:ident: $file:ident),* $(,)?) => {
        $(mod $file;)*

        /// Where a contact comes from.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "lowercase")]
        #[allow(missing_docs, reason = "the names say it")]
        pub enum Platform {
            $($platform,)*
            /// Person to person, no platform between them.
            Direct,
        }

        impl Platform {
            const NAMED: &[Platform] = &[$(Platform::$platform),*];

            /// What is known about the platform and its mails.
            pub(super) fn definition(self) -> &'static Definition {
                match self {
                    $(Platform::$platform => &$file::PLATFORM,)*
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
}

/// No platform.
static DIRECT: Definition = Definition {
    name: "direct",
    brand: "direct",
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

    /// Domains that belong to the platform.
    pub fn domains(self) -> &'static [&'static str] {
        self.definition().domains
    }

    /// The word by which people and forgers name it.
    pub(super) fn brand(self) -> &'static str {
        self.definition().brand
    }

    /// The platform a host belongs to.
    pub fn of_host(host: &str) -> Option<Platform> {
        Platform::NAMED.iter().copied().find(|platform| {
            platform
                .domains()
                .iter()
                .any(|domain| is_below(host, domain))
        })
    }
}

/// What a message's platform was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ClaimedBy {
    /// The domain of `From` is the platform's.
    FromDomain,
    /// The platform's machines made the Message-ID; `From` is the inviter's own address, as
    /// LinkedIn's was until 2014.
    MessageId,
    /// The display name or a look-alike domain names the platform; the real domain is another.
    Looks,
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
pub(super) fn claim(message: &Message) -> Claim {
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
    Claim {
        platform: Platform::Direct,
        by: ClaimedBy::Nothing,
    }
}

/// True for the Message-IDs of LinkedIn's own machines: `…JavaMail.app@ech3-cdn12.prod`.
fn is_linkedin_made(message: &Message) -> bool {
    message.message_id().is_some_and(|id| {
        id.contains("JavaMail") && (id.ends_with(".prod") || id.ends_with("linkedin.com"))
    })
}

/// The platform whose name the sender wears without owning it.
fn looks_like(message: &Message, from: &Address) -> Option<Platform> {
    // A mailing list that rewrites From as "NAME via LIST" is no forgery of the name.
    if message.raw_header("list-id").is_some() {
        return None;
    }
    if let Some(platform) = wears_headers_of(message, from) {
        return Some(platform);
    }
    let name = fold_confusables(from.name.as_deref().unwrap_or_default());
    let domain = fold_confusables(from.domain());
    Platform::NAMED.iter().copied().find(|platform| {
        let brand = platform.brand();
        if brand.len() < 5 {
            // "Xing" and "Slack" are names and words too: the whole display name must be it.
            return name.trim() == brand || name.ends_with(&format!("via {brand}"));
        }
        let words = || name.split(|c: char| !c.is_alphanumeric());
        words().any(|word| near(word, brand))
            || domain
                .split(['.', '-', '_'])
                .any(|label| near(label, brand) || label.contains(brand))
    })
}

/// The platform whose own headers, sender addresses or other names a message wears.
fn wears_headers_of(message: &Message, from: &Address) -> Option<Platform> {
    let has = |name: &str| message.raw_header(name).is_some();
    let local = from.email.split('@').next().unwrap_or_default();
    let name = from.name.as_deref().unwrap_or_default().to_lowercase();
    let names = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if has("x-linkedin-class")
        || has("x-linkedin-template")
        || matches!(
            local,
            "inmail-hit-reply" | "messages-noreply" | "messaging-digest-noreply"
        )
        || names(&["领英", "linked in"])
    {
        return Some(Platform::Linkedin);
    }
    let facebook = [
        "meta business",
        "meta support",
        "meta page",
        "meta platforms",
        "meta security",
    ];
    (has("x-facebook-notify") || names(&facebook)).then_some(Platform::Facebook)
}

/// True if a word is the brand or one letter away from it.
fn near(word: &str, brand: &str) -> bool {
    if word == brand {
        return true;
    }
    brand.len() >= 7 && word.len().abs_diff(brand.len()) <= 1 && edit_distance_is_one(word, brand)
}

fn edit_distance_is_one(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let (short, long) = if a.len() <= b.len() {
        (&a, &b)
    } else {
        (&b, &a)
    };
    let same = short
        .iter()
        .zip(long.iter())
        .take_while(|(x, y)| x == y)
        .count();
    match long.len() - short.len() {
        0 => {
            let swapped = same + 1 < long.len()
                && short[same] == long[same + 1]
                && short[same + 1] == long[same];
            let skip = if swapped { 2 } else { 1 };
            short[(same + skip).min(short.len())..] == long[(same + skip).min(long.len())..]
        }
        1 => short[same..] == long[same + 1..],
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim_of(headers: &str) -> Claim {
        claim(&Message::parse(format!("{headers}\n\nx").as_bytes()))
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
    }
}
