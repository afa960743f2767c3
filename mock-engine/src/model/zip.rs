//! A ZIP file with one stored entry.
//!
//! Invariant: the smallest thing that every unzipper opens: no compression, no extensions, sizes below 4 GiB.

/// The entry is too large for a plain ZIP file.
#[derive(Debug, thiserror::Error)]
#[error("a document of {0} bytes is too large for a ZIP file")]
pub(super) struct TooLarge(usize);

/// 1980-01-01, the earliest date a ZIP file can say: the time of an export is in the document.
const DATE: u16 = 0x0021;

/// A ZIP file that holds `content` under `name`.
pub(super) fn with_one_entry(name: &str, content: &[u8]) -> Result<Vec<u8>, TooLarge> {
    let too_large = |_| TooLarge(content.len());
    let size = u32::try_from(content.len()).map_err(too_large)?;
    let name_length = u16::try_from(name.len()).map_err(too_large)?;
    // Version, flags (UTF-8 name), method, time, date, checksum, both sizes, length of the name, no extra field.
    let mut facts = Vec::new();
    for number in [20, 0x0800, 0, 0, DATE] {
        facts.extend(u16::to_le_bytes(number));
    }
    for number in [crc32(content), size, size] {
        facts.extend(u32::to_le_bytes(number));
    }
    facts.extend(name_length.to_le_bytes());
    facts.extend(0_u16.to_le_bytes());

    let mut zip = Vec::with_capacity(content.len() + 256);
    zip.extend(b"PK\x03\x04");
    zip.extend(&facts);
    zip.extend(name.as_bytes());
    zip.extend(content);
    let directory = u32::try_from(zip.len()).map_err(too_large)?;
    zip.extend(b"PK\x01\x02");
    zip.extend(20_u16.to_le_bytes());
    zip.extend(&facts);
    // No comment, disk 0, no attributes, entry at offset 0.
    zip.extend([0; 14]);
    zip.extend(name.as_bytes());
    let length = u32::try_from(zip.len()).map_err(too_large)? - directory;
    zip.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
    zip.extend(length.to_le_bytes());
    zip.extend(directory.to_le_bytes());
    zip.extend([0; 2]);
    Ok(zip)
}

const TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut n = 0;
    while n < 256 {
        let mut value = n as u32;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 1 == 1 {
                0xedb8_8320 ^ (value >> 1)
            } else {
                value >> 1
            };
            bit += 1;
        }
        table[n] = value;
        n += 1;
    }
    table
};

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc: u32, byte| {
        TABLE[usize::from(crc.to_le_bytes()[0] ^ byte)] ^ (crc >> 8)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_usual_one() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn offsets_and_lengths_fit_together() {
        let zip = with_one_entry("a.json", b"{}").unwrap();
        assert_eq!(zip.len(), 30 + 6 + 2 + 46 + 6 + 22);
        let end = &zip[zip.len() - 22..];
        assert_eq!(end[12..16], 52_u32.to_le_bytes());
        assert_eq!(end[16..20], 38_u32.to_le_bytes());
        assert_eq!(&zip[38..42], b"PK\x01\x02");
    }
}
