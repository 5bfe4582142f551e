//! Flags of the commands about the configuration.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::StateArgs;

/// `anteroom config …`
#[derive(Debug, Subcommand)]
pub enum ConfigAction {
    /// Ask for an account, try it out, and write a configuration; never over one that is there
    Init,
    /// Read the configuration and draw every mistake in it
    Check,
    /// Print every setting in force, and the line it comes from
    Show,
    /// Print the JSON schema of the file, for editors
    Schema,
    /// Print where the configuration is, or would be
    Path,
}

/// `anteroom doctor`
#[derive(Debug, Args)]
#[command(
    after_help = "Nothing is changed, here or at a server. Exit code: 0 if nothing is marked FAIL, else that of the\nfirst FAIL, which is the one to mend first: 65 a damaged file, 69 server unavailable, 73 cannot\nwrite there, 75 try again later, 77 login refused or no secret,\n78 bad configuration."
)]
pub struct Doctor {
    /// Check only this machine; connect to no server
    #[arg(long)]
    pub offline: bool,
    /// One JSON object a finding, schema anteroom.doctor/1
    #[arg(long)]
    pub json: bool,
    /// Model file; the shipped model if left out
    #[arg(long, value_name = "FILE")]
    pub model: Option<PathBuf>,
    /// Where things are remembered.
    #[command(flatten)]
    pub state: StateArgs,
}
