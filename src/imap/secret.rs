//! Who logs in, and what proves it.

use crate::account::{Login, Secret, SecretError};

/// What proves who logs in.
#[derive(Debug, Clone)]
pub enum Proof {
    /// A password.
    Password(Secret),
    /// An OAuth 2 access token.
    Token(Secret),
}

/// Who logs in.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The user's name at the server.
    pub user: String,
    /// What proves it.
    pub proof: Proof,
}

impl Credentials {
    /// Reads the secret of a login. A command that is still running when `stopped` says so is
    /// killed.
    ///
    /// # Errors
    /// If the secret cannot be had.
    pub fn read(login: &Login, stopped: &dyn Fn() -> bool) -> Result<Credentials, SecretError> {
        let secret = Secret::read(login.secret(), stopped)?;
        Ok(Credentials::of(login, secret))
    }

    /// A login with its secret.
    pub fn of(login: &Login, secret: Secret) -> Credentials {
        match login {
            Login::Password { user, .. } => Credentials::password(user, secret),
            Login::XOAuth2 { user, .. } => Credentials::token(user, secret),
        }
    }

    /// A user with a password.
    pub fn password(user: &str, password: Secret) -> Credentials {
        Credentials {
            user: user.to_owned(),
            proof: Proof::Password(password),
        }
    }

    /// A user with an access token.
    pub fn token(user: &str, token: Secret) -> Credentials {
        Credentials {
            user: user.to_owned(),
            proof: Proof::Token(token),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_shown() {
        let who = Credentials::password("me", Secret::new("CANARY".to_owned()));
        let shown = format!("{who:?} {who:#?}");
        assert!(!shown.contains("CANARY"), "{shown}");
    }
}
