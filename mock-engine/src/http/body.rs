//! Request bodies.
//!
//! Invariant: every body has a limit on its size and its time, and all bodies together have a limit on their memory.
//! The limits count the bytes that arrive, not the announced length. Nothing is decompressed.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use axum::body::{Body, BodyDataStream};
use axum::extract::{FromRequest, FromRequestParts, Request};
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use http::HeaderMap;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::request::Parts;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::App;
use super::answer::{ApiError, BadRequest};
use crate::engine::locking::lock;
use crate::engine::{EngineError, Row};
use crate::http::journal::EntryId;
use crate::http::limits::{JSON_BODY, LIST_BODY, LOGIN_BODY, Limits, UNCOUNTED_BODY};
use crate::http::messages;
use crate::http::target::Target;

/// Keeps a small body for the journal.
#[derive(Debug, Clone, Default)]
pub(crate) struct Captured(Arc<Mutex<Option<Sent>>>);

/// A body that was read.
#[derive(Debug)]
pub struct Sent {
    pub(crate) bytes: usize,
    /// The body, if it was small.
    pub(crate) kept: Option<Bytes>,
}

impl Sent {
    /// Largest body in the journal.
    pub(crate) const LIMIT: usize = 16 * 1024;

    /// Counts a body, and keeps a small one.
    pub fn of(bytes: &Bytes) -> Self {
        // A copy: a slice of the connection's buffer would keep the whole buffer alive.
        let copy = || Bytes::copy_from_slice(bytes);
        Self {
            bytes: bytes.len(),
            kept: (bytes.len() <= Self::LIMIT).then(copy),
        }
    }
}

impl Captured {
    pub(super) fn put(&self, bytes: &Bytes) {
        *lock(&self.0) = Some(Sent::of(bytes));
    }

    /// Takes the body, if one was read.
    pub(crate) fn take(&self) -> Option<Sent> {
        lock(&self.0).take()
    }
}

/// The memory that all request bodies share. Clones share it too.
#[derive(Debug, Clone)]
pub(crate) struct Bodies {
    /// A permit is a KiB.
    free: Arc<Semaphore>,
}

impl Bodies {
    pub(crate) fn new(limits: &Limits) -> Self {
        let kib = usize::try_from(limits.bodies_bytes / 1024).unwrap_or(usize::MAX);
        Self {
            free: Arc::new(Semaphore::new(kib.min(Semaphore::MAX_PERMITS))),
        }
    }

    pub(super) fn share(&self) -> Share {
        Share {
            free: Arc::clone(&self.free),
            taken: None,
        }
    }
}

/// The part of that memory that one body uses.
#[derive(Debug)]
pub(super) struct Share {
    free: Arc<Semaphore>,
    taken: Option<OwnedSemaphorePermit>,
}

impl Share {
    /// Grows the share to the size of the body.
    pub(super) fn grow(&mut self, bytes: usize) -> Result<(), ApiError> {
        if bytes as u64 <= UNCOUNTED_BODY {
            return Ok(());
        }
        let taken = self.taken.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let more = bytes.div_ceil(1024).saturating_sub(taken);
        let more = u32::try_from(more).map_err(|_| ApiError::BodyTooLarge)?;
        let more = Arc::clone(&self.free)
            .try_acquire_many_owned(more)
            .map_err(|_| ApiError::TooManyBodies)?;
        match &mut self.taken {
            Some(taken) => taken.merge(more),
            None => self.taken = Some(more),
        }
        Ok(())
    }

    /// Ties the share to the bytes; dropping the last copy returns it.
    pub(super) fn hold(self, bytes: impl AsRef<[u8]> + Into<Bytes> + Send + 'static) -> Bytes {
        match self.taken {
            None => bytes.into(),
            Some(share) => Bytes::from_owner(Held { bytes, _share: share }),
        }
    }
}

struct Held<T> {
    bytes: T,
    _share: OwnedSemaphorePermit,
}

impl<T: AsRef<[u8]>> AsRef<[u8]> for Held<T> {
    fn as_ref(&self) -> &[u8] {
        self.bytes.as_ref()
    }
}

/// Reads the body of a request and keeps it for the journal.
async fn read(request: Request, limit: u64) -> Result<Bytes, ApiError> {
    let app = Target::of(&request)?;
    let captured = request.extensions().get::<Captured>().cloned();
    let (parts, body) = request.into_parts();
    let bytes = read_whole(&app, &parts.headers, body, limit).await?;
    if let Some(captured) = captured {
        captured.put(&bytes);
    }
    Ok(bytes)
}

/// Reads a whole body of at most `limit` bytes.
pub(super) async fn read_whole(
    app: &App,
    headers: &HeaderMap,
    body: Body,
    limit: u64,
) -> Result<Bytes, ApiError> {
    let announced = content_length(headers);
    let mut pieces = std::pin::pin!(pieces(app, body, announced, limit)?);
    let mut share = app.bodies.share();
    // Nearly all bodies arrive in one piece; those are not copied.
    let first = pieces.next().await.transpose()?.unwrap_or_default();
    share.grow(first.len())?;
    Ok(match pieces.next().await.transpose()? {
        None => share.hold(first),
        Some(second) => {
            // The announced length is a hint from outside, so it reserves at most 1 MiB.
            let mut all = Vec::with_capacity(announced.unwrap_or(0).min(1 << 20) as usize);
            all.extend_from_slice(&first);
            all.extend_from_slice(&second);
            while let Some(piece) = pieces.next().await.transpose()? {
                all.extend_from_slice(&piece);
                share.grow(all.capacity())?;
            }
            share.hold(all)
        }
    })
}

async fn read_object(request: Request, limit: u64) -> Result<Row, ApiError> {
    let app = Target::of(&request)?;
    let entry = request.extensions().get::<EntryId>().copied();
    let bytes = read(request, limit).await?;
    match read_value(&app, entry, &bytes, "it is not JSON")? {
        Value::Object(row) => Ok(row),
        _ => Err(BadRequest::body("it is not a JSON object").into()),
    }
}

/// Reads the JSON value of a body. Known clients send a brace too many and engines ignore bytes after the value, so
/// this does too, unless `strict_json` is set.
pub(crate) fn read_value<T: DeserializeOwned>(
    app: &App,
    entry: Option<EntryId>,
    bytes: &[u8],
    otherwise: &str,
) -> Result<T, ApiError> {
    let mut values = serde_json::Deserializer::from_slice(bytes).into_iter();
    let value = match values.next() {
        None => return Err(BadRequest::body("it is empty").into()),
        Some(value) => value.map_err(|error| BadRequest::Body(format!("{otherwise}: {error}")))?,
    };
    let rest = bytes.get(values.byte_offset()..).unwrap_or_default();
    let rest = rest.trim_ascii();
    if !rest.is_empty() {
        if app.engine.settings.strict_json {
            return Err(BadRequest::body(messages::TRAILING_DATA).into());
        }
        ignored(app, entry);
    }
    Ok(value)
}

/// Notes ignored bytes after the JSON value in the log and the journal.
pub(crate) fn ignored(app: &App, entry: Option<EntryId>) {
    tracing::warn!(engine = %app.engine.settings.name, "ignored: {}", messages::TRAILING_DATA);
    if let Some(entry) = entry {
        app.journal
            .note(entry, &format!("ignored: {}", messages::TRAILING_DATA));
    }
}

/// A whole body: a document or a state.
pub(crate) struct RawBody(pub(crate) Bytes);

impl<S: Sync> FromRequest<S> for RawBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        read(request, u64::MAX).await.map(Self)
    }
}

/// The journal entry of a request.
pub(crate) struct Entry(pub(crate) Option<EntryId>);

impl<S: Sync> FromRequestParts<S> for Entry {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(parts.extensions.get().copied()))
    }
}

/// The unparsed list of objects to export.
pub(crate) struct ListBody(pub(crate) Bytes);

impl<S: Sync> FromRequest<S> for ListBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        read(request, LIST_BODY).await.map(Self)
    }
}

/// A JSON object, regardless of the content type.
pub(crate) struct ObjectBody(pub(crate) Row);

impl<S: Sync> FromRequest<S> for ObjectBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        read_object(request, JSON_BODY).await.map(Self)
    }
}

/// A text with its media type.
pub(crate) struct TextBody {
    pub(crate) text: String,
    pub(crate) content_type: Option<String>,
}

impl<S: Sync> FromRequest<S> for TextBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let content_type = request.headers().get(CONTENT_TYPE);
        let content_type = content_type.and_then(|name| name.to_str().ok());
        let content_type = content_type.map(str::to_ascii_lowercase);
        let bytes = read(request, JSON_BODY).await?;
        let text = String::from_utf8(bytes.into()).map_err(|_| BadRequest::body("it is not UTF-8"))?;
        Ok(Self { text, content_type })
    }
}

/// A JSON object from a client without a token.
pub(crate) struct LoginBody(pub(crate) Row);

impl<S: Sync> FromRequest<S> for LoginBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        read_object(request, LOGIN_BODY).await.map(Self)
    }
}

/// The pieces of a body, within the limits. Ends early when the engine stops, since the rest may never come.
pub(super) fn pieces(
    app: &App,
    body: Body,
    announced: Option<u64>,
    limit: u64,
) -> Result<impl Stream<Item = Result<Bytes, ApiError>> + Send + 'static, ApiError> {
    let limit = limit.min(app.limits.body_bytes);
    // A client with `Expect: 100-continue` has sent nothing of it yet.
    if announced.is_some_and(|length| length > limit) {
        return Err(ApiError::BodyTooLarge);
    }
    let stopping = app.engine.stopping.clone();
    let in_time = Box::pin(tokio::time::sleep(app.limits.transfer));
    let state = (body.into_data_stream(), in_time, 0_u64);
    Ok(stream::try_unfold(state, move |(mut body, mut in_time, seen)| {
        let stopping = stopping.clone();
        async move {
            let piece = tokio::select! {
                // A piece that has arrived is read even if the engine stops.
                biased;
                piece = next_piece(&mut body) => piece?,
                () = stopping.cancelled() => return Err(EngineError::Stopping.into()),
                () = &mut in_time => return Err(ApiError::BodyTooSlow),
            };
            let Some(piece) = piece else {
                return Ok(None);
            };
            let seen = seen + piece.len() as u64;
            if seen > limit {
                return Err(ApiError::BodyTooLarge);
            }
            Ok(Some((piece, (body, in_time, seen))))
        }
    }))
}

async fn next_piece(body: &mut BodyDataStream) -> Result<Option<Bytes>, ApiError> {
    match body.next().await {
        Some(piece) => piece.map(Some).map_err(|_| ApiError::BodyCutOff),
        None => Ok(None),
    }
}

pub(super) fn content_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
