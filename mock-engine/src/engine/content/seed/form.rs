//! The members of a seed file: what it can declare, and what becomes of it.
//!
//! Invariant: the reader, the example of `mock-engine init` and the OpenAPI document know members from this table alone.

/// A kind of object.
#[derive(Debug)]
pub(crate) struct Kind {
    /// Its name in messages.
    pub(crate) one: &'static str,
    /// What it is, for the example.
    pub(crate) about: &'static str,
    /// The resource that shows it; parts of others have none.
    pub(crate) path: &'static str,
    /// Its members.
    pub(crate) members: &'static [Member],
}

/// A member.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) name: &'static str,
    pub(crate) form: Form,
    /// Whether an object needs it.
    pub(crate) needed: bool,
    /// The member of the resource's rows.
    pub(crate) rest: &'static str,
    /// A value in TOML, for the example.
    pub(crate) example: &'static str,
    /// What it is, for the example.
    pub(crate) about: &'static str,
}

/// What values a member has.
#[derive(Debug)]
pub(crate) enum Form {
    Text,
    Number,
    Texts,
    SomeOf(&'static [&'static str]),
    /// Free members.
    Object,
    /// The name of an object of the resource at a path.
    Name(&'static str),
    /// Names of such objects.
    Names(&'static str),
    /// Objects inside of this one. A text stands for an object that has only a name.
    Many(&'static Kind),
}

impl Kind {
    pub(crate) fn member(&self, name: &str) -> Option<&'static Member>
    where
        Self: 'static,
    {
        self.members.iter().find(|member| member.name == name)
    }
}

const fn member(name: &'static str, form: Form, example: &'static str, about: &'static str) -> Member {
    Member {
        name,
        form,
        needed: false,
        rest: "",
        example,
        about,
    }
}

impl Member {
    const fn needed(mut self) -> Self {
        self.needed = true;
        self
    }

    const fn rest(mut self, rest: &'static str) -> Self {
        self.rest = rest;
        self
    }
}

const fn many(name: &'static str, kind: &'static Kind) -> Member {
    member(name, Form::Many(kind), "", kind.about)
}

const fn name(rest: &'static str, example: &'static str) -> Member {
    member("name", Form::Text, example, "").needed().rest(rest)
}

const ID: Member = member("id", Form::Number, "7", "the next free number by default");

/// The whole file.
pub(crate) static FILE: Kind = Kind {
    one: "a seed file",
    about: "",
    path: "",
    members: &[
        member(
            "load",
            Form::Texts,
            "[\"export.json\"]",
            "export documents to load first, relative to this file",
        ),
        many("applications", &APPLICATION),
        many("algorithms", &ALGORITHM),
        many("domains", &DOMAIN),
        many("profileExpressions", &EXPRESSION),
        many("profileSets", &PROFILE_SET),
        many("environments", &ENVIRONMENT),
    ],
};

static APPLICATION: Kind = Kind {
    one: "application",
    about: "An application, which groups environments.",
    path: "applications",
    members: &[name("applicationName", "\"HR\""), ID],
};

static ALGORITHM: Kind = Kind {
    one: "algorithm",
    about: "An algorithm, in addition to those of a fresh installation.",
    path: "algorithms",
    members: &[
        name("algorithmName", "\"StaffLookup\""),
        member("type", Form::Text, "\"LOOKUP\"", "LOOKUP by default").rest("algorithmType"),
        member("description", Form::Text, "\"Names of staff\"", "").rest("description"),
        member(
            "framework",
            Form::Number,
            "1",
            "of type COMPONENT: number of its framework",
        )
        .rest("frameworkId"),
        member(
            "extension",
            Form::Object,
            "{ maskedValue = \"X\" }",
            "of type COMPONENT: its configuration",
        )
        .rest("algorithmExtension"),
    ],
};

static DOMAIN: Kind = Kind {
    one: "domain",
    about: "A domain with the algorithm that masks its columns.",
    path: "domains",
    members: &[
        name("domainName", "\"STAFF_NAME\""),
        member(
            "algorithm",
            Form::Name("algorithms"),
            "\"StaffLookup\"",
            "its default algorithm",
        )
        .needed()
        .rest("defaultAlgorithmCode"),
        member(
            "classification",
            Form::Text,
            "\"Employee\"",
            "Customer by default",
        )
        .rest("classification"),
    ],
};

static EXPRESSION: Kind = Kind {
    one: "profile expression",
    about: "A profile expression, by which profile jobs find columns of a domain.",
    path: "profile-expressions",
    members: &[
        name("expressionName", "\"Staff name\""),
        ID,
        member("domain", Form::Name("domains"), "\"STAFF_NAME\"", "")
            .needed()
            .rest("domainName"),
        member(
            "expression",
            Form::Text,
            "\"staff_?name\"",
            "a regular expression",
        )
        .needed()
        .rest("regularExpression"),
    ],
};

static PROFILE_SET: Kind = Kind {
    one: "profile set",
    about: "A profile set.",
    path: "profile-sets",
    members: &[
        name("profileSetName", "\"Staff\""),
        ID,
        member(
            "expressions",
            Form::Names("profile-expressions"),
            "[\"Staff name\"]",
            "its expressions",
        )
        .rest("profileExpressionIds"),
    ],
};

static ENVIRONMENT: Kind = Kind {
    one: "environment",
    about: "An environment. What lives in it follows.",
    path: "environments",
    members: &[
        name("environmentName", "\"HR test\""),
        ID,
        member(
            "application",
            Form::Name("applications"),
            "\"HR\"",
            "the file's only application by default",
        )
        .rest("applicationId"),
        member("purpose", Form::Text, "\"MASK\"", "MASK by default").rest("purpose"),
        many("connectors", &CONNECTOR),
        many("rulesets", &RULESET),
        many("jobs", &JOB),
        many("profileJobs", &PROFILE_JOB),
    ],
};

static CONNECTOR: Kind = Kind {
    one: "connector",
    about: "A database connector.",
    path: "database-connectors",
    members: &[
        name("connectorName", "\"HR database\""),
        ID,
        member("type", Form::Text, "\"ORACLE\"", "ORACLE by default").rest("databaseType"),
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
    ],
};

static RULESET: Kind = Kind {
    one: "ruleset",
    about: "A database ruleset.",
    path: "database-rulesets",
    members: &[
        name("rulesetName", "\"Staff\""),
        ID,
        member(
            "connector",
            Form::Name("database-connectors"),
            "\"HR database\"",
            "the environment's only connector by default",
        )
        .rest("databaseConnectorId"),
        many("tables", &TABLE),
    ],
};

static TABLE: Kind = Kind {
    one: "table",
    about: "A table. Without columns, it has those that --schema or another ruleset declares.",
    path: "",
    members: &[
        name("tableName", "\"EMPLOYEES\""),
        member(
            "rows",
            Form::Number,
            "107",
            "rows that a job finds; only from a file, not over /__admin/content",
        ),
        many("columns", &COLUMN),
    ],
};

static COLUMN: Kind = Kind {
    one: "column",
    about: "A column; with a domain or an algorithm, it is masked.",
    path: "",
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
        member("domain", Form::Name("domains"), "\"STAFF_NAME\"", "").rest("domainName"),
        member(
            "algorithm",
            Form::Name("algorithms"),
            "\"StaffLookup\"",
            "the domain's by default",
        )
        .rest("algorithmName"),
        member("dateFormat", Form::Text, "\"yyyy-MM-dd\"", "").rest("dateFormat"),
    ],
};

static JOB: Kind = Kind {
    one: "masking job",
    about: "A masking job.",
    path: "masking-jobs",
    members: &[
        name("jobName", "\"Mask staff\""),
        ID,
        RULESET_OF_JOB,
        member("description", Form::Text, "\"Nightly\"", "").rest("jobDescription"),
        member("email", Form::Text, "\"dba@example.com\"", "").rest("email"),
    ],
};

static PROFILE_JOB: Kind = Kind {
    one: "profile job",
    about: "A profile job.",
    path: "profile-jobs",
    members: &[
        name("jobName", "\"Profile staff\""),
        ID,
        RULESET_OF_JOB,
        member("profileSet", Form::Name("profile-sets"), "\"Staff\"", "")
            .needed()
            .rest("profileSetId"),
        member("description", Form::Text, "\"Once\"", "").rest("jobDescription"),
    ],
};

const RULESET_OF_JOB: Member = member(
    "ruleset",
    Form::Name("database-rulesets"),
    "\"Staff\"",
    "the environment's only ruleset by default",
)
.rest("rulesetId");
