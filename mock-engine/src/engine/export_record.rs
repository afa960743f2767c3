//! The record of an export, for the journal: the objects that the client asks for.
//!
//! Invariant: bounded, even for long lists.

use exportdoc::internal::identifier::Identifier;
use serde_json::{Value, json};

use super::exchange::{ExportRequest, Structure};
use super::{Engine, State};

/// Limit on the recorded objects, in bytes.
const OBJECT_BYTES: usize = 64 << 10;

impl Engine {
    /// What an export asks for, with the names that its objects have here.
    pub fn export_record(&self, request: &ExportRequest) -> Value {
        let state = self.snapshot();
        let (mut requested, mut bytes) = (Vec::new(), 0);
        for entry in &request.objects {
            let entry: Value = serde_json::from_str(entry.get()).unwrap_or_default();
            let object = named(&state, &entry);
            bytes += object.to_string().len();
            if bytes > OBJECT_BYTES {
                break;
            }
            requested.push(object);
        }
        let objects = request.objects.len();
        let left_out = objects - requested.len();
        let mut value = json!({
            "structure": match request.structure {
                Structure::Blob => "BLOB",
                Structure::Zip => "ZIP",
            },
            "passphrase": request.passphrase.is_some(),
            "objects": objects,
            "requested": requested,
        });
        if left_out > 0 {
            value["requestedLeftOut"] = left_out.into();
        }
        value
    }
}

/// An entry of the list with the object's name. Objects that the engine doesn't have keep their text identifier as
/// their name.
fn named(state: &State, entry: &Value) -> Value {
    let (type_name, identifier) = (&entry["objectType"], &entry["objectIdentifier"]);
    let stored = type_name.as_str().and_then(|type_name| {
        let identifier = Identifier::from_json(identifier);
        state.objects.find(type_name, &identifier)
    });
    let own = stored.and_then(|stored| stored.name.clone());
    let text = || {
        let members = identifier.as_object()?;
        members.values().next()?.as_str().map(str::to_owned)
    };
    let mut object = json!({ "objectType": type_name, "objectIdentifier": identifier });
    if let Some(name) = own.or_else(text) {
        object["name"] = name.into();
    }
    object
}
