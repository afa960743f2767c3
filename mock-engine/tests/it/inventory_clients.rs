//! Call sequences of clients on inventories, and the members that they read.

use mock_engine::MockEngine;
use serde_json::{Value, json};

use crate::schema::hr;
use crate::support::client::{Client, form};

const P: &str = "page_number=1&page_size=100";

async fn ok(client: &Client, method: &str, path: &str, body: Value) -> Value {
    let reply = client.call(method, path, &body).await;
    assert_eq!(reply.status, 200, "{method} {path}: {reply:?}");
    reply.json()
}

async fn succeeded(client: &Client, task: &Value) {
    assert_eq!(client.ended(task).await["status"], "SUCCEEDED");
}

/// The ids of a new database connector and ruleset, and of a file connector and ruleset.
async fn rulesets(client: &Client) -> [i64; 4] {
    let connector = json!({
        "connectorName": "HR", "databaseType": "ORACLE", "environmentId": 1, "host": "h", "port": 1521, "sid": "s",
        "schemaName": "HR", "username": "hr", "password": "s3cret",
    });
    let database = client
        .create("database-connectors", &connector, "databaseConnectorId")
        .await;
    let ruleset = json!({ "rulesetName": "HR", "databaseConnectorId": database });
    let tables = client
        .create("database-rulesets", &ruleset, "databaseRulesetId")
        .await;
    let connector = json!({
        "connectorName": "files", "environmentId": 1, "fileType": "DELIMITED",
        "connectionInfo": { "connectionMode": "SFTP", "host": "h", "port": 22, "path": "/", "loginName": "l", "password": "p" },
    });
    let files = client
        .create("file-connectors", &connector, "fileConnectorId")
        .await;
    let ruleset = json!({ "rulesetName": "files", "fileConnectorId": files });
    let ruleset = client.create("file-rulesets", &ruleset, "fileRulesetId").await;
    [database, tables, files, ruleset]
}

/// The tables and files of a ruleset id, in one list as dxmc shows them.
async fn listmeta(client: &Client, ruleset: i64) -> Vec<(i64, String)> {
    let mut all = Vec::new();
    let tables = client
        .get(&format!("table-metadata?ruleset_id={ruleset}&{P}"))
        .await;
    // 404 means that the ruleset has no tables.
    if tables.status != 404 {
        for row in tables.json()["responseList"].as_array().unwrap() {
            assert_eq!(row["rulesetId"], ruleset);
            all.push((
                row["tableMetadataId"].as_i64().unwrap(),
                row["tableName"].as_str().unwrap().to_owned(),
            ));
        }
    }
    for row in client
        .rows(&format!("file-metadata?{P}&ruleset_id={ruleset}"))
        .await
    {
        assert_eq!(row["rulesetId"], ruleset);
        all.push((
            row["fileMetadataId"].as_i64().unwrap(),
            row["fileName"].as_str().unwrap().to_owned(),
        ));
    }
    let mut ids: Vec<i64> = all.iter().map(|(id, _)| *id).collect();
    ids.dedup();
    assert_eq!(ids.len(), all.len(), "an id names one entry");
    all
}

fn names(all: &[(i64, String)]) -> Vec<&str> {
    let mut names: Vec<&str> = all.iter().map(|(_, name)| name.as_str()).collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn toolkit_adds_lists_changes_and_refreshes_metadata() {
    let client = Client::of(MockEngine::builder().seed(1).schema(hr())).await;
    let [database, tables, files, file_ruleset] = rulesets(&client).await;

    // Adds all tables of the connector's list.
    let fetched = client
        .get(&format!("database-connectors/{database}/fetch"))
        .await
        .json();
    let list: Vec<Value> = fetched
        .as_array()
        .unwrap()
        .iter()
        .map(|name| json!({ "tableName": name, "rulesetId": tables }))
        .collect();
    assert_eq!(list.len(), 7);
    let path = format!("database-rulesets/{tables}/bulk-table-update");
    let task = ok(&client, "PUT", &path, json!({ "tableMetadata": list })).await;
    succeeded(&client, &task).await;
    assert_eq!(
        names(&listmeta(&client, tables).await),
        [
            "COUNTRIES",
            "DEPARTMENTS",
            "EMPLOYEES",
            "JOBS",
            "JOB_HISTORY",
            "LOCATIONS",
            "REGIONS"
        ]
    );
    let fetched = client.get(&format!("file-connectors/{files}/fetch")).await.json();
    let list: Vec<Value> = fetched
        .as_array()
        .unwrap()
        .iter()
        .map(|name| json!({ "fileName": name, "rulesetId": file_ruleset, "endOfRecord": "\n" }))
        .collect();
    let path = format!("file-rulesets/{file_ruleset}/bulk-file-update");
    let task = ok(&client, "PUT", &path, json!({ "fileMetadata": list })).await;
    succeeded(&client, &task).await;
    assert_eq!(
        names(&listmeta(&client, file_ruleset).await),
        ["formatfile.txt", "maskme.txt"]
    );

    // One table: added, refused as a duplicate, changed, cleared, deleted.
    let body = json!({ "tableName": "ANOTHER", "rulesetId": tables, "customSql": "select * from ANOTHER" });
    let added = ok(&client, "POST", "table-metadata", body.clone()).await;
    assert_eq!(client.call("POST", "table-metadata", &body).await.status, 409);
    let path = format!("table-metadata/{}", added["tableMetadataId"]);
    let mut row = added.clone();
    row["whereClause"] = "id > 10".into();
    row["havingClause"] = "a > 1".into();
    row["keyColumn"] = "ROWID".into();
    ok(&client, "PUT", &path, row.clone()).await;
    for clause in ["customSql", "whereClause", "havingClause", "keyColumn"] {
        row[clause] = "".into();
    }
    let cleared = ok(&client, "PUT", &path, row).await;
    for clause in ["customSql", "whereClause", "havingClause", "keyColumn"] {
        assert!(cleared.get(clause).is_none(), "{cleared}");
    }
    assert_eq!(client.call("DELETE", &path, &Value::Null).await.status, 200);
    assert_eq!(listmeta(&client, tables).await.len(), 7);

    // One file.
    let (head, body) = form("fileFormat", "people", b"NAME\nCITY\n");
    let more = "--xyz\r\nContent-Disposition: form-data; name=\"fileFormatType\"\r\n\r\nDELIMITED\r\n";
    let body = [more.as_bytes(), &body].concat();
    let format = client
        .raw("POST", "/masking/api/file-formats", &head, &body)
        .await;
    let format = format.json()["fileFormatId"].as_i64().unwrap();
    let row = listmeta(&client, file_ruleset).await;
    let (file, _) = row.iter().find(|(_, name)| name == "maskme.txt").unwrap();
    let path = format!("file-metadata/{file}");
    let mut row = client.get(&path).await.json();
    assert_eq!(
        (&row["fileType"], &row["endOfRecord"]),
        (&json!("DELIMITED"), &json!("\n"))
    );
    row["fileFormatId"] = format.into();
    row["delimiter"] = ",".into();
    let row = ok(&client, "PUT", &path, row).await;
    assert_eq!(
        (&row["fileFormatId"], &row["delimiter"]),
        (&json!(format), &json!(","))
    );
    let fields = client
        .rows(&format!("file-field-metadata?file_format_id={format}&{P}"))
        .await;
    assert_eq!(fields.len(), 2);

    let path = format!("database-rulesets/{tables}/refresh");
    let task = ok(&client, "PUT", &path, json!({})).await;
    assert_eq!(task["operation"], "RULESET_REFRESH");
    succeeded(&client, &task).await;
    assert_eq!(listmeta(&client, tables).await.len(), 7);
}

#[tokio::test]
async fn toolkit_sets_and_unsets_the_masking_of_a_column() {
    let client = Client::of(MockEngine::builder().seed(1).schema(hr())).await;
    let [_, tables, ..] = rulesets(&client).await;
    let body = json!({ "tableName": "EMPLOYEES", "rulesetId": tables });
    let table = ok(&client, "POST", "table-metadata", body).await["tableMetadataId"].clone();
    let columns = client
        .rows(&format!("column-metadata?table_metadata_id={table}&{P}"))
        .await;
    assert_eq!(columns.len(), 11);
    let algorithms = client.get("algorithms").await.json();
    let algorithms = algorithms["responseList"].as_array().unwrap();
    let algorithm = algorithms
        .iter()
        .find(|row| row["algorithmName"] == "FirstNameLookup")
        .unwrap();

    let column = columns
        .iter()
        .find(|column| column["columnName"] == "FIRST_NAME")
        .unwrap();
    let path = format!("column-metadata/{}", column["columnMetadataId"]);
    let mut row = column.clone();
    row["algorithmName"] = algorithm["algorithmName"].clone();
    row["domainName"] = "FIRST_NAME".into();
    row["isMasked"] = true.into();
    row["isProfilerWritable"] = false.into();
    ok(&client, "PUT", &path, row).await;
    let masked = client
        .rows(&format!(
            "column-metadata?table_metadata_id={table}&is_masked=True&{P}"
        ))
        .await;
    assert_eq!(masked.len(), 1);
    assert_eq!(
        (
            &masked[0]["columnName"],
            &masked[0]["domainName"],
            &masked[0]["algorithmName"]
        ),
        (
            &json!("FIRST_NAME"),
            &json!("FIRST_NAME"),
            &json!("FirstNameLookup")
        )
    );
    // A whole row with `isMasked: false` and without the names removes the masking.
    let off = ok(&client, "PUT", &path, column.clone()).await;
    assert_eq!(off["isMasked"], false);
    let masked = client
        .rows(&format!(
            "column-metadata?table_metadata_id={table}&is_masked=True&{P}"
        ))
        .await;
    assert!(masked.is_empty());
}

#[tokio::test]
async fn initializer_restores_tables_on_an_empty_engine() {
    let all = "page_size=1000&&page_number=1&&";
    let source = Client::of(MockEngine::builder().seed(1)).await;
    let mut backup = Vec::new();
    for ruleset in source.rows(&format!("database-rulesets?{all}")).await {
        let id = &ruleset["databaseRulesetId"];
        for table in source.rows(&format!("table-metadata?{all}ruleset_id={id}")).await {
            assert_eq!(&table["rulesetId"], id);
            let path = format!(
                "column-metadata?{all}table_metadata_id={}",
                table["tableMetadataId"]
            );
            backup.push((table.clone(), source.rows(&path).await));
        }
    }
    assert!(backup.len() > 2 && backup.iter().any(|(_, columns)| columns.len() > 2));

    // The target's connector has the same schema, since another ruleset uses it.
    let target = Client::of(MockEngine::builder().seed(2)).await;
    for (mut table, columns) in backup {
        let ruleset = table["rulesetId"].as_i64().unwrap();
        let connector = target.get(&format!("database-rulesets/{ruleset}")).await.json();
        let body = json!({
            "rulesetName": format!("restored {}", table["tableName"].as_str().unwrap()),
            "databaseConnectorId": connector["databaseConnectorId"],
        });
        let ruleset = target
            .create("database-rulesets", &body, "databaseRulesetId")
            .await;
        table["rulesetId"] = ruleset.into();
        table.as_object_mut().unwrap().remove("tableMetadataId");
        let id = ok(&target, "POST", "table-metadata", table).await["tableMetadataId"].clone();
        let path = format!("column-metadata?{all}table_metadata_id={id}");
        for there in target.rows(&path).await {
            let saved = columns
                .iter()
                .find(|column| column["columnName"] == there["columnName"])
                .unwrap();
            ok(
                &target,
                "PUT",
                &format!("column-metadata/{}", there["columnMetadataId"]),
                saved.clone(),
            )
            .await;
        }
        let without_ids = |columns: Vec<Value>| -> Vec<Value> {
            let strip = |mut column: Value| {
                for member in ["columnMetadataId", "tableMetadataId"] {
                    column.as_object_mut().unwrap().remove(member);
                }
                column
            };
            columns.into_iter().map(strip).collect()
        };
        assert_eq!(without_ids(target.rows(&path).await), without_ids(columns));
    }
}

#[tokio::test]
async fn script_masks_the_first_column_of_fetched_tables() {
    let client = Client::of(MockEngine::builder().seed(1).schema(hr())).await;
    let [database, tables, ..] = rulesets(&client).await;
    let fetched = client
        .get(&format!("database-connectors/{database}/fetch"))
        .await
        .json();
    for name in fetched.as_array().unwrap() {
        let body = json!({ "tableName": name, "rulesetId": tables, "keyColumn": "ROWID" });
        let row = ok(&client, "POST", "table-metadata", body).await;
        assert!(row["tableMetadataId"].is_i64());
        assert_eq!(row["keyColumn"], "ROWID");
        let columns = format!("column-metadata?table_metadata_id={}", row["tableMetadataId"]);
        let columns = client.get(&columns).await.json();
        let first = &columns["responseList"][0]["columnMetadataId"];
        let body = json!({ "algorithmName": "AddrLine2Lookup", "domainName": "ADDRESS_LINE2" });
        let column = ok(&client, "PUT", &format!("column-metadata/{first}"), body).await;
        assert_eq!(
            (&column["isMasked"], &column["columnMetadataId"]),
            (&json!(true), first)
        );
    }
}
