//! Hosts of links and addresses.

use std::borrow::Cow;

use crate::message::{fold_look_alikes, lower_case};

/// Bytes in which a link's scheme ends, `://` included.
const SCHEME_BYTES: usize = 11;

/// Host of a link, lower case, without port and user; none if there is no plausible one.
pub fn host_of(link: &str) -> Option<Cow<'_, str>> {
    let start = &link.as_bytes()[..link.len().min(SCHEME_BYTES)];
    let rest = match start.windows(3).position(|three| three == b"://") {
        Some(scheme) => &link[scheme + 3..],
        None if link.starts_with("www.") || link.starts_with("WWW.") => {
            // A site's own address holds no other's scheme.
            if link.contains("://") {
                return None;
            }
            link
        }
        None => return None,
    };
    // Byte by byte: a mail may have hundreds of links, and each is asked for its host repeatedly.
    let until = |text: &'_ str, ends: fn(u8) -> bool| text.bytes().position(ends);
    let end = until(rest, |byte| matches!(byte, b'/' | b'?' | b'#' | b'\\'));
    let authority = &rest[..end.unwrap_or(rest.len())];
    let host = match memchr::memrchr(b'@', authority.as_bytes()) {
        Some(at) => &authority[at + 1..],
        None => authority,
    };
    let host = &host[..until(host, |byte| byte == b':').unwrap_or(host.len())];
    let host = host.trim_end_matches('.');
    let plausible = host.contains('.')
        && host.len() <= 253
        && host
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'));
    let is_lower = host
        .bytes()
        .all(|b| b.is_ascii() && !b.is_ascii_uppercase());
    plausible.then(|| match is_lower {
        true => host.into(),
        false => lower_case(host).into(),
    })
}

/// The part of a host that someone registered: the last two labels, or three below the usual
/// second-level registries (`co.uk`); IP addresses whole.
pub fn registrable(host: &str) -> &str {
    if host.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return host;
    }
    let mut dots = memchr::memrchr_iter(b'.', host.as_bytes());
    let (Some(last), Some(second)) = (dots.next(), dots.next()) else {
        return host;
    };
    let second_level = &host[second + 1..last];
    let is_registry = host.len() - last == 3
        && (second_level.len() <= 2
            || matches!(
                second_level,
                "com" | "org" | "net" | "edu" | "gov" | "mil" | "gob" | "gouv"
            ));
    match (is_registry, dots.next()) {
        (true, Some(third)) => &host[third + 1..],
        (true, None) => host,
        (false, _) => &host[second + 1..],
    }
}

/// True if a host is the domain or lies below it.
pub(super) fn is_below(host: &str, domain: &str) -> bool {
    match host.len().checked_sub(domain.len() + 1) {
        None => host == domain,
        // The dot first: it rules out nearly every pair.
        Some(dot) => host.as_bytes()[dot] == b'.' && host.ends_with(domain),
    }
}

/// Domains through which mailers and mail filters lead a reader's clicks.
const CLICK_TRACKERS: &[&str] = &[
    "list-manage.com",
    "mailchimp.com",
    "mandrillapp.com",
    "hubspotlinks.com",
    "hubspotemail.net",
    "hubspot.com",
    "hs-sites.com",
    "hubspotstarter.net",
    "sendgrid.net",
    "sendgrid.com",
    "mailgun.org",
    "mailgun.net",
    "sparkpostmail.com",
    "mailjet.com",
    "mjt.lu",
    "sendinblue.com",
    "sibautomation.com",
    "brevo.com",
    "klaviyomail.com",
    "klclick.com",
    "rs6.net",
    "constantcontact.com",
    "exacttarget.com",
    "exct.net",
    "salesforce.com",
    "pardot.com",
    "marketo.com",
    "mktoweb.com",
    "mkt-links.com",
    "eloqua.com",
    "cmail19.com",
    "cmail20.com",
    "createsend.com",
    "aweber.com",
    "getresponse.com",
    "activehosted.com",
    "emlnk.com",
    "acemlna.com",
    "convertkit-mail.com",
    "kit-mail.com",
    "beehiiv.com",
    "substack.com",
    "awstrack.me",
    "customeriomail.com",
    "intercom-mail.com",
    "mailerlite.com",
    "mlsend.com",
    "mailtrack.io",
    "outreach.io",
    "salesloft.com",
    "yesware.com",
    "cirrusinsight.com",
    "apollo.io",
    "lemlist.com",
    "streaklinks.com",
    "safelinks.protection.outlook.com",
    "urldefense.com",
    "urldefense.proofpoint.com",
    "mimecast.com",
    "cudasvc.com",
    "secure-web.cisco.com",
    "google.com",
    "feedburner.com",
    "bit.ly",
    "t.co",
    "lnkd.in",
    "eventbrite.com",
    "evbuc.com",
    "cleverreach.com",
    "inxmail.com",
    "rdtrk.com",
];

/// True for hosts that lead clicks on to the site a link's text names.
pub(super) fn is_click_tracker(host: &str) -> bool {
    CLICK_TRACKERS.iter().any(|domain| is_below(host, domain))
}

/// True for hosts called as mailers call their click counters: `click.firm.example`. Anybody can
/// call a host so.
pub(super) fn has_tracker_name(host: &str) -> bool {
    let first = host.split('.').next().unwrap_or_default();
    let first = first.trim_end_matches(|c: char| c.is_ascii_digit());
    matches!(
        first,
        "click"
            | "clicks"
            | "clickthru"
            | "link"
            | "links"
            | "track"
            | "tracking"
            | "trk"
            | "email"
            | "mail"
            | "news"
            | "newsletter"
            | "go"
            | "url"
            | "ct"
            | "e"
            | "r"
            | "t"
            | "em"
            | "lnk"
    )
}

/// Lower case with look-alike characters, digits included, folded to what they imitate.
pub(super) fn fold_confusables(text: &str) -> String {
    fold_look_alikes(text).chars().map(letter_for).collect()
}

/// The letter that a digit is put in place of.
pub(super) fn letter_for(c: char) -> char {
    match c {
        '0' => 'o',
        '1' => 'l',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_links() {
        assert_eq!(
            host_of("https://user:pw@WWW.X.example:8080/a").as_deref(),
            Some("www.x.example")
        );
        assert_eq!(
            host_of("https://linkedin.com@evil.example/").as_deref(),
            Some("evil.example")
        );
        assert_eq!(host_of("mailto:a@b.example"), None);
        assert_eq!(host_of("#top"), None);
        assert_eq!(registrable("a.b.x.co.uk"), "x.co.uk");
        assert_eq!(registrable("mail.linkedin.com"), "linkedin.com");
        assert_eq!(registrable("x.com.br"), "x.com.br");
        assert_eq!(registrable("10.0.0.1"), "10.0.0.1");
        assert!(
            is_below("e.linkedin.com", "linkedin.com")
                && !is_below("xlinkedin.com", "linkedin.com")
        );
    }

    #[test]
    fn look_alikes_fold_together() {
        assert_eq!(
            fold_confusables("L\u{456}nkedIn"),
            fold_confusables("linkedin")
        );
        assert_eq!(fold_confusables("FACEB00K"), "facebook");
    }
}
