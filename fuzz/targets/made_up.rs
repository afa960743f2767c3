//! Made-up engines: a program of a few objects and of what happens to them, seen at several times.
//!
//! Bytes that are read as a program give documents whose parts fit together (framing, closure, hashes), so
//! that the fuzzer gets to what compares and merges them. Objects are the library's own drafts. Names, numbers and saves
//! come from small pools: two objects often share some of them, as those of different engines do.

use std::collections::{BTreeMap, BTreeSet};

use arbitrary::Arbitrary;
use exportdoc::internal::build::{Extras, in_record_order};
use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::object::draft::{self, AlgorithmInfo, ColumnSpec, ConnectorSpec, Draft};
use exportdoc::internal::object::{ObjectKey, SyncObject, reference_key};
use exportdoc::internal::passphrase::EncryptionParams;
use exportdoc::internal::sample::{INSTALLED, key_bytes, revision_pair};
use exportdoc::internal::wire::Writer;

use super::document::Unsealed;

const OBJECTS: usize = 14;
const EDITS: usize = 8;
const NAMES: [&str; 6] = ["", "Orders", "SsnLookup", "R&D <b>", "a\u{1b}[31m\n", "Zürich"];
/// A type that no table knows.
const FUTURE: u64 = 77;

/// An engine and three times at which it is looked at. Of one length, so that any bytes make a program and an edit of
/// one byte changes one thing.
#[derive(Debug, Arbitrary)]
pub struct Engine {
    /// See [`Engine::circles`] and [`Engine::gaps`].
    flaws: u8,
    count: u8,
    things: [Thing; OBJECTS],
    views: [View; 3],
    /// Where bytes for fields and data come from.
    tail: Vec<u8>,
}

/// An object as it was first saved.
#[derive(Debug, Clone, Arbitrary)]
struct Thing {
    kind: u8,
    number: u8,
    name: u8,
    says: u8,
    save: u8,
    needs: [u8; 3],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Lookup,
    Segment,
    Tokenization,
    DateShift,
    Key,
    Connector,
    Domain,
    Bundle,
    Ruleset,
    Job,
    ProfileJob,
    Setting,
    Expression,
    ProfileSet,
    /// To the algorithm of its name.
    Reference,
    /// Of a type that is still to come.
    Future,
}

impl Kind {
    const ALL: [Self; 16] = [
        Self::Lookup,
        Self::Segment,
        Self::Tokenization,
        Self::DateShift,
        Self::Key,
        Self::Connector,
        Self::Domain,
        Self::Bundle,
        Self::Ruleset,
        Self::Job,
        Self::ProfileJob,
        Self::Setting,
        Self::Expression,
        Self::ProfileSet,
        Self::Reference,
        Self::Future,
    ];
}

/// What one document shows.
#[derive(Debug, Arbitrary)]
struct View {
    count: u8,
    edits: [Edit; EDITS],
    /// Objects that are requested although something else needs them, bit by bit.
    requested: u8,
    /// Whether it is encrypted, has a field of its own in the header, its format number and its host.
    odd: u8,
}

/// What happened to an object until a document shows it.
#[derive(Debug, Arbitrary)]
struct Edit {
    what: u8,
    which: u8,
    value: u8,
    more: [u8; 3],
}

/// Where a field that no reader knows is put.
#[derive(Debug, Clone, Copy)]
enum Where {
    Data,
    Object,
    Record,
}

/// An object as a document shows it.
#[derive(Clone)]
struct Shown {
    thing: Thing,
    replaced: u8,
    data: Option<Vec<u8>>,
    fields: [Vec<u8>; 3],
}

impl Engine {
    /// The document of a view.
    pub fn document(&self, view: usize) -> Vec<u8> {
        let view = &self.views[view];
        let shown = self.shown(view);
        let mut objects = Vec::new();
        let mut extras = Extras::default();
        let mut taken = BTreeSet::new();
        for (at, state) in shown.iter().enumerate() {
            let Some(state) = state.as_ref().filter(|state| taken.insert(state.key())) else {
                continue;
            };
            let object = state.object(at, self.needs(&shown, at));
            if !state.fields[Where::Record as usize].is_empty() {
                let fields = state.fields[Where::Record as usize].clone();
                extras.record_fields.insert(object.key().clone(), fields);
            }
            objects.push(object);
        }
        let needed: BTreeSet<&ObjectKey> = objects.iter().flat_map(SyncObject::dependencies).collect();
        let roots: Vec<ObjectKey> = objects
            .iter()
            .enumerate()
            .filter(|(at, object)| {
                !needed.contains(object.key()) || view.requested.checked_shr(*at as u32).unwrap_or(0) & 1 == 1
            })
            .map(|(_, object)| object.key().clone())
            .collect();
        // With gaps there is no record order; the order in which they were made will do.
        let objects = in_record_order(objects.clone(), &roots).unwrap_or(objects);
        if view.odd & 2 != 0 {
            extras.header_fields = Writer::new().bytes(40, &[view.odd]).finish();
        }
        Unsealed {
            objects: &objects,
            requested: &roots,
            extras: &extras,
            host: format!("{}.example.com", view.odd >> 6),
            format: 1 + u64::from(view.odd >> 2 & 1),
            type_names: BTreeMap::from([(FUTURE, "FUTURE_THING".to_owned())]),
            encryption: (view.odd & 57 == 57)
                .then(|| EncryptionParams::new([7; 8], 2).expect("two iterations")),
        }
        .write()
    }

    /// Whether objects may depend on those before them, too.
    fn circles(&self) -> bool {
        self.flaws & 7 == 1
    }

    /// Whether what depends on an object that was removed goes on doing so.
    fn gaps(&self) -> bool {
        self.flaws & 56 == 8
    }

    fn shown(&self, view: &View) -> Vec<Option<Shown>> {
        let count = usize::from(self.count) % (OBJECTS + 1);
        let things = self.things.iter().take(count);
        let mut shown: Vec<Option<Shown>> = things.map(|thing| Some(Shown::new(thing))).collect();
        let edits = usize::from(view.count) % (EDITS + 1);
        for edit in view.edits.iter().take(edits) {
            let at = usize::from(edit.which) % count.max(1);
            let Some(slot) = shown.get_mut(at) else { continue };
            match (edit.what % 10, slot.as_mut()) {
                (0, _) => *slot = None,
                (what, Some(state)) => state.edit(what, edit, self.bytes(edit)),
                (_, None) => {}
            }
        }
        shown
    }

    /// A piece of the tail.
    fn bytes(&self, edit: &Edit) -> &[u8] {
        let from = self.tail.get(usize::from(edit.value)..).unwrap_or_default();
        &from[..from.len().min(usize::from(edit.more[1]))]
    }

    /// Keys of what an object needs, each once.
    fn needs(&self, shown: &[Option<Shown>], at: usize) -> Vec<ObjectKey> {
        let Some(Some(state)) = shown.get(at) else {
            return Vec::new();
        };
        let mut keys = Vec::new();
        for which in state.thing.needs {
            let from = if self.circles() { 0 } else { at + 1 };
            let Some(span) = shown
                .len()
                .checked_sub(from)
                .filter(|span| *span > 0 && which != 0)
            else {
                continue;
            };
            let other = from + usize::from(which) % span;
            let key = match &shown[other] {
                Some(other) => other.key(),
                None if self.gaps() => Shown::new(&self.things[other]).key(),
                None => continue,
            };
            // What shares a key with something earlier isn't there, so it would close a circle.
            let first = shown.iter().flatten().position(|state| state.key() == key);
            let itself = shown
                .iter()
                .flatten()
                .position(|other| other.key() == state.key());
            if !self.circles() && first <= itself && first.is_some() {
                continue;
            }
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        keys
    }
}

impl Shown {
    fn new(thing: &Thing) -> Self {
        Self {
            thing: thing.clone(),
            replaced: 0,
            data: None,
            fields: Default::default(),
        }
    }

    fn edit(&mut self, what: u8, edit: &Edit, bytes: &[u8]) {
        let thing = &mut self.thing;
        match what {
            1 | 2 => thing.save = edit.value,
            3 => thing.says = edit.value,
            4 => thing.name = edit.value,
            5 => thing.number = edit.value,
            6 => thing.needs = edit.more,
            7 => self.replaced = edit.value,
            8 => self.data = Some(bytes.to_vec()),
            _ => {
                let number = 60 + u32::from(edit.more[0] % 8);
                let place = [Where::Data, Where::Object, Where::Record][usize::from(edit.more[2]) % 3];
                let field = Writer::new().bytes(number, bytes).finish();
                self.fields[place as usize].extend(field);
            }
        }
    }

    fn kind(&self) -> Kind {
        Kind::ALL[usize::from(self.thing.kind) % Kind::ALL.len()]
    }

    fn name(&self) -> &'static str {
        NAMES[usize::from(self.thing.name) % NAMES.len()]
    }

    fn number(&self) -> i64 {
        match self.thing.number {
            255 => i64::MAX,
            254 => -1,
            number => i64::from(number % 5),
        }
    }

    fn key(&self) -> ObjectKey {
        let mut key = self.draft(&[]).key;
        if self.kind() == Kind::Key {
            key.identifier = Identifier::EncryptionKey(self.name().to_owned());
        }
        key
    }

    fn object(&self, at: usize, needs: Vec<ObjectKey>) -> SyncObject<'static> {
        let mut draft = self.draft(&needs);
        draft.key = self.key();
        draft.dependencies = needs;
        if let Some(data) = &self.data {
            draft.data.clone_from(data);
        }
        draft.data.extend_from_slice(&self.fields[Where::Data as usize]);
        // An algorithm and the reference to it share their UUIDs.
        let label = match &draft.key.identifier {
            Identifier::Algorithm(name) => format!("algorithm {name} {}", self.replaced % 4),
            _ => format!("{} {at} {}", draft.key.type_number, self.replaced % 4),
        };
        let save = u32::from(self.thing.save % 4);
        let modified = INSTALLED + i64::from(self.thing.save / 4) * 60_000;
        let object = draft
            .finish(revision_pair(&label, save), INSTALLED, modified)
            .expect("a draft is well-formed");
        let bytes = [object.as_bytes(), &self.fields[Where::Object as usize]].concat();
        SyncObject::from_bytes(bytes).expect("one more field is no harm")
    }

    fn draft(&self, needs: &[ObjectKey]) -> Draft {
        let (name, id, says) = (self.name(), self.number(), self.thing.says);
        let text = NAMES[usize::from(says) % NAMES.len()];
        let info = AlgorithmInfo {
            name,
            description: text,
            date: "2018-02-12",
        };
        let other = needs
            .first()
            .cloned()
            .unwrap_or_else(|| ObjectKey::new(10, Identifier::Integer(1)));
        match self.kind() {
            Kind::Lookup => {
                let rows = (0..says % 8).map(|row| format!("{text} {row}"));
                draft::lookup(info, rows, key_bytes(text), INSTALLED, &[])
            }
            Kind::Segment => {
                let mapping = |n: u8| (n.to_string(), text.to_owned());
                let segments = [(1, (0..says % 4).map(mapping).collect()), (2, Vec::new())];
                draft::segment(info, &segments, text, &[])
            }
            Kind::Tokenization => draft::tokenization(info, key_bytes(text), INSTALLED),
            Kind::DateShift => draft::date_shift(name, key_bytes(text), INSTALLED, &[]),
            Kind::Key => draft::global_key(key_bytes(text)),
            Kind::Connector => draft::connector(
                id,
                &ConnectorSpec {
                    name,
                    database_type: "ORACLE",
                    host: (says & 1 == 1).then_some(text),
                    port: Some(i64::from(says)),
                    jdbc_url: (says & 2 == 2).then_some("jdbc:oracle:thin:scott/tiger@db:1521"),
                    user: Some(text),
                    ..ConnectorSpec::default()
                },
            ),
            Kind::Domain => draft::domain(name, text, "SsnLookup", (says & 1 == 1).then_some(text), &[]),
            Kind::Bundle => draft::global_object(&[]),
            Kind::Ruleset => {
                let column = |n: u8| ColumnSpec {
                    name: NAMES[usize::from(n) % NAMES.len()],
                    sql_type: "VARCHAR",
                    length: i64::from(says),
                    masked_by: (n & 1 == 1).then_some(("SSN", text)),
                    ..ColumnSpec::default()
                };
                let table = |n: u8| {
                    (
                        NAMES[usize::from(n) % NAMES.len()],
                        (n..says % 8).map(column).collect(),
                    )
                };
                let tables: Vec<_> = (0..says / 8 % 4).map(table).collect();
                draft::ruleset(id, name, (&other, text), &tables, &[])
            }
            Kind::Job => {
                let source = (says & 1 == 1).then_some(&other);
                draft::masking_job(id, name, (&other, text), source, text, INSTALLED)
            }
            Kind::ProfileJob => draft::profile_job(id, name, (&other, text), (&other, text), text, INSTALLED),
            Kind::Setting => draft::setting(id, "mask", name, text),
            Kind::Expression => draft::profile_expression(id, name, &other, text, says & 1 == 1),
            Kind::ProfileSet => draft::profile_set(id, name, &[(other, text)], INSTALLED),
            Kind::Reference => Draft {
                key: reference_key(&draft::tokenization(info, [0; 16], 0).key)
                    .expect("algorithms have references"),
                dependencies: Vec::new(),
                data_type: "EmptyData",
                data: Vec::new(),
            },
            // Keys of other objects inside unknown data, as newer engines might write them.
            Kind::Future => Draft {
                key: ObjectKey::new(FUTURE, Identifier::Integer(id)),
                dependencies: Vec::new(),
                data_type: "FutureData",
                data: Writer::new()
                    .text(1, text)
                    .message(3, |w| {
                        w.message(1, |w| other.write(w));
                    })
                    .finish(),
            },
        }
    }
}
