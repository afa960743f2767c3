//! The table of object types, used by imports, a target's lists and the mock engine.
//!
//! A row begins with the source of its number: `seen` in real documents, this toolkit's `own` number, or `unseen`
//! if only the name is known. A data message that `carries` names is declared in
//! `object/data/schema/messages.rs` and listed in its `DATA_MESSAGES`; its view is re-exported and has a variant in
//! `object/data.rs`. A new REST path in `rows` also needs the mock's `engine/resources/spec.rs` and
//! `engine/catalogue.rs`. Tests of every row fail for what is forgotten.

use super::{
    Inside, LeftOut, NameRule, ObjectType, Purpose, RefersTo, RestLink, RestResource, Scope, TypeNumber,
    Versions,
};
use Scope::{Environment, Global, Reference, Unseen};

/// All known types.
pub static OBJECT_TYPES: &[ObjectType] = &[
    seen(2, "LOOKUP", Global)
        .carries("SecureLookupData")
        .algorithm("LOOKUP")
        // A global export of November 2019 shows it against one of May 2019, here and below.
        .settings_by_upgrade(),
    seen(6, "SEGMENT", Global)
        .carries("SegmentedMappingData")
        .algorithm("SEGMENT")
        .settings_by_upgrade(),
    seen(7, "TOKENIZATION", Global)
        .carries("TokenizationData")
        .algorithm("TOKENIZATION"),
    seen(9, "KEY", Global)
        .carries("EncryptionKeyData")
        .in_global_object()
        .names(NameRule::Exempt),
    seen(10, "DATABASE_CONNECTOR", Environment)
        .carries("DatabaseConnectorData")
        .rows(
            "database-connectors",
            "databaseConnectorId",
            "connectorName",
            Inside::Environment,
        )
        .versions(Versions::SINCE_5_3)
        .without(LeftOut::ConnectorPassword),
    seen(11, "DOMAIN", Global)
        .carries("DomainData")
        .rows("domains", "domainName", "domainName", Inside::Engine)
        .versions(Versions::SINCE_5_3)
        .in_global_object(),
    // 121 and 122 members under one revision were seen.
    seen(13, "GLOBAL_OBJECT", Global)
        .carries("EmptyData")
        .versions(Versions::SINCE_5_3)
        .members_without_save()
        .names(NameRule::Exempt),
    seen(14, "DATABASE_RULESET", Environment)
        .carries("DatabaseRulesetData")
        .rows(
            "database-rulesets",
            "databaseRulesetId",
            "rulesetName",
            DATABASE_CONNECTOR,
        )
        .versions(Versions::SINCE_5_3),
    seen(18, "ALGORITHM_REFERENCE", Reference)
        .carries("EmptyData")
        .refers_to(RefersTo::AnyAlgorithm)
        .versions(Versions::SINCE_5_3),
    seen(19, "DOMAIN_REFERENCE", Reference)
        .carries("EmptyData")
        .refers_to(RefersTo::Type("DOMAIN"))
        .versions(Versions::SINCE_5_3),
    seen(20, "MASKING_JOB", Environment)
        .carries("MaskingJobData")
        .rows("masking-jobs", "maskingJobId", "jobName", RULESET)
        .links(&[RestLink {
            member: "onTheFlyMaskingSource.connectorId",
            types: &["SOURCE_DATABASE_CONNECTOR", "SOURCE_FILE_CONNECTOR"],
            which: Some("onTheFlyMaskingSource.connectorType"),
            many: false,
        }])
        .versions(Versions::SINCE_5_3)
        .purpose(Purpose::Mask),
    seen(23, "DATE_SHIFT", Global)
        .carries("DateShiftDiscreteData")
        .algorithm("DATE")
        .versions(Versions::SINCE_5_3)
        .settings_by_upgrade(),
    seen(24, "PROFILE_EXPRESSION", Global)
        .carries("ProfileExpressionData")
        .rows(
            "profile-expressions",
            "profileExpressionId",
            "expressionName",
            Inside::Engine,
        )
        .versions(Versions::UNTIL_CLASSIFIERS)
        .in_global_object(),
    seen(25, "APPLICATION_SETTINGS", Global)
        .carries("ApplicationSettingsData")
        .nameless_rows("application-settings", "settingId", Inside::Engine)
        .versions(Versions::SINCE_6)
        .names(NameRule::Exempt),
    seen(26, "PROFILE_SET", Global)
        .carries("ProfileSetData")
        .rows("profile-sets", "profileSetId", "profileSetName", Inside::Engine)
        .links(&[RestLink {
            member: "profileExpressionIds",
            types: &["PROFILE_EXPRESSION", "PROFILE_EXPRESSION_REFERENCE"],
            which: None,
            many: true,
        }])
        .versions(Versions::SINCE_5_3_3)
        .in_global_object(),
    seen(40, "USER_ALGORITHM", Global)
        .carries("UserAlgorithmData")
        .algorithm("COMPONENT")
        .versions(Versions::SINCE_6_0_4)
        .names(NameRule::CheckedBehindPlugin),
    own(9_001, "PROFILE_JOB", Environment)
        .carries("ProfileJobData")
        .rows("profile-jobs", "profileJobId", "jobName", RULESET)
        .links(&[RestLink {
            member: "profileSetId",
            types: &["PROFILE_SET_REFERENCE", "PROFILE_SET"],
            which: None,
            many: false,
        }])
        .versions(Versions::SINCE_5_3_2_OR_3),
    own(9_002, "SOURCE_DATABASE_CONNECTOR", Reference)
        .carries("SourceConnectorData")
        .refers_to(RefersTo::Source("DATABASE_CONNECTOR"))
        .versions(Versions::SINCE_5_3)
        .without(LeftOut::ConnectorPassword),
    own(9_003, "PROFILE_SET_REFERENCE", Reference)
        .carries("EmptyData")
        .refers_to(RefersTo::Type("PROFILE_SET"))
        .versions(Versions::SINCE_5_3_3),
    own(9_004, "PROFILE_EXPRESSION_REFERENCE", Reference)
        .carries("EmptyData")
        .refers_to(RefersTo::Type("PROFILE_EXPRESSION"))
        .versions(Versions::UNTIL_CLASSIFIERS),
    own(9_005, "FILE_CONNECTOR", Environment)
        .rows(
            "file-connectors",
            "fileConnectorId",
            "connectorName",
            Inside::Environment,
        )
        .versions(Versions::SINCE_5_3)
        .without(LeftOut::ConnectorPassword),
    own(9_006, "FILE_RULESET", Environment)
        .rows("file-rulesets", "fileRulesetId", "rulesetName", FILE_CONNECTOR)
        .versions(Versions::SINCE_5_3),
    own(9_007, "FILE_FORMAT", Global)
        .carries("FileFormatData")
        .rows("file-formats", "fileFormatId", "fileFormatName", Inside::Engine)
        .versions(Versions::SINCE_5_3),
    own(9_008, "MOUNT_INFORMATION", Global)
        .carries("MountInformationData")
        .rows("mount-filesystem", "mountId", "mountName", Inside::Engine)
        .versions(Versions::SINCE_6)
        .names(NameRule::Exempt)
        .without(LeftOut::MountPassword),
    own(9_009, "JDBC_DRIVER", Global)
        .rows("jdbc-drivers", "jdbcDriverId", "driverName", Inside::Engine)
        .versions(Versions::SINCE_6)
        .names(NameRule::Exempt)
        .in_global_object(),
    own(9_010, "ENVIRONMENT", Environment)
        .rows("environments", "environmentId", "environmentName", Inside::Itself)
        .versions(Versions::SINCE_2025),
    own(9_011, "SOURCE_FILE_CONNECTOR", Reference)
        .carries("EmptyData")
        .refers_to(RefersTo::Source("FILE_CONNECTOR"))
        .versions(Versions::SINCE_5_3)
        .without(LeftOut::ConnectorPassword),
    own(9_012, "REIDENTIFICATION_JOB", Environment)
        .rows(
            "reidentification-jobs",
            "reidentificationJobId",
            "jobName",
            RULESET,
        )
        .versions(Versions::SINCE_6_0_1)
        .purpose(Purpose::Tokenize),
    own(9_013, "TOKENIZATION_JOB", Environment)
        .rows("tokenization-jobs", "tokenizationJobId", "jobName", RULESET)
        .versions(Versions::SINCE_6_0_1)
        .purpose(Purpose::Tokenize),
    own(9_014, "BINARYLOOKUP", Global).algorithm("BINARY_LOOKUP"),
    own(9_015, "CLEANSING", Global)
        .algorithm("CLEANSING")
        .versions(Versions::SINCE_5_3_2),
    own(9_016, "MIN_MAX", Global)
        .algorithm("MINMAX")
        .versions(Versions::SINCE_5_3_2),
    own(9_017, "REDACTION", Global)
        .algorithm("REDACTION")
        .versions(Versions::SINCE_5_3_3),
    own(9_018, "MAPPLET", Global)
        .algorithm("CUSTOM_ALGORITHM")
        .versions(Versions::UNTIL_6_0_14),
    unseen("ALGORITHM_PLUGIN", Unseen),
    unseen("CLASSIFIER", Unseen).rows("classifiers", "classifierId", "classifierName", Inside::Engine),
    unseen("CLASSIFIER_REFERENCE", Reference)
        .carries("EmptyData")
        .refers_to(RefersTo::Type("CLASSIFIER")),
    unseen("CREDENTIAL_PATH", Unseen),
    unseen("DATASET_CONNECTOR", Unseen).rows(
        "mainframe-dataset-connectors",
        "mainframeDatasetConnectorId",
        "connectorName",
        Inside::Environment,
    ),
    unseen("DATASET_FORMAT", Unseen),
    unseen("DATASET_RULESET", Unseen),
    unseen("DRIVER_SUPPORT_PLUGIN", Unseen),
    unseen("LICENSE_INFO", Unseen),
    unseen("PASSWORD_VAULT", Unseen),
    unseen("SOURCE_DATASET_CONNECTOR", Reference)
        .carries("EmptyData")
        .refers_to(RefersTo::Source("DATASET_CONNECTOR")),
];

const DATABASE_CONNECTOR: Inside = connector("databaseConnectorId", &["DATABASE_CONNECTOR"]);
const FILE_CONNECTOR: Inside = connector("fileConnectorId", &["FILE_CONNECTOR"]);

/// The ruleset of a job.
const RULESET: Inside = Inside::Same(RestLink {
    member: "rulesetId",
    types: &["DATABASE_RULESET", "FILE_RULESET"],
    which: Some("rulesetType"),
    many: false,
});

/// The connector of a ruleset.
const fn connector(member: &'static str, types: &'static [&'static str]) -> Inside {
    Inside::Same(RestLink {
        member,
        types,
        which: None,
        many: false,
    })
}

const fn row(name: &'static str, number: TypeNumber, scope: Scope) -> ObjectType {
    ObjectType {
        name,
        number,
        scope,
        algorithm: None,
        refers_to: None,
        data: None,
        rest: None,
        versions: Versions::ALL,
        name_rule: NameRule::Checked,
        left_out: None,
        purpose: None,
        in_global_object: false,
        settings_by_upgrade: false,
        members_without_save: false,
    }
}

/// A type whose number was seen in real documents.
const fn seen(number: u64, name: &'static str, scope: Scope) -> ObjectType {
    row(name, TypeNumber::Seen(number), scope)
}

/// A type whose number is this project's own.
const fn own(number: u64, name: &'static str, scope: Scope) -> ObjectType {
    row(name, TypeNumber::Provisional(number), scope)
}

/// A type of newer engines, known by its name.
const fn unseen(name: &'static str, scope: Scope) -> ObjectType {
    row(name, TypeNumber::Unseen, scope).versions(Versions::SINCE_2025)
}

impl ObjectType {
    const fn algorithm(mut self, rest_type: &'static str) -> Self {
        self.algorithm = Some(rest_type);
        self.in_global_object = true;
        self.rows("algorithms", "algorithmName", "algorithmName", Inside::Engine)
    }

    const fn refers_to(mut self, original: RefersTo) -> Self {
        self.refers_to = Some(original);
        self
    }

    const fn carries(mut self, data: &'static str) -> Self {
        self.data = Some(data);
        self
    }

    const fn rows(
        mut self,
        path: &'static str,
        id: &'static str,
        name: &'static str,
        inside: Inside,
    ) -> Self {
        self.rest = Some(RestResource {
            path,
            id,
            name: Some(name),
            inside,
            links: &[],
        });
        self
    }

    const fn nameless_rows(mut self, path: &'static str, id: &'static str, inside: Inside) -> Self {
        self.rest = Some(RestResource {
            path,
            id,
            name: None,
            inside,
            links: &[],
        });
        self
    }

    const fn links(mut self, links: &'static [RestLink]) -> Self {
        if let Some(rest) = self.rest {
            self.rest = Some(RestResource { links, ..rest });
        }
        self
    }

    const fn versions(mut self, versions: Versions) -> Self {
        self.versions = versions;
        self
    }

    const fn names(mut self, rule: NameRule) -> Self {
        self.name_rule = rule;
        self
    }

    const fn without(mut self, left_out: LeftOut) -> Self {
        self.left_out = Some(left_out);
        self
    }

    const fn purpose(mut self, purpose: Purpose) -> Self {
        self.purpose = Some(purpose);
        self
    }

    const fn in_global_object(mut self) -> Self {
        self.in_global_object = true;
        self
    }

    const fn settings_by_upgrade(mut self) -> Self {
        self.settings_by_upgrade = true;
        self
    }

    const fn members_without_save(mut self) -> Self {
        self.members_without_save = true;
        self
    }
}
