//! Generators of small documents and targets.

use std::collections::{BTreeMap, BTreeSet};

use exportdoc::internal::build::{ExportFacts, seal};
use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::object::draft::{self, ColumnSpec};
use exportdoc::internal::object::{
    ObjectKey, Revision, RevisionPair, Scope, SyncObject, reference_to, type_by_name,
};
use exportdoc::internal::signature::{KeySize, SigningKey};
use exportdoc::internal::wire::Writer;
use mock_engine::internal::{Key, State};
use mock_engine::internal::{StoredObject, put_object};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::compare::WITH_PASSWORD;

/// The environments of every target: for masking, for sources, for tokenization.
const ENVIRONMENTS: [(i64, &str); 3] = [(1, "MASK"), (2, "MASK"), (3, "TOKENIZE")];

/// A generated object.
const KINDS: [&str; 14] = [
    "LOOKUP",
    "SEGMENT",
    "DOMAIN",
    "PROFILE_SET",
    "KEY",
    "GLOBAL_OBJECT",
    "DATABASE_CONNECTOR",
    "DATABASE_RULESET",
    "MASKING_JOB",
    "TOKENIZATION_JOB",
    "FILE_CONNECTOR",
    "MOUNT_INFORMATION",
    "SOURCE_DATABASE_CONNECTOR",
    "APPLICATION_SETTINGS",
];

#[derive(Debug, Clone)]
pub(super) struct Draft {
    kind: usize,
    name: usize,
    save: u8,
    /// In a document: whether to write a reference instead, if the type has references.
    reference: bool,
    /// On a target: the index of the environment.
    environment: usize,
    pub(super) dependencies: Vec<prop::sample::Index>,
}

/// A document, a target and the options of the request.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) document: Vec<Draft>,
    pub(super) target: Vec<Draft>,
    pub(super) oddity: Oddity,
    pub(super) environment: Option<i64>,
    pub(super) source_environment: Option<i64>,
}

/// Rare or impossible contents of a document.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Oddity {
    None,
    Twice,
    SameName,
    Gap,
    Circle,
    UnknownType,
    NewerFormat,
    LaterFormat,
    BadName,
    Beside,
    OnTheFly,
    Upgraded,
}

fn draft() -> impl Strategy<Value = Draft> {
    (
        0..KINDS.len(),
        0_usize..3,
        0_u8..2,
        prop::bool::weighted(0.25),
        0_usize..3,
        prop::collection::vec(any::<prop::sample::Index>(), 0..3),
    )
        .prop_map(|(kind, name, save, reference, environment, dependencies)| Draft {
            kind,
            name,
            save,
            reference,
            environment,
            dependencies,
        })
}

pub(super) fn case() -> impl Strategy<Value = Case> {
    let oddity = prop_oneof![
        47 => Just(Oddity::None),
        3 => Just(Oddity::Upgraded),
        1 => Just(Oddity::Twice),
        1 => Just(Oddity::SameName),
        1 => Just(Oddity::Gap),
        1 => Just(Oddity::Circle),
        4 => Just(Oddity::UnknownType),
        1 => Just(Oddity::NewerFormat),
        2 => Just(Oddity::LaterFormat),
        4 => Just(Oddity::BadName),
        4 => Just(Oddity::Beside),
        4 => Just(Oddity::OnTheFly),
    ];
    let environment =
        prop_oneof![40 => Just(Some(1)), 8 => Just(Some(3)), 1 => Just(None), 1 => Just(Some(9))];
    let source = prop_oneof![40 => Just(Some(2)), 2 => Just(None), 1 => Just(Some(1)), 2 => Just(Some(9))];
    let drafts = |count| prop::collection::vec(draft(), count);
    (drafts(1..5), drafts(0..50), oddity, environment, source).prop_map(
        |(document, mut target, oddity, environment, source_environment)| {
            // The target has the lookup before its upgrade.
            if oddity == Oddity::Upgraded {
                target.insert(0, Draft::lookup());
            }
            Case {
                document,
                target,
                oddity,
                environment,
                source_environment,
            }
        },
    )
}

/// Data with a name, if the type's names are known. Each save has different data.
fn data(kind: &str, name: &str, save: u8) -> (&'static str, Vec<u8>) {
    let text = |field| Writer::new().text(field, name).finish();
    match kind {
        "LOOKUP" => (
            "EmptyData",
            Writer::new().text(1, &format!("values {save}")).finish(),
        ),
        "SEGMENT" => ("EmptyData", Vec::new()),
        "DOMAIN" => ("DomainData", text(1)),
        "PROFILE_SET" => ("ProfileSetData", text(1)),
        "KEY" => (
            "EncryptionKeyData",
            Writer::new().text(1, &format!("made up {save}")).finish(),
        ),
        "DATABASE_CONNECTOR" => (
            "DatabaseConnectorData",
            Writer::new()
                .wrapped_text(7, &format!("db{save}.example.com"))
                .wrapped_text(8, name)
                .finish(),
        ),
        "DATABASE_RULESET" => ("DatabaseRulesetData", ruleset_data(name, save)),
        "MASKING_JOB" => ("MaskingJobData", text(1)),
        "SOURCE_DATABASE_CONNECTOR" => (
            "SourceConnectorData",
            Writer::new().text(1, "ORACLE").wrapped_text(8, name).finish(),
        ),
        "APPLICATION_SETTINGS" => (
            "ApplicationSettingsData",
            Writer::new().text(1, "group").text(2, name).finish(),
        ),
        // Types with unknown data.
        _ => ("EmptyData", Vec::new()),
    }
}

/// Ruleset data: each save masks one more column of its own table.
fn ruleset_data(name: &str, save: u8) -> Vec<u8> {
    let column = |name| ColumnSpec {
        name,
        sql_type: "VARCHAR",
        length: 20,
        masked_by: Some(("EMAIL", "One")),
        classification: Some("Customer"),
        ..ColumnSpec::default()
    };
    let columns = ["FIRST", "SECOND", "THIRD"];
    let columns = columns
        .iter()
        .take(1 + usize::from(save))
        .map(|name| column(name));
    let table = format!("T{save}");
    let connector = ObjectKey::new(10, Identifier::Integer(1));
    let ruleset = draft::ruleset(
        1,
        name,
        (&connector, "Clinic"),
        &[(&table, columns.collect())],
        &[],
    );
    let finished = ruleset.finish(RevisionPair::default(), 0, 0).unwrap();
    finished.data_bytes().to_vec()
}

fn built(kind: &str, name: &str, save: u8, id: i64, dependencies: &[ObjectKey]) -> SyncObject<'static> {
    let identifier = match kind {
        "LOOKUP" | "SEGMENT" => Identifier::Algorithm(name.to_owned()),
        "DOMAIN" => Identifier::Text(name.to_owned()),
        "KEY" => Identifier::EncryptionKey("global".to_owned()),
        "GLOBAL_OBJECT" => Identifier::Text("global".to_owned()),
        _ => Identifier::Integer(id),
    };
    let key = ObjectKey::new(type_by_name(kind).unwrap().number().unwrap(), identifier);
    let original = kind.strip_prefix("SOURCE_").unwrap_or(kind);
    let revision = Revision {
        pair: RevisionPair {
            object: format!("{original} {name}"),
            save: format!("save {save}"),
        },
        json: Revision::json_text(kind, &key),
        ..Revision::default()
    };
    let (data_type, data) = data(kind, name, save);
    SyncObject::build(&key, dependencies, &revision, data_type, &data).unwrap()
}

impl Draft {
    fn lookup() -> Self {
        Self {
            kind: 0,
            name: 0,
            save: 0,
            reference: false,
            environment: 0,
            dependencies: Vec::new(),
        }
    }

    fn kind(&self) -> &'static str {
        KINDS[self.kind]
    }

    fn name(&self) -> &'static str {
        ["One", "Two", "Three"][self.name]
    }

    /// The space in which names are unique.
    fn space(&self) -> (&'static str, &'static str) {
        match self.kind() {
            "LOOKUP" | "SEGMENT" => ("algorithm", self.name()),
            kind @ ("KEY" | "GLOBAL_OBJECT") => (kind, ""),
            kind => (kind, self.name()),
        }
    }
}

/// The objects of a document in the order of engines, dependencies last.
fn document(case: &Case) -> Vec<SyncObject<'static>> {
    let mut built_objects: Vec<SyncObject<'static>> = Vec::new();
    let mut seen = BTreeSet::new();
    for (n, draft) in case.document.iter().enumerate() {
        // A document may contain a reference and its object.
        if !seen.insert((draft.space(), draft.reference)) {
            continue;
        }
        let chosen: BTreeSet<ObjectKey> = match built_objects.len() {
            0 => BTreeSet::new(),
            len => draft
                .dependencies
                .iter()
                .map(|at| built_objects[at.index(len)].key().clone())
                .collect(),
        };
        let chosen: Vec<ObjectKey> = chosen.into_iter().collect();
        let id = 1 + n as i64;
        let plain = |name| built(draft.kind(), name, draft.save, id, &chosen);
        let name = match (case.oddity, n) {
            (Oddity::BadName, 0) => "Bad/name",
            _ => draft.name(),
        };
        let object = plain(name);
        let reference = match draft.kind() {
            // Source connectors without data, which cannot be created.
            "SOURCE_DATABASE_CONNECTOR" => {
                Some(SyncObject::build(object.key(), &[], object.revision(), "EmptyData", &[]).unwrap())
            }
            "DATABASE_CONNECTOR" | "FILE_CONNECTOR" => None,
            kind if type_by_name(kind).unwrap().scope == Scope::Global => reference_to(&object).ok(),
            _ => None,
        };
        let reference =
            reference.map(|r| SyncObject::build(r.key(), &[], r.revision(), "EmptyData", &[]).unwrap());
        match reference.filter(|_| draft.reference) {
            Some(reference) => built_objects.push(reference),
            None => built_objects.push(object),
        }
    }
    odd(case.oddity, &mut built_objects);
    built_objects.reverse();
    built_objects
}

fn odd(oddity: Oddity, objects: &mut Vec<SyncObject<'static>>) {
    match oddity {
        Oddity::Twice => objects.push(objects[0].clone()),
        Oddity::SameName => {
            objects.push(built("DATABASE_RULESET", "Same", 0, 71, &[]));
            objects.push(built("DATABASE_RULESET", "Same", 1, 72, &[]));
        }
        Oddity::Gap => {
            let nowhere = ObjectKey::new(11, Identifier::Text("Nowhere".to_owned()));
            objects.push(built("DATABASE_RULESET", "Gap", 0, 73, &[nowhere]));
        }
        Oddity::Circle => {
            let key = |id| ObjectKey::new(14, Identifier::Integer(id));
            objects.push(built("DATABASE_RULESET", "Circle", 0, 74, &[key(75)]));
            objects.push(built("DATABASE_RULESET", "Other", 0, 75, &[key(74)]));
        }
        Oddity::UnknownType => {
            let key = ObjectKey::new(31, Identifier::Integer(1));
            let revision = Revision {
                pair: RevisionPair {
                    object: "odd".to_owned(),
                    save: "save".to_owned(),
                },
                ..Revision::default()
            };
            objects.push(SyncObject::build(&key, &[], &revision, "OddData", b"\x0a\x01x").unwrap());
        }
        Oddity::Beside => {
            let domain = built("DOMAIN", "Beside", 0, 0, &[]);
            objects.push(reference_to(&domain).unwrap());
            objects.push(domain);
        }
        Oddity::OnTheFly => {
            let source = built("SOURCE_DATABASE_CONNECTOR", "Origin", 0, 76, &[]);
            let job = built(
                "MASKING_JOB",
                "On the fly",
                0,
                77,
                std::slice::from_ref(source.key()),
            );
            objects.push(source);
            objects.push(job);
        }
        // An upgrade adds settings to a lookup without a save.
        Oddity::Upgraded => {
            let settings = built("APPLICATION_SETTINGS", "Added", 0, 78, &[]);
            let lookup = built("LOOKUP", "One", 0, 0, std::slice::from_ref(settings.key()));
            let name = &lookup.key().identifier;
            if objects.iter().all(|object| object.key().identifier != *name) {
                objects.extend([settings, lookup]);
            }
        }
        Oddity::None | Oddity::NewerFormat | Oddity::LaterFormat | Oddity::BadName => {}
    }
}

pub(super) fn sealed(case: &Case, key: &SigningKey) -> Vec<u8> {
    let now = "2020-03-11T09:26:53Z".parse().unwrap();
    let facts = ExportFacts {
        host: "a.example.com".to_owned(),
        export_id: "3f0c9d52-7a41-4e86-b0d3-5c2e8f1a6b97".to_owned(),
        started: now,
        finished: now,
        format: match case.oddity {
            Oddity::NewerFormat => 7,
            Oddity::LaterFormat => 6,
            _ => 2,
        },
        requested: Vec::new(),
        type_names: BTreeMap::new(),
        encryption: None,
        declare_rule: true,
    };
    seal(&facts, &document(case), key, KeySize::Dsa512.default_rule()).unwrap()
}

/// A target whose numbers differ from those in documents.
pub(super) fn target(drafts: &[Draft]) -> State {
    let mut state = State::default();
    for (id, purpose) in ENVIRONMENTS {
        let row = json!({
            "environmentId": id, "environmentName": format!("e{id}"), "applicationId": 1, "purpose": purpose,
        });
        let Value::Object(row) = row else { unreachable!() };
        state.table_mut("environments").insert(Key::Number(id), row);
    }
    let mut seen = BTreeSet::new();
    for (n, draft) in drafts.iter().enumerate() {
        let kind = draft.kind();
        if kind.starts_with("SOURCE_") {
            continue;
        }
        let bound = type_by_name(kind).unwrap().scope == Scope::Environment;
        let environment = bound.then(|| ENVIRONMENTS[draft.environment].0);
        if seen.insert((draft.space(), environment)) {
            let object = built(kind, draft.name(), draft.save, 100 + n as i64, &[]);
            put_object(&mut state, StoredObject::new(object, kind, environment));
            set_password(&mut state, kind, 100 + n as i64);
        }
    }
    state
}

/// Sets the password of an object that has one.
fn set_password(state: &mut State, kind: &str, id: i64) {
    let Some((_, path)) = WITH_PASSWORD.iter().find(|(with, _)| *with == kind) else {
        return;
    };
    let mut row = state.table(path).get(&Key::Number(id)).cloned().unwrap();
    row.insert("password".to_owned(), format!("of {id}").into());
    state.table_mut(path).insert(Key::Number(id), row);
}
