//! Where the configuration is looked for.

use std::path::{Path, PathBuf};

/// How a place was come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// `--config` names it.
    Flag,
    /// `$ANTEROOM_CONFIG` names it.
    Environment,
    /// It is where such files lie.
    Usual,
}

/// Where the configuration is, or would be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigPlace {
    /// The file.
    pub path: PathBuf,
    /// How it was come to.
    pub found: Found,
}

impl ConfigPlace {
    /// The file given by `--config`, else by `$ANTEROOM_CONFIG`, else the first that is there of
    /// `$XDG_CONFIG_HOME/anteroom/config.toml` (or `~/.config/…`) and `/etc/anteroom/config.toml`,
    /// else the first of these.
    pub fn find(named: Option<&Path>) -> ConfigPlace {
        let from_environment = std::env::var_os("ANTEROOM_CONFIG").map(PathBuf::from);
        if let Some(path) = named {
            return ConfigPlace {
                path: path.to_owned(),
                found: Found::Flag,
            };
        }
        if let Some(path) = from_environment {
            return ConfigPlace {
                path,
                found: Found::Environment,
            };
        }
        let usual = usual_places();
        let existing = usual.iter().find(|path| path.exists()).cloned();
        ConfigPlace {
            path: existing.unwrap_or_else(|| usual[0].clone()),
            found: Found::Usual,
        }
    }

    /// The file to read: one that was named, there or not, or one that is there.
    pub fn existing(&self) -> Option<&Path> {
        let must_be = self.found != Found::Usual;
        (must_be || self.path.exists()).then_some(&self.path)
    }
}

/// The user's place, if there is a home, and the machine's.
fn usual_places() -> Vec<PathBuf> {
    let home = std::env::var_os("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".config")));
    home.into_iter()
        .chain([PathBuf::from("/etc")])
        .map(|folder| folder.join("anteroom/config.toml"))
        .collect()
}
