//! Environments, and the kinds of objects in them.

use super::{FURTHER, Form, ID, Kind, Member, many, member, name};

pub(super) static ENVIRONMENT: Kind = Kind {
    one: "environment",
    about: "An environment. What lives in it follows.",
    path: "environments",
    inside: "",
    members: &[
        name("environmentName", "\"HR test\""),
        ID,
        member(
            "application",
            Form::Name(&["applications"]),
            "\"HR\"",
            "the file's only application by default",
        )
        .rest("applicationId"),
        member("purpose", Form::Text, "\"MASK\"", "MASK by default")
            .rest("purpose")
            .default("MASK"),
        many("connectors", &CONNECTOR),
        many("fileConnectors", &FILE_CONNECTOR),
        many("mainframeConnectors", &MAINFRAME_CONNECTOR),
        many("rulesets", &RULESET),
        many("fileRulesets", &FILE_RULESET),
        many("mainframeRulesets", &MAINFRAME_RULESET),
        many("jobs", &JOB),
        many("profileJobs", &PROFILE_JOB),
        many("tokenizationJobs", &TOKENIZATION_JOB),
        many("reidentificationJobs", &REIDENTIFICATION_JOB),
        FURTHER,
    ],
};

static CONNECTOR: Kind = Kind {
    one: "connector",
    about: "A database connector.",
    path: "database-connectors",
    inside: "environmentId",
    members: &[
        name("connectorName", "\"HR database\""),
        ID,
        member("type", Form::Text, "\"ORACLE\"", "ORACLE by default")
            .rest("databaseType")
            .default("ORACLE"),
        member("host", Form::Text, "\"db.example.com\"", "").rest("host"),
        member("port", Form::Number, "1521", "").rest("port"),
        member("schema", Form::Text, "\"HR\"", "").rest("schemaName"),
        member("sid", Form::Text, "\"ORCL\"", "").rest("sid"),
        member("database", Form::Text, "\"hr\"", "").rest("databaseName"),
        member("user", Form::Text, "\"hr\"", "").rest("username"),
        member("password", Form::Text, "\"secret\"", "never shown").rest("password"),
        Member {
            example: "[{ name = \"JOBS\", rows = 19, columns = [\"JOB_ID\"] }]",
            about: "tables behind it that no ruleset has yet",
            ..many("tables", &TABLE)
        },
        FURTHER,
    ],
};

static FILE_CONNECTOR: Kind = Kind {
    one: "file connector",
    about: "A file connector.",
    path: "file-connectors",
    inside: "environmentId",
    members: &[
        name("connectorName", "\"HR files\""),
        ID,
        member("type", Form::Text, "\"DELIMITED\"", "DELIMITED by default")
            .rest("fileType")
            .default("DELIMITED"),
        member(
            "mode",
            Form::Text,
            "\"SFTP\"",
            "FTP, MOUNT or SFTP; SFTP by default",
        )
        .rest("connectionInfo.connectionMode")
        .default("SFTP"),
        member("host", Form::Text, "\"files.example.com\"", "").rest("connectionInfo.host"),
        member("port", Form::Number, "22", "").rest("connectionInfo.port"),
        member("path", Form::Text, "\"/hr\"", "/ by default")
            .rest("connectionInfo.path")
            .default("/"),
        member(
            "mount",
            Form::Name(&["mount-filesystem"]),
            "\"Transfer\"",
            "of mode MOUNT: its mount",
        )
        .rest("connectionInfo.mountId"),
        member("user", Form::Text, "\"hr\"", "").rest("connectionInfo.loginName"),
        member("password", Form::Text, "\"secret\"", "never shown").rest("connectionInfo.password"),
        Member {
            example: "[{ name = \"leavers.csv\", rows = 19 }]",
            about: "files behind it that no ruleset has yet",
            ..many("files", &BEHIND)
        },
        FURTHER,
    ],
};

static MAINFRAME_CONNECTOR: Kind = Kind {
    one: "mainframe connector",
    about: "A connector to mainframe datasets.",
    path: "mainframe-dataset-connectors",
    inside: "environmentId",
    members: &[
        name("connectorName", "\"HR host\""),
        ID,
        Member {
            example: "[{ name = \"HR.LEAVERS\", rows = 19 }]",
            about: "datasets behind it that no ruleset has yet",
            ..many("datasets", &BEHIND)
        },
        FURTHER,
    ],
};

/// A file or dataset that is only declared.
static BEHIND: Kind = Kind {
    one: "file",
    about: "",
    path: "",
    inside: "",
    members: &[name("", "\"leavers.csv\""), ROWS],
};

const ROWS: Member = member("rows", Form::Number, "107", "rows that a job finds");

static RULESET: Kind = Kind {
    one: "ruleset",
    about: "A database ruleset.",
    path: "database-rulesets",
    inside: "",
    members: &[
        name("rulesetName", "\"Staff\""),
        ID,
        member(
            "connector",
            Form::Name(&["database-connectors"]),
            "\"HR database\"",
            "the environment's only database connector by default",
        )
        .rest("databaseConnectorId")
        .or_only(),
        many("tables", &TABLE),
        FURTHER,
    ],
};

pub(super) static TABLE: Kind = Kind {
    one: "table",
    about: "A table. Without columns, it has those that --schema or another ruleset declares.",
    path: "",
    inside: "",
    members: &[name("tableName", "\"EMPLOYEES\""), ROWS, many("columns", &COLUMN)],
};

static COLUMN: Kind = Kind {
    one: "column",
    about: "A column; with a domain or an algorithm, it is masked.",
    path: "",
    inside: "",
    members: &[
        name("columnName", "\"LAST_NAME\""),
        member("type", Form::Text, "\"VARCHAR2\"", "VARCHAR2 by default"),
        member("length", Form::Number, "25", "40 by default"),
        member(
            "flags",
            Form::SomeOf(&["PK", "FK", "IX"]),
            "[\"PK\"]",
            "PK, FK and IX: keys and indexes that it is part of",
        ),
        member("domain", Form::Name(&["domains"]), "\"STAFF_NAME\"", "").rest("domainName"),
        member(
            "algorithm",
            Form::Name(&["algorithms"]),
            "\"StaffLookup\"",
            "the domain's by default",
        )
        .rest("algorithmName"),
        member("dateFormat", Form::Text, "\"yyyy-MM-dd\"", "").rest("dateFormat"),
    ],
};

static FILE_RULESET: Kind = Kind {
    one: "file ruleset",
    about: "A file ruleset.",
    path: "file-rulesets",
    inside: "",
    members: &[
        name("rulesetName", "\"Staff files\""),
        ID,
        member(
            "connector",
            Form::Name(&["file-connectors"]),
            "\"HR files\"",
            "the environment's only file connector by default",
        )
        .rest("fileConnectorId")
        .or_only(),
        many("files", &RULESET_FILE),
        FURTHER,
    ],
};

static RULESET_FILE: Kind = Kind {
    one: "file",
    about: "A file, whose fields are masked as its format says.",
    path: "file-metadata",
    inside: "rulesetId",
    members: &[
        name("fileName", "\"staff.csv\""),
        ROWS,
        member("format", Form::Name(&["file-formats"]), "\"Staff list\"", "").rest("fileFormatId"),
        member("delimiter", Form::Text, "\",\"", "").rest("delimiter"),
        member("enclosure", Form::Text, "\"'\"", "").rest("enclosure"),
        member("endOfRecord", Form::Text, "\"\\n\"", "").rest("endOfRecord"),
        member(
            "isPattern",
            Form::Flag,
            "false",
            "whether the name is a regular expression",
        )
        .rest("nameIsRegularExpression"),
        FURTHER,
    ],
};

static MAINFRAME_RULESET: Kind = Kind {
    one: "mainframe ruleset",
    about: "A ruleset of mainframe datasets.",
    path: "mainframe-dataset-rulesets",
    inside: "",
    members: &[
        name("rulesetName", "\"Staff datasets\""),
        ID,
        member(
            "connector",
            Form::Name(&["mainframe-dataset-connectors"]),
            "\"HR host\"",
            "the environment's only mainframe connector by default",
        )
        .rest("mainframeDatasetConnectorId")
        .or_only(),
        many("datasets", &DATASET),
        FURTHER,
    ],
};

static DATASET: Kind = Kind {
    one: "dataset",
    about: "A mainframe dataset.",
    path: "mainframe-dataset-metadata",
    inside: "rulesetId",
    members: &[
        name("mainframeDatasetName", "\"HR.STAFF\""),
        ROWS,
        member(
            "format",
            Form::Name(&["mainframe-dataset-formats"]),
            "\"Staff copybook\"",
            "",
        )
        .rest("mainframeDatasetFormatId"),
        FURTHER,
    ],
};

static JOB: Kind = Kind {
    one: "masking job",
    about: "A masking job. With a source, it masks on the fly.",
    path: "masking-jobs",
    inside: "",
    members: &[
        name("jobName", "\"Mask staff\""),
        ID,
        RULESET_OF_JOB,
        DESCRIPTION,
        EMAIL,
        SOURCE,
        SOURCE_ENVIRONMENT,
        FURTHER,
    ],
};

static PROFILE_JOB: Kind = Kind {
    one: "profile job",
    about: "A profile job.",
    path: "profile-jobs",
    inside: "",
    members: &[
        name("jobName", "\"Profile staff\""),
        ID,
        RULESET_OF_JOB,
        member("profileSet", Form::Name(&["profile-sets"]), "\"Staff\"", "")
            .needed()
            .rest("profileSetId"),
        DESCRIPTION,
        EMAIL,
        FURTHER,
    ],
};

static TOKENIZATION_JOB: Kind = Kind {
    one: "tokenization job",
    about: "A tokenization job.",
    path: "tokenization-jobs",
    inside: "",
    members: &[
        name("jobName", "\"Tokenize staff\""),
        ID,
        RULESET_OF_JOB,
        DESCRIPTION,
        EMAIL,
        SOURCE,
        SOURCE_ENVIRONMENT,
        FURTHER,
    ],
};

static REIDENTIFICATION_JOB: Kind = Kind {
    one: "reidentification job",
    about: "A reidentification job.",
    path: "reidentification-jobs",
    inside: "",
    members: &[
        name("jobName", "\"Reidentify staff\""),
        ID,
        RULESET_OF_JOB,
        DESCRIPTION,
        EMAIL,
        SOURCE,
        SOURCE_ENVIRONMENT,
        FURTHER,
    ],
};

const RULESET_OF_JOB: Member = member(
    "ruleset",
    Form::Name(&["database-rulesets", "file-rulesets"]),
    "\"Staff\"",
    "the environment's only database ruleset by default, or else its only file ruleset",
)
.rest("rulesetId")
.or_only();

const DESCRIPTION: Member = member("description", Form::Text, "\"Nightly\"", "").rest("jobDescription");

const EMAIL: Member = member("email", Form::Text, "\"dba@example.com\"", "").rest("email");

const SOURCE: Member = member(
    "source",
    Form::NameIn(&["database-connectors", "file-connectors"], "sourceEnvironment"),
    "\"HR database\"",
    "masks on the fly: the connector that it reads from",
)
.rest("onTheFlyMaskingSource.connectorId");

const SOURCE_ENVIRONMENT: Member = member(
    "sourceEnvironment",
    Form::Name(&["environments"]),
    "\"HR test\"",
    "the environment of its source; its own by default",
);
