//! Kinds of objects that belong to no environment.

use super::{FURTHER, Form, ID, Kind, Member, many, member, name};

pub(super) static APPLICATION: Kind = Kind {
    one: "application",
    about: "An application, which groups environments.",
    path: "applications",
    inside: "",
    members: &[name("applicationName", "\"HR\""), ID, FURTHER],
};

pub(super) static MOUNT: Kind = Kind {
    one: "mount",
    about: "A mounted file system.",
    path: "mount-filesystem",
    inside: "",
    members: &[
        name("mountName", "\"Transfer\""),
        ID,
        member("host", Form::Text, "\"nas.example.com\"", "")
            .needed()
            .rest("hostAddress"),
        member("path", Form::Text, "\"/export/hr\"", "")
            .needed()
            .rest("mountPath"),
        member(
            "type",
            Form::Text,
            "\"NFS4\"",
            "CIFS, NFS3 or NFS4; NFS4 by default",
        )
        .rest("type")
        .default("NFS4"),
        member("options", Form::Text, "\"ro\"", "").rest("options"),
        member("connectOnStartup", Form::Flag, "true", "false by default").rest("connectOnStartup"),
        FURTHER,
    ],
};

pub(super) static DRIVER: Kind = Kind {
    one: "JDBC driver",
    about: "A JDBC driver, in addition to the built-in ones.",
    path: "jdbc-drivers",
    inside: "",
    members: &[
        name("driverName", "\"HR driver\""),
        ID,
        member("class", Form::Text, "\"com.example.Driver\"", "")
            .needed()
            .rest("driverClassName"),
        member("version", Form::Text, "\"1.0\"", "").rest("version"),
        member("description", Form::Text, "\"From the supplier\"", "").rest("description"),
        FURTHER,
    ],
};

pub(super) static ALGORITHM: Kind = Kind {
    one: "algorithm",
    about: "An algorithm, in addition to those of a fresh installation.",
    path: "algorithms",
    inside: "",
    members: &[
        name("algorithmName", "\"StaffLookup\""),
        member("type", Form::Text, "\"LOOKUP\"", "LOOKUP by default")
            .rest("algorithmType")
            .default("LOOKUP"),
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
        FURTHER,
    ],
};

pub(super) static DOMAIN: Kind = Kind {
    one: "domain",
    about: "A domain with the algorithm that masks its columns.",
    path: "domains",
    inside: "",
    members: &[
        name("domainName", "\"STAFF_NAME\""),
        member(
            "algorithm",
            Form::Name(&["algorithms"]),
            "\"StaffLookup\"",
            "its default algorithm",
        )
        .needed()
        .rest("defaultAlgorithmCode"),
        member(
            "tokenization",
            Form::Name(&["algorithms"]),
            "\"StaffLookup\"",
            "the algorithm of tokenization jobs",
        )
        .rest("defaultTokenizationCode"),
        member(
            "classification",
            Form::Text,
            "\"Employee\"",
            "Customer by default",
        )
        .rest("classification")
        .default("Customer"),
        FURTHER,
    ],
};

pub(super) static EXPRESSION: Kind = Kind {
    one: "profile expression",
    about: "A profile expression, by which profile jobs find columns of a domain; not in --profile 2025.",
    path: "profile-expressions",
    inside: "",
    members: &[
        name("expressionName", "\"Staff name\""),
        ID,
        member("domain", Form::Name(&["domains"]), "\"STAFF_NAME\"", "")
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
        FURTHER,
    ],
};

pub(super) static CLASSIFIER: Kind = Kind {
    one: "classifier",
    about: "A classifier, by which profile jobs of --profile 2025 find columns of a domain.",
    path: "classifiers",
    inside: "",
    members: &[
        name("classifierName", "\"Staff column\""),
        ID,
        member("domain", Form::Name(&["domains"]), "\"STAFF_NAME\"", "")
            .needed()
            .rest("domainName"),
        member("framework", Form::Number, "1", "number of its framework").rest("frameworkId"),
        member(
            "configuration",
            Form::Object,
            "{ paths = [{ matchType = \"COLUMN\", fieldValue = \"staff\" }] }",
            "",
        )
        .rest("classifierConfiguration"),
        member("description", Form::Text, "\"Names of staff\"", "").rest("description"),
        FURTHER,
    ],
};

pub(super) static PROFILE_SET: Kind = Kind {
    one: "profile set",
    about: "A profile set.",
    path: "profile-sets",
    inside: "",
    members: &[
        name("profileSetName", "\"Staff\""),
        ID,
        member(
            "expressions",
            Form::Names(&["profile-expressions"]),
            "[\"Staff name\"]",
            "its expressions",
        )
        .rest("profileExpressionIds"),
        member(
            "classifiers",
            Form::Names(&["classifiers"]),
            "[\"Staff column\"]",
            "its classifiers",
        )
        .rest("classifierIds"),
        FURTHER,
    ],
};

pub(super) static FILE_FORMAT: Kind = Kind {
    one: "file format",
    about: "A file format with its fields.",
    path: "file-formats",
    inside: "",
    members: &[
        name("fileFormatName", "\"Staff list\""),
        ID,
        member("type", Form::Text, "\"DELIMITED\"", "DELIMITED by default")
            .rest("fileFormatType")
            .default("DELIMITED"),
        member(
            "header",
            Form::Number,
            "1",
            "lines before the records; 0 by default",
        )
        .rest("header"),
        member(
            "footer",
            Form::Number,
            "1",
            "lines after the records; 0 by default",
        )
        .rest("footer"),
        many("fields", &FIELD),
        Member {
            example: "[\"Person\"]",
            about: "its record types",
            ..many("recordTypes", &RECORD_TYPE)
        },
        FURTHER,
    ],
};

pub(super) static FIELD: Kind = Kind {
    one: "field",
    about: "A field of the format; with a domain or an algorithm, it is masked.",
    path: "",
    inside: "",
    members: &[
        name("fieldName", "\"NAME\""),
        member("length", Form::Number, "25", "of type FIXED_WIDTH"),
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

static RECORD_TYPE: Kind = Kind {
    one: "record type",
    about: "A record type of the format.",
    path: "record-types",
    inside: "fileFormatId",
    members: &[
        name("recordTypeName", "\"Person\""),
        Member {
            example: "[{ pattern = \"P.*\" }]",
            about: "what its records look like",
            ..many("qualifiers", &QUALIFIER)
        },
        FURTHER,
    ],
};

static QUALIFIER: Kind = Kind {
    one: "qualifier",
    about: "A qualifier of the record type.",
    path: "record-type-qualifiers",
    inside: "recordTypeId",
    members: &[
        member("pattern", Form::Text, "\"P.*\"", "a regular expression")
            .needed()
            .rest("pattern"),
        FURTHER,
    ],
};

pub(super) static MAINFRAME_FORMAT: Kind = Kind {
    one: "mainframe format",
    about: "A format of mainframe datasets.",
    path: "mainframe-dataset-formats",
    inside: "",
    members: &[
        name("mainframeDatasetFormatName", "\"Staff copybook\""),
        ID,
        FURTHER,
    ],
};

pub(super) static ROLE: Kind = Kind {
    one: "role",
    about: "A role, whose privileges are false unless the further members say otherwise.",
    path: "roles",
    inside: "",
    members: &[name("roleName", "\"HR operator\""), ID, FURTHER],
};

pub(super) static USER: Kind = Kind {
    one: "user",
    about: "A user. If the engine has a --user, users of this file may log in as well.",
    path: "users",
    inside: "",
    members: &[
        name("userName", "\"ann\""),
        ID,
        member("password", Form::Text, "\"secret\"", "never shown").rest("password"),
        member("firstName", Form::Text, "\"Ann\"", "").rest("firstName"),
        member("lastName", Form::Text, "\"Lee\"", "").rest("lastName"),
        member("email", Form::Text, "\"ann@example.com\"", "").rest("email"),
        member("admin", Form::Flag, "true", "by default, unless there is a role").rest("isAdmin"),
        member(
            "role",
            Form::Name(&["roles"]),
            "\"HR operator\"",
            "of a user who is no administrator",
        )
        .rest("nonAdminProperties.roleId"),
        member(
            "environments",
            Form::Names(&["environments"]),
            "[\"HR test\"]",
            "what such a user sees",
        )
        .rest("nonAdminProperties.environmentIds"),
        FURTHER,
    ],
};
