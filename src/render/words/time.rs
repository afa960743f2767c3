//! The words for times.

use jiff::Timestamp;

/// `2019-05-07 19:16:46 UTC`.
pub(crate) fn instant(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// `2019-05-07 19:16`, from milliseconds since 1970; a dash for `None`.
pub(crate) fn short_millis(millis: Option<i64>) -> String {
    millis
        .and_then(|ms| Timestamp::from_millisecond(ms).ok())
        .map_or_else(|| "-".to_owned(), |at| at.strftime("%Y-%m-%d %H:%M").to_string())
}

/// An age in the largest fitting unit: `7 years ago`.
pub(crate) fn age(at: Timestamp, now: Timestamp) -> String {
    let seconds = now.as_second() - at.as_second();
    let (value, unit) = match seconds.unsigned_abs() {
        s @ 0..60 => (s, "second"),
        s @ 60..3600 => (s / 60, "minute"),
        s @ 3600..86_400 => (s / 3600, "hour"),
        s @ 86_400..5_184_000 => (s / 86_400, "day"),
        s @ 5_184_000..63_072_000 => (s / 2_592_000, "month"),
        s => (s / 31_556_952, "year"),
    };
    let plural = if value == 1 { "" } else { "s" };
    if seconds < 0 {
        format!("{value} {unit}{plural} in the future")
    } else {
        format!("{value} {unit}{plural} ago")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn age_uses_the_largest_unit() {
        let now = Timestamp::from_second(1_000_000_000).unwrap();
        let ago = |seconds: i64| age(Timestamp::from_second(1_000_000_000 - seconds).unwrap(), now);
        assert_eq!(ago(1), "1 second ago");
        assert_eq!(ago(7200), "2 hours ago");
        assert_eq!(ago(86_400 * 40), "40 days ago");
        assert_eq!(ago(31_556_952 * 7), "7 years ago");
        assert_eq!(ago(-120), "2 minutes in the future");
    }
}
