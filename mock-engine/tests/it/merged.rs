//! Importing a merge gives the same content as importing its documents one after the other.

use std::collections::BTreeMap;

use exportdoc::internal::build::{ExportFacts, seal_with};
use exportdoc::internal::diff::MatchBy;
use exportdoc::internal::merge::{DerivedSave, MergeOptions, Renumber, Resolutions, Sources, merge};
use exportdoc::internal::report::{ExamineOptions, Examiner};
use exportdoc::internal::reuse;
use exportdoc::internal::signature::{KeySize, SigningKey};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::laws::{Edit, apply, edit, export, import, run, target};
use crate::support::client::Client;
use mock_engine::MockEngine;

/// The merge of documents without conflicts.
pub(crate) fn merged(documents: &[&[u8]]) -> Vec<u8> {
    let mut sources = Sources::new();
    for (n, document) in documents.iter().enumerate() {
        let (report, contents) = Examiner::new(&ExamineOptions::default())
            .keep_contents()
            .read_bytes(document)
            .unwrap()
            .into_parts();
        sources.add_side(n.to_string(), &report, contents).unwrap();
    }
    let options = MergeOptions {
        match_by: MatchBy::Identifier,
        renumber: Renumber::default(),
        prefer: None,
        resolutions: Resolutions::default(),
        allow_invalid: false,
        derived: DerivedSave {
            save: "7f5a2c3e-6d0b-4f8e-9a11-0c1d2e3f4a5b".to_owned(),
            modified: 1_600_000_000_000,
        },
    };
    let outcome = merge(sources, &options).unwrap();
    assert!(outcome.conflicts.is_empty(), "{:?}", outcome.conflicts);
    let document = outcome.document.unwrap();
    let now = "2020-03-11T09:26:53Z".parse().unwrap();
    let rows = document.requested.iter();
    let facts = ExportFacts {
        host: String::new(),
        export_id: "3f0c9d52-7a41-4e86-b0d3-5c2e8f1a6b97".to_owned(),
        started: now,
        finished: now,
        format: 1,
        requested: rows
            .map(|key| reuse::requested_row(key, &document.type_names).unwrap())
            .collect(),
        type_names: document.type_names,
        encryption: None,
        declare_rule: true,
    };
    let size = KeySize::Dsa512;
    let key = SigningKey::from_seed(size, b"merged").unwrap();
    seal_with(
        &facts,
        &document.extras,
        &document.objects,
        &key,
        size.default_rule(),
    )
    .unwrap()
}

/// The number of objects of each type and hash.
pub(crate) async fn content(client: &Client) -> BTreeMap<(String, String), usize> {
    let page = client.get("syncable-objects?page_size=10000").await.json();
    let mut content = BTreeMap::new();
    for entry in page["responseList"].as_array().unwrap() {
        let text = |member: &str| entry[member].as_str().unwrap_or_default().to_owned();
        // A merge has a new bundle, and each engine has environments of its own.
        if !["GLOBAL_OBJECT", "ENVIRONMENT"].contains(&text("objectType").as_str()) {
            *content
                .entry((text("objectType"), text("revisionHash")))
                .or_insert(0) += 1;
        }
    }
    content
}

/// Imports documents one after the other. All must succeed.
pub(crate) async fn import_all(target: &Client, documents: &[&[u8]]) {
    for document in documents {
        let (status, rows) = import(target, document, true).await;
        assert_eq!(status, 200, "{rows}");
    }
}

/// The objects to export.
const EXPORTS: [(&str, &str); 6] = [
    ("MASKING_JOB", r#"{"id":4}"#),
    ("MASKING_JOB", r#"{"id":5}"#),
    ("MASKING_JOB", r#"{"id":7}"#),
    ("PROFILE_JOB", r#"{"id":6}"#),
    ("DOMAIN", r#"{"id":"SSN"}"#),
    ("LOOKUP", r#"{"algorithmName":"FirstNameLookup"}"#),
];

proptest! {
    #![proptest_config(crate::support::property(2))]

    #[test]
    #[ignore = "ci/long runs it"]
    fn import_of_a_merge_equals_imports_one_after_the_other(
        edits in prop::collection::vec(edit(), 0..3),
        picks in prop::sample::subsequence(EXPORTS.to_vec(), 2..5).prop_shuffle(),
        in_pairs in any::<bool>(),
    ) {
        run(async {
            let source = Client::of(MockEngine::builder().name("a").seed(7)).await;
            for edit in &edits {
                apply(&source, edit).await;
            }
            let global = export(&source, "GLOBAL_OBJECT", json!({ "id": "global" })).await;
            let mut documents = Vec::new();
            for (object_type, identifier) in &picks {
                let identifier: Value = serde_json::from_str(identifier).unwrap();
                documents.push(export(&source, object_type, identifier).await);
            }
            let documents: Vec<&[u8]> = documents.iter().map(Vec::as_slice).collect();
            let (one_by_one, at_once) = (target(8).await, target(8).await);
            for target in [&one_by_one, &at_once] {
                import_all(target, &[&global]).await;
            }
            import_all(&one_by_one, &documents).await;
            let merged = match in_pairs {
                true => documents[1..].iter().fold(documents[0].to_vec(), |all, next| merged(&[&all, next])),
                false => merged(&documents),
            };
            import_all(&at_once, &[&merged]).await;
            assert_eq!(content(&at_once).await, content(&one_by_one).await);
        });
    }
}

#[tokio::test]
async fn merge_with_references_imports_into_an_empty_engine() {
    let source = Client::of(MockEngine::builder().name("a").seed(7)).await;
    apply(&source, &Edit::SaveJob).await;
    let global = export(&source, "GLOBAL_OBJECT", json!({ "id": "global" })).await;
    let job = export(&source, "MASKING_JOB", json!({ "id": 4 })).await;
    let (one_by_one, at_once) = (target(8).await, target(8).await);
    let (status, _) = import(&at_once, &job, true).await;
    assert_eq!(status, 404, "alone, the job refers to what isn't there");
    import_all(&one_by_one, &[&global, &job]).await;
    import_all(&at_once, &[&merged(&[&job, &global])]).await;
    assert_eq!(content(&at_once).await, content(&one_by_one).await);
}

#[tokio::test]
async fn renumbered_objects_are_imported_as_the_same_objects() {
    let read = |name: &str| {
        let path = format!(
            "{}/../testdata/generated/merge/{name}.json",
            env!("CARGO_MANIFEST_DIR")
        );
        std::fs::read(path).unwrap()
    };
    let (base, other) = (read("base"), read("other-engine"));
    let (one_by_one, at_once) = (target(8).await, target(8).await);
    import_all(&one_by_one, &[&base, &other]).await;
    import_all(&at_once, &[&merged(&[&base, &other])]).await;
    let content = content(&at_once).await;
    assert_eq!(content, self::content(&one_by_one).await);
    let jobs = content
        .iter()
        .filter(|((object_type, _), _)| object_type == "MASKING_JOB");
    assert_eq!(jobs.map(|(_, count)| count).sum::<usize>(), 3);
}
