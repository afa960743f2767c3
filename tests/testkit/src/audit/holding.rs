//! Rules about what a document holds: secrets, places, people; and about what changed since a baseline.

use exportdoc::internal::object::draft::{self, AlgorithmInfo, ConnectorSpec};
use exportdoc::internal::object::{SyncObject, reference_to};
use exportdoc::internal::sample;
use exportdoc::internal::wire::Writer;

use super::{Case, PASSPHRASE, SILENT, connector, encrypted, job, lookup, plain, recipe};
use crate::Result;
use crate::merging::saved;

pub(super) fn cases() -> Result<Vec<Case>> {
    let of = |name: &str, spec: &ConnectorSpec<'_>| recipe(name, vec![connector(1, spec)?])?.document();
    let silent = |name: &str| plain(name)?.document();
    let by_url = |url| ConnectorSpec {
        jdbc_url: Some(url),
        ..SILENT
    };
    let key = saved(draft::global_key(sample::key_bytes("audit")), "audited key", 1)?;
    let names = lookup(1, "one")?;
    let reference = reference_to(&names)?;
    let mut cases = vec![
        Case::new(
            "secrets-in-clear",
            recipe("secrets-in-clear", vec![names.clone()])?.document()?,
            recipe("secrets-in-clear", vec![reference])?.document()?,
        ),
        Case::new(
            "key-present",
            recipe("key-present", vec![key])?.document()?,
            recipe("key-present", vec![names])?.document()?,
        ),
        Case::new(
            "host-in-clear",
            of(
                "host-in-clear",
                &ConnectorSpec {
                    host: Some("db.example.com"),
                    ..SILENT
                },
            )?,
            silent("host-in-clear")?,
        ),
        Case::new(
            "user-in-clear",
            of(
                "user-in-clear",
                &ConnectorSpec {
                    user: Some("masker"),
                    ..SILENT
                },
            )?,
            silent("user-in-clear")?,
        ),
        Case::new(
            "email-in-clear",
            job("email-in-clear", "team@example.com")?.document()?,
            job("email-in-clear", "")?.document()?,
        ),
        Case::new(
            "password-in-clear",
            of(
                "password-in-clear",
                &by_url("jdbc:postgresql://db.example.com/x?user=masker&password=made-up"),
            )?,
            of(
                "password-in-clear",
                &by_url("jdbc:postgresql://db.example.com/password?user=masker&password="),
            )?,
        ),
    ];
    cases.extend(since_a_baseline()?);
    Ok(cases)
}

/// A segment mapping as engines have it before or after an upgrade, in one saved state.
fn segment(upgraded: bool) -> Result<SyncObject<'static>> {
    let info = AlgorithmInfo {
        name: "Accounts",
        description: "",
        date: "2018-02-12",
    };
    let values = vec![("0".to_owned(), "7".to_owned()), ("1".to_owned(), "4".to_owned())];
    let mut draft = draft::segment(info, &[(1, values)], "-", &[]);
    if upgraded {
        draft.data.extend(Writer::new().text(13, "DEFAULT").finish());
    }
    saved(draft, "audited segment", 1)
}

fn since_a_baseline() -> Result<Vec<Case>> {
    let names = |name: &str, save, key| recipe(name, vec![lookup(save, key)?])?.document();
    let closed = encrypted(plain("baseline-not-comparable")?, PASSPHRASE)?;
    Ok(vec![
        Case::new(
            "content-without-revision",
            names("content-without-revision", 1, "two")?,
            names("content-without-revision", 2, "two")?,
        )
        .with(
            "baseline.json",
            names("content-without-revision, before", 1, "one")?,
        ),
        Case::new(
            "rewritten-by-engine",
            recipe("rewritten-by-engine", vec![segment(true)?])?.document()?,
            recipe("rewritten-by-engine", vec![segment(false)?])?.document()?,
        )
        .with(
            "baseline.json",
            recipe("rewritten-by-engine, before", vec![segment(false)?])?.document()?,
        ),
        Case::new(
            "algorithm-changed",
            names("algorithm-changed", 2, "two")?,
            names("algorithm-changed", 2, "one")?,
        )
        .with("baseline.json", names("algorithm-changed, before", 1, "one")?),
        Case::new(
            "baseline-not-comparable",
            plain("baseline-not-comparable")?.document()?,
            closed.clone(),
        )
        .with("baseline.json", closed),
    ])
}
