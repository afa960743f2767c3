//! Files of rulesets, file formats with their fields, and mounts, as rows and as syncable objects.

use mock_engine::MockEngine;
use serde_json::{Value, json};

use crate::support::client::{Client, form};

/// Uploads a format and returns its id.
async fn format(client: &Client, name: &str, kind: &str, content: &str) -> i64 {
    let (head, body) = form("fileFormat", name, content.as_bytes());
    let more = format!("--xyz\r\nContent-Disposition: form-data; name=\"fileFormatType\"\r\n\r\n{kind}\r\n");
    let body = [more.as_bytes(), &body].concat();
    let reply = client
        .raw("POST", "/masking/api/file-formats", &head, &body)
        .await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let row = reply.json();
    assert_eq!((&row["header"], &row["footer"]), (&json!(0), &json!(0)));
    assert!(row.get("fileFormat").is_none(), "{row}");
    row["fileFormatId"].as_i64().unwrap()
}

/// The id of a new file ruleset.
async fn ruleset(client: &Client) -> i64 {
    let connector = json!({
        "connectorName": "files", "environmentId": 1, "fileType": "DELIMITED",
        "connectionInfo": { "connectionMode": "SFTP", "host": "h", "path": "/" },
    });
    let connector = client
        .create("file-connectors", &connector, "fileConnectorId")
        .await;
    let body = json!({ "rulesetName": "file rules", "fileConnectorId": connector });
    client.create("file-rulesets", &body, "fileRulesetId").await
}

async fn copy_to(client: &Client, other: &Client, object_type: &str) -> Value {
    let listed = client
        .rows(&format!("syncable-objects?object_type={object_type}"))
        .await;
    assert_eq!(listed.len(), 1, "{listed:?}");
    assert!(listed[0]["revisionHash"].as_str().is_some(), "{listed:?}");
    let document = client.call("POST", "export", &json!(listed)).await;
    assert_eq!(document.status, 200, "{document:?}");
    let import = other
        .call("POST", "import?force_overwrite=true", &document.json())
        .await;
    assert_eq!(import.status, 200, "{import:?}");
    let there = other
        .rows(&format!("syncable-objects?object_type={object_type}"))
        .await;
    assert_eq!(there[0]["revisionHash"], listed[0]["revisionHash"]);
    document.json()
}

#[tokio::test]
async fn each_line_of_an_uploaded_format_is_a_field() {
    let client = Client::demo().await;
    let delimited = format(&client, "people", "DELIMITED", "NAME\r\nCITY\n\nPHONE\n").await;
    let fields = client
        .rows(&format!("file-field-metadata?file_format_id={delimited}"))
        .await;
    let shown: Vec<_> = fields
        .iter()
        .map(|field| {
            (
                field["fieldName"].as_str().unwrap(),
                field["fieldPositionNumber"].as_i64().unwrap(),
            )
        })
        .collect();
    assert_eq!(shown, [("NAME", 1), ("CITY", 2), ("PHONE", 3)]);
    assert_eq!(
        (
            &fields[0]["isMasked"],
            &fields[0]["isProfilerWritable"],
            &fields[0]["fileFormatId"]
        ),
        (&json!(false), &json!(true), &json!(delimited))
    );
    let fixed = format(&client, "fixed", "FIXED_WIDTH", "NAME,20\nCITY, 7").await;
    let fields = client
        .rows(&format!("file-field-metadata?file_format_id={fixed}"))
        .await;
    assert_eq!(
        (&fields[1]["fieldName"], &fields[1]["fieldLength"]),
        (&json!("CITY"), &json!(7))
    );
}

#[tokio::test]
#[ignore = "ci/long runs it"]
async fn masked_field_changes_its_format_which_can_be_synced() {
    let client = Client::demo().await;
    let id = format(&client, "people", "DELIMITED", "NAME\nNAME\n").await;
    let fields = client
        .rows(&format!("file-field-metadata?file_format_id={id}"))
        .await;
    let before = client.rows("syncable-objects?object_type=FILE_FORMAT").await;
    let path = format!("file-field-metadata/{}", fields[1]["fileFieldMetadataId"]);
    let body =
        json!({ "algorithmName": "LastNameLookup", "domainName": "LAST_NAME", "isProfilerWritable": false });
    let masked = client.call("PUT", &path, &body).await.json();
    assert_eq!(
        (
            &masked["isMasked"],
            &masked["algorithmName"],
            &masked["isProfilerWritable"]
        ),
        (&json!(true), &json!("LastNameLookup"), &json!(false))
    );
    let after = client.rows("syncable-objects?object_type=FILE_FORMAT").await;
    assert_ne!(before, after);
    let fields = client
        .rows(&format!("file-field-metadata?file_format_id={id}&is_masked=True"))
        .await;
    assert_eq!(fields.len(), 1, "only the second field of that name: {fields:?}");

    let other = Client::of(MockEngine::builder().name("other").seed(2)).await;
    copy_to(&client, &other, "FILE_FORMAT").await;
    let there = other.rows("file-formats").await;
    assert_eq!(
        (&there[0]["fileFormatName"], &there[0]["fileFormatType"]),
        (&json!("people"), &json!("DELIMITED"))
    );
    let fields = other.rows("file-field-metadata").await;
    assert_eq!(fields.len(), 2);
    assert_eq!(fields[1]["domainName"], "LAST_NAME");

    let dump = client.raw("GET", "/__admin/state", "", b"").await.json();
    let objects = dump["objects"].as_array().unwrap();
    let dumped = objects.iter().find(|object| object["typeName"] == "FILE_FORMAT");
    assert_eq!(dumped.unwrap()["provisional"], true);

    let deleted = client
        .call("DELETE", &format!("file-formats/{id}"), &Value::Null)
        .await;
    assert_eq!(deleted.status, 200);
    assert!(client.rows("file-field-metadata").await.is_empty());
    assert!(
        client
            .rows("syncable-objects?object_type=FILE_FORMAT")
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn file_has_its_connectors_type_and_is_in_a_ruleset_once() {
    let client = Client::demo().await;
    let ruleset = ruleset(&client).await;
    let format = format(&client, "people", "DELIMITED", "NAME").await;
    let body = json!({
        "fileName": "a*.csv", "rulesetId": ruleset, "fileFormatId": format, "delimiter": ",", "endOfRecord": "\n",
    });
    let file = client.create("file-metadata", &body, "fileMetadataId").await;
    let path = format!("file-metadata/{file}");
    let row = client.get(&path).await.json();
    assert_eq!(
        (&row["fileType"], &row["delimiter"], &row["endOfRecord"]),
        (&json!("DELIMITED"), &json!(","), &json!("\n"))
    );
    assert_eq!(client.call("POST", "file-metadata", &body).await.status, 409);
    let row = client
        .call("PUT", &path, &json!({ "delimiter": ";", "enclosure": "'" }))
        .await
        .json();
    assert_eq!((&row["delimiter"], &row["enclosure"]), (&json!(";"), &json!("'")));
    assert_eq!(
        client
            .rows(&format!("file-metadata?ruleset_id={ruleset}"))
            .await
            .len(),
        1
    );
    // A format that a file uses cannot be deleted.
    let in_use = client
        .call("DELETE", &format!("file-formats/{format}"), &Value::Null)
        .await;
    assert_eq!(in_use.status, 409);
    assert_eq!(client.call("DELETE", &path, &Value::Null).await.status, 200);
    assert_eq!(client.get(&path).await.status, 404);
    let unknown = json!({ "fileName": "b", "rulesetId": 2 });
    assert_eq!(client.call("POST", "file-metadata", &unknown).await.status, 404);
}

#[tokio::test]
async fn bulk_update_leaves_exactly_the_listed_files() {
    let client = Client::demo().await;
    let ruleset = ruleset(&client).await;
    let keep = json!({ "fileName": "keep", "rulesetId": ruleset });
    let keep = client.create("file-metadata", &keep, "fileMetadataId").await;
    let go = json!({ "fileName": "go", "rulesetId": ruleset });
    client.create("file-metadata", &go, "fileMetadataId").await;
    let body = json!({ "fileMetadata": [{ "fileName": "new" }, { "fileName": "keep", "delimiter": "|" }] });
    let task = client
        .call("PUT", &format!("file-rulesets/{ruleset}/bulk-file-update"), &body)
        .await
        .json();
    assert_eq!(
        (&task["operation"], &task["reference"]),
        (&json!("DATAFILE_BULK_UPDATE"), &json!(ruleset.to_string()))
    );
    assert_eq!(client.ended(&task).await["status"], "SUCCEEDED");
    let files = client.rows(&format!("file-metadata?ruleset_id={ruleset}")).await;
    let names: Vec<&str> = files
        .iter()
        .map(|file| file["fileName"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["keep", "new"]);
    assert_eq!(
        (&files[0]["fileMetadataId"], &files[0]["delimiter"]),
        (&json!(keep), &json!("|"))
    );
}

#[tokio::test]
async fn record_type_belongs_to_a_format_and_qualifier_to_it() {
    let client = Client::demo().await;
    let format = format(&client, "people", "DELIMITED", "NAME").await;
    let body = json!({ "recordTypeName": "head", "fileFormatId": format });
    assert_eq!(client.call("POST", "record-types", &body).await.status, 400);
    let kind = client
        .create("record-types?file_reference_id=f", &body, "recordTypeId")
        .await;
    let body = json!({ "recordTypeId": kind, "pattern": "H.*" });
    client
        .create("record-type-qualifiers", &body, "recordTypeQualifierId")
        .await;
    assert_eq!(
        client
            .rows(&format!("record-types?file_format_id={format}"))
            .await
            .len(),
        1
    );
    assert_eq!(
        client
            .rows(&format!("record-type-qualifiers?record_type_id={kind}"))
            .await[0]["pattern"],
        "H.*"
    );
    client
        .call("DELETE", &format!("file-formats/{format}"), &Value::Null)
        .await;
    assert!(client.rows("record-type-qualifiers").await.is_empty());
}

#[tokio::test]
async fn mount_starts_disconnected_and_keeps_no_credentials() {
    let client = Client::demo().await;
    let body = json!({
        "mountName": "share", "hostAddress": "files.example.com", "mountPath": "/share", "type": "CIFS",
        "options": "username=u,password=s3cret", "status": "ACTIVE",
    });
    let id = client.create("mount-filesystem", &body, "mountId").await;
    let path = format!("mount-filesystem/{id}");
    let row = client.get(&path).await.json();
    assert_eq!(
        (&row["status"], &row["connectOnStartup"], &row["options"]),
        (
            &json!("DISCONNECTED"),
            &json!(false),
            &json!("username=u,vers=3.0")
        )
    );
    for (verb, status) in [
        ("connect", "ACTIVE"),
        ("disconnect", "DISCONNECTED"),
        ("remount", "ACTIVE"),
    ] {
        let row = client
            .call("PUT", &format!("{path}/{verb}"), &Value::Null)
            .await
            .json();
        assert_eq!(
            (&row["status"], &row["mountName"], &row["mountId"]),
            (&json!(status), &json!("share"), &json!(id))
        );
    }
    let moved = json!({ "hostAddress": "other.example.com" });
    assert_eq!(client.call("PUT", &path, &moved).await.status, 400);
    // Clients send back the whole row.
    let mut whole = row.clone();
    whole["connectOnStartup"] = true.into();
    let changed = client.call("PUT", &path, &whole).await.json();
    assert_eq!(
        (&changed["connectOnStartup"], &changed["status"]),
        (&json!(true), &json!("ACTIVE"))
    );
    assert_eq!(
        client
            .call("PUT", "mount-filesystem/99/connect", &Value::Null)
            .await
            .status,
        404
    );

    let other = Client::of(MockEngine::builder().name("other").seed(2)).await;
    let document = copy_to(&client, &other, "MOUNT_INFORMATION").await;
    assert!(!document.to_string().contains("s3cret"));
    let there = other.rows("mount-filesystem").await;
    assert_eq!(
        (
            &there[0]["hostAddress"],
            &there[0]["status"],
            &there[0]["connectOnStartup"]
        ),
        (&json!("files.example.com"), &json!("DISCONNECTED"), &json!(true))
    );
}

#[tokio::test]
async fn mainframe_dataset_has_connector_ruleset_format_and_metadata() {
    let client = Client::demo().await;
    let body = json!({ "connectorName": "main", "environmentId": 1 });
    let row = client
        .call("POST", "mainframe-dataset-connectors", &body)
        .await
        .json();
    let connector = &row["mainframeDatasetConnectorId"];
    assert_eq!(&row["mainframe-datasetConnectorId"], connector);
    let body = json!({ "rulesetName": "main rules", "mainframeDatasetConnectorId": connector });
    let ruleset = client
        .create("mainframe-dataset-rulesets", &body, "mainframeDatasetRulesetId")
        .await;
    let body =
        json!({ "mainframeDatasetName": "A.B", "rulesetId": ruleset, "recordFormat": "FIXED_BLOCKED" });
    client
        .create("mainframe-dataset-metadata", &body, "mainframeDatasetMetadataId")
        .await;
    assert_eq!(
        client
            .rows(&format!("mainframe-dataset-metadata?ruleset_id={ruleset}"))
            .await
            .len(),
        1
    );
    let (head, body) = form("mainframeDatasetFormat", "copybook", b"01 A.");
    let reply = client
        .raw("POST", "/masking/api/mainframe-dataset-formats", &head, &body)
        .await;
    assert_eq!(reply.json()["mainframeDatasetFormatName"], "copybook");
    for path in ["mainframe-dataset-formats", "mainframe-dataset-field-metadata"] {
        client.rows(path).await;
    }
    let fetched = client
        .get(&format!("mainframe-dataset-connectors/{connector}/fetch"))
        .await;
    assert_eq!(fetched.json(), json!([]));
    assert_eq!(
        client.call("DELETE", "environments/1", &Value::Null).await.status,
        200
    );
    assert!(client.rows("mainframe-dataset-metadata").await.is_empty());
}
