//! What differs between two states.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use super::executions::Execution;
use super::objects::StoredObject;
use super::{Key, Row, State};

/// The objects and rows that differ.
#[derive(Debug, Default)]
pub(crate) struct Difference {
    /// Objects, before and after.
    pub(crate) objects: Vec<Sides<Arc<StoredObject>>>,
    /// Rows by table and key, before and after.
    pub(crate) rows: Vec<(String, Key, Sides<Row>)>,
}

/// A thing before and after a change; at least one side has it.
#[derive(Debug)]
pub(crate) struct Sides<T> {
    pub(crate) before: Option<T>,
    pub(crate) after: Option<T>,
}

impl<T> Sides<T> {
    /// What happened to it.
    pub(crate) fn change(&self) -> &'static str {
        match (&self.before, &self.after) {
            (None, _) => "added",
            (_, None) => "removed",
            _ => "changed",
        }
    }
}

impl Difference {
    /// Compares two states. Parts that the states share are skipped.
    pub(crate) fn between(before: &State, after: &State) -> Self {
        let mut difference = Self::default();
        if !before.objects.same_as(&after.objects) {
            let order = |one: &&Arc<StoredObject>, other: &&Arc<StoredObject>| {
                let key = |stored: &StoredObject| (stored.key().identifier.clone(), stored.key().type_number);
                one.type_name
                    .cmp(&other.type_name)
                    .then_with(|| key(one).cmp(&key(other)))
            };
            let same = |one: &&Arc<StoredObject>, other: &&Arc<StoredObject>| {
                Arc::ptr_eq(one, other) || one == other
            };
            let sides = join(before.objects.iter(), after.objects.iter(), order, same);
            difference.objects = sides
                .map(|(before, after)| Sides {
                    before: before.cloned(),
                    after: after.cloned(),
                })
                .collect();
        }
        difference.compare_tables(before, after);
        difference.compare_executions(before, after);
        difference
    }

    /// Whether nothing differs.
    pub(crate) fn is_empty(&self) -> bool {
        self.objects.is_empty() && self.rows.is_empty()
    }

    fn compare_tables(&mut self, before: &State, after: &State) {
        let paths: BTreeSet<&str> = before.tables.paths().chain(after.tables.paths()).collect();
        for path in paths {
            let (old, new) = (before.table(path), after.table(path));
            if old.same_as(&new) {
                continue;
            }
            let order = |one: &(&Key, &Row), other: &(&Key, &Row)| one.0.cmp(other.0);
            let same =
                |one: &(&Key, &Row), other: &(&Key, &Row)| std::ptr::eq(one.1, other.1) || one.1 == other.1;
            for (before, after) in join(old.iter(), new.iter(), order, same) {
                let Some((key, _)) = before.or(after) else {
                    continue;
                };
                let row = |side: Option<(&Key, &Row)>| side.map(|(_, row)| row.clone());
                let sides = Sides {
                    before: row(before),
                    after: row(after),
                };
                self.rows.push((path.to_owned(), key.clone(), sides));
            }
        }
    }

    fn compare_executions(&mut self, before: &State, after: &State) {
        type Entry<'a> = (&'a i64, &'a Arc<Execution>);
        let order = |one: &Entry<'_>, other: &Entry<'_>| one.0.cmp(other.0);
        let same = |one: &Entry<'_>, other: &Entry<'_>| Arc::ptr_eq(one.1, other.1);
        for (old, new) in join(before.executions.iter(), after.executions.iter(), order, same) {
            let Some((&id, _)) = old.or(new) else {
                continue;
            };
            let row = |side: Option<Entry<'_>>| match serde_json::to_value(side?.1.as_ref()) {
                Ok(Value::Object(row)) => Some(row),
                _ => None,
            };
            let sides = Sides {
                before: row(old),
                after: row(new),
            };
            self.rows.push(("executions".to_owned(), Key::Number(id), sides));
        }
    }
}

/// Goes through two sequences in the same order; returns what differs, by pairs.
fn join<T>(
    before: impl Iterator<Item = T>,
    after: impl Iterator<Item = T>,
    order: impl Fn(&T, &T) -> Ordering,
    same: impl Fn(&T, &T) -> bool,
) -> impl Iterator<Item = (Option<T>, Option<T>)> {
    let (mut before, mut after) = (before.peekable(), after.peekable());
    std::iter::from_fn(move || {
        loop {
            let first = match (before.peek(), after.peek()) {
                (None, None) => return None,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(old), Some(new)) => order(old, new),
            };
            match first {
                Ordering::Less => return Some((before.next(), None)),
                Ordering::Greater => return Some((None, after.next())),
                Ordering::Equal => {
                    let (old, new) = (before.next(), after.next());
                    let differs = match (&old, &new) {
                        (Some(old), Some(new)) => !same(old, new),
                        _ => true,
                    };
                    if differs {
                        return Some((old, new));
                    }
                }
            }
        }
    })
}
