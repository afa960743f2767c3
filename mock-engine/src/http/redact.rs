//! Hides secrets in the journal and in dumps.
//!
//! Invariant: a secret value is hidden whole. Its name decides, in any spelling; otherwise its form does: a URL or
//! options with a password, a private key, a key in the configuration of an algorithm.

use exportdoc::internal::jdbc::{self, Secret};
use exportdoc::internal::object::data::Configuration;
use percent_encoding::percent_decode_str;
use serde_json::Value;

/// Replaces a secret.
pub const REDACTED: &str = "<redacted>";

/// A name that ends with one of these is a secret; case and punctuation don't count. [`jdbc::names_secret`] knows more.
const NAMES: &[&str] = &[
    "authorization",
    "cookie",
    "sshkey",
    "sessionid",
    "authkey",
    "accesskey",
    "masterkey",
];

/// The content of an export document, which has keys and lookup rows.
const CONTENT: &str = "blob";

/// The configuration of an algorithm, in which members named `…key` are keys.
const CONFIGURATION: &str = "algorithmExtension";

/// Whether a header, parameter or member of this name is a secret.
pub(crate) fn is_secret(name: &str) -> bool {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    let plain: String = letters.map(|c| c.to_ascii_lowercase()).collect();
    NAMES.iter().any(|end| plain.ends_with(end)) || jdbc::names_secret(name)
}

/// Whether a text has the form of a secret.
pub(crate) fn holds_secret(text: &str) -> bool {
    if text.contains("PRIVATE KEY") {
        return true;
    }
    // Base64 ends with '='.
    let text = text.trim_end_matches('=');
    if !text.contains(['=', '@']) {
        return false;
    }
    match jdbc::secret(text) {
        Secret::Held => text.contains('=') || text.contains("://") || is_jdbc(text),
        Secret::Possible => is_jdbc(text),
        Secret::None => false,
    }
}

fn is_jdbc(text: &str) -> bool {
    text.get(..5)
        .is_some_and(|start| start.eq_ignore_ascii_case("jdbc:"))
}

/// Hides the secrets of a JSON value, at any depth.
pub fn json(value: &mut Value) {
    hide(value, false);
}

/// `configured`: whether the value is part of an algorithm's configuration.
fn hide(value: &mut Value, configured: bool) {
    match value {
        Value::Object(members) => {
            // A setting has its name in a member.
            let setting = members.get("settingName").and_then(Value::as_str);
            let secret_setting = setting.is_some_and(is_secret);
            for (name, value) in members {
                let is_switch = value.is_boolean() || value.is_null();
                let key = configured && name.to_ascii_lowercase().ends_with("key");
                let secret =
                    key || is_secret(name) || name == CONTENT || (secret_setting && name == "settingValue");
                if secret && !is_switch {
                    *value = REDACTED.into();
                } else {
                    hide(value, configured || name == CONFIGURATION);
                }
            }
        }
        Value::Array(entries) => entries.iter_mut().for_each(|entry| hide(entry, configured)),
        Value::String(text) => {
            let secret = holds_secret(text)
                || (configured && Configuration::hides_key(text))
                || hides_json(text, configured);
            if secret {
                REDACTED.clone_into(text);
            }
        }
        _ => {}
    }
}

/// Whether a text is JSON with secrets in it: clients send configurations of algorithms so.
fn hides_json(text: &str, configured: bool) -> bool {
    if !text.trim_start().starts_with(['{', '[']) {
        return false;
    }
    let Ok(read) = serde_json::from_str::<Value>(text) else {
        return false;
    };
    let mut shown = read.clone();
    hide(&mut shown, configured);
    shown != read
}

/// Puts hidden values back from the present ones, so loading a redacted dump changes no secret. Drops hidden values
/// without a present one.
pub fn restore(value: &mut Value, present: Option<&Value>) {
    match value {
        Value::Object(members) => {
            members.retain(|name, value| {
                let present = present.and_then(|present| present.get(name));
                if value == REDACTED {
                    *value = present.cloned().unwrap_or_default();
                    return present.is_some();
                }
                restore(value, present);
                true
            });
        }
        // Entries have no names, so an entry is restored from the one at its index if both look alike once redacted.
        Value::Array(entries) => {
            let places = entries.iter_mut().enumerate();
            for (place, entry) in places {
                let there = present.and_then(|present| present.get(place));
                match there.filter(|there| looks_like(there, entry)) {
                    Some(there) => *entry = there.clone(),
                    None => restore(entry, None),
                }
            }
            entries.retain(|entry| entry != REDACTED);
        }
        _ => {}
    }
}

/// Whether hiding the secrets of `whole` gives `hidden`.
fn looks_like(whole: &Value, hidden: &Value) -> bool {
    [false, true].into_iter().any(|configured| {
        let mut whole = whole.clone();
        hide(&mut whole, configured);
        whole == *hidden
    })
}

/// Hides the secrets of a raw query string.
pub fn query(raw: &str) -> String {
    let decode = |text: &str| {
        let spaced = text.replace('+', " ");
        percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
    };
    let parts = raw.split('&').map(|part| match part.split_once('=') {
        Some((name, value)) if is_secret(&decode(name)) || holds_secret(&decode(value)) => {
            format!("{name}={REDACTED}")
        }
        _ => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("&")
}

/// The text of a JSON error without the quoted input, which may be a secret in the wrong place.
pub(super) fn json_error(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match (text.find('"'), text.rfind('"')) {
        (Some(start), Some(end)) if start < end => {
            format!("{}{REDACTED}{}", &text[..start], &text[end + 1..])
        }
        _ => text,
    }
}
