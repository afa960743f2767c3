//! The names that the made-up inventory is made of.

/// Group, name and value.
pub(super) const SETTINGS: &[(&str, &str, &str)] = &[
    ("algorithm", "SegmentIgnoreCase", "false"),
    ("algorithm", "DateShiftRange", "30"),
    ("algorithm", "LookupNormalise", "true"),
];

/// Name and some values.
pub(super) const LOOKUPS: &[(&str, &[&str])] = &[
    (
        "FirstNameLookup",
        &[
            "Ada", "Bruno", "Chiara", "Dmitri", "Eszter", "Farid", "Greta", "Hiro",
        ],
    ),
    (
        "LastNameLookup",
        &[
            "Abbot", "Baker", "Castle", "Dyer", "Elmwood", "Fisher", "Glover", "Harper",
        ],
    ),
    (
        "FullNameLookup",
        &["Ada Abbot", "Bruno Baker", "Chiara Castle", "Dmitri Dyer"],
    ),
    (
        "AddrLookup",
        &["1 Oak Street", "22 River Road", "303 Hill Lane", "4 Mill Avenue"],
    ),
    (
        "AddrLine2Lookup",
        &["Flat 1", "Flat 2", "2nd floor", "Rear building"],
    ),
    (
        "CitiesLookup",
        &["Northbridge", "Easton", "Southport", "Westfield", "Midway"],
    ),
    ("StateCodesLookup", &["AA", "BB", "CC", "DD", "EE"]),
    ("CountyLookup", &["Upper County", "Lower County", "Lake County"]),
    ("CountryLookup", &["Atlantis", "Lyonesse", "Avalon"]),
    ("ZipPlusLookup", &["00001-0001", "00002-0002", "00003-0003"]),
    ("SchoolNameLookup", &["Elm School", "Lake School", "Hill School"]),
    ("CompanyLookup", &["Acme & Sons", "Initech", "Umbrella <Ltd>"]),
    (
        "TelephoneNoLookup",
        &["555-0100", "555-0101", "555-0102", "555-0103"],
    ),
    ("FaxNoLookup", &["555-0110", "555-0111"]),
    ("DrivingLicenseNoLookup", &["D-0001", "D-0002", "D-0003"]),
    ("PassportLookup", &["P0000001", "P0000002"]),
    ("VehicleIdLookup", &["V1000001", "V1000002"]),
    ("LicensePlateLookup", &["AAA 111", "BBB 222"]),
    (
        "EmailLookup",
        &["a@example.com", "b@example.com", "c@example.com"],
    ),
    ("WebUrlLookup", &["http://a.example", "http://b.example"]),
    ("IpAddressLookup", &["192.0.2.1", "192.0.2.2"]),
    ("PrecinctLookup", &["Precinct 1", "Precinct 2"]),
    ("RecordNoLookup", &["R-1", "R-2"]),
    ("SerialNoLookup", &["S-1", "S-2"]),
    ("SignatureLookup", &["A. Nother", "B. Lank"]),
    ("NullValueLookup", &[""]),
    ("CommentLookup", &["…", "n/a"]),
    ("JobTitleLookup", &["Baker", "Pilot", "Nurse", "Welder"]),
    ("DiagnosisLookup", &["Z00", "Z01", "Z02"]),
    ("BankNameLookup", &["First Bank", "Second Bank"]),
];

/// Name, segment lengths, ignored characters.
pub(super) const SEGMENTS: &[(&str, &[i64], &str)] = &[
    ("SsnSegment", &[3, 2, 4], "-"),
    ("AccountNoSegment", &[4, 4], " "),
    ("EmployeeIdSegment", &[2, 3], ""),
    ("BeneficiaryNoSegment", &[3, 3], "/"),
];

/// Names.
pub(super) const TOKENIZATIONS: &[&str] = &["AccountToken", "CustomerToken", "EmailToken"];
/// Names.
pub(super) const DATE_SHIFTS: &[&str] = &["DateShiftDiscrete", "BirthDateShift"];

/// Name, classification, default algorithm, tokenization algorithm. Two use built-in algorithms that engines don't
/// sync.
pub(super) const DOMAINS: &[(&str, &str, &str, Option<&str>)] = &[
    ("FIRST_NAME", "Customer", "FirstNameLookup", None),
    ("LAST_NAME", "Customer", "LastNameLookup", None),
    ("FULL_NAME", "Customer", "FullNameLookup", None),
    ("ADDRESS", "Customer", "AddrLookup", None),
    ("ADDRESS_LINE2", "Customer", "AddrLine2Lookup", None),
    ("CITY", "Customer", "CitiesLookup", None),
    ("STATE", "Customer", "StateCodesLookup", None),
    ("COUNTY", "Customer", "CountyLookup", None),
    ("COUNTRY", "Customer", "CountryLookup", None),
    ("ZIP", "Customer", "ZipPlusLookup", None),
    ("SCHOOL_NM", "Customer", "SchoolNameLookup", None),
    ("COMPANY", "Customer", "CompanyLookup", None),
    ("TELEPHONE_NO", "Customer", "TelephoneNoLookup", None),
    ("FAX_NO", "Customer", "FaxNoLookup", None),
    ("DRIVING_LC", "Customer", "DrivingLicenseNoLookup", None),
    ("PASSPORT_NO", "Customer", "PassportLookup", None),
    ("VIN_NO", "Customer", "VehicleIdLookup", None),
    ("PLATE_NO", "Customer", "LicensePlateLookup", None),
    ("EMAIL", "Customer", "EmailLookup", Some("EmailToken")),
    ("WEB", "Customer", "WebUrlLookup", None),
    ("IP ADDRESS", "Customer", "IpAddressLookup", None),
    ("PRECINCT", "Customer", "PrecinctLookup", None),
    ("RECORD_NO", "Customer", "RecordNoLookup", None),
    ("SERIAL_NM", "Customer", "SerialNoLookup", None),
    ("SIGNATURE", "Customer", "SignatureLookup", None),
    ("SSN", "Customer", "SsnSegment", Some("CustomerToken")),
    ("ACCOUNT_NO", "Customer", "AccountNoSegment", Some("AccountToken")),
    ("EMPLOYEE_ID", "Employee", "EmployeeIdSegment", None),
    ("BENEFICIARY_NO", "Customer", "BeneficiaryNoSegment", None),
    ("DOB", "Customer", "BirthDateShift", None),
    ("CREDIT CARD", "Customer", "CreditCard", None),
    ("SECURITY_CODE", "Customer", "SecureShuffle", None),
    ("JOB_TITLE", "Employee", "JobTitleLookup", None),
    ("DIAGNOSIS", "Patient", "DiagnosisLookup", None),
    ("BANK", "Customer", "BankNameLookup", None),
    ("COMMENT", "Customer", "CommentLookup", None),
    ("NULL_SL", "Customer", "NullValueLookup", None),
];

/// Name, domain, regular expression, whether it looks at data rather than column names.
pub(super) const EXPRESSIONS: &[(&str, &str, &str, bool)] = &[
    ("First name", "FIRST_NAME", "(?i)(first|fore)_?name", false),
    ("Last name", "LAST_NAME", "(?i)(last|sur|family)_?name", false),
    ("Full name", "FULL_NAME", "(?i)full_?name", false),
    ("Street", "ADDRESS", "(?i)(street|address)(_?line)?_?1?$", false),
    ("Address line 2", "ADDRESS_LINE2", "(?i)address_?line_?2", false),
    ("City", "CITY", "(?i)^(city|town)$", false),
    ("State", "STATE", "(?i)^state(_?code)?$", false),
    ("County", "COUNTY", "(?i)county", false),
    ("Country", "COUNTRY", "(?i)country", false),
    ("Zip", "ZIP", "(?i)(zip|post)_?code?", false),
    ("Zip data", "ZIP", "^[0-9]{5}(-[0-9]{4})?$", true),
    ("School", "SCHOOL_NM", "(?i)school", false),
    ("Company", "COMPANY", "(?i)(company|employer)", false),
    ("Telephone", "TELEPHONE_NO", "(?i)(phone|mobile)", false),
    ("Telephone data", "TELEPHONE_NO", "^[0-9]{3}-[0-9]{4}$", true),
    ("Fax", "FAX_NO", "(?i)fax", false),
    ("Driving licence", "DRIVING_LC", "(?i)driv.*lic", false),
    ("Passport", "PASSPORT_NO", "(?i)passport", false),
    ("Vehicle", "VIN_NO", "(?i)(vin|vehicle)_?(no|id)", false),
    ("Plate", "PLATE_NO", "(?i)plate", false),
    ("Email", "EMAIL", "(?i)e_?mail", false),
    ("Email data", "EMAIL", "^[^@]+@[^@]+$", true),
    ("Web", "WEB", "(?i)(url|web)", false),
    ("IP address", "IP ADDRESS", "(?i)ip_?addr", false),
    (
        "IP address data",
        "IP ADDRESS",
        "^([0-9]{1,3}[.]){3}[0-9]{1,3}$",
        true,
    ),
    ("Social security", "SSN", "(?i)(ssn|social)", false),
    (
        "Social security data",
        "SSN",
        "^[0-9]{3}-[0-9]{2}-[0-9]{4}$",
        true,
    ),
    ("Account", "ACCOUNT_NO", "(?i)account_?(no|num)", false),
    ("Employee", "EMPLOYEE_ID", "(?i)emp(loyee)?_?id", false),
    ("Beneficiary", "BENEFICIARY_NO", "(?i)beneficiary", false),
    ("Birth date", "DOB", "(?i)(birth|dob)", false),
    ("Credit card", "CREDIT CARD", "(?i)(credit_?card|card_?no)", false),
    (
        "Credit card data",
        "CREDIT CARD",
        "^[0-9]{4}( ?[0-9]{4}){3}$",
        true,
    ),
    ("Job title", "JOB_TITLE", "(?i)(job_?)?title", false),
    ("Diagnosis", "DIAGNOSIS", "(?i)diag", false),
    ("Bank", "BANK", "(?i)bank", false),
    ("Comment", "COMMENT", "(?i)(comment|remark|note)", false),
    ("Signature", "SIGNATURE", "(?i)signature", false),
    ("Serial", "SERIAL_NM", "(?i)serial", false),
    ("Record", "RECORD_NO", "(?i)record_?no", false),
];
