//! Archives whose bytes depend on their content only.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;

use flate2::{Compression, GzBuilder};
use tar::{Builder, EntryType, Header};

/// A file of an archive.
pub(super) struct Entry {
    path: String,
    mode: u32,
    bytes: Vec<u8>,
}

impl Entry {
    pub(super) fn file(path: String, bytes: Vec<u8>) -> Self {
        Self {
            path,
            mode: 0o644,
            bytes,
        }
    }

    pub(super) fn program(path: String, bytes: Vec<u8>) -> Self {
        Self {
            path,
            mode: 0o755,
            bytes,
        }
    }

    /// The length in KiB, rounded up.
    pub(super) fn kib(&self) -> usize {
        self.bytes.len().div_ceil(1024)
    }
}

/// A compressed archive of the files and the folders that they are in, sorted, owned by root.
pub(super) fn tar_gz(entries: &[Entry], time: u64) -> io::Result<Vec<u8>> {
    let mut sorted: Vec<&Entry> = entries.iter().collect();
    sorted.sort_by(|a, b| a.path.cmp(&b.path));
    let folders: BTreeSet<&Path> = sorted
        .iter()
        .flat_map(|entry| Path::new(&entry.path).ancestors().skip(1))
        .filter(|folder| !folder.as_os_str().is_empty())
        .collect();
    let mut archive = Builder::new(Vec::new());
    for folder in folders {
        let mut header = header(EntryType::Directory, 0o755, 0, time)?;
        archive.append_data(&mut header, folder.join(""), io::empty())?;
    }
    for entry in sorted {
        let mut header = header(EntryType::Regular, entry.mode, entry.bytes.len(), time)?;
        archive.append_data(&mut header, &entry.path, &entry.bytes[..])?;
    }
    gz(&archive.into_inner()?)
}

fn header(kind: EntryType, mode: u32, size: usize, time: u64) -> io::Result<Header> {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_size(size as u64);
    header.set_mtime(time);
    header.set_uid(0);
    header.set_gid(0);
    header.set_username("root")?;
    header.set_groupname("root")?;
    Ok(header)
}

/// Compressed, without the name and time that a gzip header may have.
pub(super) fn gz(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzBuilder::new().write(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// An `ar` archive, the form of Debian packages.
pub(super) fn ar(members: &[(&str, Vec<u8>)], time: u64) -> Vec<u8> {
    let mut archive = b"!<arch>\n".to_vec();
    for (name, bytes) in members {
        let head = format!(
            "{name:<16}{time:<12}{:<6}{:<6}{:<8}{:<10}`\n",
            0,
            0,
            "100644",
            bytes.len()
        );
        archive.extend_from_slice(head.as_bytes());
        archive.extend_from_slice(bytes);
        if bytes.len() % 2 == 1 {
            archive.push(b'\n');
        }
    }
    archive
}
