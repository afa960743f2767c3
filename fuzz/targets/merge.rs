//! Three documents merged: nothing is decided silently, and what comes of sound documents is one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use exportdoc::internal::build::{ExportFacts, in_record_order, seal_with};
use exportdoc::internal::diff::{DiffLimits, Later, MatchBy, object_changes};
use exportdoc::internal::merge::{
    Conflict, DerivedSave, MergeError, MergeOptions, MergeOutcome, MergedDocument, Note, Origin, Prefer,
    Renumber, Resolutions, Sources, Take,
};
use exportdoc::internal::object::{ObjectKey, SyncObject, rename};
use exportdoc::internal::report::Verdict;
use exportdoc::internal::reuse::{OLDEST_FORMAT, requested_row};
use exportdoc::internal::sample::{INSTALLED, uuid};
use exportdoc::internal::signature::{KeySize, SigningKey};

use super::document::{Document, Unsealed, several};
use super::report::{check_escapes, check_report};

/// What the bits of the options stand for: two each for the first two.
const RENUMBER: u8 = 0;
const PREFER: u8 = 2;
const BY_NAME: u8 = 16;
const ALLOW_INVALID: u8 = 32;
/// Seals what comes of the first merge; too slow to be done for every input.
const SEAL: u8 = 192;

/// Three documents, as [`several`] takes them out of the input; the last one is the base, too.
pub fn merge(data: &[u8]) {
    let Some(([a, b, base], bits)) = several::<3>(data) else {
        return;
    };
    let options = options(bits);
    for (base, sides) in [
        (None, &[&a, &b][..]),
        (None, &[&a, &b, &base]),
        (Some(&base), &[&a, &b]),
    ] {
        let Some(outcome) = merged(try_merge(base, sides, &options), base, sides) else {
            continue;
        };
        check_outcome(&outcome, base, sides, &options);
        resolved(&outcome, base, sides, &options);
        if sides.len() == 3 && bits & SEAL == SEAL {
            sealed(&outcome, sides);
        }
    }
    let plain = MergeOptions {
        prefer: None,
        ..options
    };
    for x in [&a, &b] {
        if x.is_sound() {
            unchanged(x, None, &[x, x], 1, &plain);
            unchanged(x, Some(&base), &[x, x], 1, &plain);
        }
        if x.is_sound() && base.is_sound() {
            unchanged(x, Some(&base), &[&base, x], 1, &plain);
            unchanged(x, Some(&base), &[x, &base], 0, &plain);
        }
    }
}

fn options(bits: u8) -> MergeOptions {
    MergeOptions {
        match_by: match bits & BY_NAME != 0 {
            true => MatchBy::Name,
            false => MatchBy::Identifier,
        },
        renumber: match bits >> RENUMBER & 3 {
            0 | 1 => Renumber::NamesDiffer,
            2 => Renumber::Always,
            _ => Renumber::Never,
        },
        prefer: match bits >> PREFER & 3 {
            0 => None,
            1 => Some(Prefer::Ours),
            2 => Some(Prefer::Theirs),
            _ => Some(Prefer::Newest),
        },
        resolutions: Resolutions::default(),
        allow_invalid: bits & ALLOW_INVALID != 0,
        derived: DerivedSave {
            save: uuid("derived"),
            modified: INSTALLED,
        },
    }
}

/// Returns `None` if the documents can't be merged, which must have an error text.
fn merged(
    outcome: Result<MergeOutcome, MergeError>,
    base: Option<&Document>,
    sides: &[&Document],
) -> Option<MergeOutcome> {
    match outcome {
        Ok(outcome) => Some(outcome),
        Err(error) => {
            check_escapes(&error.to_string());
            // Gaps and circles can come of sound documents that are put together; damage can't.
            let sound = sides.iter().copied().chain(base).all(Document::is_sound);
            assert!(
                !sound
                    || !matches!(
                        error,
                        MergeError::DuplicateObject { .. } | MergeError::Object(_) | MergeError::TooFew
                    ),
                "{error}"
            );
            None
        }
    }
}

fn try_merge(
    base: Option<&Document>,
    sides: &[&Document],
    options: &MergeOptions,
) -> Result<MergeOutcome, MergeError> {
    let mut sources = Sources::new();
    for (nth, side) in sides.iter().enumerate() {
        sources.add_side(format!("{}.json", nth + 1), &side.report, side.contents.clone())?;
    }
    if let Some(base) = base {
        sources.set_base("base.json".to_owned(), &base.report, base.contents.clone())?;
    }
    exportdoc::internal::merge::merge(sources, options)
}

/// Conflicts or a document, and everything in the document accounted for.
fn check_outcome(
    outcome: &MergeOutcome,
    base: Option<&Document>,
    sides: &[&Document],
    options: &MergeOptions,
) {
    assert_eq!(outcome.conflicts.is_empty(), outcome.document.is_some());
    assert_eq!(
        (outcome.sides, outcome.sources.len()),
        (sides.len(), sides.len() + usize::from(base.is_some()))
    );
    for conflict in &outcome.conflicts {
        check_conflict(conflict, outcome.sources.len(), options);
    }
    for note in &outcome.notes {
        check_escapes(&note.to_string());
    }
    let Some(document) = &outcome.document else {
        return;
    };
    assert_eq!(outcome.objects.len(), document.objects.len());
    let mut keys = BTreeSet::new();
    for (account, object) in outcome.objects.iter().zip(&document.objects) {
        assert_eq!(&account.object.key, object.key());
        assert!(keys.insert(object.key()), "{} is there twice", object.key());
        assert!(
            account.sources.is_sorted()
                && account
                    .sources
                    .iter()
                    .all(|source| *source < outcome.sources.len())
        );
        let given = sides.iter().copied().chain(base).any(|source| {
            let mut objects = source.contents.objects.iter();
            objects.any(|given| given.revision().pair == object.revision().pair)
        });
        assert!(
            given || account.origin == Origin::Derived,
            "unknown save of {}",
            object.key()
        );
    }
    assert!(document.requested.iter().all(|root| keys.contains(root)));
    let incomplete = |note: &Note| matches!(note, Note::Gap { .. } | Note::Circle(_));
    let closed = !outcome.notes.iter().any(incomplete);
    assert!(closed || options.allow_invalid);
    if closed {
        let order = in_record_order(document.objects.clone(), &document.requested).expect("it is closed");
        assert_eq!(order, document.objects);
    }
    if closed && sides.iter().copied().chain(base).all(Document::is_sound) {
        let unsealed = Unsealed {
            objects: &document.objects,
            requested: &document.requested,
            extras: &document.extras,
            host: document.host.clone().unwrap_or_default(),
            format: document.format.unwrap_or(OLDEST_FORMAT),
            type_names: document.type_names.clone(),
            encryption: None,
        };
        let read = reads_back(document, unsealed.write());
        assert!(read.is_sound(), "{:?}", read.report.findings);
    }
}

fn check_conflict(conflict: &Conflict, sources: usize, options: &MergeOptions) {
    check_escapes(&conflict.label());
    assert!(conflict.candidates.len() >= 2);
    assert!(
        conflict
            .candidates
            .iter()
            .all(|candidate| candidate.source < sources)
    );
    let newest = options.prefer == Some(Prefer::Newest);
    assert!(options.prefer.is_none() || newest || !conflict.kind.takes_preference());
}

/// A file made of the result holds what was merged.
fn reads_back(document: &MergedDocument, file: Vec<u8>) -> Document {
    let length = file.len();
    let read = Document::read(file).expect("what was written can be read");
    check_report(&read.report, length);
    assert_eq!(read.contents.objects, document.objects);
    assert_eq!(read.contents.header_fields, document.extras.header_fields);
    assert_eq!(read.contents.record_fields, document.extras.record_fields);
    read
}

/// Sealed, what comes of sound documents is valid and without a flaw.
fn sealed(outcome: &MergeOutcome, sides: &[&Document]) {
    let incomplete = |note: &Note| matches!(note, Note::Gap { .. } | Note::Circle(_));
    let Some(document) = &outcome.document else {
        return;
    };
    if outcome.notes.iter().any(incomplete) || !sides.iter().all(|side| side.is_sound()) {
        return;
    }
    static SIGNING: LazyLock<SigningKey> =
        LazyLock::new(|| SigningKey::from_seed(KeySize::Dsa512, b"merge").expect("a key"));
    let at = |text: &str| text.parse().expect("an instant");
    let rows = document.requested.iter();
    let facts = ExportFacts {
        host: document.host.clone().unwrap_or_default(),
        export_id: uuid("merged"),
        started: at("2020-03-11T09:27:51.482Z"),
        finished: at("2020-03-11T09:27:53Z"),
        format: document.format.unwrap_or(OLDEST_FORMAT),
        requested: rows
            .map(|key| requested_row(key, &document.type_names).expect("an identifier has a JSON form"))
            .collect(),
        type_names: document.type_names.clone(),
        encryption: None,
        declare_rule: true,
    };
    let rule = KeySize::Dsa512.default_rule();
    let file =
        seal_with(&facts, &document.extras, &document.objects, &SIGNING, rule).expect("it can be sealed");
    let read = reads_back(document, file);
    assert_eq!(read.report.signature.verdict, Verdict::Valid);
    assert!(read.report.is_clean(), "{:?}", read.report.findings);
}

/// A list of answers is followed, refused, or asks on; it never makes a conflict of what was none.
fn resolved(outcome: &MergeOutcome, base: Option<&Document>, sides: &[&Document], options: &MergeOptions) {
    if outcome.conflicts.is_empty() {
        return;
    }
    for (nth, first) in [Take::Ours, Take::Theirs].into_iter().enumerate() {
        let mut resolutions = Resolutions::default();
        for (at, conflict) in outcome.conflicts.iter().enumerate() {
            let take = match (at + nth) % 4 {
                0 => first,
                1 => Take::Side(at % 3),
                2 => Take::Remove,
                _ => Take::Base,
            };
            resolutions.insert(conflict.label(), take);
        }
        let options = MergeOptions {
            resolutions,
            ..options.clone()
        };
        let Ok(again) = try_merge(base, sides, &options) else {
            continue;
        };
        check_outcome(&again, base, sides, &options);
    }
}

/// The result is the document `x`, which is the side at a position, but for numbers that it was given.
fn unchanged(x: &Document, base: Option<&Document>, sides: &[&Document], at: usize, options: &MergeOptions) {
    let outcome = match try_merge(base, sides, options) {
        Ok(outcome) => outcome,
        // A number of types that mean other things, or of objects without end, or two global keys.
        Err(MergeError::TypeNames { .. } | MergeError::NumbersSpent(_) | MergeError::NotSingle { .. }) => {
            return;
        }
        Err(error) => panic!("{error}"),
    };
    let Some(document) = outcome.document else {
        panic!("{:?}", outcome.conflicts);
    };
    let new_keys: BTreeMap<ObjectKey, &ObjectKey> = outcome
        .renumbered
        .iter()
        .filter(|renumbered| renumbered.source == at)
        .map(|renumbered| {
            let new = &renumbered.object.key;
            (ObjectKey::new(new.type_number, renumbered.old.clone()), new)
        })
        .collect();
    let new_key = |key: &ObjectKey| new_keys.get(key).map(|new| (*new).clone());
    let expected = x.contents.objects.iter().map(|object| {
        let own = new_key(object.key()).unwrap_or_else(|| object.key().clone());
        rename(object, &own, new_key).expect("it was renamed before")
    });
    let by_key = |objects: Vec<SyncObject<'static>>| -> BTreeMap<_, _> {
        let objects = objects.into_iter();
        objects.map(|object| (object.key().clone(), object)).collect()
    };
    let (objects, expected) = (by_key(document.objects), by_key(expected.collect()));
    assert!(
        objects.keys().eq(expected.keys()),
        "{:?} {:?}",
        objects.keys(),
        expected.keys()
    );
    for (got, wanted) in objects.values().zip(expected.values()) {
        let differs = || object_changes(wanted, got, Later::New, &DiffLimits::default());
        // What engines change by themselves comes from the newest export.
        let same = got == wanted || {
            let found = differs();
            found.changes.is_empty() && found.more == 0 && found.by_upgrade.is_empty()
        };
        assert!(same, "{}: {:?}", got.key(), differs());
    }
    assert_eq!(document.extras.header_fields, x.contents.header_fields);
    assert_eq!(
        document.extras.record_fields.len(),
        x.contents.record_fields.len()
    );
}
