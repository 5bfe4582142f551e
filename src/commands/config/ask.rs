//! Asking somebody at a terminal.

use std::io;

use dialoguer::{Confirm, Input, Password, Select};

use crate::account::Secret;

/// Whoever answers.
pub(super) trait Ask {
    /// A line of text that passes the check, which says what was expected instead.
    fn text(
        &mut self,
        question: &str,
        default: Option<&str>,
        check: &dyn Fn(&str) -> Result<(), String>,
    ) -> io::Result<String>;

    /// One of several; its position.
    fn choice(&mut self, question: &str, among: &[&str]) -> io::Result<usize>;

    /// A secret, which is not shown.
    fn hidden(&mut self, question: &str) -> io::Result<Secret>;

    /// Yes or no, no by default.
    fn agreed(&mut self, question: &str) -> io::Result<bool>;
}

/// The terminal, by standard error: standard output is for results.
pub(super) struct Terminal;

impl Ask for Terminal {
    fn text(
        &mut self,
        question: &str,
        default: Option<&str>,
        check: &dyn Fn(&str) -> Result<(), String>,
    ) -> io::Result<String> {
        let mut input = Input::<String>::new().with_prompt(question);
        if let Some(default) = default {
            input = input.default(default.to_owned());
        }
        let input = input.validate_with(|text: &String| check(text));
        input.interact_text().map_err(interrupted)
    }

    fn choice(&mut self, question: &str, among: &[&str]) -> io::Result<usize> {
        let select = Select::new().with_prompt(question).items(among).default(0);
        select.interact().map_err(interrupted)
    }

    fn hidden(&mut self, question: &str) -> io::Result<Secret> {
        let password = Password::new().with_prompt(question);
        password.interact().map(Secret::new).map_err(interrupted)
    }

    fn agreed(&mut self, question: &str) -> io::Result<bool> {
        let confirm = Confirm::new().with_prompt(question).default(false);
        confirm.interact().map_err(interrupted)
    }
}

fn interrupted(error: dialoguer::Error) -> io::Error {
    let dialoguer::Error::IO(error) = error;
    error
}
