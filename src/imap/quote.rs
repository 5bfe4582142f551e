//! Strings as arguments of commands. What could end a command early is refused, not changed.

/// A string that cannot be an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(super) struct Unfit(pub(super) &'static str);

/// Longest argument; a folder's name of 512 bytes has at most 2,600 when encoded and quoted.
const LONGEST: usize = 3_000;

/// A quoted string of RFC 3501: printable ASCII only, `"` and `\` escaped.
pub(super) fn quoted(text: &str) -> Result<String, Unfit> {
    if text.len() > LONGEST {
        return Err(Unfit("longer than a command may be"));
    }
    if !text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Err(Unfit("holds what cannot be quoted"));
    }
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted.push('"');
    Ok(quoted)
}

/// A flag or keyword: an atom, for system flags with `\` before it.
pub(super) fn flag(name: &str) -> Result<&str, Unfit> {
    let atom = name.strip_prefix('\\').unwrap_or(name);
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"(){%*\"\\]".contains(&byte);
    match (1..=64).contains(&atom.len()) && atom.bytes().all(is_plain) {
        true => Ok(name),
        false => Err(Unfit("is no flag")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_backslashes_are_escaped() {
        assert_eq!(quoted(r#"a "b" \c"#).unwrap(), r#""a \"b\" \\c""#);
        for bad in ["a\r\nb", "a\0", "ü", "\u{7f}", &"x".repeat(3_001)] {
            assert!(quoted(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_flag_is_one_word() {
        for good in ["\\Deleted", "$Anteroom", "a-b.c"] {
            assert_eq!(flag(good), Ok(good));
        }
        for bad in ["", "\\", "a b", "a)", "\\*", "a\r\nb", "ü", "\\\\Seen"] {
            assert!(flag(bad).is_err(), "{bad:?}");
        }
    }
}
