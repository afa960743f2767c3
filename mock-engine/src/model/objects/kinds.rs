//! How types of objects and REST resources belong together.
//!
//! Invariant: the one place that knows it.

use exportdoc::object::{Scope, type_by_name};

use crate::model::resources::{ResourceSpec, spec};

/// The resource whose rows show objects of a type.
pub fn resource_of(type_name: &str) -> Option<&'static ResourceSpec> {
    Some(match type_name {
        "APPLICATION_SETTINGS" => &spec::SETTINGS,
        "DATABASE_CONNECTOR" => &spec::DATABASE_CONNECTORS,
        "DATABASE_RULESET" => &spec::DATABASE_RULESETS,
        "DATASET_CONNECTOR" => &spec::DATASET_CONNECTORS,
        "DOMAIN" => &spec::DOMAINS,
        "ENVIRONMENT" => &spec::ENVIRONMENTS,
        "FILE_CONNECTOR" => &spec::FILE_CONNECTORS,
        "FILE_FORMAT" => &spec::FILE_FORMATS,
        "FILE_RULESET" => &spec::FILE_RULESETS,
        "JDBC_DRIVER" => &spec::JDBC_DRIVERS,
        "MASKING_JOB" => &spec::MASKING_JOBS,
        "MOUNT_INFORMATION" => &spec::MOUNTS,
        "PROFILE_EXPRESSION" => &spec::PROFILE_EXPRESSIONS,
        "PROFILE_JOB" => &spec::PROFILE_JOBS,
        "PROFILE_SET" => &spec::PROFILE_SETS,
        "REIDENTIFICATION_JOB" => &spec::REIDENTIFICATION_JOBS,
        "TOKENIZATION_JOB" => &spec::TOKENIZATION_JOBS,
        name if is_algorithm(name) => &spec::ALGORITHMS,
        _ => return None,
    })
}

/// Whether objects of a type stand for others.
pub fn is_reference(type_name: &str) -> bool {
    type_by_name(type_name).is_some_and(|known| known.scope == Scope::Reference)
        || type_name.ends_with("_REFERENCE")
}

/// Whether a type is one of the algorithm types, which share one name space.
pub(super) fn is_algorithm(type_name: &str) -> bool {
    type_by_name(type_name).is_some_and(|known| known.algorithm)
}
