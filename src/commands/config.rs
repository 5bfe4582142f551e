//! `anteroom config`

mod ask;
mod init;

use std::io::Write;
use std::path::Path;

use super::{CommandError, Notes};
use crate::account::Account;
use crate::bounded;
use crate::cli::ConfigAction;
use crate::config::{Config, ConfigError, ConfigPlace, Found, Origin, Setting, settings};
use crate::limits;

/// Does what is asked with the configuration that `--config` or the usual places give.
pub(super) fn run(
    action: &ConfigAction,
    named: Option<&Path>,
    notes: Notes,
) -> Result<(), CommandError> {
    let place = ConfigPlace::find(named);
    match action {
        ConfigAction::Init => init::run(&place, notes),
        ConfigAction::Check => check(&place),
        ConfigAction::Show => show(&place),
        ConfigAction::Schema => schema(),
        ConfigAction::Path => path(&place, notes),
    }
}

/// Reads the configuration and the files it names; mistakes are the error.
fn check(place: &ConfigPlace) -> Result<(), CommandError> {
    let name = place.path.display();
    let mut out = anstream::stdout().lock();
    let Some(path) = place.existing() else {
        writeln!(
            out,
            "{name}: not there; everything is as by default, and no account is watched"
        )?;
        return Ok(());
    };
    let config = Config::read(path)?;
    // What it names has to be there too.
    super::load_model(config.model.as_deref())?;
    super::owner(&config, &[])?;
    let accounts: Vec<String> = config.accounts().iter().map(describe).collect();
    match accounts.as_slice() {
        [] => writeln!(out, "{name}: right; no account")?,
        [one] => writeln!(out, "{name}: right; account {one}")?,
        many => writeln!(out, "{name}: right; accounts {}", many.join(", "))?,
    }
    Ok(())
}

/// `work (observe)`
fn describe(account: &Account) -> String {
    format!("{} ({})", account.name, account.mode.name())
}

/// Every setting in force. What it prints can be read as a configuration again.
fn show(place: &ConfigPlace) -> Result<(), CommandError> {
    let (config, text) = match place.existing() {
        Some(path) => {
            let name = path.display().to_string();
            let text = bounded::read_text(path, limits::SETTINGS_BYTES).map_err(|cause| {
                ConfigError::Read {
                    path: name.clone(),
                    cause,
                }
            })?;
            (Config::parse(&text, &name)?, text)
        }
        None => (Config::default(), String::new()),
    };
    let mut out = anstream::stdout().lock();
    let found = match (place.existing(), place.found) {
        (None, _) => "not there: all is by default",
        (Some(_), Found::Flag) => "named by --config",
        (Some(_), Found::Environment) => "named by $ANTEROOM_CONFIG",
        (Some(_), Found::Usual) => "found where it is looked for",
    };
    writeln!(out, "# {}, {found}", place.path.display())?;
    let mut table = None;
    for setting in settings(&config, &text) {
        if setting.table != table {
            table = setting.table;
            writeln!(out, "\n[{}]", table.unwrap_or_default())?;
        }
        writeln!(out, "{}", line(&setting))?;
    }
    Ok(())
}

/// A setting with its origin.
fn line(setting: &Setting) -> String {
    let set = match &setting.value {
        Some(value) => format!("{} = {value}", setting.key),
        None => format!("# {}: none", setting.key),
    };
    match setting.origin {
        Origin::Line(line) => format!("{set:<50} # line {line}"),
        Origin::Default => format!("{set:<50} # default"),
    }
}

fn schema() -> Result<(), CommandError> {
    let text = serde_json::to_string_pretty(&Config::schema())
        .map_err(|error| CommandError::Internal(error.to_string()))?;
    writeln!(anstream::stdout().lock(), "{text}")?;
    Ok(())
}

fn path(place: &ConfigPlace, notes: Notes) -> Result<(), CommandError> {
    writeln!(anstream::stdout().lock(), "{}", place.path.display())?;
    if !place.path.exists() {
        notes.say("anteroom: it is not there; 'anteroom config init' writes one");
    }
    Ok(())
}
