//! What the objects of each type are for, in a sentence.

/// What objects of a type are for; `None` for types of which only the name is known.
pub fn meaning_of(type_name: &str) -> Option<&'static str> {
    MEANINGS
        .iter()
        .find(|(name, _)| *name == type_name)
        .map(|(_, meaning)| *meaning)
}

/// One row per type of the table of object types, apart from those that newer engines only name.
const MEANINGS: &[(&str, &str)] = &[
    (
        "ALGORITHM_REFERENCE",
        "Names an algorithm that must exist on the engine that imports the document.",
    ),
    (
        "APPLICATION_SETTINGS",
        "Settings of the whole engine that algorithms depend on.",
    ),
    (
        "BINARYLOOKUP",
        "An algorithm that replaces binary values by others from a list.",
    ),
    (
        "CLASSIFIER_REFERENCE",
        "Names a classifier that must exist on the engine that imports the document.",
    ),
    (
        "CLEANSING",
        "An algorithm that replaces spellings of a value by one spelling.",
    ),
    (
        "DATABASE_CONNECTOR",
        "Says how an engine reaches a database: its server, schema and user, without the password.",
    ),
    (
        "DATABASE_RULESET",
        "Lists the tables and columns of a database to mask, and the algorithm for each.",
    ),
    ("DATE_SHIFT", "An algorithm that shifts dates."),
    (
        "DOMAIN",
        "A kind of sensitive data, such as first names, with its default algorithm.",
    ),
    (
        "DOMAIN_REFERENCE",
        "Names a domain that must exist on the engine that imports the document.",
    ),
    ("ENVIRONMENT", "A container for connectors, rulesets and jobs."),
    (
        "FILE_CONNECTOR",
        "Says how an engine reaches files to mask: their server, path and user, without the password.",
    ),
    ("FILE_FORMAT", "Says how files to mask are divided into fields."),
    (
        "FILE_RULESET",
        "Lists the files and fields to mask, and the algorithm for each.",
    ),
    (
        "GLOBAL_OBJECT",
        "Bundles the engine's algorithms, domains, profile expressions, profile sets and key.",
    ),
    (
        "JDBC_DRIVER",
        "A driver by which an engine connects to databases.",
    ),
    (
        "KEY",
        "The engine's global key. Algorithms without a key of their own use it.",
    ),
    (
        "LOOKUP",
        "An algorithm that replaces values by others from a list.",
    ),
    (
        "MAPPLET",
        "An algorithm of the users' own, as older engines ran them.",
    ),
    (
        "MASKING_JOB",
        "Masks the data that its ruleset lists, when it is run.",
    ),
    (
        "MIN_MAX",
        "An algorithm that keeps values between a smallest and a largest one.",
    ),
    (
        "MOUNT_INFORMATION",
        "Says how an engine mounts a file system with files to mask, without the password.",
    ),
    (
        "PROFILE_EXPRESSION",
        "A pattern by which profiling recognises the columns of a domain.",
    ),
    (
        "PROFILE_EXPRESSION_REFERENCE",
        "Names a profile expression that must exist on the engine that imports the document.",
    ),
    (
        "PROFILE_JOB",
        "Looks for sensitive columns in the data that its ruleset lists, when it is run.",
    ),
    (
        "PROFILE_SET",
        "A group of profile expressions that a profile job uses together.",
    ),
    (
        "PROFILE_SET_REFERENCE",
        "Names a profile set that must exist on the engine that imports the document.",
    ),
    ("REDACTION", "An algorithm that replaces words in free text."),
    (
        "REIDENTIFICATION_JOB",
        "Turns tokens back into the values that they stand for, when it is run.",
    ),
    (
        "SEGMENT",
        "An algorithm that divides a value into segments and replaces each by a table.",
    ),
    (
        "SOURCE_DATABASE_CONNECTOR",
        "The database from which a job that masks on the fly reads.",
    ),
    (
        "SOURCE_DATASET_CONNECTOR",
        "The mainframe data set from which a job that masks on the fly reads.",
    ),
    (
        "SOURCE_FILE_CONNECTOR",
        "The files from which a job that masks on the fly reads.",
    ),
    (
        "TOKENIZATION",
        "An algorithm that replaces values by tokens, which the engine can turn back.",
    ),
    (
        "TOKENIZATION_JOB",
        "Replaces the data that its ruleset lists by tokens, when it is run.",
    ),
    (
        "USER_ALGORITHM",
        "An algorithm that a plugin provides, with its settings.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::{OBJECT_TYPES, TypeNumber};

    #[test]
    fn every_type_with_a_number_has_a_meaning() {
        for known in OBJECT_TYPES {
            let needed = !matches!(known.number, TypeNumber::Unseen);
            assert!(!needed || meaning_of(known.name).is_some(), "{}", known.name);
        }
    }

    #[test]
    fn every_meaning_is_about_a_known_type() {
        for (name, _) in MEANINGS {
            assert!(OBJECT_TYPES.iter().any(|known| known.name == *name), "{name}");
        }
    }
}
