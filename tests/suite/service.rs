use std::os::unix::net::UnixDatagram;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use super::support::Workspace;

/// A daemon whose mail server is not there, and the socket it tells its service manager by.
struct Service {
    daemon: Child,
    told: UnixDatagram,
    _here: Workspace,
}

impl Service {
    fn start() -> Service {
        let here = Workspace::new();
        let config = here.write(
            "config.toml",
            format!(
                "state = \"{}\"\n[[account]]\nname = \"work\"\nhost = \"127.0.0.1\"\nport = 1\n\
                 user = \"me\"\npassword_command = [\"echo\", \"secret\"]\n",
                here.path("state").display()
            ),
        );
        let socket = here.path("notify");
        let told = UnixDatagram::bind(&socket).unwrap();
        told.set_read_timeout(Some(Duration::from_secs(60)))
            .unwrap();
        let daemon = Command::new(env!("CARGO_BIN_EXE_anteroom"))
            .arg("--config")
            .arg(config)
            .arg("run")
            .env("NOTIFY_SOCKET", socket)
            .stderr(Stdio::null())
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

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

/// Who hears STOPPING=1 of a daemon that goes on kills it after a while.
#[test]
fn a_reload_is_not_told_as_an_end() {
    let mut service = Service::start();
    assert_eq!(service.hears(), "READY=1\n");
    service.signal(Signal::HUP);
    assert_eq!(service.hears(), "RELOADING=1\n");
    assert_eq!(service.hears(), "READY=1\n");
    service.signal(Signal::TERM);
    assert_eq!(service.hears(), "STOPPING=1\n");
    assert!(service.daemon.wait().unwrap().success());
}
