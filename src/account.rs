//! A mail account as the owner set it up: where it is, how to log in, what to watch, where to file.

mod settings;

pub use settings::{
    Account, AccountName, Backlog, Endpoint, FileInto, FolderPath, Login, Mode, Pace, SecretPlace,
    Security,
};
