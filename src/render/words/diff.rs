//! The words for differences.

use exportdoc::internal::date;
use exportdoc::internal::diff::{
    ByteComparison, DocumentDiff, EnvelopeChange, FieldChange, LineDiff, ObjectDiff, Obstacle, ObstacleKind,
    OutlineLine, SecretChange, Status, Value,
};

use crate::render::words::{Tone, counted};

/// What to list beside the differences that count.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View {
    /// Values that engines write anew in every export.
    pub(crate) volatile: bool,
    /// All differences around the objects, not only those that a reader can act on.
    pub(crate) envelope: bool,
}

/// The outcome in plain words.
pub(crate) fn headline(diff: &DocumentDiff) -> (Tone, String) {
    if !diff.obstacles.is_empty() {
        (Tone::Unsure, "Not everything could be compared".to_owned())
    } else if diff.is_same() {
        (Tone::Good, "Same content".to_owned())
    } else if diff.objects.is_empty() {
        // With `--strict-bytes` the bytes alone make a difference.
        (Tone::Unsure, "Same content, but the bytes differ".to_owned())
    } else {
        let count = diff.objects.len() as u64;
        let differ = if count == 1 { "differs" } else { "differ" };
        (Tone::Unsure, format!("{} {differ}", counted(count, "object")))
    }
}

/// The objects that differ, the most serious first; within a status, in document order.
pub(crate) fn by_seriousness(diff: &DocumentDiff) -> Vec<&ObjectDiff> {
    let mut objects: Vec<&ObjectDiff> = diff.objects.iter().collect();
    objects.sort_by_key(|object| Status::LISTED.iter().position(|status| *status == object.status));
    objects
}

/// `1 changed, 2 added; 9 unchanged`.
pub(crate) fn summary(diff: &DocumentDiff) -> String {
    if diff.obstacles.iter().any(|o| o.kind == ObstacleKind::Encrypted) {
        return "not compared".to_owned();
    }
    let parts: Vec<String> = Status::LISTED
        .into_iter()
        .filter_map(|status| match diff.count(status) {
            0 => None,
            n => Some(format!("{n} {}", status.as_str())),
        })
        .collect();
    let mut text = if parts.is_empty() {
        "no content change".to_owned()
    } else {
        parts.join(", ")
    };
    text.push_str(&format!("; {} unchanged", diff.unchanged));
    if diff.ignored > 0 {
        text.push_str(&format!(", {} ignored", counted(diff.ignored, "difference")));
    }
    text
}

/// The number of objects with values that engines write anew in every export, and how to list them.
pub(crate) fn volatile(diff: &DocumentDiff, listed: bool) -> String {
    let count = diff.volatile.len() as u64;
    let carry = if count == 1 { "carries" } else { "carry" };
    let objects = counted(count, "object");
    let what = format!("{objects} {carry} values that engines change in every export (dates, orders)");
    if listed {
        format!("{what}:")
    } else {
        format!("{what}; --show-volatile lists them")
    }
}

/// The differences around the objects: all, or those that a reader can act on.
pub(crate) fn envelope(diff: &DocumentDiff, all: bool) -> Vec<&EnvelopeChange> {
    let shown = diff.envelope.iter();
    shown.filter(|change| all || change.is_actionable()).collect()
}

/// Why a side can't be compared in full.
pub(crate) fn obstacle(obstacle: &Obstacle) -> String {
    let side = if obstacle.in_new { "new" } else { "old" };
    match obstacle.kind {
        ObstacleKind::Encrypted => {
            format!("the {side} document's objects are encrypted and weren't opened: nothing was compared")
        }
        ObstacleKind::Damaged => {
            format!("part of the {side} document can't be read: its content counts as absent")
        }
        ObstacleKind::Limit => {
            format!("the {side} document exceeds a limit: the content beyond it counts as absent")
        }
    }
}

/// Why an object is listed, beside its changed fields.
pub(crate) fn reasons(object: &ObjectDiff) -> Vec<String> {
    let mut texts = Vec::new();
    match (object.status, &object.revisions) {
        (Status::Resaved, Some(revisions)) if revisions.same_object() => {
            texts.push("new revision, same content".to_owned());
        }
        (Status::Resaved, _) => {
            texts.push("same content, but the revision of another object".to_owned());
        }
        (Status::Changed, Some(revisions)) if !revisions.same_object() => {
            texts.push("not a later state of the same object: both UUIDs differ".to_owned());
        }
        (Status::ContentWithoutRevision, _) => {
            texts.push("same revision, different content: no engine writes that".to_owned());
        }
        (Status::RewrittenByEngine, _) => {
            texts.push("same revision: engine upgrades write this, but an editor could, too".to_owned());
        }
        (Status::Changed, None) => {
            texts.push("same revision: engines keep it when members are added or removed".to_owned());
        }
        (Status::DependencyChanged, _) => texts.push(moved(object)),
        _ => {}
    }
    if let (Some(old), Some(new)) = (&object.old, &object.new)
        && old.identifier != new.identifier
    {
        texts.push(format!(
            "identifier {} → {}, assigned by the engine",
            old.identifier, new.identifier
        ));
    }
    if !object.secrets.is_empty() {
        let secrets: Vec<String> = object
            .secrets
            .iter()
            .map(|(kind, count)| format!("{count} {}", kind.as_str()))
            .collect();
        texts.push(format!("in clear: {}", secrets.join(", ")));
    }
    texts
}

fn moved(object: &ObjectDiff) -> String {
    let Some(more) = object.more_moved else {
        return "something it depends on changed; too many dependencies to list".to_owned();
    };
    let mut names: Vec<String> = object
        .moved
        .iter()
        .map(|(status, object)| format!("{object} {}", status.as_str()))
        .collect();
    if more > 0 {
        names.push(format!("{more} more"));
    }
    if names.is_empty() {
        "the hash over its dependencies differs".to_owned()
    } else {
        format!("only through {}", names.join(", "))
    }
}

/// A value; texts in quotes, so that blanks are visible.
pub(crate) fn value(value: &Value) -> String {
    match value {
        Value::Text { text, cut: 0 } => format!("\"{text}\""),
        Value::Text { text, cut } => format!("\"{text}\"… and {cut} bytes more"),
        Value::Int(n) => n.to_string(),
        Value::Time(ms) => time(*ms),
        Value::Unsigned(n) => n.to_string(),
        Value::Digest(digest) => {
            let what = if digest.secret { "secret" } else { "value" };
            format!(
                "{}, {}, sha256 {}…",
                counted(digest.count, what),
                counted(digest.bytes, "byte"),
                digest.sha256
            )
        }
        Value::Message { fields, brief } => {
            let brief: Vec<String> = brief
                .iter()
                .map(|(name, value)| format!("{name} \"{value}\""))
                .collect();
            if brief.is_empty() {
                counted(*fields, "field")
            } else {
                brief.join(", ")
            }
        }
        Value::Order => "different order".to_owned(),
    }
}

/// A line of an object's content.
pub(crate) fn line(line: &OutlineLine) -> String {
    match &line.value {
        Some(shown) => format!("{}: {}", line.name, value(shown)),
        None => line.name.clone(),
    }
}

/// A time in ISO 8601, or the number if no calendar has that year.
pub(crate) fn time(ms: i64) -> String {
    date::from_epoch_millis(ms).map_or_else(|_| ms.to_string(), date::iso_millis)
}

/// One side of a change; a dash if it is missing.
pub(crate) fn side(side: Option<&Value>) -> String {
    side.map_or_else(|| "–".to_owned(), value)
}

/// `old → new`, or another description of the change.
pub(crate) fn change(change: &FieldChange) -> String {
    match (&change.old, &change.new) {
        (Some(Value::Order), _) => "same items, different order".to_owned(),
        (Some(old), Some(new)) => format!("{} → {}", value(old), value(new)),
        (None, Some(new)) => format!("added {}", value(new)),
        (Some(old), None) => format!("removed {}", value(old)),
        (None, None) => "differs".to_owned(),
    }
}

/// `2 lines in, 1 line out`: how much of a secret changed.
pub(crate) fn tally(secret: &SecretChange) -> String {
    format!(
        "{} in, {} out",
        counted(secret.added, "line"),
        counted(secret.removed, "line")
    )
}

/// What a text diff omits.
pub(crate) fn cut(lines: &LineDiff) -> Option<String> {
    let mut parts = Vec::new();
    if lines.cut > 0 {
        parts.push(format!("{} more changed lines omitted", lines.cut));
    }
    if lines.cut_bytes > 0 {
        parts.push(format!(
            "{} omitted at line ends",
            counted(lines.cut_bytes, "byte")
        ));
    }
    if !lines.in_order {
        parts.push("too large to compare in order: compared as sets of lines".to_owned());
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// The comparison of the files' bytes, line by line.
pub(crate) fn bytes(comparison: &ByteComparison) -> Vec<String> {
    let Some(first) = comparison.first_difference else {
        return vec!["the files are equal byte for byte".to_owned()];
    };
    let (old, new) = comparison.lengths;
    let mut lines = vec![format!(
        "the files differ from byte {first} on ({old} and {new} bytes long)"
    )];
    if comparison.reordered {
        lines.push("the objects are in a different order".to_owned());
    }
    for object in &comparison.rewritten {
        lines.push(format!("{object}: equal content, encoded differently"));
    }
    if comparison.more_rewritten > 0 {
        lines.push(format!(
            "{} more encoded differently",
            counted(comparison.more_rewritten, "object")
        ));
    }
    lines
}
