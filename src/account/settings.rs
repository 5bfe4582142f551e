//! The checked settings of one account; `config.rs` makes them from `config.toml`.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::label::Label;

/// A name of an account: letters, digits, `.`, `_` and `-`, 1 to 64 of them, not only dots. It goes
/// into logs, metrics and the state store.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(extend("pattern" = "^[A-Za-z0-9._-]{1,64}$"))]
pub struct AccountName(String);

impl AccountName {
    /// Takes a name; none if it is not one.
    pub fn new(name: &str) -> Option<AccountName> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        let fits = (1..=64).contains(&name.len()) && name.chars().all(is_plain);
        (fits && !name.chars().all(|c| c == '.')).then(|| AccountName(name.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Text that is no name of an account.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no name of an account; expected up to 64 letters, digits, '.', '_' and '-'")]
pub struct NotAnAccountName(String);

impl TryFrom<String> for AccountName {
    type Error = NotAnAccountName;

    fn try_from(text: String) -> Result<AccountName, NotAnAccountName> {
        AccountName::new(&text).ok_or(NotAnAccountName(text))
    }
}

impl fmt::Display for AccountName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its name.
    pub name: AccountName,
    /// The server.
    pub endpoint: Endpoint,
    /// Who logs in, and how.
    pub login: Login,
    /// What the program may do.
    pub mode: Mode,
    /// Folders whose new mail is judged.
    pub watch: Vec<FolderPath>,
    /// Where mail of each label goes; a label without a folder stays where it is.
    pub file_into: FileInto,
    /// How often and how much.
    pub pace: Pace,
}

#[cfg(test)]
impl Account {
    /// The account `work` of `ann` at `imap.example.org`, all else as it is by default.
    pub(crate) fn example() -> Account {
        Account {
            name: AccountName("work".to_owned()),
            endpoint: Endpoint {
                host: "imap.example.org".to_owned(),
                port: 993,
                security: Security::Tls,
                ca_file: None,
            },
            login: Login::Password {
                user: "ann".to_owned(),
                password: SecretPlace::Credential("mail".to_owned()),
            },
            mode: Mode::Observe,
            watch: vec![FolderPath::inbox()],
            file_into: FileInto::default(),
            pace: Pace::default(),
        }
    }
}

/// A mail server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Host name or address; the certificate must be for it.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// How TLS starts.
    pub security: Security,
    /// PEM file of the certificate authority, instead of those the system trusts.
    pub ca_file: Option<PathBuf>,
}

/// How TLS starts. There is no way without it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// With the first byte (port 993).
    #[default]
    Tls,
    /// By the STARTTLS command, before anything else is said (port 143).
    StartTls,
}

impl Security {
    /// The port servers offer it at.
    pub fn usual_port(self) -> u16 {
        match self {
            Security::Tls => 993,
            Security::StartTls => 143,
        }
    }
}

/// Who logs in, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Login {
    /// LOGIN with a password.
    Password {
        /// The user's name at the server.
        user: String,
        /// Where the password is.
        password: SecretPlace,
    },
    /// AUTHENTICATE XOAUTH2 with an access token, which is fetched anew for every login.
    XOAuth2 {
        /// The user's name at the server.
        user: String,
        /// Where the token is.
        token: SecretPlace,
    },
}

impl Login {
    /// Where the password or token is.
    pub fn secret(&self) -> &SecretPlace {
        match self {
            Login::Password { password, .. } => password,
            Login::XOAuth2 { token, .. } => token,
        }
    }
}

/// Where a secret is read from, each time it is needed. It is never an argument or in this file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretPlace {
    /// A systemd credential: the file of this name in `$CREDENTIALS_DIRECTORY`.
    Credential(String),
    /// The first line a program prints; no shell is involved.
    Command(Vec<String>),
    /// The first line of a file only its owner can read (0600).
    File(PathBuf),
}

/// What the program may do in an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Decide and remember; touch nothing.
    #[default]
    Observe,
    /// Also set a keyword, where the server keeps keywords.
    Tag,
    /// Also move mail.
    File,
}

impl Mode {
    /// The mode as the configuration spells it.
    pub fn name(self) -> &'static str {
        match self {
            Mode::Observe => "observe",
            Mode::Tag => "tag",
            Mode::File => "file",
        }
    }
}

/// A folder as the owner writes it: levels separated by `/`, whatever the server's delimiter, and
/// without the server's prefix. Never empty, no level empty, no control characters. The inbox, in
/// whatever case, is `INBOX`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(extend("minLength" = 1, "maxLength" = 400))]
pub struct FolderPath(String);

/// Text that is no folder.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no folder; expected levels separated by '/', such as \"Filed/Pitches\", none empty, at most 400 bytes"
)]
pub struct NotAFolder(String);

impl TryFrom<String> for FolderPath {
    type Error = NotAFolder;

    fn try_from(text: String) -> Result<FolderPath, NotAFolder> {
        FolderPath::new(&text).ok_or(NotAFolder(text))
    }
}

impl FolderPath {
    /// Takes a path; none if it is not one.
    pub fn new(path: &str) -> Option<FolderPath> {
        let is_level =
            |level: &str| !level.trim().is_empty() && !level.chars().any(char::is_control);
        let fits = path.len() <= 400 && path.split('/').all(is_level);
        match path.eq_ignore_ascii_case("INBOX") {
            true => Some(FolderPath::inbox()),
            false => fits.then(|| FolderPath(path.to_owned())),
        }
    }

    /// The inbox.
    pub fn inbox() -> FolderPath {
        FolderPath("INBOX".to_owned())
    }

    /// The levels.
    pub fn levels(&self) -> impl Iterator<Item = &str> {
        self.0.split('/')
    }
}

impl fmt::Display for FolderPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where mail of each label goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileInto([Option<FolderPath>; Label::ALL.len()]);

impl FileInto {
    /// Takes a folder for each label, in the order of [`Label::ALL`].
    pub fn new(folders: [Option<FolderPath>; Label::ALL.len()]) -> FileInto {
        FileInto(folders)
    }

    /// The folder of a label.
    pub fn folder(&self, label: Label) -> Option<&FolderPath> {
        let at = Label::ALL.iter().position(|other| *other == label)?;
        self.0[at].as_ref()
    }
}

impl Default for FileInto {
    /// Genuine mail stays; the others go below `Anteroom`.
    fn default() -> FileInto {
        let folder = |label: Label| match label {
            Label::Genuine => None,
            other => FolderPath::new(&format!("Anteroom/{}", other.name())),
        };
        FileInto(Label::ALL.map(folder))
    }
}

/// How often an account is looked at, and how much is done at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Longest time between two looks at a watched or verdict folder.
    pub scan: Duration,
    /// How long a message that the owner moved must stay before it teaches.
    pub grace: Duration,
    /// Most messages moved in an hour.
    pub moves_per_hour: u32,
    /// Whether mail that was there before the first start is judged too.
    pub backlog: Backlog,
}

/// What becomes of mail that was there before the first start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Backlog {
    /// It is left alone.
    #[default]
    Leave,
    /// It is judged like new mail.
    Judge,
}

impl Default for Pace {
    fn default() -> Pace {
        Pace {
            scan: Duration::from_secs(60),
            grace: Duration::from_secs(60),
            moves_per_hour: 200,
            backlog: Backlog::Leave,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_paths_hold_nothing_that_means_something_elsewhere() {
        for bad in ["", "..", "a/b", "a b", "a\0", "ü", &"x".repeat(65)] {
            assert_eq!(AccountName::new(bad), None, "{bad:?}");
        }
        assert!(AccountName::new("work.1").is_some());
        for bad in ["", "/a", "a//b", "a/", "a\r\nb", "a/ /b"] {
            assert_eq!(FolderPath::new(bad), None, "{bad:?}");
        }
        assert_eq!(FolderPath::new("Inbox"), Some(FolderPath::inbox()));
        let path = FolderPath::new("Tür/Bitten & Grüße").unwrap();
        assert_eq!(path.levels().collect::<Vec<_>>(), ["Tür", "Bitten & Grüße"]);
    }

    #[test]
    fn genuine_mail_stays_unless_the_owner_says_otherwise() {
        let into = FileInto::default();
        assert_eq!(into.folder(Label::Genuine), None);
        let spam = into.folder(Label::Spam).unwrap().to_string();
        assert_eq!(spam, "Anteroom/spam");
    }
}
