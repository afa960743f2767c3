//! Rules about signature and key.

use exportdoc::internal::blob::{Trailer, frame};
use exportdoc::internal::build::{Extras, unsigned_to};
use exportdoc::internal::signature::{KeySize, PARAMETER_SETS, SigningKey};

use super::{Case, altered, plain, with_header};
use crate::parts::framed;
use crate::sound::{Recipe, engine_like};
use crate::{Result, der};

pub(super) fn cases() -> Result<Vec<Case>> {
    let sealed = |name: &str| plain(name)?.document();
    let engines = |name: &str| engine_like(plain(name)?);
    let strong = |name: &str| -> Result<Vec<u8>> { sized(plain(name)?, name, KeySize::Dsa2048)?.document() };
    let trusted = plain("key-not-trusted, the trusted one")?;
    let fingerprint = trusted.key.public_key().facts().fingerprint.to_string();

    let flipped = altered("signature-invalid", |parts| {
        // A letter of the connector's name: no hash covers it, only the signature.
        if let Some(at) = memchr::memmem::find(&parts.blob, b"Clinic") {
            parts.blob[at] ^= 1;
        }
    })?;
    let exchanged = altered("signature-mismatch", |parts| {
        if let Some(last) = parts.signature.last_mut() {
            *last ^= 1;
        }
    })?;
    let set = PARAMETER_SETS
        .iter()
        .find(|set| set.p.len() == 64)
        .ok_or("no 512-bit parameters")?;
    let zero = altered("key-broken", |parts| {
        parts.public_key = der::public_key([set.p, set.q, set.g], &[0]);
    })?;
    let longer = altered("non-canonical-der", |parts| parts.public_key.push(0))?;
    Ok(vec![
        Case::new("unsigned", unsigned()?, sealed("unsigned")?),
        Case::new("signature-invalid", flipped, sealed("signature-invalid")?),
        Case::new(
            "signature-undetermined",
            engines("signature-undetermined")?,
            sealed("signature-undetermined")?,
        ),
        Case::new(
            "signature-rule-unknown",
            with_header(&plain("signature-rule-unknown")?, |header| {
                header.rule = Some("records-v99".to_owned());
            })?,
            sealed("signature-rule-unknown")?,
        ),
        Case::new("signature-mismatch", exchanged, sealed("signature-mismatch")?),
        Case::new("signature-broken", zero_signature()?, sealed("signature-broken")?),
        Case::new("key-broken", zero, sealed("key-broken")?),
        Case::new("key-weak", sealed("key-weak")?, strong("key-weak")?),
        Case::new(
            "hash-algorithm-weak",
            sealed("hash-algorithm-weak")?,
            strong("hash-algorithm-weak")?,
        ),
        Case::new("key-not-trusted", sealed("key-not-trusted")?, trusted.document()?)
            .with("policy.toml", format!("[allow]\nkeys = [\"{fingerprint}\"]\n")),
        Case::new(
            "sealed-by-toolkit",
            sealed("sealed-by-toolkit")?,
            engines("sealed-by-toolkit")?,
        ),
        Case::new(
            "engine-signature-missing",
            sealed("engine-signature-missing")?,
            engines("engine-signature-missing")?,
        ),
        Case::new("non-canonical-der", longer, sealed("non-canonical-der")?),
    ])
}

/// A plain document that waits for its seal.
fn unsigned() -> Result<Vec<u8>> {
    let recipe = plain("unsigned")?;
    let mut document = Vec::new();
    unsigned_to(
        &mut document,
        &recipe.facts,
        &Extras::default(),
        &recipe.objects[..],
    )?;
    Ok(document)
}

fn sized(mut recipe: Recipe, name: &str, size: KeySize) -> Result<Recipe> {
    recipe.key = SigningKey::from_seed(size, name.as_bytes())?;
    recipe.rule = size.default_rule();
    Ok(recipe)
}

/// r is zero, in trailer and JSON alike.
fn zero_signature() -> Result<Vec<u8>> {
    let recipe = plain("signature-broken")?;
    let mut parts = recipe.parts()?;
    let mut messages = parts.messages()?;
    messages.pop();
    parts.signature = der::signature(&[0], &[1]);
    let trailer = Trailer::encode(&recipe.facts.export_id, &parts.signature);
    parts.blob = [framed(&messages)?, frame(&trailer)?].concat();
    parts.to_json()
}
