//! Completions and man pages, from the same definition as the help.

use std::io;
use std::path::Path;

use clap::CommandFactory;

use super::CommandError;
use crate::cli::Cli;

pub(super) fn completions(shell: clap_complete::Shell) -> Result<(), CommandError> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "anteroom", &mut script);
    io::Write::write_all(&mut io::stdout().lock(), &script)?;
    Ok(())
}

pub(super) fn man_pages(dir: &Path) -> Result<(), CommandError> {
    clap_mangen::generate_to(Cli::command(), dir).map_err(|cause| {
        CommandError::CannotCreate(format!(
            "{}: man pages cannot be written: {cause}; give an existing directory you may write to",
            dir.display()
        ))
    })
}
