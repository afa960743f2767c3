//! Numbers values and makes their stand-ins.

use std::collections::{BTreeMap, HashMap};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::object::data::StandInKind;

impl StandInKind {
    /// The word for a number of such values.
    pub fn words(self, count: u64) -> &'static str {
        let (one, many) = match self {
            Self::Key => ("key", "keys"),
            Self::Row => ("lookup row", "lookup rows"),
            Self::Input => ("mapping input", "mapping inputs"),
            Self::Output => ("mapping output", "mapping outputs"),
            Self::Host => ("host", "hosts"),
            Self::User => ("user", "users"),
            Self::Email => ("e-mail address", "e-mail addresses"),
            Self::JdbcUrl => ("JDBC URL", "JDBC URLs"),
            Self::Database => ("database name", "database names"),
            Self::Schema => ("schema name", "schema names"),
            Self::Setting => ("setting value", "setting values"),
            Self::Text => ("free text", "free texts"),
            Self::Uuid => ("text in place of a UUID", "texts in place of a UUID"),
            Self::Identifier => ("odd identifier", "odd identifiers"),
            Self::TypeUrl => ("odd type URL", "odd type URLs"),
        };
        if count == 1 { one } else { many }
    }

    /// Whether a text has the form of such a stand-in.
    pub fn is_stand_in(self, text: &str) -> bool {
        let digits = |c: char| c.is_ascii_digit();
        let number = text.rsplit(|c| !digits(c)).find(|run| !run.is_empty());
        let number = number.and_then(|run| run.parse().ok());
        number.is_some_and(|number| self::text(self, text, number) == text)
    }

    /// Whether the numbers restart with every object. Values common to two algorithms would reveal both, especially if one of
    /// them is the same on every engine.
    fn within_object(self) -> bool {
        matches!(self, Self::Row | Self::Input | Self::Output)
    }
}

/// JDBC subprotocols that only name a database product.
const SUBPROTOCOLS: &[&str] = &[
    "db2",
    "jtds",
    "mariadb",
    "mysql",
    "oracle",
    "postgresql",
    "sqlserver",
    "sybase",
];

/// The numbers assigned so far.
#[derive(Debug, Default)]
pub(super) struct StandIns {
    numbers: BTreeMap<StandInKind, HashMap<String, u32>>,
    /// Counts of earlier objects, for kinds that restart.
    finished: BTreeMap<StandInKind, u64>,
}

impl StandIns {
    /// Returns the stand-in of a value. An empty value stays empty.
    pub(super) fn of(&mut self, kind: StandInKind, value: &str) -> String {
        if value.is_empty() {
            return String::new();
        }
        let numbers = self.numbers.entry(kind).or_default();
        let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX).saturating_add(1);
        let number = *numbers.entry(value.to_owned()).or_insert(next);
        text(kind, value, number)
    }

    /// Returns a host's stand-in with its port.
    pub(super) fn host_and_port(&mut self, value: &str) -> String {
        match split_port(value) {
            (host, Some(port)) => format!("{}:{port}", self.of(StandInKind::Host, host)),
            (host, None) => self.of(StandInKind::Host, host),
        }
    }

    /// Starts the next object.
    pub(super) fn next_object(&mut self) {
        for (kind, numbers) in self.numbers.iter_mut().filter(|(kind, _)| kind.within_object()) {
            *self.finished.entry(*kind).or_default() += numbers.len() as u64;
            numbers.clear();
        }
    }

    /// The number of different values of each kind so far.
    pub(super) fn counts(&self) -> BTreeMap<StandInKind, u64> {
        let mut counts = self.finished.clone();
        for (kind, numbers) in &self.numbers {
            *counts.entry(*kind).or_default() += numbers.len() as u64;
        }
        counts.retain(|_, count| *count > 0);
        counts
    }

    /// The values numbered across the document, with their stand-ins.
    pub(super) fn lasting(&self) -> impl Iterator<Item = (&str, String)> {
        self.numbers
            .iter()
            .filter(|(kind, _)| !kind.within_object())
            .flat_map(|(kind, numbers)| {
                numbers
                    .iter()
                    .map(|(value, number)| (value.as_str(), text(*kind, value, *number)))
            })
    }
}

/// Splits a host from its port. The colons of a bare IPv6 address belong to the host.
pub(crate) fn split_port(value: &str) -> (&str, Option<&str>) {
    match value.rsplit_once(':') {
        Some((host, port)) if port.parse::<u16>().is_ok() && (!host.contains(':') || host.ends_with(']')) => {
            (host, Some(port))
        }
        _ => (value, None),
    }
}

fn text(kind: StandInKind, value: &str, number: u32) -> String {
    match kind {
        StandInKind::Key => {
            let mut bytes = *b"redacted-key....";
            bytes[12..].copy_from_slice(&number.to_be_bytes());
            STANDARD.encode(bytes)
        }
        StandInKind::Row => format!("row-{number}"),
        StandInKind::Input => format!("input-{number}"),
        StandInKind::Output => format!("output-{number}"),
        // A name reserved by RFC 2606.
        StandInKind::Host => format!("host-{number}.example"),
        StandInKind::Email => format!("person-{number}@redacted.example"),
        StandInKind::User => format!("user-{number}"),
        StandInKind::JdbcUrl => {
            let subprotocol = value
                .strip_prefix("jdbc:")
                .and_then(|rest| rest.split(':').next());
            match SUBPROTOCOLS.iter().find(|known| Some(**known) == subprotocol) {
                Some(known) => format!("jdbc:{known}:redacted-{number}"),
                None => format!("jdbc:redacted-{number}"),
            }
        }
        StandInKind::Database => format!("database-{number}"),
        StandInKind::Schema => format!("schema-{number}"),
        StandInKind::Setting => format!("setting-{number}"),
        StandInKind::Text => format!("text-{number}"),
        // A UUID of a version that no generator makes.
        StandInKind::Uuid => format!("00000000-0000-0000-0000-{number:012}"),
        StandInKind::Identifier => format!("identifier-{number}"),
        StandInKind::TypeUrl => format!("type.googleapis.com/Redacted{number}Data"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_get_equal_stand_ins() {
        let mut stand_ins = StandIns::default();
        assert_eq!(stand_ins.of(StandInKind::Host, "a"), "host-1.example");
        assert_eq!(stand_ins.of(StandInKind::Host, "b"), "host-2.example");
        assert_eq!(stand_ins.host_and_port("a:8080"), "host-1.example:8080");
        assert_eq!(stand_ins.host_and_port("[::1]:80"), "host-3.example:80");
        assert_eq!(stand_ins.host_and_port("::1"), "host-4.example");
        assert_eq!(stand_ins.of(StandInKind::User, "a"), "user-1");
        assert_eq!(stand_ins.of(StandInKind::Text, ""), "");
    }

    #[test]
    fn jdbc_url_keeps_only_its_database_type() {
        let mut stand_ins = StandIns::default();
        let mut of = |url: &str| stand_ins.of(StandInKind::JdbcUrl, url);
        assert_eq!(of("jdbc:oracle:thin:hr/secret@db:1521"), "jdbc:oracle:redacted-1");
        assert_eq!(of("jdbc:secret://x"), "jdbc:redacted-2");
        assert_eq!(of("secret"), "jdbc:redacted-3");
    }

    #[test]
    fn stand_ins_are_recognised() {
        let mut stand_ins = StandIns::default();
        for (kind, value) in [
            (StandInKind::Host, "db7.example.com"),
            (StandInKind::Email, "a@example.com"),
            (StandInKind::JdbcUrl, "jdbc:oracle:thin:@db:1521/x"),
            (StandInKind::User, "hr2"),
            (StandInKind::Schema, "S1"),
        ] {
            assert!(!kind.is_stand_in(value), "{value}");
            let stand_in = stand_ins.of(kind, value);
            assert!(kind.is_stand_in(&stand_in), "{stand_in}");
        }
    }

    #[test]
    fn row_numbers_restart_with_every_object() {
        let mut stand_ins = StandIns::default();
        stand_ins.of(StandInKind::Row, "x");
        stand_ins.next_object();
        assert_eq!(stand_ins.of(StandInKind::Row, "y"), "row-1");
        assert_eq!(stand_ins.counts()[&StandInKind::Row], 2);
    }
}
