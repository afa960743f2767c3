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

#[cfg(test)]
mod tests {
    use std::io::Read;

    use zip::ZipArchive;

    use super::*;

    #[test]
    fn zip_entry_keeps_its_content() {
        let bytes = with_one_entry("a.json", b"{}").unwrap();
        let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut content = String::new();
        archive
            .by_name("a.json")
            .unwrap()
            .read_to_string(&mut content)
            .unwrap();
        assert_eq!((archive.len(), content.as_str()), (1, "{}"));
    }
}
