//! Rules about the blob, its records and the objects in them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use exportdoc::internal::blob::{ObjectRecord, SealedRecord, frame};
use exportdoc::internal::object::{ObjectKey, Revision, SyncObject};
use exportdoc::internal::passphrase::EncryptionParams;
use exportdoc::internal::sample;
use exportdoc::internal::wire::Writer;

use super::{Case, PASSPHRASE, SILENT, connector, encrypted, job, plain, recipe, replaced, with_header};
use crate::Result;
use crate::sound::{Recipe, job as numbered};

pub(super) fn cases() -> Result<Vec<Case>> {
    let mut cases = framing()?;
    cases.extend(records()?);
    cases.extend(objects()?);
    cases.extend(graph()?);
    cases.extend(encryption()?);
    cases.push(limit()?);
    Ok(cases)
}

fn framing() -> Result<Vec<Case>> {
    let document = |name: &str| plain(name)?.document();

    let mut broken = plain("framing-broken")?.parts()?;
    let at = broken.offsets()?[1];
    broken.blob[at..at + 4].copy_from_slice(&1_000_000_u32.to_le_bytes());

    let headless = plain("header-missing")?.resealed(|messages| {
        messages.remove(0);
    })?;

    let mut open = plain("trailer-missing")?.parts()?;
    let trailer = open.offsets()?.pop().unwrap_or_default();
    open.blob.truncate(trailer);

    let mut twice = plain("trailer-not-canonical")?.parts()?;
    let last = twice.messages()?.pop().unwrap_or_default();
    twice.blob.extend(frame(&last)?);

    Ok(vec![
        Case::new("framing-broken", broken.to_json()?, document("framing-broken")?),
        Case::new("header-missing", headless.to_json()?, document("header-missing")?),
        Case::new("trailer-missing", open.to_json()?, document("trailer-missing")?),
        Case::new(
            "trailer-not-canonical",
            twice.to_json()?,
            document("trailer-not-canonical")?,
        ),
    ])
}

/// A plain document with its only object record rewritten, sealed like that.
fn with_record(name: &str, change: impl FnOnce(&[u8]) -> Vec<u8>) -> Result<Vec<u8>> {
    let resealed = plain(name)?.resealed(|messages| messages[1] = change(&messages[1]))?;
    resealed.to_json()
}

fn records() -> Result<Vec<Case>> {
    let document = |name: &str| plain(name)?.document();
    let foreign = {
        let recipe = plain("export-id-mismatch")?;
        let record = ObjectRecord::encode(&sample::uuid("another export"), recipe.objects[0].as_bytes());
        with_record("export-id-mismatch", |_| record)?
    };
    let unreadable = {
        let export_id = plain("object-unreadable")?.facts.export_id;
        with_record("object-unreadable", |_| {
            ObjectRecord::encode(&export_id, b"\xff\xff")
        })?
    };
    Ok(vec![
        Case::new(
            "record-unknown",
            with_record("record-unknown", |_| {
                Writer::new().text(9, "a record of another kind").finish()
            })?,
            document("record-unknown")?,
        ),
        Case::new("export-id-mismatch", foreign, document("export-id-mismatch")?),
        Case::new(
            "object-count-mismatch",
            with_header(&plain("object-count-mismatch")?, |header| {
                header.object_count += 1;
            })?,
            document("object-count-mismatch")?,
        ),
        Case::new(
            "format-newer",
            with_header(&plain("format-newer")?, |header| {
                header.format = Some(exportdoc::internal::blob::NEWEST_KNOWN_FORMAT + 1);
            })?,
            with_header(&plain("format-newer")?, |header| {
                header.format = Some(exportdoc::internal::blob::NEWEST_KNOWN_FORMAT);
            })?,
        ),
        Case::new("object-unreadable", unreadable, document("object-unreadable")?),
        Case::new(
            "unknown-field",
            with_record("unknown-field", |record| {
                Writer::new().raw(record).text(9, "shard 3").finish()
            })?,
            document("unknown-field")?,
        ),
        Case::new(
            "redacted",
            with_header(&plain("redacted")?, |header| {
                header.marker = Some(exportdoc::internal::blob::REDACTED.to_owned());
            })?,
            document("redacted")?,
        ),
    ])
}

/// An object of any type with any data.
fn object(key: &ObjectKey, type_name: &str, data_type: &str, data: &[u8]) -> Result<SyncObject<'static>> {
    let revision = Revision {
        pair: sample::revision_pair(&format!("audited {key}"), 1),
        json: Revision::json_text(type_name, key),
        created: Some(sample::INSTALLED),
        modified: Some(sample::INSTALLED),
    };
    Ok(SyncObject::build(key, &[], &revision, data_type, data)?)
}

/// A connector with a text in a field that no table knows.
fn with_unknown_text(text: &str) -> Result<SyncObject<'static>> {
    let clinic = connector(1, &SILENT)?;
    let data = [
        clinic.data_bytes(),
        &Writer::new().wrapped_text(77, text).finish(),
    ]
    .concat();
    Ok(SyncObject::build(
        clinic.key(),
        &[],
        clinic.revision(),
        clinic.data_type(),
        &data,
    )?)
}

fn objects() -> Result<Vec<Case>> {
    let of = |name: &str, objects: Vec<SyncObject<'static>>| recipe(name, objects)?.document();
    let named = |id, name| {
        connector(
            id,
            &exportdoc::internal::object::draft::ConnectorSpec { name, ..SILENT },
        )
    };
    let policy = {
        let key = numbered(77, 1);
        let mut recipe = recipe(
            "unknown-object-type",
            vec![object(&key, "MASKING_POLICY", "EmptyData", b"")?],
        )?;
        recipe.facts.type_names.insert(77, "MASKING_POLICY".to_owned());
        recipe.document()?
    };
    let later = object(
        &numbered(10, 1),
        "DATABASE_CONNECTOR",
        "DatabaseConnectorDataV2",
        &Writer::new().text(1, "POSTGRES").finish(),
    )?;
    let no_text = {
        let clinic = connector(1, &SILENT)?;
        let mut data = clinic.data_bytes().to_vec();
        let at = memchr::memmem::find(&data, b"Clinic").ok_or("no name")?;
        data[at] = 0xff;
        SyncObject::build(clinic.key(), &[], clinic.revision(), clinic.data_type(), &data)?
    };
    let with_data = |name: &str, more: &dyn Fn(&mut Writer)| -> Result<_> {
        let clinic = connector(1, &SILENT)?;
        let mut data = Writer::new();
        more(data.raw(clinic.data_bytes()));
        let (revision, data) = (clinic.revision(), data.finish());
        let object = SyncObject::build(clinic.key(), &[], revision, clinic.data_type(), &data)?;
        of(name, vec![object])
    };
    let mut twice = plain("duplicate-object")?;
    twice.objects.push(twice.objects[0].clone());
    Ok(vec![
        Case::new(
            "duplicate-object",
            twice.document()?,
            plain("duplicate-object")?.document()?,
        ),
        Case::new(
            "unknown-object-type",
            policy,
            plain("unknown-object-type")?.document()?,
        ),
        Case::new(
            "type-contradicted",
            of(
                "type-contradicted",
                vec![object(&numbered(10, 1), "DATABASE_RULESET", "EmptyData", b"")?],
            )?,
            plain("type-contradicted")?.document()?,
        ),
        Case::new(
            "data-type-differs",
            of(
                "data-type-differs",
                vec![object(
                    &numbered(10, 1),
                    "DATABASE_CONNECTOR",
                    "DomainData",
                    &Writer::new().text(1, "SSN").finish(),
                )?],
            )?,
            plain("data-type-differs")?.document()?,
        ),
        Case::new(
            "secrets-unknown",
            of("secrets-unknown", vec![later.clone()])?,
            plain("secrets-unknown")?.document()?,
        ),
        Case::new(
            "possible-key",
            of(
                "possible-key",
                vec![with_unknown_text(&STANDARD.encode(sample::key_bytes("a key")))?],
            )?,
            of(
                "possible-key",
                vec![with_unknown_text(&hex::encode(sample::key_bytes("a key")))?],
            )?,
        ),
        Case::new(
            "unknown-data",
            of("unknown-data", vec![later])?,
            plain("unknown-data")?.document()?,
        ),
        Case::new(
            "field-repeated",
            // An engine reads the name of before.
            with_data("field-repeated", &|data| _ = data.bytes(8, b""))?,
            of("field-repeated", vec![named(1, "Clinic")?])?,
        ),
        Case::new(
            "field-type-differs",
            with_data("field-type-differs", &|data| _ = data.varint(8, 1))?,
            of("field-type-differs", vec![named(1, "Clinic")?])?,
        ),
        Case::new(
            "invalid-utf8",
            of("invalid-utf8", vec![no_text])?,
            of("invalid-utf8", vec![named(1, "Klinik Zürich")?])?,
        ),
        Case::new(
            "duplicate-name",
            of("duplicate-name", vec![named(1, "Clinic")?, named(2, "Clinic")?])?,
            of("duplicate-name", vec![named(1, "Clinic")?, named(2, "clinic")?])?,
        ),
        Case::new(
            "name-refused",
            of("name-refused", vec![named(1, "Clinic (old)")?])?,
            of("name-refused", vec![named(1, "Clinic - old_1.0 & more")?])?,
        ),
    ])
}

fn graph() -> Result<Vec<Case>> {
    let whole = |name: &str| job(name, "")?.document();
    let position = |recipe: &Recipe, number| {
        let mut objects = recipe.objects.iter();
        objects
            .position(|object| object.key().type_number == number)
            .ok_or("no such object")
    };

    let recipe = job("missing-dependency", "")?;
    let dropped = position(&recipe, 10)?;
    let mut header = recipe.header();
    header.object_count -= 1;
    let mut missing = recipe.resealed(|messages| {
        messages[0] = header.encode();
        messages.remove(dropped + 1);
    })?;
    if let Some(rows) = &mut missing.metadata.exported {
        rows.retain(|row| row.object_type.as_deref() != Some("DATABASE_CONNECTOR"));
    }

    let mut cyclic = job("dependency-cycle", "")?;
    let at = position(&cyclic, 10)?;
    let clinic = &cyclic.objects[at];
    let needs = [numbered(20, 1)];
    cyclic.objects[at] = SyncObject::build(
        clinic.key(),
        &needs,
        clinic.revision(),
        clinic.data_type(),
        clinic.data_bytes(),
    )?;

    let pair = vec![
        connector(1, &SILENT)?,
        connector(
            2,
            &exportdoc::internal::object::draft::ConnectorSpec {
                name: "Shop",
                ..SILENT
            },
        )?,
    ];
    let mut orphan = super::recipe("orphan-object", pair.clone())?;
    orphan.facts.requested.truncate(1);
    Ok(vec![
        Case::new(
            "missing-dependency",
            missing.to_json()?,
            whole("missing-dependency")?,
        ),
        Case::new("dependency-cycle", cyclic.document()?, whole("dependency-cycle")?),
        Case::new(
            "orphan-object",
            orphan.document()?,
            super::recipe("orphan-object", pair)?.document()?,
        ),
    ])
}

fn encryption() -> Result<Vec<Case>> {
    let recipe = plain("encryption-unknown")?;
    let mut header = recipe.header();
    header.encryption = Some(Writer::new().text(9, "another scheme").finish());
    let ciphertext: Vec<u8> = sample::key_bytes("ciphertext").repeat(4);
    let sealed = SealedRecord::encode(&recipe.facts.export_id, &ciphertext);
    let unknown = recipe.resealed(|messages| *messages = vec![header.encode(), sealed])?;
    let closed = |name: &str| encrypted(plain(name)?, PASSPHRASE);
    let contradicted = {
        let recipe = plain("encryption-contradicted")?;
        let mut header = recipe.header();
        header.encryption = Some(EncryptionParams::new([7; 8], 1000)?.encode());
        recipe.resealed(|messages| messages[0] = header.encode())?
    };
    Ok(vec![
        Case::new(
            "encryption-contradicted",
            contradicted.to_json()?,
            closed("encryption-contradicted")?,
        ),
        Case::new("encrypted", closed("encrypted")?, plain("encrypted")?.document()?),
        Case::new(
            "not-encrypted",
            plain("not-encrypted")?.document()?,
            closed("not-encrypted")?,
        ),
        Case::new(
            "encryption-unknown",
            unknown.to_json()?,
            closed("encryption-unknown")?,
        ),
        Case::new(
            "passphrase-wrong",
            encrypted(plain("passphrase-wrong")?, "something else")?,
            closed("passphrase-wrong")?,
        )
        .with("passphrase", format!("{PASSPHRASE}\n")),
    ])
}

/// A list entry with as many members as are read, and one with one more.
fn limit() -> Result<Case> {
    let with_members = |count: usize| {
        let more: Vec<String> = (0..count).map(|n| format!(",\"m{n}\":0")).collect();
        let end = "}],\"exportedObjectList\"";
        replaced(
            plain("limit-hit")?.document()?,
            end,
            &format!("{}{end}", more.concat()),
        )
    };
    // An entry has two members of its own.
    Ok(Case::new("limit-hit", with_members(63)?, with_members(62)?))
}
