//! `[[account]]` as it is written, and how it becomes an [`Account`].

use std::ops::Range;

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::fault::Fault;
use super::values::{
    Command, Credential, Destination, FullPath, Host, MovesPerHour, Port, Time, UserName,
};
use crate::account::{
    Account, AccountName, Backlog, Endpoint, FileInto, FolderPath, Login, Mode, Pace, SecretPlace,
    Security,
};
use crate::label::Label;

/// The keys that say where a secret is; each account has exactly one of them.
pub(super) const SECRET_KEYS: [&str; 6] = [
    "password_file",
    "password_command",
    "credential",
    "token_file",
    "token_command",
    "token_credential",
];

/// Most folders that are watched in one account: each is looked at in turn, by one connection.
const WATCHED: usize = 100;

/// A mail account. The password is not in here: exactly one of the six keys that end in _file,
/// _command or credential says where it is. TLS is always checked.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "account")]
pub(super) struct AccountTable {
    /// Name in logs and in the state: letters, digits, '.', '_' and '-'.
    #[schemars(with = "AccountName")]
    name: Spanned<AccountName>,
    /// Host name or address of the server; its certificate must be for it.
    #[schemars(with = "Host")]
    host: Spanned<Host>,
    /// TCP port; 993 with "tls" and 143 with "starttls" if left out.
    port: Option<Port>,
    /// How TLS starts.
    #[serde(default)]
    security: Security,
    /// PEM file of the certificate authority, instead of those the system trusts.
    ca_file: Option<FullPath>,
    /// The user's name at the server.
    user: UserName,
    /// File (0600) whose first line is the password.
    #[schemars(with = "Option<FullPath>")]
    password_file: Option<Spanned<FullPath>>,
    /// Program, with its arguments, whose first line of output is the password. No shell.
    #[schemars(with = "Option<Command>")]
    password_command: Option<Spanned<Command>>,
    /// Name of a systemd credential that is the password.
    #[schemars(with = "Option<Credential>")]
    credential: Option<Spanned<Credential>>,
    /// File (0600) whose first line is an OAuth 2 access token (XOAUTH2).
    #[schemars(with = "Option<FullPath>")]
    token_file: Option<Spanned<FullPath>>,
    /// Program that prints an OAuth 2 access token (XOAUTH2); it is run for every login.
    #[schemars(with = "Option<Command>")]
    token_command: Option<Spanned<Command>>,
    /// Name of a systemd credential that is an OAuth 2 access token (XOAUTH2).
    #[schemars(with = "Option<Credential>")]
    token_credential: Option<Spanned<Credential>>,
    /// What the program may do; "observe" if left out.
    #[serde(default)]
    mode: Mode,
    /// Folders whose new mail is judged; ["INBOX"] if left out.
    #[schemars(with = "Option<Vec<FolderPath>>")]
    watch: Option<Spanned<Vec<Spanned<FolderPath>>>>,
    /// Longest time between two looks at a folder, from 1s to 1h; "60s" if left out.
    scan: Option<Time<1, 3600>>,
    /// How long a message you moved must stay before it teaches, from 0s to 24h; "60s" if left
    /// out.
    grace: Option<Time<0, 86400>>,
    /// Most messages moved in an hour, from 1 to 100000; 200 if left out.
    moves_per_hour: Option<MovesPerHour>,
    /// What becomes of mail that was there before the first start; "leave" if left out.
    #[serde(default)]
    backlog: Backlog,
    /// Where mail of each label goes.
    #[serde(default)]
    file_into: FileIntoTable,
}

/// Folders of the labels, levels separated by '/'; "" leaves mail of a label where it is.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "file_into")]
struct FileIntoTable {
    /// "" if left out.
    #[schemars(with = "Option<Destination>")]
    genuine: Option<Spanned<Destination>>,
    /// "Anteroom/generic-invite" if left out.
    #[schemars(with = "Option<Destination>")]
    generic_invite: Option<Spanned<Destination>>,
    /// "Anteroom/pitch" if left out.
    #[schemars(with = "Option<Destination>")]
    pitch: Option<Spanned<Destination>>,
    /// "Anteroom/spam" if left out.
    #[schemars(with = "Option<Destination>")]
    spam: Option<Spanned<Destination>>,
}

impl FileIntoTable {
    fn of(&self, label: Label) -> Option<&Spanned<Destination>> {
        match label {
            Label::Genuine => self.genuine.as_ref(),
            Label::GenericInvite => self.generic_invite.as_ref(),
            Label::Pitch => self.pitch.as_ref(),
            Label::Spam => self.spam.as_ref(),
        }
    }

    fn checked(&self) -> FileInto {
        let defaults = FileInto::default();
        FileInto::new(Label::ALL.map(|label| match self.of(label) {
            Some(given) => given.get_ref().0.clone(),
            None => defaults.folder(label).cloned(),
        }))
    }
}

/// Which kind of secret a key names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Password,
    Token,
}

/// A secret as one key names it.
struct Named {
    key: &'static str,
    at: Range<usize>,
    kind: Kind,
    place: SecretPlace,
}

/// All accounts, or all that is wrong with them.
pub(super) fn check(tables: &[Spanned<AccountTable>]) -> Result<Vec<Account>, Vec<Fault>> {
    let mut faults = twice(tables);
    let mut accounts = Vec::with_capacity(tables.len());
    for table in tables {
        match table.get_ref().checked(table.span()) {
            Ok(account) => accounts.push(account),
            Err(fault) => faults.push(fault),
        }
    }
    match faults.is_empty() {
        true => Ok(accounts),
        false => Err(faults),
    }
}

/// Accounts of one name, and those that are one mailbox: two would file each other's mail.
fn twice(tables: &[Spanned<AccountTable>]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (position, table) in tables.iter().enumerate() {
        let table = table.get_ref();
        let before = || tables[..position].iter().map(Spanned::get_ref);
        if let Some(first) = before().find(|other| other.name == table.name) {
            let name = table.name.get_ref();
            faults.push(
                Fault::new(
                    format!("two accounts are called \"{name}\""),
                    table.name.span(),
                    "expected another name",
                )
                .with(first.name.span(), "the first one"),
            );
        } else if let Some(first) = before().find(|other| other.mailbox() == table.mailbox()) {
            let what = format!(
                "\"{}\" is the mailbox of another account",
                table.name.get_ref()
            );
            let expected = "expected another server or user; one account can watch many folders";
            faults.push(
                Fault::new(what, table.host.span(), expected)
                    .with(first.host.span(), "the same server and user"),
            );
        }
    }
    faults
}

impl AccountTable {
    /// Whose mailbox at which server. The usual ports of both ways to start TLS are one server.
    fn mailbox(&self) -> (&Host, Option<u16>, &UserName) {
        let port = Some(self.port()).filter(|port| ![143, 993].contains(port));
        (self.host.get_ref(), port, &self.user)
    }

    fn port(&self) -> u16 {
        self.port.map_or(self.security.usual_port(), |port| port.0)
    }

    fn checked(&self, whole: Range<usize>) -> Result<Account, Fault> {
        let login = self.login(whole)?;
        let watch = self.watched()?;
        self.check_folders(&watch)?;
        let pace = Pace::default();
        Ok(Account {
            name: self.name.get_ref().clone(),
            endpoint: Endpoint {
                host: self.host.get_ref().0.clone(),
                port: self.port(),
                security: self.security,
                ca_file: self.ca_file.as_ref().map(|file| file.0.clone()),
            },
            login,
            mode: self.mode,
            watch: watch.into_iter().map(|(folder, _)| folder).collect(),
            file_into: self.file_into.checked(),
            pace: Pace {
                scan: self.scan.map_or(pace.scan, |time| time.0),
                grace: self.grace.map_or(pace.grace, |time| time.0),
                moves_per_hour: self
                    .moves_per_hour
                    .map_or(pace.moves_per_hour, |most| most.0),
                backlog: self.backlog,
            },
        })
    }

    /// The one secret.
    fn login(&self, whole: Range<usize>) -> Result<Login, Fault> {
        let mut named: Vec<Named> = self.secrets().into_iter().flatten().collect();
        named.sort_by_key(|secret| secret.at.start);
        let mut named = named.into_iter();
        let Some(first) = named.next() else {
            let name = self.name.get_ref();
            let expected = format!("expected one of {}", SECRET_KEYS.join(", "));
            let what = format!("account \"{name}\" does not say where its password or token is");
            return Err(Fault::new(what, whole, expected));
        };
        if let Some(second) = named.next() {
            let what = format!(
                "account \"{}\" has two secrets: {} and {}",
                self.name.get_ref(),
                first.key,
                second.key
            );
            let expected = "expected one of them only";
            return Err(Fault::new(what, second.at, expected).with(first.at, "and this one"));
        }
        let user = self.user.0.clone();
        Ok(match first.kind {
            Kind::Password => Login::Password {
                user,
                password: first.place,
            },
            Kind::Token => Login::XOAuth2 {
                user,
                token: first.place,
            },
        })
    }

    /// What each of [`SECRET_KEYS`] says, in their order.
    fn secrets(&self) -> [Option<Named>; SECRET_KEYS.len()] {
        let [a, b, c, d, e, f] = SECRET_KEYS;
        let file = |key, kind, given: &Option<Spanned<FullPath>>| {
            let given = given.as_ref()?;
            let place = SecretPlace::File(given.get_ref().0.clone());
            Some(Named {
                key,
                at: given.span(),
                kind,
                place,
            })
        };
        let command = |key, kind, given: &Option<Spanned<Command>>| {
            let given = given.as_ref()?;
            let place = SecretPlace::Command(given.get_ref().0.clone());
            Some(Named {
                key,
                at: given.span(),
                kind,
                place,
            })
        };
        let credential = |key, kind, given: &Option<Spanned<Credential>>| {
            let given = given.as_ref()?;
            let place = SecretPlace::Credential(given.get_ref().0.clone());
            Some(Named {
                key,
                at: given.span(),
                kind,
                place,
            })
        };
        [
            file(a, Kind::Password, &self.password_file),
            command(b, Kind::Password, &self.password_command),
            credential(c, Kind::Password, &self.credential),
            file(d, Kind::Token, &self.token_file),
            command(e, Kind::Token, &self.token_command),
            credential(f, Kind::Token, &self.token_credential),
        ]
    }

    /// The watched folders, and where the file names each.
    fn watched(&self) -> Result<Vec<(FolderPath, Range<usize>)>, Fault> {
        let Some(given) = &self.watch else {
            return Ok(vec![(FolderPath::inbox(), self.name.span())]);
        };
        let count = given.get_ref().len();
        if !(1..=WATCHED).contains(&count) {
            let what = format!("watch names {count} folders");
            let expected = format!("expected 1 to {WATCHED}, such as [\"INBOX\"]");
            return Err(Fault::new(what, given.span(), expected));
        }
        let mut watch: Vec<(FolderPath, Range<usize>)> = Vec::with_capacity(count);
        for folder in given.get_ref() {
            let (path, at) = (folder.get_ref(), folder.span());
            if let Some((_, first)) = watch.iter().find(|(other, _)| other == path) {
                let what = format!("\"{path}\" is watched twice");
                let fault = Fault::new(what, at, "expected each folder once");
                return Err(fault.with(first.clone(), "the first time"));
            }
            watch.push((path.clone(), at));
        }
        Ok(watch)
    }

    /// A folder tells one thing: mail to judge, or one label. Otherwise what a move into it means
    /// could not be told.
    fn check_folders(&self, watch: &[(FolderPath, Range<usize>)]) -> Result<(), Fault> {
        let into = self.file_into.checked();
        // A default has no place of its own in the file; the account's name stands for it.
        let place = |label| {
            let given = self.file_into.of(label);
            given.map_or(self.name.span(), Spanned::span)
        };
        for (position, label) in Label::ALL.into_iter().enumerate() {
            let Some(folder) = into.folder(label) else {
                continue;
            };
            if let Some((_, at)) = watch.iter().find(|(watched, _)| watched == folder) {
                let what = format!("{label} is filed into \"{folder}\", which is watched");
                let expected = "expected a folder that is not watched, or \"\" to leave it";
                let fault = Fault::new(what, place(label), expected);
                return Err(match self.watch.is_some() {
                    true => fault.with(at.clone(), "watched here"),
                    false => fault,
                });
            }
            let mut before = Label::ALL[..position].iter();
            if let Some(other) = before.find(|other| into.folder(**other) == Some(folder)) {
                let what = format!("{other} and {label} are filed into \"{folder}\"");
                let expected = "expected a folder for each label, or \"\" to leave it";
                return Err(Fault::new(what, place(label), expected));
            }
        }
        Ok(())
    }
}
