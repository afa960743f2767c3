//! Matches the objects of several documents, and gives each entity its key in the result.
//!
//! Invariants: an entity has at most one object of each document. Different entities have different keys. A key changes
//! only for two reasons: an earlier entity has it, or an earlier document has another number for the entity.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use crate::diff::MatchBy;
use crate::identifier::Identifier;
use crate::object::{
    ObjectKey, ObjectType, SyncObject, by_number_in_own_document, may_refer, reference_key, rename,
};

use super::source::{Documents, GLOBAL_OBJECT, KEY, Position, SourceId, is_single};
use super::{MergeError, MergeOptions, Renumber};

/// Index among the entities.
pub(super) type EntityId = usize;

/// One object across the documents.
#[derive(Debug)]
pub(super) struct Entity {
    /// Its positions, by document.
    pub(super) positions: Vec<Position>,
    /// Its key in the result.
    pub(super) key: ObjectKey,
}

impl Entity {
    /// Its index in a document.
    pub(super) fn at(&self, source: SourceId) -> Option<usize> {
        let found = self
            .positions
            .binary_search_by_key(&source, |(source, _)| *source)
            .ok()?;
        Some(self.positions[found].1)
    }

    pub(super) fn is_key(&self) -> bool {
        self.key.type_number == KEY
    }

    pub(super) fn is_global(&self) -> bool {
        self.key.type_number == GLOBAL_OBJECT
    }

    /// Whether it is a reference to an object that the target must have.
    pub(super) fn is_reference(&self) -> bool {
        is_reference(&self.key)
    }

    /// Whether the base has it and a side lacks it.
    fn was_removed(&self, documents: &Documents) -> bool {
        let gone = |base| self.at(base).is_some() && (0..base).any(|side| self.at(side).is_none());
        documents.base.is_some_and(gone)
    }
}

fn is_reference(key: &ObjectKey) -> bool {
    by_number_in_own_document(key.type_number).is_some_and(ObjectType::is_reference)
}

/// The most entities with the same name or number that are compared. Only hostile documents have more.
const CANDIDATES: usize = 1_000;

/// All entities, in the order of their first objects.
#[derive(Debug, Default)]
pub(super) struct Entities {
    pub(super) list: Vec<Entity>,
    /// By document and index there.
    of: Vec<Vec<EntityId>>,
    /// By document: whether an object of it gets a new number.
    renumbers: Vec<bool>,
}

impl Entities {
    pub(super) fn find(documents: &Documents, options: &MergeOptions) -> Result<Self, MergeError> {
        match (documents.sides().len(), documents.base) {
            (0 | 1, _) => return Err(MergeError::TooFew),
            (2, Some(_)) | (_, None) => {}
            (sides, Some(_)) => return Err(MergeError::SidesWithBase(sides)),
        }
        let mut entities = Self::default();
        let mut finder = Finder::new(documents, options);
        for (source, document) in documents.all().iter().enumerate() {
            let mut of = Vec::with_capacity(document.objects.len());
            for at in 0..document.objects.len() {
                let id = finder.find(&entities.list, source, at).unwrap_or_else(|| {
                    entities.list.push(Entity {
                        positions: Vec::new(),
                        key: document.objects[at].key().clone(),
                    });
                    entities.list.len() - 1
                });
                entities.list[id].positions.push((source, at));
                finder.remember(id, source, at);
                of.push(id);
            }
            entities.of.push(of);
        }
        entities.give_keys(documents)?;
        let renumbers = |source: SourceId| {
            let mut objects = documents[source].objects.iter().zip(&entities.of[source]);
            objects.any(|(object, id)| entities.list[*id].key != *object.key())
        };
        entities.renumbers = (0..documents.all().len()).map(renumbers).collect();
        Ok(entities)
    }

    /// The entity of an object.
    pub(super) fn of(&self, source: SourceId, at: usize) -> EntityId {
        self.of[source][at]
    }

    /// The entity of a document's key.
    pub(super) fn of_key(
        &self,
        documents: &Documents,
        source: SourceId,
        key: &ObjectKey,
    ) -> Option<EntityId> {
        let at = documents[source].index.get(key)?;
        Some(self.of[source][*at])
    }

    /// Gives every entity its key. The first entity with a key keeps it. Entities that a side removed come last. A reference
    /// gets the number of its original.
    fn give_keys(&mut self, documents: &Documents) -> Result<(), MergeError> {
        let mut highest = highest_numbers(documents);
        let mut taken: HashSet<ObjectKey> = HashSet::with_capacity(self.list.len());
        let mut followed: HashMap<(u64, String), Identifier> = HashMap::new();
        // Removed objects come last because they are rarely in the result, and shouldn't take another's number.
        let mut order: Vec<EntityId> = (0..self.list.len()).collect();
        order.sort_by_key(|id| {
            let entity = &self.list[*id];
            (entity.is_reference(), entity.was_removed(documents))
        });
        for entity_id in order {
            let entity = &mut self.list[entity_id];
            let (source, at) = entity.positions[0];
            // Entities that only the base has aren't in the result.
            if !documents.is_side(source) {
                continue;
            }
            let first = &documents[source].objects[at];
            let number = entity.key.type_number;
            let uuid = first.revision().pair.object.as_str();
            if let Identifier::Integer(_) = entity.key.identifier {
                if entity.is_reference()
                    && let Some(original) = followed.get(&(number, uuid.to_owned()))
                {
                    entity.key.identifier = original.clone();
                }
                if taken.contains(&entity.key) {
                    let highest = highest.entry(number).or_insert(0);
                    *highest = highest.checked_add(1).ok_or(MergeError::NumbersSpent(number))?;
                    entity.key.identifier = Identifier::Integer(*highest);
                }
            }
            if entity.key != *first.key()
                && let Some(reference) = reference_key(&entity.key)
            {
                followed.insert((reference.type_number, uuid.to_owned()), reference.identifier);
            }
            taken.insert(entity.key.clone());
        }
        Ok(())
    }

    /// Returns an object under its entity's key and with its dependencies' keys.
    pub(super) fn renamed(
        &self,
        documents: &Documents,
        source: SourceId,
        at: usize,
    ) -> Result<Arc<SyncObject<'static>>, MergeError> {
        self.renamed_to(documents, source, at, &self.list[self.of(source, at)].key)
    }

    /// Like [`Entities::renamed`], under a given key.
    pub(super) fn renamed_to(
        &self,
        documents: &Documents,
        source: SourceId,
        at: usize,
        own: &ObjectKey,
    ) -> Result<Arc<SyncObject<'static>>, MergeError> {
        let object = &documents[source].objects[at];
        let new_key = |key: &ObjectKey| {
            let new = &self.list[self.of_key(documents, source, key)?].key;
            (new != key).then(|| new.clone())
        };
        // Data may refer to objects that aren't dependencies.
        let stays = own == object.key()
            && object.dependencies().iter().all(|key| new_key(key).is_none())
            && !(self.renumbers[source] && may_refer(object));
        if stays {
            return Ok(Arc::clone(object));
        }
        Ok(Arc::new(rename(object, own, new_key)?))
    }
}

/// The highest number of each type in all documents. Numbers above it are free.
fn highest_numbers(documents: &Documents) -> BTreeMap<u64, i64> {
    let mut highest: BTreeMap<u64, i64> = BTreeMap::new();
    for object in documents.all().iter().flat_map(|source| &source.objects) {
        if let Identifier::Integer(id) = object.key().identifier {
            let highest = highest.entry(object.key().type_number).or_insert(0);
            *highest = id.max(*highest);
        }
    }
    highest
}

/// Finds the entity of an object in the documents before it.
struct Finder<'a> {
    documents: &'a Documents,
    match_by: MatchBy,
    renumber: Renumber,
    by_key: HashMap<&'a ObjectKey, Vec<EntityId>>,
    by_uuid: HashMap<(u64, &'a str), Vec<EntityId>>,
    by_name: HashMap<(u64, &'a str), Vec<EntityId>>,
    /// Entities of types that an engine has one object of, by type.
    single: HashMap<u64, Vec<EntityId>>,
}

/// The key by which an object is matched.
#[derive(Clone, Copy)]
struct Traits<'a> {
    key: &'a ObjectKey,
    name: Option<&'a str>,
    uuid: Option<&'a str>,
}

impl<'a> Finder<'a> {
    fn new(documents: &'a Documents, options: &MergeOptions) -> Self {
        Self {
            documents,
            match_by: options.match_by,
            renumber: options.renumber,
            by_key: HashMap::new(),
            by_uuid: HashMap::new(),
            by_name: HashMap::new(),
            single: HashMap::new(),
        }
    }

    fn traits(&self, source: SourceId, at: usize) -> Traits<'a> {
        let document = &self.documents[source];
        let object = &document.objects[at];
        Traits {
            key: object.key(),
            name: document.names[at].as_deref(),
            uuid: Some(object.revision().pair.object.as_str()).filter(|uuid| !uuid.is_empty()),
        }
    }

    fn find(&self, list: &[Entity], source: SourceId, at: usize) -> Option<EntityId> {
        let Traits { key, name, uuid } = self.traits(source, at);
        let number = key.type_number;
        let free = |ids: Option<&Vec<EntityId>>, fits: &dyn Fn(&Entity) -> bool| {
            let mut ids = ids.into_iter().flatten().copied().take(CANDIDATES);
            ids.find(|id| list[*id].at(source).is_none() && fits(&list[*id]))
        };
        if is_single(number) {
            return free(self.by_key.get(key), &|_| true)
                .or_else(|| free(self.single.get(&number), &|_| true));
        }
        // Numbers are labels. Every other identifier is the name itself.
        if !matches!(key.identifier, Identifier::Integer(_)) {
            return free(self.by_key.get(key), &|_| true);
        }
        if self.match_by == MatchBy::Name
            && let Some(name) = name
        {
            // Of several entities with the name, prefer the one with the same number.
            let named = self.by_name.get(&(number, name));
            return free(named, &|entity| entity.key == *key).or_else(|| free(named, &|_| true));
        }
        if self.renumber != Renumber::Never
            && let Some(uuid) = uuid
            && let Some(same) = free(self.by_uuid.get(&(number, uuid)), &|_| true)
        {
            return Some(same);
        }
        free(self.by_key.get(key), &|entity| {
            let positions = &entity.positions;
            positions
                .iter()
                .any(|(source, at)| self.may_be_one(self.traits(*source, *at), (name, uuid)))
        })
    }

    /// Whether two objects with the same number may be the same object. Their UUIDs A differ, or one of them has none.
    fn may_be_one(&self, one: Traits<'_>, (name, uuid): (Option<&str>, Option<&str>)) -> bool {
        let unclear = one.uuid.is_none() || uuid.is_none();
        match (self.renumber, one.name, name) {
            (Renumber::Never, ..) => true,
            (Renumber::NamesDiffer, Some(one), Some(other)) => one == other,
            (Renumber::NamesDiffer | Renumber::Always, ..) => unclear,
        }
    }

    fn remember(&mut self, id: EntityId, source: SourceId, at: usize) {
        let Traits { key, name, uuid } = self.traits(source, at);
        let number = key.type_number;
        let add = |ids: &mut Vec<EntityId>| {
            if ids.last() != Some(&id) {
                ids.push(id);
            }
        };
        add(self.by_key.entry(key).or_default());
        if let Some(uuid) = uuid {
            add(self.by_uuid.entry((number, uuid)).or_default());
        }
        if let Some(name) = name {
            add(self.by_name.entry((number, name)).or_default());
        }
        if is_single(number) {
            add(self.single.entry(number).or_default());
        }
    }
}
