//! The roles of objects in an import.

use super::ImportDocument;
use super::inventory::TypeSelector;
use crate::object::{ObjectType, RefersTo, Scope, SyncObject, type_by_name};

/// The role of an object in an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Consists of its members only.
    Bundle,
    /// The engine's global key.
    Key,
    /// Goes into the engine.
    Global,
    /// Goes into the target environment.
    Environment,
    /// Is the target environment.
    EnvironmentItself,
    /// Goes into the source environment.
    Source,
    /// Must exist on the target.
    Reference,
    /// An unknown type.
    Unclear,
}

/// Type and role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kind {
    pub(super) type_name: String,
    pub(super) role: Role,
    pub(super) algorithm: bool,
}

/// The types that a reference type refers to, or the connector type that an on-the-fly job's source becomes.
pub fn stands_for(type_name: &str) -> Option<TypeSelector<'static>> {
    Some(match type_by_name(type_name)?.refers_to? {
        RefersTo::AnyAlgorithm => TypeSelector::AnyAlgorithm,
        RefersTo::Type(name) | RefersTo::Source(name) => TypeSelector::Type(name),
    })
}

impl Kind {
    pub(super) fn of(object: &SyncObject<'_>, document: &ImportDocument) -> Self {
        let type_name = document.type_name(object);
        let known = type_by_name(&type_name);
        let role = match (
            type_name.as_str(),
            known.map(|known| (known.scope, known.refers_to)),
        ) {
            ("GLOBAL_OBJECT", _) => Role::Bundle,
            ("KEY", _) => Role::Key,
            ("ENVIRONMENT", _) => Role::EnvironmentItself,
            (_, Some((Scope::Reference, Some(RefersTo::Source(_))))) => Role::Source,
            (_, Some((Scope::Global, _))) => Role::Global,
            (_, Some((Scope::Environment, _))) => Role::Environment,
            (_, Some((Scope::Reference, _))) => Role::Reference,
            (_, Some((Scope::Unseen, _)) | None) => Role::Unclear,
        };
        Self {
            type_name,
            role,
            algorithm: known.is_some_and(ObjectType::is_algorithm),
        }
    }

    /// The types of its counterpart on the target.
    pub(super) fn counterpart_types(&self) -> TypeSelector<'_> {
        match stands_for(&self.type_name) {
            Some(wanted) => wanted,
            None if self.algorithm => TypeSelector::AnyAlgorithm,
            None => TypeSelector::Type(&self.type_name),
        }
    }

    /// Whether it needs the target environment.
    pub(super) fn needs_environment(&self) -> bool {
        matches!(self.role, Role::Environment | Role::EnvironmentItself)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::{OBJECT_TYPES, reference_type_for};

    #[test]
    fn reference_type_refers_to_its_original_type() {
        let mut referable = 0;
        for original in OBJECT_TYPES {
            let Some(reference) = reference_type_for(original) else {
                continue;
            };
            let wanted = if original.is_algorithm() {
                TypeSelector::AnyAlgorithm
            } else {
                TypeSelector::Type(original.name)
            };
            assert_eq!(stands_for(reference.name), Some(wanted), "{}", original.name);
            assert_eq!(stands_for(original.name), None);
            referable += 1;
        }
        assert!(referable >= 8, "{referable}");
    }
}
