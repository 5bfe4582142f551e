//! `anteroom config init`: asks for one account, tries it out, writes the configuration.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use super::super::{CommandError, Notes, online};
use super::ask::{Ask, Terminal};
use crate::account::{
    Account, Endpoint, FileInto, FolderPath, Login, Mode, Pace, Secret, SecretPlace, Security,
};
use crate::config::{Config, ConfigPlace, answers};

/// What is above the account in the file.
const HEAD: &str = "# Configuration of anteroom. config.example.toml explains every key; 'anteroom config show' prints\n# what is in force. Mode \"observe\" changes nothing at the server; when you like its verdicts, write\n# mode = \"file\".\n\n";

/// What was answered.
struct Answers {
    account: Account,
    /// A password that was typed, to be written where the account says it is.
    typed: Option<Secret>,
}

/// Asks at the terminal and writes the file.
pub(super) fn run(place: &ConfigPlace, notes: Notes) -> Result<(), CommandError> {
    let path = &place.path;
    refuse_existing(path)?;
    let is_terminal = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    if !is_terminal {
        return Err(CommandError::Usage(format!(
            "config init asks at a terminal, and this is none; write {} yourself: [[account]] with the keys name, host, user and one of password_command, password_file, credential, token_command, token_file, token_credential, as in config.example.toml",
            path.display()
        )));
    }
    let try_out = |account: &Account, secret: Option<&Secret>| online::try_out(account, secret);
    let said = set_up(path, &mut Terminal, &try_out)?;
    notes.say(&said);
    Ok(())
}

/// Tries an account out, with a password that was typed or the one at its place; says what was
/// found.
type TryOut<'a> = dyn Fn(&Account, Option<&Secret>) -> Result<String, CommandError> + 'a;

/// Asks, tries out, writes; says what was done.
fn set_up(path: &Path, ask: &mut dyn Ask, try_out: &TryOut<'_>) -> Result<String, CommandError> {
    let directory = path.parent().unwrap_or(Path::new("."));
    let answers = questions(directory, ask)?;
    let found = match try_out(&answers.account, answers.typed.as_ref()) {
        Ok(found) => found,
        Err(error) => {
            let question = format!("{error}\nWrite the configuration even so?");
            if !ask.agreed(&question)? {
                return Err(error);
            }
            "not tried out".to_owned()
        }
    };
    let text = format!("{HEAD}{}", answers::account_text(&answers.account));
    // It must be readable before it is in place.
    Config::parse(&text, &path.display().to_string())?;
    make_private(directory)?;
    if let (Some(secret), Some(file)) = (&answers.typed, secret_file(&answers.account)) {
        write_new(file, &[secret.expose().as_bytes(), b"\n"])?;
    }
    write_new(path, &[text.as_bytes()])?;
    Ok(format!(
        "{found}\n{} is written; next: anteroom doctor",
        path.display()
    ))
}

/// One account by questions.
fn questions(directory: &Path, ask: &mut dyn Ask) -> Result<Answers, CommandError> {
    let name = text(
        ask,
        "Name of the account",
        Some("mail"),
        answers::account_name,
    )?;
    let host = text(ask, "IMAP server", None, answers::host)?;
    let starts = ["with the first byte (port 993)", "by STARTTLS (port 143)"];
    let security = match ask.choice("How does TLS start?", &starts)? {
        0 => Security::Tls,
        _ => Security::StartTls,
    };
    let signers = ["an authority this system trusts", "an authority of our own"];
    let ca_file = match ask.choice("Who signed the server's certificate?", &signers)? {
        0 => None,
        _ => Some(text(ask, "Its file (PEM)", None, answers::file)?),
    };
    let usual = security.usual_port().to_string();
    let port = text(ask, "Port", Some(&usual), answers::port)?;
    let user = text(
        ask,
        "Your name at the server, often your address",
        None,
        answers::user,
    )?;
    let usual_file = directory.join(format!("{name}.password"));
    let (login, typed) = login(ask, user, &usual_file)?;
    let account = Account {
        name,
        endpoint: Endpoint {
            host,
            port,
            security,
            ca_file,
        },
        login,
        mode: Mode::Observe,
        watch: vec![FolderPath::inbox()],
        file_into: FileInto::default(),
        pace: Pace::default(),
    };
    Ok(Answers { account, typed })
}

/// How to log in; a password that is typed goes into `usual_file`.
fn login(
    ask: &mut dyn Ask,
    user: String,
    usual_file: &Path,
) -> Result<(Login, Option<Secret>), CommandError> {
    let ways = [
        "a password that a program prints (pass, secret-tool, …)",
        "a password that I type now; it is kept in a file only I can read",
        "a password in a file that is there",
        "an OAuth 2 token that a program prints",
    ];
    let program = "Program and arguments, separated by spaces";
    Ok(match ask.choice("What do you log in with?", &ways)? {
        0 => {
            let words = text(ask, program, Some("pass show mail"), answers::command)?;
            (password(user, SecretPlace::Command(words)), None)
        }
        1 => {
            let file = std::path::absolute(usual_file)?;
            refuse_existing(&file)?;
            let typed = ask.hidden("Password")?;
            (password(user, SecretPlace::File(file)), Some(typed))
        }
        2 => {
            let file = text(
                ask,
                "File whose first line is the password",
                None,
                answers::file,
            )?;
            (password(user, SecretPlace::File(file)), None)
        }
        _ => {
            let words = text(ask, program, None, answers::command)?;
            let token = SecretPlace::Command(words);
            (Login::XOAuth2 { user, token }, None)
        }
    })
}

fn password(user: String, password: SecretPlace) -> Login {
    Login::Password { user, password }
}

/// Asks until the answer is one.
fn text<T>(
    ask: &mut dyn Ask,
    question: &str,
    default: Option<&str>,
    read: fn(&str) -> Result<T, String>,
) -> Result<T, CommandError> {
    let answer = ask.text(question, default, &|text| read(text).map(drop))?;
    read(&answer).map_err(CommandError::Usage)
}

/// The file of the account's secret.
fn secret_file(account: &Account) -> Option<&PathBuf> {
    match &account.login {
        Login::Password {
            password: SecretPlace::File(file),
            ..
        }
        | Login::XOAuth2 {
            token: SecretPlace::File(file),
            ..
        } => Some(file),
        _ => None,
    }
}

fn refuse_existing(path: &Path) -> Result<(), CommandError> {
    match path.symlink_metadata() {
        Ok(_) => Err(CommandError::CannotCreate(format!(
            "{path}: is there already, and nothing is written over it; edit it, then: anteroom config check --config {path}",
            path = path.display()
        ))),
        Err(_) => Ok(()),
    }
}

/// Makes the directory, for the owner alone, if it is not there.
fn make_private(directory: &Path) -> Result<(), CommandError> {
    use std::os::unix::fs::DirBuilderExt;
    if directory.as_os_str().is_empty() || directory.is_dir() {
        return Ok(());
    }
    let made = std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory);
    made.map_err(|cause| cannot(directory, &cause))
}

/// Writes a file that only its owner can read, whole or not at all, never over another.
fn write_new(path: &Path, pieces: &[&[u8]]) -> Result<(), CommandError> {
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let write = || -> std::io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(directory)?;
        pieces.iter().try_for_each(|piece| file.write_all(piece))?;
        file.as_file().sync_all()?;
        file.persist_noclobber(path).map_err(|error| error.error)?;
        Ok(())
    };
    write().map_err(|cause| cannot(path, &cause))
}

fn cannot(path: &Path, cause: &std::io::Error) -> CommandError {
    CommandError::CannotCreate(format!(
        "{}: cannot be written: {cause}; name another place with --config",
        path.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Trouble;
    use std::collections::VecDeque;
    use std::os::unix::fs::PermissionsExt;

    /// Answers from a list; an answer that does not pass is followed by the next one.
    struct Script(VecDeque<&'static str>);

    impl Script {
        fn new(answers: &[&'static str]) -> Script {
            Script(answers.iter().copied().collect())
        }

        fn next(&mut self) -> std::io::Result<&'static str> {
            self.0
                .pop_front()
                .ok_or_else(|| std::io::ErrorKind::UnexpectedEof.into())
        }
    }

    impl Ask for Script {
        fn text(
            &mut self,
            _: &str,
            default: Option<&str>,
            check: &dyn Fn(&str) -> Result<(), String>,
        ) -> std::io::Result<String> {
            loop {
                let answer = match (self.next()?, default) {
                    ("", Some(default)) => default.to_owned(),
                    (typed, _) => typed.to_owned(),
                };
                if check(&answer).is_ok() {
                    return Ok(answer);
                }
            }
        }

        fn choice(&mut self, _: &str, among: &[&str]) -> std::io::Result<usize> {
            let chosen = self.next()?.parse().unwrap();
            assert!(chosen < among.len());
            Ok(chosen)
        }

        fn hidden(&mut self, _: &str) -> std::io::Result<Secret> {
            self.next().map(|text| Secret::new(text.to_owned()))
        }

        fn agreed(&mut self, _: &str) -> std::io::Result<bool> {
            self.next().map(|text| text == "yes")
        }
    }

    const TYPED: [&str; 9] = [
        "",
        "bad host",
        "imap.example.org",
        "0",
        "0",
        "",
        "ann",
        "1",
        "CANARY",
    ];

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_typed_password_is_tried_and_kept_beside_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a/config.toml");
        let try_out = |account: &Account, secret: Option<&Secret>| {
            assert_eq!(account.endpoint.port, 993);
            assert_eq!(secret.unwrap().expose(), "CANARY");
            Ok("logged in".to_owned())
        };
        let said = set_up(&path, &mut Script::new(&TYPED), &try_out).unwrap();
        assert!(
            said.starts_with("logged in") && !said.contains("CANARY"),
            "{said}"
        );
        let config = Config::read(&path).unwrap();
        let account = &config.accounts()[0];
        assert_eq!(account.mode, Mode::Observe);
        let file = secret_file(account).unwrap();
        assert_eq!(std::fs::read_to_string(file).unwrap(), "CANARY\n");
        assert!(!std::fs::read_to_string(&path).unwrap().contains("CANARY"));
        assert_eq!((mode(file), mode(&path)), (0o600, 0o600));
        assert_eq!(mode(path.parent().unwrap()), 0o700);
        assert_eq!(
            std::fs::read_dir(path.parent().unwrap()).unwrap().count(),
            2
        );
    }

    #[test]
    fn a_failed_trial_writes_nothing_unless_it_is_wanted() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("config.toml");
        let refused = |_: &Account, _: Option<&Secret>| {
            Err(CommandError::Account {
                what: "login refused".to_owned(),
                trouble: Trouble::Login,
            })
        };
        let answers = [
            "",
            "h.example",
            "1",
            "1",
            "/ca.pem",
            "1143",
            "ann",
            "3",
            "get token",
            "no",
        ];
        let error = set_up(&path, &mut Script::new(&answers), &refused).unwrap_err();
        assert_eq!(error.code(), 77);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
        let answers = [&answers[..9], &["yes"]].concat();
        set_up(&path, &mut Script::new(&answers), &refused).unwrap();
        let config = Config::read(&path).unwrap();
        let endpoint = &config.accounts()[0].endpoint;
        assert_eq!(
            (endpoint.port, endpoint.security),
            (1143, Security::StartTls)
        );
    }

    #[test]
    fn nothing_is_written_over() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("config.toml");
        std::fs::write(dir.path().join("mail.password"), "old").unwrap();
        let never = |_: &Account, _: Option<&Secret>| -> Result<String, CommandError> {
            panic!("it is refused before")
        };
        let error = set_up(&path, &mut Script::new(&TYPED), &never).unwrap_err();
        assert_eq!(error.code(), 73);
        std::fs::write(&path, "old").unwrap();
        assert_eq!(refuse_existing(&path).unwrap_err().code(), 73);
        assert_eq!(write_new(&path, &[b"new"]).unwrap_err().code(), 73);
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
    }
}
