//! What must not be shown, and how it is hidden.
//!
//! Invariant: names decide, in any case; a value is hidden whole.

use serde_json::Value;

/// Stands where a secret was.
pub(super) const REDACTED: &str = "<redacted>";

const NAMES: &[&str] = &[
    "authorization",
    "proxy-authorization",
    "cookie",
    "passphrase",
    "password",
    "secret",
    "sshkey",
    "token",
];

/// Whether a header, parameter or member of this name is a secret.
pub(super) fn is_secret(name: &str) -> bool {
    NAMES.iter().any(|secret| name.eq_ignore_ascii_case(secret))
}

/// Hides the secrets of a JSON value, at any depth.
pub(super) fn json(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                if is_secret(name) {
                    *value = REDACTED.into();
                } else {
                    json(value);
                }
            }
        }
        Value::Array(entries) => entries.iter_mut().for_each(json),
        _ => {}
    }
}

/// Takes out what was hidden, so that a dump that is loaded again doesn't set passwords to the placeholder.
pub(super) fn drop_redacted(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, value| value != REDACTED);
            members.values_mut().for_each(drop_redacted);
        }
        Value::Array(entries) => entries.iter_mut().for_each(drop_redacted),
        _ => {}
    }
}

/// Hides the secrets of a raw query string.
pub(super) fn query(raw: &str) -> String {
    let parts = raw.split('&').map(|part| match part.split_once('=') {
        Some((name, _)) if is_secret(name) => format!("{name}={REDACTED}"),
        _ => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_are_hidden_at_any_depth_and_dropped_again() {
        let mut value = json!({ "a": [{ "passWord": "x", "b": 1 }], "Authorization": { "c": 2 } });
        json(&mut value);
        assert_eq!(
            value,
            json!({ "a": [{ "passWord": REDACTED, "b": 1 }], "Authorization": REDACTED })
        );
        drop_redacted(&mut value);
        assert_eq!(value, json!({ "a": [{ "b": 1 }] }));
        assert_eq!(
            query("a=1&&PASSWORD=x&token"),
            format!("a=1&&PASSWORD={REDACTED}&token")
        );
    }
}
