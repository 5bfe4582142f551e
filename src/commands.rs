//! One file a command: opens what the command names, runs the pipeline, prints the result.
//! Results go to standard output, everything else to standard error.

mod classify;
mod evaluate;
mod explain;
mod generate;
mod inputs;
mod labelled;
mod model;
mod replay;
mod sort;
mod table;
mod train;

use std::io;
use std::path::Path;
use std::process::ExitCode;

use crate::cli::{Cli, Colour, Command, Judging, ModelAction};
use crate::config::{Config, ConfigError};
use crate::decide::Policy;
use crate::limits;
use crate::model::{Model, ModelError};
use crate::owner::Owner;
use crate::source::SourceError;
use crate::triage::{Triage, triage};

/// Why a command failed, sorted by what the exit code tells.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CommandError {
    /// Input cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A model cannot be used or written.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// Data was read but is not what it should be.
    #[error("{0}")]
    Data(String),
    /// Output cannot be made there.
    #[error("{0}")]
    CannotCreate(String),
    /// Writing the result failed.
    #[error("writing the result failed: {0}")]
    Output(#[from] io::Error),
    /// A check of the program's own failed.
    #[error("{0}")]
    Internal(String),
}

impl CommandError {
    /// The sysexits code.
    fn code(&self) -> u8 {
        match self {
            CommandError::Source(
                SourceError::Missing { .. } | SourceError::EmptyDirectory { .. },
            ) => 66,
            CommandError::Source(SourceError::Io { .. }) | CommandError::Output(_) => 74,
            CommandError::Source(_) | CommandError::Data(_) => 65,
            CommandError::Model(ModelError::Read { .. }) => 66,
            CommandError::Model(ModelError::Write { .. }) | CommandError::CannotCreate(_) => 73,
            CommandError::Model(_) => 65,
            CommandError::Internal(_) => 70,
            CommandError::Config(_) => 78,
        }
    }
}

/// Runs a command.
///
/// # Errors
/// Whatever kept it from doing its job.
pub fn run(cli: Cli) -> Result<(), CommandError> {
    let threads = rayon::ThreadPoolBuilder::new().stack_size(limits::PARSE_STACK_BYTES);
    // Fails only if a pool is there already, which is as good.
    threads.build_global().unwrap_or_default();
    let notes = if cli.quiet { Notes::Off } else { Notes::On };
    let config = || Config::load(cli.config.as_deref());
    let judge = |judging: &Judging| -> Result<Judge, CommandError> {
        Ok(Judge::set_up(judging, &config()?)?)
    };
    match cli.command {
        Command::Classify(args) => classify::run(&args, &judge(&args.judging)?, notes),
        Command::Sort(args) => sort::run(&args, &judge(&args.judging)?, notes),
        Command::Explain(args) => explain::run(&args, &judge(&args.judging)?),
        Command::Train(args) => train::run(&args, &config()?.owner(), notes),
        Command::Evaluate(args) => evaluate::run(&args, &config()?.owner(), notes),
        Command::Replay(args) => replay::run(&args, &judge(&args.judging)?, notes),
        Command::Model {
            action: ModelAction::Show { model, json: true },
        } => model::show_json(model.as_deref()),
        Command::Model {
            action: ModelAction::Show { model, json: false },
        } => model::show(model.as_deref()),
        Command::Completions { shell } => generate::completions(shell),
        Command::Man { dir } => generate::man_pages(&dir),
    }
}

/// Whether progress and notes go to standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Notes {
    On,
    Off,
}

impl Notes {
    /// Prints a line to standard error.
    #[allow(clippy::print_stderr, reason = "this is where notes go")]
    fn say(self, line: &str) {
        if self == Notes::On {
            anstream::eprintln!("{line}");
        }
    }
}

/// Turns a result into the exit code, printing the error. A reader that went away (`| head`) is
/// no error.
#[allow(clippy::print_stderr, reason = "this is where errors go")]
pub fn exit_code(result: Result<(), CommandError>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(CommandError::Output(cause)) if cause.kind() == io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(error) => {
            anstream::eprintln!("anteroom: {error}");
            ExitCode::from(error.code())
        }
    }
}

/// Sets colour for everything that is printed.
pub fn set_colour(colour: Colour) {
    match colour {
        Colour::Auto => anstream::ColorChoice::Auto,
        Colour::Always => anstream::ColorChoice::Always,
        Colour::Never => anstream::ColorChoice::Never,
    }
    .write_global();
}

/// Starts the log on standard error; `ANTEROOM_LOG` sets its level, errors only by default.
pub fn start_logging() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("ANTEROOM_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("error"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .init();
}

/// What messages are judged by: the model and the policy, flags before configuration.
struct Judge {
    owner: Owner,
    model: Model,
    policy: Policy,
}

impl Judge {
    fn set_up(judging: &Judging, config: &Config) -> Result<Judge, ModelError> {
        let mut policy = config.policy();
        policy.scope = judging.scope.unwrap_or(policy.scope);
        policy.error_budget = judging.error_budget.unwrap_or(policy.error_budget);
        let path = judging.model.as_deref().or(config.model.as_deref());
        Ok(Judge {
            owner: config.owner(),
            model: load_model(path)?,
            policy,
        })
    }

    fn triage(&self, bytes: &[u8]) -> Triage {
        triage(bytes, &self.owner, &self.model, &self.policy)
    }
}

fn load_model(path: Option<&Path>) -> Result<Model, ModelError> {
    match path {
        Some(path) => Model::load(path),
        None => Model::shipped(),
    }
}
