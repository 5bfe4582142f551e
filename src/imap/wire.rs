//! The socket: nothing on it waits longer than allowed, and a stop is noticed at once.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use socket2::{SockRef, TcpKeepalive};

use super::{ConnectError, Interrupt};
use crate::account::Endpoint;
use crate::limits;
use crate::mailstore::Woken;

/// Time between two looks at the clock and at the interrupt.
const TICK: Duration = Duration::from_millis(200);

/// What ends a read or a write besides the server.
#[derive(Debug)]
pub(super) struct Watch {
    interrupt: Arc<Interrupt>,
    state: Mutex<State>,
}

#[derive(Debug, Clone, Copy)]
struct State {
    ends: Instant,
    /// Set while nothing is expected and something may come.
    waiting: bool,
    woken: Option<Woken>,
}

impl Watch {
    pub(super) fn new(interrupt: &Arc<Interrupt>, limit: Duration) -> Arc<Watch> {
        Arc::new(Watch {
            interrupt: Arc::clone(interrupt),
            state: Mutex::new(State {
                ends: Instant::now() + limit,
                waiting: false,
                woken: None,
            }),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The server has this long for what comes now.
    pub(super) fn begin(&self, limit: Duration) {
        *self.state() = State {
            ends: Instant::now() + limit,
            waiting: false,
            woken: None,
        };
    }

    /// From now on silence is no fault: after this time the wait is over.
    pub(super) fn begin_wait(&self, limit: Duration) {
        *self.state() = State {
            ends: Instant::now() + limit,
            waiting: true,
            woken: None,
        };
    }

    /// The wait is over, and the server has this long to answer.
    pub(super) fn end_wait(&self, limit: Duration) {
        let mut state = self.state();
        state.waiting = false;
        state.ends = Instant::now() + limit;
    }

    pub(super) fn is_waiting(&self) -> bool {
        self.state().waiting
    }

    /// Something happened on the server: the wait ends.
    pub(super) fn wake(&self, by: Woken) {
        self.state().woken = Some(by);
    }

    /// Who ended the wait.
    pub(super) fn woken(&self) -> Option<Woken> {
        self.state().woken
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.interrupt.is_stopped()
    }

    /// Bytes came: their share of time is granted.
    fn received(&self, bytes: usize) {
        let mut state = self.state();
        if !state.waiting {
            let share = bytes as u64 * 1_000_000 / limits::SLOWEST;
            state.ends += Duration::from_micros(share);
        }
    }

    /// Sleeps until somebody wakes, stops, or the time is over.
    pub(super) fn sleep(&self, limit: Duration) -> io::Result<Woken> {
        self.begin_wait(limit);
        loop {
            match self.check() {
                Ok(()) => thread::sleep(TICK.min(self.left())),
                Err(error) if error.kind() == ErrorKind::TimedOut => {
                    return Ok(self.woken().unwrap_or(Woken::Time));
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn left(&self) -> Duration {
        self.state().ends.saturating_duration_since(Instant::now())
    }

    /// Fails if there is no point in going on.
    fn check(&self) -> io::Result<()> {
        if self.interrupt.is_stopped() {
            return Err(io::Error::other("stopped"));
        }
        let mut state = self.state();
        if state.waiting && self.interrupt.take_wake() {
            state.woken = Some(Woken::Us);
        }
        if state.woken.is_some() && state.waiting {
            return Err(ErrorKind::TimedOut.into());
        }
        if Instant::now() >= state.ends {
            if state.waiting {
                state.woken = Some(Woken::Time);
            }
            return Err(io::Error::new(
                ErrorKind::TimedOut,
                "no answer in the time allowed",
            ));
        }
        Ok(())
    }
}

/// A connected socket.
#[derive(Debug)]
pub(super) struct Wire {
    socket: TcpStream,
    watch: Arc<Watch>,
}

impl Wire {
    /// Looks up the name and connects, on a thread of its own since neither can be interrupted.
    pub(super) fn connect(
        endpoint: &Endpoint,
        interrupt: &Arc<Interrupt>,
        limit: Duration,
    ) -> Result<Wire, ConnectError> {
        let server = server(endpoint);
        let unreachable = |why: String| ConnectError::Unreachable {
            server: server.clone(),
            why,
        };
        let (host, port) = (endpoint.host.clone(), endpoint.port);
        let (tell, told) = mpsc::channel();
        thread::Builder::new()
            .name("connect".to_owned())
            .spawn(move || tell.send(dial(&host, port, limit)).is_ok())
            .map_err(|error| unreachable(error.to_string()))?;
        let watch = Watch::new(interrupt, limit);
        loop {
            match told.recv_timeout(TICK) {
                Ok(socket) => {
                    let ready = socket.and_then(|socket| prepare(&socket).map(|()| socket));
                    let socket = ready.map_err(|error| unreachable(error.to_string()))?;
                    return Ok(Wire { socket, watch });
                }
                Err(_) if watch.is_stopped() => return Err(ConnectError::Stopped),
                Err(_) => watch
                    .check()
                    .map_err(|error| unreachable(error.to_string()))?,
            }
        }
    }

    pub(super) fn watch(&self) -> &Arc<Watch> {
        &self.watch
    }

    /// True if something can be read without waiting.
    pub(super) fn has_spoken(&self) -> io::Result<bool> {
        self.socket.set_nonblocking(true)?;
        let seen = self.socket.peek(&mut [0]);
        self.socket.set_nonblocking(false)?;
        match seen {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// Host and port, as errors name them.
pub(super) fn server(endpoint: &Endpoint) -> String {
    match endpoint.host.contains(':') {
        true => format!("[{}]:{}", endpoint.host, endpoint.port),
        false => format!("{}:{}", endpoint.host, endpoint.port),
    }
}

/// Tries the addresses of a host in turn.
fn dial(host: &str, port: u16, limit: Duration) -> io::Result<TcpStream> {
    let ends = Instant::now() + limit;
    let mut last = io::Error::other("the name has no address");
    for address in (host, port).to_socket_addrs()? {
        let left = ends.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        match TcpStream::connect_timeout(&address, left) {
            Ok(socket) => return Ok(socket),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Sets the time-outs of a new socket.
fn prepare(socket: &TcpStream) -> io::Result<()> {
    socket.set_nodelay(true)?;
    socket.set_read_timeout(Some(TICK))?;
    socket.set_write_timeout(Some(TICK))?;
    let options = SockRef::from(socket);
    let keepalive = TcpKeepalive::new()
        .with_time(Duration::from_secs(60))
        .with_interval(Duration::from_secs(20));
    options.set_tcp_keepalive(&keepalive)?;
    #[cfg(target_os = "linux")]
    options.set_tcp_user_timeout(Some(limits::COMMAND))?;
    Ok(())
}

/// True if a socket call ended only because a tick is over.
fn is_tick(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted
    )
}

impl Read for Wire {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            self.watch.check()?;
            match self.socket.read(into) {
                Ok(bytes) => {
                    self.watch.received(bytes);
                    return Ok(bytes);
                }
                Err(error) if is_tick(&error) => {}
                Err(error) => return Err(error),
            }
        }
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            self.watch.check()?;
            match self.socket.write(bytes) {
                Err(error) if is_tick(&error) => {}
                done => return done,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.socket.flush()
    }
}
