//! What bodies are: documents, JSON, forms.

use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::http::redact;

/// The boundary of forms that are sent from a recording.
const BOUNDARY: &str = "mock-engine-recording-d41b8f2c";

/// Whether bytes look like an export document.
pub fn is_document(bytes: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Probe<'a> {
        #[serde(borrow)]
        blob: Option<&'a RawValue>,
        #[serde(borrow, rename = "exportResponseMetadata")]
        metadata: Option<&'a RawValue>,
    }
    let starts = bytes.trim_ascii_start().first() == Some(&b'{');
    // Clients send a brace too many, so the first value decides.
    let mut values = serde_json::Deserializer::from_slice(bytes).into_iter::<Probe<'_>>();
    let first = starts.then(|| values.next()).flatten();
    first.is_some_and(|probe| probe.is_ok_and(|probe| probe.blob.is_some() && probe.metadata.is_some()))
}

/// A part of a form as it was sent.
#[derive(Debug)]
pub struct FormPart {
    pub name: String,
    pub file_name: Option<String>,
    pub content_type: Option<String>,
    pub bytes: Bytes,
}

/// Whether a part of a form stays out of recordings. What people upload are rows, keys and programs.
pub(super) fn is_left_out(path: &str, part: &str, is_file: bool) -> bool {
    let uploads = path.ends_with("/file-uploads") || path.ends_with("/ssh-keys");
    (uploads && is_file) || redact::is_secret(part)
}

/// Reads a form. `None` if it isn't one.
pub fn read_form(content_type: &str, bytes: &Bytes) -> Option<Vec<FormPart>> {
    let boundary = multer::parse_boundary(content_type).ok()?;
    let delimiter = format!("--{boundary}");
    let mut parts = Vec::new();
    let mut rest = find(bytes, delimiter.as_bytes(), 0)? + delimiter.len();
    let delimiter = format!("\r\n--{boundary}");
    loop {
        let after = bytes.get(rest..)?;
        if after.starts_with(b"--") {
            return Some(parts);
        }
        let start = rest + 2;
        if !after.starts_with(b"\r\n") {
            return None;
        }
        let end = find(bytes, delimiter.as_bytes(), start)?;
        let split = find(bytes.get(..end)?, b"\r\n\r\n", start)?;
        let head = std::str::from_utf8(&bytes[start..split]).ok()?;
        parts.push(FormPart {
            name: parameter(head, "name")?,
            file_name: parameter(head, "filename"),
            content_type: header(head, "content-type").map(str::to_owned),
            bytes: bytes.slice(split + 4..end),
        });
        rest = end + delimiter.len();
    }
}

fn find(bytes: &[u8], wanted: &[u8], from: usize) -> Option<usize> {
    let within = bytes.get(from..)?.windows(wanted.len());
    within
        .into_iter()
        .position(|window| window == wanted)
        .map(|at| at + from)
}

fn header<'a>(head: &'a str, wanted: &str) -> Option<&'a str> {
    let mut lines = head.split("\r\n").filter_map(|line| line.split_once(':'));
    let found = lines.find(|(name, _)| name.trim().eq_ignore_ascii_case(wanted));
    found.map(|(_, value)| value.trim())
}

/// A parameter of the Content-Disposition.
fn parameter(head: &str, wanted: &str) -> Option<String> {
    let mut parameters = header(head, "content-disposition")?.split(';').skip(1);
    parameters.find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let found = name.trim().eq_ignore_ascii_case(wanted);
        found.then(|| value.trim().trim_matches('"').to_owned())
    })
}

/// Writes a form; returns its content type and its bytes.
pub fn write_form(parts: &[FormPart]) -> (String, Bytes) {
    let mut form = Vec::new();
    for part in parts {
        let mut head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{}\"",
            part.name
        );
        if let Some(name) = &part.file_name {
            head.push_str(&format!("; filename=\"{name}\""));
        }
        if let Some(kind) = &part.content_type {
            head.push_str(&format!("\r\nContent-Type: {kind}"));
        }
        form.extend_from_slice(head.as_bytes());
        form.extend_from_slice(b"\r\n\r\n");
        form.extend_from_slice(&part.bytes);
        form.extend_from_slice(b"\r\n");
    }
    form.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    (format!("multipart/form-data; boundary={BOUNDARY}"), form.into())
}
