//! `anteroom undo`: asks the daemon that is running, or does one round itself.

use std::io::Write;
use std::time::{Duration, Instant};

use super::run::put_back;
use super::{CommandError, Notes, now, teach};
use crate::account::AccountName;
use crate::cli;
use crate::config::Config;
use crate::daemon::{LockError, StateLock};
use crate::filing::{Cause, OperationId};
use crate::state::{LessonToo, State, Which};

/// How long a running daemon is waited for: a large batch it may be in the middle of.
const PATIENCE: Duration = Duration::from_secs(120);

/// Between two looks for an answer.
const TICK: Duration = Duration::from_millis(100);

/// A request, and the move it is about.
struct Asked {
    account: AccountName,
    operation: i64,
    request: i64,
}

pub(super) fn run(args: &cli::Undo, config: &Config, notes: Notes) -> Result<(), CommandError> {
    let place = teach::place(config, args.state.state.as_deref())?;
    let Some(mut state) = State::open_existing(place.path())? else {
        return Err(CommandError::Missing(format!(
            "{}: nothing is remembered there, so there is nothing to undo",
            place.path().display()
        )));
    };
    let asked = ask(args, config, &mut state)?;
    if asked.is_empty() {
        return Err(CommandError::Data(
            "no such move; 'anteroom status' lists the last ones".to_owned(),
        ));
    }
    match StateLock::take(place.path()) {
        Err(LockError::Taken(_)) => {}
        Err(error) => return Err(CommandError::Lock(error)),
        Ok(lock) => {
            // Nobody is there to do it.
            drop(lock);
            let accounts = accounts(&asked);
            if let Err(error) = put_back(config, &accounts, &place, notes) {
                withdraw(&mut state, &asked)?;
                return Err(error);
            }
        }
    }
    report(&mut state, &asked)
}

/// Writes the requests down.
fn ask(args: &cli::Undo, config: &Config, state: &mut State) -> Result<Vec<Asked>, CommandError> {
    let lesson = match args.forget {
        true => LessonToo::Forget,
        false => LessonToo::Keep,
    };
    let ids: Vec<OperationId> = args.ids.iter().copied().map(OperationId).collect();
    let since = args.since.map(|time| {
        let seconds = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
        now().saturating_sub(seconds)
    });
    let mut asked = Vec::new();
    for account in config.accounts() {
        if !args.account.is_empty() && !args.account.contains(&account.name) {
            continue;
        }
        let which = match since {
            _ if args.all => Which::All,
            Some(since) => Which::Since(since),
            None => Which::Ids(&ids),
        };
        let operations: Vec<i64> = state
            .operations(&account.name, which)?
            .into_iter()
            .filter(|one| matches!(one.cause, Cause::Filed(_)) && one.outcome().is_some())
            .map(|one| one.id.0)
            .collect();
        let requests = state.request_undo(&account.name, &operations, lesson)?;
        for (operation, request) in operations.into_iter().zip(requests) {
            asked.push(Asked {
                account: account.name.clone(),
                operation,
                request,
            });
        }
    }
    Ok(asked)
}

fn accounts(asked: &[Asked]) -> Vec<AccountName> {
    let mut names: Vec<AccountName> = asked.iter().map(|one| one.account.clone()).collect();
    names.dedup();
    names
}

fn withdraw(state: &mut State, asked: &[Asked]) -> Result<(), CommandError> {
    for one in asked {
        state.withdraw_undo(one.request)?;
    }
    Ok(())
}

/// Prints the answers as they come.
fn report(state: &mut State, asked: &[Asked]) -> Result<(), CommandError> {
    let start = Instant::now();
    let mut out = anstream::stdout().lock();
    for (at, one) in asked.iter().enumerate() {
        let answer = loop {
            match state.take_undo_answer(one.request)? {
                Some(answer) => break answer,
                None if start.elapsed() > PATIENCE => {
                    withdraw(state, &asked[at..])?;
                    return Err(CommandError::Later(format!(
                        "account {}: the daemon did not answer for {} s; see 'anteroom status'",
                        one.account,
                        PATIENCE.as_secs()
                    )));
                }
                None => std::thread::sleep(TICK),
            }
        };
        writeln!(out, "{} {}: {answer}", one.account, one.operation)?;
    }
    Ok(())
}
