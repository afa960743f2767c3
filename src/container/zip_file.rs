//! ZIP archives with one file in them, as engines and download pages make them.

use std::io::{self, Read, Seek, SeekFrom};

use flate2::Crc;
use flate2::read::DeflateDecoder;
use zip::{CompressionMethod, ZipArchive};

use super::ContainerError;
use super::gzip::Checked;

const WHAT: &str = "ZIP archive";

/// The content of the only file in an archive, as it comes, and the file's name.
///
/// # Errors
/// A source that fails; an archive that can't be read, or that holds no file, or several.
pub fn only_entry<R: Read + Seek>(source: R) -> io::Result<(String, ZipEntry<R>)> {
    let damaged = |error: zip::result::ZipError| match error {
        zip::result::ZipError::Io(error) if error.kind() != io::ErrorKind::UnexpectedEof => error,
        zip::result::ZipError::UnsupportedArchive(_) => ContainerError::Method.into(),
        _ => ContainerError::Damaged(WHAT).into(),
    };
    let mut archive = ZipArchive::new(source).map_err(damaged)?;
    let mut files = Vec::new();
    for index in 0..archive.len() {
        if archive.by_index_raw(index).map_err(damaged)?.is_file() {
            files.push(index);
        }
    }
    let [only] = files[..] else {
        return Err(ContainerError::Files(files.len()).into());
    };
    let entry = archive.by_index_raw(only).map_err(damaged)?;
    if entry.encrypted() {
        return Err(ContainerError::Encrypted.into());
    }
    let deflated = match entry.compression() {
        CompressionMethod::Stored => false,
        CompressionMethod::Deflated => true,
        _ => return Err(ContainerError::Method.into()),
    };
    let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
    let start = entry.data_start().ok_or(ContainerError::Damaged(WHAT))?;
    let (compressed, left, stated) = (entry.compressed_size(), entry.size(), entry.crc32());
    drop(entry);
    let mut source = archive.into_inner();
    source.seek(SeekFrom::Start(start))?;
    let content = source.take(compressed);
    let content = match deflated {
        true => Content::Deflated(Box::new(Checked {
            decoder: DeflateDecoder::new(content),
            what: WHAT,
        })),
        false => Content::Stored(content),
    };
    Ok((
        name,
        ZipEntry {
            content,
            left,
            stated,
            crc: Crc::new(),
        },
    ))
}

/// The content of a file in an archive. Reading fails where length or checksum differ from the archive's.
pub struct ZipEntry<R> {
    content: Content<R>,
    left: u64,
    stated: u32,
    crc: Crc,
}

enum Content<R> {
    Stored(io::Take<R>),
    Deflated(Box<Checked<DeflateDecoder<io::Take<R>>>>),
}

impl<R: Read> Read for ZipEntry<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = match &mut self.content {
            Content::Stored(content) => content.read(buffer)?,
            Content::Deflated(content) => content.read(buffer)?,
        };
        let piece = buffer.get(..count).unwrap_or_default();
        self.crc.update(piece);
        let is_end = count == 0 && !buffer.is_empty();
        match self.left.checked_sub(count as u64) {
            Some(left) if !is_end || (left == 0 && self.crc.sum() == self.stated) => self.left = left,
            _ => return Err(ContainerError::Damaged(WHAT).into()),
        }
        Ok(count)
    }
}
