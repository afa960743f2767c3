//! Errors for input that isn't an export document. They name the kind of the file and suggest what to do.
//!
//! Invariant: messages are lower-case fragments. They don't quote the file, except for an engine's own message.

use serde_json::error::Category;

use super::foreign::{CONFLICT, Foreign, foreign};
use super::notes::excerpt;
use super::offset_map::OffsetMap;
use super::raw::{self, unquote};
use super::tokens::{last_top_level_key, member_path};

/// Why a file isn't an export document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EnvelopeError {
    /// Empty, or only white space.
    #[error("the file is empty")]
    Empty,
    /// JSON is UTF-8.
    #[error("not UTF-8 text (byte {offset}){}", looks_like.map(|l| format!(": {l}")).unwrap_or_default())]
    NotUtf8 {
        /// The first invalid byte.
        offset: u64,
        /// What the bytes look like.
        looks_like: Option<&'static str>,
    },
    /// A syntax error.
    #[error("not JSON at line {line}, column {column} (byte {offset}): {reason}")]
    NotJson {
        /// From 1.
        line: usize,
        /// In bytes, from 1.
        column: usize,
        /// In the file, from 0.
        offset: u64,
        /// The parser's message, after ours for a known mistake.
        reason: String,
    },
    /// The file ends in the middle of the document.
    #[error("cut off: the file ends after {length} bytes{}", inside.as_ref().map(|i| format!(", inside {i}")).unwrap_or_default())]
    Truncated {
        /// Bytes in the file.
        length: u64,
        /// JSON path of the top-level member in which it ends.
        inside: Option<String>,
    },
    /// Deeper nesting than any export document has.
    #[error("nested deeper than {limit} levels at byte {offset}")]
    TooDeep {
        /// [`super::MAX_DEPTH`].
        limit: usize,
        /// The first bracket beyond it.
        offset: u64,
    },
    /// More top-level members than any export document has.
    #[error("more than {limit} top-level members")]
    TooManyMembers {
        /// [`super::MAX_MEMBERS`].
        limit: usize,
    },
    /// More JSON around the blob than any export document has.
    #[error("more than {limit} bytes of JSON around the blob")]
    TooLarge {
        /// [`super::MAX_AROUND_BLOB`].
        limit: usize,
    },
    /// An engine's error response.
    #[error("an engine's error response, not an export document: {message}")]
    EngineError {
        /// The engine's message.
        message: String,
    },
    /// The response to a list request such as `GET /syncable-objects`.
    #[error("a list answer of an engine, not an export document{}", objects.map(|n| format!(" ({n} entries)")).unwrap_or_default())]
    ObjectList {
        /// Entries in `responseList`.
        objects: Option<u64>,
    },
    /// The response to an import.
    #[error("the result of an import, not an export document ({objects} objects, {failed} failed)")]
    ImportResult {
        /// Objects in it.
        objects: u64,
        /// Those with status `FAILED`.
        failed: u64,
    },
    /// The response to an asynchronous request, which only names the task.
    #[error("the receipt of asynchronous task {id}, not an export document{}", status.as_ref().map(|s| format!(" (status {s})")).unwrap_or_default())]
    AsyncTask {
        /// `asyncTaskId`.
        id: String,
        /// `status` at the time of the response.
        status: Option<String>,
        /// `reference`: the file to download when the task has succeeded.
        reference: Option<String>,
    },
    /// A file that has to be turned back into the document first.
    #[error("not an export document: {}", .0.what)]
    Foreign(&'static Foreign),
    /// A member in another encoding than base64.
    #[error("{member} is {what} where base64 is expected")]
    OtherEncoding {
        /// JSON path of the member.
        member: String,
        /// Its encoding.
        what: &'static str,
    },
    /// Any other JSON.
    #[error("not an export document: {what}")]
    NotADocument {
        /// What the file is.
        what: String,
    },
}

impl EnvelopeError {
    /// What to do next, as a sentence.
    pub fn help(&self) -> Option<String> {
        Some(match self {
            Self::Empty => "The download or the pipe was empty; export again, and check the exit status of the command that wrote the file.".into(),
            Self::NotUtf8 { looks_like: Some(UTF_16), .. } => {
                "PowerShell's '>' writes UTF-16; save with 'Out-File -Encoding utf8' or download with curl -o.".into()
            }
            Self::NotUtf8 { looks_like: Some(GZIP), .. } => "Decompress it first: gzip -d.".into(),
            Self::NotUtf8 { looks_like: Some(ZIP), .. } => "Unpack it first, and give the JSON file inside.".into(),
            Self::NotUtf8 { .. } => "Get the file again in binary mode, as the engine sent it.".into(),
            Self::NotJson { .. } => "Get the file again as the engine sent it.".into(),
            Self::Truncated { .. } => "Download or export again; what is missing can't be restored.".into(),
            Self::TooDeep { .. } | Self::TooManyMembers { .. } | Self::TooLarge { .. } => "No engine writes this; find out where the file comes from.".into(),
            Self::EngineError { .. } => "Fix what the engine complains about, and export again.".into(),
            Self::ObjectList { .. } => "Post the entries you want from responseList to /export, and save that answer.".into(),
            Self::ImportResult { .. } => "Give the document that was imported instead.".into(),
            Self::AsyncTask { reference, .. } => {
                let reference = reference.as_deref().unwrap_or("{reference}");
                format!("Wait until the task has succeeded, then save GET /file-downloads/{reference}.")
            }
            Self::OtherEncoding { .. } => {
                "Get the document as the engine sent it, or write the member's bytes as base64 in one line.".into()
            }
            Self::Foreign(kind) => kind.help.into(),
            Self::NotADocument { .. } => {
                "An export document is the JSON object that POST /export answers, with exportResponseMetadata, blob, signature and publicKey.".into()
            }
        })
    }
}

const UTF_16: &str = "it looks like UTF-16";
const GZIP: &str = "it looks like a gzip file";
const ZIP: &str = "it looks like a zip archive";
const ELLIPSIS: &str =
    "an ellipsis where a value should be: this is a documentation sample or was cut by hand";

/// The error for text that isn't UTF-8. `map` counts from before a byte order mark.
pub(super) fn not_utf8(input: &[u8], map: &OffsetMap, error: std::str::Utf8Error) -> EnvelopeError {
    if let Some(kind) = foreign(input) {
        return EnvelopeError::Foreign(kind);
    }
    let looks_like = match input {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some(UTF_16),
        [0x1f, 0x8b, ..] => Some(GZIP),
        [b'P', b'K', 3, 4, ..] => Some(ZIP),
        _ => None,
    };
    // An incomplete last character means a truncated document, if the text before it looks like a document.
    let valid = input
        .get(..error.valid_up_to())
        .and_then(|v| std::str::from_utf8(v).ok())
        .unwrap_or_default();
    if error.error_len().is_none()
        && valid
            .trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t'])
            .starts_with('{')
    {
        return truncated(valid, map.file_length);
    }
    EnvelopeError::NotUtf8 {
        offset: map.offset(error.valid_up_to()),
        looks_like,
    }
}

fn truncated(text: &str, length: u64) -> EnvelopeError {
    let inside = last_top_level_key(text).map(|key| member_path("$", &key));
    EnvelopeError::Truncated { length, inside }
}

/// Turns an error of serde_json into ours.
pub(super) fn not_json(text: &str, map: &OffsetMap, error: &serde_json::Error) -> EnvelopeError {
    if let Some(kind) = foreign(text.as_bytes()) {
        return EnvelopeError::Foreign(kind);
    }
    if error.classify() == Category::Eof {
        return truncated(text, map.file_length);
    }
    let (line, column) = (error.line(), error.column());
    let line_start: usize = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    let at = (line_start + column.saturating_sub(1)).min(text.len());
    if is_conflict(text, at) {
        return EnvelopeError::Foreign(&CONFLICT);
    }
    let words = error.to_string();
    let words = words
        .strip_suffix(&format!(" at line {line} column {column}"))
        .unwrap_or(&words);
    let reason = match slip(text, at) {
        Some(slip) => format!("{slip} ({words})"),
        None => words.to_owned(),
    };
    // The parser's column is behind the fault, so an omitted part right before it counts.
    let left_out = map.left_out(line_start + column);
    EnvelopeError::NotJson {
        line,
        column: column + usize::try_from(left_out - map.left_out(line_start)).unwrap_or_default(),
        offset: (map.base + at) as u64 + left_out,
        reason,
    }
}

/// Whether the syntax error is in a line with git's conflict markers.
fn is_conflict(text: &str, at: usize) -> bool {
    let line = text
        .get(..at)
        .map_or(0, |before| before.rfind('\n').map_or(0, |end| end + 1));
    let line = text.get(line..).unwrap_or_default();
    ["<<<<<<< ", "=======", ">>>>>>> ", "||||||| "]
        .iter()
        .any(|marker| line.starts_with(marker))
}

/// Recognises common causes of a syntax error.
fn slip(text: &str, at: usize) -> Option<&'static str> {
    // The parser's position may be off by one.
    let near = text.as_bytes().get(at.saturating_sub(2)..).unwrap_or_default();
    let near = near.get(..6).unwrap_or(near);
    if near.windows(3).any(|w| w == b"..." || w == "…".as_bytes()) {
        return Some(ELLIPSIS);
    }
    let start = text.trim_start();
    if start.starts_with('<') {
        Some("it looks like HTML or XML, perhaps a login or proxy page")
    } else if start.starts_with("PK\u{3}\u{4}") {
        Some(ZIP)
    } else {
        None
    }
}

/// Names a JSON object that has no member of an export document.
pub(super) fn other_object(members: &[raw::RawMember<'_>]) -> EnvelopeError {
    let value = |name: &str| members.iter().rev().find(|m| m.key() == name).map(|m| m.value);
    let text = |name: &str| value(name).map(plain);
    if let Some(message) = text("errorMessage") {
        return EnvelopeError::EngineError { message };
    }
    if let Some(id) = text("asyncTaskId") {
        return EnvelopeError::AsyncTask {
            id,
            status: text("status"),
            reference: text("reference"),
        };
    }
    if value("_pageInfo").is_some() || value("responseList").is_some() {
        let objects = value("responseList")
            .filter(|list| list.starts_with('['))
            .map(|list| {
                let mut count = 0;
                raw::elements(list, |_| {
                    count += 1;
                    true
                });
                count
            });
        return EnvelopeError::ObjectList { objects };
    }
    if members.is_empty() {
        return EnvelopeError::NotADocument {
            what: "an empty object".to_owned(),
        };
    }
    let what = match members.len() {
        1 => "its one member is none of an export document's".to_owned(),
        count => format!("its {count} members are none of an export document's"),
    };
    EnvelopeError::NotADocument { what }
}

/// Names a JSON array.
pub(super) fn array(text: &str) -> EnvelopeError {
    let (mut objects, mut results, mut failed, mut requests) = (0, 0, 0, 0);
    raw::elements(text, |element| {
        objects += 1;
        let members = raw::members::<16>(element).list;
        let value = |name: &str| members.iter().find(|m| m.key() == name).map(|m| m.value);
        if let Some(status) = value("importStatus") {
            results += 1;
            failed += u64::from(status == r#""FAILED""#);
        }
        requests += u64::from(value("objectIdentifier").is_some());
        true
    });
    if results > 0 {
        return EnvelopeError::ImportResult { objects, failed };
    }
    let what = if objects > 0 && requests == objects {
        format!("a list of {objects} objects, as one posts to /export")
    } else {
        format!("a JSON array of {objects} elements")
    };
    EnvelopeError::NotADocument { what }
}

/// A member's value as text for people.
fn plain(value: &str) -> String {
    let text = match unquote(value) {
        Some(text) => text.into_owned(),
        None => excerpt(value).into_owned(),
    };
    // Engines write sentences here, sometimes a stack trace.
    text.chars().take(500).collect()
}
