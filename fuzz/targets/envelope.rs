//! A whole document: the JSON, the base64 members, the report.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use exportdoc::internal::audit::{DEFAULT_POLICY, Policy, audit_source};
use exportdoc::internal::envelope::{Base64Decoder, EncodedText, Envelope, EnvelopeBuilder, Metadata};
use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::report::{ExamineOptions, Examiner};

use jiff::Timestamp;

use super::report::{check_findings, check_report};

/// A whole document: the JSON, the base64 members, the report.
pub fn envelope(data: &[u8]) {
    match Envelope::parse(data) {
        Ok(envelope) => {
            rewritten(&envelope);
            for text in [envelope.blob(), envelope.signature(), envelope.public_key()]
                .into_iter()
                .flatten()
            {
                base64_member(text, data.len());
            }
            if let Some(metadata) = envelope.metadata() {
                built_again(metadata);
            }
            check_findings(&envelope.findings, Some(data.len()));
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            let _ = error.help();
        }
    }
    let options = ExamineOptions {
        trusted_keys: vec![exportdoc::Fingerprint::new([7; 32])],
        secret_bytes: Some(64),
        ..ExamineOptions::default()
    };
    if let Ok(report) = Examiner::new(&options)
        .read_bytes(data)
        .map(|examined| examined.report)
    {
        check_report(&report, data.len());
    }
    audited(data);
}

/// Every finding of an audit is somewhere in the file, and what is there begins where its line and column say.
fn audited(data: &[u8]) {
    let policy = Policy::parse(DEFAULT_POLICY).expect("the default is a policy");
    let reading = ExamineOptions::default();
    let Ok((audit, around)) = audit_source(data, &reading, &policy, Timestamp::UNIX_EPOCH) else {
        return;
    };
    let suppressed = audit.suppressed.iter().map(|suppressed| &suppressed.finding);
    let offsets: Vec<u64> = audit
        .findings
        .iter()
        .chain(suppressed)
        .map(|finding| {
            finding
                .at
                .as_ref()
                .and_then(|place| place.file_offset)
                .expect("a place in the file")
        })
        .collect();
    let lines = around.lines(offsets.iter().copied());
    for offset in offsets {
        let before = &data[..usize::try_from(offset).expect("an offset")];
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        assert_eq!(lines[&offset].line, line);
        let start = before
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |at| at + 1);
        let column = 1 + before[start..]
            .iter()
            .filter(|byte| (**byte & 0xc0) != 0x80)
            .count();
        assert_eq!(lines[&offset].column, column);
    }
}

/// What `write_to` writes has the same members and reads as the same document; written again it is the same text.
fn rewritten(envelope: &Envelope<'_>) {
    let mut text = Vec::new();
    envelope.write_to(&mut text).expect("a vector takes anything");
    let again = Envelope::parse(&text).expect("what was written can be read");
    let raw = |envelope: &Envelope<'_>| {
        let members = envelope.members.iter();
        members
            .map(|member| (member.raw_key.to_owned(), member.raw_value.to_owned()))
            .collect::<Vec<_>>()
    };
    assert_eq!(raw(envelope), raw(&again));
    assert_eq!(envelope.metadata(), again.metadata());
    let text_of = |text: Option<&EncodedText<'_>>| text.map(|text| text.text.clone().into_owned());
    assert_eq!(text_of(envelope.blob()), text_of(again.blob()));
    assert_eq!(text_of(envelope.signature()), text_of(again.signature()));
    assert_eq!(text_of(envelope.public_key()), text_of(again.public_key()));
    let mut twice = Vec::new();
    again.write_to(&mut twice).expect("a vector takes anything");
    assert_eq!(text, twice);
}

/// Decoding in pieces of any size equals decoding at once.
fn base64_member(member: &EncodedText<'_>, file: usize) {
    let (bytes, report) = member.decode();
    assert_eq!(report.decoded_len, bytes.len() as u64);
    let (mut decoder, mut pieces) = (Base64Decoder::new(), Vec::new());
    for piece in member.text.as_bytes().chunks(7) {
        decoder.push(piece, &mut pieces);
    }
    decoder.finish(&mut pieces);
    assert_eq!(pieces, bytes);
    assert_eq!(decoder.report(), &report);
    let findings = member.findings(&report);
    assert_eq!(findings.is_empty(), report.is_clean());
    check_findings(&findings, Some(file));
    if report.is_clean() {
        assert_eq!(STANDARD.encode(&bytes), member.text);
    }
}

/// Metadata written as engines write it reads as the same metadata.
fn built_again(metadata: &Metadata) {
    let json = metadata.to_json().expect("metadata is plain JSON");
    let mut document = Vec::new();
    let builder = EnvelopeBuilder::new(&json, "", "", "");
    builder.write_to(&mut document).expect("a vector takes anything");
    let envelope = Envelope::parse(&document).expect("what was built can be read");
    let again = envelope.metadata().expect("it has metadata");
    assert_eq!(metadata.export_host, again.export_host);
    assert_eq!(metadata.export_date, again.export_date);
    for (before, after) in [
        (&metadata.requested, &again.requested),
        (&metadata.exported, &again.exported),
    ] {
        assert_eq!(before.is_some(), after.is_some());
        let (before, after) = (
            before.as_deref().unwrap_or_default(),
            after.as_deref().unwrap_or_default(),
        );
        assert_eq!(before.len(), after.len());
        for (before, after) in before.iter().zip(after) {
            assert_eq!(before.object_type, after.object_type);
            assert_eq!(before.revision_hash, after.revision_hash);
            match &before.identifier {
                // Numbers beyond what a float holds change their digits; nothing but equality is promised for these.
                Some(Identifier::OtherJson(_)) => assert!(after.identifier.is_some()),
                known => assert_eq!(known, &after.identifier),
            }
        }
    }
}
