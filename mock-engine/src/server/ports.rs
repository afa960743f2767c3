//! The addresses that an engine listens on.
//!
//! Invariant: all of them have the same port, and either all are had or none is. Only the IPv6 half of `localhost` may
//! be missing, where the machine has no IPv6.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use tokio::net::TcpListener;

use super::accept;
use crate::startup::config::ConfigError;

/// How often a free port is looked for that is free on all addresses.
const TRIES: usize = 100;

/// Where to listen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bind {
    /// On both loopback addresses, 127.0.0.1 and ::1; where there is no IPv6, on the first one.
    Localhost,
    /// On this address.
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

impl FromStr for Bind {
    type Err = ConfigError;

    fn from_str(text: &str) -> Result<Self, ConfigError> {
        if text.eq_ignore_ascii_case("localhost") {
            return Ok(Self::Localhost);
        }
        let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
        let ip = bare.unwrap_or(text).parse();
        ip.map(Self::Address).map_err(|_| ConfigError::Value {
            value: text.to_owned(),
            expected: "an address to listen on (127.0.0.1, ::1 or localhost; --port says the port)",
        })
    }
}

/// An address can't be listened on.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) address: SocketAddr,
    pub(crate) source: io::Error,
}

/// Opens a port on all addresses; 0 takes one that is free on all of them.
pub(crate) fn open(bind: &[Bind], port: u16) -> Result<Vec<TcpListener>, Taken> {
    let wanted = wanted(bind);
    for _ in 1..TRIES {
        match open_once(&wanted, port) {
            // Free on the first address, not on another one.
            Err(taken) if port == 0 && taken.source.kind() == io::ErrorKind::AddrInUse => {}
            done => return done,
        }
    }
    open_once(&wanted, port)
}

/// An address, and whether the engine starts without it.
type Wanted = (IpAddr, bool);

fn wanted(bind: &[Bind]) -> Vec<Wanted> {
    let mut wanted: Vec<Wanted> = Vec::new();
    let mut add = |ip: IpAddr, is_optional: bool| match wanted.iter_mut().find(|(known, _)| *known == ip) {
        Some((_, known)) => *known &= is_optional,
        None => wanted.push((ip, is_optional)),
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
    wanted
}

fn open_once(wanted: &[Wanted], mut port: u16) -> Result<Vec<TcpListener>, Taken> {
    // `::` takes the IPv4 addresses along, unless they are asked for besides.
    let only_v6 = wanted.iter().any(|(ip, _)| ip.is_ipv4());
    let mut listeners = Vec::new();
    for &(ip, is_optional) in wanted {
        let address = SocketAddr::new(ip, port);
        match accept::listen(address, only_v6) {
            Ok((listener, at)) => {
                port = at.port();
                listeners.push(listener);
            }
            Err(error) if is_optional && error.kind() != io::ErrorKind::AddrInUse => {
                tracing::info!(%error, "no IPv6 here, so localhost is 127.0.0.1 alone");
            }
            Err(source) => return Err(Taken { address, source }),
        }
    }
    Ok(listeners)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_localhost_are_understood() {
        for (text, bind) in [
            ("localhost", Bind::Localhost),
            ("LocalHost", Bind::Localhost),
            ("0.0.0.0", Bind::Address(Ipv4Addr::UNSPECIFIED.into())),
            ("::1", Bind::Address(Ipv6Addr::LOCALHOST.into())),
            ("[::1]", Bind::Address(Ipv6Addr::LOCALHOST.into())),
        ] {
            assert_eq!(text.parse::<Bind>().unwrap(), bind);
        }
        for bad in ["", "localhost:8080", "127.0.0.1:8080", "[::1", "a.example.com"] {
            assert!(bad.parse::<Bind>().is_err(), "{bad}");
        }
    }

    #[test]
    fn an_address_is_opened_once_and_must_be_had_if_it_is_named() {
        let v4 = Bind::Address(Ipv4Addr::LOCALHOST.into());
        let v6 = Bind::Address(Ipv6Addr::LOCALHOST.into());
        let both = |optional| {
            vec![
                (Ipv4Addr::LOCALHOST.into(), false),
                (Ipv6Addr::LOCALHOST.into(), optional),
            ]
        };
        assert_eq!(wanted(&[Bind::Localhost, v4]), both(true));
        assert_eq!(wanted(&[Bind::Localhost, v6]), both(false));
    }
}
