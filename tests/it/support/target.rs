//! Builds saved answers of list requests and target states from them.

use exportdoc::internal::import_plan::{Identity, Location, Lookup, Presence, TargetInventory, TypeSelector};
use exportdoc::internal::target_state::{TargetState, TargetStateBuilder};
use serde_json::{Value, json};

pub(crate) fn state(sources: &[Value]) -> TargetState {
    let mut builder = TargetStateBuilder::new();
    for (n, source) in sources.iter().enumerate() {
        builder
            .add(&n.to_string(), source.to_string().as_bytes(), &[])
            .unwrap();
    }
    builder.finish().unwrap()
}

pub(crate) fn page(total: usize, entries: &[Value]) -> Value {
    json!({ "_pageInfo": { "numberOnPage": entries.len(), "total": total }, "responseList": entries })
}

pub(crate) fn entry(type_name: &str, identifier: Value) -> Value {
    let hash = "0123456789012345678901234567890123456789";
    json!({ "objectIdentifier": identifier, "objectType": type_name, "revisionHash": hash })
}

/// `present`, `absent` or `unknown` for an object with a name.
pub(crate) fn ask(state: &TargetState, type_name: &str, place: Location, name: &str) -> &'static str {
    let answer = state.find(&Lookup {
        types: TypeSelector::Type(type_name),
        location: place,
        identity: Identity::Name(name),
    });
    match answer {
        Presence::Present(object) => {
            assert_eq!(object.type_name, type_name);
            "present"
        }
        Presence::Absent => "absent",
        Presence::Unknown { needs } => {
            assert!(!needs.is_empty());
            "unknown"
        }
    }
}

pub(crate) fn testdata(name: &str) -> Vec<u8> {
    std::fs::read(format!(
        "{}/testdata/generated/{name}",
        env!("CARGO_MANIFEST_DIR")
    ))
    .unwrap()
}

/// The state of a target from files and lists.
pub(crate) fn state_of(files: &[&[u8]], lists: &[Value]) -> TargetState {
    let mut builder = TargetStateBuilder::new();
    for file in files {
        builder.add("file", file, &[]).unwrap();
    }
    for list in lists {
        builder.add("list", list.to_string().as_bytes(), &[]).unwrap();
    }
    builder.finish().unwrap()
}
