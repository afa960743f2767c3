//! The directory of a recording: writing and reading it.
//!
//! Invariant: a reader sees whole lines and whole files only, whenever the writer was killed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::exchange::{Body, Exchange};
use super::{ALL_BODIES, LARGEST_BODY, MOST_EXCHANGES};
use crate::engine::locking::lock;

const MANIFEST: &str = "manifest.json";
const EXCHANGES: &str = "exchanges.jsonl";
const BODIES: &str = "bodies";
/// The number of the format that this module reads and writes.
const FORMAT: u64 = 1;
/// Bytes of JSON around the bodies of a line.
const LINE_OVERHEAD: usize = 1 << 20;

/// Why a recording can't be written or read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RecordingError {
    /// A file or directory can't be read or written.
    #[error("{}: {source}", path.display())]
    File { path: PathBuf, source: io::Error },
    /// The directory already has something else.
    #[error("{}: it is not empty; a recording needs a directory of its own", .0.display())]
    NotEmpty(PathBuf),
    /// The manifest is not one.
    #[error("{}: it is not the manifest of a recording: {reason}", path.display())]
    Manifest { path: PathBuf, reason: String },
    /// The recording has another format.
    #[error("{}: a recording of format {format}; this version reads format {FORMAT}", path.display())]
    Format { path: PathBuf, format: u64 },
    /// A line is not an exchange.
    #[error("{}, line {line}: {reason}", path.display())]
    Line {
        path: PathBuf,
        line: usize,
        reason: String,
    },
    /// The recording is above a limit.
    #[error("{}: more than {limit}", path.display())]
    TooLarge { path: PathBuf, limit: &'static str },
}

fn file_error(path: &Path) -> impl FnOnce(io::Error) -> RecordingError + use<> {
    let path = path.to_owned();
    move |source| RecordingError::File { path, source }
}

/// What a recording says about itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Manifest {
    format: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    engine: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    recorded_at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    recorded_by: Option<String>,
    /// Whether the documents are as they came.
    #[serde(default)]
    keeps_secrets: bool,
}

/// Writes a recording.
#[derive(Debug)]
pub(crate) struct RecordingWriter {
    dir: PathBuf,
    lines: Mutex<File>,
}

impl RecordingWriter {
    /// Begins a recording of the engine at a URL in a new or empty directory.
    pub(crate) fn create(dir: &Path, engine: &str, keeps_secrets: bool) -> Result<Self, RecordingError> {
        make_private(dir).map_err(file_error(dir))?;
        let mut entries = fs::read_dir(dir).map_err(file_error(dir))?;
        if entries.next().is_some() {
            return Err(RecordingError::NotEmpty(dir.to_owned()));
        }
        make_private(&dir.join(BODIES)).map_err(file_error(dir))?;
        let path = dir.join(EXCHANGES);
        let mut options = OpenOptions::new();
        options.append(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let lines = options.open(&path).map_err(file_error(&path))?;
        let manifest = Manifest {
            format: FORMAT,
            engine: Some(engine.to_owned()),
            recorded_at: Some(jiff::Timestamp::now().to_string()),
            recorded_by: Some(format!("mock-engine {}", env!("CARGO_PKG_VERSION"))),
            keeps_secrets,
        };
        let text = serde_json::to_string_pretty(&manifest).unwrap_or_default();
        write_whole(&dir.join(MANIFEST), text.as_bytes())?;
        Ok(Self {
            dir: dir.to_owned(),
            lines: Mutex::new(lines),
        })
    }

    /// Writes a body into a file of its own; returns the file's name within the directory.
    pub(super) fn body(&self, bytes: &[u8]) -> Result<String, RecordingError> {
        let hash = Sha256::digest(bytes);
        let name: String = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        let end = if bytes.first() == Some(&b'{') {
            "json"
        } else {
            "txt"
        };
        let name = format!("{BODIES}/{name}.{end}");
        let path = self.dir.join(&name);
        if !path.exists() {
            write_whole(&path, bytes)?;
        }
        Ok(name)
    }

    /// Appends an exchange, whose bodies are in place.
    pub(super) fn append(&self, exchange: &Exchange) -> Result<(), RecordingError> {
        let path = self.dir.join(EXCHANGES);
        let line = serde_json::to_string(exchange).map_err(|error| file_error(&path)(error.into()))?;
        let mut lines = lock(&self.lines);
        let written = lines.write_all(format!("{line}\n").as_bytes());
        written.map_err(file_error(&path))
    }
}

/// Makes a directory for its owner alone.
fn make_private(dir: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), RecordingError> {
    let dir = path.parent().unwrap_or(Path::new("."));
    let written = tempfile::NamedTempFile::new_in(dir).and_then(|mut file| {
        file.write_all(bytes)?;
        file.persist(path).map_err(|error| error.error)
    });
    written.map(drop).map_err(file_error(path))
}

/// A recording in memory.
#[derive(Debug, Clone)]
pub(crate) struct Recording {
    pub(super) dir: PathBuf,
    /// Ordered by number.
    pub(super) exchanges: Vec<Exchange>,
    /// Whether the last line has no end, because the recorder was killed.
    pub(crate) is_cut_off: bool,
}

impl Recording {
    /// Reads a recording.
    pub(crate) fn read(dir: &Path) -> Result<Self, RecordingError> {
        read_manifest(&dir.join(MANIFEST))?;
        let path = dir.join(EXCHANGES);
        let mut lines = BufReader::new(File::open(&path).map_err(file_error(&path))?);
        let mut recording = Self {
            dir: dir.to_owned(),
            exchanges: Vec::new(),
            is_cut_off: false,
        };
        let (mut number, mut line, mut bodies) = (0, Vec::new(), 0);
        loop {
            line.clear();
            number += 1;
            let longest = (LARGEST_BODY + LINE_OVERHEAD) as u64;
            let read = lines.by_ref().take(longest).read_until(b'\n', &mut line);
            if read.map_err(file_error(&path))? == 0 {
                break;
            }
            let text = line.trim_ascii();
            if text.is_empty() {
                continue;
            }
            match exchange(text) {
                Ok(mut exchange) => {
                    if exchange.id == 0 {
                        exchange.id = number as u64;
                    }
                    for body in exchange.bodies_mut() {
                        load_body(dir, body, &mut bodies)?;
                    }
                    recording.exchanges.push(exchange);
                }
                Err(_) if line.last() != Some(&b'\n') => {
                    recording.is_cut_off = true;
                    break;
                }
                Err(reason) => {
                    return Err(RecordingError::Line {
                        path,
                        line: number,
                        reason,
                    });
                }
            }
            if recording.exchanges.len() > MOST_EXCHANGES {
                let limit = "1,000,000 exchanges";
                return Err(RecordingError::TooLarge { path, limit });
            }
        }
        recording.exchanges.sort_by_key(|exchange| exchange.id);
        Ok(recording)
    }

    /// The number of exchanges.
    pub(crate) fn len(&self) -> usize {
        self.exchanges.len()
    }
}

impl Exchange {
    fn bodies_mut(&mut self) -> impl Iterator<Item = &mut Body> {
        let answer = self.answer.body.all_mut();
        self.body.all_mut().into_iter().chain(answer)
    }
}

fn read_manifest(path: &Path) -> Result<(), RecordingError> {
    let bytes = fs::read(path).map_err(file_error(path))?;
    // The number decides first: other formats may have other members.
    let value: serde_json::Value =
        serde_json::from_slice(&bytes).map_err(|error| RecordingError::Manifest {
            path: path.to_owned(),
            reason: error.to_string(),
        })?;
    match value["format"].as_u64() {
        Some(FORMAT) => {}
        Some(format) => {
            let path = path.to_owned();
            return Err(RecordingError::Format { path, format });
        }
        None => {
            return Err(RecordingError::Manifest {
                path: path.to_owned(),
                reason: "it has no number 'format'".to_owned(),
            });
        }
    }
    let manifest: Result<Manifest, _> = serde_json::from_value(value);
    manifest.map(drop).map_err(|error| RecordingError::Manifest {
        path: path.to_owned(),
        reason: error.to_string(),
    })
}

fn exchange(text: &[u8]) -> Result<Exchange, String> {
    let mut exchange: Exchange = serde_json::from_slice(text).map_err(|error| error.to_string())?;
    if !exchange.path.starts_with('/') || exchange.path.parse::<http::Uri>().is_err() {
        return Err("'path' is not a path with an optional query".to_owned());
    }
    if exchange.method.parse::<http::Method>().is_err() {
        return Err("'method' is not a method".to_owned());
    }
    if http::StatusCode::from_u16(exchange.answer.status).is_err() {
        return Err("'status' is not a status".to_owned());
    }
    if exchange.bodies_mut().any(|body| body.forms() > 1) {
        return Err("a body has only one of json, text, file, parts and leftOut".to_owned());
    }
    Ok(exchange)
}

/// Reads the file of a body.
fn load_body(dir: &Path, body: &mut Body, all: &mut u64) -> Result<(), RecordingError> {
    let Some(name) = &body.file else {
        return Ok(());
    };
    let path = dir.join(name);
    // A recording from elsewhere must not name other files of this machine, by links neither.
    let whole = |path: &Path| path.canonicalize().map_err(file_error(path));
    if !whole(&path)?.starts_with(whole(dir)?) {
        let source = io::Error::other("the file of a body is inside the recording");
        return Err(RecordingError::File { path, source });
    }
    let file = File::open(&path).map_err(file_error(&path))?;
    let mut bytes = Vec::new();
    let read = file.take(LARGEST_BODY as u64 + 1).read_to_end(&mut bytes);
    read.map_err(file_error(&path))?;
    *all += bytes.len() as u64;
    if bytes.len() > LARGEST_BODY || *all > ALL_BODIES {
        let limit = "64 MiB in a body, or 1 GiB in all";
        return Err(RecordingError::TooLarge { path, limit });
    }
    body.document |= super::message::is_document(&bytes);
    body.loaded = Some(bytes.into());
    Ok(())
}
