//! `anteroom status`

use std::io::Write;

use comfy_table::Cell;
use serde::Serialize;

use super::{CommandError, classify, now, table, teach};
use crate::account::Account;
use crate::cli;
use crate::config::Config;
use crate::daemon::{LockError, StateLock};
use crate::filing::{Cause, Operation};
use crate::state::{Health, Phase, State, Which};

/// Schema of `--json`.
const SCHEMA: &str = "anteroom.status/1";

/// How everything goes.
#[derive(Debug, Serialize)]
struct StatusRecord {
    schema: &'static str,
    /// Whether a daemon works with this state.
    running: bool,
    accounts: Vec<AccountRecord>,
}

#[derive(Debug, Serialize)]
struct AccountRecord {
    name: String,
    mode: &'static str,
    phase: &'static str,
    /// Seconds since 1970.
    since: Option<i64>,
    backlog: u32,
    moved: u64,
    /// Moves that are not settled yet.
    open: u64,
    /// Messages the owner moved that are to be learned.
    to_learn: u64,
    /// Messages that stopped the program twice and are left alone.
    left_alone: u64,
    trouble: Option<TroubleRecord>,
    moves: Vec<MoveRecord>,
}

#[derive(Debug, Serialize)]
struct TroubleRecord {
    what: String,
    /// Seconds since 1970.
    at: i64,
}

#[derive(Debug, Serialize)]
struct MoveRecord {
    id: i64,
    /// Seconds since 1970.
    at: i64,
    from: String,
    to: String,
    why: String,
    step: &'static str,
}

/// Whether a daemon works with the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Daemon {
    Runs,
    Absent,
}

pub(super) fn run(args: &cli::Status, config: &Config) -> Result<(), CommandError> {
    let place = teach::place(config, args.state.state.as_deref())?;
    let Some(state) = State::look(place.path())? else {
        return Err(CommandError::Missing(format!(
            "{}: nothing is remembered there; start the daemon with: anteroom run",
            place.path().display()
        )));
    };
    let daemon = match StateLock::take(place.path()) {
        Ok(_) => Daemon::Absent,
        Err(LockError::Taken(_)) => Daemon::Runs,
        Err(error) => return Err(CommandError::Lock(error)),
    };
    let accounts = config.accounts();
    let records: Result<Vec<AccountRecord>, CommandError> = accounts
        .iter()
        .map(|account| record(account, &state, args.moves, daemon))
        .collect();
    let status = StatusRecord {
        schema: SCHEMA,
        running: daemon == Daemon::Runs,
        accounts: records?,
    };
    if args.json {
        let text = serde_json::to_string(&status)
            .map_err(|error| CommandError::Internal(error.to_string()))?;
        writeln!(anstream::stdout().lock(), "{text}")?;
        return Ok(());
    }
    print(&status)
}

fn record(
    account: &Account,
    state: &State,
    moves: u32,
    daemon: Daemon,
) -> Result<AccountRecord, CommandError> {
    let health = state.health(&account.name)?;
    let newest = state.operations(&account.name, Which::Newest(moves))?;
    let counted = state.count_moves(&account.name)?;
    let (phase, since) = match &health {
        Some(Health { phase, since, .. }) if daemon == Daemon::Runs => (*phase, Some(*since)),
        Some(Health { since, .. }) => (Phase::Stopped, Some(*since)),
        None => (Phase::Stopped, None),
    };
    Ok(AccountRecord {
        name: account.name.to_string(),
        mode: account.mode.name(),
        phase: phase.name(),
        since,
        backlog: health.as_ref().map_or(0, |health| health.backlog),
        moved: counted.done,
        open: counted.open,
        to_learn: state.corrections_waiting(&account.name)?.waiting,
        left_alone: state.left_alone(&account.name)?,
        trouble: health
            .and_then(|health| health.trouble)
            .map(|(what, at)| TroubleRecord { what, at }),
        moves: newest.iter().rev().map(move_record).collect(),
    })
}

fn move_record(operation: &Operation) -> MoveRecord {
    MoveRecord {
        id: operation.id.0,
        at: operation.began,
        from: operation.source.mailbox.to_string(),
        to: operation.target.to_string(),
        why: match operation.cause {
            Cause::Filed(label) => label.name().to_owned(),
            Cause::Undone(id) => format!("undo of {id}"),
            Cause::TakenBack => "the owner moved it first".to_owned(),
        },
        step: operation.step.name(),
    }
}

fn print(status: &StatusRecord) -> Result<(), CommandError> {
    let mut out = anstream::stdout().lock();
    match status.running {
        true => writeln!(out, "running")?,
        false => writeln!(out, "not running; start it with: anteroom run")?,
    }
    let now = now();
    for account in &status.accounts {
        writeln!(
            out,
            "\n{}: {}{}, mode {}, {} moved{}{}{}",
            account.name,
            account.phase,
            account
                .since
                .map_or(String::new(), |since| format!(" for {}", ago(now - since))),
            account.mode,
            account.moved,
            some(account.open, "not settled"),
            some(account.to_learn, "to learn"),
            some(account.left_alone, "left alone"),
        )?;
        if let Some(trouble) = &account.trouble {
            writeln!(
                out,
                "  last trouble, {} ago: {}",
                ago(now - trouble.at),
                trouble.what
            )?;
        }
        if account.moves.is_empty() {
            continue;
        }
        let mut rows = table::new(&["id", "ago", "from", "to", "why", "state"]);
        for one in &account.moves {
            rows.add_row(vec![
                table::number(one.id),
                Cell::new(ago(now - one.at)),
                Cell::new(table::cut(&one.from, 30)),
                Cell::new(table::cut(&one.to, 40)),
                Cell::new(&one.why),
                Cell::new(one.step),
            ]);
        }
        classify::print(&rows)?;
    }
    Ok(())
}

/// A number that is worth a word if it is not 0.
fn some(number: u64, what: &str) -> String {
    match number {
        0 => String::new(),
        n => format!(", {n} {what}"),
    }
}

/// A time in its largest unit.
fn ago(seconds: i64) -> String {
    match seconds.max(0) {
        s @ 0..60 => format!("{s} s"),
        s @ 60..3600 => format!("{} min", s / 60),
        s @ 3600..86_400 => format!("{} h", s / 3600),
        s => format!("{} d", s / 86_400),
    }
}
