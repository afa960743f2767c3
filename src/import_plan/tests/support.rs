//! Small objects, small targets, and plans in a form that reads well in an expectation.

use std::collections::BTreeMap;

use super::memory::{Entry, MemoryInventory};
use crate::identifier::Identifier;
use crate::import_plan::{
    Action, GivenEnvironment, ImportDocument, ImportOptions, ImportPlan, Location, Purpose, TargetInventory,
    TargetObject, Verdict, import_plan,
};
use crate::object::{ObjectKey, Revision, RevisionPair, SyncObject, reference_to, type_by_name};
use crate::wire::Writer;

pub(super) type Object = SyncObject<'static>;

/// The environment that tests import into.
pub(super) const ENVIRONMENT: i64 = 1;
/// The environment of the sources of on-the-fly jobs.
pub(super) const SOURCE: i64 = 2;

pub(super) fn object(
    type_name: &str,
    identifier: Identifier,
    dependencies: &[&Object],
    save: &str,
    data: (&str, Vec<u8>),
) -> Object {
    let key = ObjectKey::new(type_by_name(type_name).unwrap().number().unwrap(), identifier);
    let dependencies: Vec<ObjectKey> = dependencies.iter().map(|d| d.key().clone()).collect();
    build(key, &dependencies, save, data)
}

pub(super) fn build(key: ObjectKey, dependencies: &[ObjectKey], save: &str, data: (&str, Vec<u8>)) -> Object {
    let revision = Revision {
        pair: RevisionPair {
            // The same object keeps its UUID A from save to save.
            object: format!("object {key}"),
            save: save.to_owned(),
        },
        ..Revision::default()
    };
    SyncObject::build(&key, dependencies, &revision, data.0, &data.1).unwrap()
}

fn named(field: u32, name: &str) -> Vec<u8> {
    Writer::new().text(field, name).finish()
}

pub(super) fn algorithm(type_name: &str, name: &str, save: &str) -> Object {
    let data = ("SecureLookupData", Writer::new().text(7, "a key").finish());
    object(type_name, Identifier::Algorithm(name.into()), &[], save, data)
}

pub(super) fn lookup(name: &str, save: &str) -> Object {
    algorithm("LOOKUP", name, save)
}

pub(super) fn key(save: &str) -> Object {
    let identifier = Identifier::EncryptionKey("global".into());
    object(
        "KEY",
        identifier,
        &[],
        save,
        ("EncryptionKeyData", named(1, "a key")),
    )
}

pub(super) fn domain(name: &str, dependencies: &[&Object], save: &str) -> Object {
    let identifier = Identifier::Text(name.into());
    object(
        "DOMAIN",
        identifier,
        dependencies,
        save,
        ("DomainData", named(1, name)),
    )
}

pub(super) fn profile_set(id: i64, name: &str, save: &str) -> Object {
    object(
        "PROFILE_SET",
        Identifier::Integer(id),
        &[],
        save,
        ("ProfileSetData", named(1, name)),
    )
}

pub(super) fn global_object(members: &[&Object]) -> Object {
    let identifier = Identifier::Text("global".into());
    object(
        "GLOBAL_OBJECT",
        identifier,
        members,
        "bundle",
        ("EmptyData", vec![]),
    )
}

pub(super) fn connector(id: i64, name: &str, save: &str) -> Object {
    let data = Writer::new().wrapped_text(8, name).finish();
    let identifier = Identifier::Integer(id);
    object(
        "DATABASE_CONNECTOR",
        identifier,
        &[],
        save,
        ("DatabaseConnectorData", data),
    )
}

pub(super) fn source(id: i64, name: &str, save: &str) -> Object {
    let data = Writer::new().wrapped_text(8, name).finish();
    let identifier = Identifier::Integer(id);
    object(
        "SOURCE_DATABASE_CONNECTOR",
        identifier,
        &[],
        save,
        ("SourceConnectorData", data),
    )
}

/// A source that says nothing of the connector it stands for but its revision.
pub(super) fn bare_source(original: &Object) -> Object {
    let key = reference_to(original).unwrap().key().clone();
    Object::build(&key, &[], original.revision(), "EmptyData", &[]).unwrap()
}

pub(super) fn ruleset(id: i64, name: &str, dependencies: &[&Object], save: &str) -> Object {
    let data = ("DatabaseRulesetData", named(1, name));
    object(
        "DATABASE_RULESET",
        Identifier::Integer(id),
        dependencies,
        save,
        data,
    )
}

pub(super) fn job(id: i64, name: &str, dependencies: &[&Object], save: &str) -> Object {
    let data = ("MaskingJobData", named(1, name));
    object("MASKING_JOB", Identifier::Integer(id), dependencies, save, data)
}

pub(super) fn reference(original: &Object) -> Object {
    reference_to(original).unwrap()
}

/// An object of the target: what a document would hold of it, its id there, and its environment.
pub(super) fn at(object: &Object, id: i64, environment: i64) -> Entry {
    let name = crate::object::by_number_in_own_document(object.key().type_number)
        .unwrap()
        .name;
    Entry::of(
        object,
        name,
        Identifier::Integer(id),
        Location::Environment(environment),
    )
}

/// A global object of the target under the identifier it has in the document.
pub(super) fn global(object: &Object) -> Entry {
    let name = crate::object::by_number_in_own_document(object.key().type_number)
        .unwrap()
        .name;
    Entry::of(object, name, object.key().identifier.clone(), Location::Global)
}

/// An import under test.
pub(super) struct Import {
    pub(super) document: ImportDocument,
    pub(super) inventory: MemoryInventory,
    pub(super) options: ImportOptions,
}

/// An import of these objects into [`ENVIRONMENT`], with [`SOURCE`] beside it, without force.
pub(super) fn import(objects: &[&Object]) -> Import {
    Import {
        document: ImportDocument {
            objects: objects.iter().map(|o| (*o).clone()).collect(),
            format: Some(1),
            type_names: BTreeMap::new(),
            sealed_by_toolkit: true,
            intact: true,
        },
        inventory: MemoryInventory::default()
            .with_environment(ENVIRONMENT, Purpose::Mask)
            .with_environment(SOURCE, Purpose::Mask),
        options: ImportOptions {
            environment: GivenEnvironment::Id(ENVIRONMENT),
            source_environment: GivenEnvironment::Id(SOURCE),
            ..ImportOptions::default()
        },
    }
}

impl Import {
    pub(super) fn onto(mut self, entries: Vec<Entry>) -> Self {
        for entry in entries {
            self.inventory.insert(entry);
        }
        self
    }

    pub(super) fn force(mut self) -> Self {
        self.options.force_overwrite = true;
        self
    }

    pub(super) fn with(mut self, change: impl FnOnce(&mut ImportOptions)) -> Self {
        change(&mut self.options);
        self
    }

    pub(super) fn plan(&self) -> ImportPlan {
        self.plan_against(&self.inventory)
    }

    pub(super) fn plan_against(&self, inventory: &dyn TargetInventory) -> ImportPlan {
        import_plan(&self.document, inventory, &self.options)
    }

    /// Steps and verdict as text.
    pub(super) fn told(&self) -> Vec<String> {
        told(&self.plan())
    }

    /// The text of the refusal; empty where there is none.
    pub(super) fn refusal(&self) -> String {
        match self.plan().verdict {
            Verdict::Refused(refusal) => {
                assert_eq!(refusal.status(), 400);
                refusal.to_string()
            }
            _ => String::new(),
        }
    }
}

/// One line a step and one for the verdict.
pub(super) fn told(plan: &ImportPlan) -> Vec<String> {
    let id = |existing: &TargetObject| existing.id.to_string();
    let mut lines: Vec<String> = plan
        .steps
        .iter()
        .map(|step| {
            let action = match &step.action {
                Action::Create => "create".to_owned(),
                Action::Unchanged { existing } => format!("unchanged {}", id(existing)),
                Action::Extend { existing } => format!("extend {}", id(existing)),
                Action::Overwrite { existing } => format!("overwrite {}", id(existing)),
                Action::Conflict { existing } => format!("conflict {}", id(existing)),
                Action::KeyConflict { .. } => "key conflict".to_owned(),
                Action::ReferenceResolved { existing, stale } => {
                    let state = match stale {
                        Some(false) => "met by",
                        Some(true) => "met by another revision of",
                        None => "met by some revision of",
                    };
                    format!("{state} {} {}", existing.type_name, id(existing))
                }
                Action::ReferenceInDocument { index } => format!("met by object {index}"),
                Action::MissingReference => "missing".to_owned(),
                Action::BlockedByRule(rule) => format!("blocked: {rule}"),
                Action::Derived => "derived".to_owned(),
                Action::Unknown { needs, may_fail, .. } => {
                    format!(
                        "{}: needs {needs}",
                        if *may_fail { "unknown" } else { "written or not" }
                    )
                }
            };
            format!("{} {}: {action}", step.type_name, step.label())
        })
        .collect();
    lines.push(match &plan.verdict {
        Verdict::WouldSucceed => "would succeed".to_owned(),
        Verdict::WouldFail { at, status } => format!("would fail at {at} with {status}"),
        Verdict::Unknown { needs } => format!("unknown: needs {}", needs.join(" and ")),
        Verdict::Refused(refusal) => format!("refused: {refusal}"),
    });
    lines
}
