//! What each resource looks like: paths, ids, required members, filters, and what belongs to what.
//!
//! Invariant: data only. The rules that read it are in [`super::RowCollection`].

use serde_json::Value;

/// The look of a resource.
#[derive(Debug)]
pub struct ResourceSpec {
    /// Path below the API's base.
    pub path: &'static str,
    /// What an error calls one entry, in lower case.
    pub title: &'static str,
    /// Member that holds the key.
    pub id_field: &'static str,
    /// Counter that gives out ids; without one the key is the name that the client gives.
    pub counter: Option<&'static str>,
    /// Member that holds the name.
    pub name_field: Option<&'static str>,
    /// Where the name must be unique.
    pub unique: Unique,
    /// Members that a new entry must have, the name apart.
    pub required: &'static [&'static str],
    /// Members that refer to other resources.
    pub parents: &'static [Parent],
    /// Query parameters and the members they are compared with.
    pub filters: &'static [(&'static str, &'static str)],
    /// Whether new names are free of the engine's rules on characters.
    pub free_names: bool,
    /// Members that are written but never shown, at any depth.
    pub secrets: &'static [&'static str],
    /// What clients may do.
    pub access: Access,
}

/// Where names must be unique.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unique {
    /// On the whole engine.
    Engine,
    /// Within an environment.
    Environment,
    /// Nowhere.
    No,
}

/// What clients may do with a resource.
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

/// What happens to an entry when what it refers to is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnDelete {
    /// It goes too.
    Cascade,
    /// The other one has to stay.
    Refuse,
}

/// A member that refers to entries of another resource: one id or name, or a list of them.
#[derive(Debug)]
pub struct Parent {
    /// The member.
    pub field: &'static str,
    /// Where it points: the first of these whose discriminator fits.
    pub to: &'static [Target],
    /// What the reference is good for.
    pub on_delete: OnDelete,
}

/// A resource that a member may point to.
#[derive(Debug)]
pub struct Target {
    path: &'static str,
    /// Member and value that select this target; an absent member selects the first target.
    when: Option<(&'static str, &'static str)>,
}

impl Parent {
    /// The resource that this member of an entry points to.
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

/// A read-only resource without rules, to be overwritten where it has some.
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
    free_names: false,
    secrets: SECRETS,
    access: Access::Full,
};

macro_rules! specs {
    ($($(#[$meta:meta])* $name:ident = $path:literal, $title:literal, $id:literal { $($member:ident: $value:expr),* $(,)? })*) => {
        $(
            #[doc = concat!("`/", $path, "`")]
            pub static $name: ResourceSpec =
                ResourceSpec { path: $path, title: $title, id_field: $id, $($member: $value,)* ..PLAIN };
        )*
    };
}

specs! {
    APPLICATIONS = "applications", "application", "applicationId" {
        counter: Some("application"), name_field: Some("applicationName"), unique: Unique::Engine,
    }
    ENVIRONMENTS = "environments", "environment", "environmentId" {
        counter: Some("environment"), name_field: Some("environmentName"), unique: Unique::Engine,
        required: &["applicationId"], parents: &[cascade("applicationId", &[at("applications")])],
        filters: &[("application_id", "applicationId")],
    }
    DATABASE_CONNECTORS = "database-connectors", "database connector", "databaseConnectorId" {
        counter: Some("database-connector"), name_field: Some("connectorName"), unique: Unique::Environment,
        required: &["databaseType", "environmentId"],
        parents: &[cascade("environmentId", &[at("environments")])],
        filters: &[("environment_id", "environmentId")],
    }
    FILE_CONNECTORS = "file-connectors", "file connector", "fileConnectorId" {
        counter: Some("file-connector"), name_field: Some("connectorName"), unique: Unique::Environment,
        required: &["environmentId", "fileType", "connectionInfo"],
        parents: &[cascade("environmentId", &[at("environments")])],
        filters: &[("environment_id", "environmentId")],
    }
    DATASET_CONNECTORS = "mainframe-dataset-connectors", "mainframe dataset connector",
        "mainframeDatasetConnectorId" {
        counter: Some("dataset-connector"), name_field: Some("connectorName"), unique: Unique::Environment,
        required: &["environmentId"], parents: &[cascade("environmentId", &[at("environments")])],
        filters: &[("environment_id", "environmentId")],
    }
    DATABASE_RULESETS = "database-rulesets", "database ruleset", "databaseRulesetId" {
        counter: Some("database-ruleset"), name_field: Some("rulesetName"), unique: Unique::Environment,
        required: &["databaseConnectorId"],
        parents: &[cascade("databaseConnectorId", &[at("database-connectors")])],
        filters: &[("environment_id", "environmentId")],
    }
    FILE_RULESETS = "file-rulesets", "file ruleset", "fileRulesetId" {
        counter: Some("file-ruleset"), name_field: Some("rulesetName"), unique: Unique::Environment,
        required: &["fileConnectorId"], parents: &[cascade("fileConnectorId", &[at("file-connectors")])],
        filters: &[("environment_id", "environmentId")],
    }
    MASKING_JOBS = "masking-jobs", "masking job", "maskingJobId" {
        counter: Some("job"), name_field: Some("jobName"), unique: Unique::Environment,
        required: &["rulesetId"], parents: &[cascade("rulesetId", RULESETS)],
        filters: &[("environment_id", "environmentId")],
    }
    PROFILE_JOBS = "profile-jobs", "profile job", "profileJobId" {
        counter: Some("job"), name_field: Some("jobName"), unique: Unique::Environment,
        required: &["profileSetId", "rulesetId"],
        parents: &[cascade("rulesetId", RULESETS), keep("profileSetId", &[at("profile-sets")])],
        filters: &[("environment_id", "environmentId")],
    }
    TOKENIZATION_JOBS = "tokenization-jobs", "tokenization job", "tokenizationJobId" {
        counter: Some("job"), name_field: Some("jobName"), unique: Unique::Environment,
        required: &["rulesetId"], parents: &[cascade("rulesetId", RULESETS)],
        filters: &[("environment_id", "environmentId")],
    }
    REIDENTIFICATION_JOBS = "reidentification-jobs", "reidentification job", "reidentificationJobId" {
        counter: Some("job"), name_field: Some("jobName"), unique: Unique::Environment,
        required: &["rulesetId"], parents: &[cascade("rulesetId", RULESETS)],
        filters: &[("environment_id", "environmentId")],
    }
    PROFILE_SETS = "profile-sets", "profile set", "profileSetId" {
        counter: Some("profile-set"), name_field: Some("profileSetName"), unique: Unique::Engine,
        parents: &[keep("profileExpressionIds", &[at("profile-expressions")])],
    }
    PROFILE_EXPRESSIONS = "profile-expressions", "profile expression", "profileExpressionId" {
        counter: Some("profile-expression"), name_field: Some("expressionName"), unique: Unique::Engine,
        required: &["domainName", "regularExpression"], parents: &[keep("domainName", &[at("domains")])],
    }
    CLASSIFIERS = "classifiers", "classifier", "classifierId" {
        counter: Some("classifier"), name_field: Some("classifierName"), unique: Unique::Engine, free_names: true,
    }
    DOMAINS = "domains", "domain", "domainName" {
        name_field: Some("domainName"), unique: Unique::Engine, required: &["defaultAlgorithmCode"],
    }
    ALGORITHMS = "algorithms", "algorithm", "algorithmName" {
        name_field: Some("algorithmName"), unique: Unique::Engine, required: &["algorithmType"],
        filters: &[("mask_type", "maskType")],
    }
    FRAMEWORKS = "algorithm/frameworks", "algorithm framework", "frameworkId" { access: Access::Read }
    FILE_FORMATS = "file-formats", "file format", "fileFormatId" {
        counter: Some("file-format"), name_field: Some("fileFormatName"), unique: Unique::Engine,
        required: &["fileFormatType"],
    }
    FILE_METADATA = "file-metadata", "file metadata", "fileMetadataId" { access: Access::Read }
    MOUNTS = "mount-filesystem", "mount", "mountId" {
        counter: Some("mount"), name_field: Some("mountName"), unique: Unique::Engine, free_names: true,
        required: &["hostAddress", "mountPath", "type"],
    }
    JDBC_DRIVERS = "jdbc-drivers", "JDBC driver", "jdbcDriverId" {
        counter: Some("jdbc-driver"), name_field: Some("driverName"), unique: Unique::Engine, free_names: true,
        required: &["driverClassName"], filters: &[("is_built_in", "builtIn")],
    }
    SETTINGS = "application-settings", "application setting", "settingId" {
        counter: Some("setting"), filters: &[("setting_group", "settingGroup")], access: Access::Change,
    }
    USERS = "users", "user", "userId" {
        counter: Some("user"), name_field: Some("userName"), unique: Unique::Engine, free_names: true,
    }
    ROLES = "roles", "role", "roleId" {
        counter: Some("role"), name_field: Some("roleName"), unique: Unique::Engine,
    }
    EXECUTIONS = "executions", "execution", "executionId" { access: Access::Start }
    EXECUTION_EVENTS = "execution-events", "execution event", "executionEventId" {
        filters: &[("execution_id", "executionId")], access: Access::Read,
    }
    EXECUTION_COMPONENTS = "execution-components", "execution component", "executionComponentId" {
        filters: &[("execution_id", "executionId")], access: Access::Read,
    }
    MONITOR_TASKS = "monitor-task", "monitor task", "monitorTaskId" { access: Access::Read }
}
