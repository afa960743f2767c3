//! Object messages read by google.protobuf for Python and by this library: what protobuf reads, we read too.
//!
//! The schema is made from the field table. The messages are generated from it and changed as an attacker would, to get
//! past a reader: fields repeated, split, given another wire type, numbers beyond 32 bits, odd type URLs.
//!
//! What counts as malformed differs, on purpose:
//!
//! - Text that isn't UTF-8, a nested message or a packed identifier that is broken: protobuf refuses the object, we show
//!   what can be read of it. An engine doesn't import it.
//! - An object without identifier, revision or data; groups nested deeper than 64 levels: we refuse the object, and say
//!   so in an error.
//! - A port: documents of this project's first versions hold a number in its wrapper, which we read and protobuf doesn't.
//! - Whole numbers are taken for 64 bits wide, but for the type's number: which of them have 32 isn't known.
//!
//! `PROTOBUF_MESSAGES` says how many messages there are.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::protobuf::{Random, message};
use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::object::data::{
    ANY, DataState, DataWanted, FieldKind, FieldSpec, IDENTIFIER, MessageSpec, OBJECT, REVISION,
};
use exportdoc::internal::object::{FactsWanted, ObjectError, ObjectKey, ObjectParts, SyncObject};
use exportdoc::internal::wire::{Message, WireErrorKind};
use serde_json::{Value, json};

const PROTOBUF: &str = "protobuf==7.36.2";
const MESSAGES: usize = 300;

/// A Python that has protobuf: made once, in the build directory.
fn python() -> PathBuf {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("protobuf");
    let lock = File::create(home.with_extension("lock")).unwrap();
    lock.lock().unwrap();
    let interpreter = home.join("bin/python3");
    let stamp = home.join("installed.txt");
    if fs::read_to_string(&stamp).ok().as_deref() != Some(PROTOBUF) {
        finish(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&home));
        let install = [
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            PROTOBUF,
        ];
        finish(Command::new(&interpreter).args(install));
        fs::write(stamp, PROTOBUF).unwrap();
    }
    interpreter
}

fn finish(command: &mut Command) {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {errors}");
}

/// The field table as the script takes it.
fn schema() -> Value {
    let mut messages = BTreeMap::new();
    for (name, spec) in [
        ("Object", &OBJECT),
        ("Identifier", &IDENTIFIER),
        ("Any", &ANY),
        ("Revision", &REVISION),
    ] {
        add(name, spec, &mut messages);
    }
    for spec in MessageSpec::all() {
        add(spec.name, spec, &mut messages);
    }
    let number = json!([[1, "int64", false, null]]);
    let text = json!([[1, "text", false, null]]);
    for (name, fields) in [
        ("IntegerIdentifier", &number),
        ("StringIdentifier", &text),
        ("AlgorithmIdentifier", &text),
        ("EncryptionKeyIdentifier", &text),
        ("TextValue", &text),
        ("IntValue", &number),
    ] {
        messages.insert(name.to_owned(), fields.clone());
    }
    json!(messages)
}

fn add(name: &str, spec: &'static MessageSpec, messages: &mut BTreeMap<String, Value>) {
    let fields = spec.fields.iter().map(|field| {
        let (kind, inner) = match field.kind {
            _ if is_value(spec, field) => ("bytes", None),
            FieldKind::Text | FieldKind::Secret(_) => ("text", None),
            FieldKind::Int if std::ptr::eq(spec, &IDENTIFIER) => ("int32", None),
            FieldKind::Int => ("int64", None),
            FieldKind::TextValue | FieldKind::NumberTextValue => ("message", Some("TextValue")),
            FieldKind::IntValue => ("message", Some("IntValue")),
            FieldKind::Message(inner) | FieldKind::SecretMessage(inner, _) => {
                let envelope = [
                    ("Identifier", &IDENTIFIER),
                    ("Any", &ANY),
                    ("Revision", &REVISION),
                ];
                let own = envelope.into_iter().find(|(_, spec)| std::ptr::eq(inner, *spec));
                if own.is_none() {
                    add(inner.name, inner, messages);
                }
                ("message", Some(own.map_or(inner.name, |(name, _)| name)))
            }
        };
        json!([field.number, kind, field.repeated, inner])
    });
    let fields = json!(fields.collect::<Vec<_>>());
    messages.insert(name.to_owned(), fields);
}

/// The value of an `Any` is bytes.
fn is_value(spec: &'static MessageSpec, field: &FieldSpec) -> bool {
    std::ptr::eq(spec, &ANY) && field.number == 2
}

/// What protobuf refuses, we show.
fn identifier(key: &ObjectKey, theirs: &Value) -> Value {
    if *theirs == json!("refused") {
        return theirs.clone();
    }
    let (name, value) = match &key.identifier {
        Identifier::Integer(number) => (Some("IntegerIdentifier"), json!(number)),
        Identifier::Text(text) => (Some("StringIdentifier"), json!(text)),
        Identifier::Algorithm(text) => (Some("AlgorithmIdentifier"), json!(text)),
        Identifier::EncryptionKey(text) => (Some("EncryptionKeyIdentifier"), json!(text)),
        Identifier::OtherAny { type_url, value } => (None, json!([type_url, hex::encode(value)])),
        Identifier::OtherJson(_) => panic!("no blob has it"),
    };
    json!([key.type_number, name, value])
}

/// A message as the script prints it. `port` has the numbers in wrappers of text, which protobuf doesn't read.
fn tree(spec: &MessageSpec, message: Message<'_>, of_protobuf: &Value) -> Value {
    let fields = spec.fields.iter().enumerate().map(|(at, field)| {
        let theirs = &of_protobuf[at][1];
        let number = field.number;
        let value = match field.kind {
            FieldKind::Text | FieldKind::Secret(_) if field.repeated => {
                let texts = message.all(number).filter_map(|field| field.bytes());
                json!(texts.map(String::from_utf8_lossy).collect::<Vec<_>>())
            }
            FieldKind::Text | FieldKind::Secret(_) => json!(message.text(number).unwrap_or_default()),
            FieldKind::Int => json!(message.int(number).unwrap_or_default()),
            FieldKind::TextValue | FieldKind::NumberTextValue => {
                json!(message.wrapped_text(number).unwrap_or_default())
            }
            FieldKind::IntValue => json!(message.wrapped_int(number).unwrap_or_default()),
            FieldKind::Message(inner) | FieldKind::SecretMessage(inner, _) if field.repeated => {
                let list = message.messages(number).enumerate();
                json!(
                    list.map(|(at, message)| tree(inner, message, &theirs[at]))
                        .collect::<Vec<_>>()
                )
            }
            FieldKind::Message(inner) | FieldKind::SecretMessage(inner, _) => {
                let there = message.message(number);
                there.map_or(Value::Null, |message| tree(inner, message, theirs))
            }
        };
        json!([number, value])
    });
    json!(fields.collect::<Vec<_>>())
}

/// The difference between the two readings, or `None`.
fn difference(bytes: &[u8], theirs: &Value) -> Option<String> {
    if theirs.is_null() {
        return None;
    }
    let object = match SyncObject::parse(bytes) {
        Ok(object) => object,
        Err(error) => return (!is_refused_on_purpose(&error, theirs)).then(|| error.to_string()),
    };
    let dependencies = object.dependencies().iter().enumerate();
    let ours = json!({
        "there": true,
        "key": identifier(object.key(), &theirs["key"]),
        "dependencies": dependencies.map(|(at, key)| identifier(key, &theirs["dependencies"][at])).collect::<Vec<_>>(),
        "revision": [
            [1, object.revision().pair.object],
            [2, object.revision().pair.save],
            [3, object.revision().json],
            [5, object.revision().created.unwrap_or_default()],
            [6, object.revision().modified.unwrap_or_default()],
        ],
        "data_type": object.data_type(),
        "data": data(&object, &theirs["data"])?,
    });
    if ours != *theirs {
        return Some(format!("{ours}"));
    }
    streamed(bytes, &object)
}

fn data(object: &SyncObject<'_>, theirs: &Value) -> Option<Value> {
    let Some(spec) = MessageSpec::by_name(object.data_type()) else {
        return Some(Value::Null);
    };
    match Message::parse(object.data_bytes()) {
        _ if *theirs == json!("refused") => Some(theirs.clone()),
        Ok(message) => Some(tree(spec, message, theirs)),
        Err(error) if is_deeper(error.kind) => None,
        Err(error) => Some(json!(error.to_string())),
    }
}

/// Read as a large object is, of which nothing is held, it gives the same name and the same secrets.
fn streamed(bytes: &[u8], object: &SyncObject<'_>) -> Option<String> {
    let wanted = FactsWanted {
        held_bytes: 0,
        data: DataWanted::default(),
    };
    let (parts, facts) = ObjectParts::of(bytes, Some(wanted)).ok()?;
    if facts.state == DataState::Unread {
        return None;
    }
    let same = parts.key == *object.key()
        && parts.dependencies == object.dependencies()
        && parts.revision == *object.revision()
        && facts.name == object.name()
        && facts.secrets == object.secrets();
    (!same).then(|| format!("streamed: {facts:?}"))
}

fn is_refused_on_purpose(error: &ObjectError, theirs: &Value) -> bool {
    match error {
        ObjectError::Missing(_) => theirs["there"] == json!(false),
        ObjectError::Wire { error, .. } => is_deeper(error.kind),
        _ => false,
    }
}

fn is_deeper(kind: WireErrorKind) -> bool {
    kind == WireErrorKind::Depth
}

#[test]
#[ignore = "ci/long runs it"]
fn what_protobuf_reads_in_an_object_is_what_we_read() {
    let count = std::env::var("PROTOBUF_MESSAGES").ok();
    let count = count.map_or(MESSAGES, |count| count.parse().unwrap());
    let seed = std::env::var("PROTOBUF_SEED").map_or(1, |seed| seed.parse().unwrap());
    let mut child = Command::new(python())
        .arg("testdata/oracles/read_as_protobuf.py")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || {
        writeln!(input, "{}", schema()).unwrap();
        let mut random = Random::new(seed);
        for _ in 0..count {
            writeln!(input, "{}", hex::encode(message(&mut random))).unwrap();
        }
    });
    let mut random = Random::new(seed);
    let (mut read, mut compared) = (0, 0);
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let bytes = message(&mut random);
        let theirs: Value = serde_json::from_str(&line.unwrap()).unwrap();
        if let Some(ours) = difference(&bytes, &theirs) {
            panic!("{}\nprotobuf: {theirs}\nours:     {ours}", hex::encode(&bytes));
        }
        read += 1;
        compared += usize::from(!theirs.is_null());
    }
    writer.join().unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(read, count);
    // Most of them aren't refused.
    assert!(compared * 2 > count, "{compared} of {count}");
    println!("{count} messages, {compared} of them compared");
}
