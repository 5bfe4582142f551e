//! The part of a profile's address that names its person.

/// The name in a link to a LinkedIn profile, lower case, escapes undone: `ann-lee-1a2b` of
/// `https://www.linkedin.com/in/Ann-Lee-1a2b/?trk=x`. None if it is no such link.
pub fn profile_slug(link: &str) -> Option<String> {
    let link = link.trim();
    let rest = link.split_once("://").map_or(link, |(_, rest)| rest);
    let (host, path) = rest.split_once('/')?;
    let host = host.to_ascii_lowercase();
    if host != "linkedin.com" && !host.ends_with(".linkedin.com") {
        return None;
    }
    // Mails link to "/comm/in/…", which counts the click.
    let path = path.strip_prefix("comm/").unwrap_or(path);
    let slug = path.strip_prefix("in/")?;
    let end = slug.find(['/', '?', '#', ' ']).unwrap_or(slug.len());
    let slug = unescaped(&slug[..end]).to_lowercase();
    (!slug.is_empty()).then_some(slug)
}

/// Undoes percent escapes; what does not come out as UTF-8 stays as it is.
fn unescaped(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escape = (bytes[at] == b'%')
            .then(|| bytes.get(at + 1..at + 3))
            .flatten()
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match escape {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_has_one_slug_however_linked() {
        for link in [
            "https://www.linkedin.com/in/Ann-L%C3%A9e",
            "http://de.linkedin.com/in/ann-lée/?trk=inv",
            "linkedin.com/in/ann-l%c3%a9e#top",
            "https://www.linkedin.com/comm/in/ann-lée?midToken=1",
        ] {
            assert_eq!(profile_slug(link).as_deref(), Some("ann-lée"), "{link}");
        }
        for other in [
            "https://www.linkedin.com/company/works",
            "https://linkedin.com.evil.example/in/ann",
            "https://evillinkedin.com/in/ann",
            "https://www.linkedin.com/in/",
            "ann",
        ] {
            assert_eq!(profile_slug(other), None, "{other}");
        }
        assert_eq!(
            profile_slug("linkedin.com/in/a%ff%2").as_deref(),
            Some("a%ff%2")
        );
    }
}
