//! The values of options, from text.
//!
//! Invariant: no text that may hold a password is quoted.

use std::time::Duration;

use http::StatusCode;

use super::ConfigError;
use crate::engine::duration;
use crate::engine::{Credential, Pace};

/// Parses `NAME:PASSWORD`; the password may have colons.
pub fn parse_user(text: &str) -> Result<Credential, ConfigError> {
    match text.split_once(':') {
        Some((name, password)) if !name.is_empty() && !password.is_empty() => {
            Ok(Credential::new(name, password))
        }
        // Never quoted: without a colon, the text may be the password.
        _ => Err(ConfigError::Value {
            value: "…".to_owned(),
            expected: "a user (NAME:PASSWORD)",
        }),
    }
}

/// Parses a duration: `0`, `500ms`, `30s`, `5m`, `2h`.
pub fn parse_duration(text: &str) -> Result<Duration, ConfigError> {
    duration::parse_duration(text).ok_or_else(|| ConfigError::Value {
        value: text.to_owned(),
        expected: duration::DURATION,
    })
}

/// Parses a duration or `per-poll`.
pub fn parse_pace(text: &str) -> Result<Pace, ConfigError> {
    if text == "per-poll" {
        Ok(Pace::PerPoll)
    } else {
        parse_duration(text).map(Pace::Delay)
    }
}

/// Parses a status for POST.
pub(in crate::startup) fn parse_created_status(text: &str) -> Result<StatusCode, ConfigError> {
    match text {
        "200" => Ok(StatusCode::OK),
        "201" => Ok(StatusCode::CREATED),
        _ => Err(ConfigError::Value {
            value: text.to_owned(),
            expected: "a status for POST (200 or 201)",
        }),
    }
}

/// Checks a version: four numbers, since clients index them.
pub fn parse_version(text: &str) -> Result<String, ConfigError> {
    let number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if text.split('.').count() == 4 && text.split('.').all(number) {
        return Ok(text.to_owned());
    }
    Err(ConfigError::Value {
        value: text.to_owned(),
        expected: "a version of four numbers (6.0.8.0)",
    })
}
