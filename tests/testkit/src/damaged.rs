//! Files that are no documents, truncated documents, and documents that break a rule of engines.

use exportdoc::internal::blob::{Trailer, frame};
use exportdoc::internal::object::SyncObject;
use exportdoc::internal::signature::{PARAMETER_SETS, ParameterSet};

use crate::der;
use crate::parts::{Parts, framed};
use crate::sound::{Recipe, job};
use crate::{Named, Result};

/// Characters of base64 in one line, as MIME has it.
const LINE: usize = 76;

pub(crate) fn documents() -> Result<Named> {
    let mut documents = vec![
        ("empty", Vec::new()),
        (
            "not-json",
            text("<!DOCTYPE html>\n<html><head><title>Log in</title></head></html>\n"),
        ),
        (
            "error-answer",
            text(r#"{"errorMessage":"The object MASKING_JOB with id 99 does not exist."}"#),
        ),
        (
            "syncable-objects",
            text(
                r#"{"_pageInfo":{"numberOnPage":2,"total":2},"responseList":[{"objectIdentifier":{"id":4},"objectType":"MASKING_JOB","revisionHash":"1f2e3d4c5b6a79880f1e2d3c4b5a69788f9eadbc"},{"objectIdentifier":{"id":"global"},"objectType":"GLOBAL_OBJECT","revisionHash":"0a1b2c3d4e5f60718293a4b5c6d7e8f901234567"}]}"#,
            ),
        ),
        (
            "array",
            text(r#"[{"objectIdentifier":{"id":4},"objectType":"MASKING_JOB"}]"#),
        ),
    ];
    documents.extend(cut()?);
    documents.extend(framing()?);
    documents.extend(graph()?);
    documents.extend(metadata()?);
    documents.extend(encoding()?);
    documents.extend(members()?);
    documents.extend(keys()?);
    documents.extend(signatures()?);
    Ok(documents)
}

fn text(text: &str) -> Vec<u8> {
    text.as_bytes().to_vec()
}

fn small(name: &str) -> Result<Parts> {
    Recipe::small(name)?.parts()
}

fn json(name: &'static str, parts: &Parts) -> Result<(&'static str, Vec<u8>)> {
    Ok((name, parts.to_json()?))
}

fn cut() -> Result<Named> {
    let mut inside = small("truncated-in-blob")?;
    // Whole groups of base64, so that only the framing shows it.
    inside.blob.truncate(inside.blob.len() * 2 / 3 / 3 * 3);
    let mut file = small("truncated-file")?.to_json()?;
    file.truncate(file.len() * 2 / 3);
    Ok(vec![
        json("truncated-in-blob", &inside)?,
        ("truncated-file", file),
    ])
}

fn framing() -> Result<Named> {
    let mut documents = Vec::new();

    let mut parts = small("no-trailer")?;
    let trailer = parts.offsets()?.pop().unwrap_or_default();
    parts.blob.truncate(trailer);
    documents.push(json("no-trailer", &parts)?);

    let mut parts = small("two-trailers")?;
    let last = parts.messages()?.pop().unwrap_or_default();
    parts.blob.extend(frame(&last)?);
    documents.push(json("two-trailers", &parts)?);

    // The last object goes behind the trailer, out of reach of the signature.
    let recipe = Recipe::small("record-after-trailer")?;
    let mut moved = None;
    let mut parts = recipe.resealed(|messages| moved = messages.pop())?;
    parts.blob.extend(frame(&moved.unwrap_or_default())?);
    documents.push(json("record-after-trailer", &parts)?);

    let parts = Recipe::small("header-missing")?.resealed(|messages| {
        messages.remove(0);
    })?;
    documents.push(json("header-missing", &parts)?);

    let parts = Recipe::small("zero-length-record")?.resealed(|messages| messages.insert(4, Vec::new()))?;
    documents.push(json("zero-length-record", &parts)?);

    for (name, length) in [("length-past-end", 1_000_000_u32), ("length-4gib", u32::MAX)] {
        let mut parts = small(name)?;
        let at = parts.offsets()?[4];
        parts.blob[at..at + 4].copy_from_slice(&length.to_le_bytes());
        documents.push(json(name, &parts)?);
    }
    Ok(documents)
}

fn graph() -> Result<Named> {
    let mut documents = Vec::new();

    let mut recipe = Recipe::small("cyclic")?;
    let connector = position(&recipe.objects, 10)?;
    recipe.objects[connector] = rebuilt(&recipe.objects[connector], |dependencies, _| {
        dependencies.push(job(20, 7));
    })?;
    documents.push(("cyclic", recipe.document()?));

    // As an engine lists it, minus one object and its row: the other rows keep the hashes of the whole.
    let recipe = Recipe::small("missing-dependency")?;
    let dropped = position(&recipe.objects, 18)?;
    let mut header = recipe.header();
    header.object_count -= 1;
    let mut parts = recipe.resealed(|messages| {
        messages[0] = header.encode();
        messages.remove(dropped + 1);
    })?;
    let identifier = &recipe.objects[dropped].key().identifier;
    if let Some(rows) = &mut parts.metadata.exported {
        rows.retain(|row| {
            row.object_type.as_deref() != Some("ALGORITHM_REFERENCE")
                || row.identifier.as_ref() != Some(identifier)
        });
    }
    documents.push(json("missing-dependency", &parts)?);

    let mut recipe = Recipe::small("duplicate-object")?;
    recipe.objects.push(recipe.objects[2].clone());
    documents.push(("duplicate-object", recipe.document()?));

    let mut recipe = Recipe::small("invalid-utf8")?;
    let connector = position(&recipe.objects, 10)?;
    recipe.objects[connector] = rebuilt(&recipe.objects[connector], |_, data| {
        // The first letter of the connector's name becomes a byte that no UTF-8 text has.
        if let Some(at) = memchr::memmem::find(data, b"Orders") {
            data[at] = 0xff;
        }
    })?;
    documents.push(("invalid-utf8", recipe.document()?));
    Ok(documents)
}

fn position(objects: &[SyncObject<'_>], type_number: u64) -> Result<usize> {
    objects
        .iter()
        .position(|object| object.key().type_number == type_number)
        .ok_or_else(|| format!("no object of type {type_number}").into())
}

fn rebuilt(
    object: &SyncObject<'_>,
    change: impl FnOnce(&mut Vec<exportdoc::internal::object::ObjectKey>, &mut Vec<u8>),
) -> Result<SyncObject<'static>> {
    let (mut dependencies, mut data) = (object.dependencies().to_vec(), object.data_bytes().to_vec());
    change(&mut dependencies, &mut data);
    Ok(SyncObject::build(
        object.key(),
        &dependencies,
        object.revision(),
        object.data_type(),
        &data,
    )?)
}

fn metadata() -> Result<Named> {
    let mut documents = Vec::new();
    for (name, date) in [
        ("wrong-weekday", "Wed May 07 19:16:49 UTC 2019"),
        ("ambiguous-zone", "Tue May 07 14:16:49 CST 2019"),
    ] {
        let mut parts = small(name)?;
        parts.metadata.export_date = Some(date.to_owned());
        documents.push(json(name, &parts)?);
    }
    let mut document = String::from_utf8(small("snake-case-metadata")?.to_json()?)?;
    for (camel, snake) in [
        ("exportHost", "export_host"),
        ("exportDate", "export_date"),
        ("requestedObjectList", "requested_object_list"),
        ("exportedObjectList", "exported_object_list"),
        ("objectIdentifier", "object_identifier"),
        ("objectType", "object_type"),
        ("revisionHash", "revision_hash"),
        ("algorithmName", "algorithm_name"),
    ] {
        document = document.replace(&format!("\"{camel}\":"), &format!("\"{snake}\":"));
    }
    documents.push(("snake-case-metadata", document.into_bytes()));
    Ok(documents)
}

fn encoding() -> Result<Named> {
    let bom = [b"\xef\xbb\xbf", &small("bom")?.to_json()?[..]].concat();

    let parts = small("line-breaks")?;
    let broken = parts.texts().map(|text| {
        text.as_bytes()
            .chunks(LINE)
            .map(|line| String::from_utf8_lossy(line).into_owned() + "\r\n")
            .collect()
    });
    let line_breaks = parts.with_texts(&broken)?;

    let parts = small("url-alphabet")?;
    let url_alphabet =
        parts.with_texts(&parts.texts().map(|text| text.replace('+', "-").replace('/', "_")))?;

    let parts = small("missing-padding")?;
    let stripped = parts.texts().map(|text| text.trim_end_matches('=').to_owned());
    let missing_padding = parts.with_texts(&stripped)?;
    if missing_padding.len() == parts.to_json()?.len() {
        return Err("no member of missing-padding has padding; give it another name".into());
    }

    // In the three texts only: quotes and other escapes of the metadata stay.
    let parts = small("escaped")?;
    let whole = String::from_utf8(parts.to_json()?)?;
    let escaped = ["blob", "signature", "publicKey"]
        .iter()
        .try_fold(whole, |document, name| {
            let (before, rest) = document.split_once(&format!("\"{name}\":\""))?;
            let (value, after) = rest.split_once('"')?;
            let value = value.replace('/', "\\/").replace('=', "\\u003d");
            Some(format!("{before}\"{name}\":\"{value}\"{after}"))
        });
    let escaped = escaped.ok_or("a member is missing")?.into_bytes();

    Ok(vec![
        ("bom", bom),
        ("line-breaks", line_breaks),
        ("url-alphabet", url_alphabet),
        ("missing-padding", missing_padding),
        ("escaped", escaped),
    ])
}

fn members() -> Result<Named> {
    // Two blobs: which one an importing engine takes depends on its JSON parser.
    let parts = small("duplicate-key")?;
    let other = small("duplicate-key, the other")?.texts().blob;
    let document = String::from_utf8(parts.to_json()?)?;
    let duplicate = document.replacen("\"blob\":", &format!("\"blob\":\"{other}\",\"blob\":"), 1);

    let document = String::from_utf8(small("unknown-member")?.to_json()?)?;
    let unknown = document.replacen("\"blob\":", "\"comment\":\"kept for the audit\",\"blob\":", 1);
    Ok(vec![
        ("duplicate-key", duplicate.into_bytes()),
        ("unknown-member", unknown.into_bytes()),
    ])
}

/// The parameters of 512-bit keys.
fn parameters() -> Result<&'static ParameterSet> {
    Ok(PARAMETER_SETS
        .iter()
        .find(|set| set.p.len() == 64)
        .ok_or("no 512-bit parameters")?)
}

fn keys() -> Result<Named> {
    let set = parameters()?;
    let own = [set.p, set.q, set.g];
    let huge = [0xff; 30_000 / 8];
    let mut documents = Vec::new();
    for (name, parameters, y) in [
        ("key-30000-bits", [&huge, set.q, &[2]], &[4][..]),
        ("key-y-zero", own, &[0]),
        ("key-y-one", own, &[1]),
        ("key-y-p", own, set.p),
    ] {
        let mut parts = small(name)?;
        parts.public_key = der::public_key(parameters, y);
        documents.push(json(name, &parts)?);
    }
    Ok(documents)
}

fn signatures() -> Result<Named> {
    let q = parameters()?.q;
    let above: Vec<u8> = [&q[..q.len() - 1], &[q[q.len() - 1] + 2]].concat();
    let one = &[1][..];
    let mut documents = Vec::new();
    for (name, r, s) in [
        ("signature-r-zero", &[0][..], one),
        ("signature-s-zero", one, &[0]),
        ("signature-r-q", q, one),
        ("signature-s-q", one, q),
        ("signature-r-above-q", &above, one),
        ("signature-s-above-q", one, &above),
    ] {
        let recipe = Recipe::small(name)?;
        let mut parts = recipe.parts()?;
        let mut messages = parts.messages()?;
        messages.pop();
        parts.signature = der::signature(r, s);
        let trailer = Trailer::encode(&recipe.facts.export_id, &parts.signature);
        parts.blob = [framed(&messages)?, frame(&trailer)?].concat();
        documents.push(json(name, &parts)?);
    }
    Ok(documents)
}
