//! Tells by its first value what a source is.
//!
//! Invariant: looking costs no memory: values are skipped, never kept.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::StateError;
use crate::envelope::Envelope;

/// What a source seems to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Document,
    Dump,
    Lists,
}

/// What is seen of the first value.
#[derive(Debug, Default)]
struct Seen {
    array: bool,
    blob: bool,
    list: bool,
    objects: bool,
    tables: bool,
    entry: bool,
}

/// Looks at a source.
pub(super) fn of(bytes: &[u8]) -> Result<Shape, StateError> {
    let bytes = without_mark(bytes);
    let first = serde_json::Deserializer::from_slice(bytes)
        .into_iter::<Seen>()
        .next();
    match first {
        Some(Ok(Seen { blob: true, .. })) => Ok(Shape::Document),
        Some(Ok(Seen {
            objects: true,
            tables: true,
            ..
        })) => Ok(Shape::Dump),
        Some(Ok(Seen { list: true, .. } | Seen { entry: true, .. } | Seen { array: true, .. })) => {
            Ok(Shape::Lists)
        }
        // Whatever else there is, the reader of documents knows to say.
        _ => match Envelope::parse(bytes) {
            Err(error) => Err(StateError::Unrecognised(error)),
            Ok(_) => Ok(Shape::Document),
        },
    }
}

/// Windows editors put a byte order mark before the text.
pub(super) fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

impl<'de> Deserialize<'de> for Seen {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Look)
    }
}

struct Look;

impl<'de> Visitor<'de> for Look {
    type Value = Seen;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or an array")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Seen, A::Error> {
        let mut seen = Seen::default();
        while let Some(key) = map.next_key::<std::borrow::Cow<'_, str>>()? {
            match &*key {
                "blob" | "exportResponseMetadata" => seen.blob = true,
                "responseList" => seen.list = true,
                "objects" => seen.objects = true,
                "tables" => seen.tables = true,
                "objectIdentifier" => seen.entry = true,
                _ => {}
            }
            map.next_value::<IgnoredAny>()?;
        }
        Ok(seen)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Seen, A::Error> {
        let mut import_result = false;
        let mut first = true;
        while let Some(entry) = seq.next_element::<Entry>()? {
            import_result |= std::mem::take(&mut first) && entry.import_status;
        }
        // The answer to an import is an array, too, but says what was done, not what there is.
        Ok(Seen {
            array: !import_result,
            ..Seen::default()
        })
    }
}

struct Entry {
    import_status: bool,
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct LookInside;
        impl<'de> Visitor<'de> for LookInside {
            type Value = Entry;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an entry or a page")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entry, A::Error> {
                let mut import_status = false;
                while let Some(key) = map.next_key::<std::borrow::Cow<'_, str>>()? {
                    import_status |= key == "importStatus";
                    map.next_value::<IgnoredAny>()?;
                }
                Ok(Entry { import_status })
            }
        }
        deserializer.deserialize_map(LookInside)
    }
}
