//! What could keep the program from working, each with what mends it.
//!
//! The checks of an account speak to any [`MailStore`](crate::mailstore::MailStore); nothing is
//! changed, here or at the server.

mod account;
mod finding;
mod machine;

pub use account::{Server, account};
pub use finding::{Finding, Level, Subject, Trouble};
pub use machine::{clock, state};
