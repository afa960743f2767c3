//! The addresses that an engine listens on.
//!
//! Invariant: all addresses have the same port, and the engine starts on all of them or not at all. Only `::1` of
//! `localhost` may be missing, on a machine without IPv6.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::TcpListener;

/// Attempts to find a port that is free on all addresses.
const TRIES: usize = 100;

/// Connections that the system holds until the server accepts them. With the usual 128 a burst overflows the queue, and
/// the dropped clients try again only after a second.
const BACKLOG: i32 = 4096;

/// Where to listen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bind {
    /// 127.0.0.1 and, if the machine has IPv6, ::1.
    Localhost,
    /// One address.
    Address(IpAddr),
}

impl fmt::Display for Bind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Localhost => f.write_str("localhost"),
            Self::Address(ip) => ip.fmt(f),
        }
    }
}

/// A text that is not an address to listen on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not an address to listen on (127.0.0.1, ::1 or localhost; the port is set by --port)")]
pub struct BindError(String);

impl FromStr for Bind {
    type Err = BindError;

    fn from_str(text: &str) -> Result<Self, BindError> {
        if text.eq_ignore_ascii_case("localhost") {
            return Ok(Self::Localhost);
        }
        let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
        let ip = bare.unwrap_or(text).parse();
        ip.map(Self::Address).map_err(|_| BindError(text.to_owned()))
    }
}

/// A failure to listen on an address.
#[derive(Debug)]
pub(crate) struct ListenError {
    pub(crate) address: SocketAddr,
    pub(crate) source: io::Error,
}

/// Opens a port on all addresses. Port 0 means one that is free on all of them.
pub(crate) fn open(bind: &[Bind], port: u16) -> Result<Vec<TcpListener>, ListenError> {
    let addresses = addresses(bind);
    for _ in 1..TRIES {
        match open_once(&addresses, port) {
            // The port that is free on the first address is in use on another one.
            Err(error) if port == 0 && error.source.kind() == io::ErrorKind::AddrInUse => {}
            done => return done,
        }
    }
    open_once(&addresses, port)
}

/// Every address once, with whether the engine starts without it.
pub fn addresses(bind: &[Bind]) -> Vec<(IpAddr, bool)> {
    let mut addresses: Vec<(IpAddr, bool)> = Vec::new();
    let mut add = |ip: IpAddr, is_optional: bool| match addresses.iter_mut().find(|(known, _)| *known == ip) {
        Some((_, known)) => *known &= is_optional,
        None => addresses.push((ip, is_optional)),
    };
    for bind in bind {
        match bind {
            Bind::Address(ip) => add(*ip, false),
            Bind::Localhost => {
                add(Ipv4Addr::LOCALHOST.into(), false);
                add(Ipv6Addr::LOCALHOST.into(), true);
            }
        }
    }
    addresses
}

fn open_once(addresses: &[(IpAddr, bool)], mut port: u16) -> Result<Vec<TcpListener>, ListenError> {
    // `::` includes IPv4, unless an IPv4 address is listed as well.
    let only_v6 = addresses.iter().any(|(ip, _)| ip.is_ipv4());
    let mut listeners = Vec::new();
    for &(ip, is_optional) in addresses {
        let address = SocketAddr::new(ip, port);
        match listen(address, only_v6) {
            Ok((listener, actual)) => {
                port = actual.port();
                listeners.push(listener);
            }
            Err(error) if is_optional && error.kind() != io::ErrorKind::AddrInUse => {
                tracing::info!(%error, "no IPv6 on this machine, so localhost is 127.0.0.1 alone");
            }
            Err(source) => return Err(ListenError { address, source }),
        }
    }
    Ok(listeners)
}

fn listen(address: SocketAddr, only_v6: bool) -> io::Result<(TcpListener, SocketAddr)> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    if address.is_ipv6() && only_v6 {
        socket.set_only_v6(true)?;
    }
    // Allows a restart on the same port at once. On Windows the option would let two programs share the port.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    let listener = TcpListener::from_std(socket.into())?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}
