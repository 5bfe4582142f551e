//! The commands and flags as types. Nothing is opened or read here.

mod lessons;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::decide::{MAX_BUDGET, ScopePolicy};

pub use lessons::{
    Forget, Labelled, Learn, LessonsAction, LessonsShown, Relabel, StateArgs, Teaching, Train,
    Unlearn,
};

/// Reads connection requests and messages, tells the few that were written to you from the rest,
/// and says why. Everything happens on this machine.
#[derive(Debug, Parser)]
#[command(
    name = "anteroom",
    version,
    max_term_width = 100,
    after_help = "Start here:\n  anteroom classify Mail.mbox            see a verdict for every message, change nothing\n  anteroom sort Mail.mbox --into sorted  one mailbox a verdict\n  anteroom explain message.eml           why a message got its verdict\n\nExit codes: 0 done, 1 something failed, 2 wrong usage, 65 unreadable data, 66 no input,\n73 cannot write there, 74 I/O error, 78 bad configuration."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Colour in the output.
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto)]
    pub color: Colour,
    /// Configuration file
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Say less: no progress bar, no notes.
    #[arg(long, short, global = true)]
    pub quiet: bool,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Say what every message is; change nothing
    Classify(Classify),
    /// Sort mail into one mbox a verdict
    Sort(Sort),
    /// Say why one message gets its verdict
    Explain(Explain),
    /// Say who wants what, by month and platform, the genuine first
    Report(Report),
    /// Learn what mail is, for the very next verdict
    Learn(Learn),
    /// Take back that mail was learned
    Unlearn(Unlearn),
    /// Learn mail as something else than before
    Relabel(Relabel),
    /// Take back a lesson without its mail
    Forget(Forget),
    /// Look at what was learned
    Lessons {
        /// What to show.
        #[command(subcommand)]
        action: LessonsAction,
    },
    /// Make a model from labelled mail
    Train(Train),
    /// Measure how good training on labelled mail is, on held-out messages
    Evaluate(Evaluate),
    /// Look at a model
    Model {
        /// What to do with it.
        #[command(subcommand)]
        action: ModelAction,
    },
    /// Print a completion script for a shell
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Write the man pages into a directory
    Man {
        /// An existing directory.
        dir: PathBuf,
    },
}

/// How messages are judged.
#[derive(Debug, Clone, Args)]
pub struct Judging {
    /// Model file; the shipped model if left out
    #[arg(long, value_name = "FILE")]
    pub model: Option<PathBuf>,
    /// Which messages get a label: inbound contact, or every message
    #[arg(long, value_enum)]
    pub scope: Option<ScopePolicy>,
    /// Share of genuine mail that may be filed away, such as 0.02 (one in 50, the default); at
    /// most 0.05
    #[arg(long, value_name = "SHARE", value_parser = share)]
    pub error_budget: Option<f64>,
    /// Mail you sent: whom you wrote to is left alone, and answers to you are known as such
    #[arg(long, value_name = "PATH")]
    pub sent: Vec<PathBuf>,
    /// What is remembered.
    #[command(flatten)]
    pub state: StateArgs,
}

fn share(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if (0.0..=MAX_BUDGET).contains(&value) => Ok(value),
        _ => Err("expected a number from 0 to 0.05, such as 0.02 for one in 50".to_owned()),
    }
}

/// `anteroom classify`
#[derive(Debug, Args)]
#[command(
    after_help = "Reads mbox, maildir, .eml, folders of these, each also gzipped, a LinkedIn data export (zip,\nfolder or CSV), and '-' for standard input.\n\nExamples:\n  anteroom classify Inbox.mbox\n  anteroom classify --json ~/Maildir | jq 'select(.verdict==\"genuine\") | .subject'\n  cat message.eml | anteroom classify -"
)]
pub struct Classify {
    /// Mail to read; '-' is standard input
    #[arg(value_name = "PATH", default_value = "-")]
    pub paths: Vec<PathBuf>,
    /// One JSON object a line, schema anteroom.verdict/1
    #[arg(long)]
    pub json: bool,
    /// Show the reasons under every message
    #[arg(long, conflicts_with = "json")]
    pub explain: bool,
    /// How messages are judged.
    #[command(flatten)]
    pub judging: Judging,
}

/// `anteroom sort`
#[derive(Debug, Args)]
#[command(
    after_help = "Writes DIR/genuine.mbox, generic-invite.mbox, pitch.mbox, spam.mbox, known.mbox,\nunsure.mbox and out-of-scope.mbox (mboxrd). The input is not changed. Files that are there already are kept,\nand the command refuses to run."
)]
pub struct Sort {
    /// Mail to read; '-' is standard input
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,
    /// Directory for the sorted mailboxes; made if it is not there
    #[arg(long, value_name = "DIR")]
    pub into: PathBuf,
    /// How messages are judged.
    #[command(flatten)]
    pub judging: Judging,
}

/// `anteroom explain`
#[derive(Debug, Args)]
pub struct Explain {
    /// One message; '-' is standard input
    #[arg(value_name = "PATH", default_value = "-")]
    pub path: PathBuf,
    /// How it is judged.
    #[command(flatten)]
    pub judging: Judging,
}

/// `anteroom report`
#[derive(Debug, Args)]
#[command(
    after_help = "Months are those of the messages' own dates, in UTC.\n\nExamples:\n  anteroom report Inbox.mbox\n  anteroom report --json ~/Maildir | jq .asks"
)]
pub struct Report {
    /// Mail to read; '-' is standard input. Left out: the decisions in the state store, where one
    /// is given, else standard input
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// One JSON object, schema anteroom.report/1
    #[arg(long)]
    pub json: bool,
    /// How messages are judged.
    #[command(flatten)]
    pub judging: Judging,
}

/// `anteroom evaluate`
#[derive(Debug, Args)]
#[command(
    after_help = "Every message is judged by a model that has seen neither it, nor its sender, nor a near copy."
)]
pub struct Evaluate {
    /// Directory of labelled mail, one folder a label
    #[arg(value_name = "DIR", default_value = "training-data")]
    pub dir: PathBuf,
    /// Labels to read instead of the four, separated by commas
    #[arg(long, value_name = "A,B,…", value_delimiter = ',')]
    pub labels: Vec<String>,
    /// Share of genuine mail that may be filed away
    #[arg(long, value_name = "SHARE", default_value_t = 0.02, value_parser = share)]
    pub error_budget: f64,
    /// List every message whose likeliest label is wrong
    #[arg(long)]
    pub errors: bool,
    /// One JSON object
    #[arg(long)]
    pub json: bool,
}

/// `anteroom model …`
#[derive(Debug, Subcommand)]
pub enum ModelAction {
    /// Print what a model was made from and how good it is
    Show {
        /// Model file; the shipped model if left out
        #[arg(value_name = "FILE")]
        model: Option<PathBuf>,
        /// One JSON object: the model's metadata
        #[arg(long)]
        json: bool,
    },
    /// List the models that teaching made and that can be brought back
    Versions {
        /// One JSON object a line
        #[arg(long)]
        json: bool,
        /// Where they are kept.
        #[command(flatten)]
        state: StateArgs,
    },
    /// Bring one of them back; lessons learned since are set aside
    Restore {
        /// Its number, as 'anteroom model versions' shows it
        version: i64,
        /// Model file the lessons were taught to; the shipped model if left out
        #[arg(long, value_name = "FILE")]
        model: Option<PathBuf>,
        /// Where they are kept.
        #[command(flatten)]
        state: StateArgs,
    },
}
