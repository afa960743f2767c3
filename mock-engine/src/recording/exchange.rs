//! One request and its answer, as a line of a recording has them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// A request and its answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Exchange {
    /// Its number, in the order of the requests; missing in lines that people write.
    #[serde(default)]
    pub(super) id: u64,
    /// The time of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) at: Option<String>,
    pub(super) method: String,
    /// Path and query, as the client sent them.
    pub(super) path: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) headers: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Body::is_empty")]
    pub(super) body: Body,
    pub(super) answer: Answer,
}

/// An answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Answer {
    pub(super) status: u16,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) headers: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Body::is_empty")]
    pub(super) body: Body,
    /// From the end of the request's head to the end of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) millis: Option<u64>,
}

/// A body: empty, or one of the first five members.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Body {
    /// JSON in one line, byte for byte.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) json: Option<Box<RawValue>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<String>,
    /// A file of the directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) file: Option<String>,
    /// The parts of a form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) parts: Option<Vec<Part>>,
    /// Why the body isn't in the recording.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) left_out: Option<String>,
    /// Whether it is an export document.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) document: bool,
    /// Whether the document is a redacted one, sealed anew.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) redacted: bool,
    /// The JSON around a redacted document's blob, as it was sent: the copy has its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) outline: Option<Box<RawValue>>,
    /// The bytes, once a reader has the file.
    #[serde(skip)]
    pub(super) loaded: Option<bytes::Bytes>,
}

/// A part of a form.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Part {
    pub(super) name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) file_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) content_type: Option<String>,
    #[serde(default, skip_serializing_if = "Body::is_empty")]
    pub(super) body: Body,
}

impl Body {
    pub(super) fn left_out(why: impl Into<String>) -> Self {
        Self {
            left_out: Some(why.into()),
            ..Self::default()
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.json.is_none()
            && self.text.is_none()
            && self.file.is_none()
            && self.parts.is_none()
            && self.left_out.is_none()
    }

    /// The number of members that say what the body is.
    pub(super) fn forms(&self) -> usize {
        let forms = [
            self.json.is_some(),
            self.text.is_some(),
            self.file.is_some(),
            self.parts.is_some(),
            self.left_out.is_some(),
        ];
        forms.into_iter().filter(|is| *is).count()
    }

    /// The bytes of a body without parts; `None` if they were left out.
    pub(super) fn bytes(&self) -> Option<bytes::Bytes> {
        if self.left_out.is_some() || self.parts.is_some() {
            return None;
        }
        if let Some(bytes) = &self.loaded {
            return Some(bytes.clone());
        }
        let text = match (&self.json, &self.text) {
            (Some(json), _) => json.get(),
            (_, Some(text)) => text.as_str(),
            _ => "",
        };
        Some(bytes::Bytes::copy_from_slice(text.as_bytes()))
    }

    /// The body and, for a form, its parts' bodies.
    pub(super) fn all_mut(&mut self) -> Vec<&mut Self> {
        if self.parts.is_none() {
            return vec![self];
        }
        let parts = self.parts.iter_mut().flatten();
        parts.flat_map(|part| part.body.all_mut()).collect()
    }
}

impl Exchange {
    /// Path and query apart.
    pub(super) fn target(&self) -> (&str, &str) {
        self.path.split_once('?').unwrap_or((&self.path, ""))
    }

    /// Whether the answer is a success.
    pub(super) fn succeeded(&self) -> bool {
        (200..300).contains(&self.answer.status)
    }
}
