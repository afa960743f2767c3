//! The values of options, from text.
//!
//! Invariant: no text that may hold a password is quoted.

use std::time::Duration;

use http::StatusCode;

use super::ConfigError;
use crate::engine::duration;
use crate::engine::{Credential, Pace};

/// Parses `NAME:PASSWORD`; the password may have colons.
pub(in crate::startup) fn parse_user(text: &str) -> Result<Credential, ConfigError> {
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
pub(in crate::startup) fn parse_duration(text: &str) -> Result<Duration, ConfigError> {
    duration::parse_duration(text).ok_or_else(|| ConfigError::Value {
        value: text.to_owned(),
        expected: duration::DURATION,
    })
}

/// Parses a duration or `per-poll`.
pub(in crate::startup) fn parse_pace(text: &str) -> Result<Pace, ConfigError> {
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
pub(in crate::startup) fn parse_version(text: &str) -> Result<String, ConfigError> {
    let number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if text.split('.').count() == 4 && text.split('.').all(number) {
        return Ok(text.to_owned());
    }
    Err(ConfigError::Value {
        value: text.to_owned(),
        expected: "a version of four numbers (6.0.8.0)",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_durations_and_paces() {
        assert_eq!(parse_duration("0").unwrap(), Duration::ZERO);
        assert_eq!(parse_duration("500ms").unwrap(), Duration::from_millis(500));
        assert_eq!(parse_duration("2h").unwrap(), Duration::from_hours(2));
        for bad in [
            "",
            "5",
            "s",
            "-1s",
            "1.5s",
            "99999999999999999999s",
            "18446744073709551615h",
        ] {
            assert!(parse_duration(bad).is_err(), "{bad}");
        }
        assert_eq!(parse_pace("per-poll").unwrap(), Pace::PerPoll);
    }

    #[test]
    fn versions_have_four_numbers_and_users_a_password() {
        assert!(parse_version("6.0.1.0").is_ok());
        assert!(parse_version("6.0.1").is_err() && parse_version("6.0.x.0").is_err());
        assert!(parse_user("a:b:c").is_ok());
        let error = parse_user("s3cret").unwrap_err().to_string();
        assert!(!error.contains("s3cret"), "{error}");
    }
}
