//! Values of the configuration that are checked as they are read.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

use crate::account::FolderPath;

/// A host name or an address.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Host(pub(super) String);

impl TryFrom<String> for Host {
    type Error = String;

    fn try_from(text: String) -> Result<Host, String> {
        let is_label = |label: &str| {
            (1..=63).contains(&label.len())
                && label
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
        };
        let is_name = text.len() <= 253 && text.split('.').all(is_label);
        match is_name || text.parse::<std::net::IpAddr>().is_ok() {
            true => Ok(Host(text.to_ascii_lowercase())),
            false => Err(format!(
                "{text:?} is no host; expected a name such as \"imap.example.org\" or an address"
            )),
        }
    }
}

/// A TCP port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "i64")]
pub(super) struct Port(pub(super) u16);

impl TryFrom<i64> for Port {
    type Error = String;

    fn try_from(number: i64) -> Result<Port, String> {
        match u16::try_from(number) {
            Ok(port @ 1..) => Ok(Port(port)),
            _ => Err(format!("{number} is no port; expected 1 to 65535")),
        }
    }
}

/// A user's name at a server.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct UserName(pub(super) String);

impl TryFrom<String> for UserName {
    type Error = String;

    fn try_from(text: String) -> Result<UserName, String> {
        let fits = (1..=320).contains(&text.len()) && !text.chars().any(char::is_control);
        match fits {
            true => Ok(UserName(text)),
            false => Err(
                "this is no user; expected 1 to 320 bytes without control characters".to_owned(),
            ),
        }
    }
}

/// A file or directory named in full: what runs as a service has no directory of its own to look in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct FullPath(pub(super) PathBuf);

impl TryFrom<String> for FullPath {
    type Error = String;

    fn try_from(text: String) -> Result<FullPath, String> {
        match Path::new(&text).is_absolute() && !text.contains('\0') {
            true => Ok(FullPath(PathBuf::from(text))),
            false => Err(format!(
                "{text:?} is no full path; expected one that begins with \"/\""
            )),
        }
    }
}

/// A program and its arguments.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Vec<String>")]
pub(super) struct Command(pub(super) Vec<String>);

impl TryFrom<Vec<String>> for Command {
    type Error = String;

    fn try_from(words: Vec<String>) -> Result<Command, String> {
        let is_runnable = words.first().is_some_and(|program| !program.is_empty());
        match is_runnable && !words.iter().any(|word| word.contains('\0')) {
            true => Ok(Command(words)),
            false => Err(
                "this runs nothing; expected a program and its arguments, such as [\"pass\", \"show\", \"mail/work\"]"
                    .to_owned(),
            ),
        }
    }
}

/// Name of a systemd credential.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Credential(pub(super) String);

impl TryFrom<String> for Credential {
    type Error = String;

    fn try_from(text: String) -> Result<Credential, String> {
        match crate::account::is_credential_name(&text) {
            true => Ok(Credential(text)),
            false => Err(format!(
                "{text:?} names no credential; expected up to 255 letters, digits, '.', '_' and '-'"
            )),
        }
    }
}

/// Where mail of a label goes: a folder, or nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Destination(pub(super) Option<FolderPath>);

impl TryFrom<String> for Destination {
    type Error = String;

    fn try_from(text: String) -> Result<Destination, String> {
        match text.as_str() {
            "" => Ok(Destination(None)),
            _ => match FolderPath::try_from(text) {
                Ok(folder) => Ok(Destination(Some(folder))),
                Err(error) => Err(error.to_string()),
            },
        }
    }
}

/// How many messages may be moved in an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "i64")]
pub(super) struct MovesPerHour(pub(super) u32);

impl TryFrom<i64> for MovesPerHour {
    type Error = String;

    fn try_from(number: i64) -> Result<MovesPerHour, String> {
        match u32::try_from(number) {
            Ok(moves @ 1..=100_000) => Ok(MovesPerHour(moves)),
            _ => Err(format!(
                "{number} is out of range; expected a number from 1 to 100000"
            )),
        }
    }
}

/// A time from `MIN` to `MAX` seconds, written as `10s`, `5m` or `1h`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Time<const MIN: u64, const MAX: u64>(pub(super) Duration);

impl<const MIN: u64, const MAX: u64> TryFrom<String> for Time<MIN, MAX> {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match seconds(&text).filter(|time| (MIN..=MAX).contains(time)) {
            Some(time) => Ok(Time(Duration::from_secs(time))),
            None => Err(format!(
                "{text:?} does not fit; expected a time from {} to {}, such as \"90s\" or \"5m\"",
                time_text(MIN),
                time_text(MAX)
            )),
        }
    }
}

/// `10s`, `5m` or `1h` in seconds.
fn seconds(text: &str) -> Option<u64> {
    let unit = match text.chars().next_back()? {
        's' => 1,
        'm' => 60,
        'h' => 60 * 60,
        _ => return None,
    };
    let digits = &text[..text.len() - 1];
    let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let number: u64 = digits.parse().ok().filter(|_| is_number)?;
    number.checked_mul(unit)
}

/// A time in the largest unit it is a whole number of.
pub(super) fn time_text(seconds: u64) -> String {
    match seconds {
        0 => "0s".to_owned(),
        s if s % 3_600 == 0 => format!("{}h", s / 3_600),
        s if s % 60 == 0 => format!("{}m", s / 60),
        s => format!("{s}s"),
    }
}

/// Gives a value its JSON schema; it stands where it is used and has no name of its own.
macro_rules! schema {
    ($type:ty, $name:literal, $schema:expr) => {
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }
            fn inline_schema() -> bool {
                true
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    };
}

schema!(
    Host,
    "Host",
    json_schema!({"type": "string", "minLength": 1, "maxLength": 253})
);
schema!(
    Port,
    "Port",
    json_schema!({"type": "integer", "minimum": 1, "maximum": 65_535})
);
schema!(
    UserName,
    "UserName",
    json_schema!({"type": "string", "minLength": 1, "maxLength": 320})
);
schema!(
    FullPath,
    "FullPath",
    json_schema!({"type": "string", "pattern": "^/"})
);
schema!(
    Command,
    "Command",
    json_schema!({"type": "array", "items": {"type": "string"}, "minItems": 1})
);
schema!(
    Credential,
    "Credential",
    json_schema!({"type": "string", "pattern": "^[A-Za-z0-9._-]{1,255}$"})
);
schema!(
    Destination,
    "Destination",
    json_schema!({"type": "string", "maxLength": 400})
);
schema!(
    MovesPerHour,
    "MovesPerHour",
    json_schema!({"type": "integer", "minimum": 1, "maximum": 100_000})
);

impl<const MIN: u64, const MAX: u64> JsonSchema for Time<MIN, MAX> {
    fn schema_name() -> Cow<'static, str> {
        format!("Time{MIN}To{MAX}").into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": "^[0-9]+[smh]$"})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_a_unit_and_a_range() {
        let read = |text: &str| Time::<10, 3600>::try_from(text.to_owned()).map(|t| t.0.as_secs());
        assert_eq!(read("10s"), Ok(10));
        assert_eq!(read("5m"), Ok(300));
        assert_eq!(read("1h"), Ok(3600));
        for bad in [
            "",
            "s",
            "10",
            "9s",
            "2h",
            "+10s",
            "1.5m",
            "10 s",
            "10ü",
            "99999999999999999999s",
            "18446744073709551615h",
        ] {
            let error = read(bad).unwrap_err();
            assert!(error.contains("from 10s to 1h"), "{error}");
        }
        for seconds_ in [0, 1, 59, 60, 90, 3_600, 5_400, 7_200] {
            assert_eq!(seconds(&time_text(seconds_)), Some(seconds_));
        }
    }

    #[test]
    fn hosts_are_names_or_addresses() {
        for good in [
            "localhost",
            "Imap.example.org",
            "127.0.0.1",
            "::1",
            "a_b.example",
        ] {
            assert!(Host::try_from(good.to_owned()).is_ok(), "{good}");
        }
        for bad in [
            "",
            "a b",
            "imap.example.org:993",
            "https://x",
            "a..b",
            "x\r\n",
            "ü.example",
        ] {
            assert!(Host::try_from(bad.to_owned()).is_err(), "{bad:?}");
        }
        assert!(Host::try_from("x".repeat(254)).is_err());
    }
}
