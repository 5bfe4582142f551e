//! `anteroom run`

use std::path::Path;

use super::{CommandError, Notes, load_model, owner, taught, teach};
use crate::account::{Account, AccountName};
use crate::cli;
use crate::config::{Config, ConfigError, StatePlace};
use crate::daemon::{self, Lifetime, Mind, Plan};
use crate::state::State;

pub(super) fn run(
    args: &cli::Run,
    load: impl Fn() -> Result<Config, ConfigError>,
    notes: Notes,
) -> Result<(), CommandError> {
    let plan = || -> Result<Plan, CommandError> {
        let config = load()?;
        let accounts = chosen(&config, &args.account)?;
        let place = teach::place(&config, args.state.state.as_deref())?;
        let path = args.model.as_deref().or(config.model.as_deref());
        Ok(Plan {
            accounts,
            mind: mind(&config, path, &place, notes)?,
            state: place.path().to_owned(),
            metrics: args.metrics,
        })
    };
    let lifetime = match args.once {
        true => Lifetime::OneRound,
        false => Lifetime::UntilStopped,
    };
    let reload = || plan().map_err(|error| error.to_string());
    Ok(daemon::run(plan()?, reload, lifetime)?)
}

/// Puts back what was asked for, in these accounts, and does nothing else.
pub(super) fn put_back(
    config: &Config,
    accounts: &[AccountName],
    place: &StatePlace,
    notes: Notes,
) -> Result<(), CommandError> {
    let plan = || -> Result<Plan, CommandError> {
        Ok(Plan {
            accounts: chosen(config, accounts)?,
            mind: mind(config, config.model.as_deref(), place, notes)?,
            state: place.path().to_owned(),
            metrics: None,
        })
    };
    let reload = || plan().map_err(|error| error.to_string());
    Ok(daemon::run(plan()?, reload, Lifetime::PuttingBack)?)
}

/// The accounts of these names; all of them if none is named.
pub(super) fn chosen(config: &Config, named: &[AccountName]) -> Result<Vec<Account>, CommandError> {
    let mut accounts = config.accounts().to_vec();
    for name in named {
        if !accounts.iter().any(|account| account.name == *name) {
            return Err(CommandError::Setup(format!(
                "no account '{name}' in the configuration; there is {}",
                names(&accounts)
            )));
        }
    }
    if !named.is_empty() {
        accounts.retain(|account| named.contains(&account.name));
    }
    match accounts.is_empty() {
        true => Err(CommandError::Setup(
            "no account to watch; set one up with: anteroom config init".to_owned(),
        )),
        false => Ok(accounts),
    }
}

/// What messages are judged by.
fn mind(
    config: &Config,
    model: Option<&Path>,
    place: &StatePlace,
    notes: Notes,
) -> Result<Mind, CommandError> {
    let (base, ()) = rayon::join(|| load_model(model), crate::extract::prepare);
    let base = base?;
    let in_place = State::open(place.path())?.in_place()?;
    let version = in_place
        .filter(|in_place| in_place.base == base.id())
        .map(|in_place| in_place.version);
    let model = taught::model(base.clone(), Some(place), notes)?;
    let owner = owner(config, &[])?;
    Ok(Mind::new(owner, base, (model, version), config.policy()))
}

/// The accounts, for messages.
pub(super) fn names(accounts: &[Account]) -> String {
    let names: Vec<String> = accounts
        .iter()
        .map(|account| format!("'{}'", account.name))
        .collect();
    match names.as_slice() {
        [] => "none".to_owned(),
        names => names.join(", "),
    }
}
