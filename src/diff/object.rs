//! Compares two matched objects, except for the UUIDs of their revisions.
//!
//! Invariant: all fields of an object message are compared, unknown ones included. If the revisions are different saves,
//! their comparison leaves out the fields that a save changes.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use crate::object::data::{ANY, IDENTIFIER, MessageSpec, OBJECT, REVISION};
use crate::object::{ObjectKey, Revision, SyncObject, by_number_in_own_document, may_refer};
use crate::wire::{Field, Message};

use super::DiffLimits;
use super::changes::{Changes, FieldChange, Pair};
use super::habits::Later;
use super::matching::{MatchKey, References};
use super::path::{FieldPath, Step};
use super::value::{Value, ValueDigest};

/// Two objects and the documents they are in.
pub(super) struct Partners<'a> {
    pub(super) old: &'a SyncObject<'static>,
    pub(super) new: &'a SyncObject<'static>,
    /// Resolves their dependencies; without it, dependencies are compared by key.
    pub(super) references: Option<References<'a>>,
    pub(super) later: Later,
    pub(super) limits: &'a DiffLimits,
}

impl Partners<'_> {
    /// Collects the differences.
    pub(super) fn compare(&self, changes: &mut Changes<'_>) {
        if self.old.as_bytes() == self.new.as_bytes() {
            return;
        }
        if let Some(volatile) = self.in_numbers_only() {
            return changes.volatile.extend(volatile);
        }
        if self.old.revision().pair == self.new.revision().pair {
            changes.upgrade = Some(self.later);
        }
        self.data(changes);
        self.dependencies(changes);
        self.revision(changes);
        let root = FieldPath::default();
        let whole = (message(self.old.plain_bytes()), message(self.new.plain_bytes()));
        others(changes, &root, whole, &OBJECT);
        identifiers(changes, (self.old, self.new), whole);
        let part = |number| {
            (
                whole.0.message(number).unwrap_or_default(),
                whole.1.message(number).unwrap_or_default(),
            )
        };
        others(changes, &name("revision"), part(3), &REVISION);
        let any = part(4);
        others(changes, &name("data"), any, &ANY);
        let urls = (any.0.text(1), any.1.text(1));
        if self.old.data_type() == self.new.data_type() && urls.0 != urls.1 {
            let shown = |url: Option<_>| url.map(|url: Cow<'_, str>| Value::text(&url, self.limits));
            let path = name("data").then(Step::Name("type_url"));
            changes.push(path, shown(urls.0), shown(urls.1));
        }
    }

    /// Returns the values that engines write anew in every export, if the objects otherwise differ only in numbers of
    /// matched objects.
    fn in_numbers_only(&self) -> Option<Vec<FieldChange>> {
        if !may_refer(self.old) {
            return None;
        }
        let references = self.references.as_ref()?;
        // A number that is unused in one document may belong to another object in the other document.
        let old: HashSet<MatchKey> = self
            .old
            .dependencies()
            .iter()
            .map(|key| references.of_old(key))
            .collect();
        let new: HashSet<MatchKey> = self
            .new
            .dependencies()
            .iter()
            .map(|key| references.of_new(key))
            .collect();
        if old != new {
            return None;
        }
        let old = references.renumbered(self.old, self.new.key())?;
        let one = DiffLimits {
            changes_per_object: 1,
            ..self.limits.clone()
        };
        let mut changes = Changes::new("", &one, &[]);
        let there = Partners {
            old: &old,
            new: self.new,
            references: None,
            later: self.later,
            limits: &one,
        };
        there.compare(&mut changes);
        (!changes.any() && changes.by_upgrade.is_empty()).then_some(changes.volatile)
    }

    fn data(&self, changes: &mut Changes<'_>) {
        let types = (self.old.data_type(), self.new.data_type());
        let bytes = (self.old.data_bytes(), self.new.data_bytes());
        if types.0 != types.1 {
            let text = |text| Some(Value::text(text, self.limits));
            changes.push(name("data_type"), text(types.0), text(types.1));
        } else if let (Ok(old), Ok(new)) = (Message::parse(bytes.0), Message::parse(bytes.1)) {
            let spec = MessageSpec::by_name(types.0);
            return changes.messages(&FieldPath::default(), spec, (old, new), spec.is_none(), 0);
        }
        if bytes.0 != bytes.1 {
            let digest = |bytes| Some(Value::Digest(ValueDigest::of(false, 1, [bytes])));
            changes.push(name("data"), digest(bytes.0), digest(bytes.1));
        }
    }

    fn dependencies(&self, changes: &mut Changes<'_>) {
        type Lead<'l> = &'l dyn Fn(&ObjectKey) -> MatchKey;
        let keys = |object: &SyncObject<'_>, lead: Lead<'_>| -> Vec<MatchKey> {
            object.dependencies().iter().map(lead).collect()
        };
        let (old, new) = match &self.references {
            Some(references) => (
                keys(self.old, &|key| references.of_old(key)),
                keys(self.new, &|key| references.of_new(key)),
            ),
            None => {
                let itself = |key: &ObjectKey| MatchKey::Key(key.clone());
                (keys(self.old, &itself), keys(self.new, &itself))
            }
        };
        if old != new {
            changes.dependencies(self.new.key().type_number, (&old, &new), label);
        }
    }

    fn revision(&self, changes: &mut Changes<'_>) {
        let (old, new) = (self.old.revision(), self.new.revision());
        let path = name("revision");
        let texts = (json_facts(old, self.old.key()), json_facts(new, self.new.key()));
        if texts.0 != texts.1 {
            let shown = |revision: &Revision| Some(Value::text(&revision.json, self.limits));
            changes.push(path.then(Step::Name("json")), shown(old), shown(new));
        }
        if old.pair != new.pair {
            return;
        }
        for (field, old, new) in [
            ("created", old.created, new.created),
            ("modified", old.modified, new.modified),
        ] {
            if old != new {
                changes.push(
                    path.then(Step::Name(field)),
                    old.map(Value::Time),
                    new.map(Value::Time),
                );
            }
        }
    }
}

/// The content of the revision's JSON, apart from the object's own identifier.
#[derive(PartialEq)]
enum JsonFacts {
    Usual(String),
    Other(serde_json::Value),
    Broken(String),
}

fn json_facts(revision: &Revision, key: &ObjectKey) -> JsonFacts {
    let Ok(value) = serde_json::from_str::<serde_json::Value>(&revision.json) else {
        return JsonFacts::Broken(revision.json.clone());
    };
    let stated = revision.stated_type().unwrap_or_default();
    let usual = serde_json::from_str(&Revision::json_text(&stated, key));
    let is_usual = usual.is_ok_and(|usual: serde_json::Value| usual == value);
    if is_usual || revision.is_of_first_versions(key) {
        JsonFacts::Usual(stated)
    } else {
        JsonFacts::Other(value)
    }
}

/// Compares unknown fields of the identifiers, if both sides have the same keys.
fn identifiers(
    changes: &mut Changes<'_>,
    objects: Pair<&SyncObject<'static>>,
    (old, new): Pair<Message<'_>>,
) {
    if objects.0.key() == objects.1.key() {
        let pair = (
            old.message(1).unwrap_or_default(),
            new.message(1).unwrap_or_default(),
        );
        changes.messages(&name("identifier"), Some(&IDENTIFIER), pair, false, 0);
    }
    if objects.0.dependencies() == objects.1.dependencies() {
        for (old, new) in old.messages(2).zip(new.messages(2)) {
            changes.messages(&name("dependencies"), Some(&IDENTIFIER), (old, new), false, 0);
        }
    }
}

/// Compares the fields that the spec doesn't have.
fn others(
    changes: &mut Changes<'_>,
    path: &FieldPath,
    (old, new): Pair<Message<'_>>,
    spec: &'static MessageSpec,
) {
    let other = |field: &Field<'_>| !spec.field(field.number).is_some_and(|own| own.fits(field.value));
    let mut numbers: BTreeMap<u32, Pair<Vec<Field<'_>>>> = BTreeMap::new();
    for field in old.fields().filter(other) {
        numbers.entry(field.number).or_default().0.push(field);
    }
    for field in new.fields().filter(other) {
        numbers.entry(field.number).or_default().1.push(field);
    }
    for (number, (old, new)) in numbers {
        changes.fields(path, None, number, (&old, &new), false, 0);
    }
}

/// Parses bytes that the object's reader has checked.
fn message(bytes: &[u8]) -> Message<'_> {
    Message::parse(bytes).unwrap_or_default()
}

fn name(field: &'static str) -> FieldPath {
    FieldPath::default().then(Step::Name(field))
}

/// The label of a dependency.
pub(super) fn label(key: &MatchKey) -> String {
    match key {
        MatchKey::Named(number, name) => format!("{} {name}", type_name(*number)),
        MatchKey::Key(key) => format!("{} {}", type_name(key.type_number), key.identifier),
        MatchKey::Renumbered(number, lower, higher) => {
            format!("{} {lower} or {higher}", type_name(*number))
        }
    }
}

fn type_name(number: u64) -> String {
    by_number_in_own_document(number).map_or_else(|| format!("type {number}"), |known| known.name.to_owned())
}
