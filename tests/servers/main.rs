#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(
    clippy::print_stdout,
    reason = "sweeps and measurements say how much they covered"
)]
//! The daemon against real mail servers, each started by `scripts/servers/server` for the tests
//! alone.
//!
//! Dovecot's tests run with every `cargo test`. Those of the other servers, and the sweeps over
//! every step, are `#[ignore]`d: `scripts/test` and `scripts/test-servers` run them.

mod harness {
    /// What an account's configuration says.
    pub(crate) mod account;
    /// The second mail program, which shares nothing with the one under test.
    pub(crate) mod client;
    /// A clock that can be set while the program runs.
    pub(crate) mod clock;
    /// The program under test, as a process.
    pub(crate) mod daemon;
    /// Mail on its way in.
    pub(crate) mod delivery;
    /// A disk that can be filled.
    pub(crate) mod disk;
    /// Messages whose verdict is known.
    pub(crate) mod mails;
    /// A connection that ends where a test says.
    pub(crate) mod proxy;
    /// What stands between a client and a server.
    pub(crate) mod relay;
    /// A server as a process.
    pub(crate) mod server;
    /// Where every message of a mailbox is, and in which state.
    pub(crate) mod snapshot;
    /// Connections that go wrong at a word.
    pub(crate) mod valve;
    /// What clients say, as the server wrote it down.
    pub(crate) mod wire;
}

mod cases {
    /// The clock jumps.
    mod clock;
    /// What the owner moves is learned, once.
    mod corrections;
    /// The connection ends after every record.
    mod cuts;
    /// One whole life of a mailbox, on each server.
    mod end_to_end;
    /// The harness itself, on each server.
    mod harness;
    /// The process ends at every write.
    mod kills;
    /// What a message may cost, and whom the program talks to.
    mod limits;
    /// What the machine does to it: no room, I/O errors, many at once, an order to end.
    mod machine;
    /// How fast mail is filed.
    mod pace;
    /// Two mail programs move the same mail at once.
    mod races;
    /// The server gives the messages of a folder new UIDs.
    mod renumbered;
    /// Where the password is, and where it is not.
    mod secrets;
    /// Everything at once, for a long time.
    mod soak;
}
