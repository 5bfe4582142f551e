//! What the owner wrote in `config.toml`, checked.
//!
//! Every key is documented in `config.example.toml`. A flag on the command line wins over the
//! file, the file over the defaults.

mod account;
pub mod answers;
mod fault;
mod file;
mod place;
mod show;
#[cfg(test)]
mod tests;
mod values;

use std::io;
use std::path::{Path, PathBuf};

use schemars::{JsonSchema, Schema};
use serde::Deserialize;

use crate::account::Account;
use crate::bounded;
use crate::decide::{KnownPolicy, Policy, ScopePolicy};
use crate::limits;
use crate::owner::{Owner, RelationSources, Rules};

use fault::Fault;
use file::File;

pub use place::{ConfigPlace, Found};
pub use show::{Origin, Setting, settings};

/// Settings of the program; every key may be left out.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Config {
    /// Model file; the shipped model if left out.
    pub model: Option<PathBuf>,
    /// Directory of what is remembered between runs.
    pub state: Option<PathBuf>,
    /// Which messages get a label.
    pub scope: Option<ScopePolicy>,
    /// Share of genuine mail that may be filed away.
    pub error_budget: Option<f64>,
    /// Whose mailbox it is.
    pub owner: OwnerConfig,
    /// Whom the owner knows.
    pub relations: RelationsConfig,
    /// Senders that are always kept or filed.
    pub rules: Rules,
    accounts: Vec<Account>,
}

/// `[owner]`: whose mailbox it is.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "owner")]
pub struct OwnerConfig {
    /// The owner's addresses.
    #[serde(deserialize_with = "file::addresses")]
    pub addresses: Vec<String>,
    /// Names under which the owner's mail servers write `Authentication-Results`.
    pub authserv_ids: Vec<String>,
}

/// `[relations]`: where to find out whom the owner knows, and what follows from it.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "relations")]
pub struct RelationsConfig {
    /// Mail the owner sent.
    pub sent: Vec<PathBuf>,
    /// vCard files.
    pub address_books: Vec<PathBuf>,
    /// LinkedIn's `Connections.csv`.
    pub connections: Vec<PathBuf>,
    /// What becomes of messages from people the owner knows.
    pub known: Option<KnownPolicy>,
}

/// The directory of what is remembered between runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatePlace {
    /// A flag or the configuration names it.
    Named(PathBuf),
    /// Nobody does: it is where programs keep such things.
    Usual(PathBuf),
}

impl StatePlace {
    /// The directory.
    pub fn path(&self) -> &Path {
        match self {
            StatePlace::Named(path) | StatePlace::Usual(path) => path,
        }
    }
}

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{path}: cannot be read: {cause}; check --config and ANTEROOM_CONFIG")]
    Read {
        /// Where it was looked for.
        path: String,
        /// What the system said.
        cause: io::Error,
    },
    /// The file says something that is not understood.
    #[error("{drawn}\nconfig.example.toml documents every key")]
    Invalid {
        /// The file.
        path: String,
        /// Every mistake with file, line and caret. A line that may hold a secret is not in it.
        drawn: String,
    },
}

impl Config {
    /// Reads the file at [`ConfigPlace::find`], else the defaults.
    ///
    /// # Errors
    /// If a file that was named cannot be read, or the one found is not understood.
    pub fn load(named: Option<&Path>) -> Result<Config, ConfigError> {
        match ConfigPlace::find(named).existing() {
            Some(path) => Config::read(path),
            None => Ok(Config::default()),
        }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// If it cannot be read or is not understood.
    pub fn read(path: &Path) -> Result<Config, ConfigError> {
        let name = path.display().to_string();
        match bounded::read_text(path, limits::SETTINGS_BYTES) {
            Ok(text) => Config::parse(&text, &name),
            Err(cause) => Err(ConfigError::Read { path: name, cause }),
        }
    }

    /// Reads a configuration from its text; `name` is for messages.
    ///
    /// # Errors
    /// If a key is unknown, a value out of its range, or two of them contradict each other.
    pub fn parse(text: &str, name: &str) -> Result<Config, ConfigError> {
        let invalid = |faults: &[Fault]| ConfigError::Invalid {
            path: name.to_owned(),
            drawn: fault::draw(faults, text, name),
        };
        let file: File =
            toml::from_str(text).map_err(|error| invalid(&[Fault::parsing(&error)]))?;
        let accounts = account::check(&file.account).map_err(|faults| invalid(&faults))?;
        Ok(Config {
            model: file.model,
            state: file.state.map(|path| path.0),
            scope: file.scope,
            error_budget: file.error_budget,
            owner: file.owner,
            relations: file.relations,
            rules: file.rules,
            accounts,
        })
    }

    /// The JSON schema of the file.
    pub fn schema() -> Schema {
        schemars::schema_for!(File)
    }

    /// The mail accounts, in the order of the file.
    pub fn accounts(&self) -> &[Account] {
        &self.accounts
    }

    /// Where things are remembered between runs, a flag before this file; nowhere if neither names
    /// a directory and there is no home.
    pub fn state_place(&self, flag: Option<&Path>) -> Option<StatePlace> {
        let named = flag.or(self.state.as_deref());
        if let Some(directory) = named {
            return Some(StatePlace::Named(directory.to_owned()));
        }
        let home = place::base_directory("XDG_STATE_HOME", ".local/state", |name| {
            std::env::var_os(name)
        });
        Some(StatePlace::Usual(home?.join("anteroom")))
    }

    /// The owner these settings describe.
    pub fn owner(&self) -> Owner {
        let lower = |list: &[String]| list.iter().map(|item| item.to_lowercase()).collect();
        Owner {
            addresses: lower(&self.owner.addresses),
            authserv_ids: lower(&self.owner.authserv_ids),
            ..Owner::default()
        }
    }

    /// Where the owner's relations are to be read from.
    pub fn relation_sources(&self) -> RelationSources {
        RelationSources {
            sent: self.relations.sent.clone(),
            address_books: self.relations.address_books.clone(),
            connections: self.relations.connections.clone(),
        }
    }

    /// The policy these settings make.
    pub fn policy(&self) -> Policy {
        let defaults = Policy::default();
        Policy {
            scope: self.scope.unwrap_or(defaults.scope),
            error_budget: self.error_budget.unwrap_or(defaults.error_budget),
            known: self.relations.known.unwrap_or(defaults.known),
            rules: self.rules.clone(),
            ..defaults
        }
    }
}
