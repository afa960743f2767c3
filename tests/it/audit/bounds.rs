//! An audit reads what fits into bounded memory, and reports where it stopped.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use exportdoc::internal::audit::{AuditReport, DEFAULT_POLICY, Policy, audit_source};
use exportdoc::internal::blob::{Header, ObjectRecord, frame};
use exportdoc::internal::finding::{HOST_IN_CLEAR, LIMIT_HIT, PASSWORD_IN_CLEAR};
use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::object::{ObjectKey, Revision, SyncObject, type_by_name};
use exportdoc::internal::report::ExamineOptions;
use exportdoc::internal::wire::Writer;
use jiff::Timestamp;

const HOST: u32 = 7;
const JDBC_URL: u32 = 6;
const WITH_PASSWORD: &str = "jdbc:oracle:thin:hr/tiger@db:1521/x";

/// An audit of one connector for each list of fields.
fn audited(connectors: &[Vec<(u32, String)>]) -> AuditReport {
    let header = Header {
        export_id: "x".into(),
        started: "2024-05-01T10:00:00.000Z".into(),
        encryption: None,
        object_count: connectors.len() as u64,
        format: Some(2),
        rule: None,
        marker: None,
        unknown_fields: vec![],
    };
    let mut blob = frame(&header.encode()).unwrap();
    let number = type_by_name("DATABASE_CONNECTOR").unwrap().number().unwrap();
    for (id, fields) in (1..).zip(connectors) {
        let mut data = Writer::new();
        for (field, text) in fields {
            data.message(*field, |wrapper| _ = wrapper.text(1, text));
        }
        let key = ObjectKey::new(number, Identifier::Integer(id));
        let object = SyncObject::build(
            &key,
            &[],
            &Revision::default(),
            "DatabaseConnectorData",
            &data.finish(),
        )
        .unwrap();
        blob.extend_from_slice(&frame(&ObjectRecord::encode("x", object.as_bytes())).unwrap());
    }
    let blob = STANDARD.encode(blob);
    let document = format!(r#"{{"exportResponseMetadata":{{"exportedObjectList":[]}},"blob":"{blob}"}}"#);
    let policy = Policy::parse(DEFAULT_POLICY).unwrap();
    let reading = ExamineOptions::default();
    audit_source(document.as_bytes(), &reading, &policy, Timestamp::UNIX_EPOCH)
        .unwrap()
        .0
}

fn messages(report: &AuditReport, rule: &exportdoc::internal::finding::FindingRule) -> Vec<String> {
    let of_rule = report.findings.iter().filter(|finding| finding.rule == rule);
    of_rule.map(|finding| finding.message.clone()).collect()
}

#[test]
fn a_password_in_a_connector_is_found_and_not_repeated() {
    let report = audited(&[vec![
        (JDBC_URL, WITH_PASSWORD.to_owned()),
        (HOST, "db".to_owned()),
    ]]);
    assert_eq!(messages(&report, &PASSWORD_IN_CLEAR).len(), 1);
    assert!(messages(&report, &HOST_IN_CLEAR)[0].ends_with("host db"));
    assert!(!format!("{report:?}").contains("tiger"));
    assert!(messages(&report, &LIMIT_HIT).is_empty());
}

#[test]
fn overlong_url_counts_as_one_with_a_password() {
    let long = format!("{WITH_PASSWORD}?{}", "x".repeat(70_000));
    let report = audited(&[vec![(JDBC_URL, long)]]);
    assert_eq!(messages(&report, &PASSWORD_IN_CLEAR).len(), 1);
    assert!(messages(&report, &HOST_IN_CLEAR)[0].contains("too long"));
}

#[test]
fn password_beyond_the_text_limit_is_reported() {
    let mut fields = vec![(HOST, "db".to_owned()); 100];
    fields.push((JDBC_URL, WITH_PASSWORD.to_owned()));
    let report = audited(&[fields]);
    assert_eq!(
        messages(&report, &LIMIT_HIT),
        ["37 texts of one object aren't examined"]
    );
    assert!(report.hit_limit);
}

#[test]
#[ignore = "ci/long runs it"]
fn texts_beyond_the_memory_limit_are_reported() {
    let connector = vec![(HOST, "x".repeat(60_000)); 16];
    let report = audited(&vec![connector; 36]);
    assert!(!messages(&report, &HOST_IN_CLEAR).is_empty());
    let told = messages(&report, &LIMIT_HIT);
    assert!(told[0].contains("aren't examined"), "{told:?}");
}
