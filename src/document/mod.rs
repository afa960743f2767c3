//! The promised API: a document, and what can be done with it.

mod error;
mod making;
mod options;
mod target;

use std::io::Read;

use jiff::Timestamp;

use crate::audit::{AuditOptions, AuditReport, Policy, audit_bytes};
use crate::diff::{DiffOptions, DocumentDiff, Side, diff};
use crate::passphrase::Passphrase;
use crate::report::{Contents, DocumentReport, ExamineOptions, Examined, Examiner, SignatureReport};
use crate::reuse;
use crate::signature::Fingerprint;

pub use error::Error;
pub use options::{MergeChoices, ReadOptions, Sealing};
pub use target::{PlanOptions, Target};

/// An export document in memory: its bytes, its report, and its objects.
///
/// Memory is about two and a half times the size of the document. To report on a large document without holding it, use
/// [`DocumentReport::read`].
///
/// ```
/// use exportdoc::{Document, Verdict};
///
/// # let bytes = include_bytes!("../../testdata/handmade/masking-job.json");
/// let document = Document::read(bytes)?;
/// for object in &document.report().objects {
///     println!("{}", object.describe());
/// }
/// assert_eq!(document.report().signature.verdict, Verdict::Valid);
/// # Ok::<(), exportdoc::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Document {
    bytes: Vec<u8>,
    options: ReadOptions,
    report: DocumentReport,
    contents: Contents,
    opened_by: Option<Passphrase>,
}

impl Document {
    /// Reads a document with the default options.
    ///
    /// # Errors
    /// Input that is not the JSON of an export document: `not-a-document` or `limit`, with the byte offset if there is
    /// one. Damage inside the blob is no error but a finding of the report.
    pub fn read(bytes: impl Into<Vec<u8>>) -> Result<Self, Error> {
        Self::read_with(bytes, &ReadOptions::new())
    }

    /// Reads a document.
    ///
    /// # Errors
    /// As [`Document::read`].
    pub fn read_with(bytes: impl Into<Vec<u8>>, options: &ReadOptions) -> Result<Self, Error> {
        let bytes = bytes.into();
        let Examined {
            report,
            contents,
            opened_by,
            ..
        } = Examiner::new(&options.examine)
            .keep_contents()
            .read_bytes(&bytes)?;
        Ok(Self {
            bytes,
            options: options.clone(),
            report,
            contents,
            opened_by,
        })
    }

    /// The document's bytes, as they were read or made.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.bytes.clone()
    }

    /// The report on the document.
    pub fn report(&self) -> &DocumentReport {
        &self.report
    }

    /// Judges the signature, and whether its key is one of the trusted keys.
    ///
    /// ```
    /// use exportdoc::{Document, Trust};
    ///
    /// # let bytes = include_bytes!("../../testdata/handmade/masking-job.json");
    /// let document = Document::read(bytes)?;
    /// let signature = document.verify(&["sha256:".to_owned() + &"00".repeat(32)].map(|text| text.parse().unwrap()))?;
    /// assert_eq!(signature.trust, Trust::Untrusted);
    /// # Ok::<(), exportdoc::Error>(())
    /// ```
    ///
    /// # Errors
    /// None for a document that was read: the bytes are the same.
    pub fn verify(&self, trusted: &[Fingerprint]) -> Result<SignatureReport, Error> {
        let options = ExamineOptions {
            trusted_keys: trusted.to_vec(),
            ..self.options.examine.clone()
        };
        let examined = Examiner::new(&options).read_bytes(&self.bytes)?;
        Ok(examined.report.signature)
    }

    /// Compares the document with a newer one, object by object.
    ///
    /// ```
    /// use exportdoc::{DiffOptions, Document};
    ///
    /// # let bytes = include_bytes!("../../testdata/handmade/masking-job.json");
    /// let (old, new) = (Document::read(bytes)?, Document::read(bytes)?);
    /// assert!(old.diff(&new, &DiffOptions::default()).is_same());
    /// # Ok::<(), exportdoc::Error>(())
    /// ```
    pub fn diff(&self, newer: &Self, options: &DiffOptions) -> DocumentDiff {
        diff(&self.side(), &newer.side(), options)
    }

    /// Audits the document against a policy. `now` is the present, for ages and for ignores that expire. With a baseline,
    /// the audit also reports what changed since that document.
    ///
    /// ```
    /// use exportdoc::{Document, Level, Policy, Timestamp};
    ///
    /// # let bytes = include_bytes!("../../testdata/handmade/masking-job.json");
    /// let policy = Policy::parse("[levels]\nsecrets-in-clear = \"error\"")?;
    /// let now: Timestamp = "2024-05-01T12:00:00Z".parse()?;
    /// let audit = Document::read(bytes)?.audit(&policy, now, None)?;
    /// assert!(audit.reaches(Level::Info));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// None for a document that was read: the bytes are the same.
    pub fn audit(
        &self,
        policy: &Policy,
        now: Timestamp,
        baseline: Option<&Self>,
    ) -> Result<AuditReport, Error> {
        let side = baseline.map(Self::side);
        let options = AuditOptions {
            policy,
            now,
            baseline: side.as_ref(),
        };
        let (report, _) = audit_bytes(&self.bytes, &self.options.examine, &options)?;
        Ok(report)
    }

    fn side(&self) -> Side<'_> {
        Side {
            bytes: Some(&self.bytes),
            report: self.report(),
            objects: &self.contents.objects,
        }
    }

    fn opened_by(&self) -> Option<Passphrase> {
        self.opened_by.clone()
    }

    /// Checks that new documents may be made from this one.
    fn usable(&self) -> Result<&Contents, Error> {
        reuse::usable(self.report(), self.options.allow_invalid)?;
        Ok(&self.contents)
    }
}

impl DocumentReport {
    /// Reports on a document while it is read. Memory grows with the number of its objects, not with their data.
    ///
    /// ```
    /// use exportdoc::{DocumentReport, ReadOptions};
    ///
    /// # let file = include_bytes!("../../testdata/handmade/masking-job.json").as_slice();
    /// let report = DocumentReport::read(file, &ReadOptions::new())?;
    /// println!("{} objects, signature {}", report.objects.len(), report.signature.verdict.as_str());
    /// # Ok::<(), exportdoc::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Document::read`], and a source that fails (`input`).
    pub fn read(source: impl Read, options: &ReadOptions) -> Result<Self, Error> {
        Ok(Examiner::new(&options.examine).read(source)?.report)
    }
}
