use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

use super::proxy::Ending;
use super::relay::listen;

/// Between two looks at what is to become of a connection.
const TICK: Duration = Duration::from_millis(50);

/// A TCP proxy on loopback whose connections go wrong at a word, whatever is under way.
pub(crate) struct Valve {
    pub(crate) port: u16,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    lines: Mutex<Vec<Weak<Line>>>,
    over: AtomicBool,
}

/// One connection.
struct Line {
    flow: Mutex<Flow>,
}

/// What becomes of the bytes of a connection.
#[derive(Debug, Clone, Copy)]
enum Flow {
    Open,
    /// Nothing passes until then, and nobody is told.
    Stalled(Instant),
    /// So many more bytes pass, both ways taken together; then it ends.
    Until(usize, Ending),
    Over(Ending),
}

impl Valve {
    /// In front of this port.
    pub(crate) fn before(port: u16) -> Valve {
        let shared = Arc::new(Shared::default());
        let (watched, known) = (Arc::clone(&shared), Arc::clone(&shared));
        let port = listen(
            port,
            move || watched.over.load(Ordering::SeqCst),
            move |client, server| {
                let line = serve(&client, &server);
                let mut lines = known.lines.lock().unwrap();
                lines.retain(|line| line.strong_count() > 0);
                lines.extend(line);
            },
        );
        Valve { port, shared }
    }

    /// Ends all connections after so many more bytes.
    pub(crate) fn cut(&self, after: usize, ending: Ending) {
        self.set(Flow::Until(after, ending));
    }

    /// Lets nothing through for this time.
    pub(crate) fn stall(&self, time: Duration) {
        self.set(Flow::Stalled(Instant::now() + time));
    }

    /// Lets everything through again.
    pub(crate) fn open(&self) {
        self.set(Flow::Open);
    }

    fn set(&self, flow: Flow) {
        for line in self.shared.lines.lock().unwrap().iter() {
            if let Some(line) = line.upgrade() {
                *line.flow.lock().unwrap() = flow;
            }
        }
    }
}

impl Drop for Valve {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::SeqCst);
        self.cut(0, Ending::Close);
        // Wakes the thread that listens.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

/// Passes bytes on both ways until either end closes.
fn serve(client: &TcpStream, server: &TcpStream) -> Option<Weak<Line>> {
    let line = Arc::new(Line {
        flow: Mutex::new(Flow::Open),
    });
    for stream in [client, server] {
        stream.set_nodelay(true).ok()?;
        stream.set_read_timeout(Some(TICK)).ok()?;
    }
    for (from, to) in [(client, server), (server, client)] {
        let (from, to) = (from.try_clone().ok()?, to.try_clone().ok()?);
        let line = Arc::clone(&line);
        std::thread::spawn(move || {
            let ending = line.pass(&from, &to);
            line.end(ending);
            if ending == Ending::Reset {
                for stream in [&from, &to] {
                    let _ = rustix::net::sockopt::set_socket_linger(stream, Some(Duration::ZERO));
                }
            }
            let how = match ending {
                // The last of the two to be closed says it.
                Ending::Reset => Shutdown::Read,
                Ending::Close => Shutdown::Both,
            };
            let _ = from.shutdown(how);
            let _ = to.shutdown(how);
        });
    }
    Some(Arc::downgrade(&line))
}

impl Line {
    fn pass(&self, mut from: &TcpStream, mut to: &TcpStream) -> Ending {
        let mut buffer = [0; 4096];
        loop {
            match *self.flow.lock().unwrap() {
                Flow::Over(ending) | Flow::Until(0, ending) => return ending,
                Flow::Stalled(until) if Instant::now() < until => {
                    std::thread::sleep(TICK);
                    continue;
                }
                Flow::Open | Flow::Stalled(_) | Flow::Until(..) => {}
            }
            let read = match from.read(&mut buffer) {
                Ok(0) => return Ending::Close,
                Ok(read) => read,
                Err(error) if is_timeout(error.kind()) => continue,
                Err(_) => return Ending::Close,
            };
            let passed = self.admit(read);
            if to.write_all(&buffer[..passed]).is_err() {
                return Ending::Close;
            }
        }
    }

    /// How many of so many bytes may pass.
    fn admit(&self, bytes: usize) -> usize {
        match &mut *self.flow.lock().unwrap() {
            Flow::Open | Flow::Stalled(_) => bytes,
            Flow::Until(left, _) => {
                let passed = bytes.min(*left);
                *left -= passed;
                passed
            }
            Flow::Over(_) => 0,
        }
    }

    fn end(&self, ending: Ending) {
        *self.flow.lock().unwrap() = Flow::Over(ending);
    }
}

fn is_timeout(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut)
}
