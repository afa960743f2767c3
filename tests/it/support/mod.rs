//! Shared helpers: documents built from the sample inventory, their parts, and the command under test.

pub(crate) mod audit;
pub(crate) mod changes;
pub(crate) mod command;
pub(crate) mod git;
mod kept;
pub(crate) mod protobuf;
pub(crate) mod target;
pub(crate) mod things;
pub(crate) mod vectors;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use exportdoc::internal::blob::{Header, ObjectRecord, RecordReader, Trailer, frame};
use exportdoc::internal::build::{ExportFacts, in_record_order, seal};
use exportdoc::internal::finding::Finding;
use exportdoc::internal::graph::Graph;
use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::object::{ObjectKey, SyncObject};
use exportdoc::internal::report::{DocumentReport, ExamineOptions, Examiner, Verdict};
use exportdoc::internal::revision_hash;
use exportdoc::internal::sample::{self, SampleSize};
use exportdoc::internal::signature::{KeySize, SigningKey, SigningRule};
use proptest::prelude::ProptestConfig;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Export id of everything built here.
pub(crate) const EXPORT_ID: &str = "3f0c9d52-7a41-4e86-b0d3-5c2e8f1a6b97";

/// The repository's directory.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The path of a file below `testdata/`.
pub(crate) fn testdata(path: &str) -> PathBuf {
    root().join("testdata").join(path)
}

/// Returns the path of a document of `testkit`; `audit/FINDING/FILE` names a file of an audit case.
pub(crate) fn made(name: &str) -> PathBuf {
    let path = match name.starts_with("audit/") {
        true => kept::audit_cases().join(name),
        false => kept::documents().join(name),
    };
    assert!(path.is_file(), "no document {name}");
    path
}

/// Returns a file of an audit case, if the case has it.
pub(crate) fn case_file(rule: &str, name: &str) -> Option<Vec<u8>> {
    let case = kept::audit_cases().join("audit").join(rule);
    assert!(case.is_dir(), "no documents for the finding {rule}");
    std::fs::read(case.join(name)).ok()
}

/// Returns [`made`] as text, for command lines.
pub(crate) fn made_text(name: &str) -> String {
    made(name).to_str().unwrap().to_owned()
}

/// Returns a directory with every document of `testkit` and of `testdata`.
pub(crate) fn everything() -> TempDir {
    let directory = TempDir::new().unwrap();
    copy(&kept::documents(), directory.path(), |_| true);
    copy(&kept::audit_cases(), directory.path(), |name| {
        ["fires.json", "quiet.json"].contains(&name)
    });
    for name in ["documented", "handmade"] {
        let to = directory.path().join(name);
        std::fs::create_dir(&to).unwrap();
        for entry in std::fs::read_dir(testdata(name)).unwrap() {
            let entry = entry.unwrap();
            if entry.path().is_file() {
                std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
            }
        }
    }
    directory
}

/// Copies the files that are wanted by name, with their directories.
fn copy(from: &Path, to: &Path, wanted: impl Fn(&str) -> bool + Copy) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir_all(&to).unwrap();
            copy(&entry.path(), &to, wanted);
        } else if wanted(entry.file_name().to_str().unwrap()) {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// A command that runs the program under test, without variables of the environment that change its output.
pub(crate) fn exportdoc() -> assert_cmd::Command {
    let mut command = assert_cmd::Command::cargo_bin("exportdoc").unwrap();
    command.current_dir(root());
    for name in [
        "NO_COLOR",
        "CLICOLOR",
        "CLICOLOR_FORCE",
        "COLUMNS",
        "RUST_BACKTRACE",
    ] {
        command.env_remove(name);
    }
    command
}

/// Compares a text with its snapshot in `tests/it/snapshots`, without ages and temporary paths.
pub(crate) fn assert_snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.add_filter(r"[\w./-]*/made/", "made/");
    settings.add_filter(r"\(\d+ [a-z]+ ago\)", "(AGE ago)");
    settings.add_filter(r"Exported \d+ [a-z]+ ago", "Exported AGE ago");
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// The configuration of a property test. `PROPTEST_CASES`, which the nightly run sets, overrides the number of cases.
pub(crate) fn property(cases: u32) -> ProptestConfig {
    let wanted = std::env::var("PROPTEST_CASES")
        .ok()
        .map(|wanted| wanted.parse().unwrap());
    ProptestConfig {
        cases: wanted.unwrap_or(cases),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// Runs another program for a second opinion. The test fails if it is missing.
pub(crate) fn oracle(program: &str, arguments: &[&str], input: &[u8]) -> Output {
    use std::io::Write as _;
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir(root())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{program} is needed for a second opinion: {error}"));
    let mut stdin = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(move || stdin.write_all(input));
        child.wait_with_output().unwrap()
    })
}

/// The standard output of an oracle that must succeed.
pub(crate) fn oracle_text(program: &str, arguments: &[&str], input: &[u8]) -> String {
    let output = oracle(program, arguments, input);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{program} {arguments:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// A key derived from a label.
pub(crate) fn key(size: KeySize, label: &str) -> SigningKey {
    SigningKey::from_seed(size, label.as_bytes()).unwrap()
}

/// A numbered object's key.
pub(crate) fn numbered(type_number: u64, id: i64) -> ObjectKey {
    ObjectKey::new(type_number, Identifier::Integer(id))
}

/// The parts that a document is built from.
pub(crate) struct Plan {
    pub(crate) facts: ExportFacts,
    pub(crate) objects: Vec<SyncObject<'static>>,
    pub(crate) key: SigningKey,
    pub(crate) rule: &'static SigningRule,
}

impl Plan {
    /// The closure of `roots` among `objects`, sealed with a 512-bit key under a declared rule.
    pub(crate) fn new(objects: Vec<SyncObject<'static>>, roots: &[ObjectKey]) -> Self {
        Self::ordered(in_record_order(objects, roots).unwrap(), roots)
    }

    /// The closure of one of [`roots`].
    fn of_closure(root: ObjectKey) -> Self {
        Self::ordered(kept::objects(Some(&root)), &[root])
    }

    fn ordered(objects: Vec<SyncObject<'static>>, roots: &[ObjectKey]) -> Self {
        let size = KeySize::Dsa512;
        Self {
            facts: facts(roots),
            objects,
            key: key(size, "tests"),
            rule: size.default_rule(),
        }
    }

    /// The same with a key of another size and its rule.
    pub(crate) fn sized(mut self, size: KeySize) -> Self {
        (self.key, self.rule) = (key(size, "tests"), size.default_rule());
        self
    }

    /// The same without declaring the rule.
    pub(crate) fn undeclared(mut self) -> Self {
        self.facts.declare_rule = false;
        self
    }

    pub(crate) fn seal(&self) -> Vec<u8> {
        seal(&self.facts, &self.objects, &self.key, self.rule).unwrap()
    }
}

/// Facts of an export of these objects.
pub(crate) fn facts(roots: &[ObjectKey]) -> ExportFacts {
    let requested = roots
        .iter()
        .map(|root| {
            json!({
                "objectIdentifier": root.identifier.to_json(),
                "objectType": exportdoc::internal::build::type_name(root.type_number, &BTreeMap::new()),
            })
        })
        .map(|row| serde_json::value::to_raw_value(&row).unwrap())
        .collect();
    ExportFacts {
        host: "engine.example.com".to_owned(),
        export_id: EXPORT_ID.to_owned(),
        started: "2020-03-11T09:26:51.482Z".parse().unwrap(),
        finished: "2020-03-11T09:26:53Z".parse().unwrap(),
        format: 1,
        requested,
        type_names: BTreeMap::new(),
        encryption: None,
        declare_rule: true,
    }
}

/// All sample objects, references included.
pub(crate) fn inventory(size: SampleSize) -> Vec<SyncObject<'static>> {
    match size {
        SampleSize::SMALL => kept::objects(None),
        _ => inventory_of(size),
    }
}

fn inventory_of(size: SampleSize) -> Vec<SyncObject<'static>> {
    let mut objects = sample::global_objects(size).unwrap();
    objects.extend(sample::references_to(&objects));
    for environment in sample::environments().unwrap() {
        objects.extend(sample::references_to(&environment.objects));
        objects.extend(environment.objects);
    }
    objects
}

/// The objects that most documents are made of: a domain, a masking job, the global object.
fn roots() -> [ObjectKey; 3] {
    [
        ObjectKey::new(19, Identifier::Text("EMAIL".to_owned())),
        numbered(20, 4),
        ObjectKey::new(13, Identifier::Text("global".to_owned())),
    ]
}

/// A small document: a domain and its lookup.
pub(crate) fn small() -> Plan {
    let [root, ..] = roots();
    Plan::of_closure(root)
}

/// The sample masking job with its ruleset, connector and references.
pub(crate) fn masking_job() -> Plan {
    let [_, root, _] = roots();
    Plan::of_closure(root)
}

/// The sample's global object: every engine-wide object.
pub(crate) fn global() -> Plan {
    let [.., root] = roots();
    Plan::of_closure(root)
}

/// The parts of a document's JSON, decoded, so that one can be changed and the rest kept.
#[derive(Clone)]
pub(crate) struct Parts {
    pub(crate) metadata: Value,
    pub(crate) blob: Vec<u8>,
    pub(crate) signature: Vec<u8>,
    pub(crate) key: Vec<u8>,
}

impl Parts {
    pub(crate) fn of(document: &[u8]) -> Self {
        let json: Value = serde_json::from_slice(document).unwrap();
        let bytes = |name: &str| STANDARD.decode(json[name].as_str().unwrap()).unwrap();
        Self {
            metadata: json["exportResponseMetadata"].clone(),
            blob: bytes("blob"),
            signature: bytes("signature"),
            key: bytes("publicKey"),
        }
    }

    pub(crate) fn document(&self) -> Vec<u8> {
        document(&self.metadata, &self.blob, &self.signature, &self.key)
    }

    /// The blob's records without their length prefixes.
    pub(crate) fn records(&self) -> Vec<Vec<u8>> {
        records(&self.blob)
    }

    /// The same document with other records under the old signature.
    #[must_use]
    pub(crate) fn with_records(&self, records: &[Vec<u8>]) -> Self {
        Self {
            blob: framed(records),
            ..self.clone()
        }
    }
}

/// An envelope around decoded parts.
pub(crate) fn document(metadata: &Value, blob: &[u8], signature: &[u8], key: &[u8]) -> Vec<u8> {
    let [blob, signature, key] = [blob, signature, key].map(|bytes| STANDARD.encode(bytes));
    format!(
        r#"{{"exportResponseMetadata":{metadata},"blob":"{blob}","signature":"{signature}","publicKey":"{key}"}}"#
    )
    .into_bytes()
}

/// A blob's records.
pub(crate) fn records(blob: &[u8]) -> Vec<Vec<u8>> {
    let mut reader = RecordReader::new(blob, Default::default());
    let mut records = Vec::new();
    while let Some(record) = reader.next_record().unwrap() {
        records.push(record.message.to_vec());
    }
    records
}

/// Records with their length prefixes.
pub(crate) fn framed(records: &[Vec<u8>]) -> Vec<u8> {
    records.iter().flat_map(|record| frame(record).unwrap()).collect()
}

/// Signs any records and adds a trailer, for damaged documents with a valid seal.
pub(crate) fn sealed_blob(records: &[Vec<u8>], key: &SigningKey, rule: &SigningRule) -> (Vec<u8>, Vec<u8>) {
    let mut blob = framed(records);
    let signature = key.sign_prehash(&rule.hash.digest(&blob), rule).unwrap().to_der();
    blob.extend(frame(&Trailer::encode(EXPORT_ID, &signature)).unwrap());
    (blob, signature)
}

/// A well-sealed document with exactly these object messages, readable or not, and a header that counts them.
pub(crate) fn document_of_messages(messages: &[Vec<u8>]) -> Vec<u8> {
    let size = KeySize::Dsa512;
    let (key, rule) = (key(size, "tests"), size.default_rule());
    let header = header(messages.len() as u64);
    let records: Vec<_> = std::iter::once(header.encode())
        .chain(
            messages
                .iter()
                .map(|message| ObjectRecord::encode(EXPORT_ID, message)),
        )
        .collect();
    let (blob, signature) = sealed_blob(&records, &key, rule);
    let list: Vec<Value> = hashed_rows(messages);
    let metadata = json!({
        "exportHost": "engine.example.com",
        "exportDate": "Wed Mar 11 09:26:53 UTC 2020",
        "requestedObjectList": [],
        "exportedObjectList": list,
    });
    document(&metadata, &blob, &signature, &key.public_key().to_spki_der())
}

/// A header as documents built here have.
pub(crate) fn header(objects: u64) -> Header {
    Header {
        export_id: EXPORT_ID.to_owned(),
        started: "2020-03-11T09:26:51.482Z".to_owned(),
        encryption: None,
        object_count: objects,
        format: Some(1),
        rule: Some("records-v1".to_owned()),
        marker: None,
        unknown_fields: Vec::new(),
    }
}

fn hashed_rows(messages: &[Vec<u8>]) -> Vec<Value> {
    let objects: Vec<_> = messages
        .iter()
        .filter_map(|message| SyncObject::parse(message).ok())
        .collect();
    let hashes = revision_hash::of_all(&Graph::of(&objects), revision_hash::DEFAULT_WORK);
    objects
        .iter()
        .zip(hashes)
        .map(|(object, hash)| {
            json!({
                "objectIdentifier": object.key().identifier.to_json(),
                "objectType": exportdoc::internal::build::type_name(object.key().type_number, &BTreeMap::new()),
                "revisionHash": hash,
            })
        })
        .collect()
}

/// The report on a document that must be readable as JSON.
pub(crate) fn report(document: &[u8]) -> DocumentReport {
    Examiner::new(&ExamineOptions::default())
        .read_bytes(document)
        .unwrap()
        .report
}

/// The verdict; text that is no document counts as invalid.
pub(crate) fn verdict(document: &[u8]) -> Verdict {
    Examiner::new(&ExamineOptions::default())
        .read_bytes(document)
        .map(|examined| examined.report)
        .map_or(Verdict::Invalid, |report| report.signature.verdict)
}

/// The ids of a report's findings.
pub(crate) fn ids(report: &DocumentReport) -> Vec<&'static str> {
    report.findings.iter().map(Finding::id).collect()
}

/// The one finding of an id: its message and its place, as text.
pub(crate) fn finding(report: &DocumentReport, id: &str) -> (String, String) {
    let found: Vec<_> = report.findings.iter().filter(|f| f.id() == id).collect();
    let [finding] = found.as_slice() else {
        panic!("{} findings {id} among {:?}", found.len(), ids(report));
    };
    let place = finding.at.as_ref().map(ToString::to_string).unwrap_or_default();
    (finding.message.clone(), place)
}

/// A file with this content, named like a document.
pub(crate) fn file(directory: &Path, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = directory.join(name);
    std::fs::write(&path, content).unwrap();
    path
}

/// A DER element.
pub(crate) fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut out = match length {
        0..0x80 => vec![tag, length as u8],
        0x80..0x100 => vec![tag, 0x81, length as u8],
        _ => vec![tag, 0x82, (length >> 8) as u8, length as u8],
    };
    out.extend_from_slice(content);
    out
}

/// A DER INTEGER of a big-endian magnitude, as short as it may be.
pub(crate) fn der_integer(magnitude: &[u8]) -> Vec<u8> {
    let mut magnitude: Vec<u8> = magnitude.iter().copied().skip_while(|byte| *byte == 0).collect();
    if magnitude.first().is_none_or(|byte| byte & 0x80 != 0) {
        magnitude.insert(0, 0);
    }
    der(0x02, &magnitude)
}

/// A DSA key as SubjectPublicKeyInfo, sound or not.
pub(crate) fn spki(p: &[u8], q: &[u8], g: &[u8], y: &[u8]) -> Vec<u8> {
    let parameters = der(0x30, &[der_integer(p), der_integer(q), der_integer(g)].concat());
    let oid = der(0x06, &[0x2a, 0x86, 0x48, 0xce, 0x38, 0x04, 0x01]);
    let algorithm = der(0x30, &[oid, parameters].concat());
    let value = der(0x03, &[vec![0], der_integer(y)].concat());
    der(0x30, &[algorithm, value].concat())
}

/// A DSA signature, sound or not.
pub(crate) fn der_signature(r: &[u8], s: &[u8]) -> Vec<u8> {
    der(0x30, &[der_integer(r), der_integer(s)].concat())
}

/// The whole report as text, with the nodes in place of the graph, whose index has no order.
pub(crate) fn said(report: &DocumentReport) -> String {
    let DocumentReport {
        envelope,
        header,
        blob,
        encryption,
        objects,
        graph,
        signature,
        findings,
        ..
    } = report;
    let nodes = graph.nodes();
    format!(
        "{envelope:#?} {header:#?} {blob:#?} {encryption:#?} {objects:#?} {nodes:#?} {signature:#?} {findings:#?}"
    )
}
