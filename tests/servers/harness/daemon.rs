use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::account::Setup;
use super::clock::WallClock;
use super::server::root;

/// `anteroom run`, as a process.
pub(crate) struct Daemon {
    child: Child,
    pub(crate) log: PathBuf,
}

impl Setup {
    fn command(&self, subcommand: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_anteroom"));
        self.prepare(&mut command, subcommand);
        command
    }

    fn prepare(&self, command: &mut Command, subcommand: &str) {
        command
            .args([subcommand, "--config"])
            .arg(&self.config)
            .env_remove("ANTEROOM_CONFIG")
            .envs(allocation())
            .env("XDG_CONFIG_HOME", self.path("no-config"))
            .env("XDG_STATE_HOME", self.path("no-state"))
            .stdin(Stdio::null());
    }

    /// One whole cycle; it may fail.
    pub(crate) fn try_once(&self) -> Output {
        self.command("run").arg("--once").output().unwrap()
    }

    /// One whole cycle.
    #[track_caller]
    pub(crate) fn once(&self) -> Output {
        let output = self.try_once();
        assert!(output.status.success(), "run --once: {output:?}");
        output
    }

    /// One whole cycle under strace, which ends the process at the given call of a kind. The first
    /// is 1. True if it was ended, false if it came to its end before.
    #[track_caller]
    pub(crate) fn once_killed_at(&self, call: &str, occurrence: usize) -> bool {
        let (output, _) = self.once_injected(call, &format!("signal=KILL:when={occurrence}"));
        let killed = std::os::unix::process::ExitStatusExt::signal(&output.status) == Some(9)
            || output.status.code() == Some(137);
        assert!(
            killed || output.status.success(),
            "{call} {occurrence}: {output:?}"
        );
        killed
    }

    /// One whole cycle under strace, in which a kind of call fails. How it ended, and how each of
    /// these calls did.
    pub(crate) fn once_failing(&self, failure: &Failure) -> (Output, Vec<Call>) {
        let when = match failure.lasting {
            Lasting::Once => failure.from.to_string(),
            Lasting::FromThereOn => format!("{}+", failure.from),
        };
        let fault = format!("error={}:when={when}", failure.error);
        let (output, traced) = self.once_injected(failure.calls, &fault);
        (output, traced.lines().filter_map(Call::read).collect())
    }

    /// One whole cycle; the calls of this kind that it makes, as strace writes them.
    #[track_caller]
    pub(crate) fn once_traced(&self, call: &str) -> String {
        let (output, traced) = self.once_under_strace(&["-e", &format!("trace={call}")]);
        assert!(output.status.success(), "run --once: {output:?}");
        traced
    }

    fn once_injected(&self, call: &str, fault: &str) -> (Output, String) {
        let expressions = [format!("trace={call}"), format!("inject={call}:{fault}")];
        let mut arguments: Vec<&str> = expressions.iter().flat_map(|e| ["-e", e]).collect();
        // The index of what is written ahead is only memory that is shared, and made at every start.
        let file = self.state.join("state.sqlite");
        let files = [&self.state, &file, &file.with_extension("sqlite-wal")];
        let files = files.map(|file| file.to_str().unwrap());
        if is_of_files(call) {
            arguments.extend(files.iter().flat_map(|file| ["-P", *file]));
        }
        self.once_under_strace(&arguments)
    }

    fn once_under_strace(&self, arguments: &[&str]) -> (Output, String) {
        let trace = self.path("trace");
        let mut command = Command::new("strace");
        command.args(["-f", "-qq", "-ttt"]).args(arguments);
        command
            .arg("-o")
            .arg(&trace)
            .arg(env!("CARGO_BIN_EXE_anteroom"));
        self.prepare(&mut command, "run");
        let output = command.arg("--once").output().unwrap();
        let traced = std::fs::read(trace).unwrap();
        (output, String::from_utf8_lossy(&traced).into_owned())
    }

    /// What `anteroom status` prints.
    #[track_caller]
    pub(crate) fn status(&self, arguments: &[&str]) -> String {
        self.said("status", arguments)
    }

    /// Teaches a message by the command; how that ended.
    pub(crate) fn learn(&self, label: &str, file: &Path) -> Output {
        let mut command = self.command("learn");
        command.arg(label).arg(file).output().unwrap()
    }

    /// Takes filing back.
    #[track_caller]
    pub(crate) fn undo(&self, arguments: &[&str]) -> String {
        self.said("undo", arguments)
    }

    #[track_caller]
    fn said(&self, subcommand: &str, arguments: &[&str]) -> String {
        let output = self.command(subcommand).args(arguments).output().unwrap();
        assert!(output.status.success(), "{subcommand}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Starts the daemon, its log at this level.
    pub(crate) fn daemon(&self, level: &str) -> Daemon {
        self.daemon_into(level, self.path("log"))
    }

    /// Starts the daemon, which goes by this clock.
    pub(crate) fn daemon_by(&self, clock: &WallClock, level: &str) -> Daemon {
        let mut command = self.command("run");
        command.envs(clock.environment());
        start(command, level, self.path("log"))
    }

    /// Starts the daemon; what it says is appended there.
    pub(crate) fn daemon_into(&self, level: &str, log: PathBuf) -> Daemon {
        start(self.command("run"), level, log)
    }
}

fn start(mut command: Command, level: &str, log: PathBuf) -> Daemon {
    let file = File::options()
        .create(true)
        .append(true)
        .open(&log)
        .unwrap();
    let child = command
        .env("ANTEROOM_LOG", level)
        .stdout(file.try_clone().unwrap())
        .stderr(file)
        .spawn()
        .unwrap();
    Daemon { child, log }
}

/// Whether these calls are for files only.
fn is_of_files(calls: &str) -> bool {
    let of_files = ["pwrite64", "fsync", "fdatasync"];
    calls.split(',').all(|call| of_files.contains(&call))
}

/// A kind of call that fails, and when.
#[derive(Debug)]
pub(crate) struct Failure {
    /// As strace names them, with commas between.
    pub(crate) calls: &'static str,
    pub(crate) error: &'static str,
    /// The first that fails; the first there is is 1.
    pub(crate) from: usize,
    pub(crate) lasting: Lasting,
}

/// For how long a kind of call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lasting {
    Once,
    FromThereOn,
}

/// A call as strace saw it.
#[derive(Debug)]
pub(crate) struct Call {
    /// When it was made, or came back; in seconds since 1970.
    pub(crate) time: f64,
    pub(crate) was_made_to_fail: bool,
}

impl Call {
    /// A line is "4711 1795683606.699628 fsync(5) = -1 EIO (Input/output error) (INJECTED)", or,
    /// where another thread came between, one without the outcome and one with it.
    fn read(line: &str) -> Option<Call> {
        let (before, _) = line.split_once(" = ")?;
        let time = before.split_whitespace().nth(1)?.parse().ok()?;
        Some(Call {
            time,
            was_made_to_fail: line.ends_with("(INJECTED)"),
        })
    }
}

/// How a service manager has memory allocated: what the unit says of it.
fn allocation() -> Vec<(String, String)> {
    let unit = std::fs::read_to_string(root().join("contrib/systemd/anteroom.service")).unwrap();
    let settings: Vec<(String, String)> = unit
        .lines()
        .filter_map(|line| line.strip_prefix("Environment=")?.split_once('='))
        .filter(|(name, _)| name.starts_with("MALLOC_"))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    assert!(!settings.is_empty(), "the unit says nothing of memory");
    settings
}

impl Daemon {
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The most memory it has held, in KiB.
    pub(crate) fn peak_memory(&self) -> u64 {
        self.kibibytes("VmHWM:").unwrap()
    }

    /// The memory it holds now, in KiB; none if it has ended.
    pub(crate) fn memory(&self) -> Option<u64> {
        self.kibibytes("VmRSS:")
    }

    fn kibibytes(&self, name: &str) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).ok()?;
        let value = status.lines().find_map(|line| line.strip_prefix(name))?;
        value.trim().trim_end_matches(" kB").parse().ok()
    }

    /// How many files and connections it holds open; none if it has ended.
    pub(crate) fn descriptors(&self) -> Option<usize> {
        let open = std::fs::read_dir(format!("/proc/{}/fd", self.id())).ok()?;
        Some(open.count())
    }

    /// How it ended, if it has.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap()
    }

    /// Has it read its configuration anew.
    pub(crate) fn hang_up(&self) {
        self.signal(Signal::HUP);
    }

    /// Asks it to end as a service manager does; how, and after what time it did.
    #[track_caller]
    pub(crate) fn terminate(&mut self) -> (ExitStatus, Duration) {
        let asked = Instant::now();
        self.signal(Signal::TERM);
        let mut status = None;
        wait_until("the daemon to end", Duration::from_secs(15), || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        });
        (status.unwrap(), asked.elapsed())
    }

    /// Ends it as a power cut does.
    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    fn signal(&self, signal: Signal) {
        let id = Pid::from_child(&self.child);
        kill_process(id, signal).unwrap();
    }

    /// Panics, with the log, if it has ended.
    #[track_caller]
    pub(crate) fn assert_running(&mut self) {
        if let Some(status) = self.child.try_wait().unwrap() {
            panic!("the daemon ended: {status}\n{}", self.logged());
        }
    }

    pub(crate) fn logged(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.log).unwrap()).into_owned()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Looks every 50 ms until it is so; panics if it is not in time.
#[track_caller]
pub(crate) fn wait_until(what: &str, limit: Duration, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(
            start.elapsed() < limit,
            "waited {limit:?} for {what} in vain"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}
