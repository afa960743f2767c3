//! Users from a file: process lists show options, but not files.
//!
//! Invariant: the file has at least one user, since an engine without users lets everyone in. No error quotes a line.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::parse_user;
use crate::engine::Credential;

/// Largest file.
const MOST_BYTES: u64 = 1 << 20;

/// Why a file of users is refused.
#[derive(Debug, thiserror::Error)]
pub enum UserFileError {
    /// The file can't be read.
    #[error("--user-file {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The file is too large.
    #[error("--user-file {0} has more than 1 MiB")]
    TooLarge(PathBuf),
    /// A line is not `NAME:PASSWORD`.
    #[error("--user-file {path}: line {line} is not a user (NAME:PASSWORD)")]
    Line {
        /// The file.
        path: PathBuf,
        /// Line number, from 1.
        line: usize,
    },
    /// The file has no users.
    #[error("--user-file {0} has no user in it")]
    Empty(PathBuf),
}

/// Reads `NAME:PASSWORD` lines; skips blank lines and lines that begin with `#`.
pub fn read_users(path: &Path) -> Result<Vec<Credential>, UserFileError> {
    let read = |source| UserFileError::Read {
        path: path.to_owned(),
        source,
    };
    let file = File::open(path).map_err(read)?;
    if is_open_to_others(&file) {
        tracing::warn!(
            ?path,
            "every user of this machine can read the passwords in this file"
        );
    }
    let mut text = String::new();
    file.take(MOST_BYTES + 1)
        .read_to_string(&mut text)
        .map_err(read)?;
    if text.len() as u64 > MOST_BYTES {
        return Err(UserFileError::TooLarge(path.to_owned()));
    }
    let mut users = Vec::new();
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let user = parse_user(line).map_err(|_| UserFileError::Line {
            path: path.to_owned(),
            line: index + 1,
        })?;
        users.push(user);
    }
    if users.is_empty() {
        return Err(UserFileError::Empty(path.to_owned()));
    }
    Ok(users)
}

/// Mounted secrets of containers are readable by all, so this is only a warning.
#[cfg(unix)]
fn is_open_to_others(file: &File) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata()
        .is_ok_and(|known| known.permissions().mode() & 0o004 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_: &File) -> bool {
    false
}
