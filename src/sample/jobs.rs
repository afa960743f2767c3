//! The made-up engine's environments: connectors, rulesets and jobs.

use crate::identifier::Identifier;
use crate::object::draft::{self, ColumnSpec, ConnectorSpec};
use crate::object::{ObjectError, ObjectKey, SyncObject, reference_key, reference_to};

use super::{INSTALLED, algorithm_key, domain_key, first_revision};

/// An environment and its objects.
#[derive(Debug, Clone)]
pub struct DemoEnvironment {
    /// Numeric id.
    pub id: i64,
    /// Its application's name.
    pub application: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Connectors, rulesets and jobs. References they need are made from the engine-wide objects.
    pub objects: Vec<SyncObject<'static>>,
}

/// Two environments: hospital data with the masking jobs 4 and 5 (the latter on the fly) and the profile job 6, and a
/// smaller one.
///
/// # Errors
/// None in practice: the drafts are all well-formed.
pub fn environments() -> Result<Vec<DemoEnvironment>, ObjectError> {
    Ok(vec![
        DemoEnvironment {
            id: 1,
            application: "Clinic",
            name: "Patients",
            objects: patients()?,
        },
        DemoEnvironment {
            id: 2,
            application: "Shop",
            name: "Orders",
            objects: orders()?,
        },
    ])
}

fn numbered(type_number: u64, id: i64) -> ObjectKey {
    ObjectKey::new(type_number, Identifier::Integer(id))
}

fn column<'a>(
    name: &'a str,
    sql_type: &'a str,
    length: i64,
    masked_by: Option<(&'a str, &'a str)>,
) -> ColumnSpec<'a> {
    ColumnSpec {
        name,
        sql_type,
        length,
        masked_by,
        primary_key: name == "ID",
        classification: Some("Customer"),
        index: false,
        date_format: (sql_type == "DATE").then_some("yyyy-MM-dd"),
    }
}

/// For each masked column, the domain's reference and then the algorithm's, as engines list them, with duplicates.
fn references(tables: &[(&str, Vec<ColumnSpec<'_>>)]) -> Vec<ObjectKey> {
    tables
        .iter()
        .flat_map(|(_, columns)| columns)
        .filter_map(|column| column.masked_by)
        .flat_map(|(domain, algorithm)| {
            [Some(domain_key(domain)), algorithm_key(algorithm)]
                .into_iter()
                .flatten()
        })
        .filter_map(|key| reference_key(&key))
        .collect()
}

fn patients() -> Result<Vec<SyncObject<'static>>, ObjectError> {
    let connector = ConnectorSpec {
        database_type: "oracle",
        name: "Patients copy",
        database: Some("CLINIC"),
        schema: Some("CLINIC"),
        jdbc_url: Some("jdbc:oracle:thin:@db1.example.com:1521/clinic"),
        user: Some("MASKER"),
        ..ConnectorSpec::default()
    };
    let production = ConnectorSpec {
        name: "Patients source",
        ..connector
    };
    let tables = vec![
        (
            "PATIENTS",
            vec![
                column("ID", "NUMBER", 12, None),
                column(
                    "FIRST_NAME",
                    "VARCHAR2",
                    40,
                    Some(("FIRST_NAME", "FirstNameLookup")),
                ),
                column("LAST_NAME", "VARCHAR2", 40, Some(("LAST_NAME", "LastNameLookup"))),
                column("ADDRESS", "VARCHAR2", 80, Some(("ADDRESS", "AddrLookup"))),
                column(
                    "ADDRESS2",
                    "VARCHAR2",
                    80,
                    Some(("ADDRESS_LINE2", "AddrLine2Lookup")),
                ),
                column("CITY", "VARCHAR2", 40, Some(("CITY", "CitiesLookup"))),
                column("SSN", "VARCHAR2", 12, Some(("SSN", "SsnSegment"))),
                column("BIRTH_DATE", "DATE", 10, Some(("DOB", "BirthDateShift"))),
                column("CARD", "VARCHAR2", 20, Some(("CREDIT CARD", "CreditCard"))),
            ],
        ),
        (
            "VISITS",
            vec![
                column("ID", "NUMBER", 12, None),
                column("SURNAME", "VARCHAR2", 40, Some(("LAST_NAME", "LastNameLookup"))),
                column("DIAGNOSIS", "VARCHAR2", 8, Some(("DIAGNOSIS", "DiagnosisLookup"))),
            ],
        ),
    ];
    let ruleset = (numbered(14, 2), "Patients rules");
    let (connector_key, source_key) = (numbered(10, 1), numbered(9_002, 2));
    let mail = "masking@example.com";
    [
        draft::connector(1, &connector),
        draft::connector(2, &production),
        draft::ruleset(
            2,
            ruleset.1,
            (&connector_key, connector.name),
            &tables,
            &references(&tables),
        ),
        draft::masking_job(4, "Mask patients", (&ruleset.0, ruleset.1), None, mail, INSTALLED),
        draft::masking_job(
            5,
            "Copy patients",
            (&ruleset.0, ruleset.1),
            Some(&source_key),
            mail,
            INSTALLED,
        ),
        draft::profile_job(
            6,
            "Profile patients",
            (&ruleset.0, ruleset.1),
            (&numbered(9_003, 2), "HIPAA"),
            mail,
            INSTALLED,
        ),
    ]
    .into_iter()
    .map(first_revision)
    .collect()
}

fn orders() -> Result<Vec<SyncObject<'static>>, ObjectError> {
    let connector = ConnectorSpec {
        database_type: "postgres",
        name: "Orders",
        database: Some("orders"),
        schema: Some("public"),
        host: Some("db2.example.com"),
        port: Some(5432),
        user: Some("masker"),
        ..ConnectorSpec::default()
    };
    let tables = vec![(
        "customers",
        vec![
            column("ID", "int8", 19, None),
            column("email", "varchar", 120, Some(("EMAIL", "EmailLookup"))),
            column("account", "varchar", 9, Some(("ACCOUNT_NO", "AccountNoSegment"))),
        ],
    )];
    let ruleset = (numbered(14, 3), "Orders rules");
    [
        draft::connector(3, &connector),
        draft::ruleset(
            3,
            ruleset.1,
            (&numbered(10, 3), connector.name),
            &tables,
            &references(&tables),
        ),
        draft::masking_job(
            7,
            "Mask orders",
            (&ruleset.0, ruleset.1),
            None,
            "orders@example.com",
            INSTALLED,
        ),
    ]
    .into_iter()
    .map(first_revision)
    .collect()
}

/// The references to the given objects of all types that have a reference type.
pub fn references_to(objects: &[SyncObject<'static>]) -> Vec<SyncObject<'static>> {
    objects
        .iter()
        .filter_map(|object| reference_to(object).ok())
        .collect()
}
