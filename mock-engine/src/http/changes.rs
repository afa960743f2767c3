//! Changed fields as the admin API shows them.

use exportdoc::internal::diff::{FieldChange, Value as Shown};
use serde_json::{Map, Value, json};

use crate::engine::clock::api_date;

/// The changes of an object.
pub(super) fn shown(changes: &[FieldChange]) -> Vec<Value> {
    changes.iter().map(change).collect()
}

/// A change; a side without the field has no member.
fn change(change: &FieldChange) -> Value {
    let mut json = json!({ "path": change.path.to_string() });
    for (name, side) in [("before", &change.old), ("after", &change.new)] {
        if let Some(side) = side {
            json[name] = value(side);
        }
    }
    if let Some(secret) = &change.secret {
        json["linesAdded"] = secret.added.into();
        json["linesRemoved"] = secret.removed.into();
    }
    json
}

/// A value. Hidden and large ones are shown by their digest.
fn value(value: &Shown) -> Value {
    match value {
        Shown::Text { text, cut: 0 } => text.as_str().into(),
        Shown::Text { text, cut } => json!({ "text": text, "bytesLeftOut": cut }),
        Shown::Int(number) => (*number).into(),
        Shown::Time(ms) => api_date(*ms).into(),
        Shown::Unsigned(number) => (*number).into(),
        Shown::Digest(digest) => json!({
            "hidden": digest.secret, "count": digest.count, "bytes": digest.bytes, "sha256Prefix": digest.sha256,
        }),
        Shown::Message { fields, brief } => {
            let brief = brief.iter();
            let brief = brief.map(|(name, value)| ((*name).to_owned(), value.as_str().into()));
            json!({ "fields": fields, "brief": brief.collect::<Map<_, _>>() })
        }
        Shown::Order => json!({ "order": "another" }),
    }
}
