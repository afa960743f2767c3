//! Faults of connections: the bytes that a client gets instead of an answer, and how its connection ends.

use axum::response::Response;
use bytes::{Bytes, BytesMut};
use http::StatusCode;
use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use http_body_util::{BodyExt, Collected};
use serde::{Deserialize, Serialize};

/// What happens to a connection in place of its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum ConnectionFault {
    /// It closes (FIN).
    Close,
    /// It is reset (RST).
    Reset,
    /// It stays silent until the client goes away or the faults change.
    Silent,
    /// It closes after half of the body that `Content-Length` announces.
    ShortBody,
    /// It closes after a chunk whose size is no number.
    BadChunk,
    /// It closes after bytes that are no HTTP.
    Garbage,
    /// A TLS handshake is refused with an alert. A pattern makes no sense here, because there is no request yet.
    RefuseTls,
}

impl ConnectionFault {
    /// Whether the client sees nothing of the true answer.
    pub(super) fn replaces(self) -> bool {
        !matches!(self, Self::ShortBody | Self::BadChunk)
    }
}

/// Bytes for a connection in place of an answer. The answer carries it to the server.
#[derive(Debug, Clone)]
pub(crate) struct Broken {
    pub(crate) bytes: Bytes,
    pub(crate) end: End,
}

/// How a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Close,
    Reset,
}

/// What is no HTTP.
const GARBAGE: &[u8] = b"\x00\xff\x13\x37 this is not HTTP \xfe\x00\r\n";

/// The `handshake_failure` alert of TLS.
pub(crate) const TLS_ALERT: &[u8] = &[0x15, 3, 1, 0, 2, 2, 0x28];

impl ConnectionFault {
    /// Turns the true answer into what the connection gets.
    pub(super) async fn broken(self, response: Response) -> Broken {
        let (mut parts, body) = response.into_parts();
        let body = body.collect().await.map(Collected::to_bytes).unwrap_or_default();
        parts.headers.remove(CONTENT_LENGTH);
        parts.headers.remove(TRANSFER_ENCODING);
        let mut bytes = BytesMut::new();
        if !self.replaces() {
            head(&mut bytes, parts.status, &parts.headers);
        }
        match self {
            Self::ShortBody => {
                bytes.extend_from_slice(format!("content-length: {}\r\n\r\n", body.len().max(2)).as_bytes());
                bytes.extend_from_slice(&body[..body.len() / 2]);
            }
            Self::BadChunk => {
                let half = &body[..body.len() / 2];
                bytes.extend_from_slice(b"transfer-encoding: chunked\r\n\r\n");
                if !half.is_empty() {
                    bytes.extend_from_slice(format!("{:x}\r\n", half.len()).as_bytes());
                    bytes.extend_from_slice(half);
                    bytes.extend_from_slice(b"\r\n");
                }
                bytes.extend_from_slice(b"xyz\r\n");
            }
            Self::Garbage => bytes.extend_from_slice(GARBAGE),
            Self::Close | Self::Reset | Self::Silent | Self::RefuseTls => {}
        }
        let end = if self == Self::Reset {
            End::Reset
        } else {
            End::Close
        };
        Broken {
            bytes: bytes.freeze(),
            end,
        }
    }
}

fn head(bytes: &mut BytesMut, status: StatusCode, headers: &http::HeaderMap) {
    let reason = status.canonical_reason().unwrap_or_default();
    bytes.extend_from_slice(format!("HTTP/1.1 {} {reason}\r\n", status.as_u16()).as_bytes());
    for (name, value) in headers {
        bytes.extend_from_slice(name.as_str().as_bytes());
        bytes.extend_from_slice(b": ");
        bytes.extend_from_slice(value.as_bytes());
        bytes.extend_from_slice(b"\r\n");
    }
}
