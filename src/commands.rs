//! One file a command: opens what the command names, runs the pipeline, prints the result.
//! Results go to standard output, everything else to standard error.

mod classify;
mod config;
mod doctor;
mod evaluate;
mod explain;
mod generate;
mod inputs;
mod labelled;
mod lessons;
mod memory;
mod model;
mod neutral;
mod online;
mod replay;
mod report;
mod run;
mod sort;
mod status;
mod table;
mod taught;
mod teach;
mod train;
mod undo;
mod versions;

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::cli::{Cli, Colour, Command, Judging, LogFormat, ModelAction};
use crate::clock::now;
use crate::config::{Config, ConfigError, StatePlace};
use crate::daemon::{self, DaemonError, LockError};
use crate::decide::Policy;
use crate::doctor::Trouble;
use crate::extract::Contact;
use crate::history::Past;
use crate::limits;
use crate::message::Message;
use crate::model::{Model, ModelError};
use crate::owner::{LoadError, Owner, load_relations};
use crate::source::SourceError;
use crate::state::StateError;
use crate::triage::{Triage, judge};

use memory::Memory;

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
    /// Files of a directory cannot be read; the others were.
    #[error("{}", unreadable(.0))]
    Unreadable(Vec<SourceError>),
    /// The owner's relations cannot be read.
    #[error(transparent)]
    Relations(#[from] LoadError),
    /// A model cannot be used or written.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// What is remembered cannot be used or written.
    #[error(transparent)]
    State(#[from] StateError),
    /// The result would be worse than what is there.
    #[error("{0}")]
    Refused(String),
    /// Data was read but is not what it should be.
    #[error("{0}")]
    Data(String),
    /// What is to be read is not there.
    #[error("{0}")]
    Missing(String),
    /// Output cannot be made there.
    #[error("{0}")]
    CannotCreate(String),
    /// The configuration is in order and not enough.
    #[error("{0}")]
    Setup(String),
    /// It may work later.
    #[error("{0}")]
    Later(String),
    /// Another process works with the state.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The daemon cannot run.
    #[error(transparent)]
    Daemon(#[from] DaemonError),
    /// Writing the result failed.
    #[error("writing the result failed: {0}")]
    Output(#[from] io::Error),
    /// The command cannot be used like this.
    #[error("{0}")]
    Usage(String),
    /// An account does not work.
    #[error("{what}")]
    Account {
        /// Which, and why.
        what: String,
        /// What kind of trouble it is.
        trouble: Trouble,
    },
    /// A check of the program's own failed.
    #[error("{0}")]
    Internal(String),
}

impl CommandError {
    /// The sysexits code.
    fn code(&self) -> u8 {
        match self {
            CommandError::Source(cause) | CommandError::Relations(LoadError::Source(cause)) => {
                source_code(cause)
            }
            CommandError::Unreadable(files) => files.first().map_or(65, source_code),
            CommandError::Relations(LoadError::Read { .. }) | CommandError::Missing(_) => 66,
            CommandError::Relations(_) | CommandError::Data(_) => 65,
            CommandError::Output(_) => 74,
            CommandError::Model(ModelError::Read { .. }) => 66,
            CommandError::Model(ModelError::Write { .. }) | CommandError::CannotCreate(_) => 73,
            CommandError::Model(_) => 65,
            CommandError::State(cause) | CommandError::Daemon(DaemonError::State(cause)) => {
                state_code(cause)
            }
            CommandError::Later(_) => 75,
            CommandError::Lock(cause) | CommandError::Daemon(DaemonError::Lock(cause)) => {
                lock_code(cause)
            }
            CommandError::Daemon(cause) => daemon_code(cause),
            CommandError::Refused(_) => 1,
            CommandError::Usage(_) => 64,
            CommandError::Account { trouble, .. } => trouble_code(*trouble),
            CommandError::Internal(_) => 70,
            CommandError::Config(_) | CommandError::Setup(_) => 78,
        }
    }
}

/// The files that cannot be read, one a line, and what became of the others.
fn unreadable(files: &[SourceError]) -> String {
    let mut lines: Vec<String> = files
        .iter()
        .take(limits::UNREADABLE_SHOWN)
        .map(ToString::to_string)
        .collect();
    lines.push(format!(
        "{} could not be read to the end; the rest was",
        count_of(files.len(), "file")
    ));
    lines.join("\nanteroom: ")
}

/// `1 lesson`, `2 lessons`.
fn count_of(n: usize, noun: &str) -> String {
    match n {
        1 => format!("1 {noun}"),
        n => format!("{n} {noun}s"),
    }
}

/// The sysexits code of input that cannot be read.
fn source_code(error: &SourceError) -> u8 {
    match error {
        SourceError::Missing { .. } | SourceError::EmptyDirectory { .. } => 66,
        SourceError::Io { .. } => 74,
        _ => 65,
    }
}

/// The sysexits code of a state store that cannot be used.
fn state_code(error: &StateError) -> u8 {
    match error {
        StateError::Directory { .. } | StateError::File { .. } => 73,
        StateError::Sqlite { .. } => 74,
        _ => 65,
    }
}

/// The sysexits code of a lock that cannot be had.
fn lock_code(error: &LockError) -> u8 {
    match error {
        LockError::Taken(_) => 75,
        LockError::Io { .. } => 73,
    }
}

/// The sysexits code of a daemon that does not run: of several accounts, the first one's.
fn daemon_code(error: &DaemonError) -> u8 {
    match error {
        DaemonError::Accounts(troubles) => {
            troubles.first().map_or(70, |(_, what)| round_code(what))
        }
        DaemonError::Metrics { .. } => 78,
        _ => 71,
    }
}

/// The sysexits code of what is wrong with a setting, a server or a file.
fn trouble_code(trouble: Trouble) -> u8 {
    match trouble {
        Trouble::Damaged => 65,
        Trouble::Unavailable => 69,
        Trouble::CannotWrite => 73,
        Trouble::Later => 75,
        Trouble::Login => 77,
        Trouble::Settings => 78,
    }
}

/// The sysexits code of a round through an account that could not be finished.
fn round_code(trouble: &daemon::Trouble) -> u8 {
    use daemon::Trouble as T;
    match trouble {
        T::Connect(cause) => trouble_code(online::trouble(cause)),
        T::Secret(_) => trouble_code(Trouble::Login),
        T::Folder(_) => trouble_code(Trouble::Settings),
        T::Mail(cause) => trouble_code(online::mail_trouble(cause)),
        T::State(cause) => state_code(cause),
        T::Mind(_) => 65,
        _ => 70,
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
        Judge::set_up(judging, &config()?, notes)
    };
    match cli.command {
        Command::Run(args) => run::run(&args, config, notes),
        Command::Status(args) => status::run(&args, &config()?),
        Command::Undo(args) => undo::run(&args, &config()?, notes),
        Command::Classify(args) => classify::run(&args, &judge(&args.judging)?, notes),
        Command::Sort(args) => sort::run(&args, &judge(&args.judging)?, notes),
        Command::Explain(args) => explain::run(&args, &judge(&args.judging)?, notes),
        Command::Report(args) => report::run(&args, &judge(&args.judging)?, notes),
        Command::Learn(args) => teach::learn(&args, &config()?, notes),
        Command::Unlearn(args) => teach::unlearn(&args, &config()?, notes),
        Command::Relabel(args) => teach::relabel(&args, &config()?, notes),
        Command::Forget(args) => teach::forget(&args, &config()?, notes),
        Command::Lessons { action } => lessons::run(&action, &config()?),
        Command::Train(args) => train::run(&args, &config()?, notes),
        Command::Evaluate(args) => evaluate::run(&args, &owner(&config()?, &[])?, notes),
        Command::Replay(args) => replay::run(&args, &judge(&args.judging)?, notes),
        Command::Model {
            action: ModelAction::Show { model, json: true },
        } => model::show_json(model.as_deref()),
        Command::Model {
            action: ModelAction::Show { model, json: false },
        } => model::show(model.as_deref()),
        Command::Model {
            action: ModelAction::Versions { json, state },
        } => {
            let format = if json { Format::Json } else { Format::People };
            versions::list(&state, &config()?, format)
        }
        Command::Model {
            action:
                ModelAction::Restore {
                    version,
                    model,
                    state,
                },
        } => versions::restore(version, model.as_deref(), &state, &config()?),
        Command::Config { action } => config::run(&action, cli.config.as_deref(), notes),
        Command::Doctor(args) => doctor::run(&args, cli.config.as_deref()),
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
    fn say(self, line: &str) {
        if self == Notes::On {
            neutral::tell(line);
        }
    }
}

/// For whom a list is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    People,
    Json,
}

/// Turns a result into the exit code, printing the error. A reader that went away (`| head`) is
/// no error.
pub fn exit_code(result: Result<(), CommandError>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(CommandError::Output(cause)) if cause.kind() == io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(error) => {
            neutral::tell(&format!("anteroom: {error}"));
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

/// Starts the log; `ANTEROOM_LOG` sets its level. A daemon tells what it does, a command only of
/// errors.
pub fn start_logging(cli: &Cli) {
    let (format, level) = match &cli.command {
        Command::Run(args) => (args.log_format, "anteroom=info,warn"),
        _ => (LogFormat::Text, "error"),
    };
    let filter = EnvFilter::try_from_env("ANTEROOM_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    // systemd sets it where standard error goes to the journal.
    let is_journal = std::env::var_os("JOURNAL_STREAM").is_some();
    let journal = match format {
        LogFormat::Journald => tracing_journald::layer().ok(),
        LogFormat::Auto if is_journal => tracing_journald::layer().ok(),
        _ => None,
    };
    if let Some(journal) = journal {
        return tracing_subscriber::registry()
            .with(filter)
            .with(journal)
            .init();
    }
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(io::stderr().is_terminal())
        // Where the log cannot be written it must not be complained about there either.
        .log_internal_errors(false)
        .with_writer(io::stderr);
    match format {
        LogFormat::Json => lines.json().init(),
        _ => lines.init(),
    }
}

/// What messages are judged by: the model and the policy, flags before configuration.
struct Judge {
    owner: Owner,
    model: Model,
    policy: Policy,
    /// Where lessons are, and what a daemon decided; what is judged is remembered there if somebody
    /// named it.
    place: Option<StatePlace>,
}

impl Judge {
    fn set_up(judging: &Judging, config: &Config, notes: Notes) -> Result<Judge, CommandError> {
        let mut policy = config.policy();
        policy.scope = judging.scope.unwrap_or(policy.scope);
        policy.error_budget = judging.error_budget.unwrap_or(policy.error_budget);
        let path = judging.model.as_deref().or(config.model.as_deref());
        // Both take some ten milliseconds, and the second is needed by the first message.
        let (base, ()) = rayon::join(|| load_model(path), crate::extract::prepare);
        let base = base?;
        let place = config.state_place(judging.state.state.as_deref());
        Ok(Judge {
            owner: owner(config, &judging.sent)?,
            model: taught::model(base, place.as_ref(), notes)?,
            policy,
            place,
        })
    }

    fn memory(&self) -> Result<Memory, StateError> {
        match &self.place {
            Some(StatePlace::Named(directory)) => Memory::open(Some(directory)),
            Some(StatePlace::Usual(_)) | None => Memory::open(None),
        }
    }

    fn judge(&self, (message, contact): (Message, Contact), past: Past) -> Triage {
        judge(message, contact, past, &self.model, &self.policy)
    }
}

/// The owner with all relations; `sent` is sent mail beside that of the configuration.
fn owner(config: &Config, sent: &[PathBuf]) -> Result<Owner, CommandError> {
    let mut owner = config.owner();
    let mut sources = config.relation_sources();
    sources.sent.extend_from_slice(sent);
    owner.relations = load_relations(&sources, &owner.addresses)?;
    Ok(owner)
}

fn load_model(path: Option<&Path>) -> Result<Model, ModelError> {
    match path {
        Some(path) => Model::load(path),
        None => Model::shipped(),
    }
}
