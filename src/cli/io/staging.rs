//! A file that is complete and on the disk before it gets its name.
//!
//! Invariant: the final name never shows an incomplete file. Only a killed process leaves its temporary file behind.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// Who may read a new file.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Permissions<'p> {
    /// The owner only.
    OwnerOnly,
    /// The owner, and the users whom both the umask and all of these files admit.
    Within(&'p [PathBuf]),
    /// The users who may read all of these files and the file at the path, if it exists.
    Of(&'p Path, &'p [PathBuf]),
}

/// A written and synced file under a temporary name beside its target; dropping it removes it.
#[derive(Debug)]
pub(crate) struct Staged(NamedTempFile);

impl Staged {
    /// Writes the bytes beside `target`.
    pub(crate) fn write(target: &Path, bytes: &[u8], permissions: Permissions<'_>) -> io::Result<Self> {
        Self::make(target, permissions, |file| file.write_all(bytes))
    }

    /// Lets `make` write a file beside `target`.
    pub(crate) fn make<E: From<io::Error>>(
        target: &Path,
        permissions: Permissions<'_>,
        make: impl FnOnce(&mut File) -> Result<(), E>,
    ) -> Result<Self, E> {
        let mut builder = tempfile::Builder::new();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(fs::Permissions::from_mode(mode(permissions)));
        }
        let mut staged = builder
            .prefix(".exportdoc-")
            .suffix(".part")
            .tempfile_in(directory(target))?;
        let file = staged.as_file_mut();
        protect(file, permissions)?;
        make(file)?;
        file.sync_all()?;
        Ok(Self(staged))
    }

    /// Gives it the name `target`, which must not exist.
    pub(crate) fn create(self, target: &Path) -> io::Result<()> {
        self.0.persist_noclobber(target).map_err(|error| error.error)?;
        sync_directory(target);
        Ok(())
    }

    /// Gives it the name `target` in place of another file.
    pub(crate) fn replace(self, target: &Path) -> io::Result<()> {
        self.0.persist(target).map_err(|error| error.error)?;
        sync_directory(target);
        Ok(())
    }
}

fn directory(target: &Path) -> &Path {
    let parent = target.parent().filter(|parent| !parent.as_os_str().is_empty());
    parent.unwrap_or(Path::new("."))
}

/// Syncs the entry of a new name, if the file system can; the file itself was synced before.
fn sync_directory(target: &Path) {
    if let Ok(directory) = File::open(directory(target)) {
        let _ = directory.sync_all();
    }
}

/// The mode to create the file with, before the umask.
#[cfg(unix)]
fn mode(permissions: Permissions<'_>) -> u32 {
    match permissions {
        Permissions::Within(inputs) => 0o666 & (0o600 | allowed(inputs, None)),
        // `protect` widens it.
        Permissions::OwnerOnly | Permissions::Of(..) => 0o600,
    }
}

/// The permissions that all of these files grant. For a file of another group, its group's permissions don't count.
#[cfg(unix)]
fn allowed(files: &[PathBuf], group: Option<u32>) -> u32 {
    use std::os::unix::fs::MetadataExt;
    let plain = files.iter().filter_map(|file| fs::metadata(file).ok());
    plain
        .filter(fs::Metadata::is_file)
        .fold(0o777, |allowed, metadata| {
            let others = metadata.mode() & 0o007;
            let of_group = match group {
                Some(group) if group != metadata.gid() => others << 3,
                _ => metadata.mode() & 0o070,
            };
            allowed & (0o700 | of_group | others)
        })
}

/// Sets the permissions of the still empty file.
#[cfg(unix)]
fn protect(file: &File, permissions: Permissions<'_>) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let own = file.metadata()?;
    let (model, files) = match permissions {
        Permissions::OwnerOnly => return Ok(()),
        Permissions::Within(files) => (None, files),
        Permissions::Of(model, files) => (fs::metadata(model).ok(), files),
    };
    let mode = model.as_ref().unwrap_or(&own).mode() & 0o777;
    let mode = mode & allowed(files, Some(own.gid()));
    file.set_permissions(fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn protect(file: &File, permissions: Permissions<'_>) -> io::Result<()> {
    match permissions {
        Permissions::Of(model, _) => match fs::metadata(model) {
            Ok(metadata) => file.set_permissions(metadata.permissions()),
            Err(_) => Ok(()),
        },
        Permissions::OwnerOnly | Permissions::Within(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn staged(target: &Path, bytes: &[u8]) -> Staged {
        Staged::write(target, bytes, Permissions::Within(&[])).unwrap()
    }

    #[test]
    fn staged_file_is_created_or_replaces_another() {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("target");
        staged(&target, b"one").create(&target).unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"one");
        staged(&target, b"two").replace(&target).unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"two");
        let error = staged(&target, b"three").create(&target).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&target).unwrap(), b"two");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_reads_a_secret() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("key");
        let staged = Staged::write(&target, b"key", Permissions::OwnerOnly).unwrap();
        staged.create(&target).unwrap();
        assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
