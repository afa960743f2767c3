//! The audit log's rows for requests.
//!
//! Invariant: a row is a write by a logged-in user, or a login; reads give none. A failed login gives no user name.

use std::net::IpAddr;

use axum::response::Response;
use http::Method;

use super::auth::Caller;
use super::{App, canonical};
use crate::engine::{AuditStatus, Audited, catalogue};

/// Adds the row of a finished request, if it is due one.
pub(super) fn note(app: &App, method: &Method, path: &str, ip: Option<IpAddr>, response: &Response) {
    if method == Method::GET {
        return;
    }
    let path = canonical(path);
    let Some(path) = path.strip_prefix("/masking/api/") else {
        return;
    };
    let login = matches!(path, "login" | "sso-login" | "oauth2-login");
    let user = response
        .extensions()
        .get::<Caller>()
        .map(|Caller(user)| user.to_string());
    if user.is_none() && !login {
        return;
    }
    let Some((action, target, key)) = said(method, path) else {
        return;
    };
    let status = match response.status().as_u16() {
        400.. => AuditStatus::Failed,
        _ if path.ends_with("-async") && method == Method::POST => AuditStatus::Attempted,
        _ => AuditStatus::Succeeded,
    };
    app.engine.audit(Audited {
        user,
        action,
        description: format!("{action} {target} {key}").trim_end().to_owned(),
        target,
        status,
        ip: ip.map(|ip| ip.to_canonical().to_string()),
    });
}

/// The action, the kind of row and its key; `None` for paths without an endpoint.
fn said<'a>(method: &Method, path: &'a str) -> Option<(&'static str, String, &'a str)> {
    let usual = match *method {
        Method::POST => "CREATE",
        Method::PUT => "EDIT",
        Method::DELETE => "DELETE",
        _ => return None,
    };
    let fixed = |action, target: &str| Some((action, target.to_owned(), ""));
    match path {
        "login" | "sso-login" | "oauth2-login" => return fixed("LOGIN", "USER"),
        "logout" => return fixed("LOGOUT", "USER"),
        "export" | "v2/export" | "export-async" if usual == "CREATE" => {
            return fixed("EXPORT", "SYNCABLE_OBJECT");
        }
        "import" | "import-async" if usual == "CREATE" => return fixed("IMPORT", "SYNCABLE_OBJECT"),
        "export-async" | "import-async" => return fixed(usual, "SYNCABLE_OBJECT"),
        "encryptionKey" => return fixed(usual, "ENCRYPTION_KEY"),
        _ => {}
    }
    let (first, key) = path.split_once('/').unwrap_or((path, ""));
    match first {
        "file-uploads" => return Some((usual, "FILE_UPLOAD".to_owned(), key)),
        "ssh-keys" | "ssh-key" => return Some((usual, "SSH_KEY".to_owned(), key)),
        "async-tasks" => {
            let key = key.strip_suffix("/cancel")?;
            return Some(("CANCEL", "ASYNC_TASK".to_owned(), key));
        }
        _ => {}
    }
    let own = catalogue::ALL.iter().map(|collection| collection.spec());
    let spec = own
        .filter(|spec| {
            let rest = path.strip_prefix(spec.path);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
        .max_by_key(|spec| spec.path.len())?;
    let mut rest = path[spec.path.len()..].split('/').skip(1);
    let key = rest.next().unwrap_or_default();
    let (key, verb) = if key == "test" {
        ("", Some(key))
    } else {
        (key, rest.next())
    };
    let action = match verb {
        Some("test") => "TEST",
        Some("connect" | "remount") => "CONNECT",
        Some("disconnect") => "DISCONNECT",
        Some("cancel") => "CANCEL",
        Some("copy") => "CREATE",
        Some(_) => "EDIT",
        None if spec.path == "executions" => "RUN",
        None => usual,
    };
    let target = spec.title.to_ascii_uppercase().replace([' ', '-'], "_");
    Some((action, target, key))
}
