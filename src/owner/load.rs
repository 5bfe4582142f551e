//! Reads the owner's relations from the files they name: sent mail, address books, connections.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use super::relations::{Relations, SentMail};
use super::vcard::{self, CardError};
use crate::limits;
use crate::message::Message;
use crate::source::{Content, Rest, Source, SourceError, connections, map_in_order};

/// Where relations are read from.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RelationSources {
    /// Mail the owner sent.
    pub sent: Vec<PathBuf>,
    /// vCard files, or directories of them.
    pub address_books: Vec<PathBuf>,
    /// LinkedIn's `Connections.csv`, or an export that holds it.
    pub connections: Vec<PathBuf>,
}

impl RelationSources {
    /// True if nothing is named.
    pub fn is_empty(&self) -> bool {
        *self == RelationSources::default()
    }
}

/// Relations that cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// Sent mail or an export cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// Mail was read, but not a sent one.
    #[error(
        "{path}: none of its {messages} messages was sent by you; expected mail from one of [owner] addresses ({addresses}): add the address you write from, or name the folder of sent mail"
    )]
    NoneSent {
        /// The path as given.
        path: String,
        /// Messages it holds.
        messages: u64,
        /// The owner's addresses.
        addresses: String,
    },
    /// Rows of a data export where mail was expected.
    #[error("{path}: a data export, not sent mail; name it under connections in [relations]")]
    NotSentMail {
        /// The path as given.
        path: String,
    },
    /// An address book cannot be opened or read.
    #[error("{path}: cannot be read: {cause}; check address_books in [relations]")]
    Read {
        /// The file.
        path: String,
        /// What the system said.
        cause: io::Error,
    },
    /// An address book is not what it should be.
    #[error("{path}: {what}; export the address book again as vCard (.vcf)")]
    Card {
        /// The file.
        path: String,
        /// What, with the line.
        what: String,
    },
    /// More than is remembered.
    #[error(
        "{path}: more than {} addresses and messages; name fewer or smaller files in [relations]",
        limits::RELATIONS
    )]
    TooMany {
        /// The file that was one too many.
        path: String,
    },
}

/// Reads everything the sources name. `own` are the owner's addresses, lower case: only mail from
/// them counts as sent and, since whoever forges a sender likes to take the recipient's own
/// address, they are never known. Where none are given, whatever wrote the sent mail is own.
///
/// # Errors
/// If a file cannot be read or is not what it should be.
pub fn load_relations(sources: &RelationSources, own: &[String]) -> Result<Relations, LoadError> {
    let mut loading = Loading {
        relations: Relations::default(),
        own: own.iter().cloned().collect(),
        senders: BTreeSet::new(),
    };
    for path in &sources.sent {
        loading.sent(path)?;
    }
    for path in &sources.address_books {
        loading.address_book(path)?;
    }
    for path in &sources.connections {
        for connection in connections(path)? {
            loading.relations.add_connection(&connection);
        }
        loading.check(path)?;
    }
    for address in loading.own.iter().chain(&loading.senders) {
        loading.relations.forget(address);
    }
    Ok(loading.relations)
}

/// Whether this is a mailbox that nothing was ever put into: an empty file, or a maildir whose folders
/// are empty.
fn is_new_mailbox(path: &Path) -> bool {
    let is_empty = |folder: &str| {
        std::fs::read_dir(path.join(folder)).is_ok_and(|mut entries| entries.next().is_none())
    };
    let is_empty_file = path
        .metadata()
        .is_ok_and(|found| found.is_file() && found.len() == 0);
    is_empty_file || is_empty("cur") && is_empty("new")
}

struct Loading {
    relations: Relations,
    own: BTreeSet<String>,
    /// Who wrote the sent mail, where the owner's addresses are not given.
    senders: BTreeSet<String>,
}

impl Loading {
    fn sent(&mut self, path: &Path) -> Result<(), LoadError> {
        if is_new_mailbox(path) {
            return Ok(());
        }
        let mut source = Source::open(path, Rest::Skip)?;
        let (mut messages, mut sent) = (0_u64, 0_u64);
        let read = |content: &Content| match content {
            Content::Mail(bytes) => Some(SentMail::of(&Message::parse_headers(bytes))),
            Content::Export(_) => None,
        };
        map_in_order(
            &mut source,
            |raw| read(&raw.content),
            |_, mail| {
                let mail = mail.ok_or_else(|| LoadError::NotSentMail { path: name(path) })?;
                messages += 1;
                let from = mail.from.clone().unwrap_or_default();
                if self.own.is_empty() {
                    self.senders.insert(from);
                } else if !self.own.contains(&from) {
                    return Ok(());
                }
                sent += 1;
                self.relations.add_sent(mail);
                self.check(path)
            },
        )?;
        source.finish(path)?.complete()?;
        if sent == 0 {
            return Err(LoadError::NoneSent {
                path: name(path),
                messages,
                addresses: self.own.iter().cloned().collect::<Vec<_>>().join(", "),
            });
        }
        Ok(())
    }

    fn address_book(&mut self, path: &Path) -> Result<(), LoadError> {
        let read_error = |path: &Path, cause| LoadError::Read {
            path: name(path),
            cause,
        };
        for file in card_files(path).map_err(|cause| read_error(path, cause))? {
            let opened = File::open(&file).map_err(|cause| read_error(&file, cause))?;
            let relations = &mut self.relations;
            vcard::emails(BufReader::new(opened), |address| {
                relations.add_card(address);
            })
            .map_err(|error| match error {
                CardError::Read(cause) => read_error(&file, cause),
                malformed => LoadError::Card {
                    path: name(&file),
                    what: malformed.to_string(),
                },
            })?;
            self.check(&file)?;
        }
        Ok(())
    }

    fn check(&self, path: &Path) -> Result<(), LoadError> {
        match self.relations.len() + self.senders.len() > limits::RELATIONS {
            true => Err(LoadError::TooMany { path: name(path) }),
            false => Ok(()),
        }
    }
}

fn name(path: &Path) -> String {
    path.display().to_string()
}

/// The file itself, or the `.vcf` files of a directory in a fixed order.
fn card_files(path: &Path) -> io::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path)? {
        let file = entry?.path();
        let ending = file.extension().unwrap_or_default();
        if ending.eq_ignore_ascii_case("vcf") {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}
