//! The addresses of a mock.

use std::net::{Ipv6Addr, SocketAddr, TcpListener};

use mock_engine::Bind;
use mock_engine::{MockEngine, RunningEngine, StartError};

use crate::support::blocking::{Process, User};
use crate::support::client::exchange;

/// Whether the machine has IPv6.
fn has_v6() -> bool {
    TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok()
}

async fn answers(address: SocketAddr) -> bool {
    let request = b"GET /__admin/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    exchange(address, request).await.status == 200
}

fn addresses(engine: &RunningEngine) -> Vec<String> {
    engine
        .addresses()
        .iter()
        .map(|address| address.ip().to_string())
        .collect()
}

#[tokio::test]
#[ignore = "ci/long runs it"]
async fn localhost_is_both_loopback_addresses_on_one_port() {
    let mut engines = Vec::new();
    for _ in 0..20 {
        engines.push(MockEngine::builder().empty().start().await.unwrap());
    }
    for engine in &engines {
        let port = engine.address().port();
        assert_eq!(engine.url(), format!("http://127.0.0.1:{port}"));
        assert!(answers(engine.address()).await);
        if has_v6() {
            assert_eq!(addresses(engine), ["127.0.0.1", "::1"]);
            assert!(answers((Ipv6Addr::LOCALHOST, port).into()).await);
        } else {
            assert_eq!(addresses(engine), ["127.0.0.1"]);
        }
    }
    for engine in engines {
        let all = engine.addresses().to_vec();
        assert!(engine.shutdown().await);
        for address in all {
            assert!(
                tokio::net::TcpStream::connect(address).await.is_err(),
                "{address}"
            );
        }
    }
}

#[tokio::test]
async fn several_addresses_share_a_port_and_repetition_counts_once() {
    let bind = ["127.0.0.2", "127.0.0.1", "localhost"].map(|text| text.parse::<Bind>().unwrap());
    let engine = MockEngine::builder().empty().bind(bind).start().await.unwrap();
    assert_eq!(addresses(&engine)[..2], ["127.0.0.2", "127.0.0.1"]);
    for address in engine.addresses() {
        assert_eq!(address.port(), engine.address().port());
        assert!(answers(*address).await);
    }
}

#[tokio::test]
async fn both_wildcard_addresses_work_together() {
    if has_v6() {
        let bind = ["0.0.0.0", "::"].map(|text| text.parse::<Bind>().unwrap());
        let engine = MockEngine::builder()
            .empty()
            .user("a", "b")
            .bind(bind)
            .start()
            .await
            .unwrap();
        let port = engine.address().port();
        assert!(answers(([127, 0, 0, 1], port).into()).await);
        assert!(answers((Ipv6Addr::LOCALHOST, port).into()).await);
    }
}

#[tokio::test]
async fn port_in_use_on_one_address_is_an_error() {
    if has_v6() {
        let other = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).unwrap();
        let taken = other.local_addr().unwrap();
        let error = MockEngine::builder()
            .port(taken.port())
            .start()
            .await
            .unwrap_err();
        assert!(
            matches!(error, StartError::Bind { address, .. } if address == taken),
            "{error}"
        );
    }
}

#[tokio::test]
async fn address_beyond_loopback_needs_users() {
    let bind = ["127.0.0.1", "0.0.0.0"].map(|text| text.parse::<Bind>().unwrap());
    let error = MockEngine::builder().bind(bind).start().await.unwrap_err();
    assert!(error.to_string().contains("--user"), "{error}");
    let error = MockEngine::builder().bind([]).start().await.unwrap_err();
    assert!(matches!(error, StartError::NoAddress), "{error}");
}

#[test]
fn program_listens_on_addresses_and_localhost() {
    let process = Process::start(&["--bind", "127.0.0.2", "--bind", "localhost"]);
    assert_eq!(process.address.ip().to_string(), "127.0.0.2");
    User::login(process.address);
    User::login(([127, 0, 0, 1], process.address.port()).into());
    if has_v6() {
        let process = Process::start(&["--bind", "::1"]);
        assert_eq!(process.address.ip(), Ipv6Addr::LOCALHOST);
        User::login(process.address);
    }
}
