//! The date forms of engines: Java's `Date.toString` in the metadata, ISO 8601 in the blob's header, milliseconds
//! since 1970 in revisions, and the API's own mixture.
//! Invariant: only an unambiguous text yields an instant. A zone abbreviation such as `CST` has several offsets; it is
//! kept as text.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::Offset;

use crate::finding::{DATE_NOT_UNDERSTOOD, DATE_WRONG_WEEKDAY, DATE_ZONE_AMBIGUOUS, Finding, Place};

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];
const WEEKDAYS: [(&str, Weekday); 7] = [
    ("Mon", Weekday::Monday),
    ("Tue", Weekday::Tuesday),
    ("Wed", Weekday::Wednesday),
    ("Thu", Weekday::Thursday),
    ("Fri", Weekday::Friday),
    ("Sat", Weekday::Saturday),
    ("Sun", Weekday::Sunday),
];
/// Java allows no larger offset in a zone such as `GMT+02:00`.
const MAX_OFFSET_HOURS: i32 = 23;

/// Why a date can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DateError {
    /// Not the six words of `Date.toString`.
    #[error("not of the form 'Fri Jun 15 20:16:20 UTC 2018'")]
    Form,
    /// A word of another kind than expected.
    #[error("{0:?} is no {1}")]
    Word(String, &'static str),
    /// Such as the 31st of June.
    #[error("no such day in the calendar")]
    NoSuchDay,
    /// Not ISO 8601 with an offset.
    #[error("not an ISO 8601 instant: {0}")]
    Iso(String),
    /// Outside the supported years.
    #[error("{0} ms since 1970 is out of range")]
    OutOfRange(i64),
}

/// A date as Java's `Date.toString` writes it, such as `Fri Jun 15 20:16:20 UTC 2018`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct JavaDate {
    /// The text.
    pub original: String,
    /// The local date and time at the engine.
    pub civil: DateTime,
    /// The zone word.
    pub zone: String,
    /// The weekday that the text names.
    pub weekday: Weekday,
    /// The point in time, if the zone word names one offset.
    pub instant: Option<Timestamp>,
}

impl JavaDate {
    #[doc(hidden)]
    /// Parses a date. A wrong weekday is no error: see [`JavaDate::weekday_fits`].
    pub fn parse(text: &str) -> Result<Self, DateError> {
        let words: Vec<&str> = text.split(' ').take(7).collect();
        let [weekday, month, day, time, zone, year] = words.as_slice() else {
            return Err(DateError::Form);
        };
        let weekday = WEEKDAYS
            .iter()
            .find(|(name, _)| name == weekday)
            .map(|(_, weekday)| *weekday);
        let weekday = weekday.ok_or_else(|| word(words[0], "weekday"))?;
        let month = (1_i8..)
            .zip(MONTHS)
            .find(|(_, name)| name == month)
            .map(|(number, _)| number);
        let month = month.ok_or_else(|| word(words[1], "month"))?;
        let day = two_digits(day).ok_or_else(|| word(day, "day of the month"))?;
        let time = clock_time(time).ok_or_else(|| word(time, "time of day"))?;
        let zone_word = !zone.is_empty()
            && zone.len() <= 40
            && zone
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"+-:/_".contains(&b));
        if !zone_word {
            return Err(word(zone, "time zone"));
        }
        let year = digits(year, 4).ok_or_else(|| word(year, "year"))?;
        let date = Date::new(year, month, day).map_err(|_| DateError::NoSuchDay)?;
        let civil = date.to_datetime(time);
        let instant = offset(zone).and_then(|offset| offset.to_timestamp(civil).ok());
        Ok(Self {
            original: text.to_owned(),
            civil,
            zone: (*zone).to_owned(),
            weekday,
            instant,
        })
    }

    #[doc(hidden)]
    /// Whether the weekday belongs to the date.
    pub fn weekday_fits(&self) -> bool {
        self.civil.date().weekday() == self.weekday
    }

    #[doc(hidden)]
    /// Parses the date at `place`, with findings about it.
    pub fn check(text: &str, place: &Place) -> (Result<Self, DateError>, Vec<Finding>) {
        let at = |rule, message: String| Finding::at(rule, place.clone(), message);
        let mut findings = Vec::new();
        let date = Self::parse(text);
        match &date {
            Err(error) => findings.push(at(&DATE_NOT_UNDERSTOOD, error.to_string())),
            Ok(date) => {
                if !date.weekday_fits() {
                    let fact = date.civil.date();
                    findings.push(at(
                        &DATE_WRONG_WEEKDAY,
                        format!("{fact} is no {:?}", date.weekday),
                    ));
                }
                if date.instant.is_none() {
                    findings.push(at(
                        &DATE_ZONE_AMBIGUOUS,
                        format!("{} names no certain offset", date.zone),
                    ));
                }
            }
        }
        (date, findings)
    }
}

impl fmt::Display for JavaDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.original)
    }
}

fn word(text: &str, place: &'static str) -> DateError {
    DateError::Word(text.chars().take(40).collect(), place)
}

/// A number of exactly so many digits.
fn digits<N: std::str::FromStr>(text: &str, len: usize) -> Option<N> {
    (text.len() == len && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

fn two_digits(text: &str) -> Option<i8> {
    digits(text, 2)
}

fn clock_time(text: &str) -> Option<Time> {
    let mut parts = text.split(':');
    let (hour, minute, second) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    Time::new(two_digits(hour)?, two_digits(minute)?, two_digits(second)?, 0).ok()
}

/// The offset of unambiguous zones.
fn offset(zone: &str) -> Option<Offset> {
    if matches!(zone, "UTC" | "GMT" | "Z") {
        return Some(Offset::UTC);
    }
    let signed = zone
        .strip_prefix("GMT")
        .or_else(|| zone.strip_prefix("UTC"))
        .unwrap_or(zone);
    let (sign, rest) = match signed.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = match rest.split_once(':') {
        Some(parts) => parts,
        None => rest.split_at_checked(2)?,
    };
    let (hours, minutes) = (i32::from(two_digits(hours)?), i32::from(two_digits(minutes)?));
    if hours > MAX_OFFSET_HOURS || minutes > 59 {
        return None;
    }
    Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()
}

/// As `Date.toString` of an engine that runs in UTC.
pub fn format_java_date(instant: Timestamp) -> String {
    let at = utc(instant);
    let weekday = at.date().weekday();
    let weekday = WEEKDAYS
        .iter()
        .find(|(_, day)| *day == weekday)
        .map_or("", |(name, _)| name);
    let month = MONTHS
        .get((at.month().unsigned_abs() as usize).saturating_sub(1))
        .copied()
        .unwrap_or_default();
    let (day, hour, minute, second, year) = (at.day(), at.hour(), at.minute(), at.second(), at.year());
    format!("{weekday} {month} {day:02} {hour:02}:{minute:02}:{second:02} UTC {year:04}")
}

/// As in the blob's header: `2019-05-07T19:16:46.159Z`.
pub fn iso_millis(instant: Timestamp) -> String {
    millis(instant, "Z")
}

/// A day as engines write it, in UTC.
pub fn day(instant: Timestamp) -> String {
    let at = utc(instant);
    format!("{:04}-{:02}-{:02}", at.year(), at.month(), at.day())
}

/// Whether a text is a day as engines write it, such as `2019-05-07`.
pub fn is_day(text: &str) -> bool {
    let date = || {
        let (year, rest) = text.split_once('-')?;
        let (month, day) = rest.split_once('-')?;
        Date::new(digits(year, 4)?, two_digits(month)?, two_digits(day)?).ok()
    };
    date().is_some()
}

/// As the API writes times: `2018-04-13T17:49:55.354+0000`.
pub fn api_date(instant: Timestamp) -> String {
    millis(instant, "+0000")
}

/// Reads an ISO 8601 instant, offset required.
pub fn parse_iso(text: &str) -> Result<Timestamp, DateError> {
    text.parse::<Timestamp>()
        .map_err(|error| DateError::Iso(error.to_string()))
}

/// An instant from the milliseconds since 1970 that revisions carry.
pub fn from_epoch_millis(millis: i64) -> Result<Timestamp, DateError> {
    Timestamp::from_millisecond(millis).map_err(|_| DateError::OutOfRange(millis))
}

fn utc(instant: Timestamp) -> DateTime {
    Offset::UTC.to_datetime(instant)
}

fn millis(instant: Timestamp, zone: &str) -> String {
    let at = utc(instant);
    let (month, day, hour, minute, second) = (at.month(), at.day(), at.hour(), at.minute(), at.second());
    let ms = at.subsec_nanosecond() / 1_000_000;
    // ISO 8601 wants six digits and a sign before the year 0.
    let year = if at.year() < 0 {
        format!("{:+07}", at.year())
    } else {
        format!("{:04}", at.year())
    };
    format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{ms:03}{zone}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ts(text: &str) -> Timestamp {
        parse_iso(text).unwrap()
    }

    fn ids(text: &str) -> Vec<&'static str> {
        JavaDate::check(text, &Place::json("$.d"))
            .1
            .iter()
            .map(Finding::id)
            .collect()
    }

    #[test]
    fn the_engines_form_is_read_whole() {
        let date = JavaDate::parse("Fri Jun 15 20:16:20 UTC 2018").unwrap();
        assert_eq!(date.civil.to_string(), "2018-06-15T20:16:20");
        assert_eq!(date.instant, Some(ts("2018-06-15T20:16:20Z")));
        assert_eq!((date.zone.as_str(), date.weekday_fits()), ("UTC", true));
        assert_eq!(date.to_string(), "Fri Jun 15 20:16:20 UTC 2018");
        assert_eq!(format_java_date(ts("2018-06-15T20:16:20Z")), date.original);
    }

    #[test]
    fn a_day_has_four_digits_two_and_two_and_is_in_the_calendar() {
        assert!(is_day("2019-05-07") && is_day("2020-02-29"));
        for text in [
            "",
            "2019-02-29",
            "2019-13-01",
            "2019-5-7",
            "2019-05-07 ",
            "2019-05-07T00:00:00Z",
            "20190507",
            "today",
        ] {
            assert!(!is_day(text), "{text}");
        }
    }

    #[test]
    fn only_certain_offsets_give_an_instant() {
        for (zone, instant) in [
            ("GMT", Some("2018-06-15T20:16:20Z")),
            ("Z", Some("2018-06-15T20:16:20Z")),
            ("GMT+02:00", Some("2018-06-15T18:16:20Z")),
            ("GMT-03:30", Some("2018-06-15T23:46:20Z")),
            ("UTC+0200", Some("2018-06-15T18:16:20Z")),
            ("+02:00", Some("2018-06-15T18:16:20Z")),
            ("CEST", None),
            ("IST", None),
            ("GMT+99:00", None),
            ("GMT+02:60", None),
            ("GMT+", None),
            ("GMT+2", None),
            ("-", None),
        ] {
            let text = format!("Fri Jun 15 20:16:20 {zone} 2018");
            assert_eq!(JavaDate::parse(&text).unwrap().instant, instant.map(ts), "{zone}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let error = |text: &str| JavaDate::parse(text).unwrap_err();
        for text in [
            "",
            "Fri",
            "2018-06-15T20:16:20Z",
            "Fri Jun 15 20:16:20 2018",
            "Fri Jun 15 20:16:20 UTC 2018 ",
        ] {
            assert_eq!(error(text), DateError::Form, "{text}");
        }
        assert_eq!(error("Fri Feb 30 20:16:20 UTC 2018"), DateError::NoSuchDay);
        for (text, message) in [
            ("Fre Jun 15 20:16:20 UTC 2018", "\"Fre\" is no weekday"),
            ("Fri Juni 15 20:16:20 UTC 2018", "\"Juni\" is no month"),
            ("Fri Jun 5 20:16:20 UTC 2018", "\"5\" is no day of the month"),
            ("Fri Jun 15 24:16:20 UTC 2018", "\"24:16:20\" is no time of day"),
            (
                "Fri Jun 15 20:16:20:1 UTC 2018",
                "\"20:16:20:1\" is no time of day",
            ),
            ("Fri Jun 15 20:16:20 é 2018", "\"é\" is no time zone"),
            ("Fri Jun 15 20:16:20 UTC 18", "\"18\" is no year"),
            ("Fri Jun 15 20:16:20 UTC +018", "\"+018\" is no year"),
        ] {
            assert_eq!(error(text).to_string(), message);
        }
    }

    #[test]
    fn each_oddity_is_its_own_finding() {
        assert_eq!(ids("Fri Jun 15 20:16:20 UTC 2018"), Vec::<&str>::new());
        assert_eq!(ids("Sat Jun 15 20:16:20 UTC 2018"), ["date-wrong-weekday"]);
        assert_eq!(ids("Fri Jun 15 20:16:20 CST 2018"), ["date-zone-ambiguous"]);
        assert_eq!(
            ids("Sat Jun 15 20:16:20 CST 2018"),
            ["date-wrong-weekday", "date-zone-ambiguous"]
        );
        assert_eq!(ids("yesterday"), ["date-not-understood"]);
    }

    #[test]
    fn instants_are_written_in_each_form() {
        let instant = from_epoch_millis(1_557_256_606_159).unwrap();
        assert_eq!(iso_millis(instant), "2019-05-07T19:16:46.159Z");
        assert_eq!(api_date(instant), "2019-05-07T19:16:46.159+0000");
        assert_eq!(format_java_date(instant), "Tue May 07 19:16:46 UTC 2019");
        assert_eq!(
            iso_millis(from_epoch_millis(0).unwrap()),
            "1970-01-01T00:00:00.000Z"
        );
        assert_eq!(
            iso_millis(from_epoch_millis(-1).unwrap()),
            "1969-12-31T23:59:59.999Z"
        );
        assert_eq!(iso_millis(Timestamp::MIN), "-009999-01-02T01:59:59.000Z");
        assert!(format_java_date(Timestamp::MAX).ends_with("9999"));
    }

    #[test]
    fn iso_reads_what_is_written_and_refuses_what_has_no_offset() {
        for text in [
            "2019-05-07T19:16:46.159Z",
            "2019-05-07T19:16:46.159+0000",
            "2019-05-07T21:16:46.159+02:00",
        ] {
            assert_eq!(iso_millis(ts(text)), "2019-05-07T19:16:46.159Z", "{text}");
        }
        for text in [
            "",
            "2019-05-07T19:16:46.159",
            "2019-05-07",
            "2019-13-07T00:00:00Z",
        ] {
            assert!(matches!(parse_iso(text), Err(DateError::Iso(_))), "{text}");
        }
        for millis in [i64::MIN, i64::MAX] {
            assert_eq!(from_epoch_millis(millis), Err(DateError::OutOfRange(millis)));
        }
    }
}
