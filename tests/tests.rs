#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
//! The program as a user meets it: one test binary, one module a theme.

mod suite {
    /// Running the binary in a directory of its own.
    pub(crate) mod support;

    /// Senders who know that a filter reads their words.
    mod adversarial;
    /// `learn` and its like: lessons, caps, the canary, versions, kills.
    mod all_mail;
    /// Who a message is really from, and what follows.
    mod authenticity;
    /// Errors and exit codes for input and output that is not as it should be.
    mod bad_input;
    /// A model and a state store of which one byte is not as it was.
    mod broken_files;
    /// `classify`: inputs, the table, the JSON contract.
    mod classify;
    /// `config` and `doctor`.
    mod config;
    /// A mail and the whole contact that is to be read out of it, pair by pair.
    mod contacts;
    /// 6,046 public mails: each gets a verdict.
    mod corpus;
    /// What was decided beside what would be today.
    mod decided;
    /// Every place where bytes of others come in.
    mod entry_points;
    /// `evaluate`: splits, baselines, the JSON contract.
    mod evaluate;
    /// LinkedIn's data export in every layout, and archives made to break readers.
    mod export;
    /// What a platform wrote and what a person did; what that may cost.
    mod extract;
    /// A scripted mail server.
    pub(crate) mod fake_imap;
    /// A mailbox over a month: what came before a message, and the report on it.
    mod history;
    /// Mail made to break parsers.
    mod hostile;
    /// Mail servers that are silent, lie and flood.
    mod imap;
    /// TLS, STARTTLS and logins: what is refused, and what nobody sees.
    mod imap_login;
    mod lessons;
    /// Mail that tries to take over the terminal, or to forge what is printed.
    mod neutral_output;
    /// Lessons that are meant to do harm.
    mod poison;
    /// The commands of the README do what it says.
    mod readme;
    /// People the owner knows, answers to the owner, and the owner's rules.
    mod relations;
    /// `replay`: labelled mail by date.
    mod replay;
    /// What is contact at all, and what is left alone.
    mod scope;
    /// What a service manager hears of the daemon.
    mod service;
    /// `sort`: nothing lost, changed or half-written.
    mod sort;
    /// A state store that is lost, or brought back to an earlier model.
    mod state;
    /// What the program is built of.
    mod supply_chain;
    /// `train`, `model`: same input, same bytes.
    mod train;
    /// The labelled examples are what their README says.
    mod training_data;
}
