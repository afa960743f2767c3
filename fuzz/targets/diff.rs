//! Two documents compared: nothing differs from itself, exchanging the sides exchanges old and new, output is bounded.

use std::collections::BTreeSet;

use exportdoc::internal::diff::{
    DiffLimits, DiffOptions, DocumentDiff, FieldChange, IgnoreRule, MatchBy, ObjectDiff, ObjectRef, Side,
    Status, Value, outline,
};

use super::document::{Document, several};
use super::report::{check_escapes, check_findings};
use testkit::mirrored;

/// What the bits of the options stand for.
const BY_NAME: u8 = 1;
const STRICT: u8 = 2;
const SHOW_SECRETS: u8 = 4;
const IGNORE: u8 = 8;
const ONLY: u8 = 16;
const TIGHT: u8 = 32;

/// Two documents, as [`several`] takes them out of the input.
pub fn diff(data: &[u8]) {
    let Some(([old, new], bits)) = several::<2>(data) else {
        return;
    };
    let options = options(bits);
    let there = compare(&old, &new, &options);
    let back = compare(&new, &old, &options);
    for diff in [&there, &back] {
        check_diff(diff, &options);
    }
    check_mirror(&there, &back, bits & TIGHT != 0);
    for document in [&old, &new] {
        same(document, &options);
        outlined(document);
    }
}

fn options(bits: u8) -> DiffOptions {
    let ignore =
        ["email", "revision", "dependencies", "#60"].map(|rule| IgnoreRule::parse(rule).expect("a rule"));
    let limits = DiffLimits {
        show_secrets: bits & SHOW_SECRETS != 0,
        ..match bits & TIGHT != 0 {
            true => DiffLimits {
                text_bytes: 5,
                changes_per_object: 3,
                changes: 7,
                secret_lines: 4,
                ..DiffLimits::default()
            },
            // Where something is left out the sides need not be mirrored in what is left.
            false => DiffLimits {
                changes_per_object: 1_000_000,
                changes: 1_000_000,
                ..DiffLimits::default()
            },
        }
    };
    let match_by = if bits & BY_NAME != 0 {
        MatchBy::Name
    } else {
        MatchBy::Identifier
    };
    let only = ["MASKING_JOB", "LOOKUP"].into_iter().filter(|_| bits & ONLY != 0);
    DiffOptions::default()
        .match_by(match_by)
        .ignore(ignore.into_iter().filter(|_| bits & IGNORE != 0).collect())
        .only_types(only.map(str::to_owned).collect())
        .strict_bytes(bits & STRICT != 0)
        .limits(limits)
}

fn compare(old: &Document, new: &Document, options: &DiffOptions) -> DocumentDiff {
    exportdoc::internal::diff::diff(&side(old, &old.bytes), &side(new, &new.bytes), options)
}

fn side<'a>(document: &'a Document, bytes: &'a [u8]) -> Side<'a> {
    Side {
        bytes: Some(bytes),
        report: &document.report,
        objects: &document.contents.objects,
    }
}

/// A document and the same content in another file.
fn same(document: &Document, options: &DiffOptions) {
    let other = [&document.bytes[..], b"\n"].concat();
    for bytes in [&document.bytes, &other] {
        let diff = exportdoc::internal::diff::diff(
            &side(document, &document.bytes),
            &side(document, bytes),
            options,
        );
        assert!(diff.objects.is_empty() && diff.envelope.is_empty() && diff.findings.is_empty());
        assert!(diff.renumbered.is_empty());
        let alike = !options.strict_bytes || bytes == &document.bytes;
        // What is encrypted isn't compared at all, and that is an obstacle, no difference.
        if diff.obstacles.is_empty() {
            assert_eq!(diff.is_same(), alike);
            let wanted = |name: &String| options.only_types.is_empty() || options.only_types.contains(name);
            let all = document
                .report
                .objects
                .iter()
                .filter(|object| wanted(&object.type_name));
            assert_eq!(diff.unchanged, all.count() as u64);
        }
    }
}

/// What limits promise, and that nothing in it does harm once escaped.
fn check_diff(diff: &DocumentDiff, options: &DiffOptions) {
    let limits = &options.limits;
    check_findings(&diff.findings, None);
    let told: usize = diff.objects.iter().map(|object| object.changes.len()).sum();
    assert!(told <= limits.changes);
    assert_eq!(
        diff.count(Status::Unchanged) + diff.objects.len() as u64,
        Status::LISTED
            .iter()
            .map(|status| diff.count(*status))
            .sum::<u64>()
            + diff.unchanged
    );
    for object in &diff.objects {
        assert!(object.changes.len() <= limits.changes_per_object);
        assert!(object.moved.len() <= 8);
        check_escapes(&object.object().expect("on one side at least").to_string());
        for change in &object.changes {
            check_change(change, limits);
        }
        let sides = (object.old.is_some(), object.new.is_some());
        assert_eq!(
            sides,
            (object.status != Status::Added, object.status != Status::Removed)
        );
        let says_something = !object.changes.is_empty() || object.more_changes > 0;
        match object.status {
            Status::Changed | Status::ContentWithoutRevision | Status::RewrittenByEngine => {
                assert!(says_something);
            }
            _ => assert!(!says_something),
        }
    }
}

fn check_change(change: &FieldChange, limits: &DiffLimits) {
    check_escapes(&change.path.to_string());
    assert!(change.old.is_some() || change.new.is_some());
    for value in [&change.old, &change.new].into_iter().flatten() {
        match value {
            Value::Text { text, .. } => assert!(text.len() <= limits.text_bytes),
            Value::Message { brief, .. } => assert!(brief.len() <= 6),
            Value::Digest(digest) => assert_eq!(digest.sha256.len(), 16),
            Value::Int(_) | Value::Time(_) | Value::Unsigned(_) | Value::Order => {}
        }
    }
    if let Some(secret) = &change.secret {
        let shows = |value: &Option<Value>| matches!(value, None | Some(Value::Digest(_)));
        assert!(shows(&change.old) && shows(&change.new));
        assert_eq!(secret.lines.is_some(), limits.show_secrets);
        if let Some(lines) = &secret.lines {
            assert!(lines.lines.len() <= limits.secret_lines);
            assert!(
                lines
                    .lines
                    .iter()
                    .all(|(_, line)| line.len() <= limits.text_bytes)
            );
        }
    }
}

fn check_mirror(there: &DocumentDiff, back: &DocumentDiff, cut: bool) {
    assert_eq!(there.unchanged, back.unchanged);
    assert_eq!(there.findings.len(), back.findings.len());
    let renumbered: BTreeSet<_> = there.renumbered.iter().map(|(old, new)| (new, old)).collect();
    assert_eq!(
        renumbered,
        back.renumbered.iter().map(|(old, new)| (old, new)).collect()
    );
    let envelope = |diff: &DocumentDiff, exchange: bool| -> Vec<_> {
        let changes = diff.envelope.iter().cloned();
        changes
            .map(|change| match exchange {
                true => (change.field, change.new, change.old),
                false => (change.field, change.old, change.new),
            })
            .collect()
    };
    assert_eq!(envelope(there, true), envelope(back, false));
    let obstacles = |diff: &DocumentDiff, exchange: bool| -> BTreeSet<_> {
        let list = diff.obstacles.iter();
        list.map(|obstacle| (obstacle.in_new != exchange, obstacle.kind.as_str()))
            .collect()
    };
    assert_eq!(obstacles(there, true), obstacles(back, false));
    assert_eq!(there.bytes.is_some(), back.bytes.is_some());
    if let (Some(there), Some(back)) = (&there.bytes, &back.bytes) {
        assert_eq!(there.lengths, (back.lengths.1, back.lengths.0));
        assert_eq!(
            (
                there.first_difference,
                there.reordered,
                there.rewritten.len(),
                there.more_rewritten
            ),
            (
                back.first_difference,
                back.reordered,
                back.rewritten.len(),
                back.more_rewritten
            )
        );
    }
    if !cut {
        assert_eq!(there.ignored, back.ignored);
        let turned = there.objects.iter().map(mirrored).map(settled);
        assert_eq!(
            listing(turned),
            listing(back.objects.iter().cloned().map(settled))
        );
    }
}

fn listing(objects: impl Iterator<Item = ObjectDiff>) -> Vec<String> {
    let mut list: Vec<String> = objects.map(|object| format!("{object:#?}")).collect();
    list.sort();
    list
}

/// Without what follows one side: the order of a listing, what a moved object is called, the choice among text diffs.
fn settled(mut object: ObjectDiff) -> ObjectDiff {
    object.changes.sort_by_cached_key(|change| format!("{change:?}"));
    for secret in object
        .changes
        .iter_mut()
        .filter_map(|change| change.secret.as_mut())
    {
        secret.lines = None;
    }
    let anonymous = |moved: &ObjectRef| ObjectRef {
        type_name: String::new(),
        identifier: exportdoc::internal::identifier::Identifier::Integer(0),
        name: None,
        ..*moved
    };
    object.moved = match object.more_moved {
        // Which of them are named depends on what they are called.
        Some(0) => object
            .moved
            .iter()
            .map(|(status, moved)| (*status, anonymous(moved)))
            .collect(),
        _ => Vec::new(),
    };
    // Where nothing tells which export is the later one, the new document is taken for it.
    let undirected = |status| match status {
        Status::RewrittenByEngine => Status::ContentWithoutRevision,
        other => other,
    };
    object.status = undirected(object.status);
    for (status, _) in &mut object.moved {
        *status = undirected(*status);
    }
    object.moved.sort();
    object
}

/// An outline is deterministic and has every object.
fn outlined(document: &Document) {
    for show_secrets in [false, true] {
        let lines = outline(&document.report, &document.contents.objects, show_secrets);
        let again = outline(&document.report, &document.contents.objects, show_secrets);
        assert_eq!(lines, again);
        let headings = lines.iter().filter(|line| line.depth == 0).count();
        assert_eq!(headings, 1 + document.report.objects.len());
        for line in &lines {
            check_escapes(&line.name);
        }
    }
}
