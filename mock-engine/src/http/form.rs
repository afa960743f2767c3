//! Forms with a file in them.
//!
//! Invariant: the number of parts, their heads and their texts take bounded memory; a file counts as a body.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Body;
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Method};

use super::App;
use super::answer::{ApiError, BadRequest};
use super::body::{Share, content_length, pieces};
use crate::engine::Row;
use crate::http::limits::{FORM_TEXTS, PART_HEAD};

/// A file from a form.
#[derive(Debug)]
pub(crate) struct FilePart {
    /// The client's name for it.
    pub(crate) filename: String,
    /// Its bytes; empty for [`Keep::Length`].
    pub(crate) bytes: Bytes,
    /// Its length.
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

/// Reads a form: the file in the part named `part`, and the texts of the other parts.
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
        .map_err(|_| BadRequest::body("it is not multipart/form-data with a boundary"))?;
    let unread = Arc::new(AtomicUsize::new(0));
    let pieces = pieces(app, body, content_length(headers), u64::MAX)?;
    let mut form = multer::Multipart::new(bounded_heads(pieces, Arc::clone(&unread)), boundary);
    let mut form = FormReader {
        form: &mut form,
        unread,
        texts_left: FORM_TEXTS,
    };
    let (mut file, mut texts) = (None, Row::new());
    while let Some(mut field) = form.next().await? {
        let head = field.headers().iter();
        let head: usize = head.map(|(name, value)| name.as_str().len() + value.len()).sum();
        if head > PART_HEAD {
            return Err(ApiError::BodyTooLarge);
        }
        let name = field.name().unwrap_or_default().to_owned();
        if name != part {
            form.text(name.len())?;
            let text = form.read_text(&mut field).await?;
            texts.insert(name, text.into());
            continue;
        }
        let filename = field.file_name().unwrap_or_default().to_owned();
        // The first of several parts with the name counts.
        let keep = if file.is_none() { keep } else { Keep::Length };
        let (bytes, length) = form.read_file(&mut field, keep, app.bodies.share()).await?;
        file.get_or_insert(FilePart {
            filename,
            bytes,
            length,
        });
    }
    let file = file.ok_or_else(|| BadRequest::Body(format!("the form has no part '{part}'")))?;
    Ok((file, texts))
}

/// A form being read. The parser bounds neither the number of parts nor their heads.
struct FormReader<'f> {
    form: &'f mut multer::Multipart<'static>,
    /// Bytes received since the form last made progress.
    unread: Arc<AtomicUsize>,
    texts_left: usize,
}

impl FormReader<'_> {
    async fn next(&mut self) -> Result<Option<multer::Field<'static>>, ApiError> {
        // Every part costs 8 bytes, so a form of empty parts ends too.
        self.text(8)?;
        let field = self.form.next_field().await.map_err(form_error);
        self.unread.store(0, Ordering::Relaxed);
        field
    }

    async fn chunk(&self, field: &mut multer::Field<'static>) -> Result<Option<Bytes>, ApiError> {
        let chunk = field.chunk().await.map_err(form_error);
        self.unread.store(0, Ordering::Relaxed);
        chunk
    }

    /// Takes bytes off the limit for texts.
    fn text(&mut self, bytes: usize) -> Result<(), ApiError> {
        self.texts_left = self.texts_left.checked_sub(bytes).ok_or(ApiError::BodyTooLarge)?;
        Ok(())
    }

    async fn read_text(&mut self, field: &mut multer::Field<'static>) -> Result<String, ApiError> {
        let mut bytes = Vec::new();
        while let Some(chunk) = self.chunk(field).await? {
            self.text(chunk.len())?;
            bytes.extend_from_slice(&chunk);
        }
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    async fn read_file(
        &mut self,
        field: &mut multer::Field<'static>,
        keep: Keep,
        mut share: Share,
    ) -> Result<(Bytes, u64), ApiError> {
        let (mut bytes, mut length) = (Vec::new(), 0_u64);
        while let Some(chunk) = self.chunk(field).await? {
            length += chunk.len() as u64;
            if keep == Keep::Bytes {
                bytes.extend_from_slice(&chunk);
                share.grow(bytes.capacity())?;
            }
        }
        Ok((share.hold(bytes), length))
    }
}

/// Ends a form with an endless preamble or part head; the parser would buffer all of it.
fn bounded_heads(
    pieces: impl Stream<Item = Result<Bytes, ApiError>> + Send + 'static,
    unread: Arc<AtomicUsize>,
) -> impl Stream<Item = Result<Bytes, ApiError>> + Send + 'static {
    pieces.map(move |piece| {
        let piece = piece?;
        // Checked before this piece counts: a single piece may be larger than the limit if it is a file.
        if unread.fetch_add(piece.len(), Ordering::Relaxed) > FORM_TEXTS {
            return Err(ApiError::BodyTooLarge);
        }
        Ok(piece)
    })
}

fn form_error(error: multer::Error) -> ApiError {
    match error {
        multer::Error::StreamReadFailed(inner) => match inner.downcast::<ApiError>() {
            Ok(ours) => *ours,
            Err(_) => ApiError::BodyCutOff,
        },
        other => BadRequest::Body(format!("it is not a usable form: {other}")).into(),
    }
}

/// Whether a request carries a form.
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
