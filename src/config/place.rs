//! Where the configuration is looked for.

use std::ffi::OsString;
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
        // Empty is unset, as everywhere.
        let from_environment = std::env::var_os("ANTEROOM_CONFIG")
            .filter(|named| !named.is_empty())
            .map(PathBuf::from);
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

/// The directory of a variable of the XDG base directory specification, else its place below the
/// home. As it says, an empty variable is unset, and one that names no full path is ignored.
pub(super) fn base_directory(
    variable: &str,
    below_home: &str,
    environment: impl Fn(&str) -> Option<OsString>,
) -> Option<PathBuf> {
    let full = |name: &str| {
        let path = PathBuf::from(environment(name)?);
        path.is_absolute().then_some(path)
    };
    full(variable).or_else(|| Some(full("HOME")?.join(below_home)))
}

/// The user's place, if there is a home, and the machine's.
fn usual_places() -> Vec<PathBuf> {
    base_directory("XDG_CONFIG_HOME", ".config", |name| std::env::var_os(name))
        .into_iter()
        .chain([PathBuf::from("/etc")])
        .map(|folder| folder.join("anteroom/config.toml"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_full_path_names_a_base_directory() {
        let found = |state: Option<&str>, home: Option<&str>| {
            base_directory("XDG_STATE_HOME", ".local/state", |name| {
                let value = if name == "HOME" { home } else { state };
                value.map(OsString::from)
            })
        };
        let home = Some("/home/mara");
        assert_eq!(found(Some("/srv"), home), Some(PathBuf::from("/srv")));
        for unusable in [None, Some(""), Some("state"), Some("~/state")] {
            let usual = PathBuf::from("/home/mara/.local/state");
            assert_eq!(found(unusable, home), Some(usual), "{unusable:?}");
            assert_eq!(found(unusable, Some("")), None);
            assert_eq!(found(unusable, None), None);
        }
    }
}
