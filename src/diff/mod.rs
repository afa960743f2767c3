//! What differs between two export documents: objects by identity, then field by field.
//!
//! ```text
//! two reports and their objects → partners → per object: revision pair, content, closure → a reason per object
//! ```
//!
//! Invariants: a document doesn't differ from itself; exchanging the sides exchanges old and new and nothing else (the
//! choice among equally short text diffs aside, and what an upgrade adds, where nothing tells which export is the later
//! one). Secrets are compared, but held only as counts and digests unless they
//! are asked for. Everything here is bounded, and what was left out is said.

mod bytes;
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

pub use compare::{ObjectChanges, diff, object_changes};
pub use envelope::{ByteComparison, EnvelopeChange};
pub use fields::FieldChange;
pub use habits::Later;
pub use matching::MatchBy;
pub use path::{COMMON_FIELDS, FieldPath, IgnoreError, IgnoreRule, Step};
pub use secret::{LineDiff, LineTag, SecretChange};
pub use textconv::{OutlineLine, outline};
pub use value::{Value, ValueDigest};

use crate::finding::Finding;
use crate::identifier::Identifier;
use crate::object::data::SecretKind;
use crate::object::{RevisionPair, SyncObject};
use crate::report::{DocumentReport, ObjectReport};

/// One of the two documents.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// The file, if it is held: to compare bytes, and to know two equal files that can't be read.
    pub bytes: Option<&'a [u8]>,
    /// Its report.
    pub report: &'a DocumentReport,
    /// Its objects, as [`crate::report::Contents`] has them.
    pub objects: &'a [SyncObject<'static>],
}

/// What to compare and how.
#[derive(Debug, Clone, Default)]
pub struct DiffOptions {
    /// How objects are matched.
    pub match_by: MatchBy,
    /// Changes that don't count.
    pub ignore: Vec<IgnoreRule>,
    /// Only objects of these types; all when empty.
    pub only_types: Vec<String>,
    /// Whether the files are compared as bytes, too.
    pub strict_bytes: bool,
    /// Bounds on what is told.
    pub limits: DiffLimits,
}

/// Bounds on what a [`DocumentDiff`] holds.
#[derive(Debug, Clone)]
pub struct DiffLimits {
    /// Whether secrets are shown.
    pub show_secrets: bool,
    /// Bytes of one text.
    pub text_bytes: usize,
    /// Changed fields of one object.
    pub changes_per_object: usize,
    /// Changed fields over all objects.
    pub changes: usize,
    /// Lines of the text diff of one secret.
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

/// What differs between two documents.
#[derive(Debug, Clone)]
pub struct DocumentDiff {
    /// Objects that differ: those of the old document in record order, then the added ones.
    pub objects: Vec<ObjectDiff>,
    /// How many objects are as they were, in all they are compared by.
    pub unchanged: u64,
    /// What engines write anew in every export, object by object. None of it counts.
    pub volatile: Vec<VolatileObject>,
    /// Partners of equal content under different identifiers; labels, no change.
    pub renumbered: Vec<(ObjectRef, ObjectRef)>,
    /// Changes that the rules to ignore cover.
    pub ignored: u64,
    /// Differences around the objects.
    pub envelope: Vec<EnvelopeChange>,
    /// The files as bytes, when asked for.
    pub bytes: Option<ByteComparison>,
    /// Why the comparison isn't complete, if it isn't; the old document's reasons first.
    pub obstacles: Vec<Obstacle>,
    /// What deserves a warning.
    pub findings: Vec<Finding>,
}

impl DocumentDiff {
    /// Whether the documents hold the same content; in strict comparison, the same bytes.
    pub fn is_same(&self) -> bool {
        let same_bytes = |bytes: &ByteComparison| bytes.first_difference.is_none();
        self.objects.is_empty() && self.bytes.as_ref().is_none_or(same_bytes)
    }

    /// How many objects have a status.
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
pub struct Obstacle {
    /// Whether it is the new document.
    pub in_new: bool,
    /// What keeps it from being read.
    pub kind: ObstacleKind,
}

/// What keeps a document from being compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObstacleKind {
    /// The objects are encrypted and weren't opened: nothing is compared.
    Encrypted,
    /// Records can't be read: what they hold counts as absent.
    Damaged,
    /// A limit was hit: what lies beyond it counts as absent.
    Limit,
}

impl ObstacleKind {
    /// The stable word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Encrypted => "encrypted",
            Self::Damaged => "damaged",
            Self::Limit => "limit",
        }
    }
}

/// What became of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Status {
    /// Only the new document has it.
    Added,
    /// Only the old document has it.
    Removed,
    /// Another revision with other content. Or a GLOBAL_OBJECT with other members: engines keep its revision then.
    Changed,
    /// Other content under the same revision.
    ContentWithoutRevision,
    /// Under the same revision, what an upgrade of the engine adds, and no more.
    RewrittenByEngine,
    /// Another revision with the same content.
    Resaved,
    /// Nothing of its own, but something it depends on.
    DependencyChanged,
    /// Nothing, or nothing that isn't ignored.
    Unchanged,
}

impl Status {
    /// Every status under which an object is listed, the weightiest first.
    pub const LISTED: [Self; 7] = [
        Self::ContentWithoutRevision,
        Self::Changed,
        Self::Added,
        Self::Removed,
        Self::RewrittenByEngine,
        Self::Resaved,
        Self::DependencyChanged,
    ];

    /// The stable word used in every output format.
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

/// How an object is called. May quote the document: renderers escape it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectRef {
    /// Name of its type, or the bare number.
    pub type_name: String,
    /// Number of its type.
    pub type_number: u64,
    /// Its identifier.
    pub identifier: Identifier,
    /// The name people know it by.
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

/// `TYPE identifier`, with the name where that says more. Not escaped.
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
pub struct ObjectDiff {
    /// What became of it.
    pub status: Status,
    /// In the old document.
    pub old: Option<ObjectRef>,
    /// In the new document.
    pub new: Option<ObjectRef>,
    /// Its saved states, where it has partners with different ones.
    pub revisions: Option<RevisionChange>,
    /// What differs in it.
    pub changes: Vec<FieldChange>,
    /// How many changes are left out at the end.
    pub more_changes: u64,
    /// For a changed dependency: what moved, nearest names first by type and identifier.
    pub moved: Vec<(Status, ObjectRef)>,
    /// How many that moved are left out; `None` when they were too many to look for.
    pub more_moved: Option<u64>,
    /// For an added or removed object: what it depends on and holds.
    pub content: Vec<OutlineLine>,
    /// How many lines of that are left out at the end.
    pub more_content: u64,
    /// For an added or removed object: the secrets it holds in clear.
    pub secrets: Vec<(SecretKind, u64)>,
}

impl ObjectDiff {
    /// The object as the newer document that has it calls it.
    pub fn object(&self) -> Option<&ObjectRef> {
        self.new.as_ref().or(self.old.as_ref())
    }
}

/// What engines wrote anew in an object, whether it changed in something else or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VolatileObject {
    /// In the old document.
    pub old: ObjectRef,
    /// In the new document.
    pub new: ObjectRef,
    /// What it is.
    pub changes: Vec<FieldChange>,
}

/// Two saved states of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevisionChange {
    /// Before.
    pub old: RevisionPair,
    /// After.
    pub new: RevisionPair,
    /// When each was saved, in milliseconds since 1970.
    pub modified: (Option<i64>, Option<i64>),
}

impl RevisionChange {
    /// Whether both are states of one object, not of two that only share a name.
    pub fn same_object(&self) -> bool {
        self.old.object == self.new.object
    }
}
