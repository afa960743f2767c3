//! Decides which texts stay and which get stand-ins.

use crate::date::JavaDate;
use crate::object::data::{Configuration, StandInKind, Treatment};
use crate::wire::Writer;

use super::rewrite::Rewriter;

/// The most bytes of a switch, such as `true`.
const FLAG_BYTES: usize = 5;
/// The most digits of a kept number: a port.
const NUMBER_DIGITS: usize = 5;
/// The most digits of a setting's kept number: a range or a port, but no access code.
const SETTING_DIGITS: usize = 4;

impl Rewriter {
    pub(super) fn text(&mut self, writer: &mut Writer, treatment: Treatment, number: u32, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes);
        let is_switch = || bytes.len() <= FLAG_BYTES && bytes.iter().all(u8::is_ascii_alphanumeric);
        let (keep, kind) = match treatment {
            Treatment::Keep => (true, StandInKind::Text),
            Treatment::Flag => (is_switch(), StandInKind::Text),
            Treatment::Date => (is_date(&text), StandInKind::Text),
            Treatment::Setting => {
                let number = bytes.len() <= SETTING_DIGITS && bytes.iter().all(u8::is_ascii_digit);
                let switch = ["true", "false"]
                    .iter()
                    .any(|word| text.eq_ignore_ascii_case(word));
                (number || switch, StandInKind::Setting)
            }
            Treatment::Number => (
                bytes.iter().all(u8::is_ascii_digit) && bytes.len() <= NUMBER_DIGITS,
                StandInKind::Text,
            ),
            Treatment::Replace(kind) => (false, kind),
            Treatment::Configuration => {
                let configuration = self.configuration(&text);
                writer.text(number, &configuration);
                return;
            }
            Treatment::Rows => {
                let rows = self.rows(&text);
                writer.text(number, &rows);
                return;
            }
        };
        if keep {
            writer.bytes(number, bytes);
        } else {
            writer.text(number, &self.stand_ins.of(kind, &text));
        }
    }

    /// Redacts a configuration: keeps members, numbers and switches, and replaces each text. Replaces all of it if it isn't
    /// JSON, or if a member's name looks like a key.
    fn configuration(&mut self, text: &str) -> String {
        match Configuration::json(text) {
            Some(mut value) => {
                self.configuration_value(&mut value);
                value.to_string()
            }
            None => self.stand_ins.of(StandInKind::Text, text),
        }
    }

    /// Redacts a JSON value, whose depth the parser bounds.
    fn configuration_value(&mut self, value: &mut serde_json::Value) {
        match value {
            serde_json::Value::String(text) => *text = self.stand_ins.of(StandInKind::Text, text),
            serde_json::Value::Array(items) => {
                items.iter_mut().for_each(|item| self.configuration_value(item));
            }
            serde_json::Value::Object(members) => {
                members
                    .values_mut()
                    .for_each(|member| self.configuration_value(member));
            }
            _ => {}
        }
    }

    /// Redacts lookup rows: keeps their number, and replaces each value. Nothing else of the text remains.
    fn rows(&mut self, xml: &str) -> String {
        let mut copy = String::from("<rows>");
        for (at, row) in xml.split("<row ").skip(1).enumerate() {
            let value = attribute(row, "value").unwrap_or(row);
            let stand_in = self.stand_ins.of(StandInKind::Row, value);
            copy.push_str(&format!("<row id=\"{}\" value=\"{stand_in}\"/>", at + 1));
        }
        copy.push_str("</rows>");
        copy
    }
}

/// The text of an attribute, still escaped.
fn attribute<'x>(element: &'x str, name: &str) -> Option<&'x str> {
    let (_, rest) = element.split_once(&format!("{name}="))?;
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    rest[1..].split_once(quote).map(|(value, _)| value)
}

/// Whether a text is an ISO 8601 date or time, or has the form of Java's `Date.toString`. Digits alone may be anything.
fn is_date(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_digit() || b"-.: TZ+".contains(&b);
    let iso = || text.parse::<jiff::civil::DateTime>().is_ok() || text.parse::<jiff::Timestamp>().is_ok();
    (text.bytes().all(plain) && text.contains('-') && iso()) || JavaDate::parse(text).is_ok()
}
