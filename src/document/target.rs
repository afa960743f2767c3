//! The target of an import, and the plan for it.

use crate::import_plan::{
    EngineVersion, GivenEnvironment, ImportDocument, ImportOptions, ImportPlan, import_plan,
};
use crate::reuse;
use crate::target_state::{TargetState, TargetStateBuilder};

use super::{Document, Error, ReadOptions};

/// What is known about an import's target.
#[derive(Debug)]
pub struct Target {
    state: TargetState,
}

impl Target {
    /// Reads one snapshot of a target: its export documents, saved answers of list requests, or state dumps of a mock
    /// engine. Each source is a label, used in messages, and the bytes.
    ///
    /// # Errors
    /// A source of another kind, a damaged source (`target`), or two sources that contradict each other.
    pub fn read<'s>(
        sources: impl IntoIterator<Item = (&'s str, &'s [u8])>,
        options: &ReadOptions,
    ) -> Result<Self, Error> {
        let mut builder = TargetStateBuilder::new();
        for (label, bytes) in sources {
            builder.add(label, bytes, &options.examine.passphrases)?;
        }
        let state = builder.finish()?;
        Ok(Self { state })
    }

    /// Whether every object of the target is known. Otherwise a plan may be unable to predict the outcome.
    pub fn is_complete(&self) -> bool {
        self.state.is_complete()
    }

    /// What is missing or doubtful about the sources, as sentences.
    pub fn notes(&self) -> Vec<String> {
        self.state.notes.clone()
    }
}

/// What the import request says.
#[derive(Debug, Clone, Copy, Default)]
pub struct PlanOptions {
    force_overwrite: bool,
    environment: GivenEnvironment,
    source_environment: GivenEnvironment,
}

impl PlanOptions {
    /// No force, no environments.
    pub fn new() -> Self {
        Self::default()
    }

    /// Overwrites objects that the target has in another state.
    #[must_use]
    pub fn force_overwrite(mut self) -> Self {
        self.force_overwrite = true;
        self
    }

    /// Sets the id of the environment to import into.
    #[must_use]
    pub fn environment(mut self, id: i64) -> Self {
        self.environment = GivenEnvironment::Id(id);
        self
    }

    /// Sets the id of the environment that on-the-fly jobs read from.
    #[must_use]
    pub fn source_environment(mut self, id: i64) -> Self {
        self.source_environment = GivenEnvironment::Id(id);
        self
    }
}

impl Document {
    /// Predicts what importing the document would do to a target, object by object.
    ///
    /// ```
    /// use exportdoc::planning::Verdict;
    /// use exportdoc::{Document, PlanOptions, ReadOptions, Target};
    ///
    /// # let bytes = include_bytes!("../../testdata/handmade/masking-job.json");
    /// # let saved = bytes;
    /// let document = Document::read(bytes)?;
    /// let target = Target::read([("saved.json", saved.as_slice())], &ReadOptions::new())?;
    /// let plan = document.plan(&target, PlanOptions::new().environment(1))?;
    /// if let Verdict::Unknown { needs } = &plan.verdict {
    ///     println!("missing information: {}", needs.join(", "));
    /// }
    /// # Ok::<(), exportdoc::Error>(())
    /// ```
    ///
    /// # Errors
    /// A document whose objects cannot all be read: `encrypted`, `wrong-passphrase`, `unreadable`.
    pub fn plan(&self, target: &Target, options: PlanOptions) -> Result<ImportPlan, Error> {
        reuse::readable(&self.report)?;
        let objects = self.contents.objects.clone();
        let document = ImportDocument::new(&self.report, objects);
        let version = target.state.version.unwrap_or(EngineVersion::CHECKS_NAMES);
        let options = ImportOptions {
            force_overwrite: options.force_overwrite,
            environment: options.environment,
            source_environment: options.source_environment,
            max_format: target.state.max_format(),
            names: version.name_check(false),
            strict_references: false,
        };
        Ok(import_plan(&document, &target.state, &options))
    }
}
