//! Arguments in, exit code out.

use std::process::ExitCode;

use anteroom::cli::Cli;
use anteroom::commands;
use clap::Parser;

fn main() -> ExitCode {
    let cli = Cli::parse();
    commands::start_logging(&cli);
    commands::set_colour(cli.color);
    commands::exit_code(commands::run(cli))
}
