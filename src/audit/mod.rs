//! Whether a document should be imported, by rules and a policy: for reviewers, and for gates that have no reviewer.
//!
//! ```text
//! report (+ objects and baseline) → findings → policy: level, or off → ignores: counts, or suppressed with a reason
//! ```
//!
//! Every rule is an entry of the registry in [`crate::finding`]. Most are found while a document is examined; what only
//! matters to somebody who has to decide on it (ages, hosts, names, people, changes since a baseline) is found here.
//!
//! Invariants: no clock, no files: the caller passes the time and the texts. A document sealed by this toolkit never
//! scores better than the same content in an engine's own document, whatever the policy says
//! ([`AuditReport::score`], [`Policy::level`]).

mod baseline;
mod content;
mod demands;
mod judge;
mod level;
mod places;
mod policy;
mod policy_text;
mod report;
mod rules;

pub use judge::{AuditOptions, LISTED, audit_bytes, audit_source, policy_findings};
pub use level::Level;
pub use policy::{Ignore, Pattern, Policy, TextPlace, WantedType};
pub use policy_text::{DEFAULT_POLICY, PolicyError};
pub use report::{AuditFinding, AuditReport, RuleCount, Summary, Suppressed};
pub use rules::{Needs, needs};
