//! Secrets in journals and dumps.

use mock_engine::internal::http::{REDACTED, json, query, restore};
use serde_json::json;

#[test]
fn secrets_are_hidden_at_any_depth_and_restored() {
    let present = json!({ "a": [{ "b": 1 }], "r": { "passWord": "x", "jdbc": "jdbc:x:y;password=z" } });
    let mut value = json!({ "a": [{ "passWord": "x", "b": 1 }], "Authorization": { "c": 2 } });
    value["r"] = present["r"].clone();
    json(&mut value);
    let hidden = json!({ "passWord": REDACTED, "jdbc": REDACTED });
    assert_eq!(
        value,
        json!({ "a": [{ "passWord": REDACTED, "b": 1 }], "Authorization": REDACTED, "r": hidden })
    );
    restore(&mut value, Some(&present));
    // Without a present value, a hidden one is dropped.
    assert_eq!(value, present);
    let whole = json!({ "a": [{ "token": "x" }, { "token": "y", "b": 2 }] });
    let mut value = whole.clone();
    json(&mut value);
    restore(&mut value, Some(&whole));
    assert_eq!(value, whole);
}

#[test]
fn secrets_are_found_by_name_and_by_form() {
    for (name, value) in [
        ("X-Api-Key", json!("s3cret")),
        ("clientSecret", json!("s3cret")),
        ("private_key", json!("s3cret")),
        ("jdbc", json!("jdbc:sqlserver://host;user=a;Password=s3cret")),
        ("jdbc", json!("jdbc:oracle:thin:scott/s3cret@host:1521:orcl")),
        ("options", json!("username=a,password=s3cret,vers=3.0")),
        ("note", json!("-----BEGIN OPENSSH PRIVATE KEY-----\ns3cret\n")),
        ("url", json!("https://user:s3cret@host/")),
        ("algorithmExtension", json!({ "a": [{ "key": "s3cret" }] })),
        ("algorithmExtension", json!("{\"hashKey\": \"s3cret\"}")),
        ("blob", json!("s3cret")),
        (
            "rows",
            json!([{ "settingName": "LdapBindPassword", "settingValue": "s3cret" }]),
        ),
    ] {
        let mut shown = json!({ name: value });
        json(&mut shown);
        assert!(!shown.to_string().contains("s3cret"), "{name} {shown}");
        assert!(shown.to_string().contains(REDACTED), "{name} {shown}");
    }
    let plain = json!({
        "defaultTokenizationCode": "x", "tokenizationJobId": 1, "keyColumn": "ROWID", "revisionHash": "1f",
        "passwordVaultAuth": false, "jdbc": "jdbc:oracle:thin:@host:1521:orcl", "options": "vers=3.0,ro",
        "whereClause": "id = 5", "settingName": "PasswordTimeSpan", "settingValue": "23",
        "algorithmExtension": { "lookupFile": { "uri": "a.txt" } }, "userName": "a", "email": "a@example.com",
    });
    let mut shown = plain.clone();
    json(&mut shown);
    assert_eq!(shown, plain);
}

#[test]
fn secret_parameters_are_hidden_in_any_spelling() {
    for part in [
        "PASSWORD=x",
        "pass%77ord=x",
        "api+key=x",
        "url=jdbc%3Ah2%3Amem%3Ba%3D1%3Bpassword%3Dx",
    ] {
        let (name, _) = part.split_once('=').unwrap();
        assert_eq!(
            query(&format!("a=1&&{part}&token")),
            format!("a=1&&{name}={REDACTED}&token")
        );
    }
    assert_eq!(
        query("page_size=1&object_type=KEY"),
        "page_size=1&object_type=KEY"
    );
}
