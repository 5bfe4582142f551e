//! Where a server keeps the owner's folders, and what a folder's whole name is.

use crate::account::FolderPath;
use crate::mailstore::{Folder, MailboxName};

/// The place of the owner's folders: a prefix of every name but the inbox's, and what separates the
/// levels of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Namespace {
    /// With its delimiter: `INBOX.`, or empty.
    pub prefix: String,
    /// None in a flat namespace.
    pub delimiter: Option<char>,
}

/// A folder that cannot be on this server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("folder {path:?} cannot be on this server: {why}")]
pub struct ResolveError {
    path: String,
    why: String,
}

impl Namespace {
    /// Infers it from a listing: if every folder besides the inbox is below the inbox, the prefix is
    /// the inbox's name. A listing of the inbox alone tells nothing of a prefix.
    pub fn infer(folders: &[Folder]) -> Namespace {
        let inbox = folders.iter().find(|folder| folder.name.is_inbox());
        let delimiter = inbox
            .and_then(|folder| folder.delimiter)
            .or_else(|| folders.iter().find_map(|folder| folder.delimiter));
        let below = delimiter.map(|delimiter| format!("INBOX{delimiter}"));
        let mut others = folders.iter().filter(|folder| !folder.name.is_inbox());
        let first = others.next();
        let is_below = |folder: &Folder, prefix: &str| {
            let name = folder.name.as_str();
            name.get(..prefix.len())
                .is_some_and(|head| head.eq_ignore_ascii_case(prefix))
        };
        let all_below = |prefix: &String| {
            first.is_some_and(|folder| is_below(folder, prefix))
                && others.all(|folder| is_below(folder, prefix))
        };
        Namespace {
            prefix: below.filter(all_below).unwrap_or_default(),
            delimiter,
        }
    }

    /// The whole name of a folder as the owner writes it. `INBOX` is the inbox, and a path that
    /// begins with it is not put below it twice.
    ///
    /// # Errors
    /// If a level holds the delimiter, the server knows no levels, or the name is too long.
    pub fn resolve(&self, path: &FolderPath) -> Result<MailboxName, ResolveError> {
        let refused = |why: String| ResolveError {
            path: path.to_string(),
            why,
        };
        let levels: Vec<&str> = path.levels().collect();
        if let [only] = levels.as_slice()
            && only.eq_ignore_ascii_case("INBOX")
        {
            return Ok(MailboxName::inbox());
        }
        let joined = match self.delimiter {
            Some(delimiter) if levels.iter().any(|level| level.contains(delimiter)) => {
                let why = format!("'{delimiter}' separates the levels of a name there");
                return Err(refused(why));
            }
            Some(delimiter) => levels.join(delimiter.encode_utf8(&mut [0; 4])),
            None if levels.len() == 1 => levels[0].to_owned(),
            None => return Err(refused("it knows no folders in folders".to_owned())),
        };
        let is_below_inbox = levels[0].eq_ignore_ascii_case("INBOX");
        let name = match is_below_inbox {
            true => format!("INBOX{}", &joined["INBOX".len()..]),
            false => format!("{}{joined}", self.prefix),
        };
        MailboxName::new(&name).map_err(|error| refused(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mailstore::Selectable;

    fn listing(delimiter: Option<char>, names: &[&str]) -> Vec<Folder> {
        let folder = |name: &&str| Folder {
            name: MailboxName::new(name).unwrap(),
            delimiter,
            role: None,
            selectable: Selectable::Yes,
        };
        names.iter().map(folder).collect()
    }

    fn name(namespace: &Namespace, path: &str) -> Option<String> {
        let path = FolderPath::new(path).unwrap();
        let name = namespace.resolve(&path).ok()?;
        Some(name.as_str().to_owned())
    }

    #[test]
    fn servers_that_keep_everything_below_the_inbox() {
        let courier = Namespace::infer(&listing(Some('.'), &["INBOX", "INBOX.Sent", "INBOX.a.b"]));
        assert_eq!(name(&courier, "A/ü").as_deref(), Some("INBOX.A.ü"));
        assert_eq!(name(&courier, "inbox/A").as_deref(), Some("INBOX.A"));
        assert_eq!(name(&courier, "inbox").as_deref(), Some("INBOX"));
        assert_eq!(name(&courier, "v1.2"), None);
        let dovecot = Namespace::infer(&listing(Some('/'), &["INBOX", "INBOX/a", "Junk"]));
        assert_eq!(name(&dovecot, "A/v1.2").as_deref(), Some("A/v1.2"));
        let fresh = Namespace::infer(&listing(Some('.'), &["INBOX"]));
        assert_eq!(name(&fresh, "A/b").as_deref(), Some("A.b"));
        let flat = Namespace::infer(&listing(None, &["INBOX", "x"]));
        assert_eq!(name(&flat, "A").as_deref(), Some("A"));
        assert_eq!(name(&flat, "A/b"), None);
    }
}
