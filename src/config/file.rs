//! `config.toml` as it is written: one key a field.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use super::account::AccountTable;
use super::values::FullPath;
use super::{OwnerConfig, RelationsConfig};
use crate::decide::{MAX_BUDGET, ScopePolicy};
use crate::owner::Rules;

/// Configuration of anteroom. Every key may be left out.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(title = "config.toml of anteroom")]
pub(super) struct File {
    /// Model file to judge by; the shipped model if left out.
    pub(super) model: Option<PathBuf>,
    /// Directory of what is remembered between runs.
    pub(super) state: Option<FullPath>,
    /// Which messages get a label; "contact" if left out.
    pub(super) scope: Option<ScopePolicy>,
    /// Share of genuine mail that may be filed away, from 0 to 0.05; 0.02 if left out.
    #[serde(deserialize_with = "budget")]
    #[schemars(range(min = 0.0, max = MAX_BUDGET))]
    pub(super) error_budget: Option<f64>,
    /// Whose mailbox it is.
    pub(super) owner: OwnerConfig,
    /// Whom the owner knows.
    pub(super) relations: RelationsConfig,
    /// Senders that are always kept or filed.
    pub(super) rules: Rules,
    /// Mail accounts.
    #[schemars(with = "Vec<AccountTable>")]
    pub(super) account: Vec<Spanned<AccountTable>>,
}

fn budget<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    let budget = f64::deserialize(deserializer)?;
    match (0.0..=MAX_BUDGET).contains(&budget) {
        true => Ok(Some(budget)),
        false => Err(D::Error::custom(format!(
            "{budget} is out of range; expected a share from 0 to {MAX_BUDGET}, such as 0.02 for one in 50"
        ))),
    }
}

/// The owner's addresses, each `name@domain`.
pub(super) fn addresses<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<String>, D::Error> {
    let addresses = Vec::<String>::deserialize(deserializer)?;
    match addresses.iter().find(|address| !is_address(address)) {
        None => Ok(addresses),
        Some(address) => Err(D::Error::custom(format!(
            "'{address}' is no address; expected \"name@domain.example\""
        ))),
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
