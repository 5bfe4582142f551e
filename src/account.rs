//! A mail account as the owner set it up: where it is, how to log in, what to watch, where to file.

mod secret;
mod settings;

pub use secret::{Secret, SecretError, is_credential_name};
pub use settings::{
    Account, AccountName, Backlog, Endpoint, FileInto, FolderPath, Login, Mode, NotAFolder,
    NotAnAccountName, Pace, SecretPlace, Security,
};
