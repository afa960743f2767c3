//! Compares the content of engines and documents by the library's diff.

use bytes::Bytes;
use exportdoc::internal::build::{ExportFacts, seal};
use exportdoc::internal::diff::{DiffOptions, DocumentDiff, MatchBy, Side, diff};
use exportdoc::internal::object::SyncObject;
use exportdoc::internal::passphrase::Passphrase;
use exportdoc::internal::report::{DocumentReport, ExamineOptions};
use exportdoc::internal::signature::{KeySize, SigningKey};

use super::export::{cannot, type_names};
use super::import::examined;
use super::{Engine, EngineError, Refusal};
use crate::engine::defaults;

/// The content of one side.
#[derive(Debug)]
pub(crate) struct Content {
    report: DocumentReport,
    objects: Vec<SyncObject<'static>>,
}

impl Content {
    /// The content of a document.
    pub(crate) fn of_document(document: &Bytes, passphrase: Option<&str>) -> Result<Self, EngineError> {
        let passphrase = passphrase.map(Passphrase::new).transpose();
        let passphrase = passphrase.map_err(|error| Refusal::Passphrase(error.to_string()))?;
        let options = ExamineOptions {
            passphrases: passphrase.into_iter().collect(),
            ..ExamineOptions::default()
        };
        let (report, objects) = examined(document, &options)?;
        Ok(Self { report, objects })
    }

    /// What differs from the target's content to this one.
    pub(crate) fn compared_with(&self, target: &Self) -> DocumentDiff {
        // Numbers differ from engine to engine.
        let options = DiffOptions::default().match_by(MatchBy::Name);
        diff(&target.side(), &self.side(), &options)
    }

    fn side(&self) -> Side<'_> {
        Side {
            bytes: None,
            report: &self.report,
            objects: &self.objects,
        }
    }
}

impl Engine {
    /// All objects that can be synced.
    pub(crate) fn content(&self) -> Result<Content, EngineError> {
        let state = self.snapshot();
        let view = self.views.of(&state)?;
        let roots: Vec<_> = view
            .listed(None)
            .filter(|id| view.obstacle(*id).is_none())
            .collect();
        let ids = view.breadth_first(&roots);
        let objects = ids
            .iter()
            .map(|id| SyncObject::parse(view.object(*id).object.as_bytes()));
        let objects: Vec<_> = objects.collect::<Result<_, _>>().map_err(cannot("the content"))?;
        let now = self.timestamp();
        let facts = ExportFacts {
            host: self.settings.name.clone(),
            export_id: "00000000-0000-0000-0000-000000000000".to_owned(),
            started: now,
            finished: now,
            format: defaults::EXPORT_FORMAT,
            requested: Vec::new(),
            type_names: type_names(&view, &ids),
            encryption: None,
            declare_rule: true,
        };
        // Not one of the engine's own keys, which depend on how many there were before.
        let size = KeySize::Dsa512;
        let key = SigningKey::from_seed(size, &[0; 64]).map_err(cannot("the signing key"))?;
        let document = seal(&facts, &objects, &key, size.default_rule()).map_err(cannot("the content"))?;
        Content::of_document(&document.into(), None)
    }
}
