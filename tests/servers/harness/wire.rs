use std::path::PathBuf;

use super::server::{Mailbox, permissions};

/// Dovecot's own record of what the clients of a mailbox say.
pub(crate) struct Wire {
    directory: PathBuf,
}

impl Wire {
    /// Of the connections that are made from here on.
    pub(crate) fn of(mailbox: &Mailbox<'_>) -> Wire {
        let directory = mailbox.server.directory.join("wire").join(&mailbox.user);
        std::fs::create_dir_all(&directory).unwrap();
        // The server runs as another user, if the tests are root's.
        std::fs::set_permissions(&directory, permissions(0o777)).unwrap();
        Wire { directory }
    }

    /// When each command that may move a message was given, in seconds since 1970.
    pub(crate) fn moves(&self) -> Vec<f64> {
        let entries = std::fs::read_dir(&self.directory).unwrap();
        let said = entries
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|end| end == "in"))
            .map(|path| std::fs::read(path).unwrap());
        said.flat_map(|said| moves_in(&String::from_utf8_lossy(&said)))
            .collect()
    }
}

/// A line is "1795683606.699628 a7 UID MOVE 1:4 Spam".
fn moves_in(said: &str) -> Vec<f64> {
    said.lines()
        .filter(|line| line.contains(" UID MOVE ") || line.contains(" UID COPY "))
        .map(|line| line.split(' ').next().unwrap().parse().unwrap())
        .collect()
}
