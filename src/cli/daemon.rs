//! Flags of the commands around the daemon.

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgGroup, Args};

use super::StateArgs;
use crate::account::AccountName;

/// `anteroom run`
#[derive(Debug, Args)]
#[command(
    after_help = "Accounts are set up in config.toml ('anteroom config init'). A new account is only observed:\nmode = \"file\" lets mail be moved. SIGTERM ends it, SIGHUP reads configuration and model again.\n\nExamples:\n  anteroom run\n  anteroom run --once          one round, for cron"
)]
pub struct Run {
    /// Do one round through every account and end
    #[arg(long)]
    pub once: bool,
    /// Only this account; may be given several times
    #[arg(long, value_name = "NAME", value_parser = account)]
    pub account: Vec<AccountName>,
    /// Serve metrics (/metrics, Prometheus) and health (/health) on this loopback address
    #[arg(long, value_name = "IP:PORT")]
    pub metrics: Option<std::net::SocketAddr>,
    /// How the log is written
    #[arg(long, value_enum, default_value_t = LogFormat::Auto)]
    pub log_format: LogFormat,
    /// Model file; the shipped model if left out
    #[arg(long, value_name = "FILE")]
    pub model: Option<PathBuf>,
    /// What is remembered.
    #[command(flatten)]
    pub state: StateArgs,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// The journal if systemd runs the program, else text.
    Auto,
    /// Lines of text on standard error.
    Text,
    /// One JSON object a line on standard error.
    Json,
    /// The systemd journal, with fields.
    Journald,
}

/// `anteroom status`
#[derive(Debug, Args)]
pub struct Status {
    /// One JSON object, schema anteroom.status/1
    #[arg(long)]
    pub json: bool,
    /// How many of the last moves to list
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub moves: u32,
    /// What is remembered.
    #[command(flatten)]
    pub state: StateArgs,
}

/// `anteroom undo`
#[derive(Debug, Args)]
#[command(
    group = ArgGroup::new("what").required(true).args(["ids", "since", "all"]),
    after_help = "Mail is put back where it was and never filed again. A daemon that is running does it, else\nthis command itself. If some of it cannot be put back, or a number names no move, the rest is put\nback and the command fails (exit code 65).\n\nExamples:\n  anteroom undo 17 18\n  anteroom undo --since 1h"
)]
pub struct Undo {
    /// Numbers of moves, as 'anteroom status' shows them
    #[arg(value_name = "ID")]
    pub ids: Vec<i64>,
    /// All moves of this time, such as 30m, 1h or 2d
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub since: Option<Duration>,
    /// All moves that are remembered
    #[arg(long)]
    pub all: bool,
    /// Only of this account; may be given several times
    #[arg(long, value_name = "NAME", value_parser = account)]
    pub account: Vec<AccountName>,
    /// Also forget what was learned from these messages
    #[arg(long)]
    pub forget: bool,
    /// What is remembered.
    #[command(flatten)]
    pub state: StateArgs,
}

pub(super) fn account(text: &str) -> Result<AccountName, String> {
    AccountName::new(text).ok_or_else(|| {
        "expected a name of letters, digits, '.', '_' and '-', at most 64".to_owned()
    })
}

fn time(text: &str) -> Result<Duration, String> {
    let expected = || "expected a number and s, m, h or d, such as 30m".to_owned();
    let unit = text.chars().last().ok_or_else(expected)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        _ => return Err(expected()),
    };
    let number: u64 = text[..text.len() - 1].parse().map_err(|_| expected())?;
    number
        .checked_mul(seconds)
        .map(Duration::from_secs)
        .ok_or_else(expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units() {
        assert_eq!(time("90m"), Ok(Duration::from_secs(5400)));
        assert_eq!(time("2d"), Ok(Duration::from_secs(172_800)));
        for bad in ["", "h", "1", "1 h", "-1h", "99999999999999999999h", "1ü"] {
            assert!(time(bad).is_err(), "{bad}");
        }
    }
}
