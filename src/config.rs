//! What the owner wrote in `config.toml`, checked.
//!
//! Every key is documented in `config.example.toml`. A flag on the command line wins over the
//! file, the file over the defaults.

use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::decide::{KnownPolicy, MAX_BUDGET, Policy, ScopePolicy};
use crate::owner::{Owner, RelationSources, Rules};

/// Settings of the program; every key may be left out.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
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
    #[serde(default)]
    pub owner: OwnerConfig,
    /// Whom the owner knows.
    #[serde(default)]
    pub relations: RelationsConfig,
    /// Senders that are always kept or filed.
    #[serde(default)]
    pub rules: Rules,
}

/// `[owner]`: whose mailbox it is.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OwnerConfig {
    /// The owner's addresses.
    pub addresses: Vec<String>,
    /// Names under which the owner's mail servers write `Authentication-Results`.
    pub authserv_ids: Vec<String>,
}

/// `[relations]`: where to find out whom the owner knows, and what follows from it.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
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
    #[error("{path}: {what}\nconfig.example.toml documents every key")]
    Invalid {
        /// The file.
        path: String,
        /// What, with line and caret where there is one.
        what: String,
    },
}

impl Config {
    /// Reads the file given by `--config`, else the first of `$ANTEROOM_CONFIG`,
    /// `$XDG_CONFIG_HOME/anteroom/config.toml` (or `~/.config/…`) and
    /// `/etc/anteroom/config.toml` that is there, else the defaults.
    ///
    /// # Errors
    /// If a file that was named cannot be read, or the one found is not understood.
    pub fn load(named: Option<&Path>) -> Result<Config, ConfigError> {
        let from_environment = std::env::var_os("ANTEROOM_CONFIG").map(PathBuf::from);
        if let Some(path) = named.map(Path::to_owned).or(from_environment) {
            return Config::read(&path);
        }
        match usual_places().into_iter().find(|path| path.exists()) {
            Some(path) => Config::read(&path),
            None => Ok(Config::default()),
        }
    }

    fn read(path: &Path) -> Result<Config, ConfigError> {
        let name = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(text) => Config::parse(&text, &name),
            Err(cause) => Err(ConfigError::Read { path: name, cause }),
        }
    }

    /// Reads a configuration from its text; `name` is for messages.
    ///
    /// # Errors
    /// If a key is unknown or a value out of its range.
    pub fn parse(text: &str, name: &str) -> Result<Config, ConfigError> {
        let invalid = |what: String| ConfigError::Invalid {
            path: name.to_owned(),
            what,
        };
        let config: Config = toml::from_str(text)
            .map_err(|error| invalid(error.to_string().trim_end().to_owned()))?;
        for address in &config.owner.addresses {
            if !is_address(address) {
                return Err(invalid(format!(
                    "[owner] addresses: '{address}' is no address; expected \"name@domain.example\""
                )));
            }
        }
        match config.error_budget {
            Some(budget) if !(0.0..=MAX_BUDGET).contains(&budget) => Err(invalid(format!(
                "error_budget = {budget}: expected a share from 0 to {MAX_BUDGET}, such as 0.02 for one in 50"
            ))),
            _ => Ok(config),
        }
    }

    /// Where things are remembered between runs, a flag before this file; nowhere if neither names
    /// a directory and there is no home.
    pub fn state_place(&self, flag: Option<&Path>) -> Option<StatePlace> {
        let named = flag.or(self.state.as_deref());
        if let Some(directory) = named {
            return Some(StatePlace::Named(directory.to_owned()));
        }
        let home = std::env::var_os("XDG_STATE_HOME")
            .map(PathBuf::from)
            .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".local/state")))?;
        Some(StatePlace::Usual(home.join("anteroom")))
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

/// True for `name@domain`, and nothing around it: anything else would never match a mail.
fn is_address(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, domain)| {
        let is_plain =
            |part: &str| !part.is_empty() && !part.contains([' ', '@', '<', '>', ',', '"', '*']);
        is_plain(name) && is_plain(domain)
    })
}

fn usual_places() -> Vec<PathBuf> {
    let home = std::env::var_os("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".config")));
    home.into_iter()
        .chain([PathBuf::from("/etc")])
        .map(|folder| folder.join("anteroom/config.toml"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_is_valid_and_states_the_defaults() {
        let example = include_str!("../config.example.toml");
        assert_eq!(
            Config::parse(example, "example").unwrap(),
            Config::default()
        );
        // With the comment marks of the settings removed, it says what the defaults are.
        let spelled_out: String = example
            .lines()
            .map(|line| line.strip_prefix("#:").unwrap_or(line))
            .filter(|line| !line.starts_with("model") && !line.starts_with("state"))
            .map(|line| format!("{line}\n"))
            .collect();
        let config = Config::parse(&spelled_out, "example").unwrap();
        assert_ne!(config, Config::default());
        assert_eq!(config.policy(), Policy::default());
    }

    #[test]
    fn mistakes_are_shown_where_they_are() {
        let error = Config::parse("scope = \"contact\"\nscoop = 1\n", "c.toml")
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("c.toml") && error.contains("line 2") && error.contains("error_budget"),
            "{error}"
        );
        let error = Config::parse("error_budget = 0.5", "c.toml")
            .unwrap_err()
            .to_string();
        assert!(error.contains("from 0 to 0.05"), "{error}");
        for address in ["ann", "@a.example", "ann@", "Ann <ann@a.example>"] {
            let text = format!("[owner]\naddresses = [\"{address}\"]");
            let error = Config::parse(&text, "c.toml").unwrap_err().to_string();
            assert!(error.contains("is no address"), "{error}");
        }
        for (text, line, words) in [
            (
                "[rules]\nalways_keep = [\"@a.example\", \"ann\"]",
                "line 2",
                "'ann' names no sender",
            ),
            (
                "[[rules.always_file]]\nfrom = \"@a.example\"\nas = \"junk\"",
                "line 3",
                "`generic-invite`",
            ),
            (
                "[relations]\nknown = \"keep\"",
                "line 2",
                "`leave` or `judge`",
            ),
        ] {
            let error = Config::parse(text, "c.toml").unwrap_err().to_string();
            assert!(
                error.contains(line) && error.contains('^') && error.contains(words),
                "{error}"
            );
        }
    }
}
