//! Keeps the state in a directory.
//!
//! Invariant: the file is always one complete state. A new one is written beside it, flushed to disk and renamed over
//! it, so a process killed at any moment leaves the state before or after a change.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

const FILE: &str = "state.json";
/// Prefix and suffix of a state that is being written.
const UNFINISHED: (&str, &str) = (".state-", ".tmp");

/// The state directory of one running engine.
#[derive(Debug)]
pub struct StateDir {
    dir: PathBuf,
    /// Held for the engine's life; the system releases it however the process ends.
    _lock: File,
}

/// Why a state directory is unusable.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PersistError {
    /// Reading or writing failed.
    #[error("{path}: {source}")]
    Io {
        /// File or directory.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The file is not a state of this version.
    #[error(
        "{path}: not a stored state: {source}; move the file away to begin with the initial content, or put a dump of \
         GET /__admin/state?secrets=true in its place"
    )]
    Format {
        /// The file.
        path: PathBuf,
        /// The parser's error.
        source: serde_json::Error,
    },
    /// Another engine uses the directory.
    #[error("{0}: in use by another engine")]
    Locked(PathBuf),
}

impl StateDir {
    /// Opens or creates the directory and locks it.
    pub fn open(dir: &Path) -> Result<Self, PersistError> {
        let io = |path: &Path| {
            let path = path.to_owned();
            move |source| PersistError::Io { path, source }
        };
        fs::create_dir_all(dir).map_err(io(dir))?;
        let path = dir.join("lock");
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(io(&path))?;
        match file.try_lock() {
            Ok(()) => {
                remove_leftovers(dir).map_err(io(dir))?;
                Ok(Self {
                    dir: dir.to_owned(),
                    _lock: file,
                })
            }
            Err(TryLockError::WouldBlock) => Err(PersistError::Locked(dir.to_owned())),
            Err(TryLockError::Error(source)) => Err(PersistError::Io { path, source }),
        }
    }

    /// Returns the stored state, if there is one.
    pub fn load<T>(
        &self,
        read: impl FnOnce(&[u8]) -> serde_json::Result<T>,
    ) -> Result<Option<T>, PersistError> {
        let path = self.dir.join(FILE);
        match fs::read(&path) {
            Ok(bytes) => match read(&bytes) {
                Ok(state) => Ok(Some(state)),
                Err(source) => Err(PersistError::Format { path, source }),
            },
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(PersistError::Io { path, source }),
        }
    }

    /// Stores a state in place of the last one.
    pub fn save(&self, state: &impl Serialize) -> Result<(), PersistError> {
        let path = self.dir.join(FILE);
        self.replace(&path, state)
            .map_err(|source| PersistError::Io { path, source })
    }

    fn replace(&self, path: &Path, state: &impl Serialize) -> io::Result<()> {
        let mut names = tempfile::Builder::new();
        let mut file = names
            .prefix(UNFINISHED.0)
            .suffix(UNFINISHED.1)
            .tempfile_in(&self.dir)?;
        let mut writer = io::BufWriter::new(&mut file);
        serde_json::to_writer(&mut writer, state)?;
        writer.flush()?;
        drop(writer);
        file.as_file().sync_all()?;
        file.persist(path)?;
        // Flushes the rename too, or a power cut could bring the old file back.
        File::open(&self.dir)?.sync_all()
    }
}

/// Removes what a killed process left unfinished. The holder of the lock is the only writer.
fn remove_leftovers(dir: &Path) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(UNFINISHED.0) && name.ends_with(UNFINISHED.1) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
