//! `anteroom undo`: asks the daemon that is running, or does one round itself.

use std::collections::BTreeSet;
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
    let unknown = unknown(&args.ids, &asked);
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
    report(&mut state, &asked, &unknown)
}

/// The numbers that name no move of these accounts, each once.
fn unknown(ids: &[i64], asked: &[Asked]) -> BTreeSet<i64> {
    let known: BTreeSet<i64> = asked.iter().map(|one| one.operation).collect();
    let named: BTreeSet<i64> = ids.iter().copied().collect();
    named.difference(&known).copied().collect()
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
    for account in super::run::chosen(config, &args.account)? {
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

/// Prints the answers as they come. Fails if some mail is not back, or some numbers name no move: a
/// wrong number must not look like mail that is where it was.
fn report(state: &mut State, asked: &[Asked], unknown: &BTreeSet<i64>) -> Result<(), CommandError> {
    let start = Instant::now();
    let mut out = anstream::stdout().lock();
    let mut failed = unknown.clone();
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
        writeln!(out, "{} {}: {}", one.account, one.operation, answer.told)?;
        if !answer.is_back {
            failed.insert(one.operation);
        }
    }
    for id in unknown {
        writeln!(out, "{id}: no such move")?;
    }
    if failed.is_empty() {
        return Ok(());
    }
    let numbers: Vec<String> = failed.iter().map(ToString::to_string).collect();
    Err(CommandError::Data(format!(
        "{} of {} moves not undone: {}; 'anteroom status' lists the last ones",
        failed.len(),
        asked.len() + unknown.len(),
        numbers.join(", ")
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::UndoAnswer;

    /// What the command says of moves 7 and 8, of which a daemon put these back.
    fn reported(back: [bool; 2], ids: &[i64]) -> Result<(), CommandError> {
        let mut state = State::in_memory().unwrap();
        let account = AccountName::new("work").unwrap();
        let requests = state
            .request_undo(&account, &[7, 8], LessonToo::Keep)
            .unwrap();
        let mut asked = Vec::new();
        for ((request, operation), is_back) in requests.into_iter().zip([7, 8]).zip(back) {
            let told = "what became of it".to_owned();
            state
                .answer_undo(request, &UndoAnswer { told, is_back })
                .unwrap();
            asked.push(Asked {
                account: account.clone(),
                operation,
                request,
            });
        }
        let unknown = unknown(ids, &asked);
        report(&mut state, &asked, &unknown)
    }

    #[test]
    fn what_is_not_back_and_what_is_not_known_fails() {
        reported([true, true], &[8, 7, 7]).unwrap();
        reported([true, true], &[]).unwrap();
        let error = reported([true, false], &[7, 8]).unwrap_err();
        assert_eq!(error.code(), 65);
        assert!(
            error.to_string().starts_with("1 of 2 moves not undone: 8;"),
            "{error}"
        );
        let error = reported([true, false], &[7, 8, 99, 99]).unwrap_err();
        assert_eq!(error.code(), 65);
        assert!(
            error
                .to_string()
                .starts_with("2 of 3 moves not undone: 8, 99;"),
            "{error}"
        );
    }
}
