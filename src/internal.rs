//! What the command line, the mock engine and the tests use of the library, by module. Nothing here is promised: it may
//! change in every version.

pub mod audit {
    pub use crate::audit::*;
}
pub mod blob {
    pub use crate::blob::*;
}
pub mod build {
    pub use crate::build::*;
}
pub mod byte_order_mark {
    pub use crate::byte_order_mark::{LOOKS_LIKE_UTF_16, Utf16, utf_16, without_mark};
}
pub mod container {
    pub use crate::container::*;
}
pub mod date {
    pub use crate::date::*;
}
pub mod diff {
    pub use crate::diff::*;
}
pub mod envelope {
    pub use crate::envelope::*;
}
pub mod escape {
    pub use crate::escape::{html, json, markdown, terminal};
}
pub mod extract {
    pub use crate::extract::*;
}
pub mod finding {
    pub use crate::finding::*;
}
pub mod graph {
    pub use crate::graph::{Graph, GraphBuilder, NodeId};
}
pub mod identifier {
    pub use crate::identifier::Identifier;
}
pub mod import_plan {
    pub use crate::import_plan::*;
}
pub mod jdbc {
    pub use crate::jdbc::{Secret, names_secret, secret};
}
pub mod merge {
    pub use crate::merge::*;
}
pub mod object {
    pub use crate::object::*;
}
pub mod passphrase {
    pub use crate::passphrase::*;
}
pub mod redact {
    pub use crate::redact::{
        MARKER, RedactOptions, RedactReport, Redacted, StandInKind, hide_odd_type_names, redact,
    };
}
pub mod report {
    pub use crate::report::*;
}
pub mod reuse {
    pub use crate::reuse::*;
}
pub mod revision_hash {
    pub use crate::revision_hash::*;
}
pub mod sample {
    pub use crate::sample::*;
}
pub mod signature {
    pub use crate::signature::*;
}
pub mod target_state {
    pub use crate::target_state::*;
}
pub mod wire {
    pub use crate::wire::*;
}
