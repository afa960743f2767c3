//! The names in the stock.
//!
//! Invariant: data only. Names and ids are those of live engines; values, expressions and texts are made up.

/// Roles, from id 1 on, with their privileges. The first has all.
pub(super) const ROLES: &[(&str, &[&str])] = &[
    ("All Privileges", &PRIVILEGES),
    ("DBA", &["view", "create", "update", "delete"]),
    (
        "Environment Owner",
        &["view", "create", "update", "delete", "copy", "run"],
    ),
    ("IT Security Analyst", &["view"]),
    ("Operator", &["view", "run"]),
    ("SME", &["view", "update"]),
];

/// Privileges.
pub(in crate::engine) const PRIVILEGES: [&str; 8] = [
    "copy", "create", "delete", "export", "import", "run", "update", "view",
];

/// Members of a role: the kinds of rows that its privileges cover.
pub(in crate::engine) const PRIVILEGED: &[&str] = &[
    "environment",
    "connector",
    "ruleset",
    "inventory",
    "profileJob",
    "maskingJob",
    "tokenizeJob",
    "reidentifyJob",
    "scheduler",
    "domain",
    "algorithm",
    "jdbcDriver",
    "profileExpression",
    "profileSet",
    "fileFormat",
    "user",
];

/// Settings: id, group, name and value. Ids of the groups ldap and algorithm are those of live engines.
pub(super) const SETTINGS: &[(i64, &str, &str, &str)] = &[
    (1, "general", "EnableMonitorRowCount", "true"),
    (2, "general", "PasswordTimeSpan", "23"),
    (3, "general", "PasswordCount", "3"),
    (4, "general", "AllowPasswordResetRequest", "true"),
    (5, "general", "PasswordResetLinkDuration", "5"),
    (6, "database", "DB2zDateFormat", "yyyy-MM-dd"),
    (7, "mask", "DatabaseCommitSize", "10000"),
    (8, "mask", "DefaultStreams", "1"),
    (9, "mask", "DefaultUpdateThreads", "1"),
    (10, "mask", "DefaultMaxMemory", "1024"),
    (11, "mask", "DefaultMinMemory", "1024"),
    (12, "profile", "EnableDataLevelCount", "false"),
    (13, "profile", "DataLevelRows", "100"),
    (14, "profile", "DataLevelPercentage", "80.0"),
    (15, "profile", "IgnoreDatatype", "BIT,BOOLEAN,CHAR#1"),
    (16, "profile", "DefaultStreams", "1"),
    (17, "profile", "DefaultMaxMemory", "1024"),
    (18, "profile", "DefaultMinMemory", "1024"),
    (19, "job", "JobLoggingLevel", "Basic"),
    (30, "ldap", "Enable", "false"),
    (31, "ldap", "LdapHost", "ldap.example.com"),
    (32, "ldap", "LdapPort", "389"),
    (33, "ldap", "LdapBasedn", "DC=example,DC=com"),
    (
        34,
        "ldap",
        "LdapFilter",
        "(&(objectClass=person)(sAMAccountName=?))",
    ),
    (35, "ldap", "MsadDomain", "AD"),
    (51, "ldap", "LdapTlsEnable", "false"),
    (
        SETTING_OF_ALGORITHMS,
        "algorithm",
        "DefaultNonConformantDataHandling",
        "DONT_MASK",
    ),
];

/// The setting that algorithms depend on.
pub(in crate::engine) const SETTING_OF_ALGORITHMS: i64 = 54;

/// Lookup algorithms, each with some values.
pub(super) const LOOKUPS: &[(&str, &[&str])] = &[
    ("AccNoLookup", &["1000-0001", "1000-0002", "1000-0003"]),
    (
        "AddrLine2Lookup",
        &["Flat 1", "Flat 2", "2nd floor", "Rear building"],
    ),
    (
        "AddrLookup",
        &["1 Oak Street", "22 River Road", "303 Hill Lane", "4 Mill Avenue"],
    ),
    (
        "BusinessLegalEntityLookup",
        &["Acme & Sons", "Initech", "Umbrella <Ltd>"],
    ),
    ("CommentLookup", &["…", "n/a", "see file"]),
    ("DrivingLicenseNoLookup", &["D-0001", "D-0002", "D-0003"]),
    (
        "DummyHospitalNameLookup",
        &["Lake Hospital", "Hill Hospital", "Elm Clinic"],
    ),
    (
        "EmailLookup",
        &["a@example.com", "b@example.com", "c@example.com"],
    ),
    (
        "FirstNameLookup",
        &[
            "Ada", "Bruno", "Chiara", "Dmitri", "Eszter", "Farid", "Greta", "Hiro",
        ],
    ),
    (
        "FullNMLookup",
        &["Ada Abbot", "Bruno Baker", "Chiara Castle", "Dmitri Dyer"],
    ),
    (
        "LastNameLookup",
        &[
            "Abbot", "Baker", "Castle", "Dyer", "Elmwood", "Fisher", "Glover", "Harper",
        ],
    ),
    (
        "LastCommaFirstLookup",
        &["Abbot, Ada", "Baker, Bruno", "Castle, Chiara"],
    ),
    ("NullValueLookup", &[""]),
    (
        "TelephoneNoLookup",
        &["555-0100", "555-0101", "555-0102", "555-0103"],
    ),
    ("RandomValueLookup", &["qwert", "asdfg", "zxcvb"]),
    ("SchoolNameLookup", &["Elm School", "Lake School", "Hill School"]),
    (
        "USCountiesLookup",
        &["Upper County", "Lower County", "Lake County"],
    ),
    (
        "USCitiesLookup",
        &["Northbridge", "Easton", "Southport", "Westfield"],
    ),
    ("USstatecodesLookup", &["AA", "BB", "CC", "DD"]),
    ("USstatesLookup", &["Northland", "Eastland", "Southland"]),
    ("WebURLsLookup", &["http://a.example", "http://b.example"]),
];

/// Segment mappings: name, lengths of the segments, ignored characters.
pub(super) const SEGMENTS: &[(&str, &[i64], &str)] =
    &[("SSN", &[3, 2, 4], "-"), ("5 Digit Zip", &[3, 2], "")];

/// Tokenization algorithms.
pub(super) const TOKENIZATIONS: &[&str] = &["AccountTK", "NameTK", "SsnTK"];

/// Date shifts with an object.
pub(super) const DATE_SHIFTS: &[&str] = &["DateShiftDiscrete"];

/// Algorithms that are not syncable objects, with their `algorithmType`.
pub(super) const NOT_SYNCABLE: &[(&str, &str)] = &[
    ("CreditCard", "MISC"),
    ("DateShiftFixed", "DATE"),
    ("DateShiftVariable", "DATE"),
    ("RepeatFirstDigit", "MISC"),
    ("SecureShuffle", "MISC"),
];

/// The plugin of built-in components.
pub(super) const PLUGIN: (i64, &str) = (7, "dlpx-core");

/// Frameworks of algorithms.
pub(super) const FRAMEWORKS: &[(i64, &str)] = &[
    (5, "FullName"),
    (8, "IBAN"),
    (10, "Payment Card"),
    (21, "Character Mapping"),
    (22, "Email"),
    (25, "Name"),
    (26, "Secure Lookup"),
];

/// Frameworks of classifiers.
pub(super) const CLASSIFIER_FRAMEWORKS: &[(i64, &str)] =
    &[(1, "DATA"), (2, "LIST"), (3, "PATH"), (4, "TYPE")];

/// Built-in components without their plugin's name, and their frameworks.
pub(super) const COMPONENTS: &[(&str, &str)] = &[
    ("FirstName", "Name"),
    ("LastName", "Name"),
    ("CM Digits", "Character Mapping"),
    ("CM Numeric", "Character Mapping"),
    ("CM Alpha-Numeric", "Character Mapping"),
    ("Phone Unique", "Character Mapping"),
];

/// Domains: name, default algorithm, tokenization algorithm.
pub(super) const DOMAINS: &[(&str, &str, Option<&str>)] = &[
    ("ACCOUNT_NO", "AccNoLookup", None),
    ("ACCOUNT_TK", NULL, Some("AccountTK")),
    ("ADDRESS", "AddrLookup", None),
    ("ADDRESS_LINE2", "AddrLine2Lookup", None),
    ("BENEFICIARY_NO", NULL, None),
    ("BIOMETRIC", NULL, None),
    ("CERTIFICATE_NO", NULL, None),
    ("CITY", NULL, None),
    ("COUNTY", NULL, None),
    ("CREDIT CARD", "CreditCard", None),
    ("CUSTOMER_NO", NULL, None),
    ("DOB", "DateShiftDiscrete", None),
    ("DRIVING_LC", "DrivingLicenseNoLookup", None),
    ("EMAIL", "EmailLookup", None),
    ("FIRST_NAME", "FirstNameLookup", None),
    ("IP ADDRESS", NULL, None),
    ("LAST_NAME", "LastNameLookup", None),
    ("NAME_TK", NULL, Some("NameTK")),
    ("NULL_SL", NULL, None),
    ("PLATE_NO", NULL, None),
    ("PO_BOX", NULL, None),
    ("PRECINCT", NULL, None),
    ("RANDOM_VALUE_SL", "RandomValueLookup", None),
    ("RECORD_NO", NULL, None),
    ("SCHOOL_NM", "SchoolNameLookup", None),
    ("SECURE_SHUFFLE", "SecureShuffle", None),
    ("SECURITY_CODE", NULL, None),
    ("SERIAL_NO", NULL, None),
    ("SIGNATURE", NULL, None),
    ("SSN", "SSN", None),
    ("SSN_TK", NULL, Some("SsnTK")),
    ("TAX_ID", NULL, None),
    ("TELEPHONE_NO", "TelephoneNoLookup", None),
    ("US_COUNTIES_SL", "USCountiesLookup", None),
    ("VIN_NO", NULL, None),
    ("WEB", NULL, None),
    ("ZIP", "RepeatFirstDigit", None),
];

const NULL: &str = "NullValueLookup";

/// Profile expressions, from id 1 on: name, domain, expression. Those whose names begin with [`OF_DATA`] match data
/// rather than column names.
pub(super) const EXPRESSIONS: &[(&str, &str, &str)] = &[
    ("Birth Date", "DOB", "(?i)birth_?(date|day)"),
    ("Address", "ADDRESS", "(?i)^addr(ess)?_?1?$"),
    (
        "Address Line 2 - after",
        "ADDRESS_LINE2",
        "(?i)addr(ess)?_?(line_?)?2",
    ),
    ("Account Number", "ACCOUNT_NO", "(?i)acc(oun)?t_?(no|num)"),
    ("Birth Date1", "DOB", "(?i)^dob$"),
    ("Customer Number", "CUSTOMER_NO", "(?i)cust(omer)?_?(no|num)"),
    ("Credit Card Number", "CREDIT CARD", "(?i)credit_?card"),
    ("Card Number", "CREDIT CARD", "(?i)card_?(no|num)"),
    ("Drivers License Number", "DRIVING_LC", "(?i)driv.*lic"),
    (
        "Drivers License Number1",
        "DRIVING_LC",
        "(?i)lic(ense)?_?(no|num)",
    ),
    ("Email", "EMAIL", "(?i)e_?mail"),
    ("First Name", "FIRST_NAME", "(?i)(first|fore)_?name"),
    ("Last Name", "LAST_NAME", "(?i)(last|sur|family)_?name"),
    ("Middle Name", "FIRST_NAME", "(?i)middle_?name"),
    ("Security Code", "SECURITY_CODE", "(?i)(security_?code|cvv)"),
    ("Social Security Number", "SSN", "(?i)(ssn|social)"),
    ("Tax ID Code or Number", "TAX_ID", "(?i)tax_?(code|no|num)"),
    (
        "Telephone or Contact Number",
        "TELEPHONE_NO",
        "(?i)(phone|mobile|contact_?no)",
    ),
    ("Zip or Postal Code", "ZIP", "(?i)(zip|post(al)?_?code)"),
    ("School Name", "SCHOOL_NM", "(?i)school"),
    ("Tax ID Number", "TAX_ID", "(?i)tax_?id"),
    ("Data - Credit Card", "CREDIT CARD", "^[0-9]{4}( ?[0-9]{4}){3}$"),
    ("Data - Email", "EMAIL", "^[^@]+@[^@]+$"),
    ("Data - SSN", "SSN", "^[0-9]{3}-[0-9]{2}-[0-9]{4}$"),
    ("Data - Phone Number", "TELEPHONE_NO", "^[0-9]{3}-[0-9]{4}$"),
    ("Data - Zip Code", "ZIP", "^[0-9]{5}(-[0-9]{4})?$"),
    ("Address Line2 - before", "ADDRESS_LINE2", "(?i)2(nd)?_?addr"),
    ("Birth Date2", "DOB", "(?i)born"),
    (
        "Beneficiary Number",
        "BENEFICIARY_NO",
        "(?i)beneficiary_?(no|num)",
    ),
    (
        "Certificate Number ",
        "CERTIFICATE_NO",
        "(?i)cert(ificate)?_?(no|num)",
    ),
    ("City", "CITY", "(?i)^(city|town)$"),
    ("County", "COUNTY", "(?i)county"),
    ("License Plate", "PLATE_NO", "(?i)plate"),
    ("PO Box", "PO_BOX", "(?i)po_?box"),
    ("Data - PO Box", "PO_BOX", "(?i)^p[.]?o[.]? box [0-9]+$"),
    ("Precinct", "PRECINCT", "(?i)precinct"),
    ("Record Number", "RECORD_NO", "(?i)record_?(no|num)"),
    ("Serial Number", "SERIAL_NO", "(?i)serial_?(no|num)"),
    ("Signature", "SIGNATURE", "(?i)signature"),
    ("VIN", "VIN_NO", "(?i)^vin(_?no)?$"),
    ("Vehicle", "VIN_NO", "(?i)vehicle"),
    ("Fax Number", "TELEPHONE_NO", "(?i)fax"),
    ("Admission Date", "DOB", "(?i)admi(ssion|tted)"),
    ("Treatment Date", "DOB", "(?i)treat(ment|ed)"),
    ("Discharge Date", "DOB", "(?i)discharge"),
    ("Street Address", "ADDRESS", "(?i)street"),
    (
        "Data - Address ",
        "ADDRESS",
        "(?i)^[0-9]+ .+ (street|road|lane|avenue)$",
    ),
    (
        "Data - Address Line 2",
        "ADDRESS_LINE2",
        "(?i)^(flat|floor|suite) [0-9]+$",
    ),
    (
        "Data - IP Address",
        "IP ADDRESS",
        "^([0-9]{1,3}[.]){3}[0-9]{1,3}$",
    ),
    ("IP Address", "IP ADDRESS", "(?i)ip_?addr"),
    ("Data - Web Address", "WEB", "(?i)^https?://"),
    ("Web or URL Address", "WEB", "(?i)(url|web)"),
    ("Biometric", "BIOMETRIC", "(?i)biometric"),
    ("Certificate ID", "CERTIFICATE_NO", "(?i)cert(ificate)?_?id"),
    ("Beneficiary ID", "BENEFICIARY_NO", "(?i)beneficiary_?id"),
];

/// Prefix of the expressions that match data.
pub(super) const OF_DATA: &str = "Data - ";

/// Profile sets, from id 1 on, with the ids of their expressions.
pub(super) const PROFILE_SETS: &[(&str, &[i64])] = &[
    (
        "Financial",
        &[2, 4, 6, 7, 8, 11, 12, 13, 14, 15, 16, 17, 18, 19, 21, 22, 23, 24],
    ),
    (
        "HIPAA",
        &[
            1, 2, 3, 11, 12, 13, 16, 18, 19, 29, 30, 37, 38, 41, 42, 43, 44, 45, 49, 50, 53,
        ],
    ),
    (NEW_PROFILE_SET, &[1, 2, 7, 11, 12, 13, 16, 18, 19, 22, 23, 24]),
];

/// The profile set that only newer engines (those with components) have.
pub(super) const NEW_PROFILE_SET: &str = "Standard";

/// Built-in drivers, from id 1 on: name and class. No source lists the real ones.
pub(super) const DRIVERS: &[(&str, &str)] = &[
    ("DB2", "com.ibm.db2.jcc.DB2Driver"),
    ("MariaDB", "org.mariadb.jdbc.Driver"),
    (
        "Microsoft SQL Server",
        "com.microsoft.sqlserver.jdbc.SQLServerDriver",
    ),
    ("Oracle", "oracle.jdbc.OracleDriver"),
    ("PostgreSQL", "org.postgresql.Driver"),
];
