//! Secrets: compared whole, told as counts and digests, and line by line only when asked for.
//!
//! Invariant: only callers that look at [`super::DiffLimits::show_secrets`] get more of a secret out of this module than
//! a digest over all of it. A text diff is bounded in lines and in work, and says what it leaves out.

use std::borrow::Cow;
use std::collections::HashMap;

use similar::{Algorithm, DiffTag, capture_diff_slices};

use crate::object::data::MessageSpec;
use crate::wire::{Field, Message, Value as WireValue, Writer};

use super::DiffLimits;
use super::value::ValueDigest;

/// Lines of either side that are compared in order. More would take the square of their number.
const ORDERED_LINES: usize = 2_000;
/// Equal lines shown around a difference.
const CONTEXT: usize = 1;

/// What changed in a secret, without saying what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretChange {
    /// Lines (lookup rows, mappings) that only the new side has.
    pub added: u64,
    /// Lines that only the old side has.
    pub removed: u64,
    /// The values, when they were asked for.
    pub lines: Option<LineDiff>,
}

/// A text diff of two secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineDiff {
    /// The lines shown, in order.
    pub lines: Vec<(LineTag, String)>,
    /// Changed lines left out at the end.
    pub cut: u64,
    /// Bytes left out at the ends of lines that are too long.
    pub cut_bytes: u64,
    /// Whether the lines were compared in order. Texts too large for that are compared as sets of lines.
    pub in_order: bool,
}

/// Which side a line is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineTag {
    /// Both.
    Same,
    /// Only the old one.
    Removed,
    /// Only the new one.
    Added,
}

/// One side's secret under one field.
pub(super) struct Secret<'a> {
    parts: Vec<Cow<'a, [u8]>>,
    lines: Vec<Cow<'a, str>>,
    count: u64,
}

impl<'a> Secret<'a> {
    /// Of text fields.
    pub(super) fn texts(fields: &[Field<'a>]) -> Self {
        let parts: Vec<Cow<'a, [u8]>> = fields
            .iter()
            .map(|field| Cow::Borrowed(field.bytes().unwrap_or(field.raw)))
            .collect();
        let lines: Vec<Cow<'a, str>> = fields
            .iter()
            .flat_map(|field| rows(field.bytes().unwrap_or(field.raw)))
            .map(String::from_utf8_lossy)
            .collect();
        let rows = lines.iter().filter(|line| is_row(line)).count();
        Self {
            count: if rows > 0 { rows } else { parts.len() } as u64,
            parts,
            lines,
        }
    }

    /// Of nested messages.
    pub(super) fn messages(spec: &MessageSpec, fields: &[Field<'a>]) -> Self {
        let parts: Vec<Cow<'a, [u8]>> = fields
            .iter()
            .map(|field| match field.bytes().map(Message::parse) {
                Some(Ok(message)) => Cow::Owned(canonical(message)),
                _ => Cow::Borrowed(field.raw),
            })
            .collect();
        let lines = fields
            .iter()
            .map(|field| match field.bytes().map(Message::parse) {
                Some(Ok(message)) => Cow::Owned(line(spec, message)),
                _ => String::from_utf8_lossy(field.raw),
            })
            .collect();
        Self {
            count: fields.len() as u64,
            parts,
            lines,
        }
    }

    /// Its text line by line, for whoever asked to see it.
    pub(super) fn lines(&self) -> &[Cow<'a, str>] {
        &self.lines
    }

    /// Whether there is none: an empty text is as good as an absent one.
    pub(super) fn is_absent(&self) -> bool {
        self.parts.iter().all(|part| part.is_empty())
    }

    pub(super) fn same_as(&self, other: &Self) -> bool {
        self.parts == other.parts || (self.is_absent() && other.is_absent())
    }

    pub(super) fn digest(&self) -> ValueDigest {
        ValueDigest::of(true, self.count, self.parts.iter().map(AsRef::as_ref))
    }

    /// What changed from `self` to `new`.
    pub(super) fn change(&self, new: &Self, limits: &DiffLimits) -> SecretChange {
        let (old, new) = without_common_ends(&self.lines, &new.lines);
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

/// Splits at line ends and before every `<row`: engines write megabytes of rows on one line.
fn rows(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b'\n').flat_map(|line| {
        let mut starts: Vec<usize> = memchr::memmem::find_iter(line, b"<row ").collect();
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

fn is_row(line: &str) -> bool {
    line.starts_with("<row ")
}

/// The message with its fields in order of their numbers and minimal varints, so that two ways to write it compare
/// equal.
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

/// `name value` of every field, for people who asked to see it.
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

/// What lies between the lines that both begin with and those that both end with: of a large secret mostly little.
fn without_common_ends<'l, T: PartialEq>(old: &'l [T], new: &'l [T]) -> (&'l [T], &'l [T]) {
    let prefix = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (old, new) = (&old[prefix..], &new[prefix..]);
    let ends = old.iter().rev().zip(new.iter().rev());
    let suffix = ends.take_while(|(a, b)| a == b).count();
    (&old[..old.len() - suffix], &new[..new.len() - suffix])
}

impl LineDiff {
    /// Of lines that neither begin nor end alike.
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
