use std::net::{TcpListener, TcpStream};

/// Listens on loopback in front of a port until it is over, and gives each client with a connection
/// of its own to the server away. With no server there, the client finds its connection closed.
/// Returns the port to connect to.
pub(crate) fn listen(
    port: u16,
    is_over: impl Fn() -> bool + Send + 'static,
    mut serve: impl FnMut(TcpStream, TcpStream) + Send + 'static,
) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let own = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for client in listener.incoming() {
            if is_over() {
                return;
            }
            if let (Ok(client), Ok(server)) = (client, TcpStream::connect(("127.0.0.1", port))) {
                serve(client, server);
            }
        }
    });
    own
}
