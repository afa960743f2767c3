//! Tells by its first value what a source is.
//!
//! Invariant: looking costs no memory: values are skipped, never kept.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::StateError;
use crate::envelope::Envelope;

/// What a source seems to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Document,
    Dump,
    Lists,
}

/// The members that tell.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Members {
    blob: Option<IgnoredAny>,
    export_response_metadata: Option<IgnoredAny>,
    objects: Option<IgnoredAny>,
    tables: Option<IgnoredAny>,
    response_list: Option<IgnoredAny>,
    object_identifier: Option<IgnoredAny>,
}

/// Looks at a source.
pub(super) fn of(bytes: &[u8]) -> Result<Shape, StateError> {
    let bytes = without_mark(bytes);
    if bytes.trim_ascii_start().starts_with(b"[") {
        return Ok(Shape::Lists);
    }
    let first = serde_json::Deserializer::from_slice(bytes)
        .into_iter::<Members>()
        .next();
    let Some(Ok(seen)) = first else {
        // The reader of documents knows what else there is.
        return match Envelope::parse(bytes) {
            Err(error) => Err(StateError::Unrecognised(error)),
            Ok(_) => Ok(Shape::Document),
        };
    };
    if seen.blob.is_some() || seen.export_response_metadata.is_some() {
        Ok(Shape::Document)
    } else if seen.objects.is_some() && seen.tables.is_some() {
        Ok(Shape::Dump)
    } else if seen.response_list.is_some() || seen.object_identifier.is_some() {
        Ok(Shape::Lists)
    } else {
        Envelope::parse(bytes).map_err(StateError::Unrecognised)?;
        Ok(Shape::Document)
    }
}

/// Windows editors put a byte order mark before the text.
pub(super) fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}
