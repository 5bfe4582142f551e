//! The pieces replies are made of. Nothing here recurses, and every byte is looked at once.

use std::borrow::Cow;

use super::error::spoken;
use crate::mailstore::RefusalCode;

/// Bytes of the announcement of a literal, `~{4294967295+}` and its line end.
const LITERAL_HEAD: usize = 16;

/// A place in a reply.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'a>(&'a [u8]);

/// A value in a reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value<'a> {
    /// An atom, a quoted string without its quotes and escapes, or a literal.
    Text(Cow<'a, [u8]>),
    /// `NIL`
    Nil,
    /// The inside of a list in parentheses.
    List(&'a [u8]),
}

impl<'a> Value<'a> {
    /// The text, if it is one.
    pub(super) fn text(self) -> Option<Cow<'a, [u8]>> {
        match self {
            Value::Text(text) => Some(text),
            Value::Nil | Value::List(_) => None,
        }
    }

    /// The number, if it is one that fits.
    pub(super) fn number(&self) -> Option<u32> {
        match self {
            Value::Text(text) => number(text),
            Value::Nil | Value::List(_) => None,
        }
    }
}

/// Decimal digits only; what does not fit is none.
pub(super) fn number(digits: &[u8]) -> Option<u32> {
    match !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) {
        true => std::str::from_utf8(digits).ok()?.parse().ok(),
        false => None,
    }
}

impl<'a> Cursor<'a> {
    pub(super) fn new(reply: &'a [u8]) -> Cursor<'a> {
        Cursor(reply)
    }

    /// What is left, without spaces before it.
    pub(super) fn rest(&mut self) -> &'a [u8] {
        self.0 = self.0.trim_ascii_start();
        self.0
    }

    fn cut(&mut self, bytes: usize) -> &'a [u8] {
        let (head, tail) = self.0.split_at(bytes.min(self.0.len()));
        self.0 = tail;
        head
    }

    /// The next word, up to a space, a parenthesis or the end; spaces inside `[…]` belong to it.
    pub(super) fn word(&mut self) -> &'a [u8] {
        self.rest();
        let mut brackets = 0_u32;
        let end = self.0.iter().position(|byte| {
            match byte {
                b'[' => brackets += 1,
                b']' => brackets = brackets.saturating_sub(1),
                b'\r' | b'\n' => return true,
                b' ' | b'(' | b')' => return brackets == 0,
                _ => {}
            }
            false
        });
        self.cut(end.unwrap_or(self.0.len()))
    }

    /// The next value; none at the end or where nothing sensible stands.
    pub(super) fn value(&mut self) -> Option<Value<'a>> {
        match self.rest().first()? {
            b'"' => self.quoted().map(Value::Text),
            b'(' => self.list().map(Value::List),
            b'{' | b'~' => self.literal().map(|text| Value::Text(Cow::Borrowed(text))),
            _ => match self.word() {
                [] => None,
                nil if nil.eq_ignore_ascii_case(b"NIL") => Some(Value::Nil),
                atom => Some(Value::Text(Cow::Borrowed(atom))),
            },
        }
    }

    /// The bytes of a quoted string, its first quote included; none if it does not end.
    fn quoted_end(bytes: &[u8]) -> Option<usize> {
        let mut at = 1;
        loop {
            match bytes.get(at)? {
                b'"' => return Some(at + 1),
                b'\\' => at += 2,
                b'\r' | b'\n' => return None,
                _ => at += 1,
            }
        }
    }

    fn quoted(&mut self) -> Option<Cow<'a, [u8]>> {
        let end = Cursor::quoted_end(self.0)?;
        let inside = &self.cut(end)[1..end - 1];
        if !inside.contains(&b'\\') {
            return Some(Cow::Borrowed(inside));
        }
        let mut plain = Vec::with_capacity(inside.len());
        let mut bytes = inside.iter();
        while let Some(byte) = bytes.next() {
            plain.push(match byte {
                b'\\' => *bytes.next()?,
                other => *other,
            });
        }
        Some(Cow::Owned(plain))
    }

    /// Where a literal's bytes are; none if it is not whole.
    fn literal_place(bytes: &[u8]) -> Option<(usize, usize)> {
        let head = &bytes[..bytes.len().min(LITERAL_HEAD)];
        let line = head.iter().position(|byte| *byte == b'\n')? + 1;
        let head = bytes[..line].trim_ascii_end();
        let head = head.strip_prefix(b"~").unwrap_or(head);
        let digits = head.strip_prefix(b"{")?.strip_suffix(b"}")?;
        let digits = digits.strip_suffix(b"+").unwrap_or(digits);
        let end = line.checked_add(number(digits)? as usize)?;
        (end <= bytes.len()).then_some((line, end))
    }

    fn literal(&mut self) -> Option<&'a [u8]> {
        let (start, end) = Cursor::literal_place(self.0)?;
        Some(&self.cut(end)[start..])
    }

    /// The inside of a list, whatever it holds.
    fn list(&mut self) -> Option<&'a [u8]> {
        let (mut depth, mut at) = (0_usize, 0);
        loop {
            let rest = self.0.get(at..)?;
            at += match rest.first()? {
                b'(' => {
                    depth += 1;
                    1
                }
                b')' => {
                    depth -= 1;
                    1
                }
                b'"' => Cursor::quoted_end(rest)?,
                b'{' => Cursor::literal_place(rest).map_or(1, |(_, end)| end),
                _ => 1,
            };
            if depth == 0 {
                return Some(&self.cut(at)[1..at - 1]);
            }
        }
    }
}

/// The code of a status reply (`OK`, `NO`, …), as `[COPYUID 1 2 3] Done` has it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Code<'a> {
    /// Its name.
    pub(super) name: &'a [u8],
    /// What stands after the name.
    pub(super) arguments: &'a [u8],
}

impl<'a> Code<'a> {
    /// The code at the beginning of a text, and the text after it.
    pub(super) fn of(text: &'a [u8]) -> (Option<Code<'a>>, &'a [u8]) {
        let text = text.trim_ascii();
        let Some(inside) = text.strip_prefix(b"[") else {
            return (None, text);
        };
        let Some(end) = inside.iter().position(|byte| *byte == b']') else {
            return (None, text);
        };
        let mut cursor = Cursor::new(&inside[..end]);
        let name = cursor.word();
        let arguments = cursor.rest();
        (
            Some(Code { name, arguments }),
            inside[end + 1..].trim_ascii(),
        )
    }

    /// True for this name, in any case.
    pub(super) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name.as_bytes())
    }

    fn refusal(&self) -> Option<RefusalCode> {
        let meaning = |name: &str| {
            Some(match name {
                "OVERQUOTA" => RefusalCode::OverQuota,
                "TRYCREATE" => RefusalCode::TryCreate,
                "NOPERM" => RefusalCode::NoPermission,
                "NONEXISTENT" => RefusalCode::NonExistent,
                "ALREADYEXISTS" => RefusalCode::AlreadyExists,
                "READ-ONLY" => RefusalCode::ReadOnly,
                "UNAVAILABLE" | "INUSE" | "LIMIT" | "SERVERBUG" => RefusalCode::Later,
                "AUTHENTICATIONFAILED" | "AUTHORIZATIONFAILED" | "EXPIRED" => RefusalCode::Login,
                _ => return None,
            })
        };
        meaning(&String::from_utf8_lossy(self.name).to_ascii_uppercase())
    }
}

/// The code of a status reply without its tag or `* `, if it has one: of `OK` only.
pub(super) fn ok_code(reply: &[u8]) -> Option<Code<'_>> {
    let mut cursor = Cursor::new(reply);
    match cursor.word().eq_ignore_ascii_case(b"OK") {
        true => Code::of(cursor.rest()).0,
        false => None,
    }
}

/// The line that ended a command, without its tag.
pub(super) fn untag(tagged: &[u8]) -> &[u8] {
    let mut cursor = Cursor::new(tagged);
    cursor.word();
    cursor.rest()
}

/// Why a command was refused: the code and the words.
pub(super) fn refusal(tagged: &[u8]) -> (Option<RefusalCode>, String) {
    let mut cursor = Cursor::new(untag(tagged));
    cursor.word();
    let (code, text) = Code::of(cursor.rest());
    let text = match text.is_empty() {
        true => spoken(cursor.rest()),
        false => spoken(text),
    };
    (code.and_then(|code| code.refusal()), text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> Option<Value<'_>> {
        Some(Value::Text(Cow::Borrowed(bytes)))
    }

    #[test]
    fn values_of_every_kind() {
        let mut cursor = Cursor::new(
            b" BODY[HEADER.FIELDS (A B)]<0> nil \"a \\\"b\\\\\" {3}\r\n)\r\n ({2}\r\n)) \"(\" (x)) ~{1}\r\nz 12)\r\n",
        );
        assert_eq!(cursor.word(), b"BODY[HEADER.FIELDS (A B)]<0>");
        assert_eq!(cursor.value(), Some(Value::Nil));
        assert_eq!(cursor.value(), text(b"a \"b\\"));
        assert_eq!(cursor.value(), text(b")\r\n"));
        assert_eq!(cursor.value(), Some(Value::List(b"{2}\r\n)) \"(\" (x)")));
        assert_eq!(cursor.value(), text(b"z"));
        assert_eq!(cursor.value().and_then(|value| value.number()), Some(12));
        assert_eq!(cursor.value(), None);
    }

    #[test]
    fn what_does_not_end_is_no_value() {
        for bad in [
            &b"\"a"[..],
            b"\"a\\",
            b"\"a\r\n\"",
            b"{5}\r\nabc",
            b"{5",
            b"(a (b)",
            b"{x}\r\n",
            b"{99999999999}\r\n",
            b")",
        ] {
            assert_eq!(Cursor::new(bad).value(), None, "{}", spoken(bad));
        }
    }

    #[test]
    fn deep_nesting_costs_no_stack() {
        let deep = [b"(".repeat(1_000_000), b")".repeat(1_000_000)].concat();
        assert!(matches!(Cursor::new(&deep).value(), Some(Value::List(_))));
        assert_eq!(Cursor::new(&deep[..1_500_000]).value(), None);
    }

    #[test]
    fn refusals_have_a_code_and_words() {
        assert_eq!(
            refusal(b"a3 NO [OverQuota] Too\x1b much\r\n"),
            (Some(RefusalCode::OverQuota), "Too  much".to_owned())
        );
        assert_eq!(
            refusal(b"a3 BAD [X-Y z] what?\r\n"),
            (None, "what?".to_owned())
        );
        assert_eq!(refusal(b"a3 NO [x\r\n"), (None, "[x".to_owned()));
        assert_eq!(refusal(b"\r\n"), (None, String::new()));
    }
}
