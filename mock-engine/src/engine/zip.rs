//! A ZIP file with one stored entry, the document.

use std::io::{Cursor, Write};

use zip::result::ZipResult;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// Returns a ZIP file with `content` under `name`, uncompressed. The entry's time is the earliest that the format
/// allows; the document has the time of the export.
pub(super) fn with_one_entry(name: &str, content: &[u8]) -> ZipResult<Vec<u8>> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::with_capacity(content.len() + 256)));
    writer.start_file(
        name,
        SimpleFileOptions::default().compression_method(CompressionMethod::Stored),
    )?;
    writer.write_all(content)?;
    Ok(writer.finish()?.into_inner())
}
