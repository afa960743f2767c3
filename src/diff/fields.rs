//! Compares two messages field by field.
//!
//! Invariant: messages are equal if they have the same meaning. The order of different fields, longer varint forms and
//! absent defaults don't count. All other differences do, unknown fields included. Depth and number of changes are bounded.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde_json::Value as Json;

use crate::object::data::{Configuration, FieldKind, FieldSpec, MessageSpec, Treatment};
use crate::wire::{Field, Message, Value as WireValue};

use super::changes::{Changes, Pair};
use super::habits;
use super::matching::MatchKey;
use super::path::{DEPENDENCIES, FieldPath, Step};
use super::secret::Secret;
use super::value::{Scalar, Value};

/// The most levels of unknown messages; deeper ones are compared as bytes.
const DEPTH: usize = 16;

impl Changes<'_> {
    /// Compares the dependencies as sets: engines may list a dependency several times, but the closure's hash covers it
    /// once.
    pub(super) fn dependencies(
        &mut self,
        type_number: u64,
        (old, new): Pair<&[MatchKey]>,
        label: impl Fn(&MatchKey) -> String,
    ) {
        let path = FieldPath::default().then(Step::Name(DEPENDENCIES));
        let named = |keys: &[MatchKey]| -> Vec<(String, MatchKey)> {
            let mut seen = HashSet::new();
            let once = keys.iter().filter(|key| seen.insert(*key));
            once.map(|key| (label(key), key.clone())).collect()
        };
        let (old, new) = (named(old), named(new));
        let limits = self.limits;
        let in_order = self.keyed(&path, (&old, &new), |changes, path, old, new| {
            if old == new {
                return;
            }
            let shown = |side: Option<&MatchKey>| side.map(|key| Value::text(&label(key), limits));
            let (path, shown) = (path.clone(), (shown(old), shown(new)));
            match changes.upgrade {
                Some(later) if habits::adds_edge(later, type_number, old, new) => {
                    changes.by_upgrade(path, shown.0, shown.1);
                }
                _ => changes.push(path, shown.0, shown.1),
            }
        });
        if !in_order {
            self.by_habit(path, Some(Value::Order), Some(Value::Order));
        }
    }

    /// Compares two messages of a type. Without a spec, every field is unknown. `guarded` means that unknown text may be
    /// secret.
    pub(super) fn messages(
        &mut self,
        path: &FieldPath,
        spec: Option<&'static MessageSpec>,
        (old, new): Pair<Message<'_>>,
        guarded: bool,
        depth: usize,
    ) {
        if old.as_bytes() == new.as_bytes() {
            return;
        }
        let mut numbers: BTreeMap<u32, Pair<Vec<Field<'_>>>> = BTreeMap::new();
        for field in old.fields() {
            numbers.entry(field.number).or_default().0.push(field);
        }
        for field in new.fields() {
            numbers.entry(field.number).or_default().1.push(field);
        }
        for (number, (old, new)) in numbers {
            self.fields(
                path,
                spec.and_then(|spec| spec.field(number)),
                number,
                (&old, &new),
                guarded,
                depth,
            );
        }
    }

    /// Compares all fields of one number.
    pub(super) fn fields<'a>(
        &mut self,
        path: &FieldPath,
        spec: Option<&'static FieldSpec>,
        number: u32,
        (old, new): Pair<&[Field<'a>]>,
        guarded: bool,
        depth: usize,
    ) {
        if old
            .iter()
            .map(|field| field.raw)
            .eq(new.iter().map(|field| field.raw))
        {
            return;
        }
        let Some(spec) = spec else {
            return self.unknown(&path.then(Step::Number(number)), (old, new), guarded, depth);
        };
        // An occurrence of another wire type is an unknown field.
        let of_type = |fields: &[Field<'a>]| -> Pair<Vec<Field<'a>>> {
            fields.iter().copied().partition(|field| spec.fits(field.value))
        };
        let ((old, old_others), (new, new_others)) = (of_type(old), of_type(new));
        let others = (&old_others[..], &new_others[..]);
        if !old_others.is_empty() || !new_others.is_empty() {
            self.unknown(&path.then(Step::Number(number)), others, true, depth);
        }
        let (old, new) = (&old[..], &new[..]);
        let path = &path.then(Step::Name(spec.name));
        match spec.kind {
            FieldKind::Secret(_) => self.secret(path, &Secret::texts(old), &Secret::texts(new)),
            FieldKind::SecretMessage(inner, _) => {
                self.secret(path, &Secret::messages(inner, old), &Secret::messages(inner, new));
            }
            FieldKind::Message(inner) => match (nested(old), nested(new)) {
                (Some(old), Some(new)) => self.nested(path, spec, inner, (&old, &new), depth),
                _ => self.unknown(path, (old, new), guarded, depth),
            },
            kind => match (scalars(kind, old), scalars(kind, new)) {
                (Some(old), Some(new)) => self.scalars(path, spec, (old, new)),
                _ => self.unknown(path, (old, new), guarded, depth),
            },
        }
    }

    fn secret(&mut self, path: &FieldPath, old: &Secret<'_>, new: &Secret<'_>) {
        if old.same_as(new) {
            return;
        }
        let limits = self.limits;
        let shown = |side: &Secret<'_>| (!side.is_absent()).then(|| Value::Digest(side.digest()));
        self.note(path.clone(), || {
            (shown(old), shown(new), Some(old.change(new, limits)))
        });
    }

    fn scalars(&mut self, path: &FieldPath, spec: &FieldSpec, (old, new): Pair<Vec<Scalar>>) {
        let limits = self.limits;
        let shown = |side: Option<Scalar>| side.map(|value| value.shown(spec, limits));
        if spec.repeated {
            let named = |list: Vec<Scalar>| -> Vec<_> {
                list.into_iter().map(|value| (value.to_string(), value)).collect()
            };
            let in_order = self.keyed(path, (&named(old), &named(new)), |changes, path, old, new| {
                if old.is_none() || new.is_none() {
                    changes.push(path.clone(), shown(old.cloned()), shown(new.cloned()));
                }
            });
            return match (in_order, spec.set) {
                (true, _) => {}
                (false, true) => self.by_habit(path.clone(), Some(Value::Order), Some(Value::Order)),
                (false, false) => self.other_order(path),
            };
        }
        // The last occurrence of a singular field counts.
        let last = |list: Vec<Scalar>| {
            list.into_iter()
                .last()
                .filter(|value| !value.is_absent(spec.kind))
        };
        let (old, new) = (last(old), last(new));
        if old == new {
            return;
        }
        if spec.treatment == Treatment::Configuration
            && let (Some(Scalar::Text(old)), Some(Scalar::Text(new))) = (&old, &new)
            && self.configurations(path, spec, (old, new))
        {
            return;
        }
        let is_volatile = habits::is_volatile(spec, old.as_ref(), new.as_ref());
        let adds = |later| habits::adds_value(later, spec, old.as_ref(), new.as_ref());
        let by_upgrade = self.upgrade.is_some_and(adds);
        let (path, old, new) = (path.clone(), shown(old), shown(new));
        if is_volatile {
            self.by_habit(path, old, new);
        } else if by_upgrade {
            self.by_upgrade(path, old, new);
        } else {
            self.push(path, old, new);
        }
    }

    /// Compares two configurations member by member. Returns `false` if that shows no difference: one of them isn't JSON, or
    /// their members are equal.
    fn configurations(&mut self, path: &FieldPath, spec: &FieldSpec, (old, new): Pair<&str>) -> bool {
        let (Some(old), Some(new)) = (Configuration::json(old), Configuration::json(new)) else {
            return false;
        };
        let count = |changes: &Self| changes.list.len() as u64 + changes.more + changes.ignored;
        let before = count(self);
        self.json(path, spec, (Some(&old), Some(&new)));
        count(self) > before
    }

    /// Compares two JSON values, whose depth the parser bounds.
    fn json(&mut self, path: &FieldPath, spec: &FieldSpec, (old, new): Pair<Option<&Json>>) {
        if old == new {
            return;
        }
        if let (Some(Json::Object(old)), Some(Json::Object(new))) = (old, new) {
            let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
            for name in names {
                let path = path.then(Step::Item(name.clone()));
                self.json(&path, spec, (old.get(name), new.get(name)));
            }
        } else if let (Some(Json::Array(old)), Some(Json::Array(new))) = (old, new) {
            for at in 0..old.len().max(new.len()) {
                let path = path.then(Step::Item((at + 1).to_string()));
                self.json(&path, spec, (old.get(at), new.get(at)));
            }
        } else {
            let limits = self.limits;
            let shown = |side: Option<&Json>| side.map(|value| json_value(value).shown(spec, limits));
            self.push(path.clone(), shown(old), shown(new));
        }
    }

    fn nested(
        &mut self,
        path: &FieldPath,
        spec: &FieldSpec,
        inner: &'static MessageSpec,
        (old, new): Pair<&[Message<'_>]>,
        depth: usize,
    ) {
        if !spec.repeated {
            // An absent message equals an empty one.
            let last = (old.last().copied(), new.last().copied());
            let pair = (last.0.unwrap_or_default(), last.1.unwrap_or_default());
            return self.messages(path, Some(inner), pair, false, depth + 1);
        }
        let (old, new) = (named(inner, old), named(inner, new));
        let in_order = self.keyed(path, (&old, &new), |changes, path, old, new| match (old, new) {
            (Some(old), Some(new)) => changes.messages(path, Some(inner), (*old, *new), false, depth + 1),
            (old, new) => {
                let shown = |side: Option<&Message<'_>>| side.map(|message| Value::message(inner, *message));
                changes.push(path.clone(), shown(old), shown(new));
            }
        });
        if !in_order {
            self.other_order(path);
        }
    }

    fn other_order(&mut self, path: &FieldPath) {
        self.push(path.clone(), Some(Value::Order), Some(Value::Order));
    }

    /// Compares two lists of named items, and pairs items of one name in order. Returns whether the common items have the
    /// same order.
    fn keyed<T>(
        &mut self,
        path: &FieldPath,
        (old, new): Pair<&[(String, T)]>,
        mut each: impl FnMut(&mut Self, &FieldPath, Option<&T>, Option<&T>),
    ) -> bool {
        let (old_names, new_names) = (occurrences(old), occurrences(new));
        let places: HashMap<_, _> = new_names.iter().zip(0_usize..).collect();
        let mut taken = vec![false; new.len()];
        let (mut last, mut in_order) = (None, true);
        for (name, (_, item)) in old_names.iter().zip(old) {
            let place = places.get(name).copied();
            if let Some(place) = place {
                taken[place] = true;
                in_order &= last < Some(place);
                last = Some(place);
            }
            let path = path.then(Step::Item(label(name)));
            each(self, &path, Some(item), place.map(|place| &new[place].1));
        }
        for ((name, (_, item)), taken) in new_names.iter().zip(new).zip(taken) {
            if !taken {
                each(self, &path.then(Step::Item(label(name))), None, Some(item));
            }
        }
        in_order
    }

    /// Compares unknown fields: as messages if both sides parse as equally many, else as bytes.
    fn unknown(&mut self, path: &FieldPath, (old, new): Pair<&[Field<'_>]>, guarded: bool, depth: usize) {
        if depth < DEPTH
            && old.len() == new.len()
            && let (Some(olds), Some(news)) = (nested(old), nested(new))
            && olds
                .iter()
                .chain(&news)
                .all(|message| !message.as_bytes().is_empty())
        {
            for (at, (old, new)) in olds.iter().zip(&news).enumerate() {
                let below = if olds.len() == 1 {
                    path.clone()
                } else {
                    path.then(Step::Item((at + 1).to_string()))
                };
                self.messages(&below, None, (*old, *new), guarded, depth + 1);
            }
            return;
        }
        if old
            .iter()
            .map(|field| field.value)
            .eq(new.iter().map(|field| field.value))
        {
            // Only the encoding of varints differs.
            return;
        }
        let limits = self.limits;
        self.note(path.clone(), || {
            let shown = |fields| Value::unknown(fields, guarded, limits);
            (shown(old), shown(new), None)
        });
    }
}

/// A JSON value as text or number.
pub(super) fn json_value(value: &Json) -> Scalar {
    match value {
        Json::String(text) => Scalar::Text(text.clone()),
        Json::Number(number) => match number.as_i64() {
            Some(number) => Scalar::Int(number),
            None => Scalar::Text(number.to_string()),
        },
        other => Scalar::Text(other.to_string()),
    }
}

/// Reads all fields as scalars of a kind; `None` for another kind.
fn scalars(kind: FieldKind, fields: &[Field<'_>]) -> Option<Vec<Scalar>> {
    fields.iter().map(|field| Scalar::read(kind, field)).collect()
}

/// Reads all fields as nested messages; `None` if one isn't.
pub(super) fn nested<'a>(fields: &[Field<'a>]) -> Option<Vec<Message<'a>>> {
    fields
        .iter()
        .map(|field| match field.value {
            WireValue::Bytes(bytes) => Message::parse(bytes).ok(),
            _ => None,
        })
        .collect()
}

/// Names messages by their first text field, else by their position.
pub(super) fn named<'a>(spec: &MessageSpec, list: &[Message<'a>]) -> Vec<(String, Message<'a>)> {
    let key = spec.fields.iter().find(|field| field.kind == FieldKind::Text);
    list.iter()
        .zip(1_usize..)
        .map(|(message, position)| {
            let name = match key {
                Some(key) => message.text(key.number).unwrap_or_default().into_owned(),
                None => position.to_string(),
            };
            (name, *message)
        })
        .collect()
}

/// Numbers the occurrences of each name.
fn occurrences<T>(list: &[(String, T)]) -> Vec<(&str, usize)> {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    list.iter()
        .map(|(name, _)| {
            let count = seen.entry(name).or_default();
            *count += 1;
            (name.as_str(), *count)
        })
        .collect()
}

fn label((name, occurrence): &(&str, usize)) -> String {
    if *occurrence == 1 {
        (*name).to_owned()
    } else {
        format!("{name} ({occurrence})")
    }
}
