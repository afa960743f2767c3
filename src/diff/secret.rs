//! Compares secrets. Shows counts and digests, and lines only on request.
//!
//! Invariant: without [`super::DiffLimits::show_secrets`], only a digest of a secret leaves this module. A text diff has
//! bounded lines and bounded work, and counts the omitted lines.

use std::borrow::Cow;
use std::collections::HashMap;

use memchr::memmem;
use similar::{Algorithm, DiffTag, capture_diff_slices};

use crate::object::data::MessageSpec;
use crate::wire::{Field, Message, Value as WireValue, Writer};

use super::DiffLimits;
use super::bytes::{common_prefix, common_suffix};
use super::value::ValueDigest;

/// The most lines of a side that are compared in order. The time grows with the square of their number.
const ORDERED_LINES: usize = 2_000;
/// The start of a lookup's row.
const ROW: &[u8] = b"<row ";
/// The number of equal lines shown around a difference.
const CONTEXT: usize = 1;

/// How much of a secret changed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SecretChange {
    /// The number of lines (lookup rows, mappings) that only the new side has.
    pub added: u64,
    /// The number of lines that only the old side has.
    pub removed: u64,
    /// The text diff, if requested.
    pub lines: Option<LineDiff>,
}

/// A text diff of two secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LineDiff {
    /// The lines shown, in order.
    pub lines: Vec<(LineTag, String)>,
    /// The number of changed lines left out at the end.
    pub cut: u64,
    /// The number of bytes cut from long lines.
    pub cut_bytes: u64,
    /// Whether the lines were compared in order. Larger texts are compared as sets of lines.
    pub in_order: bool,
}

/// The side of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineTag {
    /// Both.
    Same,
    /// Only the old one.
    Removed,
    /// Only the new one.
    Added,
}

/// One side's values of a secret field.
pub(super) struct Secret<'a> {
    parts: Vec<Cow<'a, [u8]>>,
    /// One line per part. `None` for texts, which are split into lines only on request.
    told: Option<Vec<Cow<'a, str>>>,
    count: u64,
}

impl<'a> Secret<'a> {
    /// Reads text fields.
    pub(super) fn texts(fields: &[Field<'a>]) -> Self {
        let parts: Vec<Cow<'a, [u8]>> = fields
            .iter()
            .map(|field| Cow::Borrowed(field.bytes().unwrap_or(field.raw)))
            .collect();
        let rows: usize = parts
            .iter()
            .map(|part| memmem::find_iter(part, ROW).count())
            .sum();
        Self {
            count: if rows > 0 { rows } else { parts.len() } as u64,
            parts,
            told: None,
        }
    }

    /// Reads nested messages.
    pub(super) fn messages(spec: &MessageSpec, fields: &[Field<'a>]) -> Self {
        let parts: Vec<Cow<'a, [u8]>> = fields
            .iter()
            .map(|field| match field.bytes().map(Message::parse) {
                Some(Ok(message)) => Cow::Owned(canonical(message)),
                _ => Cow::Borrowed(field.raw),
            })
            .collect();
        let told = fields
            .iter()
            .map(|field| match field.bytes().map(Message::parse) {
                Some(Ok(message)) => Cow::Owned(line(spec, message)),
                _ => String::from_utf8_lossy(field.raw),
            })
            .collect();
        Self {
            count: fields.len() as u64,
            parts,
            told: Some(told),
        }
    }

    /// Whether the secret is absent. An empty text counts as absent.
    pub(super) fn is_absent(&self) -> bool {
        self.parts.iter().all(|part| part.is_empty())
    }

    pub(super) fn same_as(&self, other: &Self) -> bool {
        self.parts == other.parts || (self.is_absent() && other.is_absent())
    }

    pub(super) fn digest(&self) -> ValueDigest {
        ValueDigest::of(true, self.count, self.parts.iter().map(AsRef::as_ref))
    }

    /// Returns the secret in clear, line by line.
    pub(super) fn lines(&self) -> Vec<Cow<'_, str>> {
        match &self.told {
            Some(told) => told.iter().map(|line| Cow::Borrowed(&**line)).collect(),
            None => self
                .parts
                .iter()
                .flat_map(|part| rows(part))
                .map(String::from_utf8_lossy)
                .collect(),
        }
    }

    /// The change from `self` to `new`.
    pub(super) fn change(&self, new: &Self, limits: &DiffLimits) -> SecretChange {
        let (old, new) = match ((&self.told, &self.parts[..]), (&new.told, &new.parts[..])) {
            ((None, [old]), (None, [new])) => differing_lines(old, new),
            _ => (self.lines(), new.lines()),
        };
        let (old, new) = without_common_ends(&old, &new);
        let mut tally: HashMap<&str, i64> = HashMap::new();
        for line in new {
            *tally.entry(line).or_default() += 1;
        }
        for line in old {
            *tally.entry(line).or_default() -= 1;
        }
        let (added, removed) = tally.values().fold((0, 0), |(added, removed), n| {
            (
                added + u64::try_from(*n).unwrap_or(0),
                removed + u64::try_from(-*n).unwrap_or(0),
            )
        });
        SecretChange {
            added,
            removed,
            lines: limits
                .show_secrets
                .then(|| LineDiff::of(old, new, &tally, limits)),
        }
    }
}

/// Splits two texts into lines, without most of their common beginning and end. Changes of a large secret affect few
/// lines, and splitting all of it takes far longer than comparing it.
fn differing_lines<'t>(old: &'t [u8], new: &'t [u8]) -> (Vec<Cow<'t, str>>, Vec<Cow<'t, str>>) {
    let same = &old[..common_prefix(old, new)];
    let after_line_end = memchr::memrchr(b'\n', same).map_or(0, |at| at + 1);
    let start = memmem::rfind(same, ROW).map_or(after_line_end, |at| at.max(after_line_end));
    let (old, new) = (&old[start..], &new[start..]);

    let same = &old[old.len() - common_suffix(old, new)..];
    let after_line_end = memchr::memchr(b'\n', same).map(|at| at + 1);
    let end = memmem::find(same, ROW).into_iter().chain(after_line_end).min();
    let cut = end.map_or(0, |end| same.len() - end);
    let lines = |text: &'t [u8]| {
        let mut lines: Vec<_> = rows(&text[..text.len() - cut])
            .map(String::from_utf8_lossy)
            .collect();
        // Text after the last line end is a complete line only at the end of the whole text.
        if end.is_some() && lines.last().is_some_and(|line| line.is_empty()) {
            lines.pop();
        }
        lines
    };
    (lines(old), lines(new))
}

/// Splits at line ends and before every `<row`: engines write megabytes of rows on one line.
fn rows(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b'\n').flat_map(|line| {
        let mut starts: Vec<usize> = memmem::find_iter(line, ROW).collect();
        if starts.first() != Some(&0) {
            starts.insert(0, 0);
        }
        let ends: Vec<usize> = starts.iter().skip(1).copied().chain([line.len()]).collect();
        starts
            .into_iter()
            .zip(ends)
            .map(|(start, end)| &line[start..end])
            .collect::<Vec<_>>()
    })
}

/// Encodes the message with its fields in order of their numbers and minimal varints, so that equal messages have equal
/// bytes.
fn canonical(message: Message<'_>) -> Vec<u8> {
    let mut fields: Vec<Field<'_>> = message.fields().collect();
    fields.sort_by_key(|field| field.number);
    let mut writer = Writer::new();
    for field in fields {
        match field.value {
            WireValue::Varint(n) => writer.varint(field.number, n),
            WireValue::Bytes(bytes) => writer.bytes(field.number, bytes),
            _ => writer.raw(field.raw),
        };
    }
    writer.finish()
}

/// Returns `name value` of every field, in clear.
fn line(spec: &MessageSpec, message: Message<'_>) -> String {
    let mut parts = Vec::new();
    for field in message.fields() {
        let value = match field.value {
            WireValue::Varint(n) | WireValue::Fixed64(n) => n.to_string(),
            WireValue::Fixed32(n) => n.to_string(),
            WireValue::Bytes(bytes) | WireValue::Group(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        };
        match spec.field(field.number) {
            Some(known) => parts.push(format!("{} {value}", known.name)),
            None => parts.push(format!("#{} {value}", field.number)),
        }
    }
    parts.join(", ")
}

/// The lines between the common beginning and the common end.
fn without_common_ends<'l, T: PartialEq>(old: &'l [T], new: &'l [T]) -> (&'l [T], &'l [T]) {
    let prefix = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (old, new) = (&old[prefix..], &new[prefix..]);
    let ends = old.iter().rev().zip(new.iter().rev());
    let suffix = ends.take_while(|(a, b)| a == b).count();
    (&old[..old.len() - suffix], &new[..new.len() - suffix])
}

impl LineDiff {
    /// Compares lines without a common beginning or end.
    fn of(
        old: &[Cow<'_, str>],
        new: &[Cow<'_, str>],
        tally: &HashMap<&str, i64>,
        limits: &DiffLimits,
    ) -> Self {
        let in_order = old.len().max(new.len()) <= ORDERED_LINES;
        let mut diff = Self {
            lines: Vec::new(),
            cut: 0,
            cut_bytes: 0,
            in_order,
        };
        if in_order {
            diff.ordered(old, new, limits);
        } else {
            diff.unordered(old, new, tally, limits);
        }
        diff
    }

    fn ordered(&mut self, old: &[Cow<'_, str>], new: &[Cow<'_, str>], limits: &DiffLimits) {
        for op in capture_diff_slices(Algorithm::Myers, old, new) {
            let (tag, old_range, new_range) = op.as_tag_tuple();
            if tag == DiffTag::Equal {
                let equal = &old[old_range];
                let skipped = equal.len().saturating_sub(2 * CONTEXT);
                for (at, line) in equal.iter().enumerate() {
                    if at < CONTEXT || at >= CONTEXT + skipped {
                        self.push(LineTag::Same, line, limits);
                    }
                }
                continue;
            }
            for line in &old[old_range] {
                self.push(LineTag::Removed, line, limits);
            }
            for line in &new[new_range] {
                self.push(LineTag::Added, line, limits);
            }
        }
    }

    fn unordered(
        &mut self,
        old: &[Cow<'_, str>],
        new: &[Cow<'_, str>],
        tally: &HashMap<&str, i64>,
        limits: &DiffLimits,
    ) {
        for (tag, lines, sign) in [(LineTag::Removed, old, -1), (LineTag::Added, new, 1)] {
            let mut left = tally.clone();
            for line in lines {
                if let Some(n) = left.get_mut(&**line).filter(|n| n.signum() == sign) {
                    *n -= sign;
                    self.push(tag, line, limits);
                }
            }
        }
    }

    fn push(&mut self, tag: LineTag, line: &str, limits: &DiffLimits) {
        if self.lines.len() < limits.secret_lines {
            let end = line.floor_char_boundary(limits.text_bytes);
            self.cut_bytes += (line.len() - end) as u64;
            self.lines.push((tag, line[..end].to_owned()));
        } else if tag != LineTag::Same {
            self.cut += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn common_beginning_and_end_leave_the_changed_lines() {
        let mut texts = vec![String::new()];
        let mut longest = texts.clone();
        for _ in 0..4 {
            longest = longest
                .iter()
                .flat_map(|text| ["<row ", "\n", "a", "<"].map(|piece| format!("{text}{piece}")))
                .collect();
            texts.extend_from_slice(&longest);
        }
        let lines = |text: &'static [u8]| -> Vec<_> { rows(text).map(String::from_utf8_lossy).collect() };
        // It doesn't matter which of several equal lines remain, only how many.
        let tally = |old: &[Cow<'_, str>], new: &[Cow<'_, str>]| {
            let mut tally: BTreeMap<String, i64> = BTreeMap::new();
            for (lines, n) in [(old, -1), (new, 1)] {
                for line in lines {
                    *tally.entry(line.to_string()).or_default() += n;
                }
            }
            tally.retain(|_, n| *n != 0);
            tally
        };
        let texts: Vec<&'static [u8]> = texts.into_iter().map(|text| &*text.into_bytes().leak()).collect();
        for (at, old) in texts.iter().enumerate() {
            // A part of all pairs, another one for each text.
            for new in texts.iter().skip(at % 29).step_by(29) {
                let shown = [old, new].map(|text| String::from_utf8_lossy(text));
                let (old_left, new_left) = differing_lines(old, new);
                let (old, new) = (lines(old), lines(new));
                assert_eq!(tally(&old_left, &new_left), tally(&old, &new), "{shown:?}");
                assert_eq!(
                    old.len() - old_left.len(),
                    new.len() - new_left.len(),
                    "{shown:?}"
                );
            }
        }
    }
}
