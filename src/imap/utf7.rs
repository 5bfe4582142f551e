//! Modified UTF-7, in which mailbox names travel (RFC 3501, 5.1.3): printable ASCII as it is, `&`
//! as `&-`, everything else as UTF-16 in a base64 of its own between `&` and `-`.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

/// A name as it travels.
pub(super) fn encode(name: &str) -> String {
    let mut encoded = String::with_capacity(name.len());
    let mut shifted: Vec<u16> = Vec::new();
    for c in name.chars() {
        if !(' '..='~').contains(&c) {
            shifted.extend_from_slice(c.encode_utf16(&mut [0; 2]));
            continue;
        }
        shift(&mut shifted, &mut encoded);
        encoded.push(c);
        if c == '&' {
            encoded.push('-');
        }
    }
    shift(&mut shifted, &mut encoded);
    encoded
}

/// Writes the characters that are not printable ASCII.
fn shift(units: &mut Vec<u16>, into: &mut String) {
    if units.is_empty() {
        return;
    }
    into.push('&');
    let (mut bits, mut held) = (0_u32, 0_u32);
    for unit in units.drain(..) {
        bits = bits << 16 | u32::from(unit);
        held += 16;
        while held >= 6 {
            held -= 6;
            into.push(letter(bits >> held));
        }
        bits &= (1 << held) - 1;
    }
    if held > 0 {
        into.push(letter(bits << (6 - held)));
    }
    into.push('-');
}

fn letter(six: u32) -> char {
    char::from(ALPHABET[(six & 63) as usize])
}

/// The name that travelled; none if it is not written the one way [`encode`] does, since the server
/// would not know it by what we would send.
pub(super) fn decode(encoded: &str) -> Option<String> {
    let mut name = String::with_capacity(encoded.len());
    let mut rest = encoded;
    while let Some(at) = rest.find('&') {
        name.push_str(&rest[..at]);
        let (inside, after) = rest[at + 1..].split_once('-')?;
        match inside {
            "" => name.push('&'),
            inside => name.push_str(&unshift(inside)?),
        }
        rest = after;
    }
    name.push_str(rest);
    (encode(&name) == encoded).then_some(name)
}

fn unshift(inside: &str) -> Option<String> {
    let (mut bits, mut held) = (0_u32, 0_u32);
    let mut units = Vec::with_capacity(inside.len() / 2);
    for byte in inside.bytes() {
        let six = ALPHABET.iter().position(|letter| *letter == byte)?;
        bits = bits << 6 | u32::try_from(six).ok()?;
        held += 6;
        if held >= 16 {
            held -= 16;
            units.push(u16::try_from(bits >> held).ok()?);
            bits &= (1 << held) - 1;
        }
    }
    String::from_utf16(&units).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::properties::cases;

    #[test]
    fn the_examples_of_the_rfc() {
        for (name, encoded) in [
            ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
            ("Tom & Jerry", "Tom &- Jerry"),
            ("Einladungen ü & 😀", "Einladungen &APw- &- &2D3eAA-"),
            ("", ""),
        ] {
            assert_eq!(encode(name), encoded);
            assert_eq!(decode(encoded).as_deref(), Some(name));
        }
    }

    #[test]
    fn what_is_written_another_way_is_no_name() {
        for bad in [
            "&",
            "&A",
            "&AGE-",
            "&APw",
            "&APz-",
            "&2D0-",
            "&!-",
            "ü",
            "a\nb",
            "&APw-&APw-",
            "&APwA-",
        ] {
            assert_eq!(decode(bad), None, "{bad:?}");
        }
    }

    proptest! {
        #![proptest_config(cases(10_000))]
        #[test]
        fn every_name_comes_back(name in ".{0,40}|[&ü😀a -]{0,40}") {
            let encoded = encode(&name);
            prop_assert!(encoded.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
            prop_assert_eq!(decode(&encoded), Some(name));
        }

        #[test]
        fn what_decodes_encodes_to_itself(encoded in "[&A-Za-z0-9+,-]{0,40}") {
            if let Some(name) = decode(&encoded) {
                prop_assert_eq!(encode(&name), encoded);
            }
        }
    }
}
