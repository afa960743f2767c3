//! Decides the action for each object.

mod sameness;

use std::cell::OnceCell;

use super::import_object::ImportObject;
use super::inventory::{Location, Presence, Purpose, TargetEnvironment, TargetInventory, TargetObject};
use super::kind::Role;
use super::step::{Action, Irreversible, Rule, Step};
use super::structure::{Structure, types_label};
use super::{ENVIRONMENTS, GivenEnvironment, ImportOptions};
use crate::identifier::Identifier;
use crate::object::{ObjectKey, type_by_name};
use sameness::{Sameness, TargetKey};

/// Decides object by object, in import order.
pub(super) struct Decider<'a> {
    pub(super) objects: &'a [ImportObject<'a>],
    pub(super) structure: &'a Structure<'a>,
    pub(super) inventory: &'a dyn TargetInventory,
    pub(super) options: &'a ImportOptions,
    /// Per object, whether the target has it and all its dependencies with the same revisions.
    unchanged: Vec<bool>,
    /// Per object, its key on the target before the import.
    target_keys: Vec<TargetKey>,
    /// Computed only if the target shows a hash without UUIDs.
    hashes: OnceCell<Vec<Option<String>>>,
}

impl<'a> Decider<'a> {
    pub(super) fn new(
        objects: &'a [ImportObject<'a>],
        structure: &'a Structure<'a>,
        inventory: &'a dyn TargetInventory,
        options: &'a ImportOptions,
    ) -> Self {
        Self {
            objects,
            structure,
            inventory,
            options,
            unchanged: vec![false; objects.len()],
            target_keys: vec![TargetKey::Absent; objects.len()],
            hashes: OnceCell::new(),
        }
    }

    /// All steps, dependencies first.
    pub(super) fn steps(mut self) -> Vec<Step> {
        let order = &self.structure.order;
        order.iter().map(|index| self.step(*index)).collect()
    }

    fn step(&mut self, index: usize) -> Step {
        let subject = &self.objects[index];
        let action = match self.structure.blocked.get(&index) {
            Some(rule) => Action::BlockedByRule(rule.clone()),
            None => self.action(index),
        };
        self.target_keys[index] = self.target_key(subject, &action);
        let same = matches!(
            action,
            Action::Unchanged { .. }
                | Action::ReferenceResolved {
                    stale: Some(false),
                    ..
                }
        );
        let mut dependencies = self.structure.dependencies(index);
        self.unchanged[index] = same && dependencies.all(|dependency| self.unchanged[dependency]);
        let environment = match subject.location {
            Some(Location::Environment(id)) => Some(id),
            _ => None,
        };
        Step {
            index,
            key: subject.object.key().clone(),
            type_name: subject.kind.type_name.clone(),
            name: subject.name.clone(),
            environment,
            irreversible: irreversible(subject, &action),
            action,
        }
    }

    fn target_key(&self, subject: &ImportObject<'_>, action: &Action) -> TargetKey {
        let number = subject.object.key().type_number;
        let called = |identifier: &Identifier| TargetKey::Known(ObjectKey::new(number, identifier.clone()));
        match action {
            Action::Unknown { .. } => TargetKey::Unknown,
            Action::BlockedByRule(_) => TargetKey::Blocked,
            Action::Derived => TargetKey::Known(subject.object.key().clone()),
            Action::ReferenceInDocument { index } => match &self.target_keys[*index] {
                TargetKey::Known(original) => called(&original.identifier),
                other => other.clone(),
            },
            action => action
                .existing()
                .map_or(TargetKey::Absent, |existing| called(&existing.id)),
        }
    }

    fn action(&self, index: usize) -> Action {
        let subject = &self.objects[index];
        match self.inventory.takes_type(&subject.kind.type_name) {
            Presence::Present(()) => {}
            Presence::Absent => return Action::BlockedByRule(Rule::UnsupportedType),
            Presence::Unknown { needs } => return self.unknown(subject, needs),
        }
        if subject.kind.role == Role::Bundle {
            return Action::Derived;
        }
        if subject.kind.role == Role::Unclear && !self.inventory.knows_unseen_types() {
            let type_name = &subject.kind.type_name;
            return self.unknown(
                subject,
                format!("how engines identify objects of type {type_name}"),
            );
        }
        if subject.only_refers()
            && let Some(index) = self.structure.original(subject)
        {
            return Action::ReferenceInDocument { index };
        }
        match subject.environment {
            Some(GivenEnvironment::None) => return Action::BlockedByRule(Rule::EnvironmentNotGiven),
            Some(GivenEnvironment::NoneOfThatName) => {
                return Action::BlockedByRule(Rule::EnvironmentNotFound);
            }
            Some(GivenEnvironment::Unclear) => return self.unknown(subject, ENVIRONMENTS.to_owned()),
            Some(GivenEnvironment::Id(id)) if self.inventory.environment(id) == Presence::Absent => {
                return Action::BlockedByRule(Rule::EnvironmentNotFound);
            }
            Some(GivenEnvironment::Id(_)) | None => {}
        }
        let Some(lookup) = subject.lookup() else {
            return Action::BlockedByRule(Rule::NoIdentity);
        };
        match self.inventory.find(&lookup) {
            Presence::Unknown { needs } => self.perhaps(subject, needs),
            // If its environment doesn't exist, a rule blocks it first.
            Presence::Absent if subject.only_refers() => match self.environment_unclear(subject) {
                Some(needs) => self.unknown(subject, needs),
                None => Action::MissingReference,
            },
            Presence::Absent => self.create(subject),
            Presence::Present(existing) if subject.only_refers() => self.original(index, existing),
            Presence::Present(existing) => self.existing(index, existing),
        }
    }

    /// An unknown action that may fail.
    fn unknown(&self, subject: &ImportObject<'_>, needs: String) -> Action {
        Action::Unknown {
            needs,
            may_fail: true,
            may_overwrite: self.may_overwrite(subject),
        }
    }

    /// Whether the object overwrites an existing one.
    fn may_overwrite(&self, subject: &ImportObject<'_>) -> bool {
        self.options.force_overwrite && subject.is_written()
    }

    /// Handles an object whose existence on the target is unknown. With force it is created, kept or overwritten, unless a
    /// rule forbids it.
    fn perhaps(&self, subject: &ImportObject<'_>, needs: String) -> Action {
        let writable = !subject.only_refers() && !subject.kind.algorithm;
        let certain = self.options.force_overwrite && writable && self.environment_unclear(subject).is_none();
        let may_fail = !(certain && self.rule_against_creating(subject).is_none());
        match self.purpose_unclear(subject) {
            Some(purpose) if !may_fail => self.unknown(subject, purpose),
            _ => Action::Unknown {
                needs,
                may_fail,
                may_overwrite: self.may_overwrite(subject),
            },
        }
    }

    /// Handles an object that the target lacks.
    fn create(&self, subject: &ImportObject<'_>) -> Action {
        if let Some(rule) = self.rule_against_creating(subject) {
            return Action::BlockedByRule(rule);
        }
        if let Some(needs) = self.purpose_unclear(subject) {
            return self.unknown(subject, needs);
        }
        if let Some(needs) = self.environment_unclear(subject) {
            return Action::Unknown {
                needs,
                may_fail: true,
                may_overwrite: false,
            };
        }
        // Every engine has a global key, so importing another one without force fails, even if the target's is unknown.
        if subject.kind.role == Role::Key && !self.options.force_overwrite {
            return Action::KeyConflict { existing: None };
        }
        Action::Create
    }

    /// Handles an object that the target has.
    fn existing(&self, index: usize, existing: TargetObject) -> Action {
        let subject = &self.objects[index];
        let target_type = match subject.kind.role {
            Role::Source => types_label(subject.kind.counterpart_types()),
            _ => &subject.kind.type_name,
        };
        if existing.type_name != target_type {
            return Action::BlockedByRule(Rule::NameTaken(existing.type_name));
        }
        let sameness = self.compare(index, &existing);
        match sameness {
            Sameness::Same => return Action::Unchanged { existing },
            Sameness::SameBeforeUpgrade => return Action::Extend { existing },
            Sameness::Differs | Sameness::Unclear => {}
        }
        if let Some(rule) = self.rule_against_changing(subject) {
            return match sameness {
                Sameness::Unclear => self.unknown(subject, revision_of(subject)),
                _ => Action::BlockedByRule(rule),
            };
        }
        match (sameness, self.options.force_overwrite, subject.kind.role) {
            (Sameness::Unclear, force, _) => Action::Unknown {
                needs: revision_of(subject),
                may_fail: !force,
                may_overwrite: force,
            },
            (_, true, _) => match self.purpose_unclear(subject) {
                Some(needs) => self.unknown(subject, needs),
                None => Action::Overwrite { existing },
            },
            (_, false, Role::Key) => {
                let existing = Some(existing);
                Action::KeyConflict { existing }
            }
            (_, false, _) => Action::Conflict { existing },
        }
    }

    /// Handles a reference whose original the target has.
    fn original(&self, index: usize, existing: TargetObject) -> Action {
        let sameness = self.compare(index, &existing);
        let must_match = self.options.strict_references && !self.options.force_overwrite;
        match sameness {
            Sameness::Differs if must_match => Action::Conflict { existing },
            Sameness::Unclear if must_match => {
                let subject = &self.objects[index];
                self.unknown(subject, revision_of(subject))
            }
            _ => Action::ReferenceResolved {
                existing,
                stale: match sameness {
                    Sameness::Same | Sameness::SameBeforeUpgrade => Some(false),
                    Sameness::Differs => Some(true),
                    Sameness::Unclear => None,
                },
            },
        }
    }

    fn rule_against_creating(&self, subject: &ImportObject<'_>) -> Option<Rule> {
        let names = self.options.names;
        let name = subject.name.as_deref();
        let fault = name.and_then(|name| names.fault(&subject.kind.type_name, name));
        fault.map(Rule::Name).or_else(|| self.purpose_mismatch(subject))
    }

    fn rule_against_changing(&self, subject: &ImportObject<'_>) -> Option<Rule> {
        let names = self.options.names;
        let name = subject.name.as_deref();
        let fault = name.and_then(|name| names.fault_of_known(&subject.kind.type_name, name));
        fault.map(Rule::Name).or_else(|| self.purpose_mismatch(subject))
    }

    fn purpose_mismatch(&self, subject: &ImportObject<'_>) -> Option<Rule> {
        let needed = purpose_needed(&subject.kind.type_name)?;
        let Some(Location::Environment(id)) = subject.location else {
            return None;
        };
        match self.inventory.environment(id) {
            Presence::Present(TargetEnvironment {
                purpose: Some(purpose),
            }) if purpose != needed => Some(Rule::Purpose(purpose)),
            _ => None,
        }
    }

    /// The information missing about the object's environment.
    fn environment_unclear(&self, subject: &ImportObject<'_>) -> Option<String> {
        let Some(Location::Environment(id)) = subject.location else {
            return None;
        };
        match self.inventory.environment(id) {
            Presence::Unknown { needs } => Some(needs),
            _ => None,
        }
    }

    /// The information missing to decide whether a job may run in its environment.
    fn purpose_unclear(&self, subject: &ImportObject<'_>) -> Option<String> {
        purpose_needed(&subject.kind.type_name)?;
        let Some(Location::Environment(id)) = subject.location else {
            return None;
        };
        match self.inventory.environment(id) {
            Presence::Present(TargetEnvironment { purpose: None }) => Some(format!(
                "the purpose of environment {id} on the target, MASK or TOKENIZE"
            )),
            Presence::Unknown { needs } => Some(needs),
            _ => None,
        }
    }
}

fn revision_of(subject: &ImportObject<'_>) -> String {
    let name = subject.name.clone();
    let label = name.unwrap_or_else(|| subject.object.key().identifier.to_string());
    format!(
        "the revision of {} {label} on the target",
        types_label(subject.kind.counterpart_types())
    )
}

/// The purpose of the environments for a type of job.
fn purpose_needed(type_name: &str) -> Option<Purpose> {
    type_by_name(type_name)?.purpose
}

/// The irreversible effect of writing the object, if it is or may be written.
fn irreversible(subject: &ImportObject<'_>, action: &Action) -> Option<Irreversible> {
    let overwritten = action.overwrites() != Some(false);
    match subject.kind.role {
        Role::Key if overwritten || action.writes() => Some(Irreversible::GlobalKey),
        Role::Global if subject.kind.algorithm && overwritten => Some(Irreversible::Algorithm),
        _ => None,
    }
}
