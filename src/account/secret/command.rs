//! What a program prints, in bounded time and space.

use std::io::Read;
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, kill_process_group};
use zeroize::Zeroizing;

use super::SecretError;
use crate::limits;

/// How often the clock, the program's end and the wish to stop are looked at.
const TICK: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 20_000_000,
};

/// Runs a program without a shell, with nothing to read and nowhere to complain to: what it says
/// on standard error could hold the secret. At most [`limits::SECRET_FILE_BYTES`] and one more are kept.
pub(super) fn run(
    words: &[String],
    stopped: &dyn Fn() -> bool,
) -> Result<Zeroizing<Vec<u8>>, SecretError> {
    run_within(words, stopped, limits::SECRET_TIME)
}

fn run_within(
    words: &[String],
    stopped: &dyn Fn() -> bool,
    limit: Duration,
) -> Result<Zeroizing<Vec<u8>>, SecretError> {
    let program = words.first().cloned().unwrap_or_default();
    let start = |cause| SecretError::Start {
        program: program.clone(),
        cause,
    };
    let mut command = Command::new(&program);
    command
        .args(words.iter().skip(1))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        // Whatever it starts can then be ended with it.
        .process_group(0);
    let mut child = Running(command.spawn().map_err(start)?);
    let output = child.0.stdout.take();
    let mut bytes = Zeroizing::new(Vec::with_capacity(limits::SECRET_FILE_BYTES + 1));
    let mut reading = output.map(|pipe| Reading { pipe, ended: false });
    let deadline = Instant::now() + limit;
    let status = loop {
        if let Some(reading) = &mut reading {
            reading.some(&mut bytes).map_err(start)?;
        }
        let exhausted = reading.as_ref().is_none_or(|reading| reading.ended);
        match child.0.try_wait().map_err(start)? {
            // Something it left behind may hold its output open; all it wrote has been read.
            Some(status) => {
                if let Some(reading) = &mut reading {
                    reading.rest(&mut bytes).map_err(start)?;
                }
                break status;
            }
            None if exhausted => std::thread::sleep(Duration::from_millis(5)),
            None => {}
        }
        if stopped() {
            return Err(SecretError::Stopped { program });
        }
        if Instant::now() >= deadline {
            return Err(SecretError::Slow {
                program,
                seconds: limit.as_secs(),
            });
        }
    };
    finish(bytes, program, status)
}

fn finish(
    bytes: Zeroizing<Vec<u8>>,
    program: String,
    status: ExitStatus,
) -> Result<Zeroizing<Vec<u8>>, SecretError> {
    match status.success() {
        true => Ok(bytes),
        false => Err(SecretError::Command { program, status }),
    }
}

/// The output of a program that is being read.
struct Reading {
    pipe: ChildStdout,
    ended: bool,
}

impl Reading {
    /// Waits a moment for output and takes one piece of it.
    fn some(&mut self, into: &mut Vec<u8>) -> std::io::Result<()> {
        if !self.ended && self.is_ready(TICK)? {
            self.piece(into)?;
        }
        Ok(())
    }

    /// Takes what is there by now.
    fn rest(&mut self, into: &mut Vec<u8>) -> std::io::Result<()> {
        let at_once = Timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        while !self.ended && into.len() <= limits::SECRET_FILE_BYTES && self.is_ready(at_once)? {
            self.piece(into)?;
        }
        Ok(())
    }

    fn is_ready(&self, wait: Timespec) -> std::io::Result<bool> {
        let mut fds = [PollFd::new(&self.pipe, PollFlags::IN)];
        match poll(&mut fds, Some(&wait)) {
            Ok(ready) => Ok(ready > 0),
            Err(rustix::io::Errno::INTR) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Reads once. Beyond the bound it is read and thrown away, so that the program can end.
    fn piece(&mut self, into: &mut Vec<u8>) -> std::io::Result<()> {
        let mut piece = Zeroizing::new([0; 4096]);
        let read = self.pipe.read(&mut *piece)?;
        let room = (limits::SECRET_FILE_BYTES + 1).saturating_sub(into.len());
        into.extend_from_slice(&piece[..read.min(room)]);
        self.ended = read == 0;
        Ok(())
    }
}

/// A program that is killed, with all it started, if nobody waits for it any more.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        if let Ok(Some(_)) = self.0.try_wait() {
            return;
        }
        let group = i32::try_from(self.0.id()).ok().and_then(Pid::from_raw);
        if let Some(group) = group {
            // Fails only if all have ended, which is what is wanted.
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.0.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str, limit: Duration) -> Result<Vec<u8>, SecretError> {
        let words = ["/bin/sh", "-c", script].map(str::to_owned);
        run_within(&words, &|| false, limit).map(|bytes| bytes.to_vec())
    }

    const LONG: Duration = Duration::from_secs(20);

    #[test]
    fn what_it_prints_is_taken_and_its_end_counts() {
        assert_eq!(
            sh("printf 'a\\nb'; sleep 0.1; echo c", LONG).unwrap(),
            b"a\nbc\n"
        );
        let error = sh("echo canary; exit 3", LONG).unwrap_err();
        let SecretError::Command { status, .. } = &error else {
            panic!("{error}");
        };
        assert_eq!(status.code(), Some(3));
        assert!(!error.to_string().contains("canary"));
        let none = ["/no/such/program".to_owned()];
        let error = run(&none, &|| false).unwrap_err();
        assert!(matches!(error, SecretError::Start { .. }), "{error}");
    }

    #[test]
    fn arguments_go_to_no_shell_and_nothing_can_be_asked() {
        let words = ["/bin/echo", "$HOME; `id` *"].map(str::to_owned);
        let said = run(&words, &|| false).unwrap();
        assert_eq!(&said[..], b"$HOME; `id` *\n");
        assert_eq!(sh("cat; echo done", LONG).unwrap(), b"done\n");
    }

    #[test]
    fn output_is_bounded() {
        let said = sh("head -c 1000000 /dev/zero", LONG).unwrap();
        assert_eq!(said.len(), limits::SECRET_FILE_BYTES + 1);
    }

    #[test]
    fn time_is_bounded_also_by_what_the_program_started() {
        let start = Instant::now();
        let error = sh("sleep 1000 & sleep 1000", Duration::from_millis(300)).unwrap_err();
        assert!(matches!(error, SecretError::Slow { .. }), "{error}");
        let error = sh("while :; do echo x; done", Duration::from_millis(300)).unwrap_err();
        assert!(matches!(error, SecretError::Slow { .. }), "{error}");
        // One that leaves something behind, which holds its output open, has ended.
        assert_eq!(sh("echo a; sleep 60 & exit 0", LONG).unwrap(), b"a\n");
        assert!(start.elapsed() < Duration::from_secs(15));
    }

    #[test]
    fn a_wish_to_stop_ends_it() {
        let words = ["/bin/sleep", "1000"].map(str::to_owned);
        let start = Instant::now();
        let error = run(&words, &|| true).unwrap_err();
        assert!(matches!(error, SecretError::Stopped { .. }), "{error}");
        assert!(start.elapsed() < Duration::from_secs(10));
    }
}
