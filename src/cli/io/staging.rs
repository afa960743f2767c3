//! A file that is complete before it gets its name.
//!
//! Invariant: as long as it isn't put in its place, nothing of it can be seen; dropped, nothing is left. Where the
//! system has no files without a name, a temporary one beside the target stands in, which only a killed process leaves.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::cli::io::output::sync_directory;

/// Who may read a new file.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Permissions<'p> {
    /// The owner alone.
    OwnerOnly,
    /// The owner, and the users whom both the umask and all of these files let read.
    Within(&'p [PathBuf]),
    /// The users who may read all of these files and the file at the path, if there is one.
    Of(&'p Path, &'p [PathBuf]),
}

/// A written and synced file without its name.
#[derive(Debug)]
pub(crate) enum Staged {
    /// One that has no name at all.
    #[cfg(target_os = "linux")]
    Nameless(File),
    /// One under a temporary name.
    Named(tempfile::NamedTempFile),
}

impl Staged {
    /// Writes the bytes beside `target` and brings them to the disk.
    pub(crate) fn write(target: &Path, bytes: &[u8], permissions: Permissions<'_>) -> io::Result<Self> {
        Self::make(target, permissions, |file| file.write_all(bytes))
    }

    /// Has a file made beside `target` and brings it to the disk.
    pub(crate) fn make<E: From<io::Error>>(
        target: &Path,
        permissions: Permissions<'_>,
        make: impl FnOnce(&mut File) -> Result<(), E>,
    ) -> Result<Self, E> {
        Self::begin(directory(target), permissions)?.fill(permissions, make)
    }

    fn fill<E: From<io::Error>>(
        mut self,
        permissions: Permissions<'_>,
        make: impl FnOnce(&mut File) -> Result<(), E>,
    ) -> Result<Self, E> {
        let file = self.file();
        protect(file, permissions)?;
        make(file)?;
        file.sync_all()?;
        Ok(self)
    }

    fn begin(directory: &Path, permissions: Permissions<'_>) -> io::Result<Self> {
        #[cfg(target_os = "linux")]
        if let Some(file) = nameless::open(directory, permissions)? {
            return Ok(Self::Nameless(file));
        }
        Self::begin_named(directory, permissions)
    }

    fn begin_named(directory: &Path, permissions: Permissions<'_>) -> io::Result<Self> {
        let mut builder = tempfile::Builder::new();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(fs::Permissions::from_mode(mode(permissions)));
        }
        #[cfg(not(unix))]
        let _ = permissions;
        builder
            .prefix(".exportdoc-")
            .suffix(".part")
            .tempfile_in(directory)
            .map(Self::Named)
    }

    fn file(&mut self) -> &mut File {
        match self {
            #[cfg(target_os = "linux")]
            Self::Nameless(file) => file,
            Self::Named(file) => file.as_file_mut(),
        }
    }

    /// Puts it where nothing is yet.
    pub(crate) fn create(self, target: &Path) -> io::Result<()> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Nameless(file) => nameless::link(&file, target)?,
            Self::Named(file) => {
                file.persist_noclobber(target).map_err(|error| error.error)?;
            }
        }
        sync_directory(target);
        Ok(())
    }

    /// Puts it in the place of a file.
    pub(crate) fn replace(self, target: &Path) -> io::Result<()> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Nameless(file) => {
                // Only renaming replaces, and it wants a name: the file has one for a moment, and is complete by then.
                let linked = tempfile::Builder::new()
                    .prefix(".exportdoc-")
                    .suffix(".part")
                    .make_in(directory(target), |path| nameless::link(&file, path))?;
                linked
                    .into_temp_path()
                    .persist(target)
                    .map_err(|error| error.error)?;
            }
            Self::Named(file) => {
                file.persist(target).map_err(|error| error.error)?;
            }
        }
        sync_directory(target);
        Ok(())
    }
}

fn directory(target: &Path) -> &Path {
    let parent = target.parent().filter(|parent| !parent.as_os_str().is_empty());
    parent.unwrap_or(Path::new("."))
}

/// What a new file may be opened for, before the umask.
#[cfg(unix)]
fn mode(permissions: Permissions<'_>) -> u32 {
    match permissions {
        Permissions::Within(inputs) => 0o666 & (0o600 | allowed(inputs, None)),
        // Narrow until the model's are set.
        Permissions::OwnerOnly | Permissions::Of(..) => 0o600,
    }
}

/// The permissions that all of these files give. For a file of another group, the group counts among the others.
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

/// Gives a new file its permissions, while nothing is in it.
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

#[cfg(target_os = "linux")]
mod nameless {
    use std::fs::File;
    use std::io;
    use std::os::fd::AsRawFd;
    use std::path::Path;

    use rustix::fs::{AtFlags, CWD, Mode, OFlags, linkat, openat};
    use rustix::io::Errno;

    use super::{Permissions, mode};

    /// A file in a directory but without an entry there; `None` where the file system has no such thing.
    pub(crate) fn open(directory: &Path, permissions: Permissions<'_>) -> io::Result<Option<File>> {
        // Without /proc nothing could give it a name later.
        if !Path::new("/proc/self/fd").is_dir() {
            return Ok(None);
        }
        let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
        match openat(CWD, directory, flags, Mode::from_raw_mode(mode(permissions))) {
            Ok(fd) => Ok(Some(File::from(fd))),
            Err(Errno::OPNOTSUPP | Errno::ISDIR | Errno::INVAL) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Gives it a name that nothing has yet.
    pub(crate) fn link(file: &File, target: &Path) -> io::Result<()> {
        let own = format!("/proc/self/fd/{}", file.as_raw_fd());
        Ok(linkat(CWD, own, CWD, target, AtFlags::SYMLINK_FOLLOW)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both ways on every system that has both.
    fn both(directory: &Path, bytes: &[u8]) -> [Staged; 2] {
        let usual = Permissions::Within(&[]);
        [
            Staged::begin(directory, usual),
            Staged::begin_named(directory, usual),
        ]
        .map(|begun| begun.unwrap().fill(usual, |file| file.write_all(bytes)).unwrap())
    }

    fn names(directory: &Path) -> usize {
        fs::read_dir(directory).unwrap().count()
    }

    #[test]
    fn a_file_is_put_where_nothing_is_or_over_another_and_leaves_no_trace() {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("target");
        for staged in both(directory.path(), b"one") {
            staged.create(&target).unwrap();
            assert_eq!(fs::read(&target).unwrap(), b"one");
            fs::remove_file(&target).unwrap();
        }
        for staged in both(directory.path(), b"two") {
            fs::write(&target, "old").unwrap();
            staged.replace(&target).unwrap();
            assert_eq!(fs::read(&target).unwrap(), b"two");
        }
        assert_eq!(names(directory.path()), 1);
    }

    #[test]
    fn what_is_there_stays_there_unless_it_is_to_be_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("target");
        fs::write(&target, "old").unwrap();
        for staged in both(directory.path(), b"new") {
            assert_eq!(
                staged.create(&target).unwrap_err().kind(),
                io::ErrorKind::AlreadyExists
            );
        }
        assert_eq!(
            (fs::read(&target).unwrap(), names(directory.path())),
            (b"old".to_vec(), 1)
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_secret_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        for (at, begin) in [Staged::begin, Staged::begin_named].into_iter().enumerate() {
            let target = directory.path().join(at.to_string());
            let only = Permissions::OwnerOnly;
            begin(directory.path(), only)
                .unwrap()
                .fill(only, |file| file.write_all(b"key"))
                .unwrap()
                .create(&target)
                .unwrap();
            assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }
}
