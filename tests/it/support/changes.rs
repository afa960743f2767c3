//! Changes one thing in a document, and compares documents in memory.

use exportdoc::internal::diff::{DiffOptions, DocumentDiff, ObjectDiff, Side, diff};
use exportdoc::internal::object::{ObjectKey, Revision, SyncObject};
use exportdoc::internal::report::{ExamineOptions, Examiner};
use exportdoc::internal::sample;
use exportdoc::internal::wire::{Message, Writer};

pub(crate) type Object = SyncObject<'static>;

/// The comparison of two files.
pub(crate) fn compare(old: &[u8], new: &[u8], options: &DiffOptions) -> DocumentDiff {
    let examine = |bytes: &[u8]| {
        Examiner::new(&ExamineOptions::default())
            .keep_contents()
            .read_bytes(bytes)
            .unwrap()
            .into_objects()
    };
    let ((old_report, old_objects), (new_report, new_objects)) = (examine(old), examine(new));
    let side = |bytes, report, objects| Side {
        bytes: Some(bytes),
        report,
        objects,
    };
    diff(
        &side(old, &old_report, &old_objects),
        &side(new, &new_report, &new_objects),
        options,
    )
}

/// `status TYPE identifier` of every object that differs.
pub(crate) fn statuses(diff: &DocumentDiff) -> Vec<String> {
    diff.objects
        .iter()
        .map(|object| {
            let name = object.object().unwrap();
            format!(
                "{} {} {}",
                object.status.as_str(),
                name.type_name,
                name.identifier
            )
        })
        .collect()
}

/// The paths of an object's changes.
pub(crate) fn paths(object: &ObjectDiff) -> Vec<String> {
    object
        .changes
        .iter()
        .map(|change| change.path.to_string())
        .collect()
}

/// Changes the one object with a key.
pub(crate) fn edit(objects: &mut [Object], key: &ObjectKey, change: impl FnOnce(&Object) -> Object) {
    let object = objects.iter_mut().find(|object| object.key() == key).unwrap();
    *object = change(object);
}

/// The object saved anew, with other data when it is given.
pub(crate) fn resaved(object: &Object, data: Option<&[u8]>) -> Object {
    let mut revision = object.revision().clone();
    revision.pair.save = sample::uuid(&format!("{} again", revision.pair.save));
    revision.modified = revision.modified.map(|at| at + 60_000);
    rebuilt(object, &revision, data)
}

/// The object with other data under the same revision.
pub(crate) fn altered(object: &Object, data: &[u8]) -> Object {
    rebuilt(object, object.revision(), Some(data))
}

fn rebuilt(object: &Object, revision: &Revision, data: Option<&[u8]>) -> Object {
    let data = data.unwrap_or_else(|| object.data_bytes());
    SyncObject::build(
        object.key(),
        object.dependencies(),
        revision,
        object.data_type(),
        data,
    )
    .unwrap()
}

/// A message in which the fields of a number are replaced, at the place of the first.
pub(crate) fn replaced(message: &[u8], number: u32, write: impl FnOnce(&mut Writer)) -> Vec<u8> {
    let mut writer = Writer::new();
    let mut write = Some(write);
    for field in Message::parse(message).unwrap().fields() {
        if field.number != number {
            writer.raw(field.raw);
        } else if let Some(write) = write.take() {
            write(&mut writer);
        }
    }
    if let Some(write) = write {
        write(&mut writer);
    }
    writer.finish()
}

/// Changes the nested messages of a field; those for which `change` returns `None` are removed.
pub(crate) fn nested(
    message: &[u8],
    number: u32,
    mut change: impl FnMut(&str, &[u8]) -> Option<Vec<u8>>,
) -> Vec<u8> {
    let mut writer = Writer::new();
    for field in Message::parse(message).unwrap().fields() {
        match field.bytes().filter(|_| field.number == number) {
            None => {
                writer.raw(field.raw);
            }
            Some(bytes) => {
                let name = Message::parse(bytes)
                    .unwrap()
                    .text(1)
                    .unwrap_or_default()
                    .into_owned();
                if let Some(changed) = change(&name, bytes) {
                    writer.bytes(number, &changed);
                }
            }
        }
    }
    writer.finish()
}

/// Changes the columns of all tables of a ruleset.
pub(crate) fn columns(ruleset: &[u8], mut change: impl FnMut(&str, &[u8]) -> Option<Vec<u8>>) -> Vec<u8> {
    nested(ruleset, 4, |_, table| {
        Some(nested(table, 8, |_, group| Some(nested(group, 4, &mut change))))
    })
}
