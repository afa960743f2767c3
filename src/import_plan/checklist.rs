//! The tasks that an import leaves to users.

use super::import_object::ImportObject;
use super::kind::Role;
use super::plan::{ChecklistItem, Todo};
use super::step::{Action, Step};
use super::structure::Structure;
use crate::object::{LeftOut, type_by_name};

/// Returns the tasks before the import, then those after it, each group in import order.
pub(super) fn checklist(
    steps: &[Step],
    objects: &[ImportObject<'_>],
    structure: &Structure<'_>,
) -> Vec<ChecklistItem> {
    let reads_elsewhere = |step: &Step| {
        structure
            .dependencies(step.index)
            .any(|dependency| objects[dependency].kind.role == Role::Source)
    };
    let only_refers = |step: &Step| objects[step.index].only_refers();
    let left_out = |step: &Step| type_by_name(&step.type_name)?.left_out;
    let todo = |step: &Step| match (&step.action, left_out(step)) {
        (Action::MissingReference, _) => Some(Todo::SyncFirst),
        (Action::Unknown { .. }, _) if only_refers(step) => Some(Todo::SyncUnlessThere),
        (
            Action::ReferenceResolved {
                stale: Some(true), ..
            },
            _,
        ) => Some(Todo::SyncAgain),
        // An overwritten connector keeps its password. If the action is unknown, the connector may be created.
        (Action::Create | Action::Unknown { .. }, Some(LeftOut::ConnectorPassword)) => {
            Some(Todo::SetConnectorPassword)
        }
        (Action::Create | Action::Unknown { .. }, Some(LeftOut::MountPassword)) => {
            Some(Todo::SetMountPassword)
        }
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
