//! The commands and flags as types. Nothing is opened or read here.

mod config;
mod daemon;
mod lessons;

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::decide::{MAX_BUDGET, ScopePolicy};
use crate::label::Label;

pub use config::{ConfigAction, Doctor};
pub use daemon::{LogFormat, Run, Status, Undo};
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
    after_help = "Start here:\n  anteroom classify Mail.mbox            see a verdict for every message, change nothing\n  anteroom sort Mail.mbox --into sorted  one mailbox a verdict\n  anteroom explain message.eml           why a message got its verdict\n\nExit codes: 0 done, 1 something failed, 2 or 64 wrong usage, 65 unreadable data, 66 no input,\n69 server unavailable, 70 a fault of this program, 71 the system refuses, 73 cannot write there,\n74 I/O error, 75 try again later, 77 login refused or no secret, 78 bad configuration."
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
    /// Watch mailboxes: judge what comes in, file it, learn from what you move
    Run(Run),
    /// Say how the daemon and its accounts go, and what was moved last
    Status(Status),
    /// Put filed mail back where it was
    Undo(Undo),
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
    /// Walk through labelled mail by date: judge each message, then learn it; change nothing
    Replay(Replay),
    /// Look at a model
    Model {
        /// What to do with it.
        #[command(subcommand)]
        action: ModelAction,
    },
    /// Look at the configuration, or make one
    Config {
        /// What to do with it.
        #[command(subcommand)]
        action: ConfigAction,
    },
    /// Check everything anteroom needs, and say what mends what is wrong
    Doctor(Doctor),
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
    /// Show the reasons under every message; with --json, the whole account of every verdict
    #[arg(long)]
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
#[command(
    after_help = "Where a state store remembers what was decided on the message, that is told beside what today's\nmodel says, and what differs.\n\nExamples:\n  anteroom explain message.eml\n  anteroom explain Inbox.mbox --message 17\n  anteroom explain Inbox.mbox --id '<1234@mail.example>'"
)]
pub struct Explain {
    /// A message, or mail to pick one from; '-' is standard input
    #[arg(value_name = "PATH", default_value = "-")]
    pub path: PathBuf,
    /// Which message of a mailbox, counted from 0 in the order of 'anteroom classify'; the first if
    /// left out
    #[arg(long, value_name = "N", conflicts_with = "id")]
    pub message: Option<u64>,
    /// The message with this Message-ID
    #[arg(long, value_name = "MESSAGE-ID")]
    pub id: Option<String>,
    /// One JSON object, schema anteroom.verdict/1, with the whole account in "explanation" and a
    /// remembered decision in "decided"
    #[arg(long)]
    pub json: bool,
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
    after_help = "DIR holds one folder (or mbox file) a label. Every message is judged by a model that has seen\nneither it, nor its sender, nor a near copy; then the past judges the future; then few examples\nteach. Simpler methods judge the same messages beside it.\n\nExamples:\n  anteroom evaluate mine --html report.html\n  anteroom evaluate mine --ablate extraction\n  anteroom evaluate --train old --test new --labels genuine=ham,spam"
)]
pub struct Evaluate {
    /// Directory of labelled mail, one folder a label
    #[arg(value_name = "DIR", default_value = "training-data")]
    pub dir: PathBuf,
    /// Learn from this directory instead
    #[arg(long, value_name = "DIR", requires = "test", conflicts_with = "dir")]
    pub train: Option<PathBuf>,
    /// Judge the mail of this one
    #[arg(long, value_name = "DIR", requires = "train")]
    pub test: Option<PathBuf>,
    /// Labels instead of the four, separated by commas; LABEL=FOLDER if the folder has another
    /// name. 'genuine' and 'spam' mean what they mean everywhere
    #[arg(long, value_name = "LABEL[=FOLDER],…", value_delimiter = ',')]
    pub labels: Vec<LabelFolder>,
    /// Share of genuine mail that may be filed away
    #[arg(long, value_name = "SHARE", default_value_t = 0.02, value_parser = share)]
    pub error_budget: f64,
    /// What the model is for: inbound contact, or every message, header fields counted too
    #[arg(long, value_enum, default_value_t = ScopePolicy::Contact)]
    pub scope: ScopePolicy,
    /// Compare with the same classifier without this part of the program
    #[arg(long, value_enum, value_name = "PART")]
    pub ablate: Option<Ablation>,
    /// List every message whose likeliest label is wrong
    #[arg(long)]
    pub errors: bool,
    /// Also write one page with charts; it needs nothing from outside
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// One JSON object, schema anteroom.evaluation/1
    #[arg(long, conflicts_with = "errors")]
    pub json: bool,
}

/// `anteroom replay`
#[derive(Debug, Args)]
#[command(
    after_help = "What you would have seen had the program stood at the door from the first message on, every\nverdict corrected at the end of the day. Look at this before you let it touch anything.\n\nExamples:\n  anteroom replay sorted                          a folder a label, also out-of-scope\n  anteroom replay Inbox.mbox --labels labels.csv  lines 'message-id,label'"
)]
pub struct Replay {
    /// Mail, or without --labels one directory with a folder (or mbox file) a label
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,
    /// Labels by message: CSV lines 'message-id,label', or JSON lines with "message_id" and
    /// "label"
    #[arg(long, value_name = "FILE")]
    pub labels: Option<PathBuf>,
    /// Start with nothing learned instead of the model
    #[arg(long, conflicts_with = "model")]
    pub from_scratch: bool,
    /// One JSON object, schema anteroom.replay/1
    #[arg(long)]
    pub json: bool,
    /// How messages are judged.
    #[command(flatten)]
    pub judging: Judging,
}

/// A part of the program that can be left out to see what it is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Ablation {
    /// Finding the human and their words in the mail: without it, all visible text counts.
    Extraction,
}

/// A label and the folder its mail lies in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelFolder {
    /// The label.
    pub label: String,
    /// Name of the folder, or of the mbox file without its ending.
    pub folder: String,
}

impl LabelFolder {
    /// The four labels, each in the folder of its name.
    pub fn all() -> Vec<LabelFolder> {
        Label::ALL
            .iter()
            .map(|label| LabelFolder {
                label: label.name().to_owned(),
                folder: label.name().to_owned(),
            })
            .collect()
    }
}

impl FromStr for LabelFolder {
    type Err = String;

    fn from_str(text: &str) -> Result<LabelFolder, String> {
        let (label, folder) = text.split_once('=').unwrap_or((text, text));
        if label.is_empty() || folder.is_empty() {
            return Err("expected LABEL or LABEL=FOLDER, such as genuine=ham".to_owned());
        }
        Ok(LabelFolder {
            label: label.to_owned(),
            folder: folder.to_owned(),
        })
    }
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
