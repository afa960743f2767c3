//! Compares two export documents: objects by identity, then field by field.
//!
//! ```text
//! two reports and their objects → partners → per object: revision pair, content, closure → a reason per object
//! ```
//!
//! Invariants:
//!
//! - A document doesn't differ from itself.
//! - Swapping the documents swaps old and new in the result. There are two exceptions: the choice among equally short text
//!   diffs, and an upgrade's additions if the exports have no times.
//! - Secrets are compared, but shown as counts and digests unless requested.
//! - The result is bounded, and omitted changes are counted.

mod bytes;
mod changes;
mod closure;
mod compare;
mod envelope;
mod fields;
mod habits;
mod matching;
mod object;
mod path;
mod secret;
mod textconv;
mod value;

pub use changes::FieldChange;
pub use compare::{ObjectChanges, diff, object_changes};
pub use envelope::{ByteComparison, EnvelopeChange};
pub use habits::Later;
pub use matching::MatchBy;
pub use path::{COMMON_FIELDS, FieldPath, IgnoreError, IgnoreRule, Step};
pub use secret::{LineDiff, LineTag, SecretChange};
pub use textconv::{OutlineLine, content, outline};
pub use value::{Value, ValueDigest};

use crate::finding::Finding;
use crate::identifier::Identifier;
use crate::object::data::SecretKind;
use crate::object::{RevisionPair, SyncObject};
use crate::report::{DocumentReport, ObjectReport};

/// One of the two documents.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// The file, if available. Needed to compare bytes, and to recognise equal files that are unreadable.
    pub bytes: Option<&'a [u8]>,
    /// Its report.
    pub report: &'a DocumentReport,
    /// Its objects, as [`crate::report::Contents`] has them.
    pub objects: &'a [SyncObject<'static>],
}

/// How to compare two documents.
///
/// ```
/// use exportdoc::{DiffOptions, comparing::MatchBy};
///
/// let options = DiffOptions::default().match_by(MatchBy::Name).strict_bytes(true);
/// assert_eq!(options.match_by, MatchBy::Name);
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct DiffOptions {
    /// How objects are matched.
    pub match_by: MatchBy,
    /// Changes that don't count.
    pub ignore: Vec<IgnoreRule>,
    /// The types to compare; all if empty.
    pub only_types: Vec<String>,
    /// Whether to compare the files' bytes as well.
    pub strict_bytes: bool,
    /// Bounds on the result.
    pub limits: DiffLimits,
}

impl DiffOptions {
    /// Sets how objects are matched.
    pub fn match_by(self, match_by: MatchBy) -> Self {
        Self { match_by, ..self }
    }

    /// Sets the changes that don't count.
    pub fn ignore(self, ignore: Vec<IgnoreRule>) -> Self {
        Self { ignore, ..self }
    }

    /// Compares only objects of these types.
    pub fn only_types(self, only_types: Vec<String>) -> Self {
        Self { only_types, ..self }
    }

    /// Sets whether to compare the files' bytes as well.
    pub fn strict_bytes(self, strict_bytes: bool) -> Self {
        Self { strict_bytes, ..self }
    }

    /// Sets the bounds on the result.
    pub fn limits(self, limits: DiffLimits) -> Self {
        Self { limits, ..self }
    }
}

/// Bounds on a [`DocumentDiff`].
#[derive(Debug, Clone)]
pub struct DiffLimits {
    /// Whether to show secrets.
    pub show_secrets: bool,
    /// The most bytes of a text.
    pub text_bytes: usize,
    /// The most changed fields of an object.
    pub changes_per_object: usize,
    /// The most changed fields of all objects together.
    pub changes: usize,
    /// The most lines of a secret's text diff.
    pub secret_lines: usize,
}

impl Default for DiffLimits {
    fn default() -> Self {
        Self {
            show_secrets: false,
            text_bytes: 4_096,
            changes_per_object: 1_000,
            changes: 20_000,
            secret_lines: 400,
        }
    }
}

/// The differences between two documents.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct DocumentDiff {
    /// Objects that differ: those of the old document in record order, then the added ones.
    pub objects: Vec<ObjectDiff>,
    /// The number of unchanged objects.
    pub unchanged: u64,
    /// Values that engines write anew in every export, by object. They don't count as changes.
    pub volatile: Vec<VolatileObject>,
    /// Pairs of equal content with different identifiers. Identifiers are labels, so these aren't changes.
    pub renumbered: Vec<(ObjectRef, ObjectRef)>,
    /// The number of ignored changes.
    pub ignored: u64,
    /// Differences in the envelope.
    pub envelope: Vec<EnvelopeChange>,
    /// The comparison of the bytes, if requested.
    pub bytes: Option<ByteComparison>,
    /// Why the comparison is incomplete; the old document's reasons first.
    pub obstacles: Vec<Obstacle>,
    /// Warnings.
    pub findings: Vec<Finding>,
}

impl DocumentDiff {
    /// Whether the documents hold the same content; in strict comparison, the same bytes.
    pub fn is_same(&self) -> bool {
        let same_bytes = |bytes: &ByteComparison| bytes.first_difference.is_none();
        self.objects.is_empty() && self.bytes.as_ref().is_none_or(same_bytes)
    }

    /// The number of objects with a status.
    pub fn count(&self, status: Status) -> u64 {
        match status {
            Status::Unchanged => self.unchanged,
            _ => self
                .objects
                .iter()
                .filter(|object| object.status == status)
                .count() as u64,
        }
    }
}

/// Why part of a document can't be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Obstacle {
    /// Whether it is the new document.
    pub in_new: bool,
    /// What prevents reading it.
    pub kind: ObstacleKind,
}

/// What prevents comparing part of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObstacleKind {
    /// The objects are encrypted and weren't decrypted: nothing is compared.
    Encrypted,
    /// Unreadable records: their content counts as absent.
    Damaged,
    /// A limit was hit: content beyond it counts as absent.
    Limit,
}

impl ObstacleKind {
    /// The stable id.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Encrypted => "encrypted",
            Self::Damaged => "damaged",
            Self::Limit => "limit",
        }
    }
}

/// How an object differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Status {
    /// Only the new document has it.
    Added,
    /// Only the old document has it.
    Removed,
    /// Another revision and other content. Also a `GLOBAL_OBJECT` with other members: engines keep its revision.
    Changed,
    /// Other content under the same revision.
    ContentWithoutRevision,
    /// The same revision, with only the additions of an engine's upgrade.
    RewrittenByEngine,
    /// Another revision with the same content.
    Resaved,
    /// Unchanged itself, but a dependency changed.
    DependencyChanged,
    /// Unchanged, apart from ignored changes.
    Unchanged,
}

impl Status {
    #[doc(hidden)]
    /// The statuses of listed objects, the most serious first.
    pub const LISTED: [Self; 7] = [
        Self::ContentWithoutRevision,
        Self::Changed,
        Self::Added,
        Self::Removed,
        Self::RewrittenByEngine,
        Self::Resaved,
        Self::DependencyChanged,
    ];

    /// The stable id used in every output format.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::ContentWithoutRevision => "content-without-revision",
            Self::RewrittenByEngine => "rewritten-by-engine",
            Self::Resaved => "re-saved",
            Self::DependencyChanged => "dependency-changed",
            Self::Unchanged => "unchanged",
        }
    }
}

/// How to refer to an object. May quote the document: renderers escape it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectRef {
    /// Name of its type, or the bare number.
    pub type_name: String,
    /// Number of its type.
    pub type_number: u64,
    /// Its identifier.
    pub identifier: Identifier,
    /// Its name, if it has one.
    pub name: Option<String>,
}

impl ObjectRef {
    pub(crate) fn of(object: &ObjectReport) -> Self {
        Self {
            type_name: object.type_name.clone(),
            type_number: object.key.type_number,
            identifier: object.key.identifier.clone(),
            name: object.name.clone(),
        }
    }
}

/// `TYPE identifier`, followed by the name if it differs. Not escaped.
impl std::fmt::Display for ObjectRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let identifier = self.identifier.to_string();
        write!(f, "{} {identifier}", self.type_name)?;
        match &self.name {
            Some(name) if *name != identifier => write!(f, " ({name})"),
            _ => Ok(()),
        }
    }
}

/// One object that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ObjectDiff {
    /// How it differs.
    pub status: Status,
    /// In the old document.
    pub old: Option<ObjectRef>,
    /// In the new document.
    pub new: Option<ObjectRef>,
    /// Both saved states, if they differ.
    pub revisions: Option<RevisionChange>,
    /// Its changes.
    pub changes: Vec<FieldChange>,
    /// The number of changes left out at the end.
    pub more_changes: u64,
    /// The dependencies that changed, by type and identifier.
    pub moved: Vec<(Status, ObjectRef)>,
    /// The number of changed dependencies left out; `None` if the closure was too large to search.
    pub more_moved: Option<u64>,
    /// The content of an added or removed object.
    pub content: Vec<OutlineLine>,
    /// The number of its lines left out at the end.
    pub more_content: u64,
    /// The number of secrets in clear of an added or removed object, by kind.
    pub secrets: Vec<(SecretKind, u64)>,
}

impl ObjectDiff {
    /// The object as in the new document, else as in the old one.
    pub fn object(&self) -> Option<&ObjectRef> {
        self.new.as_ref().or(self.old.as_ref())
    }
}

/// Values that an engine wrote anew in an object, which may also have changes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct VolatileObject {
    /// In the old document.
    pub old: ObjectRef,
    /// In the new document.
    pub new: ObjectRef,
    /// The values.
    pub changes: Vec<FieldChange>,
}

/// Two saved states of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RevisionChange {
    /// Before.
    pub old: RevisionPair,
    /// After.
    pub new: RevisionPair,
    /// The times of both saves, in milliseconds since 1970.
    pub modified: (Option<i64>, Option<i64>),
}

impl RevisionChange {
    /// Whether both are states of one object, not of two objects with the same name.
    pub fn same_object(&self) -> bool {
        self.old.object == self.new.object
    }
}
