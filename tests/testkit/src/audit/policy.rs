//! Findings that depend on a policy, and those about the policy itself.

use exportdoc::internal::date::from_epoch_millis;
use exportdoc::internal::object::draft::{self, ConnectorSpec};
use exportdoc::internal::sample;

use super::{Case, SILENT, altered, connector, job, plain, recipe};
use crate::Result;
use crate::merging::saved;
use crate::sound::STARTED;

const DAY: i64 = 24 * 3_600_000;

pub(super) fn cases() -> Result<Vec<Case>> {
    let document = |name: &str| plain(name)?.document();
    let old = {
        let mut recipe = plain("document-too-old")?;
        recipe.facts.started = from_epoch_millis(STARTED - 31 * DAY)?;
        recipe.facts.finished = recipe.facts.started;
        recipe.document()?
    };
    let from = |host: &str| {
        altered("host-not-allowed", |parts| {
            parts.metadata.export_host = Some(host.to_owned());
        })
    };
    let key = saved(draft::global_key(sample::key_bytes("audit")), "audited key", 1)?;
    let host = ConnectorSpec {
        host: Some("db.example.com"),
        ..SILENT
    };
    let telling = |name: &str| recipe(name, vec![connector(1, &host)?])?.document();
    let ignore = |more: &str| {
        format!(
            "[[ignore]]\nrule = \"host-in-clear\"\nobject = \"DATABASE_CONNECTOR:Cli*\"\nreason = \"made up\"\n{more}"
        )
    };
    Ok(vec![
        Case::new("document-too-old", old, document("document-too-old")?)
            .with("policy.toml", "[allow]\nmax-age = \"30 days\"\n"),
        Case::new(
            "host-not-allowed",
            from("masker-1.example.org:8282")?,
            from("Masker-1.example.com:8282")?,
        )
        .with("policy.toml", "[allow]\nhosts = [\"masker-*.example.com\"]\n"),
        Case::new(
            "type-denied",
            recipe("type-denied", vec![key])?.document()?,
            document("type-denied")?,
        )
        .with("policy.toml", "[types]\ndeny = [\"KEY\"]\n"),
        Case::new(
            "type-missing",
            document("type-missing")?,
            job("type-missing", "")?.document()?,
        )
        .with("policy.toml", "[types]\nrequire = [\"MASKING_JOB\"]\n"),
        Case::new(
            "ignore-unused",
            document("ignore-unused")?,
            telling("ignore-unused")?,
        )
        .with("policy.toml", ignore("")),
        Case::new(
            "ignore-expired",
            telling("ignore-expired")?,
            telling("ignore-expired")?,
        )
        .with("fires.toml", ignore("until = 2019-05-08\n"))
        .with("quiet.toml", ignore("until = 2019-05-09\n")),
    ])
}
