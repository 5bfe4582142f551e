use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::relay::listen;

/// A TCP proxy on loopback that ends its first connection where it is told, and lets the others be.
///
/// Where: TLS sends records, and half a record tells the receiver nothing. So a cut after byte k,
/// for every k, comes to one of two things: the last record that arrived whole is the n-th, and it
/// is followed by nothing, or by a part of the next.
pub(crate) struct Proxy {
    pub(crate) port: u16,
    shared: Arc<Shared>,
}

/// Which way the bytes flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Towards {
    Server,
    Client,
}

/// What comes after the last whole record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Remainder {
    Nothing,
    Part,
}

/// How the connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Properly (FIN).
    Close,
    /// With a reset (RST).
    Reset,
}

/// Where a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cut {
    pub(crate) towards: Towards,
    /// How many records arrive whole.
    pub(crate) whole: usize,
    pub(crate) then: Remainder,
    pub(crate) ending: Ending,
}

#[derive(Default)]
struct Shared {
    cut: Mutex<Option<Cut>>,
    was_cut: AtomicBool,
    to_server: AtomicUsize,
    to_client: AtomicUsize,
    bytes_to_client: AtomicUsize,
    over: AtomicBool,
}

impl Shared {
    fn records(&self, towards: Towards) -> &AtomicUsize {
        match towards {
            Towards::Server => &self.to_server,
            Towards::Client => &self.to_client,
        }
    }
}

impl Proxy {
    /// In front of this port.
    pub(crate) fn before(port: u16, cut: Option<Cut>) -> Proxy {
        let shared = Arc::new(Shared {
            cut: Mutex::new(cut),
            ..Shared::default()
        });
        let (watched, served) = (Arc::clone(&shared), Arc::clone(&shared));
        let port = listen(
            port,
            move || watched.over.load(Ordering::SeqCst),
            move |client, server| serve(client, server, &served),
        );
        Proxy { port, shared }
    }

    /// Records that went this way, over all connections.
    pub(crate) fn records(&self, towards: Towards) -> usize {
        self.shared.records(towards).load(Ordering::SeqCst)
    }

    /// Bytes that the client got, over all connections.
    pub(crate) fn bytes_received(&self) -> usize {
        self.shared.bytes_to_client.load(Ordering::SeqCst)
    }

    /// True if a connection was ended on purpose.
    pub(crate) fn was_cut(&self) -> bool {
        self.shared.was_cut.load(Ordering::SeqCst)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::SeqCst);
        // Wakes the thread that listens.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

fn serve(client: TcpStream, server: TcpStream, shared: &Arc<Shared>) {
    let cut = shared.cut.lock().unwrap().take();
    for stream in [&client, &server] {
        let _ = stream.set_nodelay(true);
        let _ = stream.set_read_timeout(Some(Duration::from_secs(60)));
    }
    let both = [
        (Towards::Server, client.try_clone(), server.try_clone()),
        (Towards::Client, Ok(server), Ok(client)),
    ];
    let reset = Arc::new(AtomicBool::new(false));
    for (towards, from, to) in both {
        let (Ok(from), Ok(to)) = (from, to) else {
            return;
        };
        let (shared, reset) = (Arc::clone(shared), Arc::clone(&reset));
        let cut = cut.filter(|cut| cut.towards == towards);
        std::thread::spawn(move || {
            // An error is the end of one of the two connections, and of the other with it.
            let ending = pass_on(&from, &to, towards, cut, &shared);
            if matches!(ending, Ok(Ending::Reset)) {
                reset.store(true, Ordering::SeqCst);
                for stream in [&from, &to] {
                    let _ = rustix::net::sockopt::set_socket_linger(stream, Some(Duration::ZERO));
                }
            }
            // Nothing is said before a reset; the other thread only stops to listen.
            let how = match reset.load(Ordering::SeqCst) {
                true => Shutdown::Read,
                false => Shutdown::Both,
            };
            let _ = from.shutdown(how);
            let _ = to.shutdown(how);
        });
    }
}

fn pass_on(
    mut from: &TcpStream,
    mut to: &TcpStream,
    towards: Towards,
    cut: Option<Cut>,
    shared: &Shared,
) -> std::io::Result<Ending> {
    for number in 0.. {
        let mut record = vec![0; 5];
        from.read_exact(&mut record)?;
        let length = usize::from(record[3]) << 8 | usize::from(record[4]);
        record.resize(5 + length, 0);
        from.read_exact(&mut record[5..])?;
        if let Some(cut) = cut.filter(|cut| cut.whole == number) {
            if cut.then == Remainder::Part {
                to.write_all(&record[..record.len() - 1])?;
            }
            shared.was_cut.store(true, Ordering::SeqCst);
            return Ok(cut.ending);
        }
        to.write_all(&record)?;
        shared.records(towards).fetch_add(1, Ordering::SeqCst);
        if towards == Towards::Client {
            let bytes = &shared.bytes_to_client;
            bytes.fetch_add(record.len(), Ordering::SeqCst);
        }
    }
    Ok(Ending::Close)
}
