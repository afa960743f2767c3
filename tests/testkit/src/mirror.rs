//! Exchanges the sides of a comparison.

use exportdoc::internal::diff::{ObjectDiff, Status};

/// One object's difference with the sides exchanged.
pub fn mirrored(object: &ObjectDiff) -> ObjectDiff {
    let status = |status| match status {
        Status::Added => Status::Removed,
        Status::Removed => Status::Added,
        other => other,
    };
    let mut mirror = object.clone();
    mirror.status = status(object.status);
    std::mem::swap(&mut mirror.old, &mut mirror.new);
    for change in &mut mirror.changes {
        std::mem::swap(&mut change.old, &mut change.new);
        if let Some(secret) = &mut change.secret {
            std::mem::swap(&mut secret.added, &mut secret.removed);
        }
    }
    if let Some(revisions) = &mut mirror.revisions {
        std::mem::swap(&mut revisions.old, &mut revisions.new);
        revisions.modified = (revisions.modified.1, revisions.modified.0);
    }
    for (moved, _) in &mut mirror.moved {
        *moved = status(*moved);
    }
    mirror
}
