//! Anteroom stands at the door of a mailbox.
//!
//! ```text
//! source → message → extract → (history) → features → classify → decide → explain
//!                                                        ↑
//!                           learn: labelled messages → counts → model
//! ```
//!
//! Start at [`triage`]: the whole judgement of one message, one call a stage. Everything from
//! [`message`] to [`decide`] is pure: no clock, no disk, no network. The world is touched in
//! [`source`], [`model`], [`state`], [`config`], [`commands`] and where [`owner`] loads relations;
//! by the daemon also in [`imap`], and through it in [`filing`] and [`corrections`].
//! `ARCHITECTURE.md` has the rest.

pub mod label;
pub mod limits;

pub mod triage;

pub mod account;
pub mod corrections;
pub mod daemon;
pub mod filing;
pub mod imap;
pub mod mailstore;
pub mod source;

pub mod message;

pub mod extract;
pub mod owner;

pub mod features;

pub mod history;
pub mod shingles;

pub mod classify;

pub mod decide;

pub mod explain;
pub mod report;
pub mod verdict;

pub mod evaluate;
pub mod learn;
pub mod model;
pub mod replay;
pub mod school;
pub mod state;

mod bounded;
pub mod cli;
mod clock;
pub mod commands;
pub mod config;
pub mod doctor;
mod neutral;
#[cfg(test)]
mod properties;
