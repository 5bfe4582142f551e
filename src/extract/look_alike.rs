//! Names that are made to be taken for another: one letter changed, letters of another alphabet,
//! a brand's name in a domain that is not the brand's.

use std::borrow::Cow;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_security::MixedScript;

use super::Platform;
use super::host::{fold_confusables, is_below, letter_for, registrable};
use super::phrases::PhraseIndex;
use crate::message::lower_case;

/// Second labels and words a forger adds to a brand: `linkedin-mail`, `Slack Support`.
const SERVICE_WORDS: &[&str] = &[
    "account",
    "alert",
    "alerts",
    "app",
    "billing",
    "center",
    "com",
    "de",
    "edu",
    "help",
    "id",
    "info",
    "invitation",
    "invitations",
    "invite",
    "login",
    "mail",
    "message",
    "messages",
    "net",
    "notification",
    "notifications",
    "notify",
    "official",
    "online",
    "org",
    "secure",
    "security",
    "service",
    "signin",
    "sso",
    "support",
    "team",
    "update",
    "verify",
    "via",
    "web",
];

/// Domains of the platforms under which members publish, or that send no mail: no imitations, and
/// no proof of anything.
const ALSO_THEIRS: &[&str] = &[
    "facebook.net",
    "github.blog",
    "github.dev",
    "github.io",
    "linkedin.cn",
];

/// A text in the form in which imitations meet what they imitate: look-alike letters and digits
/// folded, marks removed, `rn` read as `m` and `vv` as `w`.
pub(super) fn seen_as(text: &str) -> String {
    if text.is_ascii() {
        return pairs_joined(text.chars().map(|c| letter_for(c.to_ascii_lowercase())));
    }
    pairs_joined(
        fold_confusables(text)
            .nfd()
            .filter(|c| !is_combining_mark(*c)),
    )
}

/// Reads `rn` as `m` and `vv` as `w`.
fn pairs_joined(chars: impl Iterator<Item = char>) -> String {
    let mut seen = String::with_capacity(chars.size_hint().0);
    for c in chars {
        let joined = match (seen.as_bytes().last(), c) {
            (Some(b'r'), 'n') => 'm',
            (Some(b'v'), 'v') => 'w',
            _ => {
                seen.push(c);
                continue;
            }
        };
        seen.pop();
        seen.push(joined);
    }
    seen
}

/// The platform a display name names, if the sender would be taken for it.
pub(super) fn platform_named(name: &str) -> Option<Platform> {
    let seen = seen_as(name);
    let lower = lower_case(name);
    let may_be_other = OTHER_NAMES.is_in(&lower);
    let words: Vec<&str> = seen
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let via = seen.trim().rsplit_once(" via ").map(|(_, via)| via);
    Platform::NAMED.iter().copied().find(|platform| {
        let mut other_names = platform.other_names().iter();
        if may_be_other && other_names.any(|name| lower.contains(name)) {
            return true;
        }
        let brand = platform.brand();
        if platform.brand_is_coined() {
            return words.iter().any(|word| near(word, brand));
        }
        // "Xing" is a surname and "Academia" a word: alone, or beside a service's words only.
        let mut others = words.iter().filter(|word| **word != brand);
        words.contains(&brand) && others.all(|word| SERVICE_WORDS.contains(word))
            || via == Some(brand)
    })
}

/// The platform a host imitates; none for a platform's own hosts, and for a host that is merely
/// written in another alphabet.
pub(super) fn platform_imitated(host: &str) -> Option<Platform> {
    let is_theirs = ALSO_THEIRS.iter().any(|domain| is_below(host, domain));
    if is_theirs || Platform::of_host(host).is_some() {
        return None;
    }
    let shown = seen_as(&shown(host));
    let own = registrable(&shown);
    let name = own.split('.').next().unwrap_or_default();
    let may_hold_domain = LONG_DOMAINS.is_in(&shown);
    let cores = cores(name);
    Platform::NAMED.iter().copied().find(|platform| {
        let holds_domain = |domain: &&str| {
            is_long(domain) && holds_labels(&shown, domain) && !shown.ends_with(domain)
        };
        may_hold_domain && platform.domains().iter().any(holds_domain)
            || (host != shown && platform.domains().contains(&shown.as_str()))
            || names_brand(name, &cores, *platform)
    })
}

/// How other scripts and marketing spell the names of all platforms.
static OTHER_NAMES: LazyLock<PhraseIndex> = LazyLock::new(|| {
    let names = Platform::NAMED.iter().flat_map(|p| p.other_names());
    PhraseIndex::new(names.copied())
});

/// True for a domain that no host holds by chance.
fn is_long(domain: &str) -> bool {
    domain.len() > 6
}

/// Domains of all platforms that no host holds by chance.
static LONG_DOMAINS: LazyLock<PhraseIndex> = LazyLock::new(|| {
    let domains = Platform::NAMED.iter().flat_map(|p| p.domains());
    PhraseIndex::new(domains.copied().filter(|domain| is_long(domain)))
});

/// What in a name may be a brand: its parts, and the name without a word stuck to its end.
fn cores(name: &str) -> Vec<&str> {
    let glued = SERVICE_WORDS
        .iter()
        .filter_map(|word| name.strip_suffix(word));
    name.split(['-', '_']).chain(glued).collect()
}

/// True if a host's own name is a platform's brand, or holds it beside other words. For coined
/// brands one wrong letter is enough, and any word beside it; a common word needs a service's.
fn names_brand(name: &str, cores: &[&str], platform: Platform) -> bool {
    let brand = platform.brand();
    if platform.brand_is_coined() {
        return cores.iter().any(|core| near(core, brand));
    }
    let parts = || name.split(['-', '_']);
    let is_service = |part: &str| SERVICE_WORDS.contains(&part);
    parts().any(|part| part == brand)
        && parts().any(is_service)
        && parts().all(|part| part == brand || is_service(part))
}

/// True if a host holds a domain's labels in front of others: `linkedin.com.login.example`.
fn holds_labels(host: &str, domain: &str) -> bool {
    host.match_indices(domain).any(|(at, _)| {
        let before = host[..at].chars().next_back();
        let after = host[at + domain.len()..].chars().next();
        before.is_none_or(|c| matches!(c, '.' | '-')) && matches!(after, Some('.' | '-'))
    })
}

/// True for a host of letters chosen to look like others: a label outside ASCII that reads as
/// Latin though its letters are of another alphabet, under a Latin top-level domain.
pub(super) fn is_disguised(host: &str) -> bool {
    if host.is_ascii() && !has_punycode(host) {
        return false;
    }
    let shown = shown(host);
    let top = shown.rsplit('.').next().unwrap_or_default();
    top.is_ascii()
        && shown.split('.').any(|label| {
            !label.is_ascii() && is_of_other_letters(label) && fold_confusables(label).is_ascii()
        })
}

/// True if a label's letters outside ASCII are not Latin ones.
fn is_of_other_letters(label: &str) -> bool {
    let with_latin: String = label.chars().chain(['a']).collect();
    !with_latin.is_single_script()
}

fn has_punycode(host: &str) -> bool {
    host.split('.').any(|label| label.starts_with("xn--"))
}

/// A host as a browser shows it, `xn--` labels decoded.
fn shown(host: &str) -> Cow<'_, str> {
    if !has_punycode(host) {
        return Cow::Borrowed(host);
    }
    let labels: Vec<String> = host
        .split('.')
        .map(|label| {
            label
                .strip_prefix("xn--")
                .and_then(decode_punycode)
                .unwrap_or_else(|| label.to_owned())
        })
        .collect();
    Cow::Owned(labels.join("."))
}

/// Decodes the part of a label behind `xn--` (RFC 3492, section 6.2). None if it is not well
/// formed or longer than the 63 bytes of a label.
fn decode_punycode(encoded: &str) -> Option<String> {
    const MAX_LABEL: usize = 63;
    if encoded.len() > MAX_LABEL || !encoded.is_ascii() {
        return None;
    }
    let (plain, deltas) = encoded.rsplit_once('-').unwrap_or(("", encoded));
    let mut out: Vec<char> = plain.chars().collect();
    let (mut code, mut at, mut bias) = (128u32, 0u32, 72u32);
    let mut digits = deltas.bytes();
    while digits.len() > 0 {
        let start = at;
        let (mut weight, mut k) = (1u32, 36u32);
        loop {
            let digit = match digits.next()? {
                b @ b'a'..=b'z' => u32::from(b - b'a'),
                b @ b'0'..=b'9' => u32::from(b - b'0') + 26,
                _ => return None,
            };
            at = at.checked_add(digit.checked_mul(weight)?)?;
            let threshold = k.saturating_sub(bias).clamp(1, 26);
            if digit < threshold {
                break;
            }
            weight = weight.checked_mul(36 - threshold)?;
            k += 36;
        }
        let length = out.len() as u32 + 1;
        let damping = if start == 0 { 700 } else { 2 };
        bias = adapted_bias((at - start) / damping, length);
        code = code.checked_add(at / length)?;
        at %= length;
        out.insert(at as usize, char::from_u32(code)?);
        at += 1;
    }
    Some(out.into_iter().collect())
}

/// RFC 3492, section 6.1; the delta damped already.
fn adapted_bias(mut delta: u32, length: u32) -> u32 {
    delta += delta / length;
    let mut k = 0;
    while delta > 455 {
        delta /= 35;
        k += 36;
    }
    k + 36 * delta / (delta + 38)
}

/// True if a word is the brand; for long brands, also one letter away from it.
fn near(word: &str, brand: &str) -> bool {
    word == brand
        || brand.len() >= 8
            && word.len().abs_diff(brand.len()) <= 1
            && match word.is_ascii() && brand.is_ascii() {
                true => edit_distance_is_one(word.as_bytes(), brand.as_bytes()),
                false => {
                    let (word, brand): (Vec<char>, Vec<char>) =
                        (word.chars().collect(), brand.chars().collect());
                    edit_distance_is_one(&word, &brand)
                }
            }
}

/// True if one letter too many, too few, changed, or two swapped make one word of the other.
fn edit_distance_is_one<T: PartialEq>(a: &[T], b: &[T]) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
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

    #[test]
    fn punycode_decodes_as_the_rfc_says() {
        assert_eq!(decode_punycode("mnchen-3ya").as_deref(), Some("münchen"));
        assert_eq!(decode_punycode("e1afmkfd").as_deref(), Some("пример"));
        assert_eq!(
            decode_punycode("ihqwcrb4cv8a8dqg056pqjye").as_deref(),
            Some("他们为什么不说中文")
        );
        for bad in ["", "99999999", "a-ü", "--9999999b"] {
            let decoded = decode_punycode(bad);
            assert!(decoded.is_none_or(|text| text.len() <= 4), "{bad}");
        }
    }

    #[test]
    fn hosts_that_imitate() {
        for host in [
            "linkedin.com.login.example",
            "www.linkedin.com-verify.example",
            "linkedin-mail.example",
            "secure-linkedin.example",
            "liinkedin.com",
            "linkedin.example",
            "1inkedin.com",
            "llnkedin.example",
            "linkedinmail.example",
            "l\u{456}nkedin.com",
            "xn--lnkedin-rog.example",
            "xn--lnkedin-7ya.example",
            "faceb00k-login.example",
            "instagrarn.example",
            "xing-login.example",
            "slack.com.sso.example",
        ] {
            assert!(platform_imitated(host).is_some(), "{host}");
        }
        for host in [
            "www.linkedin.com",
            "academia.example",
            "academia-sinica.example",
            "github.firm.example",
            "facebook.github.io",
            "xing.example",
            "slack.example",
            "linked.example",
            "twister.example",
            "xn--bckerei-5wa.example",
            "x.example",
            "box.com",
        ] {
            assert_eq!(platform_imitated(host), None, "{host}");
        }
    }

    #[test]
    fn another_alphabet_is_no_disguise() {
        for host in ["\u{430}pple.com", "\u{441}\u{430}\u{445}\u{430}\u{440}.com"] {
            assert!(is_disguised(host), "{host}");
        }
        for host in [
            "b\u{e4}ckerei.example",
            "xn--mnchen-3ya.de",
            "пример.com",
            "\u{441}\u{430}\u{445}\u{430}\u{440}.рф",
            "例え.jp",
            "kap\u{131}.com",
            "x.example",
        ] {
            assert!(!is_disguised(host), "{host}");
        }
    }

    #[test]
    fn names_that_borrow_and_names_that_are() {
        for name in [
            "LinkedIn",
            "LinkeIn Support",
            "Anna via LinkedIn",
            "L\u{456}nkedIn",
            "领英",
            "Линкедин",
            "Slack Notifications",
            "XING",
            "Anna via Xing",
            "FACEB00K",
        ] {
            assert!(platform_named(name).is_some(), "{name}");
        }
        for name in [
            "Mei Xing",
            "Tom Slack",
            "Linda Linked",
            "Academia Sinica",
            "DataGuild Discord",
            "Munich Meetup",
            "",
        ] {
            assert_eq!(platform_named(name), None, "{name}");
        }
    }
}
