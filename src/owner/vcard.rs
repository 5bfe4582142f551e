//! E-mail addresses of a vCard file, versions 2.1, 3.0 and 4.0 (RFC 6350), several cards a file.

use std::io::{self, BufRead};

use crate::limits;

/// Something that is no vCard.
#[derive(Debug, thiserror::Error)]
pub(super) enum CardError {
    #[error("{0}")]
    Read(#[from] io::Error),
    #[error("line {line}: {what}")]
    Malformed { line: u64, what: &'static str },
}

/// Hands every `EMAIL` of a stream of cards to `found`, in lower case.
pub(super) fn emails(reader: impl BufRead, mut found: impl FnMut(String)) -> Result<(), CardError> {
    let mut lines = Lines::new(reader);
    let mut open = None;
    while let Some(property) = lines.next_property()? {
        let line = property.line;
        let malformed = |what| CardError::Malformed { line, what };
        match (property.name(), open) {
            ("BEGIN", None) => open = Some(line),
            // A card within a card (AGENT) is another person's.
            ("BEGIN", Some(_)) => return Err(malformed("a card begins before the last one ended")),
            ("END", Some(_)) => open = None,
            (_, None) => return Err(malformed("expected BEGIN:VCARD")),
            ("EMAIL", Some(_)) => property.address().into_iter().for_each(&mut found),
            _ => {}
        }
    }
    match open {
        Some(line) => Err(CardError::Malformed {
            line,
            what: "a card begins here and does not end; expected END:VCARD",
        }),
        None => Ok(()),
    }
}

/// One property, its folding undone.
struct Property {
    text: String,
    line: u64,
}

impl Property {
    /// Name in upper case, without group and parameters.
    fn name(&self) -> &str {
        let head = self.text.split([':', ';']).next().unwrap_or_default();
        let name = head.rsplit('.').next().unwrap_or_default().trim();
        ["BEGIN", "END", "EMAIL"]
            .into_iter()
            .find(|known| name.eq_ignore_ascii_case(known))
            .unwrap_or(name)
    }

    /// Its value as an address.
    fn address(&self) -> Option<String> {
        let (head, value) = self.text.split_once(':')?;
        let value = if head.to_ascii_uppercase().contains("QUOTED-PRINTABLE") {
            let bytes = quoted_printable::decode(value, quoted_printable::ParseMode::Robust);
            String::from_utf8_lossy(&bytes.ok()?).into_owned()
        } else {
            value.replace('\\', "")
        };
        let value = value.trim().to_lowercase();
        let address = value.strip_prefix("mailto:").unwrap_or(&value);
        let plausible = address.contains('@') && !address.contains(char::is_whitespace);
        plausible.then(|| address.to_owned())
    }
}

/// Reads properties: a line that begins with a blank goes on where the last one ended, and in 2.1
/// so does the line after a quoted-printable one that ends in `=`.
struct Lines<R> {
    reader: R,
    /// The line after the property at hand.
    ahead: Option<String>,
    read: u64,
}

impl<R: BufRead> Lines<R> {
    fn new(reader: R) -> Lines<R> {
        Lines {
            reader,
            ahead: None,
            read: 0,
        }
    }

    fn next_property(&mut self) -> io::Result<Option<Property>> {
        let mut text = loop {
            match self
                .ahead
                .take()
                .map_or_else(|| self.read_line(), |line| Ok(Some(line)))?
            {
                None => return Ok(None),
                Some(line) if line.trim().is_empty() => {}
                Some(line) => break line,
            }
        };
        let line = self.read;
        let is_quoted = text.to_ascii_uppercase().contains("QUOTED-PRINTABLE");
        while let Some(next) = self.read_line()? {
            let is_soft = is_quoted && text.ends_with('=');
            let more = match next.strip_prefix([' ', '\t']) {
                _ if is_soft => {
                    text.pop();
                    next.as_str()
                }
                Some(more) => more,
                None => {
                    self.ahead = Some(next);
                    break;
                }
            };
            // A photograph takes thousands of lines; an address does not.
            if text.len() + more.len() <= limits::CARD_PROPERTY_BYTES {
                text.push_str(more);
            }
        }
        Ok(Some(Property { text, line }))
    }

    /// The next line without its end; of an over-long one the start.
    fn read_line(&mut self) -> io::Result<Option<String>> {
        let mut bytes = Vec::new();
        let cap = limits::CARD_PROPERTY_BYTES as u64;
        io::Read::take(&mut self.reader, cap).read_until(b'\n', &mut bytes)?;
        if bytes.is_empty() {
            return Ok(None);
        }
        if bytes.last() != Some(&b'\n') {
            self.reader.skip_until(b'\n')?;
        }
        self.read += 1;
        let text = String::from_utf8_lossy(&bytes);
        let text = text.trim_start_matches('\u{feff}');
        Ok(Some(text.trim_end_matches(['\n', '\r']).to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<String>, String> {
        let mut found = Vec::new();
        emails(text.as_bytes(), |email| found.push(email))
            .map(|()| found)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn every_version_and_folding() {
        let cards = "\u{feff}BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=\r\nL=C3=A9e;Ann\r\n\
            EMAIL;INTERNET;ENCODING=QUOTED-PRINTABLE:ann=40x=\r\n.example\r\nEND:VCARD\r\n\r\n\
            BEGIN:VCARD\nVERSION:3.0\nitem1.EMAIL;type=INTERNET;type=pref:Bob@\n Y.example\nPHOTO;ENCODING=b:AAAA\n AAAA\nEMAIL:not an address\nEND:VCARD\n\
            begin:vcard\nVERSION:4.0\nEMAIL;VALUE=uri:mailto:cy@z.example\nemail:d\\,d@z.example\nEND:VCARD";
        assert_eq!(
            read(cards).unwrap(),
            [
                "ann@x.example",
                "bob@y.example",
                "cy@z.example",
                "d,d@z.example"
            ]
        );
        assert_eq!(read("").unwrap(), Vec::<String>::new());
    }

    #[test]
    fn what_is_no_card_is_named_with_its_line() {
        assert_eq!(
            read("name,email\n").unwrap_err(),
            "line 1: expected BEGIN:VCARD"
        );
        let cut = "BEGIN:VCARD\nEND:VCARD\n\nBEGIN:VCARD\nEMAIL:a@x.example\n";
        assert!(
            read(cut)
                .unwrap_err()
                .starts_with("line 4: a card begins here")
        );
        let nested = "BEGIN:VCARD\nFN:A\nBEGIN:VCARD\n";
        assert!(
            read(nested)
                .unwrap_err()
                .starts_with("line 3: a card begins before")
        );
    }

    #[test]
    fn a_photograph_costs_nothing() {
        let photo = format!("BEGIN:VCARD\nPHOTO:{}\n", "A".repeat(1 << 20))
            + &" BBBB\n".repeat(200_000)
            + "EMAIL:a@x.example\nEND:VCARD\n";
        assert_eq!(read(&photo).unwrap(), ["a@x.example"]);
    }
}
