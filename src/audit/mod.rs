//! Decides by rules and a policy whether a document should be imported.
//!
//! ```text
//! report (+ objects and baseline) → findings → policy: level, or off → ignores: counts, or suppressed with a reason
//! ```
//! Every rule is an entry of the registry in [`crate::finding`]. The report applies most of them. This module adds the
//! rules that matter only for an import: age, host, names, people, changes since a baseline.
//!
//! Invariant: under any policy, a document sealed by this toolkit never scores better than the same content in an
//! engine's own document ([`AuditReport::score`], [`Policy::level`]).

mod baseline;
mod content;
mod demands;
mod judge;
mod level;
mod places;
mod policy;
mod policy_text;
mod report;

pub use judge::{AuditOptions, LISTED, audit_bytes, audit_source, policy_findings};
pub use level::Level;
pub use policy::{Ignore, Pattern, Policy, TextPlace, WantedType};
pub use policy_text::{DEFAULT_POLICY, PolicyError};
pub use report::{AuditFinding, AuditReport, RuleCount, Summary, Suppressed};
