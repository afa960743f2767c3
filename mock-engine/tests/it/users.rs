//! Users, roles and logins.

use mock_engine::MockEngine;
use serde_json::{Value, json};

use crate::support::client::{Client, Reply};

async fn login(client: &Client, user: &str, password: &str) -> Reply {
    let body = json!({ "username": user, "password": password });
    client.call("POST", "login", &body).await
}

/// The list's row of a user.
async fn listed(client: &Client, name: &str) -> Value {
    let page = client.get("users?page_number=1&page_size=999").await.json();
    let rows = page["responseList"].as_array().unwrap().clone();
    let found = rows.into_iter().find(|row| row["userName"] == name);
    found.unwrap_or_else(|| panic!("{name} is not among {page}"))
}

fn person(name: &str) -> Value {
    json!({
        "userName": name, "password": "Secret-1", "firstName": "Ada", "lastName": "Abbot",
        "email": "ada@example.com", "isAdmin": true,
    })
}

#[tokio::test]
async fn fresh_engine_has_an_administrator() {
    let client = Client::new().await;
    assert_eq!(login(&client, "Admin", "Admin-12").await.status, 200);
    let admin = client.get("users/5").await.json();
    assert_eq!(admin["userName"], "admin");
    assert_eq!(admin["isAdmin"], true);
    let change = json!({
        "userName": "admin", "password": "N3w-word", "firstName": "Mara", "lastName": "Admin",
        "email": "admin@example.com", "isAdmin": true, "showWelcome": false, "isLocked": false,
    });
    let reply = client.call("PUT", "users/5", &change).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let row = reply.json();
    assert_eq!(
        (&row["firstName"], &row["showWelcome"]),
        (&json!("Mara"), &json!(false))
    );
    assert!(row.get("password").is_none(), "{row}");
    assert_eq!(login(&client, "admin", "Admin-12").await.status, 401);
    assert_eq!(login(&client, "ADMIN", "N3w-word").await.status, 200);
    // Others still log in with any password.
    assert_eq!(login(&client, "anyone", "x").await.status, 200);

    // An update without a password keeps it.
    client
        .call("PUT", "users/5", &client.get("users/5").await.json())
        .await;
    assert_eq!(login(&client, "admin", "N3w-word").await.status, 200);
    let mut blank = client.get("users/5").await.json();
    blank["password"] = json!("");
    client.call("PUT", "users/5", &blank).await;
    assert_eq!(login(&client, "admin", "N3w-word").await.status, 200);
}

#[tokio::test]
async fn login_creates_a_user_who_owns_new_rows() {
    let client = Client::new().await;
    let row = listed(&client, "user123").await;
    assert_eq!(row["isAdmin"], true);
    login(&client, "USER123", "pw").await;
    assert_eq!(client.get("users").await.json()["_pageInfo"]["total"], 2);
    let domain = json!({ "domainName": "MINE", "defaultAlgorithmCode": "FirstNameLookup" });
    client.call("POST", "domains", &domain).await;
    let domain = client.get("domains/MINE").await.json();
    assert_eq!(domain["createdBy"], "user123");
    assert!(domain["createdTime"].is_string(), "{domain}");
}

#[tokio::test]
async fn only_given_and_created_users_can_log_in() {
    let client = MockEngine::builder().empty().user("user123", "pw123");
    let client = Client::of(client).await;
    for (user, password, status) in [
        ("User123", "pw123", 200),
        ("admin", "Admin-12", 401),
        ("other", "x", 401),
        ("user123", "PW123", 401),
    ] {
        assert_eq!(login(&client, user, password).await.status, status, "{user}");
    }
    client.create("users", &person("ada"), "userId").await;
    assert_eq!(login(&client, "Ada", "Secret-1").await.status, 200);
    assert_eq!(login(&client, "Ada", "other").await.status, 401);
    // A password in the row of a given user takes the place of the given one.
    let mut row = listed(&client, "user123").await;
    row["password"] = json!("n3w");
    let path = format!("users/{}", row["userId"]);
    assert_eq!(client.call("PUT", &path, &row).await.status, 200);
    assert_eq!(login(&client, "USER123", "n3w").await.status, 200);
    assert_eq!(login(&client, "user123", "pw123").await.status, 401);
    row["isLocked"] = json!(true);
    assert_eq!(client.call("PUT", &path, &row).await.status, 200);
    assert_eq!(login(&client, "user123", "n3w").await.status, 401);
}

#[tokio::test]
async fn user_name_is_unique_in_any_case_and_locked_user_is_refused() {
    let client = Client::new().await;
    let id = client.create("users", &person("ada"), "userId").await;
    let reply = client.call("POST", "users", &person("Ada")).await;
    assert_eq!(reply.status, 409, "{reply:?}");
    assert!(reply.error().contains("User already exists"), "{reply:?}");

    let mut row = client.get(&format!("users/{id}")).await.json();
    for (member, value) in [
        ("isLocked", json!(false)),
        ("userStatus", json!("ACTIVE")),
        ("showWelcome", json!(true)),
        ("apiAccess", json!(true)),
    ] {
        assert_eq!(row[member], value, "{member}");
    }
    row["userStatus"] = json!("LOCKED");
    let locked = client.call("PUT", &format!("users/{id}"), &row).await.json();
    assert_eq!(locked["isLocked"], true);
    assert_eq!(login(&client, "ada", "Secret-1").await.status, 401);
    let freed = client
        .call("PUT", &format!("users/{id}"), &json!({ "isLocked": false }))
        .await
        .json();
    assert_eq!(freed["userStatus"], "ACTIVE");
    assert_eq!(login(&client, "ada", "Secret-1").await.status, 200);
}

#[tokio::test]
async fn user_without_admin_rights_has_a_role_in_environments() {
    let client = Client::of(MockEngine::builder()).await;
    let role = client
        .create("roles", &json!({ "roleName": "Reader" }), "roleId")
        .await;
    let mut user = person("ada");
    user["isAdmin"] = json!(false);
    let refused = client.call("POST", "users", &user).await;
    assert_eq!(refused.status, 400, "{refused:?}");
    assert!(refused.error().contains("nonAdminProperties"), "{refused:?}");
    user["nonAdminProperties"] = json!({ "roleId": 999, "environmentIds": [1] });
    assert_eq!(client.call("POST", "users", &user).await.status, 404);
    user["nonAdminProperties"] = json!({ "roleId": role, "environmentIds": [1, "2"] });
    let id = client.create("users", &user, "userId").await;
    let path = format!("users/{id}");
    let shown = client.get(&path).await.json();
    assert_eq!(
        shown["nonAdminProperties"],
        json!({ "roleId": role, "environmentIds": [1, 2] })
    );

    assert_eq!(
        client
            .call("DELETE", &format!("roles/{role}"), &Value::Null)
            .await
            .status,
        409
    );
    assert_eq!(
        client.call("DELETE", "environments/1", &Value::Null).await.status,
        200
    );
    let shown = client.get(&path).await.json();
    assert_eq!(shown["nonAdminProperties"]["environmentIds"], json!([2]));

    // Clients do this before they delete an administrator.
    let promoted = client
        .call("PUT", &path, &json!({ "isAdmin": true }))
        .await
        .json();
    assert!(promoted.get("nonAdminProperties").is_none(), "{promoted}");
    let limited = json!({ "isAdmin": false, "nonAdminProperties": { "roleId": role, "environmentIds": [] } });
    assert_eq!(client.call("PUT", &path, &limited).await.status, 200);
    assert_eq!(client.call("DELETE", &path, &Value::Null).await.status, 200);
}
