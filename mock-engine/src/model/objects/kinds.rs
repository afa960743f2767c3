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

/// Type names and what REST calls these algorithms.
const ALGORITHM_KINDS: &[(&str, &str)] = &[
    ("LOOKUP", "LOOKUP"),
    ("SEGMENT", "SEGMENT"),
    ("TOKENIZATION", "TOKENIZATION"),
    ("DATE_SHIFT", "DATE"),
    ("BINARYLOOKUP", "BINARY_LOOKUP"),
    ("CLEANSING", "CLEANSING"),
    ("MIN_MAX", "MINMAX"),
    ("REDACTION", "REDACTION"),
    ("MAPPLET", "CUSTOM_ALGORITHM"),
    ("USER_ALGORITHM", "COMPONENT"),
];

/// `algorithmType` of algorithms of an object type.
pub(super) fn algorithm_kind(type_name: &str) -> &'static str {
    let known = ALGORITHM_KINDS.iter().find(|(name, _)| *name == type_name);
    known.map_or("MISC", |(_, kind)| kind)
}

/// The object type of algorithms of an `algorithmType`; none for those that can't be synced.
pub(super) fn algorithm_type(kind: &str) -> Option<&'static str> {
    let known = ALGORITHM_KINDS.iter().find(|(_, known)| *known == kind);
    known.map(|(name, _)| *name)
}

/// The object type behind the rows of a resource; algorithms have several, see [`algorithm_type`].
pub(super) fn type_at(path: &str) -> Option<&'static str> {
    Some(match path {
        "application-settings" => "APPLICATION_SETTINGS",
        "database-connectors" => "DATABASE_CONNECTOR",
        "database-rulesets" => "DATABASE_RULESET",
        "domains" => "DOMAIN",
        "environments" => "ENVIRONMENT",
        "masking-jobs" => "MASKING_JOB",
        "profile-expressions" => "PROFILE_EXPRESSION",
        "profile-jobs" => "PROFILE_JOB",
        "profile-sets" => "PROFILE_SET",
        _ => return None,
    })
}

/// Types of newer engines whose objects were never seen: known by name only.
const NAMED_ONLY: &[&str] = &[
    "ALGORITHM_PLUGIN",
    "CLASSIFIER",
    "CLASSIFIER_REFERENCE",
    "CREDENTIAL_PATH",
    "DATASET_CONNECTOR",
    "DATASET_FORMAT",
    "DATASET_RULESET",
    "DRIVER_SUPPORT_PLUGIN",
    "LICENSE_INFO",
    "PASSWORD_VAULT",
    "SOURCE_DATASET_CONNECTOR",
];

/// Whether any engine knows objects of this type.
pub fn is_type_name(type_name: &str) -> bool {
    type_by_name(type_name).is_some() || NAMED_ONLY.contains(&type_name)
}

/// Whether objects of a type are members of GLOBAL_OBJECT by themselves.
pub(super) fn is_global_member(type_name: &str) -> bool {
    is_algorithm(type_name)
        || matches!(
            type_name,
            "DOMAIN" | "JDBC_DRIVER" | "KEY" | "PROFILE_EXPRESSION" | "PROFILE_SET"
        )
}
