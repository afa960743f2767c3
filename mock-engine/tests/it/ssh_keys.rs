//! SSH keys.

use serde_json::{Value, json};

use crate::support::client::{Client, form};

#[tokio::test]
async fn ssh_key_has_the_name_of_its_file() {
    let client = Client::new().await;
    assert_eq!(client.get("ssh-keys").await.json(), json!([]));
    let (head, body) = form("sshKey", "id_masking", b"-----BEGIN OPENSSH PRIVATE KEY-----");
    for (path, status) in [("ssh-keys", 200), ("ssh-key", 409)] {
        let reply = client
            .raw("POST", &format!("/masking/api/{path}"), &head, &body)
            .await;
        assert_eq!(reply.status, status, "{reply:?}");
    }
    for path in ["ssh-keys", "ssh-key"] {
        assert_eq!(
            client.get(path).await.json(),
            json!([{ "sshKeyName": "id_masking" }])
        );
    }
    let (other, body) = form("file", "id_masking", b"x");
    assert_eq!(
        client
            .raw("POST", "/masking/api/ssh-keys", &other, &body)
            .await
            .status,
        400
    );
    for status in [200, 404] {
        assert_eq!(
            client
                .call("DELETE", "ssh-keys/id_masking", &Value::Null)
                .await
                .status,
            status
        );
    }
    assert_eq!(client.get("ssh-keys").await.json(), json!([]));
    let log = client.get("audit-logs").await.json();
    let rows = log["responseList"].as_array().unwrap().iter();
    let rows: Vec<_> = rows
        .filter(|row| row["target"] == "SSH_KEY")
        .map(|row| {
            (
                row["actionType"].as_str().unwrap(),
                row["status"].as_str().unwrap(),
            )
        })
        .collect();
    let expected = [
        ("CREATE", "SUCCEEDED"),
        ("CREATE", "FAILED"),
        ("CREATE", "FAILED"),
        ("DELETE", "SUCCEEDED"),
        ("DELETE", "FAILED"),
    ];
    assert_eq!(rows, expected);
}
