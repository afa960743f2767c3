//! Reads ZIP archives with one file, as engines and download pages make them.
//!
//! Invariant: the archive has no content beside the document. Every byte belongs to the one file, to an empty directory or
//! to the archive's own lists.

use std::io::{self, Read, Seek, SeekFrom};

use flate2::Crc;
use flate2::read::DeflateDecoder;
use zip::{CompressionMethod, ZipArchive};

use super::ContainerError;
use super::gzip::Checked;

const WHAT: &str = "ZIP archive";

/// Opens the only file in an archive; returns its name and its content.
///
/// # Errors
/// The source fails, the archive is unreadable, or it doesn't hold exactly one file.
pub fn only_entry<R: Read + Seek>(source: R) -> io::Result<(String, ZipEntry<R>)> {
    let damaged = |error: zip::result::ZipError| match error {
        zip::result::ZipError::Io(error) if error.kind() != io::ErrorKind::UnexpectedEof => error,
        zip::result::ZipError::UnsupportedArchive(_) => ContainerError::Method.into(),
        _ => ContainerError::Damaged(WHAT).into(),
    };
    let mut archive = ZipArchive::new(source).map_err(damaged)?;
    let mut files = Vec::new();
    let mut spans = Vec::new();
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(damaged)?;
        if entry.is_symlink() {
            return Err(ContainerError::Beside("a link").into());
        }
        // Empty content deflates to two bytes.
        if entry.is_dir() && (entry.size() > 0 || entry.compressed_size() > 2) {
            return Err(ContainerError::Beside("a directory that has content").into());
        }
        if !entry.is_dir() {
            files.push(index);
        }
        let data = entry.data_start().ok_or(ContainerError::Damaged(WHAT))?;
        spans.push(Span {
            begin: entry.header_start(),
            end: data.saturating_add(entry.compressed_size()),
            descriptors: descriptors(entry.crc32(), entry.compressed_size(), entry.size()),
        });
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
    let (count, directory) = (archive.len(), archive.central_directory_start());
    let comment = archive.comment().len();
    let mut source = archive.into_inner();
    // `ZipArchive` keeps only the last of entries with one name, so this check comes first.
    ends_with_its_lists(&mut source, directory, count, comment)?;
    holds_nothing_else(&mut source, spans, directory)?;
    source.seek(SeekFrom::Start(start))?;
    let content = source.take(compressed);
    let content = if deflated {
        Content::Deflated(Box::new(Checked {
            decoder: DeflateDecoder::new(content),
            what: WHAT,
        }))
    } else {
        Content::Stored(content)
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

/// The place of an entry, from its header to the end of its data.
struct Span {
    begin: u64,
    end: u64,
    descriptors: [Vec<u8>; 4],
}

/// The possible descriptors after the data of an entry whose size was unknown before: with or without a mark, with sizes
/// of four or eight bytes.
fn descriptors(crc: u32, compressed: u64, size: u64) -> [Vec<u8>; 4] {
    let crc = crc.to_le_bytes();
    let wide = [&crc[..], &compressed.to_le_bytes(), &size.to_le_bytes()].concat();
    let low = |number: u64| number.to_le_bytes()[..4].to_vec();
    let narrow = [crc.to_vec(), low(compressed), low(size)].concat();
    let marked = |plain: &[u8]| [b"PK\x07\x08", plain].concat();
    [marked(&narrow), marked(&wide), narrow, wide]
}

/// Checks that the entries fill the archive up to its central directory.
fn holds_nothing_else(
    source: &mut (impl Read + Seek),
    mut spans: Vec<Span>,
    directory: u64,
) -> io::Result<()> {
    spans.sort_by_key(|span| span.begin);
    let mut begins: Vec<u64> = spans.iter().map(|span| span.begin).collect();
    begins.push(directory);
    if begins.first() != Some(&0) {
        return Err(ContainerError::Beside("data before its first file").into());
    }
    for (span, next) in spans.iter().zip(begins.into_iter().skip(1)) {
        let gap = next
            .checked_sub(span.end)
            .ok_or(ContainerError::Beside("entries that overlap"))?;
        let fits = |descriptor: &&Vec<u8>| descriptor.len() as u64 == gap;
        let mut between = Vec::new();
        source.seek(SeekFrom::Start(span.end))?;
        source.by_ref().take(gap.min(24)).read_to_end(&mut between)?;
        if gap > 0 && !span.descriptors.iter().filter(fits).any(|own| *own == between) {
            return Err(ContainerError::Beside("data that it doesn't list").into());
        }
    }
    Ok(())
}

/// Checks that the central directory lists as many entries as were read, and that only the archive's end follows.
fn ends_with_its_lists(
    source: &mut (impl Read + Seek),
    directory: u64,
    count: usize,
    comment: usize,
) -> io::Result<()> {
    let length = source.seek(SeekFrom::End(0))?;
    source.seek(SeekFrom::Start(directory))?;
    let mut at = directory;
    let mut listed = 0;
    loop {
        let mut record = Vec::new();
        source.by_ref().take(46).read_to_end(&mut record)?;
        let number = |at: usize| match record.get(at..at + 2) {
            Some(&[low, high]) => i64::from(u16::from_le_bytes([low, high])),
            _ => 0,
        };
        if !record.starts_with(b"PK\x01\x02") {
            break;
        }
        let rest = number(28) + number(30) + number(32);
        source.seek_relative(rest)?;
        at = at.saturating_add(46 + rest.unsigned_abs());
        listed += 1;
    }
    if listed != count {
        return Err(ContainerError::Beside("a name that is used twice").into());
    }
    // The end has 22 bytes and a comment, in a large archive 76 more.
    let end = length
        .checked_sub(at)
        .and_then(|end| end.checked_sub(comment as u64));
    source.seek(SeekFrom::Start(at))?;
    let mut mark = [0; 4];
    source.read_exact(&mut mark)?;
    match (end, &mark) {
        (Some(22), b"PK\x05\x06") | (Some(98), b"PK\x06\x06") => Ok(()),
        _ => Err(ContainerError::Beside("data behind its end").into()),
    }
}

/// The content of a file in an archive. Reading fails if length or checksum differ from the archive's.
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
