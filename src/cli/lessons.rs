//! Flags of the commands that teach.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use crate::account::{AccountName, FolderPath};
use crate::decide::ScopePolicy;
use crate::label::{Label, UnknownLabel};
use crate::learn::Origin;

/// Where anteroom remembers things between runs.
#[derive(Debug, Clone, Default, Args)]
pub struct StateArgs {
    /// Directory of what is remembered: lessons and models. $XDG_STATE_HOME/anteroom (else
    /// ~/.local/state/anteroom) if left out
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,
}

/// What lessons are taught to, and whether the result must pass.
#[derive(Debug, Clone, Args)]
pub struct Teaching {
    /// Model file to teach; the shipped model if left out
    #[arg(long, value_name = "FILE")]
    pub model: Option<PathBuf>,
    /// Where the lessons are kept.
    #[command(flatten)]
    pub state: StateArgs,
    /// Go on even if the new model judges known mail worse
    #[arg(long)]
    pub accept_worse: bool,
}

/// `anteroom learn`
#[derive(Debug, Args)]
#[command(
    after_help = "The next verdict follows. Learning the same message again changes nothing; no text of it is\nkept, only hashes. A message known under another label keeps it, and the command fails (exit code\n65) after it has learned the others: see 'anteroom relabel'.\n\nExamples:\n  anteroom learn pitch message.eml\n  anteroom learn genuine Keep.mbox\n  anteroom learn spam --from-folder Junk     a folder at your mail server, the newest 1,000"
)]
pub struct Learn {
    /// genuine, generic-invite, pitch or spam
    pub label: Label,
    /// Mail of this label; '-' is standard input
    #[arg(value_name = "PATH", default_value = "-")]
    pub paths: Vec<PathBuf>,
    /// Mail of this folder of an account instead, levels separated by '/'; nothing there changes
    #[arg(long, value_name = "FOLDER", value_parser = folder, conflicts_with_all = ["paths", "origin"])]
    pub from_folder: Option<FolderPath>,
    /// The account, where several are configured
    #[arg(long, value_name = "NAME", value_parser = super::daemon::account, requires = "from_folder")]
    pub account: Option<AccountName>,
    /// Where the label comes from
    #[arg(long, value_enum, default_value_t = Origin::Command)]
    pub origin: Origin,
    /// What is taught.
    #[command(flatten)]
    pub teaching: Teaching,
}

fn folder(text: &str) -> Result<FolderPath, String> {
    FolderPath::try_from(text.to_owned()).map_err(|error| error.to_string())
}

/// `anteroom relabel`
#[derive(Debug, Args)]
pub struct Relabel {
    /// What the mail is after all
    pub label: Label,
    /// Mail that was learned as something else; '-' is standard input
    #[arg(value_name = "PATH", default_value = "-")]
    pub paths: Vec<PathBuf>,
    /// What is taught.
    #[command(flatten)]
    pub teaching: Teaching,
}

/// `anteroom unlearn`
#[derive(Debug, Args)]
#[command(
    after_help = "If some of the mail was never learned, the rest is unlearned and the command fails (exit code 65),\nso that a wrong path does not look like a lesson that is gone. A script that must be able to run\ntwice gives --if-known."
)]
pub struct Unlearn {
    /// Mail that was learned; '-' is standard input
    #[arg(value_name = "PATH", default_value = "-")]
    pub paths: Vec<PathBuf>,
    /// Mail that was never learned is no failure
    #[arg(long)]
    pub if_known: bool,
    /// What it was taught to.
    #[command(flatten)]
    pub teaching: Teaching,
}

/// `anteroom forget`
#[derive(Debug, Args)]
#[command(
    after_help = "If some of the messages were never learned, the others are forgotten and the command fails (exit\ncode 65), so that a mistyped Message-ID does not look like a lesson that is gone. A script that\nmust be able to run twice gives --if-known."
)]
pub struct Forget {
    /// Message-ID of a learned message, or its hash as 'anteroom lessons list' shows it
    #[arg(value_name = "MESSAGE-ID", required = true)]
    pub messages: Vec<String>,
    /// Messages that were never learned are no failure
    #[arg(long)]
    pub if_known: bool,
    /// What it was taught to.
    #[command(flatten)]
    pub teaching: Teaching,
}

/// `anteroom lessons …`
#[derive(Debug, Subcommand)]
pub enum LessonsAction {
    /// List every lesson
    List(LessonsShown),
    /// List the lessons that do not count, and why
    Held(LessonsShown),
    /// Which lessons taught a word?
    About {
        /// A word, or an event such as link:shop.example
        word: String,
        /// How they are listed.
        #[command(flatten)]
        shown: LessonsShown,
    },
}

/// How lessons are listed.
#[derive(Debug, Args)]
pub struct LessonsShown {
    /// One JSON object a line, schema anteroom.lesson/1
    #[arg(long)]
    pub json: bool,
    /// Model they are taught to; the shipped model if left out
    #[arg(long, value_name = "FILE")]
    pub model: Option<PathBuf>,
    /// Where the lessons are kept.
    #[command(flatten)]
    pub state: StateArgs,
}

/// `anteroom train`
#[derive(Debug, Args)]
#[command(
    after_help = "DIR holds one folder (or mbox file) a label: genuine, generic-invite, pitch, spam.\n\nExamples:\n  anteroom train training-data --out models/base.model\n  anteroom train genuine=Keep.mbox pitch=~/Maildir/.Pitch --lessons --out own.model"
)]
pub struct Train {
    /// Directories of labelled mail, and mail of one label
    #[arg(value_name = "DIR|LABEL=PATH", default_value = "training-data", value_parser = labelled)]
    pub inputs: Vec<Labelled>,
    /// What the model is for: inbound contact, or every message, header fields counted too
    #[arg(long, value_enum, default_value_t = ScopePolicy::Contact)]
    pub scope: ScopePolicy,
    /// Fit it to your lessons too; they stay in the state directory
    #[arg(long, conflicts_with = "scope")]
    pub lessons: bool,
    /// Where the lessons are kept.
    #[command(flatten)]
    pub state: StateArgs,
    /// Where to write the model
    #[arg(long, value_name = "MODEL")]
    pub out: PathBuf,
    /// Replace the model there even if it is better
    #[arg(long)]
    pub accept_worse: bool,
}

/// Labelled mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Labelled {
    /// A directory with one folder a label.
    Folders(PathBuf),
    /// Mail of one label.
    One(Label, PathBuf),
}

fn labelled(text: &str) -> Result<Labelled, String> {
    match text.split_once('=') {
        Some((label, path)) if !Path::new(text).exists() => label
            .parse()
            .map(|label| Labelled::One(label, PathBuf::from(path)))
            .map_err(|error: UnknownLabel| error.to_string()),
        _ => Ok(Labelled::Folders(PathBuf::from(text))),
    }
}
