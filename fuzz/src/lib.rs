//! What the fuzz targets share.

use std::cell::Cell;
use std::time::Duration;

use anteroom::owner::Owner;
use rustix::time::{ClockId, clock_gettime};

/// Processor time that one input may take. A message may take a second of it; instrumented, with every
/// check of a debug build, it takes several times that of the program.
const MOST: Duration = Duration::from_secs(2);

/// Runs one input, and tells on standard error if it is the dearest so far.
///
/// What counts is processor time, since other programs run meanwhile.
///
/// # Panics
/// If it takes too long: to the fuzzer that is a crash like any other.
pub fn measured<T>(bytes: &[u8], run: impl FnOnce(&[u8]) -> T) -> T {
    thread_local!(static DEAREST: Cell<Duration> = const { Cell::new(Duration::ZERO) });
    let start = processor_time();
    let result = run(bytes);
    let taken = processor_time().saturating_sub(start);
    DEAREST.with(|dearest| {
        if taken > dearest.get() {
            dearest.set(taken);
            let milliseconds = 1000.0 * taken.as_secs_f64();
            eprintln!("dearest: {milliseconds:.1} ms for {} bytes", bytes.len());
            assert!(taken <= MOST, "it took {milliseconds:.0} ms");
        }
    });
    result
}

fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// The name of the owner's mail server, in what the targets make up.
pub const SERVER: &str = "mx.own.example";

/// An owner with an address and a mail server.
pub fn owner() -> Owner {
    Owner {
        addresses: vec!["me@own.example".into()],
        authserv_ids: vec![SERVER.into()],
        ..Owner::default()
    }
}
