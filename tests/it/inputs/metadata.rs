//! Metadata as other clients write it when they save a document again.

use serde_json::Value;
use tempfile::tempdir;

use super::run;
use crate::support::{file, masking_job};

#[test]
fn numbers_as_text_are_one_finding() {
    let directory = tempdir().unwrap();
    let mut document: Value = serde_json::from_slice(&masking_job().seal()).unwrap();
    let metadata = &mut document["exportResponseMetadata"];
    let mut changed = 0;
    for list in ["requestedObjectList", "exportedObjectList"] {
        for row in metadata[list].as_array_mut().unwrap() {
            if let Some(id) = row["objectIdentifier"].get_mut("id")
                && let Some(number) = id.as_i64()
            {
                *id = number.to_string().into();
                changed += 1;
            }
        }
    }
    assert!(changed > 2);
    file(directory.path(), "document.json", document.to_string());
    let answer = run(
        directory.path(),
        &["inspect", "--format", "json", "document.json"],
    );
    assert_eq!(answer.code, 0, "{}", answer.out);
    let json: Value = serde_json::from_str(&answer.out).unwrap();
    let document = &json["documents"][0];
    let findings = document["findings"].as_array().unwrap();
    let ids: Vec<_> = findings
        .iter()
        .map(|finding| finding["id"].as_str().unwrap())
        .collect();
    assert_eq!(
        ids.iter().filter(|id| **id == "metadata-number-as-text").count(),
        1,
        "{ids:?}"
    );
    assert!(
        !ids.iter().any(|id| id.contains("misses") || id.contains("extra")),
        "{ids:?}"
    );
    assert!(
        answer
            .out
            .contains("is text where engines write a number, and 2 more"),
        "{}",
        answer.out
    );
    for object in document["objects"].as_array().unwrap() {
        assert_eq!(object["revision_hash"]["matches"], true, "{object}");
    }
}
