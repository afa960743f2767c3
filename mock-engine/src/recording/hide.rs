//! Takes secrets out of requests and answers before they are written.
//!
//! Invariant: what can't be read isn't kept.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;

use bytes::Bytes;
use exportdoc::{Document, KeySize, Passphrase, ReadOptions, RedactOptions, Sealing, SigningKey, Timestamp};
use http::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, HeaderName};
use serde_json::Value;
use serde_json::value::RawValue;

use super::exchange::{Body, Part};
use super::message::{is_document, is_left_out, read_form};
use super::{RecordingError, RecordingWriter, SHORT_BODY};
use crate::engine::locking::lock;
use crate::http::redact::{self, REDACTED};

/// The shortest value that is searched for in other texts; shorter ones occur by chance.
const SHORTEST: usize = 8;
/// The most values that are searched for; the oldest go first.
const MOST_VALUES: usize = 256;
/// The longest outline of a document.
const LONGEST_OUTLINE: usize = 1 << 20;
/// Passphrases that a later download may need.
const MOST_PASSPHRASES: usize = 16;

/// Hides the secrets of one recording, and remembers them while it runs.
#[derive(Debug, Default)]
pub(super) struct Hider {
    keep_documents: bool,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    values: VecDeque<String>,
    passphrases: VecDeque<String>,
}

/// Keeps the values out of logs.
impl std::fmt::Debug for Known {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Known").finish_non_exhaustive()
    }
}

impl Hider {
    pub(super) fn new(keep_documents: bool) -> Self {
        Self {
            keep_documents,
            known: Mutex::default(),
        }
    }

    /// The headers without the values of secrets.
    pub(super) fn headers(&self, headers: &HeaderMap) -> BTreeMap<String, String> {
        let mut shown = BTreeMap::new();
        for name in headers.keys() {
            let values = headers.get_all(name).iter();
            let value: Vec<_> = values
                .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
                .collect();
            let value = value.join(", ");
            let hidden = redact::is_secret(name.as_str()) || redact::holds_secret(&value);
            if hidden {
                let word = value.strip_prefix("Bearer ").unwrap_or(&value);
                self.learn(word);
                if *name == HeaderName::from_static("passphrase") {
                    remember(&mut lock(&self.known).passphrases, word, MOST_PASSPHRASES);
                }
            }
            // The scheme decides how a client logs in; an empty value is no secret.
            let value = match value {
                value if !hidden || value.is_empty() => self.scrub(value),
                value if *name == AUTHORIZATION && value.starts_with("Bearer ") => {
                    format!("Bearer {REDACTED}")
                }
                _ => REDACTED.to_owned(),
            };
            shown.insert(name.to_string(), value);
        }
        shown
    }

    /// Path and query without the values of secrets.
    pub(super) fn target(&self, path: &str, query: Option<&str>) -> String {
        let target = match query {
            Some(query) => format!("{path}?{}", redact::query(query)),
            None => path.to_owned(),
        };
        // Angle brackets have no place in a URI.
        self.scrub(target).replace(REDACTED, "%3Credacted%3E")
    }

    /// A body without secrets, its long parts in files.
    pub(super) fn body(
        &self,
        writer: &RecordingWriter,
        path: &str,
        headers: &HeaderMap,
        bytes: &Bytes,
    ) -> Result<Body, RecordingError> {
        if bytes.is_empty() {
            return Ok(Body::default());
        }
        if headers
            .get(CONTENT_ENCODING)
            .is_some_and(|encoding| encoding != "identity")
        {
            return Ok(Body::left_out("compressed"));
        }
        let kind = headers
            .get(CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok())
            .unwrap_or_default();
        if let Some(parts) = read_form(kind, bytes) {
            let mut shown = Vec::new();
            for part in parts {
                let body = if is_left_out(path, &part.name, part.file_name.is_some()) {
                    Body::left_out("an uploaded file")
                } else {
                    self.single(writer, &part.bytes, "")?
                };
                shown.push(Part {
                    name: part.name,
                    file_name: part.file_name.map(|name| self.scrub(name)),
                    content_type: part.content_type,
                    body,
                });
            }
            return Ok(Body {
                parts: Some(shown),
                ..Body::default()
            });
        }
        if kind.starts_with("multipart/") {
            return Ok(Body::left_out("a form that can't be read"));
        }
        self.single(writer, bytes, kind)
    }

    fn single(&self, writer: &RecordingWriter, bytes: &Bytes, kind: &str) -> Result<Body, RecordingError> {
        if is_document(bytes) {
            return self.document(writer, bytes);
        }
        let Ok(text) = std::str::from_utf8(bytes) else {
            return Ok(Body::left_out("not text"));
        };
        let looks_like_json = text.trim_start().starts_with(['{', '[', '"']);
        let shown = match self.json(text) {
            Some(shown) => shown,
            None if looks_like_json => return Ok(Body::left_out("JSON that can't be read")),
            None if kind.starts_with("application/x-www-form-urlencoded") => redact::query(text),
            None => by_line(text),
        };
        let shown = self.scrub(shown);
        if shown.len() > SHORT_BODY {
            return Ok(Body {
                file: Some(writer.body(shown.as_bytes())?),
                ..Body::default()
            });
        }
        let is_value = !shown.contains(['\n', '\r']) && shown.trim() == shown;
        let json = is_value
            .then(|| serde_json::from_str::<Box<RawValue>>(&shown).ok())
            .flatten();
        Ok(match json {
            Some(json) => Body {
                json: Some(json),
                ..Body::default()
            },
            None => Body {
                text: Some(shown),
                ..Body::default()
            },
        })
    }

    fn document(&self, writer: &RecordingWriter, bytes: &Bytes) -> Result<Body, RecordingError> {
        let mut body = Body {
            document: true,
            ..Body::default()
        };
        if self.keep_documents {
            body.file = Some(writer.body(bytes)?);
            return Ok(body);
        }
        match self.redacted(bytes) {
            Ok(copy) => {
                body.file = Some(writer.body(&copy)?);
                body.redacted = true;
                body.outline = outline(bytes);
            }
            Err(why) => body.left_out = Some(format!("a document that can't be redacted: {why}")),
        }
        Ok(body)
    }

    /// The redacted copy of a document.
    fn redacted(&self, bytes: &[u8]) -> Result<Vec<u8>, String> {
        let text = |error: &dyn std::fmt::Display| error.to_string();
        let passphrases: Vec<String> = lock(&self.known).passphrases.iter().cloned().collect();
        let plain = Document::read(bytes).map_err(|error| text(&error))?;
        let sealing = sealing()?;
        let mut done = plain.redact(RedactOptions::default(), &sealing);
        // Downloads don't say which passphrase their export had; the latest is the most likely one.
        for passphrase in passphrases.iter().rev() {
            if done.is_ok() {
                break;
            }
            let Ok(passphrase) = Passphrase::new(passphrase) else {
                continue;
            };
            let options = ReadOptions::new().passphrase(passphrase);
            let opened = Document::read_with(bytes, &options);
            done = opened.and_then(|document| document.redact(RedactOptions::default(), &sealing));
        }
        done.map(|(copy, _)| copy.to_bytes())
            .map_err(|error| text(&error))
    }

    /// JSON without secrets, otherwise byte for byte. Closing brackets may follow, as known clients send them.
    fn json(&self, text: &str) -> Option<String> {
        let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
        let value = values.next()?.ok()?;
        let (own, rest) = text.split_at(values.byte_offset());
        if !rest.chars().all(|c| c.is_whitespace() || c == '}' || c == ']') {
            return None;
        }
        let mut shown = value.clone();
        redact::json(&mut shown);
        if shown == value {
            return Some(text.to_owned());
        }
        let mut hidden = Vec::new();
        differences(&value, &shown, &mut hidden);
        let mut kept = own.to_owned();
        for secret in hidden {
            self.learn(secret);
            if let Ok(quoted) = serde_json::to_string(secret) {
                kept = kept.replace(&quoted, &format!("\"{REDACTED}\""));
            }
        }
        // A value that is a secret in one place may be a word in another.
        let same = serde_json::from_str::<Value>(&kept).is_ok_and(|kept| kept == shown);
        let kept = if same { kept } else { shown.to_string() };
        Some(format!("{kept}{rest}"))
    }

    /// Remembers a secret in the spellings that it may have in other texts.
    fn learn(&self, value: &str) {
        if value.len() < SHORTEST || value == REDACTED {
            return;
        }
        let mut known = lock(&self.known);
        remember(&mut known.values, value, MOST_VALUES);
        let quoted = serde_json::to_string(value).unwrap_or_default();
        let inside = quoted.trim_matches('"');
        let encoded = percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC);
        for other in [inside.to_owned(), encoded.to_string()] {
            if other != value {
                remember(&mut known.values, &other, MOST_VALUES);
            }
        }
    }

    fn scrub(&self, mut text: String) -> String {
        for value in &lock(&self.known).values {
            if text.contains(value.as_str()) {
                text = text.replace(value.as_str(), REDACTED);
            }
        }
        text
    }
}

/// The JSON of a document without its content and its host.
fn outline(document: &[u8]) -> Option<Box<RawValue>> {
    let mut values = serde_json::Deserializer::from_slice(document).into_iter::<Value>();
    let mut value = values.next()?.ok()?;
    redact::json(&mut value);
    for hidden in ["/exportResponseMetadata/exportHost", "/signature", "/publicKey"] {
        if let Some(Value::String(text)) = value.pointer_mut(hidden) {
            REDACTED.clone_into(text);
        }
    }
    let text = serde_json::value::to_raw_value(&value).ok()?;
    (text.get().len() <= LONGEST_OUTLINE).then_some(text)
}

/// What a new document is sealed with.
pub(super) fn sealing() -> Result<Sealing, String> {
    let (mut seed, mut random) = ([0; 64], [0; 32]);
    for bytes in [&mut seed[..], &mut random[..]] {
        getrandom::fill(bytes).map_err(|error| error.to_string())?;
    }
    let key = SigningKey::from_seed(KeySize::Dsa1024, &seed).map_err(|error| error.to_string())?;
    Ok(Sealing::new(key, random, Timestamp::now()))
}

fn remember(values: &mut VecDeque<String>, value: &str, most: usize) {
    if let Some(at) = values.iter().position(|known| known == value) {
        values.remove(at);
    }
    values.push_back(value.to_owned());
    if values.len() > most {
        values.pop_front();
    }
}

/// The texts that are hidden in `shown`.
fn differences<'a>(value: &'a Value, shown: &Value, hidden: &mut Vec<&'a str>) {
    match (value, shown) {
        (Value::Object(value), Value::Object(shown)) => {
            for (name, value) in value {
                if let Some(shown) = shown.get(name) {
                    differences(value, shown, hidden);
                }
            }
        }
        (Value::Array(value), Value::Array(shown)) => {
            for (value, shown) in value.iter().zip(shown) {
                differences(value, shown, hidden);
            }
        }
        (Value::String(value), Value::String(shown)) if value != shown => hidden.push(value),
        _ => {}
    }
}

/// Text whose lines with secrets are hidden.
fn by_line(text: &str) -> String {
    let shown = |line| {
        if redact::holds_secret(line) {
            REDACTED
        } else {
            line
        }
    };
    let lines: Vec<&str> = text.split('\n').map(shown).collect();
    lines.join("\n")
}
