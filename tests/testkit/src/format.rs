//! Documents for other readers of the format, with what a reader should find: `testdata/format`.
//!
//! The expected values come from the objects that a document is made of, not from reading it.

use std::collections::BTreeMap;

use exportdoc::internal::blob::{BlobLimits, RecordReader};
use exportdoc::internal::date::iso_millis;
use exportdoc::internal::graph::Graph;
use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::object::draft::{
    AlgorithmInfo, Draft, domain, global_key, global_object, lookup, setting,
};
use exportdoc::internal::object::{ObjectKey, Revision, SyncObject, type_of};
use exportdoc::internal::reuse::requested_row;
use exportdoc::internal::revision_hash;
use exportdoc::internal::sample;
use exportdoc::internal::signature::KeySize;
use exportdoc::internal::wire::{Message, Writer};
use serde_json::{Value, json};

use crate::parts::Parts;
use crate::sound::{Recipe, STARTED, job};
use crate::{ByName, Named, Result};

/// A sealed document and what it is made of.
type Vector = (&'static str, Parts, Recipe);

/// The files.
pub(crate) fn files() -> Result<ByName> {
    let mut files = BTreeMap::new();
    for (name, parts, recipe) in [
        one_object()?,
        domain_chain()?,
        identifiers()?,
        whole_job()?,
        wire_forms()?,
        later_type()?,
    ] {
        files.insert(format!("{name}.json"), parts.to_json()?);
        let mut expected = serde_json::to_vec_pretty(&expected(&recipe))?;
        expected.push(b'\n');
        files.insert(format!("{name}.expected.json"), expected);
    }
    for (name, document) in broken()? {
        files.insert(format!("broken/{name}.json"), document);
    }
    Ok(files)
}

fn expected(recipe: &Recipe) -> Value {
    let graph = Graph::of(&recipe.objects);
    let hashes = revision_hash::of_all(&graph, revision_hash::DEFAULT_WORK);
    let named = |id: usize| {
        let object = &recipe.objects[id];
        (
            type_of(object, &BTreeMap::new()),
            object.key().identifier.to_json(),
        )
    };
    let objects = recipe.objects.iter().enumerate().map(|(id, object)| {
        let (type_name, identifier) = named(id);
        let needed = graph.nodes()[id].dependencies.iter().map(|needed| {
            let (type_name, identifier) = named(*needed);
            json!({ "type": type_name, "identifier": identifier })
        });
        let Revision {
            pair,
            created,
            modified,
            ..
        } = object.revision();
        json!({
            "type_number": object.key().type_number,
            "type": type_name,
            "identifier": identifier,
            "dependencies": needed.collect::<Vec<_>>(),
            "revision": { "object": pair.object, "save": pair.save },
            "created": created,
            "modified": modified,
            "data_type": object.data_type(),
            "revision_hash": hashes[id],
        })
    });
    json!({
        "export_id": recipe.facts.export_id,
        "started": iso_millis(recipe.facts.started),
        "format": recipe.facts.format,
        "object_count": recipe.objects.len(),
        "objects": objects.collect::<Vec<_>>(),
    })
}

/// A draft saved once, with a pair that derives from the document's name.
fn saved(vector: &str, draft: Draft) -> Result<SyncObject<'static>> {
    let pair = sample::revision_pair(&format!("{vector} {}", draft.key.identifier), 1);
    Ok(draft.finish(pair, STARTED - 86_400_000, STARTED - 3_600_000)?)
}

fn sealed(name: &'static str, root: ObjectKey, drafts: Vec<Draft>) -> Result<Vector> {
    let objects = drafts.into_iter().map(|draft| saved(name, draft));
    let recipe = Recipe::new(name, &root, objects.collect::<Result<_>>()?, KeySize::Dsa512)?;
    Ok((name, recipe.parts()?, recipe))
}

fn one_object() -> Result<Vector> {
    let object = setting(7, "mask", "DatabaseCommitSize", "1000");
    sealed("one-object", object.key.clone(), vec![object])
}

/// A domain with its algorithm and a setting: the example of the revision hash in `docs/format.md`.
fn domain_chain() -> Result<Vector> {
    let setting = setting(3, "algorithm", "AlgorithmVersion", "2");
    let info = AlgorithmInfo {
        name: "RoomLookup",
        description: "Names of rooms",
        date: "2019-05-07",
    };
    let mut lookup = lookup(
        info,
        ["Attic", "Cellar"],
        [9; 16],
        STARTED,
        std::slice::from_ref(&setting.key),
    );
    lookup.data = as_engines_write(&lookup.data)?;
    let domain = domain(
        "ROOM",
        "Guests",
        "RoomLookup",
        None,
        std::slice::from_ref(&lookup.key),
    );
    sealed("domain", domain.key.clone(), vec![domain, lookup, setting])
}

/// The data of a lookup with the rows and the kind of an engine's.
fn as_engines_write(data: &[u8]) -> Result<Vec<u8>> {
    const ROWS: &str = "<?xml version=\"1.0\" ?><rows><row id=\"-2\" value=\"\"></row><row id=\"-3\" value=\" \"></row>\
        <row id=\"0\" value=\"Attic\"></row><row id=\"1\" value=\"Caf\u{e9} &amp; cellar\"></row></rows>";
    let mut writer = Writer::new();
    for field in Message::parse(data)?.fields() {
        match field.number {
            4 => writer.text(4, "B"),
            6 => writer.text(6, ROWS),
            _ => writer.raw(field.raw),
        };
    }
    Ok(writer.finish())
}

/// Every form of identifier, with values that are easily read wrong.
fn identifiers() -> Result<Vector> {
    let settings = [0, -1, i64::MAX].map(|id| setting(id, "mask", &format!("Setting {id}"), "on"));
    let domains = ["Größe \"XL\"", "a/b", ""].map(|name| domain(name, "", "", None, &[]));
    let mut drafts = vec![global_key([1; 16])];
    drafts.extend(settings);
    drafts.extend(domains);
    let keys: Vec<_> = drafts.iter().map(|draft| draft.key.clone()).collect();
    drafts.push(global_object(&keys));
    let root = ObjectKey::new(13, Identifier::Text("global".to_owned()));
    let (name, _, recipe) = sealed("identifiers", root, drafts)?;
    let export_id = &recipe.facts.export_id;
    let parts = recipe.resealed(|messages| {
        for (message, object) in messages.iter_mut().skip(1).zip(&recipe.objects) {
            let object = without_empty_values(object.as_bytes()).unwrap_or_default();
            *message = Writer::new().text(1, export_id).bytes(2, &object).finish();
        }
    })?;
    Ok((name, parts, recipe))
}

/// An object message in which no identifier writes a 0 or an empty text, as protobuf does.
fn without_empty_values(object: &[u8]) -> Result<Vec<u8>> {
    let mut writer = Writer::new();
    for field in Message::parse(object)?.fields() {
        let (1 | 2, Some(identifier)) = (field.number, field.bytes()) else {
            writer.raw(field.raw);
            continue;
        };
        let mut written = Writer::new();
        for part in Message::parse(identifier)?.fields() {
            let (2, Some(any)) = (part.number, part.bytes()) else {
                written.raw(part.raw);
                continue;
            };
            let mut kept = Writer::new();
            for value in Message::parse(any)?.fields() {
                // Field 1 with nothing in it.
                if !(value.number == 2 && matches!(value.bytes(), Some([0x08 | 0x0a, 0]))) {
                    kept.raw(value.raw);
                }
            }
            written.bytes(2, &kept.finish());
        }
        writer.bytes(field.number, &written.finish());
    }
    Ok(writer.finish())
}

/// A job with everything that it needs, references included.
fn whole_job() -> Result<Vector> {
    let recipe = Recipe::small("format job")?;
    Ok(("job", recipe.parts()?, recipe))
}

/// An object whose number and data no table has.
fn later_type() -> Result<Vector> {
    let key = job(78, 1);
    let needed = saved("later-type", setting(1, "mask", "Retention", "2"))?;
    let revision = Revision {
        pair: sample::revision_pair("later-type policy", 1),
        json: Revision::json_text("RETENTION_POLICY", &key),
        created: Some(STARTED),
        modified: None,
    };
    let data = Writer::new().text(1, "two years").finish();
    let policy = SyncObject::build(
        &key,
        &[needed.key().clone()],
        &revision,
        "RetentionPolicyData",
        &data,
    )?;
    let mut recipe = Recipe::new("later-type", &key, vec![policy, needed], KeySize::Dsa512)?;
    recipe.facts.requested = vec![requested_row(
        &key,
        &BTreeMap::from([(78, "RETENTION_POLICY".to_owned())]),
    )?];
    Ok(("later-type", recipe.parts()?, recipe))
}

/// The domain of [`domain_chain`], in forms that no engine writes and every protobuf reader accepts.
fn wire_forms() -> Result<Vector> {
    let (_, _, mut recipe) = domain_chain()?;
    recipe.facts.export_id = sample::uuid("export wire-forms");
    let object = recipe.objects.first().ok_or("no domain")?.clone();
    let revision = object.revision();
    let mut own = Writer::new();
    own.varint(1, (1 << 32) + object.key().type_number)
        .message(2, |any| {
            any.text(1, "example.com/of/IntegerIdentifier");
        })
        .message(2, |any| {
            any.bytes(2, &Writer::new().text(1, "ROOM").finish())
                .text(1, "example.com/of/StringIdentifier");
        });
    let mut message = Writer::new();
    // Fields out of order, and fields that nothing here knows, in each wire type.
    message
        .message(4, |any| {
            any.text(1, "example.com/of/DomainData");
        })
        .raw(&[(20 << 3) | 1, 0x01, 1, 2, 3, 4, 5, 6, 7, 8])
        .raw(&[(9 << 3) | 5, 1, 2, 3, 4])
        // A known number with another wire type is an unknown field.
        .varint(3, 7);
    // One message in two parts: protobuf merges them, and the last value of a field counts.
    message.message(3, |part| {
        part.text(1, "overwritten").text(2, &revision.pair.save).int(5, 1);
    });
    message.message(3, |part| {
        part.text(1, &revision.pair.object).text(3, &revision.json);
        part.int(5, revision.created.unwrap_or_default());
        part.raw(&long_varint(6, revision.modified.unwrap_or_default()));
    });
    for needed in object.dependencies().iter().chain(object.dependencies()) {
        message.message(2, |w| needed.write(w));
    }
    message.bytes(1, &own.finish()).message(4, |any| {
        any.bytes(2, object.data_bytes());
    });
    let message = message.finish();
    let parts = recipe
        .parts()?
        .reseal(&recipe.key, recipe.rule, &recipe.facts.export_id, |messages| {
            let export_id = &recipe.facts.export_id;
            messages[1] = Writer::new()
                .bytes(2, &message)
                .text(1, export_id)
                .text(9, "later")
                .finish();
        })?;
    Ok(("wire-forms", parts, recipe))
}

/// A number in ten bytes, the most that a varint may have.
fn long_varint(number: u8, value: i64) -> Vec<u8> {
    let groups = (0..9).map(|group| (value >> (7 * group)) as u8 | 0x80);
    [number << 3].into_iter().chain(groups).chain([0]).collect()
}

/// Documents that every reader should refuse.
fn broken() -> Result<Named> {
    let cut = |length: usize| -> Result<Vec<u8>> {
        let (_, mut parts, _) = one_object()?;
        parts.blob.truncate(length);
        parts.to_json()
    };
    let (_, parts, _) = one_object()?;
    let mut reader = RecordReader::new(parts.blob.as_slice(), BlobLimits::default());
    reader.next_record()?;
    let header = reader.offset() as usize;
    let mut empty = parts.clone();
    empty.blob.splice(header..header, [0; 4]);
    let (_, _, recipe) = one_object()?;
    // The document with another object message.
    let with = |object: &[u8]| -> Result<Vec<u8>> {
        let sealed = recipe.resealed(|messages| {
            messages[1] = Writer::new()
                .text(1, &recipe.facts.export_id)
                .bytes(2, object)
                .finish();
        })?;
        sealed.to_json()
    };
    let object = recipe.objects.first().ok_or("no object")?.as_bytes();
    let mut cut_occurrence = Writer::new();
    for field in Message::parse(object)?.fields() {
        match (field.number, field.bytes()) {
            (3, Some(revision)) => {
                let (first, second) = revision.split_at(20);
                cut_occurrence.bytes(3, first).bytes(3, second);
            }
            _ => {
                cut_occurrence.raw(field.raw);
            }
        }
    }
    let letters = String::from_utf8(parts.to_json()?)?.replacen("\"blob\":\"", "\"blob\":\"#", 1);
    Ok(vec![
        ("half-a-length", cut(header + 2)?),
        ("record-past-end", cut(header + 40)?),
        ("empty-record", empty.to_json()?),
        // Field 1 as a varint of eleven bytes.
        ("long-varint", with(&[&[1 << 3][..], &[0x80; 10], &[0]].concat())?),
        ("field-past-end", with(&[object, &[(7 << 3) | 2, 9, 1]].concat())?),
        ("wire-type", with(&[object, &[(7 << 3) | 7, 1]].concat())?),
        ("cut-occurrence", with(&cut_occurrence.finish())?),
        ("bad-base64", letters.into_bytes()),
    ])
}
