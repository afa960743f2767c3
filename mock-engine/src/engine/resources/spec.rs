//! Descriptions of the resources: paths, ids, required members, filters, relations.
//!
//! Invariant: data only. [`super::RowCollection`] has the rules.

use exportdoc::internal::object::{NameRule, OBJECT_TYPES};
use serde_json::Value;

/// The description of a resource.
#[derive(Debug)]
pub struct ResourceSpec {
    /// Path below the API's base.
    pub path: &'static str,
    /// Name of a row in errors, in lower case.
    pub title: &'static str,
    /// Member that holds the key.
    pub id_field: &'static str,
    /// Counter of the ids; without one, the client's name is the key.
    pub counter: Option<&'static str>,
    /// Member that holds the name.
    pub name_field: Option<&'static str>,
    /// Scope in which the name is unique.
    pub unique: Unique,
    /// Required members of a new row, besides the name.
    pub required: &'static [&'static str],
    /// Members that refer to other resources.
    pub parents: &'static [Parent],
    /// Filters: query parameters and the members that they compare.
    pub filters: &'static [(&'static str, &'static str)],
    /// Query parameter that a new row requires, and its member.
    pub needs: Option<(&'static str, &'static str)>,
    /// Second member with the key, for clients that read another one.
    pub also: Option<&'static str>,
    /// Whether new names may have any characters.
    pub free_names: bool,
    /// Members that are written but never shown, at any depth.
    pub secrets: &'static [&'static str],
    /// Whether a row has its creator and its time of creation.
    pub says_creator: bool,
    /// Permitted operations.
    pub access: Access,
}

/// The scope in which names are unique.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unique {
    /// The whole engine.
    Engine,
    /// An environment.
    Environment,
    /// The rows with the same value of a member.
    Within(&'static str),
    /// Names need not be unique.
    No,
}

/// The operations that clients may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everything.
    Full,
    /// List, get and start.
    Start,
    /// List, get and change.
    Change,
    /// List and get.
    Read,
}

/// What the deletion of a referenced row does to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnDelete {
    /// Deletes it too.
    Cascade,
    /// The deletion is refused.
    Refuse,
    /// Nothing: the row mirrors a part of the other row's object and goes with that.
    Part,
}

/// A member with references to rows of another resource: one key, or a list of keys.
#[derive(Debug)]
pub struct Parent {
    /// The member.
    pub field: &'static str,
    /// Its targets: the first one that matches counts.
    pub to: &'static [Target],
    /// The effect of a deletion of the target.
    pub on_delete: OnDelete,
}

/// A possible target of a reference.
#[derive(Debug)]
pub struct Target {
    path: &'static str,
    /// Member and value that select this target. Without the member, the first target counts.
    when: Option<(&'static str, &'static str)>,
}

impl Parent {
    /// Returns the target of this member of a row.
    pub fn targets(&self, entry: &Value) -> impl Iterator<Item = &'static str> + use<> {
        let fits = |target: &&Target| match target.when {
            None => true,
            Some((member, wanted)) => entry
                .get(member)
                .and_then(Value::as_str)
                .is_none_or(|is| is == wanted),
        };
        self.to.iter().find(fits).map(|target| target.path).into_iter()
    }
}

const fn cascade(field: &'static str, to: &'static [Target]) -> Parent {
    Parent {
        field,
        to,
        on_delete: OnDelete::Cascade,
    }
}

const fn keep(field: &'static str, to: &'static [Target]) -> Parent {
    Parent {
        field,
        to,
        on_delete: OnDelete::Refuse,
    }
}

const fn part(field: &'static str, to: &'static [Target]) -> Parent {
    Parent {
        field,
        to,
        on_delete: OnDelete::Part,
    }
}

const fn at(path: &'static str) -> Target {
    Target { path, when: None }
}

const fn when(path: &'static str, member: &'static str, value: &'static str) -> Target {
    Target {
        path,
        when: Some((member, value)),
    }
}

const RULESETS: &[Target] = &[
    when("database-rulesets", "rulesetType", "DATABASE"),
    when("file-rulesets", "rulesetType", "FILE"),
];

/// Members that are never shown.
const SECRETS: &[&str] = &["password", "sshKey", "passphrase"];

/// A read-only resource without rules, as a base for others.
const PLAIN: ResourceSpec = ResourceSpec {
    path: "",
    title: "",
    id_field: "",
    counter: None,
    name_field: None,
    unique: Unique::No,
    required: &[],
    parents: &[],
    filters: &[],
    needs: None,
    also: None,
    free_names: false,
    secrets: SECRETS,
    says_creator: false,
    access: Access::Full,
};

/// The description of a resource without an object type.
const fn rows(path: &'static str, id_field: &'static str, name_field: Option<&'static str>) -> ResourceSpec {
    ResourceSpec {
        path,
        id_field,
        name_field,
        ..PLAIN
    }
}

/// The description of a resource that shows objects of a type. An unknown type fails to compile: the index is out of
/// bounds.
const fn rows_of(type_name: &str) -> ResourceSpec {
    let mut at = 0;
    loop {
        let known = &OBJECT_TYPES[at];
        if let Some(rest) = known.rest
            && same(known.name, type_name)
        {
            return ResourceSpec {
                free_names: matches!(known.name_rule, NameRule::Exempt),
                ..rows(rest.path, rest.id, rest.name)
            };
        }
        at += 1;
    }
}

/// Returns the description of the resource at a path.
pub(crate) fn by_path(path: &str) -> Option<&'static ResourceSpec> {
    ALL.iter().copied().find(|spec| spec.path == path)
}

/// `==` for constants.
const fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut at = 0;
    while at < one.len() && at < other.len() && one[at] == other[at] {
        at += 1;
    }
    at == one.len() && at == other.len()
}

macro_rules! specs {
    ($($name:ident = $rows:expr, $title:literal { $($member:ident: $value:expr),* $(,)? })*) => {
        $(
            #[doc = concat!("The description of each ", $title, ".")]
            pub static $name: ResourceSpec = ResourceSpec { title: $title, $($member: $value,)* ..$rows };
        )*

        /// The descriptions of all resources.
        pub(crate) static ALL: &[&ResourceSpec] = &[$(&$name),*];
    };
}

specs! {
    APPLICATIONS = rows("applications", "applicationId", Some("applicationName")), "application" {
        counter: Some("application"), unique: Unique::Engine,
    }
    ENVIRONMENTS = rows_of("ENVIRONMENT"), "environment" {
        counter: Some("environment"), unique: Unique::Engine,
        required: &["applicationId"], parents: &[cascade("applicationId", &[at("applications")])],
        filters: &[("application_id", "applicationId")],
    }
    DATABASE_CONNECTORS = rows_of("DATABASE_CONNECTOR"), "database connector" {
        counter: Some("connector"), unique: Unique::Environment,
        required: &["databaseType", "environmentId"],
        parents: &[cascade("environmentId", &[at("environments")])],
        filters: &[("environment_id", "environmentId")],
    }
    FILE_CONNECTORS = rows_of("FILE_CONNECTOR"), "file connector" {
        counter: Some("connector"), unique: Unique::Environment,
        required: &["environmentId", "fileType", "connectionInfo"],
        parents: &[cascade("environmentId", &[at("environments")])],
        filters: &[("environment_id", "environmentId")],
    }
    DATASET_CONNECTORS = rows_of("DATASET_CONNECTOR"), "mainframe dataset connector" {
        also: Some("mainframe-datasetConnectorId"),
        counter: Some("connector"), unique: Unique::Environment,
        required: &["environmentId"], parents: &[cascade("environmentId", &[at("environments")])],
        filters: &[("environment_id", "environmentId")],
    }
    DATABASE_RULESETS = rows_of("DATABASE_RULESET"), "database ruleset" {
        counter: Some("ruleset"), unique: Unique::Environment,
        required: &["databaseConnectorId"],
        parents: &[cascade("databaseConnectorId", &[at("database-connectors")])],
        filters: &[("environment_id", "environmentId")],
    }
    FILE_RULESETS = rows_of("FILE_RULESET"), "file ruleset" {
        counter: Some("ruleset"), unique: Unique::Environment,
        required: &["fileConnectorId"], parents: &[cascade("fileConnectorId", &[at("file-connectors")])],
        filters: &[("environment_id", "environmentId")],
    }
    MASKING_JOBS = rows_of("MASKING_JOB"), "masking job" {
        says_creator: true, counter: Some("job"), unique: Unique::Environment,
        required: &["rulesetId"], parents: &[cascade("rulesetId", RULESETS)],
        filters: &[("environment_id", "environmentId")],
    }
    PROFILE_JOBS = rows_of("PROFILE_JOB"), "profile job" {
        says_creator: true, counter: Some("job"), unique: Unique::Environment,
        required: &["profileSetId", "rulesetId"],
        parents: &[cascade("rulesetId", RULESETS), keep("profileSetId", &[at("profile-sets")])],
        filters: &[("environment_id", "environmentId")],
    }
    TOKENIZATION_JOBS = rows_of("TOKENIZATION_JOB"), "tokenization job" {
        says_creator: true, counter: Some("job"), unique: Unique::Environment,
        required: &["rulesetId"], parents: &[cascade("rulesetId", RULESETS)],
        filters: &[("environment_id", "environmentId")],
    }
    REIDENTIFICATION_JOBS = rows_of("REIDENTIFICATION_JOB"), "reidentification job" {
        says_creator: true, counter: Some("job"), unique: Unique::Environment,
        required: &["rulesetId"], parents: &[cascade("rulesetId", RULESETS)],
        filters: &[("environment_id", "environmentId")],
    }
    PROFILE_SETS = rows_of("PROFILE_SET"), "profile set" {
        says_creator: true, counter: Some("profile-set"), unique: Unique::Engine,
        parents: &[
            keep("profileExpressionIds", &[at("profile-expressions")]),
            keep("classifierIds", &[at("classifiers")]),
        ],
    }
    PROFILE_EXPRESSIONS = rows_of("PROFILE_EXPRESSION"), "profile expression" {
        says_creator: true, counter: Some("profile-expression"), unique: Unique::Engine,
        required: &["domainName", "regularExpression"], parents: &[keep("domainName", &[at("domains")])],
    }
    CLASSIFIERS = rows_of("CLASSIFIER"), "classifier" {
        says_creator: true, counter: Some("classifier"), unique: Unique::Engine, free_names: true,
        parents: &[keep("domainName", &[at("domains")]), keep("frameworkId", &[at("classifiers/frameworks")])],
    }
    DOMAINS = rows_of("DOMAIN"), "domain" {
        says_creator: true, unique: Unique::Engine, required: &["defaultAlgorithmCode"],
    }
    ALGORITHMS = rows_of("LOOKUP"), "algorithm" {
        says_creator: true, unique: Unique::Engine, required: &["algorithmType"],
        filters: &[("mask_type", "maskType")],
    }
    FRAMEWORKS = rows("algorithm/frameworks", "frameworkId", None), "algorithm framework" { access: Access::Read }
    CLASSIFIER_FRAMEWORKS = rows("classifiers/frameworks", "frameworkId", None), "classifier framework" {
        access: Access::Read,
    }
    FILE_FORMATS = rows_of("FILE_FORMAT"), "file format" {
        counter: Some("file-format"), unique: Unique::Engine,
        required: &["fileFormatType"],
    }
    TABLE_METADATA = rows("table-metadata", "tableMetadataId", Some("tableName")), "table" {
        counter: Some("metadata"), unique: Unique::No, required: &["rulesetId"], free_names: true,
        parents: &[part("rulesetId", &[at("database-rulesets")])],
        filters: &[("ruleset_id", "rulesetId")],
    }
    COLUMN_METADATA = rows("column-metadata", "columnMetadataId", Some("columnName")), "column" {
        counter: Some("field-metadata"), free_names: true,
        parents: &[part("tableMetadataId", &[at("table-metadata")])],
        filters: &[("table_metadata_id", "tableMetadataId"), ("is_masked", "isMasked")],
        access: Access::Change,
    }
    FILE_FIELD_METADATA = rows("file-field-metadata", "fileFieldMetadataId", Some("fieldName")), "file field" {
        counter: Some("field-metadata"), free_names: true,
        parents: &[part("fileFormatId", &[at("file-formats")])],
        filters: &[
            ("file_format_id", "fileFormatId"), ("record_type_id", "recordTypeId"), ("is_masked", "isMasked"),
        ],
        access: Access::Change,
    }
    FILE_METADATA = rows("file-metadata", "fileMetadataId", Some("fileName")), "file" {
        counter: Some("metadata"), unique: Unique::Within("rulesetId"), required: &["rulesetId"], free_names: true,
        parents: &[
            cascade("rulesetId", &[at("file-rulesets")]), keep("fileFormatId", &[at("file-formats")]),
        ],
        filters: &[("ruleset_id", "rulesetId")],
    }
    RECORD_TYPES = rows("record-types", "recordTypeId", Some("recordTypeName")), "record type" {
        counter: Some("record-type"), unique: Unique::Within("fileFormatId"), required: &["fileFormatId"],
        parents: &[cascade("fileFormatId", &[at("file-formats")])],
        filters: &[("file_format_id", "fileFormatId")], needs: Some(("file_reference_id", "fileReferenceId")),
    }
    RECORD_TYPE_QUALIFIERS = rows("record-type-qualifiers", "recordTypeQualifierId", None), "record type qualifier" {
        counter: Some("record-type-qualifier"), required: &["recordTypeId"],
        parents: &[
            cascade("recordTypeId", &[at("record-types")]),
            keep("fileFieldMetadataId", &[at("file-field-metadata")]),
        ],
        filters: &[("record_type_id", "recordTypeId")],
    }
    DATASET_RULESETS = rows("mainframe-dataset-rulesets", "mainframeDatasetRulesetId", Some("rulesetName")),
        "mainframe dataset ruleset" {
        counter: Some("ruleset"), unique: Unique::Environment, required: &["mainframeDatasetConnectorId"],
        parents: &[cascade("mainframeDatasetConnectorId", &[at("mainframe-dataset-connectors")])],
        filters: &[("environment_id", "environmentId")],
    }
    DATASET_FORMATS = rows("mainframe-dataset-formats", "mainframeDatasetFormatId", Some("mainframeDatasetFormatName")),
        "mainframe dataset format" {
        counter: Some("dataset-format"), unique: Unique::Engine,
    }
    DATASET_METADATA = rows("mainframe-dataset-metadata", "mainframeDatasetMetadataId", Some("mainframeDatasetName")),
        "mainframe dataset" {
        counter: Some("metadata"), unique: Unique::Within("rulesetId"), required: &["rulesetId"], free_names: true,
        parents: &[
            cascade("rulesetId", &[at("mainframe-dataset-rulesets")]),
            keep("mainframeDatasetFormatId", &[at("mainframe-dataset-formats")]),
        ],
        filters: &[("ruleset_id", "rulesetId")],
    }
    DATASET_FIELD_METADATA = rows("mainframe-dataset-field-metadata", "mainframeDatasetFieldMetadataId", None),
        "mainframe dataset field" {
        counter: Some("field-metadata"), parents: &[
            cascade("mainframeDatasetFormatId", &[at("mainframe-dataset-formats")]),
        ],
        filters: &[("mainframe_dataset_format_id", "mainframeDatasetFormatId"), ("is_masked", "isMasked")],
        access: Access::Change,
    }
    MOUNTS = rows_of("MOUNT_INFORMATION"), "mount" {
        counter: Some("mount"), unique: Unique::Engine,
        required: &["hostAddress", "mountPath", "type"],
    }
    JDBC_DRIVERS = rows_of("JDBC_DRIVER"), "JDBC driver" {
        counter: Some("jdbc-driver"), unique: Unique::Engine,
        required: &["driverClassName"], filters: &[("is_built_in", "builtIn")],
    }
    SETTINGS = rows_of("APPLICATION_SETTINGS"), "application setting" {
        counter: Some("setting"), filters: &[("setting_group", "settingGroup")], access: Access::Change,
    }
    USERS = rows("users", "userId", Some("userName")), "user" {
        counter: Some("user"), unique: Unique::Engine, free_names: true,
    }
    ROLES = rows("roles", "roleId", Some("roleName")), "role" {
        counter: Some("role"), unique: Unique::Engine,
    }
    EXECUTIONS = rows("executions", "executionId", None), "execution" {
        filters: &[("job_id", "jobId"), ("execution_status", "status")], access: Access::Start,
    }
    EXECUTION_EVENTS = rows("execution-events", "executionEventId", None), "execution event" {
        filters: &[("execution_id", "executionId")], access: Access::Read,
    }
    EXECUTION_COMPONENTS = rows("execution-components", "executionComponentId", None), "execution component" {
        filters: &[("execution_id", "executionId")], access: Access::Read,
    }
}
