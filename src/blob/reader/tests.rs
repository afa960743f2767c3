use super::*;

fn read_all(bytes: &[u8]) -> Result<Vec<Vec<u8>>, BlobError> {
    let mut reader = RecordReader::new(
        bytes,
        BlobLimits {
            record_bytes: 1000,
            records: 3,
            ..BlobLimits::default()
        },
    );
    let mut records = Vec::new();
    while let Some(record) = reader.next_record()? {
        records.push(record.message.to_vec());
    }
    Ok(records)
}

#[test]
fn framed_records_are_read_back() {
    let blob = [frame(b"abc").unwrap(), frame(b"d").unwrap()].concat();
    assert_eq!(read_all(&blob).unwrap(), [b"abc".to_vec(), b"d".to_vec()]);
}

#[test]
fn each_break_names_its_record_and_offset() {
    let one = frame(b"abc").unwrap();
    let broken = |tail: &[u8]| {
        let error = read_all(&[&one[..], tail].concat()).unwrap_err();
        assert_eq!((error.index, error.offset), (1, 7));
        error.kind.to_string()
    };
    assert_eq!(broken(&[1, 0]), "2 bytes left where a 4-byte length should be");
    assert_eq!(broken(&[0; 4]), "length is zero");
    assert_eq!(
        broken(&[9, 0, 0, 0, 1]),
        "length says 9 bytes, but only 1 are left"
    );
    assert_eq!(
        broken(&[0xff; 4]),
        "length says 4294967295 bytes, but only 0 are left"
    );
    assert_eq!(
        broken(&[&[0xff; 4][..], &[7; 1001]].concat()),
        "length 4294967295 is above the limit of 1000 bytes"
    );
    let many = [&one[..], &one, &one, &one].concat();
    assert_eq!(
        read_all(&many).unwrap_err().kind.to_string(),
        "more than 3 records"
    );
}

#[test]
fn claimed_length_takes_no_memory() {
    let mut reader = RecordReader::new(&[0xff, 0xff, 0xff, 0x3f, 1][..], BlobLimits::default());
    assert!(reader.next_record().is_err());
    assert!(reader.buffer.capacity() < 4096);
}

/// A source that gives one byte at a time with an interruption before each, and may fail at the end.
struct Interrupted<'a> {
    bytes: &'a [u8],
    pause: bool,
    fails: bool,
}

impl Read for Interrupted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let offered = self.fill_buf()?;
        let count = offered.len().min(buffer.len());
        buffer[..count].copy_from_slice(&offered[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Interrupted<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if std::mem::replace(&mut self.pause, false) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        if self.bytes.is_empty() && self.fails {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        Ok(&self.bytes[..self.bytes.len().min(1)])
    }

    fn consume(&mut self, amount: usize) {
        self.bytes = &self.bytes[amount..];
        self.pause = true;
    }
}

#[test]
fn interruption_is_retried_and_failure_ends_reading() {
    let blob = frame(b"abc").unwrap();
    for fails in [false, true] {
        let source = Interrupted {
            bytes: &blob,
            pause: true,
            fails,
        };
        let mut reader = RecordReader::new(source, BlobLimits::default());
        let head = reader.begin().unwrap().unwrap();
        reader.end(&head).unwrap();
        assert_eq!(reader.offset(), blob.len() as u64);
        assert_eq!(reader.begin().is_err(), fails);
    }
    let source = Interrupted {
        bytes: &blob[..5],
        pause: true,
        fails: true,
    };
    let mut reader = RecordReader::new(source, BlobLimits::default());
    let head = reader.begin().unwrap().unwrap();
    assert!(matches!(
        reader.end(&head).unwrap_err().kind,
        BlobErrorKind::Io(_)
    ));
}

#[test]
fn truncated_record_keeps_its_beginning() {
    let blob = frame(b"abcdef").unwrap();
    let mut reader = RecordReader::new(&blob[..7], BlobLimits::default());
    let head = reader.begin().unwrap().unwrap();
    let error = reader.end(&head).unwrap_err();
    assert!(matches!(
        error.kind,
        BlobErrorKind::PastEnd { claimed: 6, have: 3 }
    ));
    assert_eq!((reader.partial(), reader.offset()), (&b"abc"[..], 0));
}

#[test]
fn length_above_the_limit_counts_only_if_the_bytes_exist() {
    let limits = BlobLimits {
        record_bytes: 4,
        held_bytes: 2,
        ..BlobLimits::default()
    };
    let begun = |bytes: &[u8]| {
        let blob = [&5_u32.to_le_bytes()[..], bytes].concat();
        let mut reader = RecordReader::new(&blob[..], limits);
        let kind = reader.begin().unwrap_err().kind;
        (kind, reader.partial().to_vec())
    };
    let (kind, kept) = begun(b"abcd");
    assert!(
        matches!(kind, BlobErrorKind::PastEnd { claimed: 5, have: 4 }),
        "{kind:?}"
    );
    assert_eq!(kept, b"ab");
    let (kind, kept) = begun(b"abcde");
    assert!(
        matches!(kind, BlobErrorKind::TooLarge { claimed: 5, limit: 4 }),
        "{kind:?}"
    );
    assert_eq!(kept, b"");
    let exact = frame(b"abcd").unwrap();
    assert!(RecordReader::new(&exact[..], limits).begin().unwrap().is_some());
}

#[test]
fn reading_stops_one_byte_above_the_limit() {
    let limits = BlobLimits {
        record_bytes: 4,
        held_bytes: 2,
        ..BlobLimits::default()
    };
    let blob = [&100_u32.to_le_bytes()[..], &[7; 100]].concat();
    let mut source = &blob[..];
    assert!(RecordReader::new(&mut source, limits).begin().is_err());
    assert_eq!(source.len(), 100 - 5);
}

#[test]
fn body_reads_to_the_end_of_its_record() {
    let blob = [frame(b"abc").unwrap(), frame(b"d").unwrap()].concat();
    let mut reader = RecordReader::new(&blob[..], BlobLimits::default());
    for message in [&b"abc"[..], b"d"] {
        let head = reader.begin().unwrap().unwrap();
        let mut read = Vec::new();
        reader.body().read_to_end(&mut read).unwrap();
        assert_eq!(read, message);
        reader.end(&head).unwrap();
    }
    assert!(reader.begin().unwrap().is_none());
}

#[test]
fn only_our_own_limits_are_limits() {
    let is_limit = |bytes: &[u8]| read_all(bytes).unwrap_err().kind.is_limit();
    assert!(is_limit(&[&[0xff; 4][..], &[7; 1001]].concat()));
    assert!(is_limit(&frame(b"d").unwrap().repeat(4)));
    assert!(!is_limit(&[9, 0, 0, 0, 1]));
    assert!(!is_limit(&[0; 4]));
    assert!(!is_limit(&[1, 0]));
}
