//! Lines on standard error in which nothing takes over the reader's terminal.

use std::io::Write;

use crate::neutral::neutral;

/// Prints a line to standard error. Names of files and what a system says of them are other
/// people's words too: archives and mailboxes bring theirs along.
///
/// Where it cannot be printed there is nobody left to tell.
pub(super) fn tell(line: &str) {
    writeln!(anstream::stderr().lock(), "{}", neutral(line)).unwrap_or_default();
}
