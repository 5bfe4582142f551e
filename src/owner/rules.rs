//! The owner's own rules: senders that are always kept or always filed, whatever the model says.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::profile::profile_slug;
use crate::extract::{Contact, Standing};
use crate::label::Label;

/// Whom a rule is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub enum Pattern {
    /// `@works.example`: every address of the domain and of those below it.
    Domain(String),
    /// `ann@works.example`
    Address(String),
    /// `linkedin.com/in/ann-lee`
    Profile(String),
}

/// A pattern that says nobody.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{0}' names no sender; expected \"@domain.example\", \"name@domain.example\" or \"linkedin.com/in/name\""
)]
pub struct PatternError(String);

impl FromStr for Pattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Pattern, PatternError> {
        let error = || PatternError(text.to_owned());
        if let Some(slug) = profile_slug(text) {
            return Ok(Pattern::Profile(slug));
        }
        let lower = text.to_lowercase();
        let (local, domain) = lower.split_once('@').ok_or_else(error)?;
        let is_domain = domain.contains('.')
            && domain.split('.').all(|label| !label.is_empty())
            && domain
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '.' | '-'));
        let is_local = !local.contains(|c: char| c.is_whitespace() || "<>,;\"*".contains(c));
        match (is_domain && is_local, local) {
            (false, _) => Err(error()),
            (true, "") => Ok(Pattern::Domain(domain.to_owned())),
            (true, _) => Ok(Pattern::Address(lower)),
        }
    }
}

impl TryFrom<String> for Pattern {
    type Error = PatternError;

    fn try_from(text: String) -> Result<Pattern, PatternError> {
        text.parse()
    }
}

impl From<Pattern> for String {
    fn from(pattern: Pattern) -> String {
        pattern.to_string()
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Pattern::Domain(domain) => write!(f, "@{domain}"),
            Pattern::Address(address) => f.write_str(address),
            Pattern::Profile(slug) => write!(f, "linkedin.com/in/{slug}"),
        }
    }
}

impl Pattern {
    /// True if it names the sender of a contact.
    fn names(&self, contact: &Contact) -> bool {
        let email = contact.sender.email.as_deref().unwrap_or_default();
        match self {
            Pattern::Address(address) => email == address,
            Pattern::Domain(domain) => email.rsplit_once('@').is_some_and(|(_, host)| {
                host.strip_suffix(domain.as_str())
                    .is_some_and(|below| below.is_empty() || below.ends_with('.'))
            }),
            Pattern::Profile(slug) => contact
                .sender
                .profile
                .as_deref()
                .and_then(profile_slug)
                .is_some_and(|profile| profile == *slug),
        }
    }
}

/// A sender whose messages always get one label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileRule {
    /// Whose messages.
    pub from: Pattern,
    /// Which label.
    #[serde(rename = "as")]
    pub label: Label,
}

/// `[rules]`: what the owner has decided once for all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Rules {
    /// Senders whose messages stay where they are.
    pub always_keep: Vec<Pattern>,
    /// Senders whose messages always get one label.
    pub always_file: Vec<FileRule>,
}

/// A rule of the owner's that decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleHit {
    /// The label it gives; none if the message is kept where it is.
    pub label: Option<Label>,
    /// Its pattern.
    pub pattern: Pattern,
    /// What is known about the sender it was applied to.
    pub standing: Standing,
}

impl Rules {
    /// The rule that decides on a contact. Keeping goes before filing: it is the safe side.
    ///
    /// A `From` address proves nothing, yet a rule on it holds for forged mail too: keeping a
    /// forgery leaves it in the inbox, with the doubt named in [`RuleHit::describe`].
    pub fn hit(&self, contact: &Contact) -> Option<RuleHit> {
        let keep = self.always_keep.iter().map(|pattern| (pattern, None));
        let file = self
            .always_file
            .iter()
            .map(|rule| (&rule.from, Some(rule.label)));
        keep.chain(file)
            .find(|(pattern, _)| pattern.names(contact))
            .map(|(pattern, label)| RuleHit {
                label,
                pattern: pattern.clone(),
                standing: contact.authenticity.standing,
            })
    }
}

impl RuleHit {
    /// The rule in words for the owner.
    pub fn describe(&self) -> String {
        let doubt = match self.standing {
            Standing::Authentic => "",
            Standing::Unproven => " (unproven sender)",
            Standing::Forged => " (the sender looks forged)",
        };
        match self.label {
            None => format!("your rule keeps {}{doubt}", self.pattern),
            Some(label) => format!("your rule files {} as {label}{doubt}", self.pattern),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Message;
    use crate::owner::Owner;

    fn contact(from: &str) -> Contact {
        let mail = format!("From: {from}\nSubject: x\n\nhello");
        Contact::extract(&Message::parse(mail.as_bytes()), &Owner::default())
    }

    fn pattern(text: &str) -> Pattern {
        text.parse().unwrap()
    }

    #[test]
    fn patterns_name_domains_addresses_and_profiles() {
        let ann = contact("Ann <Ann@mail.works.example>");
        for (text, expected) in [
            ("@works.example", true),
            ("@mail.Works.example", true),
            ("@orks.example", false),
            ("ann@mail.works.example", true),
            ("ann@works.example", false),
            ("linkedin.com/in/ann", false),
        ] {
            assert_eq!(pattern(text).names(&ann), expected, "{text}");
        }
        let mut ann = ann;
        ann.sender.profile = Some("https://www.linkedin.com/in/Ann/".to_owned());
        assert!(pattern("linkedin.com/in/ann").names(&ann));
        for bad in [
            "",
            "@",
            "ann",
            "@works",
            "a b@works.example",
            "*@works.example",
            "@works..example",
            "works.example",
        ] {
            assert!(bad.parse::<Pattern>().is_err(), "{bad}");
        }
    }

    #[test]
    fn keeping_goes_before_filing_and_doubt_is_named() {
        let rules = Rules {
            always_keep: vec![pattern("@works.example")],
            always_file: vec![FileRule {
                from: pattern("ann@works.example"),
                label: Label::Pitch,
            }],
        };
        let hit = rules.hit(&contact("Ann <ann@works.example>")).unwrap();
        assert_eq!(hit.label, None);
        assert_eq!(
            hit.describe(),
            "your rule keeps @works.example (unproven sender)"
        );
        assert_eq!(rules.hit(&contact("Bob <b@other.example>")), None);
        let rules = Rules {
            always_keep: Vec::new(),
            ..rules
        };
        let hit = rules.hit(&contact("LinkedIn <ann@works.example>")).unwrap();
        assert_eq!(hit.label, Some(Label::Pitch));
        assert!(hit.describe().ends_with("(the sender looks forged)"));
    }
}
