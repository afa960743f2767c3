//! Builds small, distinct documents and merges them in memory.

use exportdoc::internal::build::{ExportFacts, in_record_order, seal_with};
use exportdoc::internal::diff::MatchBy;
use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::merge::{
    DerivedSave, MergeError, MergeOptions, MergeOutcome, MergedDocument, Renumber, Resolutions, Sources,
    merge,
};
use exportdoc::internal::object::{ObjectKey, Revision, RevisionPair, SyncObject};
use exportdoc::internal::report::{ExamineOptions, Examiner};
use exportdoc::internal::reuse;
use exportdoc::internal::sample::uuid;
use exportdoc::internal::signature::{KeySize, SigningKey};
use exportdoc::internal::wire::Writer;

use crate::support::facts;

pub(crate) type Object = SyncObject<'static>;

pub(crate) const JOB: u64 = 20;
pub(crate) const RULESET: u64 = 14;
pub(crate) const CONNECTOR: u64 = 10;
pub(crate) const LOOKUP: u64 = 2;
pub(crate) const DOMAIN: u64 = 11;
pub(crate) const KEY: u64 = 9;
pub(crate) const GLOBAL: u64 = 13;
pub(crate) const ALGORITHM_REFERENCE: u64 = 18;
pub(crate) const ENVIRONMENT: u64 = 9010;

/// An object in the making.
#[derive(Debug, Clone)]
pub(crate) struct Thing {
    pub(crate) key: ObjectKey,
    name: Option<String>,
    uuid: String,
    save: u32,
    says: String,
    needs: Vec<ObjectKey>,
    mentions: Option<ObjectKey>,
    unknown: Vec<u8>,
}

/// An object with a number for an identifier.
pub(crate) fn numbered(type_number: u64, id: i64, name: &str) -> Thing {
    thing(ObjectKey::new(type_number, Identifier::Integer(id)), Some(name))
}

/// An algorithm or a reference to one.
pub(crate) fn algorithm(type_number: u64, name: &str) -> Thing {
    thing(
        ObjectKey::new(type_number, Identifier::Algorithm(name.to_owned())),
        None,
    )
}

/// An engine's global key.
pub(crate) fn global_key(id: &str) -> Thing {
    thing(
        ObjectKey::new(KEY, Identifier::EncryptionKey(id.to_owned())),
        None,
    )
}

/// The global object with these members.
pub(crate) fn global_object(members: &[&Thing]) -> Thing {
    thing(
        ObjectKey::new(GLOBAL, Identifier::Text("global".to_owned())),
        None,
    )
    .needs(members)
}

fn thing(key: ObjectKey, name: Option<&str>) -> Thing {
    Thing {
        uuid: format!("{key} {}", name.unwrap_or_default()),
        name: name.map(str::to_owned),
        save: 1,
        says: String::new(),
        needs: Vec::new(),
        mentions: None,
        unknown: Vec::new(),
        key,
    }
}

impl Thing {
    /// Another object's UUID A.
    pub(crate) fn uuid(mut self, label: &str) -> Self {
        self.uuid = label.to_owned();
        self
    }

    /// The n-th save, n minutes after the first.
    pub(crate) fn saved(mut self, save: u32) -> Self {
        self.save = save;
        self
    }

    /// Sets its content.
    pub(crate) fn says(mut self, text: &str) -> Self {
        self.says = text.to_owned();
        self
    }

    pub(crate) fn needs(mut self, others: &[&Thing]) -> Self {
        self.needs = others.iter().map(|other| other.key.clone()).collect();
        self
    }

    /// Refers to another object in its content, without depending on it.
    pub(crate) fn mentions(mut self, other: &Thing) -> Self {
        self.mentions = Some(other.key.clone());
        self
    }

    /// Adds an unknown field.
    pub(crate) fn unknown(mut self, bytes: &[u8]) -> Self {
        self.unknown = Writer::new().bytes(77, bytes).finish();
        self
    }

    pub(crate) fn pair(&self) -> RevisionPair {
        RevisionPair {
            object: uuid(&self.uuid),
            save: uuid(&format!("{} {}", self.uuid, self.save)),
        }
    }

    pub(crate) fn build(&self) -> Object {
        let (data_type, name_field, text_field) = match self.key.type_number {
            JOB => ("MaskingJobData", 1, 9),
            RULESET => ("DatabaseRulesetData", 1, 2),
            CONNECTOR => ("DatabaseConnectorData", 8, 1),
            DOMAIN => ("DomainData", 1, 2),
            LOOKUP => ("SecureLookupData", 90, 6),
            KEY => ("EncryptionKeyData", 90, 1),
            _ => ("EmptyData", 90, 91),
        };
        let mut data = Writer::new();
        match &self.name {
            Some(name) if name_field == 8 => data.wrapped_text(8, name),
            Some(name) if name_field < 90 => data.text(name_field, name),
            _ => &mut data,
        };
        if !self.says.is_empty() {
            data.text(text_field, &self.says);
        }
        if let Some(key) = &self.mentions {
            data.message(92, |w| key.write(w));
        }
        // A reference's revision names the type that it refers to.
        let type_name = match self.key.type_number {
            18 => "LOOKUP".to_owned(),
            19 => "DOMAIN".to_owned(),
            number => exportdoc::internal::build::type_name(number, &Default::default()),
        };
        let revision = Revision {
            pair: self.pair(),
            json: Revision::json_text(&type_name, &self.key),
            created: Some(1_500_000_000_000),
            modified: Some(1_500_000_000_000 + i64::from(self.save) * 60_000),
        };
        let data = data.finish();
        let object = SyncObject::build(&self.key, &self.needs, &revision, data_type, &data).unwrap();
        SyncObject::from_bytes([object.as_bytes(), &self.unknown].concat()).unwrap()
    }
}

/// A sealed document of these things, made for the first `roots` of them.
pub(crate) fn document(things: &[&Thing], roots: usize) -> Vec<u8> {
    let keys: Vec<ObjectKey> = things[..roots].iter().map(|thing| thing.key.clone()).collect();
    let objects = in_record_order(things.iter().map(|thing| thing.build()).collect(), &keys).unwrap();
    assert_eq!(objects.len(), things.len(), "every object is reached");
    sealed(&facts(&keys), &Default::default(), &objects)
}

pub(crate) fn sealed(
    facts: &ExportFacts,
    extras: &exportdoc::internal::build::Extras,
    objects: &[Object],
) -> Vec<u8> {
    let size = KeySize::Dsa512;
    let key = SigningKey::from_seed(size, b"merge").unwrap();
    seal_with(facts, extras, objects, &key, size.default_rule()).unwrap()
}

/// Everything by default.
pub(crate) fn options() -> MergeOptions {
    MergeOptions {
        match_by: MatchBy::Identifier,
        renumber: Renumber::default(),
        prefer: None,
        resolutions: Resolutions::default(),
        allow_invalid: false,
        derived: DerivedSave {
            save: uuid("derived"),
            modified: 1_600_000_000_000,
        },
    }
}

/// Merges files.
pub(crate) fn try_merge(
    base: Option<&[u8]>,
    sides: &[&[u8]],
    options: &MergeOptions,
) -> Result<MergeOutcome, MergeError> {
    let mut sources = Sources::new();
    let read = |bytes: &[u8]| {
        Examiner::new(&ExamineOptions::default())
            .keep_contents()
            .read_bytes(bytes)
            .unwrap()
            .into_parts()
    };
    for (n, side) in sides.iter().enumerate() {
        let (report, contents) = read(side);
        sources.add_side(format!("{}.json", n + 1), &report, contents)?;
    }
    if let Some(base) = base {
        let (report, contents) = read(base);
        sources.set_base("base.json".to_owned(), &report, contents)?;
    }
    merge(sources, options)
}

/// The union of documents, in which there must be no conflict.
pub(crate) fn union(sides: &[&[u8]]) -> Vec<u8> {
    seal_outcome(try_merge(None, sides, &options()).unwrap())
}

/// The changes of two sides, in which there must be no conflict.
pub(crate) fn three_way(base: &[u8], ours: &[u8], theirs: &[u8]) -> Vec<u8> {
    seal_outcome(try_merge(Some(base), &[ours, theirs], &options()).unwrap())
}

/// The document that a merge made.
pub(crate) fn seal_outcome(outcome: MergeOutcome) -> Vec<u8> {
    assert!(outcome.conflicts.is_empty(), "{:?}", outcome.conflicts);
    seal_document(&outcome.document.unwrap())
}

pub(crate) fn seal_document(document: &MergedDocument) -> Vec<u8> {
    let rows = document.requested.iter();
    let mut facts = facts(&[]);
    facts.requested = rows
        .map(|key| reuse::requested_row(key, &document.type_names).unwrap())
        .collect();
    facts.host = document.host.clone().unwrap_or_default();
    facts.format = document.format.unwrap_or(1);
    facts.type_names = document.type_names.clone();
    sealed(&facts, &document.extras, &document.objects)
}

/// `TYPE identifier` of the objects in a file, in record order.
pub(crate) fn keys(file: &[u8]) -> Vec<String> {
    objects(file)
        .iter()
        .map(|object| object.key().to_string())
        .collect()
}

pub(crate) fn objects(file: &[u8]) -> Vec<Object> {
    Examiner::new(&ExamineOptions::default())
        .keep_contents()
        .read_bytes(file)
        .unwrap()
        .into_parts()
        .1
        .objects
}
