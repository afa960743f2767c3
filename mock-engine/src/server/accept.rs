//! Taking connections off a port.
//!
//! Invariant: a failure to accept never ends the loop and never spins: out of file descriptors, it has an idle
//! connection closed and waits for its descriptor to come back.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::{TcpListener, TcpStream};

const SHORTEST_PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Connections that the system completes while the loop is busy; it has an upper limit of its own. With the usual 128, a
/// burst overflows it, and whoever is dropped tries again only after a second.
const BACKLOG: i32 = 4096;

/// The first byte of a TLS handshake record; no HTTP method begins with it.
const TLS_HANDSHAKE: u8 = 0x16;

/// Opens a port, and says which address it has.
pub(super) fn listen(address: SocketAddr, only_v6: bool) -> io::Result<(TcpListener, SocketAddr)> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    if address.is_ipv6() && only_v6 {
        socket.set_only_v6(true)?;
    }
    // So that a port can be had again right after the last engine left it; elsewhere this would mean something else.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    let listener = TcpListener::from_std(socket.into())?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// The next connection, however long it takes. `make_room` is to free what accepting may have lacked.
pub(super) async fn next(listener: &TcpListener, make_room: impl Fn()) -> (TcpStream, SocketAddr) {
    let mut pause = SHORTEST_PAUSE;
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            // The peer gave up while it waited: the next one is unaffected.
            Err(error) if is_the_peers(&error) => {}
            Err(error) => {
                // One line per run of failures: whoever causes them must not fill the disk with the log as well.
                if pause == SHORTEST_PAUSE {
                    tracing::warn!(%error, "can't accept connections, trying again");
                }
                make_room();
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
}
fn is_the_peers(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset
    )
}

/// Whether the client begins with a TLS handshake. Takes nothing off the stream.
pub(super) async fn begins_tls(stream: &TcpStream) -> io::Result<bool> {
    let mut first = [0];
    match stream.peek(&mut first).await? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(first[0] == TLS_HANDSHAKE),
    }
}
