//! What somebody typed as a setting, checked like the file, and an account as text of the file.

use super::show::of_account;
use super::values::{Command, FullPath, Host, UserName};
use crate::account::{Account, AccountName};

/// A checked answer, or what was expected.
pub type Answer<T> = Result<T, String>;

/// The name of an account.
///
/// # Errors
/// If it is none.
pub fn account_name(text: &str) -> Answer<AccountName> {
    AccountName::try_from(text.to_owned()).map_err(|error| error.to_string())
}

/// A server.
///
/// # Errors
/// If it is none.
pub fn host(text: &str) -> Answer<String> {
    Host::try_from(text.trim().to_owned()).map(|host| host.0)
}

/// A TCP port.
///
/// # Errors
/// If it is none.
pub fn port(text: &str) -> Answer<u16> {
    let port = text.trim().parse().ok().filter(|port| *port > 0);
    port.ok_or_else(|| "expected a number from 1 to 65535".to_owned())
}

/// A user's name at a server.
///
/// # Errors
/// If it is none.
pub fn user(text: &str) -> Answer<String> {
    UserName::try_from(text.trim().to_owned()).map(|user| user.0)
}

/// A file, named in full.
///
/// # Errors
/// If it is not.
pub fn file(text: &str) -> Answer<std::path::PathBuf> {
    FullPath::try_from(text.trim().to_owned()).map(|path| path.0)
}

/// A program and its arguments, with spaces between them.
///
/// # Errors
/// If there is no program.
pub fn command(text: &str) -> Answer<Vec<String>> {
    let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    Command::try_from(words).map(|command| command.0)
}

/// The `[[account]]` block of an account whose folders of labels are the default.
pub fn account_text(account: &Account) -> String {
    let lines = of_account(account)
        .into_iter()
        .map(|(key, value)| format!("{key} = {value}\n"));
    std::iter::once("[[account]]\n".to_owned())
        .chain(lines)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::{
        Endpoint, FileInto, FolderPath, Login, Mode, Pace, SecretPlace, Security,
    };
    use crate::config::Config;

    #[test]
    fn what_is_written_is_what_is_read() {
        let secrets = [
            SecretPlace::File("/a/\"b\"\\c".into()),
            SecretPlace::Command(vec!["pass".to_owned(), "show it\n'".to_owned()]),
            SecretPlace::Credential("x.y".to_owned()),
        ];
        for place in secrets {
            for is_token in [true, false] {
                let user = "ann \"the\" \\ ü".to_owned();
                let login = match (is_token, place.clone()) {
                    (true, token) => Login::XOAuth2 { user, token },
                    (false, password) => Login::Password { user, password },
                };
                let account = Account {
                    name: AccountName::new("work").unwrap(),
                    endpoint: Endpoint {
                        host: "::1".to_owned(),
                        port: 1143,
                        security: Security::StartTls,
                        ca_file: Some("/ca.pem".into()),
                    },
                    login,
                    mode: Mode::File,
                    watch: vec![FolderPath::inbox(), FolderPath::new("A/ü").unwrap()],
                    file_into: FileInto::default(),
                    pace: Pace::default(),
                };
                let text = account_text(&account);
                let config = Config::parse(&text, "c.toml").unwrap();
                assert_eq!(config.accounts(), [account], "{text}");
            }
        }
    }

    #[test]
    fn answers_are_checked_like_the_file() {
        assert_eq!(command("pass  show x").unwrap(), ["pass", "show", "x"]);
        for wrong in [
            port("0").is_err(),
            port("x").is_err(),
            command(" ").is_err(),
        ] {
            assert!(wrong);
        }
        assert!(file("x").is_err() && host("a b").is_err() && user("").is_err());
        assert_eq!(host(" IMAP.example.org ").unwrap(), "imap.example.org");
    }
}
