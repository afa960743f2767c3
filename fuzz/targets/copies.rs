//! One document made into another: some of its objects, a redacted copy, all of it again.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use exportdoc::internal::build::seal_with;
use exportdoc::internal::extract::{Dependencies, ExtractError, extract, find, positions};
use exportdoc::internal::finding;
use exportdoc::internal::object::{ObjectKey, SyncObject};
use exportdoc::internal::redact::{MARKER, RedactOptions, StandInKind, redact};
use exportdoc::internal::report::Verdict;
use exportdoc::internal::reuse::{self, Stamp, requested_row, usable};
use exportdoc::internal::sample::uuid;
use exportdoc::internal::signature::{KeySize, SigningKey};

use super::document::{Document, Unsealed, several};
use super::report::{check_escapes, check_report};

const KEEP_UNKNOWN: u8 = 1;
/// Seals what comes of it; too slow to be done for every input. Two bits.
const SEAL: u8 = 192;
/// Which objects are taken out: every other one in the order of their keys, or those that the document was made for.
const EVERY_OTHER: u8 = 2;

/// A document of which others are made.
pub fn copies(data: &[u8]) {
    let Some(([document], bits)) = several::<1>(data) else {
        return;
    };
    if let Err(error) = usable(&document.report, true) {
        check_escapes(&error.to_string());
        return;
    }
    named(&document);
    taken(&document, &roots(&document, bits));
    redacted(&document, bits);
    if bits & SEAL == SEAL && document.is_sound() {
        sealed(&document);
    }
}

fn roots(document: &Document, bits: u8) -> Vec<ObjectKey> {
    if bits & EVERY_OTHER == 0 {
        return reuse::roots(&document.report);
    }
    let keys: BTreeSet<&ObjectKey> = document.report.objects.iter().map(|object| &object.key).collect();
    keys.into_iter().step_by(2).cloned().collect()
}

/// What a listing calls an object, finds it, unless another one is called the same.
fn named(document: &Document) {
    for object in &document.report.objects {
        if object.type_name.contains(':') {
            continue;
        }
        let called = format!("{}:{}", object.type_name, object.key.identifier);
        match find(&document.report, &called) {
            Ok(key) => assert_eq!(key.identifier.to_string(), object.key.identifier.to_string()),
            Err(error) => {
                assert!(matches!(error, ExtractError::Ambiguous { .. }), "{error}");
            }
        }
    }
}

/// An extract is closed, keeps its objects unchanged, and needs only the objects that it reports as enough.
fn taken(document: &Document, roots: &[ObjectKey]) {
    let Document { report, contents, .. } = document;
    let enough: Vec<_> = positions(report, roots)
        .into_iter()
        .map(|at| contents.objects[at].clone())
        .collect();
    for dependencies in [Dependencies::Closure, Dependencies::References] {
        let of_all = extract(contents.objects.clone(), roots, dependencies);
        let of_enough = extract(enough.clone(), roots, dependencies);
        let objects = match (of_all, of_enough) {
            (Ok(of_all), Ok(of_enough)) => {
                assert!(of_all == of_enough, "the other objects matter");
                of_all
            }
            (Err(of_all), Err(of_enough)) => {
                assert_eq!(of_all.to_string(), of_enough.to_string());
                check_escapes(&of_all.to_string());
                // References can be in each other's way.
                assert!(
                    dependencies == Dependencies::References || !document.is_sound(),
                    "{of_all}"
                );
                continue;
            }
            (Err(error), Ok(_)) | (Ok(_), Err(error)) => panic!("only with some of the objects: {error}"),
        };
        let keys: BTreeSet<&ObjectKey> = objects.iter().map(SyncObject::key).collect();
        assert_eq!(keys.len(), objects.len());
        assert!(roots.iter().all(|root| keys.contains(root)));
        for object in &objects {
            assert!(object.dependencies().iter().all(|needed| keys.contains(needed)));
            if dependencies == Dependencies::Closure {
                assert!(contents.objects.contains(object), "{} is another", object.key());
            }
        }
        if document.is_sound() {
            let extras = reuse::extras(report, contents);
            let made = reads_back(document.unsealed(&objects, roots, &extras), &objects);
            assert!(made.is_sound(), "{:?}", made.report.findings);
        }
    }
}

/// A redacted copy has the same objects, with the same hashes where their UUIDs are UUIDs, and says that it is one.
fn redacted(document: &Document, bits: u8) {
    let Document { report, contents, .. } = document;
    let options = RedactOptions::default().keep_unknown(bits & KEEP_UNKNOWN != 0);
    let host = report.envelope.host.as_deref();
    let copy = redact(&contents.objects, host, options).expect("what was read can be redacted");
    assert_eq!(copy.host.is_some(), host.is_some());
    let saves = |objects: &[SyncObject<'_>]| -> Vec<_> {
        let objects = objects.iter();
        objects
            .map(|object| {
                (
                    object.key().clone(),
                    object.dependencies().to_vec(),
                    object.revision().pair.clone(),
                )
            })
            .collect()
    };
    // Texts that only claim to be a UUID or an identifier are replaced, and the hashes change with them.
    let claims = [StandInKind::Uuid, StandInKind::Identifier];
    let keeps_identity = claims.iter().all(|kind| !copy.report.replaced.contains_key(kind));
    if keeps_identity {
        assert_eq!(saves(&copy.objects), saves(&contents.objects));
    }
    let again = redact(&contents.objects, host, options).expect("it went well before");
    assert_eq!((&again.objects, &again.report), (&copy.objects, &copy.report));
    if !document.is_sound() || !keeps_identity {
        return;
    }
    let mut extras = reuse::extras(report, contents);
    extras.marker = Some(MARKER.to_owned());
    let roots = reuse::roots(report);
    let mut unsealed = document.unsealed(&copy.objects, &roots, &extras);
    unsealed.host = copy.host.unwrap_or_default();
    let made = reads_back(unsealed, &copy.objects);
    assert!(made.is_sound(), "{:?}", made.report.findings);
    let hashes = |document: &Document| -> Vec<_> {
        let objects = document.report.objects.iter();
        objects.map(|object| object.computed_hash.clone()).collect()
    };
    assert_eq!(hashes(&made), hashes(document));
    assert!(
        made.report
            .findings
            .iter()
            .any(|found| found.rule == &finding::REDACTED)
    );
}

fn reads_back(unsealed: Unsealed<'_>, objects: &[SyncObject<'static>]) -> Document {
    let file = unsealed.write();
    let length = file.len();
    let made = Document::read(file).expect("what was written can be read");
    check_report(&made.report, length);
    assert!(made.contents.objects == objects, "other objects come back");
    made
}

/// Sealed anew, a sound document is valid and has the same objects.
fn sealed(document: &Document) {
    static SIGNING: LazyLock<SigningKey> =
        LazyLock::new(|| SigningKey::from_seed(KeySize::Dsa512, b"copies").expect("a key"));
    let Document { report, contents, .. } = document;
    let at = |text: &str| text.parse().expect("an instant");
    let stamp = Stamp {
        export_id: uuid("copy"),
        started: at("2020-03-11T09:27:51.482Z"),
        finished: at("2020-03-11T09:27:53Z"),
    };
    let names = reuse::type_names(report);
    let requested = reuse::roots(report)
        .iter()
        .map(|key| requested_row(key, &names).expect("an identifier has a JSON form"))
        .collect();
    let facts = reuse::facts(report, stamp, requested);
    let extras = reuse::extras(report, contents);
    let rule = KeySize::Dsa512.default_rule();
    let file = seal_with(&facts, &extras, &contents.objects, &SIGNING, rule).expect("it can be sealed");
    let made = Document::read(file).expect("what was written can be read");
    assert!(
        made.contents.objects == contents.objects,
        "other objects come back"
    );
    assert_eq!(
        made.report.signature.verdict,
        Verdict::Valid,
        "{:?}",
        made.report.findings
    );
}
