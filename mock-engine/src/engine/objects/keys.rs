//! New keys for the engine and for algorithms.
//!
//! Invariant: a new key is a save: a new UUID B, and so new hashes of all dependents.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::object::draft;
use exportdoc::internal::object::{RevisionPair, SyncObject};
use exportdoc::internal::wire::Writer as Message;
use serde_json::Value;

use super::rewrite::{set_field, with_data, with_save};
use super::{StoredObject, put_object};
use crate::engine::ids::Ids;
use crate::engine::resources::{RowCollection, spec};
use crate::engine::{Engine, EngineError, Key, Refusal, State};

static ALGORITHMS: RowCollection = RowCollection::new(&spec::ALGORITHMS);

impl Engine {
    /// Replaces the global key.
    pub fn replace_global_key(&self) -> Result<(), EngineError> {
        let now_ms = self.clock.now_ms();
        self.store
            .transact(|state| replace_global_key(state, now_ms, &self.ids))
    }

    /// Gives an algorithm a new key of its own.
    pub fn randomize_key(&self, algorithm: &str) -> Result<Value, EngineError> {
        let key = Key::parse(algorithm);
        self.get_resource(&ALGORITHMS, &key)?;
        let now_ms = self.clock.now_ms();
        self.store
            .transact(|state| randomize_key(state, algorithm, now_ms, &self.ids))?;
        self.get_resource(&ALGORITHMS, &key)
    }
}

/// Gives the engine a new global key, or its first one.
fn replace_global_key(state: &mut State, now_ms: i64, ids: &Ids) -> Result<(), EngineError> {
    let key = state
        .objects
        .find("KEY", &Identifier::EncryptionKey("global".to_owned()));
    let object = match key {
        Some(stored) => rekeyed(&stored.object, now_ms, ids)?.ok_or(EngineError::Internal)?,
        None => first_global_key(now_ms, ids)?,
    };
    put_object(state, StoredObject::new(object, "KEY", None));
    Ok(())
}

fn first_global_key(now_ms: i64, ids: &Ids) -> Result<SyncObject<'static>, EngineError> {
    let mut bytes = [0; 16];
    ids.fill(&mut bytes);
    let pair = RevisionPair {
        object: ids.uuid(),
        save: ids.uuid(),
    };
    draft::global_key(bytes)
        .finish(pair, now_ms, now_ms)
        .map_err(EngineError::from)
}

fn randomize_key(state: &mut State, name: &str, now_ms: i64, ids: &Ids) -> Result<(), EngineError> {
    let no_key = || Refusal::NoOwnKey(name.to_owned());
    let mut stored = StoredObject::clone(state.objects.algorithm(name).ok_or_else(no_key)?);
    stored.object = rekeyed(&stored.object, now_ms, ids)?.ok_or_else(no_key)?;
    put_object(state, stored);
    Ok(())
}

/// Returns the object with a new key; `None` if its data has no key.
fn rekeyed(
    object: &SyncObject<'_>,
    now_ms: i64,
    ids: &Ids,
) -> Result<Option<SyncObject<'static>>, EngineError> {
    let (key, time) = match object.data_type() {
        "EncryptionKeyData" => (1, None),
        "DateShiftDiscreteData" => (1, Some(2)),
        "TokenizationData" => (6, Some(7)),
        "SecureLookupData" => (7, Some(8)),
        _ => return Ok(None),
    };
    let mut bytes = [0; 16];
    ids.fill(&mut bytes);
    let field = Message::new().text(key, &STANDARD.encode(bytes)).finish();
    let mut data = set_field(object.data_bytes(), key, Some(&field));
    if let Some(time) = time {
        let field = Message::new().int(time, now_ms).finish();
        data = set_field(&data, time, Some(&field));
    }
    let object = with_data(object, &data)?;
    with_save(&object, &ids.uuid(), now_ms)
        .map(Some)
        .map_err(EngineError::from)
}
