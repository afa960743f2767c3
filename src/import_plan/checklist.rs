//! What an import leaves to people.

use super::kind::Role;
use super::plan::{ChecklistItem, Todo};
use super::step::{Action, Step};
use super::structure::Structure;
use super::subject::Subject;

/// What there is to do, before the import first; within that, in import order.
pub(super) fn checklist(
    steps: &[Step],
    subjects: &[Subject<'_>],
    structure: &Structure<'_>,
) -> Vec<ChecklistItem> {
    let reads_elsewhere = |step: &Step| {
        structure
            .dependencies(step.index)
            .any(|dependency| subjects[dependency].kind.role == Role::Source)
    };
    let only_refers = |step: &Step| subjects[step.index].only_refers();
    let todo = |step: &Step| match (&step.action, step.type_name.as_str()) {
        (Action::MissingReference, _) => Some(Todo::SyncFirst),
        (Action::Unknown { .. }, _) if only_refers(step) => Some(Todo::SyncUnlessThere),
        (
            Action::ReferenceResolved {
                stale: Some(true), ..
            },
            _,
        ) => Some(Todo::SyncAgain),
        // An overwritten connector keeps the password it has.
        // Where it can't be told whether there is one, it may be made.
        (
            Action::Create | Action::Unknown { .. },
            "DATABASE_CONNECTOR" | "FILE_CONNECTOR" | "SOURCE_DATABASE_CONNECTOR" | "SOURCE_FILE_CONNECTOR",
        ) => Some(Todo::SetConnectorPassword),
        (Action::Create | Action::Unknown { .. }, "MOUNT_INFORMATION") => Some(Todo::SetMountPassword),
        (action, _) if may_write(action) && reads_elsewhere(step) => Some(Todo::SetJobSource),
        _ => None,
    };
    let mut items: Vec<ChecklistItem> = steps
        .iter()
        .enumerate()
        .filter_map(|(position, step)| {
            let todo = todo(step)?;
            Some(ChecklistItem { step: position, todo })
        })
        .collect();
    items.sort_by_key(|item| !item.todo.is_before());
    items
}

fn may_write(action: &Action) -> bool {
    action.writes() || matches!(action, Action::Unknown { .. })
}
