#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
//! The program as a user meets it: one test binary, one module a theme.

mod suite {
    /// Running the binary in a directory of its own.
    pub(crate) mod support;

    /// Senders who know that a filter reads their words.
    mod adversarial;
    /// Errors and exit codes for input and output that is not as it should be.
    mod bad_input;
    /// `classify`: inputs, the table, the JSON contract.
    mod classify;
    /// 6,046 public mails: each gets a verdict.
    mod corpus;
    /// `evaluate`: splits, baselines, the JSON contract.
    mod evaluate;
    /// Mail made to break parsers.
    mod hostile;
    /// The commands of the README do what it says.
    mod readme;
    /// `replay`: labelled mail by date.
    mod replay;
    /// `sort`: nothing lost, changed or half-written.
    mod sort;
    /// `train`, `model`: same input, same bytes.
    mod train;
    /// The labelled examples are what their README says.
    mod training_data;
}
