//! A streamed document gives the same report as one in memory, for any sizes of reads and any limit of held bytes.

use std::io::{BufRead, Read};
use std::sync::LazyLock;

use crate::support::property;
use crate::support::{Parts, global, masking_job, said, small};
use exportdoc::internal::audit::{AuditOptions, DEFAULT_POLICY, Policy, audit_bytes, audit_source};
use exportdoc::internal::blob::BlobLimits;
use exportdoc::internal::envelope::{Base64Decoder, EnvelopeError, decode_all};
use exportdoc::internal::report::{DocumentReport, ExamineOptions, Examiner, SourceError};
use exportdoc::internal::wire::{self, Cursor, HeadValue};
use proptest::prelude::*;

/// A source that gives a few bytes at a time.
struct Chunked<'a> {
    bytes: &'a [u8],
    sizes: std::iter::Cycle<std::slice::Iter<'a, usize>>,
}

impl<'a> Chunked<'a> {
    fn new(bytes: &'a [u8], sizes: &'a [usize]) -> Self {
        Self {
            bytes,
            sizes: sizes.iter().cycle(),
        }
    }
}

impl Read for Chunked<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let size = *self.sizes.next().unwrap();
        let count = size.min(buffer.len()).min(self.bytes.len());
        buffer[..count].copy_from_slice(&self.bytes[..count]);
        self.bytes = &self.bytes[count..];
        Ok(count)
    }
}

/// The report of bytes in memory, every record held.
fn in_memory(input: &[u8], options: &ExamineOptions) -> Result<DocumentReport, EnvelopeError> {
    let examined = Examiner::new(options).keep_contents().read_bytes(input)?;
    Ok(examined.report)
}

fn options(held_bytes: u64, secret_bytes: Option<usize>) -> ExamineOptions {
    ExamineOptions {
        limits: BlobLimits {
            held_bytes,
            ..BlobLimits::default()
        },
        secret_bytes,
        texts: Some(|_| true),
        ..ExamineOptions::default()
    }
}

/// Both ways give one report, or one error.
fn same(input: &[u8], sizes: &[usize], held: u64, secrets: Option<usize>) -> Result<(), TestCaseError> {
    let whole = in_memory(input, &options(u64::MAX, secrets));
    let source = Chunked::new(input, sizes);
    let streamed = Examiner::new(&options(held, secrets))
        .read(source)
        .map(|examined| examined.report);
    match (whole, streamed) {
        (Ok(mut whole), Ok(mut streamed)) => {
            // Only the held bytes of a truncated record are examined.
            if held < 1 << 20 {
                (whole.blob.partial, streamed.blob.partial) = (None, None);
            }
            prop_assert_eq!(said(&whole), said(&streamed));
        }
        (Err(whole), Err(SourceError::Envelope(streamed))) => prop_assert_eq!(whole, streamed),
        (whole, streamed) => prop_assert!(
            false,
            "{:?}\n{:?}",
            whole.map(|r| said(&r)),
            streamed.map(|r| said(&r))
        ),
    }
    Ok(())
}

/// Both ways give one audit, and the same lines for its places.
fn same_audit(input: &[u8], sizes: &[usize], held: u64) -> Result<(), TestCaseError> {
    let policy = Policy::parse(DEFAULT_POLICY).unwrap();
    let now = jiff::Timestamp::UNIX_EPOCH;
    let whole = AuditOptions {
        policy: &policy,
        now,
        baseline: None,
    };
    let whole = audit_bytes(input, &options(u64::MAX, None), &whole);
    let streamed = audit_source(Chunked::new(input, sizes), &options(held, None), &policy, now);
    if let (Ok((whole, _)), Ok((streamed, around))) = (whole, streamed) {
        prop_assert_eq!(format!("{whole:?}"), format!("{streamed:?}"));
        let places = || {
            streamed
                .findings
                .iter()
                .filter_map(|found| found.at.as_ref()?.file_offset)
        };
        let lines = around.lines(places());
        for offset in places() {
            let before = &input[..offset as usize];
            let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
            prop_assert_eq!(lines[&offset].line, line);
        }
    }
    Ok(())
}

static DOCUMENTS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let mut documents = vec![
        small().seal(),
        masking_job().seal(),
        global().seal(),
        masking_job().undeclared().seal(),
    ];
    for name in ["handmade/masking-job.json", "generated/engine-like.json"] {
        documents.push(std::fs::read(crate::support::testdata(name)).unwrap());
    }
    documents
});

/// Changes to the text of a document by people and programs.
fn retold(document: &[u8], how: u8) -> Vec<u8> {
    let text = String::from_utf8(document.to_vec()).unwrap();
    let text = match how {
        0 => text,
        1 => text.replace('/', "\\/").replace('=', "\\u003d"),
        2 => text.replace("\"blob\":", "\"\\u0062lob\" : \n "),
        3 => text.replacen("\"blob\":\"", "\"blob\":\"AAAA\",\"blob\":\"", 1),
        4 => text.replacen("\"blob\":\"", "\"x\":{\"blob\":\"AAAA\"},\"blob\":\"", 1),
        5 => format!("\u{feff}{text}  {{\"blob\":\"é\"}}"),
        6 => text.replacen("\",\"signature\"", "…\\ud83d\\ude00\",\"signature\"", 1),
        7 => text.replacen("\",\"signature\"", "\\ud83d\",\"signature\"", 1),
        8 => text.replacen("\",\"signature\"", "\\n...\",\"signature\"", 1),
        9 => text.replacen("\"blob\":\"", "\"blob\":null,\"y\":\"", 1),
        10 => text.replacen("\"blob\":\"", "\"blob\":\"\\q", 1),
        11 => text.replacen("\"blob\":\"", "\"blob\":\"\n", 1),
        12 => text.replacen("\",\"signature\"", "\"],\"signature\"", 1),
        13 => format!("[{text}]"),
        14 => text.replacen("\"blob\":\"", &format!("\"z\":{}\"blob\":\"", "[".repeat(70)), 1),
        _ => text.replacen(
            "\"blob\":\"",
            "\"blob\":[\"blob\",{\"blob\":\"A\"}],\"blob\" \t:\r\"",
            1,
        ),
    };
    text.into_bytes()
}

type Change = (prop::sample::Index, u8, u8);

/// Bytes with a few of them changed, dropped or repeated.
fn mutate(bytes: &mut Vec<u8>, changes: &[Change]) {
    for (at, kind, value) in changes.iter().filter(|_| !bytes.is_empty()).collect::<Vec<_>>() {
        let at = at.index(bytes.len());
        match kind % 5 {
            0 | 1 => bytes[at] ^= value | 1,
            2 => {
                bytes.remove(at);
            }
            3 => bytes.insert(at, *value),
            _ => bytes.truncate(at),
        }
        if bytes.is_empty() {
            return;
        }
    }
}

fn changes(most: usize) -> impl Strategy<Value = Vec<Change>> {
    prop::collection::vec(any::<Change>(), 0..most)
}

fn held() -> impl Strategy<Value = u64> {
    prop::sample::select(vec![0_u64, 1, 40, 300, 1 << 20])
}

fn secrets() -> impl Strategy<Value = Option<usize>> {
    prop::sample::select(vec![None, Some(0), Some(5), Some(1 << 16)])
}

#[test]
fn missing_colon_before_the_blob_has_the_same_place() {
    for document in DOCUMENTS.iter() {
        for instead in ["\"blob\"", "\"blob\" \n ", "\"blob\"::", "\"blob\","] {
            let text = String::from_utf8(document.clone()).unwrap();
            let text = text.replacen("\"blob\":", instead, 1);
            same(text.as_bytes(), &[7], 40, None).unwrap();
        }
    }
}

proptest! {
    #![proptest_config(property(12))]

    #[test]
    fn documents_told_in_any_way_and_cut_anywhere_are_the_same(
        document in 0_usize..6, how in 0_u8..16, changes in changes(2), sizes in prop::collection::vec(1_usize..4000, 1..6),
        held in held(), secrets in secrets()
    ) {
        let mut text = retold(&DOCUMENTS[document], how);
        mutate(&mut text, &changes);
        same(&text, &sizes, held, secrets)?;
        same_audit(&text, &sizes, held)?;
    }

    #[test]
    #[ignore = "ci/long runs it"]
    fn damaged_records_are_the_same_however_little_is_held(
        document in 0_usize..6, changes in changes(4), sizes in prop::collection::vec(1_usize..4000, 1..6),
        held in held(), secrets in secrets()
    ) {
        let mut parts = Parts::of(&DOCUMENTS[document]);
        let mut records = parts.records();
        for change in changes {
            // Inside of the records, so that framing lets them be read.
            let at = change.0.index(records.len());
            mutate(&mut records[at], &[change]);
            records.retain(|record| !record.is_empty());
        }
        parts = parts.with_records(&records);
        same(&parts.document(), &sizes, held, secrets)?;
        same_audit(&parts.document(), &sizes, held)?;
    }

    #[test]
    fn any_bytes_after_the_beginning_of_a_blob_are_the_same(
        tail in prop::collection::vec(
            prop_oneof![4 => prop::sample::select("AbC+/=-_\\\"u0d8cé\n {}[]:,...".as_bytes().to_vec()), 1 => any::<u8>()], 0..40,
        ),
        sizes in prop::collection::vec(1_usize..6, 1..4)
    ) {
        let text = [&b"{\"signature\":\"AAAA\",\"blob\":\"AAEC"[..], &tail].concat();
        same(&text, &sizes, 0, None)?;
        same_audit(&text, &sizes, 0)?;
    }

    #[test]
    fn message_in_pieces_has_the_same_fields(
        bytes in prop::collection::vec(prop_oneof![2 => 0_u8..40, 1 => any::<u8>()], 0..60),
        sizes in prop::collection::vec(1_usize..5, 1..4), taken in any::<bool>()
    ) {
        let whole: Vec<_> = wire::fields(&bytes).map(|field| field.map(|field| {
            let bytes = field.bytes().unwrap_or_default().to_vec();
            (field.number, field.offset, HeadValue::from(field.value), bytes)
        })).collect();
        let mut streamed = Vec::new();
        let mut cursor = Cursor::new(std::io::BufReader::with_capacity(3, Chunked::new(&bytes, &sizes)));
        let mut fields = cursor.message(bytes.len() as u64);
        loop {
            match fields.next_field() {
                Ok(None) => break,
                Err(error) => streamed.push(Err(error)),
                Ok(Some(head)) => {
                    let value = match head.value {
                        HeadValue::Bytes(length) if taken => fields.bytes(length, u64::MAX).unwrap(),
                        // Left alone, it is skipped.
                        HeadValue::Bytes(_) => wire::fields(&bytes).nth(streamed.len()).unwrap().unwrap().bytes().unwrap().to_vec(),
                        _ => Vec::new(),
                    };
                    streamed.push(Ok((head.number, usize::try_from(head.offset).unwrap(), head.value, value)));
                }
            }
        }
        prop_assert_eq!(whole, streamed);
    }

    #[test]
    fn base64_text_may_be_cut_anywhere(
        text in "[A-Za-z0-9+/]{0,40}[-_ =.…é]{0,3}[A-Za-z=]{0,5}", sizes in prop::collection::vec(1_usize..7, 1..4)
    ) {
        let mut decoder = Base64Decoder::new();
        let (mut bytes, mut source) = (Vec::new(), std::io::BufReader::new(Chunked::new(text.as_bytes(), &sizes)));
        while let Ok(piece) = source.fill_buf() && !piece.is_empty() {
            let length = piece.len();
            decoder.push(piece, &mut bytes);
            source.consume(length);
        }
        decoder.finish(&mut bytes);
        prop_assert_eq!((bytes, decoder.report().clone()), decode_all(&text));
    }
}

#[test]
fn a_source_that_fails_is_an_error_and_no_finding() {
    struct Failing<'a>(&'a [u8]);
    impl Read for Failing<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            match self.0.read(buffer)? {
                0 => Err(std::io::Error::other("the disk is gone")),
                count => Ok(count),
            }
        }
    }
    let document = &DOCUMENTS[0];
    for end in [0, 1, document.len() / 2, document.len() - 5, document.len()] {
        let source = Failing(&document[..end]);
        let error = Examiner::new(&ExamineOptions::default())
            .read(source)
            .unwrap_err();
        assert!(matches!(&error, SourceError::Read(error) if error.to_string() == "the disk is gone"));
    }
}

#[cfg(target_os = "linux")]
const ROWS: usize = 999;

/// A document with one lookup of `pieces` times this many rows, written as it goes.
#[cfg(target_os = "linux")]
fn write_large_lookup(mut out: impl std::io::Write, pieces: usize) -> std::io::Result<usize> {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use exportdoc::internal::blob::{ObjectRecord, Trailer, frame};
    use exportdoc::internal::identifier::Identifier;
    use exportdoc::internal::object::{ObjectKey, Revision, SyncObject};
    use exportdoc::internal::wire::Writer;

    // A multiple of three bytes, so that each piece is base64 of its own.
    let rows = "<row id=\"123456\" value=\"1234567 Mill Avenue\"/>".repeat(ROWS);
    assert_eq!(rows.len() % 3, 0);
    let key = ObjectKey::new(2, Identifier::Algorithm("Lookup".to_owned()));
    // The length prefixes of everything around the rows have to speak of all of them: so they are there once, made of
    // nothing, and the blob is cut where they begin.
    let filler = vec![b' '; rows.len() * pieces];
    let data = Writer::new().bytes(6, &filler).finish();
    let object = SyncObject::build(&key, &[], &Revision::default(), "SecureLookupData", &data).unwrap();
    let record = frame(&ObjectRecord::encode(
        crate::support::EXPORT_ID,
        object.as_bytes(),
    ))
    .unwrap();
    let mut before = [
        frame(&crate::support::header(1).encode()).unwrap(),
        record[..record.len() - filler.len()].to_vec(),
    ]
    .concat();
    drop((filler, data, object, record));
    // Rows may begin with any text: what is missing to a multiple of three is taken off the last ones.
    let missing = (3 - before.len() % 3) % 3;
    before.extend(vec![b' '; missing]);
    write!(out, r#"{{"blob":"{}"#, STANDARD.encode(&before))?;
    let piece = STANDARD.encode(&rows);
    for _ in 1..pieces {
        out.write_all(piece.as_bytes())?;
    }
    let last = &rows.as_bytes()[..rows.len() - missing];
    let after = [
        last,
        &frame(&Trailer::encode(crate::support::EXPORT_ID, b"none")).unwrap(),
    ]
    .concat();
    write!(
        out,
        r#"{}","signature":"","publicKey":""}}"#,
        STANDARD.encode(after)
    )?;
    out.flush()?;
    Ok(ROWS * pieces)
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "ci/long runs it"]
fn a_lookup_of_many_megabytes_is_counted_without_being_held() {
    use std::io::Read as _;
    use std::process::Stdio;
    let mut child = std::process::Command::new(assert_cmd::cargo::cargo_bin("exportdoc"))
        .args(["inspect", "--format", "json", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let rows = write_large_lookup(&mut stdin, 750).unwrap();
    // All was written, and all but a pipe's worth of it read; the figure is the highest there ever was.
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    drop(stdin);
    let mut text = String::new();
    child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    child.wait().unwrap();
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    let secrets = &report["documents"][0]["objects"][0]["secrets"];
    assert!(
        secrets.to_string().contains(&rows.to_string()),
        "{secrets} for {rows} rows"
    );
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    let kibibytes: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(kibibytes < 32 * 1024, "{kibibytes} KiB for a document of 45 MiB");
}
