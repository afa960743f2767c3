//! Imports a document: applies the library's plan in one transaction.
//!
//! Invariant: [`exportdoc::internal::import_plan`] alone has the rules. A plan that fails writes nothing; a plan that
//! succeeds is applied whole, in the transaction that made it.

use std::collections::HashMap;
use std::io::{Cursor, Read as _};

use bytes::Bytes;
use exportdoc::internal::container::{Kind, only_entry};
use exportdoc::internal::escape;
use exportdoc::internal::finding::TRAILING_DATA;
use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::import_plan::{
    Action, ImportDocument, ImportOptions, ImportOutcome, ImportPlan, ImportStatus, Step,
    Verdict as PlanVerdict, import_plan,
};
use exportdoc::internal::object::data::ObjectData;
use exportdoc::internal::object::{ObjectKey, ObjectType, SyncObject, rename, type_by_name};
use exportdoc::internal::passphrase::Passphrase;
use exportdoc::internal::report::{
    DocumentReport, Encryption, ExamineOptions, Examined, Examiner, ObjectReport, Verdict,
};

use super::content::stock;
use super::exchange::{ImportRequest, ObjectName};
use super::faults::ImportFault;
use super::objects::{Inventory, StoredObject, put_object};
use super::{BadBody, Engine, EngineError, ImportRecord, Refusal, State};

/// The objects of a document. Empty if it is unreadable.
pub(crate) fn imported_objects(document: &Bytes, passphrase: Option<&str>) -> Vec<ObjectName> {
    let options = ExamineOptions {
        passphrases: passphrase
            .and_then(|text| Passphrase::new(text).ok())
            .into_iter()
            .collect(),
        ..ExamineOptions::default()
    };
    let Ok((report, _)) = examined(document, &options) else {
        return Vec::new();
    };
    let name = |object: ObjectReport| ObjectName {
        type_name: object.type_name,
        name: object.name,
    };
    report.objects.into_iter().map(name).collect()
}

impl Engine {
    /// Checks an import before it starts, so a bad async import fails in its first answer.
    pub fn check_import(
        &self,
        request: &ImportRequest,
        record: &mut ImportRecord,
    ) -> Result<(), EngineError> {
        let document = self.read_document(request, record)?;
        match self.plan(&self.snapshot(), &document, request).verdict {
            PlanVerdict::Refused(refusal) => Err(Refusal::Import(Box::new(refusal)).into()),
            _ => Ok(()),
        }
    }

    /// Imports a document, all of it or nothing, and records the outcome of each object.
    pub fn import(
        &self,
        request: &ImportRequest,
        record: &mut ImportRecord,
    ) -> Result<Vec<ImportOutcome>, EngineError> {
        self.import_with(request, record, None)
    }

    /// Like [`Engine::import`], but fails where a fault says so.
    pub(crate) fn import_with(
        &self,
        request: &ImportRequest,
        record: &mut ImportRecord,
        fault: Option<&ImportFault>,
    ) -> Result<Vec<ImportOutcome>, EngineError> {
        let mut decided = None;
        let result = self.read_document(request, record).and_then(|document| {
            self.store.transact(|state| {
                let plan = decided.insert(self.plan(state, &document, request));
                match (&plan.verdict, fault) {
                    (PlanVerdict::WouldSucceed, Some(fault)) => Err(fault.failure(plan)),
                    (PlanVerdict::WouldSucceed, None) => apply(state, &document, plan),
                    (PlanVerdict::WouldFail { status, .. }, _) => Err(EngineError::ImportFailed {
                        missing: *status == 404,
                        outcomes: outcomes(plan, &HashMap::new()),
                    }),
                    (PlanVerdict::Refused(refusal), _) => {
                        Err(Refusal::Import(Box::new(refusal.clone())).into())
                    }
                    // The inventory is complete, so no outcome is unknown.
                    (PlanVerdict::Unknown { needs }, _) => Err(Refusal::ImportUnclear(needs.clone()).into()),
                }
            })
        });
        let outcomes = match &result {
            Ok(outcomes) | Err(EngineError::ImportFailed { outcomes, .. }) => outcomes.as_slice(),
            Err(_) => &[],
        };
        let steps = decided.iter().flat_map(|plan| &plan.steps);
        for (at, step) in steps.enumerate() {
            record.object(step, outcomes.get(at));
            self.log_step(step, outcomes.get(at));
        }
        if let Ok(outcomes) = &result {
            tracing::info!(engine = %self.settings.name, objects = outcomes.len(), "import done");
        }
        result
    }

    /// Logs an object that was written or ended the import. Text from the document is escaped.
    fn log_step(&self, step: &Step, outcome: Option<&ImportOutcome>) {
        let object = format!("{} {}", step.type_name, step.label());
        let (engine, object, action) = (
            &self.settings.name,
            escape::terminal(&object),
            step.action.as_str(),
        );
        match outcome.map(|outcome| outcome.status) {
            Some(ImportStatus::Failed) => {
                let reason = outcome.and_then(|outcome| outcome.failure_message.as_deref());
                let reason = escape::terminal(reason.unwrap_or_default());
                tracing::warn!(%engine, %object, action, %reason, "import failed at this object");
            }
            Some(_) => tracing::info!(%engine, %object, action, "import"),
            None => tracing::info!(%engine, %object, action, "not imported"),
        }
    }

    fn plan(&self, state: &State, document: &ImportDocument, request: &ImportRequest) -> ImportPlan {
        let options = ImportOptions {
            force_overwrite: request.force_overwrite,
            environment: request.environment_id.into(),
            source_environment: request.source_environment_id.into(),
            max_format: Some(self.settings.formats(state.format).1),
            names: self.settings.name_check(),
            strict_references: false,
        };
        let inventory = Inventory {
            state,
            profile: self.settings.profile,
        };
        import_plan(document, &inventory, &options)
    }

    /// Reads a document; refuses those that every engine refuses.
    fn read_document(
        &self,
        request: &ImportRequest,
        record: &mut ImportRecord,
    ) -> Result<ImportDocument, EngineError> {
        record.request(request);
        let refused = |refusal: Refusal| Err(refusal.into());
        let passphrase = match &request.passphrase {
            Some(text) => match Passphrase::new(text.reveal()) {
                Ok(passphrase) => Some(passphrase),
                Err(error) => return refused(Refusal::Passphrase(error.to_string())),
            },
            None => None,
        };
        let given = passphrase.is_some();
        let options = ExamineOptions {
            passphrases: passphrase.into_iter().collect(),
            ..ExamineOptions::default()
        };
        let (report, objects) = examined(&request.document, &options)?;
        record.read(&report);
        record.has_trailing_data = report.findings.iter().any(|found| found.rule == &TRAILING_DATA);
        if record.has_trailing_data && self.settings.strict_json {
            return Err(BadBody::TrailingData.into());
        }
        match (report.signature.verdict, self.settings.require_valid_signature) {
            (Verdict::Valid, _) => {}
            (Verdict::Undetermined, false) => {
                tracing::warn!("the signature of the imported document can't be verified by any known rule");
            }
            (Verdict::Undetermined, true) => return refused(Refusal::SignatureUndetermined),
            (Verdict::Invalid, _) => return refused(Refusal::SignatureInvalid),
        }
        match &report.encryption {
            Encryption::Clear if given => return refused(Refusal::PassphraseUnneeded),
            Encryption::Clear | Encryption::Passphrase { opened: true, .. } => {}
            Encryption::Passphrase { .. } if given => return refused(Refusal::PassphraseWrong),
            Encryption::Passphrase { .. } => return refused(Refusal::PassphraseMissing),
            Encryption::Unknown => return refused(Refusal::EncryptionUnknown),
        }
        if objects.len() != report.objects.len() || objects.is_empty() {
            return refused(Refusal::NoObjects);
        }
        Ok(ImportDocument::new(&report, objects))
    }
}

/// Reads a document, or the one in a ZIP archive. Only uncompressed archives are read, as exports are, so nothing
/// grows.
pub(super) fn examined(
    document: &Bytes,
    options: &ExamineOptions,
) -> Result<(DocumentReport, Vec<SyncObject<'static>>), EngineError> {
    let unreadable =
        |error: &dyn std::fmt::Display| EngineError::from(BadBody::Unreadable(error.to_string()));
    if Kind::of(document) != Some(Kind::Zip) {
        return Examiner::new(options)
            .keep_contents()
            .read_bytes(document)
            .map(Examined::into_objects)
            .map_err(|error| unreadable(&error));
    }
    // Bytes 8 and 9 are the first entry's compression method.
    if document.get(8..10) != Some(&[0, 0]) {
        return Err(BadBody::CompressedZip.into());
    }
    let (_, entry) = only_entry(Cursor::new(document)).map_err(|error| unreadable(&error))?;
    let entry = entry.take(document.len() as u64);
    let examined = Examiner::new(options)
        .keep_contents()
        .read(entry)
        .map_err(|error| unreadable(&error))?;
    Ok((examined.report, examined.contents.objects))
}

/// Writes the objects of a plan under their local keys.
fn apply(
    state: &mut State,
    document: &ImportDocument,
    plan: &ImportPlan,
) -> Result<Vec<ImportOutcome>, EngineError> {
    let local = local_keys(state, document, plan);
    for step in &plan.steps {
        let own = &local[&step.key];
        let writes = match &step.action {
            Action::Derived => step.type_name == "GLOBAL_OBJECT",
            action => action.writes(),
        };
        if !writes {
            continue;
        }
        let object = rename(&document.objects[step.index], own, |dependency| {
            local.get(dependency).filter(|key| *key != dependency).cloned()
        })?;
        put_object(
            state,
            StoredObject::new(object, step.type_name.clone(), step.environment),
        );
    }
    Ok(outcomes(plan, &local))
}

/// Maps every key of the document to its local key. New objects get new numbers, except those of unknown types.
fn local_keys(
    state: &mut State,
    document: &ImportDocument,
    plan: &ImportPlan,
) -> HashMap<ObjectKey, ObjectKey> {
    let mut local = HashMap::new();
    for step in &plan.steps {
        let identifier = match (step.action.existing(), &step.key.identifier) {
            (Some(existing), _) => existing.id.clone(),
            (None, own) if step.action == Action::Create && keeps_number(state, &step.type_name, own) => {
                own.clone()
            }
            (None, Identifier::Integer(_)) if step.action == Action::Create => {
                let own = setting_here(state, &document.objects[step.index]);
                Identifier::Integer(own.unwrap_or_else(|| state.next_object_id(&step.type_name)))
            }
            (None, own) => own.clone(),
        };
        let number = number_here(state, step);
        local.insert(step.key.clone(), ObjectKey::new(number, identifier));
    }
    // A reference to an object of the document gets that object's local key.
    let by_index: HashMap<usize, &Step> = plan.steps.iter().map(|step| (step.index, step)).collect();
    for step in &plan.steps {
        if let Action::ReferenceInDocument { index } = &step.action
            && let Some(target) = by_index.get(index).and_then(|target| local.get(&target.key))
        {
            let key = ObjectKey::new(step.key.type_number, target.identifier.clone());
            local.insert(step.key.clone(), key);
        }
    }
    local
}

/// The id that a setting has on every engine, unless this engine has it under another identity.
fn setting_here(state: &State, object: &SyncObject<'_>) -> Option<i64> {
    let ObjectData::ApplicationSettings(data) = object.data() else {
        return None;
    };
    let id = stock::setting_id(&data.group()?, &data.setting_name()?)?;
    let here = state
        .objects
        .find("APPLICATION_SETTINGS", &Identifier::Integer(id));
    here.is_none().then_some(id)
}

/// The type number of an object here. Engines' numbers are not all known, so an existing object keeps its number
/// instead of getting a twin.
fn number_here(state: &State, step: &Step) -> u64 {
    let existing = step.action.existing();
    let here = existing
        .filter(|existing| existing.type_name == step.type_name)
        .and_then(|existing| state.objects.find(&existing.type_name, &existing.id));
    here.map_or(step.key.type_number, |stored| stored.key().type_number)
}

/// Whether an object of an unknown type keeps its number, which it does while that is free.
fn keeps_number(state: &mut State, type_name: &str, own: &Identifier) -> bool {
    let known = type_by_name(type_name).and_then(ObjectType::number);
    let Identifier::Integer(id) = *own else {
        return false;
    };
    let keeps = known.is_none() && state.objects.find(type_name, own).is_none();
    if keeps {
        state.reserve_id(type_name, id);
    }
    keeps
}

fn outcomes(plan: &ImportPlan, local: &HashMap<ObjectKey, ObjectKey>) -> Vec<ImportOutcome> {
    plan.outcomes(|step| local.get(&step.key).map(|key| key.identifier.clone()))
}
