//! The table of profiles.
//!
//! Every value has its source: [vendor] is the vendor's documentation, its OpenAPI pages or its knowledge base,
//! [documents] are real export documents, [clients] are programs that were written against live engines, and [ours] is
//! this project's choice, because no public source says. `docs/mock-choices.md` lists those of the last kind.

use super::{Differences, Endpoints};

/// Engines of 5.3. Their version is the last of 5.3 whose changes the vendor describes [vendor: types of 5.3.3].
pub(super) static V5_3: Differences = Differences {
    name: "5.3",
    version: "5.3.3.0",
    // [clients] The OpenAPI pages say 201, but four programs take only 200 for a success.
    created_status: 200,
    // [documents] Exports of 2018 and of May 2019.
    format: 1,
    types: &[OF_5_3, EXPRESSIONS],
    lacks: &[AFTER_5_3, AFTER_6_0, AFTER_6_0_15],
    hidden: &[MEMBERS_AFTER_6_0, MEMBERS_AFTER_6_0_15],
    // [vendor] Removed with 6.0.15.
    legacy_algorithms: true,
    // [vendor] Came with API 5.1.4x, that is, in 2025.
    structure: false,
    // [vendor] The same.
    revision_ids: false,
    // [vendor] One sync operation at a time, until 20.0.0.0.
    concurrent_sync: false,
    page_size: PAGE_SIZE,
};

/// Engines of 6.0.1, whose documentation and API 5.1.1 are public [vendor].
pub(super) static V6_0: Differences = Differences {
    name: "6.0",
    version: "6.0.1.0",
    // [documents] An export of November 2019.
    format: 2,
    // [vendor] The enumeration of API 5.1.1.
    types: &[OF_5_3, EXPRESSIONS, NEW_IN_6_0],
    lacks: &[AFTER_6_0, AFTER_6_0_15],
    ..V5_3
};

/// Engines of 6.0.15, which removed the legacy algorithms [vendor].
pub(super) static V6_0_15: Differences = Differences {
    name: "6.0.15",
    version: "6.0.15.0",
    // [ours] Lies between the formats of 2019 (2) and 2023 (6).
    format: 5,
    types: &[OF_5_3, EXPRESSIONS, NEW_IN_6_0, NEW_IN_LATER_6_0],
    lacks: &[AFTER_6_0_15],
    hidden: &[MEMBERS_UNTIL_6_0, MEMBERS_AFTER_6_0_15],
    legacy_algorithms: false,
    ..V5_3
};

/// Engines of 2025.2, whose API is 5.1.42 [vendor].
pub(super) static V2025: Differences = Differences {
    name: "2025",
    version: "2025.2.0.0",
    // [clients] A program for API 5.1.47 takes only 201 for a successful login.
    created_status: 201,
    // [documents] Exports of 2023. That 2025 has the same is [ours].
    format: 6,
    // [vendor] The enumeration of API 5.1.42, which still names MAPPLET.
    types: &[OF_5_3, NEW_IN_6_0, NEW_IN_LATER_6_0, NEW_IN_2025],
    lacks: &[EXPRESSION_ENDPOINTS],
    hidden: &[MEMBERS_UNTIL_6_0],
    legacy_algorithms: false,
    structure: true,
    revision_ids: true,
    concurrent_sync: true,
    page_size: PAGE_SIZE,
};

/// Default size of a page [ours]. It is a setting of the engine, whose factory value no source says. Two clients ask for
/// 100 at a time [clients].
const PAGE_SIZE: u64 = 100;

/// The type of the algorithms that 6.0.15 removed [vendor].
pub(super) const LEGACY: &str = "MAPPLET";

/// The types of 5.3.3 [vendor: the version that each type came with].
const OF_5_3: &[&str] = &[
    "ALGORITHM_REFERENCE",
    "BINARYLOOKUP",
    "CLEANSING",
    "DATABASE_CONNECTOR",
    "DATABASE_RULESET",
    "DATE_SHIFT",
    "DOMAIN",
    "DOMAIN_REFERENCE",
    "FILE_CONNECTOR",
    "FILE_FORMAT",
    "FILE_RULESET",
    "GLOBAL_OBJECT",
    "KEY",
    "LOOKUP",
    LEGACY,
    "MASKING_JOB",
    "MIN_MAX",
    "PROFILE_JOB",
    "PROFILE_SET",
    "PROFILE_SET_REFERENCE",
    "REDACTION",
    "SEGMENT",
    "SOURCE_DATABASE_CONNECTOR",
    "SOURCE_FILE_CONNECTOR",
    "TOKENIZATION",
];

/// Types from 5.3.3 on that API 5.1.42 doesn't have [vendor].
const EXPRESSIONS: &[&str] = &["PROFILE_EXPRESSION", "PROFILE_EXPRESSION_REFERENCE"];

/// Types that the enumeration of API 5.1.1 has besides [vendor].
const NEW_IN_6_0: &[&str] = &[
    "APPLICATION_SETTINGS",
    "JDBC_DRIVER",
    "MOUNT_INFORMATION",
    "REIDENTIFICATION_JOB",
    "TOKENIZATION_JOB",
];

/// Types that came with later versions of 6.0: component algorithms about 6.0.4, environments after 6.0.1 [vendor]. That
/// plugins came later is [ours]; the vendor names them among the types of 2025.
const NEW_IN_LATER_6_0: &[&str] = &["ENVIRONMENT", "USER_ALGORITHM"];

/// Types that the enumeration of API 5.1.42 has besides [vendor].
const NEW_IN_2025: &[&str] = &[
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

/// Endpoints of types that came with 6.0 [ours: the types are the vendor's].
const AFTER_5_3: &[Endpoints] = &[
    all("/jdbc-drivers"),
    all("/mount-filesystem"),
    all("/reidentification-jobs"),
    all("/tokenization-jobs"),
];

/// Endpoints that API 5.1.18 has and API 5.1.1 hasn't [clients: a generated client of 5.1.18 against the pages of 5.1.1].
/// That 6.0.15 has them is [ours].
const AFTER_6_0: &[Endpoints] = &[
    all("/database-rulesets/{id}/copy"),
    all("/environments/{id}/copy"),
    all("/file-rulesets/{id}/copy"),
    some("/file-uploads", &["get", "delete"]),
    all("/monitor-task"),
    all("/syncable-objects/environments"),
    // Component algorithms came about 6.0.4 [vendor], and frameworks with them [ours].
    all("/algorithm/frameworks"),
];

/// Endpoints that came after 6.0.15. A client for API 5.1.27 calls the classifiers [clients]; the other path of exports
/// came with `structure` [vendor], under a name that is [ours].
const AFTER_6_0_15: &[Endpoints] = &[all("/classifiers"), all("/v2/export")];

/// Endpoints of the types that API 5.1.42 dropped [ours: the types are the vendor's].
const EXPRESSION_ENDPOINTS: &[Endpoints] = &[all("/profile-expressions")];

/// Members that API 5.1.18 has and API 5.1.1 hasn't [clients, as for the endpoints], and those that only later pages show
/// [vendor].
const MEMBERS_AFTER_6_0: &[(&str, &str)] = &[
    ("algorithms", "canReturnNull"),
    ("algorithms", "fields"),
    ("algorithms", "frameworkId"),
    ("algorithms", "maskType"),
    ("algorithms", "pluginId"),
    ("column-metadata", "algorithmFieldId"),
    ("column-metadata", "algorithmGroupNo"),
    ("column-metadata", "documentStoreType"),
    ("column-metadata", "domainAssignedBy"),
    ("column-metadata", "fileFormatId"),
    ("column-metadata", "isIdentity"),
    ("execution-components", "bytesProcessed"),
    ("execution-components", "bytesTotal"),
    ("execution-components", "logFile"),
    ("execution-components", "nonConformingDataCount"),
    ("execution-events", "maskedObjectParentName"),
    ("file-field-metadata", "algorithmFieldId"),
    ("file-field-metadata", "algorithmGroupNo"),
    ("table-metadata", "isMasked"),
    ("users", "disableReason"),
    ("users", "userStatus"),
];

/// The member that `userStatus` replaced after 6.0.6 [clients].
const MEMBERS_UNTIL_6_0: &[(&str, &str)] = &[("users", "isLocked")];

/// What tells why a task failed came with API 5.1.4x [vendor]; the other member goes with the classifiers [ours].
const MEMBERS_AFTER_6_0_15: &[(&str, &str)] = &[
    ("async-tasks", "exceptionDetail"),
    ("profile-sets", "classifierIds"),
];

const fn all(path: &'static str) -> Endpoints {
    some(path, &[])
}

const fn some(path: &'static str, methods: &'static [&'static str]) -> Endpoints {
    Endpoints { path, methods }
}
