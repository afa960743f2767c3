//! Request bodies.
//!
//! Invariant: no body is read without a limit on its size and on the pause between two pieces of it. What is read
//! counts, not what the headers claim: content types are not looked at, except for a multipart boundary.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, Method};
use serde_json::Value;

use super::App;
use super::answer::ApiError;
use crate::model::{ModelError, Row};
use crate::sync::lock;

/// Longest pause between two pieces of a body.
const PAUSE: Duration = Duration::from_secs(60);

/// Where a small body is left for the request journal.
#[derive(Debug, Clone, Default)]
pub(crate) struct Captured(Arc<Mutex<Option<Bytes>>>);

impl Captured {
    /// Largest body that the journal shows.
    const LIMIT: usize = 16 * 1024;

    fn put(&self, bytes: &Bytes) {
        if bytes.len() <= Self::LIMIT {
            // A copy: a slice of the connection's buffer would keep the whole buffer alive.
            *lock(&self.0) = Some(Bytes::copy_from_slice(bytes));
        }
    }

    /// What was read, if it was small.
    pub(crate) fn take(&self) -> Option<Bytes> {
        lock(&self.0).take()
    }
}

/// A whole body.
pub(crate) struct RawBody(pub(crate) Bytes);

impl FromRequest<Arc<App>> for RawBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, ApiError> {
        let captured = request.extensions().get::<Captured>().cloned();
        let (parts, body) = request.into_parts();
        let announced = content_length(&parts.headers);
        let mut pieces = std::pin::pin!(pieces(body, announced, app.http.body_limit)?);
        // Bodies that come in one piece, as nearly all do, are not copied.
        let first = pieces.next().await.transpose()?.unwrap_or_default();
        let bytes = match pieces.next().await.transpose()? {
            None => first,
            Some(second) => {
                // The announcement is a hint, and a hint from outside must not reserve a gigabyte.
                let mut all = Vec::with_capacity(announced.unwrap_or(0).min(16 << 20) as usize);
                all.extend_from_slice(&first);
                all.extend_from_slice(&second);
                while let Some(piece) = pieces.next().await.transpose()? {
                    all.extend_from_slice(&piece);
                }
                Bytes::from(all)
            }
        };
        if let Some(captured) = captured {
            captured.put(&bytes);
        }
        Ok(Self(bytes))
    }
}

/// A body that is JSON, whatever its content type says.
pub(crate) struct JsonBody(pub(crate) Value);

impl FromRequest<Arc<App>> for JsonBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, ApiError> {
        let RawBody(bytes) = RawBody::from_request(request, app).await?;
        if bytes.is_empty() {
            return Err(ModelError::BadBody("it is empty".to_owned()).into());
        }
        let value = serde_json::from_slice(&bytes);
        Ok(Self(value.map_err(|error| {
            ModelError::BadBody(format!("it is not JSON: {error}"))
        })?))
    }
}

/// A body that is a JSON object.
pub(crate) struct ObjectBody(pub(crate) Row);

impl FromRequest<Arc<App>> for ObjectBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, ApiError> {
        match JsonBody::from_request(request, app).await?.0 {
            Value::Object(row) => Ok(Self(row)),
            _ => Err(ModelError::BadBody("it is not a JSON object".to_owned()).into()),
        }
    }
}

/// A file that came as the part of a form.
#[derive(Debug)]
pub(crate) struct FilePart {
    /// The client's name for it.
    pub(crate) filename: String,
    /// Its bytes, if they were to be kept.
    pub(crate) bytes: Bytes,
    /// How many they are.
    pub(crate) length: u64,
}

/// What to do with the bytes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    /// Keep them.
    Bytes,
    /// Only count them.
    Length,
}

/// Reads a form: the file in the part of the given name, and the text of the other parts.
pub(crate) async fn read_form(
    app: &App,
    headers: &HeaderMap,
    body: Body,
    part: &'static str,
    keep: Keep,
) -> Result<(FilePart, Row), ApiError> {
    let content_type = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let boundary = multer::parse_boundary(content_type)
        .map_err(|_| ModelError::BadBody("it is not multipart/form-data with a boundary".to_owned()))?;
    let pieces = pieces(body, content_length(headers), app.http.body_limit)?;
    let mut form = multer::Multipart::new(pieces, boundary);
    let (mut file, mut texts) = (None, Row::new());
    while let Some(mut field) = form.next_field().await.map_err(form_error)? {
        let name = field.name().unwrap_or_default().to_owned();
        if name != part {
            // Only the announced file may be large.
            let text = read_field(&mut field, Keep::Bytes, 64 * 1024).await?.0;
            texts.insert(name, String::from_utf8_lossy(&text).into());
            continue;
        }
        let filename = field.file_name().unwrap_or_default().to_owned();
        let (bytes, length) = read_field(&mut field, keep, app.http.body_limit).await?;
        // Of several parts with the name, the first counts.
        file.get_or_insert(FilePart {
            filename,
            bytes: bytes.into(),
            length,
        });
    }
    let file = file.ok_or_else(|| ModelError::BadBody(format!("the form has no part '{part}'")))?;
    Ok((file, texts))
}

async fn read_field(
    field: &mut multer::Field<'_>,
    keep: Keep,
    limit: u64,
) -> Result<(Vec<u8>, u64), ApiError> {
    let (mut bytes, mut length) = (Vec::new(), 0_u64);
    while let Some(chunk) = field.chunk().await.map_err(form_error)? {
        length += chunk.len() as u64;
        if length > limit {
            return Err(ApiError::BodyTooLarge);
        }
        if keep == Keep::Bytes {
            bytes.extend_from_slice(&chunk);
        }
    }
    Ok((bytes, length))
}

fn form_error(error: multer::Error) -> ApiError {
    match error {
        multer::Error::StreamReadFailed(inner) => match inner.downcast::<ApiError>() {
            Ok(ours) => *ours,
            Err(_) => ApiError::BodyCutOff,
        },
        other => ModelError::BadBody(format!("it is not a usable form: {other}")).into(),
    }
}

/// The pieces of a body, with the limits watched.
fn pieces(
    body: Body,
    announced: Option<u64>,
    limit: u64,
) -> Result<impl Stream<Item = Result<Bytes, ApiError>> + Send + 'static, ApiError> {
    // Refused before the client has sent it all, or, with `Expect: 100-continue`, anything.
    if announced.is_some_and(|length| length > limit) {
        return Err(ApiError::BodyTooLarge);
    }
    let state = (body.into_data_stream(), 0_u64);
    Ok(stream::try_unfold(
        state,
        move |(mut body, mut seen)| async move {
            let Some(piece) = next_piece(&mut body).await? else {
                return Ok(None);
            };
            seen += piece.len() as u64;
            if seen > limit {
                return Err(ApiError::BodyTooLarge);
            }
            Ok(Some((piece, (body, seen))))
        },
    ))
}

async fn next_piece(body: &mut BodyDataStream) -> Result<Option<Bytes>, ApiError> {
    match tokio::time::timeout(PAUSE, body.next()).await {
        Err(_) => Err(ApiError::BodyTooSlow),
        Ok(Some(Err(_))) => Err(ApiError::BodyCutOff),
        Ok(Some(Ok(piece))) => Ok(Some(piece)),
        Ok(None) => Ok(None),
    }
}

fn content_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Whether a request of this method and these headers brings a form.
pub(crate) fn is_form(method: &Method, headers: &HeaderMap) -> bool {
    let content_type = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    *method == Method::POST
        && content_type
            .trim_start()
            .to_ascii_lowercase()
            .starts_with("multipart/")
}
