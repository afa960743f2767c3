//! Reads, judges and makes the signed *export documents* that data-masking engines sync with.
//!
//! An engine exports its objects (jobs, connectors, rulesets, algorithms, keys) as one JSON document, whose signed blob is
//! opaque to people. This library opens it: what it holds, what changed, whether it should be imported, and what an import
//! would do. It also makes new documents: a part of one, a copy to share, the union of several.
//!
//! # A document
//!
//! Everything begins with [`Document::read`]. It fails only if the input is not the JSON of an export document. Damage
//! inside is a [`Finding`] of the report, with its place and a stable id.
//!
//! ```
//! use exportdoc::{Document, Severity};
//!
//! # let bytes = include_bytes!("../testdata/handmade/masking-job.json");
//! let document = Document::read(bytes)?;
//! let report = document.report();
//! println!("{} objects from {:?}", report.objects.len(), report.envelope.host);
//! for finding in report.findings.iter().filter(|found| found.severity == Severity::Error) {
//!     println!("{}: {}", finding.id(), finding.message);
//! }
//! # Ok::<(), exportdoc::Error>(())
//! ```
//!
//! | To | Call | Result |
//! |---|---|---|
//! | see what is in a document | [`Document::report`] | [`DocumentReport`] |
//! | report on a large document while it is read | [`DocumentReport::read`] | [`DocumentReport`] |
//! | check the signature and who made it | [`Document::verify`] | [`reporting::SignatureReport`] |
//! | see what changed | [`Document::diff`] | [`DocumentDiff`] |
//! | decide whether to import it | [`Document::audit`] | [`AuditReport`] |
//! | predict an import | [`Document::plan`] | [`ImportPlan`] |
//! | take some objects | [`Document::extract`] | a new document |
//! | combine documents | [`Document::merge`] | [`MergeOutcome`] and a new document |
//! | share a copy without secrets | [`Document::redact`] | a new document and a [`RedactReport`] |
//! | add or remove a passphrase | [`Document::encrypt`], [`Document::decrypt`] | a new document |
//! | sign a document again | [`Document::seal`] | a new document |
//!
//! # What the caller provides
//!
//! The library reads no file, no clock and no random generator, and prints nothing. Bytes, the time, keys and random bytes
//! come from the caller, so the same input gives the same result. New documents take theirs from [`Sealing`]. The one
//! exception is [`SigningKey::generate`], which asks the operating system for a key.
//!
//! # What is promised
//!
//! Semantic versioning covers the items on these pages. Structs of results and options may gain fields, and finding ids
//! keep their meaning. Texts for people may change.
//!
//! Every input is treated as hostile: parsers are bounded in depth, count and size, and return an [`Error`] with a place
//! instead of panicking. Texts in results may quote the document: escape them before they go to a terminal or a page.

mod audit;
mod blob;
mod buffered;
mod build;
mod byte_order_mark;
mod container;
mod date;
mod diff;
mod document;
mod envelope;
mod escape;
mod extract;
mod finding;
mod graph;
mod identifier;
mod import_plan;
#[doc(hidden)]
pub mod internal;
mod jdbc;
mod merge;
mod object;
mod passphrase;
mod possible_key;
mod redact;
mod report;
mod reuse;
mod revision_hash;
mod sample;
mod signature;
mod target_state;
mod utf8;
mod wire;

pub use audit::{AuditReport, Level, Policy, PolicyError};
pub use diff::{DiffOptions, DocumentDiff};
pub use document::{Document, Error, MergeChoices, PlanOptions, ReadOptions, Sealing, Target};
pub use extract::Dependencies;
pub use finding::{Finding, FindingRule, Place, Severity};
pub use import_plan::ImportPlan;
pub use merge::MergeOutcome;
pub use passphrase::{Passphrase, PassphraseError};
pub use redact::{RedactOptions, RedactReport};
pub use report::{DocumentReport, Trust, Verdict};
pub use signature::{Fingerprint, FingerprintError, KeySize, PrivateKeyError, SignError, SigningKey};

/// An instant in time, from the `jiff` crate.
pub use jiff::Timestamp;

/// The parts of a [`DocumentReport`].
pub mod reporting {
    pub use crate::date::JavaDate;
    pub use crate::identifier::Identifier;
    pub use crate::object::ObjectKey;
    pub use crate::object::data::SecretKind;
    pub use crate::report::{
        BlobReport, Check, CutKey, Encryption, EnvelopeReport, HashTally, HeaderReport, ListedObject,
        NamedBy, ObjectReport, Outcome, PartialRecord, SecretValue, SecretsUnknown, SignatureReport,
    };
    pub use crate::signature::{KeyFacts, PartialKey};
}

/// The parts of a [`DocumentDiff`], and what [`DiffOptions`] consist of.
pub mod comparing {
    pub use crate::diff::{
        ByteComparison, DiffLimits, EnvelopeChange, FieldChange, FieldPath, IgnoreError, IgnoreRule,
        LineDiff, LineTag, MatchBy, ObjectDiff, ObjectRef, Obstacle, ObstacleKind, OutlineLine,
        RevisionChange, SecretChange, Status, Step, Value, ValueDigest, VolatileObject,
    };
    pub use crate::object::RevisionPair;
}

/// The parts of an [`AuditReport`].
pub mod auditing {
    pub use crate::audit::{AuditFinding, Suppressed, TextPlace};
}

/// The parts of a [`MergeOutcome`], and what [`MergeChoices`] consist of.
pub mod merging {
    pub use crate::merge::{
        Candidate, CandidateState, Conflict, ConflictKind, MergedObject, Named, Note, Origin, Prefer,
        Renumber, Renumbered, Resolutions, ResolutionsError, Take,
    };
}

/// The parts of a [`RedactReport`].
pub mod redacting {
    pub use crate::redact::StandInKind;
}

/// The parts of an [`ImportPlan`].
pub mod planning {
    pub use crate::import_plan::{
        Action, ChecklistItem, Irreversible, Refusal, Rule, Step, TargetObject, TargetRevision, Todo, Verdict,
    };
}

/// The README's example compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
