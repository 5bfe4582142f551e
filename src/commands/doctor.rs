//! `anteroom doctor`

use std::io::Write;
use std::path::Path;

use anstyle::{AnsiColor, Style};
use serde_json::json;

use super::{CommandError, Format, load_model, now, online};
use crate::account::Account;
use crate::cli::Doctor;
use crate::config::{Config, ConfigPlace, StatePlace};
use crate::doctor::{self, Finding, Level, Subject, Trouble};
use crate::model::ModelError;
use crate::state::State;

/// Width of a name of a subject.
const SUBJECT: usize = 10;

/// Checks everything and prints what it finds as it finds it.
pub(super) fn run(args: &Doctor, named: Option<&Path>) -> Result<(), CommandError> {
    let format = if args.json {
        Format::Json
    } else {
        Format::People
    };
    let mut report = Report {
        format,
        failed: Vec::new(),
    };
    let place = ConfigPlace::find(named);
    let config = match Config::load(named) {
        Ok(config) => config,
        Err(error) => {
            let path = place.path.display();
            let mend = format!("edit {path}, then: anteroom config check --config {path}");
            let what = error.to_string();
            report.add(&Finding::fail(
                Subject::Config,
                Trouble::Settings,
                what,
                mend,
            ))?;
            return report.end();
        }
    };
    report.add(&configured(&place, &config))?;
    if let Some(finding) = relations(&place, &config) {
        report.add(&finding)?;
    }
    let state = config.state_place(args.state.state.as_deref());
    let (findings, written) = doctor::state(state.as_ref());
    report.add(&doctor::clock(now(), written))?;
    for finding in &findings {
        report.add(finding)?;
    }
    report.add(&model(args.model.as_deref().or(config.model.as_deref())))?;
    if let Some(finding) = state.as_ref().and_then(taught) {
        report.add(&finding)?;
    }
    for account in config.accounts() {
        check_account(account, args, &mut report)?;
    }
    report.end()
}

/// The secret of an account, then its server.
fn check_account(
    account: &Account,
    args: &Doctor,
    report: &mut Report,
) -> Result<(), CommandError> {
    let name = &account.name;
    match online::secret(account) {
        Ok(secret) => {
            let what = format!("{}: can be read", account.login.secret());
            report.add(&Finding::ok(Subject::Secret, what).of(name))?;
            if !args.offline {
                for finding in online::examine(account, secret) {
                    report.add(&finding)?;
                }
            }
            Ok(())
        }
        Err(error) => {
            let (what, mend) = error.parts();
            let mend = mend.unwrap_or_else(|| {
                format!("put it there, or change where account \"{name}\" looks for it")
            });
            let finding = Finding::fail(Subject::Secret, Trouble::Login, what, mend);
            report.add(&finding.of(name))
        }
    }
}

fn configured(place: &ConfigPlace, config: &Config) -> Finding {
    let name = place.path.display();
    match (place.existing(), config.accounts().len()) {
        (None, _) => {
            let what = format!("{name}: not there; no account is watched");
            Finding::warn(Subject::Config, what, "anteroom config init")
        }
        (Some(_), 0) => {
            let what = format!("{name}: right, without an account");
            let mend = "add an [[account]], as in config.example.toml";
            Finding::warn(Subject::Config, what, mend)
        }
        (Some(_), 1) => Finding::ok(Subject::Config, format!("{name}: right, 1 account")),
        (Some(_), n) => Finding::ok(Subject::Config, format!("{name}: right, {n} accounts")),
    }
}

/// Whether the owner's relations can be read, if any are named.
fn relations(place: &ConfigPlace, config: &Config) -> Option<Finding> {
    if config.relation_sources().is_empty() {
        return None;
    }
    Some(match super::owner(config, &[]) {
        Ok(_) => Finding::ok(Subject::Relations, "can be read"),
        Err(error) => Finding::fail(
            Subject::Relations,
            Trouble::Settings,
            error.to_string(),
            format!("correct [relations] in {}", place.path.display()),
        ),
    })
}

/// Whether the model that the owner's lessons made is whole, if there is one. Nothing of it is
/// lost if it is not.
fn taught(place: &StatePlace) -> Option<Finding> {
    let state = State::look(place.path()).ok()??;
    let number = state.in_place().ok()??.version;
    let Err(error) = state.load_version(number) else {
        return None;
    };
    let what = format!("{error}; at every start it is put together again from the lessons");
    let mend = "nothing to do: the next lesson writes it anew";
    Some(Finding::warn(Subject::Model, what, mend))
}

fn model(path: Option<&Path>) -> Finding {
    let name = path.map_or("the shipped model".to_owned(), |path| {
        path.display().to_string()
    });
    match load_model(path) {
        Ok(model) => {
            let what = format!("{name}: whole, {} events", model.metadata.events);
            Finding::ok(Subject::Model, what)
        }
        Err(error) => {
            let mend = match error {
                ModelError::Read { .. } => "correct model in the configuration, or leave it out",
                _ => "leave model out of the configuration, or make a new one: anteroom train",
            };
            Finding::fail(Subject::Model, Trouble::Damaged, error.to_string(), mend)
        }
    }
}

/// What is printed, and what failed.
struct Report {
    format: Format,
    failed: Vec<Trouble>,
}

impl Report {
    fn add(&mut self, finding: &Finding) -> Result<(), CommandError> {
        if let Level::Fail(trouble) = finding.level {
            self.failed.push(trouble);
        }
        let mut out = anstream::stdout().lock();
        match self.format {
            Format::Json => writeln!(out, "{}", record(finding))?,
            Format::People => writeln!(out, "{}", lines(finding))?,
        }
        Ok(())
    }

    /// The exit code is that of the first failure: the others often follow from it.
    fn end(self) -> Result<(), CommandError> {
        match self.failed.as_slice() {
            [] => Ok(()),
            [trouble, others @ ..] => Err(CommandError::Account {
                what: match others.len() {
                    0 => "1 check failed".to_owned(),
                    more => format!("{} checks failed; mend the first one first", more + 1),
                },
                trouble: *trouble,
            }),
        }
    }
}

fn record(finding: &Finding) -> serde_json::Value {
    json!({
        "schema": "anteroom.doctor/1",
        "check": finding.subject.name(),
        "account": finding.account.as_ref().map(crate::account::AccountName::as_str),
        "result": match finding.level {
            Level::Ok => "ok",
            Level::Warn => "warn",
            Level::Fail(_) => "fail",
        },
        "what": finding.what,
        "mend": finding.mend,
    })
}

/// A finding for people, what mends it below.
fn lines(finding: &Finding) -> String {
    let (mark, style) = match finding.level {
        Level::Ok => (" ok ", Style::new()),
        Level::Warn => ("warn", AnsiColor::Yellow.on_default()),
        Level::Fail(_) => ("FAIL", AnsiColor::Red.on_default().bold()),
    };
    let subject = finding.subject.name();
    let account = finding.account.as_ref();
    let account = account.map(|name| format!("{name}: ")).unwrap_or_default();
    let indent = " ".repeat(SUBJECT + 8);
    let what = finding.what.replace('\n', &format!("\n{indent}"));
    let first = format!("{style}{mark}{style:#}  {subject:SUBJECT$}  {account}{what}");
    match &finding.mend {
        Some(mend) => format!("{first}\n{indent}mend it: {mend}"),
        None => first,
    }
}
