//! How other programs learn that the engines are up, and where.
//!
//! Invariant: a file of readiness is whole from the moment it exists, and says nothing about an earlier run.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};

/// How the program says that it is ready, and when it ends.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "For programs that start this one")]
pub(in crate::startup) struct ReadyArgs {
    /// Once all engines accept requests, write their names, URLs and ports here, as JSON
    #[arg(long, value_name = "FILE")]
    ready_file: Option<PathBuf>,
    /// Once all engines accept requests, write the port of the first one here
    #[arg(long, value_name = "FILE")]
    port_file: Option<PathBuf>,
    /// Form of what standard output gets once all engines accept requests
    #[arg(long, value_enum, value_name = "FORM", default_value_t = ReadyFormat::Text)]
    ready_format: ReadyFormat,
    /// End when the process that started this one has ended
    #[cfg(unix)]
    #[arg(long)]
    pub(super) exit_with_parent: bool,
}

/// The form of the message on standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ReadyFormat {
    /// A line with the URL of each engine, after its name if there are several
    Text,
    /// One line, the JSON of --ready-file
    Json,
}

/// Why a file of readiness can't be written or read.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReadyError {
    #[error("{}: {source}", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("{}: it is not a file of --ready-file: {source}", path.display())]
    Form {
        path: PathBuf,
        source: serde_json::Error,
    },
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

/// What a file of readiness says.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Ready {
    pub(super) engines: Vec<Listening>,
    pid: u32,
    /// The file with the self-signed authority, if it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ca_file: Option<PathBuf>,
}

/// An engine that accepts requests.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Listening {
    pub(super) name: String,
    pub(super) url: String,
    pub(super) port: u16,
}

impl Ready {
    pub(super) fn new(engines: Vec<Listening>, ca_file: Option<PathBuf>) -> Self {
        Self {
            engines,
            pid: std::process::id(),
            // The reader may have another working directory.
            ca_file: ca_file.map(|path| std::path::absolute(&path).unwrap_or(path)),
        }
    }

    /// Reads a file of readiness.
    pub(super) fn read(path: &Path) -> Result<Self, ReadyError> {
        let path = path.to_owned();
        match fs::read(&path) {
            Err(source) => Err(ReadyError::File { path, source }),
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|source| ReadyError::Form { path, source }),
        }
    }

    fn lines(&self) -> String {
        match self.engines.as_slice() {
            [one] => format!("{}\n", one.url),
            several => several
                .iter()
                .map(|engine| format!("{} {}\n", engine.name, engine.url))
                .collect(),
        }
    }
}

impl ReadyArgs {
    /// Removes the files of an earlier run, which would make a reader go on too early.
    pub(super) fn forget(&self) -> Result<(), ReadyError> {
        for path in self.ready_file.iter().chain(&self.port_file) {
            match fs::remove_file(path) {
                Err(source) if source.kind() != io::ErrorKind::NotFound => {
                    let path = path.clone();
                    return Err(ReadyError::File { path, source });
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Writes the files, and gives the text for standard output.
    pub(super) fn announce(&self, ready: &Ready) -> Result<String, ReadyError> {
        let mut json = serde_json::to_string(ready)?;
        json.push('\n');
        if let (Some(path), Some(first)) = (&self.port_file, ready.engines.first()) {
            write_whole(path, &format!("{}\n", first.port))?;
        }
        if let Some(path) = &self.ready_file {
            write_whole(path, &json)?;
        }
        Ok(match self.ready_format {
            ReadyFormat::Text => ready.lines(),
            ReadyFormat::Json => json,
        })
    }
}

/// Writes a file that has all its content once it exists under its name.
fn write_whole(path: &Path, content: &str) -> Result<(), ReadyError> {
    let dir = match path.parent() {
        Some(dir) if dir != Path::new("") => dir,
        _ => Path::new("."),
    };
    let mut new = tempfile::Builder::new();
    // Other users may wait for it; it has nothing private. The umask still applies.
    #[cfg(unix)]
    new.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
    let written = new.prefix(".ready").tempfile_in(dir).and_then(|mut file| {
        file.write_all(content.as_bytes())?;
        file.persist(path).map_err(|error| error.error)
    });
    written.map(drop).map_err(|source| ReadyError::File {
        path: path.to_owned(),
        source,
    })
}
