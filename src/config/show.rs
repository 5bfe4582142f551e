//! Every setting as it is in force, and where it comes from.

use std::ops::Range;

use toml::Value;
use toml::de::{DeTable, DeValue};

use super::fault::position;
use super::{Config, StatePlace};
use crate::account::{Account, Login, SecretPlace};
use crate::label::Label;

/// Where a setting comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// This line of the file, counted from 1.
    Line(usize),
    /// Nobody says otherwise.
    Default,
}

/// A setting in force.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// Its table, as a heading of the file; none at the top.
    pub table: Option<&'static str>,
    /// Its key.
    pub key: &'static str,
    /// Its value; none if there is none until somebody gives one.
    pub value: Option<Value>,
    /// Where it comes from.
    pub origin: Origin,
}

/// Where a key stands in the file.
type Path<'a> = &'a [Step<'a>];

/// One step down to a key.
#[derive(Clone, Copy)]
enum Step<'a> {
    Key(&'a str),
    Nth(usize),
}

/// All settings that are in force under a configuration, in the order of the file; `text` is what
/// it was read from.
pub fn settings(config: &Config, text: &str) -> Vec<Setting> {
    let document = DeTable::parse(text).ok();
    let line = |path: Path<'_>| {
        let at = find(document.as_ref()?.get_ref(), path)?;
        Some(position(text, at.start).0)
    };
    let mut all: Vec<Setting> = Vec::new();
    for (table, key, value) in general(config) {
        let steps = [table.map(Step::Key), Some(Step::Key(key))];
        let path: Vec<Step<'_>> = steps.into_iter().flatten().collect();
        all.push(Setting {
            table,
            key,
            value,
            origin: line(&path).map_or(Origin::Default, Origin::Line),
        });
    }
    for (position, account) in config.accounts().iter().enumerate() {
        let above = [Step::Key("account"), Step::Nth(position)];
        for (key, value) in of_account(account) {
            let path = [above[0], above[1], Step::Key(key)];
            all.push(Setting {
                table: Some("[account]"),
                key,
                value: Some(value),
                origin: line(&path).map_or(Origin::Default, Origin::Line),
            });
        }
        for label in Label::ALL {
            let folder = account.file_into.folder(label);
            let name = label.name();
            let path = [above[0], above[1], Step::Key("file_into"), Step::Key(name)];
            all.push(Setting {
                table: Some("account.file_into"),
                key: name,
                value: Some(folder.map(ToString::to_string).unwrap_or_default().into()),
                origin: line(&path).map_or(Origin::Default, Origin::Line),
            });
        }
    }
    all
}

/// A setting of the program: table, key, value.
type General = (Option<&'static str>, &'static str, Option<Value>);

/// What is not of one account.
fn general(config: &Config) -> Vec<General> {
    let policy = config.policy();
    let state = config.state_place(None);
    let paths = |list: &[std::path::PathBuf]| value(&list);
    let (owner, relations, rules) = (Some("owner"), Some("relations"), Some("rules"));
    vec![
        (None, "model", config.model.as_ref().and_then(value)),
        (None, "scope", value(&policy.scope)),
        (None, "error_budget", value(&policy.error_budget)),
        (
            None,
            "state",
            state
                .as_ref()
                .map(StatePlace::path)
                .and_then(|path| value(&path)),
        ),
        (owner, "addresses", value(&config.owner.addresses)),
        (owner, "authserv_ids", value(&config.owner.authserv_ids)),
        (relations, "sent", paths(&config.relations.sent)),
        (
            relations,
            "address_books",
            paths(&config.relations.address_books),
        ),
        (
            relations,
            "connections",
            paths(&config.relations.connections),
        ),
        (relations, "known", value(&policy.known)),
        (rules, "always_keep", value(&config.rules.always_keep)),
        (rules, "always_file", value(&config.rules.always_file)),
    ]
}

/// What an account is, but for its folders of labels.
pub(super) fn of_account(account: &Account) -> Vec<(&'static str, Value)> {
    let endpoint = &account.endpoint;
    let seconds = |time: std::time::Duration| super::values::time_text(time.as_secs()).into();
    let watch: Vec<String> = account.watch.iter().map(ToString::to_string).collect();
    let mut all: Vec<(&'static str, Value)> = vec![
        ("name", account.name.as_str().into()),
        ("host", endpoint.host.as_str().into()),
        ("port", i64::from(endpoint.port).into()),
    ];
    all.extend(value(&endpoint.security).map(|security| ("security", security)));
    all.extend(
        endpoint
            .ca_file
            .as_ref()
            .and_then(value)
            .map(|file| ("ca_file", file)),
    );
    let (user, secret) = match &account.login {
        Login::Password { user, password } => (user, secret(super::account::SECRET_KEYS, password)),
        Login::XOAuth2 { user, token } => {
            let [a, b, c, d, e, f] = super::account::SECRET_KEYS;
            (user, secret([d, e, f, a, b, c], token))
        }
    };
    all.push(("user", user.as_str().into()));
    all.push(secret);
    all.extend(value(&account.mode).map(|mode| ("mode", mode)));
    all.push(("watch", watch.into()));
    all.push(("scan", seconds(account.pace.scan)));
    all.push(("grace", seconds(account.pace.grace)));
    all.push((
        "moves_per_hour",
        i64::from(account.pace.moves_per_hour).into(),
    ));
    all.extend(value(&account.pace.backlog).map(|backlog| ("backlog", backlog)));
    all
}

/// Where a secret is, under the key for a file, a command or a credential; never the secret.
fn secret(keys: [&'static str; 6], place: &SecretPlace) -> (&'static str, Value) {
    let [file, command, credential, ..] = keys;
    match place {
        SecretPlace::File(path) => (file, path.display().to_string().into()),
        SecretPlace::Command(words) => (command, words.clone().into()),
        SecretPlace::Credential(name) => (credential, name.as_str().into()),
    }
}

fn value<T: serde::Serialize>(of: &T) -> Option<Value> {
    Value::try_from(of).ok()
}

/// Where a key stands.
fn find(table: &DeTable<'_>, path: Path<'_>) -> Option<Range<usize>> {
    let (Some(Step::Key(first)), rest) = (path.first(), path.get(1..)?) else {
        return None;
    };
    let (key, value) = table.iter().find(|(key, _)| key.get_ref() == first)?;
    match (value.get_ref(), rest) {
        (_, []) => Some(key.span()),
        (DeValue::Table(inner), rest) => find(inner, rest),
        (DeValue::Array(list), [Step::Nth(n), rest @ ..]) => match list.get(*n)?.get_ref() {
            DeValue::Table(inner) => find(inner, rest),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_says_where_it_comes_from() {
        let text = "scope = \"all\"\n\n[owner]\naddresses = [\"a@b.example\"]\n\n\
                    [[account]]\nname = \"a\"\nhost = \"a.example\"\nuser = \"u\"\n\
                    token_command = [\"get\", \"token\"]\n[account.file_into]\nspam = \"Junk\"\n\n\
                    [[account]]\nname = \"b\"\nhost = \"b.example\"\nuser = \"u\"\n\
                    credential = \"c\"\nscan = \"120s\"\n";
        let config = Config::parse(text, "c.toml").unwrap();
        let all = settings(&config, text);
        let given: Vec<(usize, &str, String)> = all
            .iter()
            .filter_map(|setting| match setting.origin {
                Origin::Line(line) => {
                    let value = setting.value.as_ref().unwrap().to_string();
                    Some((line, setting.key, value))
                }
                Origin::Default => None,
            })
            .collect();
        let expected = [
            (1, "scope", "\"all\""),
            (4, "addresses", "[\"a@b.example\"]"),
            (7, "name", "\"a\""),
            (8, "host", "\"a.example\""),
            (9, "user", "\"u\""),
            (10, "token_command", "[\"get\", \"token\"]"),
            (12, "spam", "\"Junk\""),
            (15, "name", "\"b\""),
            (16, "host", "\"b.example\""),
            (17, "user", "\"u\""),
            (18, "credential", "\"c\""),
            (19, "scan", "\"2m\""),
        ]
        .map(|(line, key, value)| (line, key, value.to_owned()));
        assert_eq!(given, expected);
        let of = |key: &str| all.iter().find(|setting| setting.key == key).unwrap();
        assert_eq!(of("mode").value, Some("observe".into()));
        assert_eq!(of("mode").origin, Origin::Default);
        assert_eq!(of("model").value, None);
    }
}
