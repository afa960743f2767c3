//! What planning an import came to.

use clap::ValueEnum;
use exportdoc::internal::import_plan::{
    EngineVersion, GivenEnvironment, ImportDocument, ImportOptions, ImportPlan, Presence, import_plan,
};
use exportdoc::internal::report::{DocumentReport, Verdict};
use exportdoc::internal::target_state::{NamedEnvironment, TargetState};

/// The number of environments that a note about an unknown name lists.
const NAMES: usize = 20;

/// What `--deny` forbids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Forbid {
    /// The import overwrites an object of the target
    Overwrite,
    /// The import can't be undone: it replaces the global key or an algorithm
    Irreversible,
}

/// An environment that an option names.
pub(crate) enum AskedEnvironment {
    /// An id, whether or not the target is known to have it.
    Known(NamedEnvironment),
    /// A name that isn't resolved.
    Named {
        name: String,
        /// [`GivenEnvironment::NoneOfThatName`] or [`GivenEnvironment::Unclear`].
        given: GivenEnvironment,
    },
}

/// What is asked of a plan.
pub(crate) struct Asked {
    /// The name or id of the environment to import into.
    pub(crate) environment: Option<String>,
    /// The same for the sources of on-the-fly jobs.
    pub(crate) source_environment: Option<String>,
    /// Whether the import overwrites.
    pub(crate) force_overwrite: bool,
    /// Whether every name must keep the rules.
    pub(crate) strict_names: bool,
}

/// A plan and its inputs.
pub(crate) struct Planned {
    /// The path as given.
    pub(crate) document: String,
    /// Notes on the document and the options.
    pub(crate) notes: Vec<String>,
    pub(crate) target: TargetState,
    pub(crate) environment: Option<AskedEnvironment>,
    pub(crate) source_environment: Option<AskedEnvironment>,
    /// Whether the plan with force is the one asked for.
    pub(crate) force: bool,
    pub(crate) without_force: ImportPlan,
    pub(crate) with_force: ImportPlan,
    /// What `--deny` forbids and the import would do, with the number of objects.
    pub(crate) forbidden: Vec<(Forbid, usize)>,
    /// What `--deny` forbids and the import may do.
    pub(crate) perhaps_forbidden: Vec<(Forbid, usize)>,
}

impl AskedEnvironment {
    /// Resolves an option: a number is an id, anything else a name.
    pub(crate) fn find(target: &TargetState, given: &str) -> Self {
        let named = |given_as| Self::Named {
            name: given.to_owned(),
            given: given_as,
        };
        if let Ok(id) = given.parse() {
            let known = target.environments().find(|known| known.id == id);
            return Self::Known(known.map_or_else(|| NamedEnvironment::of(id), NamedEnvironment::clone));
        }
        match target.environment_named(given) {
            Presence::Present(known) => Self::Known(known.clone()),
            Presence::Absent => named(GivenEnvironment::NoneOfThatName),
            Presence::Unknown { .. } => named(GivenEnvironment::Unclear),
        }
    }

    /// A note on a name that the target doesn't have, with the names that it has.
    pub(crate) fn note(&self, target: &TargetState) -> Option<String> {
        let Self::Named {
            name,
            given: GivenEnvironment::NoneOfThatName,
        } = self
        else {
            return None;
        };
        let names = target.environments().filter_map(|known| known.name.as_deref());
        let some: Vec<&str> = names.take(NAMES).collect();
        Some(format!(
            "the target has no environment called {name}; it has {}",
            some.join(", ")
        ))
    }

    /// The form that planning takes.
    pub(crate) fn given(asked: Option<&Self>) -> GivenEnvironment {
        match asked {
            None => GivenEnvironment::None,
            Some(Self::Known(environment)) => GivenEnvironment::Id(environment.id),
            Some(Self::Named { given, .. }) => *given,
        }
    }
}

/// A note on a signature that can't be verified.
fn note_on_signature(document: &DocumentReport) -> Option<String> {
    (document.signature.verdict == Verdict::Undetermined).then(|| {
        "no known rule verifies the document's signature; the plan assumes that the engine accepts it"
            .to_owned()
    })
}

impl Planned {
    /// Plans the import of a document, whose report and label are given, with and without force.
    pub(crate) fn new(
        label: String,
        report: &DocumentReport,
        document: &ImportDocument,
        target: TargetState,
        asked: Asked,
    ) -> Self {
        let find = |given: String| AskedEnvironment::find(&target, &given);
        let environment = asked.environment.map(find);
        let source_environment = asked.source_environment.map(find);
        let named = [&environment, &source_environment].into_iter().flatten();
        let notes = note_on_signature(report).into_iter();
        let notes = notes
            .chain(named.filter_map(|named| named.note(&target)))
            .collect();
        let options = ImportOptions {
            force_overwrite: false,
            environment: AskedEnvironment::given(environment.as_ref()),
            source_environment: AskedEnvironment::given(source_environment.as_ref()),
            max_format: target.max_format(),
            names: target
                .version
                .unwrap_or(EngineVersion::CHECKS_NAMES)
                .name_check(asked.strict_names),
            strict_references: false,
        };
        let forced = ImportOptions {
            force_overwrite: true,
            ..options
        };
        Self {
            document: label,
            notes,
            without_force: import_plan(document, &target, &options),
            with_force: import_plan(document, &target, &forced),
            target,
            environment,
            source_environment,
            force: asked.force_overwrite,
            forbidden: Vec::new(),
            perhaps_forbidden: Vec::new(),
        }
    }

    /// The plan that was asked for.
    pub(crate) fn plan(&self) -> &ImportPlan {
        if self.force {
            &self.with_force
        } else {
            &self.without_force
        }
    }

    /// Counts the objects to which a forbidden thing would or may happen.
    pub(crate) fn forbid(&mut self, forbidden: &[Forbid]) {
        for what in [Forbid::Overwrite, Forbid::Irreversible] {
            if !forbidden.contains(&what) {
                continue;
            }
            let (mut certain, mut possible) = (0, 0);
            for step in &self.plan().steps {
                let irreversible = step.irreversible.is_some();
                match (what, step.action.overwrites()) {
                    (Forbid::Overwrite, Some(true)) => certain += 1,
                    (Forbid::Overwrite, None) => possible += 1,
                    (Forbid::Irreversible, None) if irreversible => possible += 1,
                    // A new key counts, too: it replaces one that no engine lists.
                    (Forbid::Irreversible, Some(_)) if irreversible => certain += 1,
                    _ => {}
                }
            }
            if certain > 0 {
                self.forbidden.push((what, certain));
            }
            if possible > 0 {
                self.perhaps_forbidden.push((what, possible));
            }
        }
    }
}
