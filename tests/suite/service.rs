use std::io::Read;
use std::os::unix::net::UnixDatagram;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::support::Workspace;

/// A daemon whose mail server is not there, and the socket it tells its service manager by.
struct Service {
    daemon: Child,
    told: UnixDatagram,
    _here: Workspace,
}

impl Service {
    /// Serves so many accounts, and may have so many files open.
    fn start(accounts: usize, files: usize) -> Service {
        let here = Workspace::new();
        let mut config = format!("state = \"{}\"\n", here.path("state").display());
        for number in 0..accounts {
            config.push_str(&format!(
                "[[account]]\nname = \"a{number}\"\nhost = \"127.0.0.1\"\nport = 1\n\
                 user = \"u{number}\"\npassword_command = [\"echo\", \"secret\"]\n"
            ));
        }
        let config = here.write("config.toml", config);
        let socket = here.path("notify");
        let told = UnixDatagram::bind(&socket).unwrap();
        told.set_read_timeout(Some(Duration::from_secs(60)))
            .unwrap();
        let daemon = Command::new("sh")
            .arg("-c")
            .arg(format!("ulimit -n {files} && exec \"$@\""))
            .arg("sh")
            .arg(env!("CARGO_BIN_EXE_anteroom"))
            .arg("--config")
            .arg(config)
            .arg("run")
            .env("NOTIFY_SOCKET", socket)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Service {
            daemon,
            told,
            _here: here,
        }
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.daemon), signal).unwrap();
    }

    fn hears(&self) -> String {
        let mut bytes = [0; 256];
        let read = self.told.recv(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes[..read]).into_owned()
    }
}

/// What a daemon says that ends by itself, soon.
fn last_words(service: &mut Service) -> String {
    let start = Instant::now();
    while service.daemon.try_wait().unwrap().is_none() {
        assert!(start.elapsed() < Duration::from_secs(60), "it goes on");
        std::thread::sleep(Duration::from_millis(50));
    }
    let mut said = String::new();
    let mut stderr = service.daemon.stderr.take().unwrap();
    stderr.read_to_string(&mut said).unwrap();
    said
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

/// Who hears STOPPING=1 of a daemon that goes on kills it after a while.
#[test]
fn a_reload_is_not_told_as_an_end() {
    let mut service = Service::start(1, 1024);
    assert_eq!(service.hears(), "READY=1\n");
    service.signal(Signal::HUP);
    assert_eq!(service.hears(), "RELOADING=1\n");
    assert_eq!(service.hears(), "READY=1\n");
    service.signal(Signal::TERM);
    assert_eq!(service.hears(), "STOPPING=1\n");
    assert!(service.daemon.wait().unwrap().success());
}

/// The first stores are open when the files run out. What is served by then would hold up the end.
#[test]
fn a_store_that_cannot_be_opened_for_every_account_ends_the_daemon() {
    let mut service = Service::start(40, 60);
    let said = last_words(&mut service);
    assert!(said.contains("state.sqlite"), "{said}");
    assert!(!service.daemon.wait().unwrap().success());
}
