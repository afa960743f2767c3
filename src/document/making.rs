//! Makes new documents from those that were read.

use crate::build::{ExportFacts, Extras, seal_to, unsigned_to};
use crate::extract::{Dependencies, extract, find, positions};
use crate::merge::{MergeOutcome, Sources, merge};
use crate::object::{ObjectKey, SyncObject};
use crate::passphrase::Passphrase;
use crate::redact::{self, RedactOptions, RedactReport, Redacted, hide_odd_type_names};
use crate::report::DocumentReport;
use crate::reuse::{self, Stamp};
use crate::signature::KeySize;

use super::{Document, Error, MergeChoices, Sealing};

impl Document {
    /// Makes a document of the same objects, with a new export id, recomputed metadata and a new signature. A document
    /// that was encrypted is encrypted again with the same passphrase.
    ///
    /// ```
    /// use exportdoc::{Document, KeySize, Sealing, SigningKey, Timestamp, Verdict};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let bytes = include_bytes!("../../testdata/handmade/masking-job.json");
    /// # let (random, now) = ([7; 32], Timestamp::UNIX_EPOCH);
    /// let document = Document::read(bytes)?;
    /// let key = SigningKey::generate(KeySize::Dsa2048)?;
    /// let fingerprint = key.fingerprint();
    /// let sealed = document.seal(&Sealing::new(key, random, now))?;
    /// assert_eq!(sealed.report().signature.verdict, Verdict::Valid);
    /// assert_eq!(sealed.report().signature.key.as_ref().unwrap().fingerprint, fingerprint);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// A document that cannot be reused (`encrypted`, `wrong-passphrase`, `unreadable`, `invalid`), or an unusable key.
    pub fn seal(&self, sealing: &Sealing) -> Result<Self, Error> {
        let objects = &self.usable()?.objects;
        let roots = reuse::roots(self.report());
        self.remake(objects, &roots, self.opened_by(), sealing)
    }

    /// Makes a document of some objects and what they depend on. Each text names an object: `TYPE:ID`, `TYPE:NAME`, an
    /// identifier, or a name.
    ///
    /// ```
    /// use exportdoc::{Dependencies, Document};
    /// # use exportdoc::{KeySize, Sealing, SigningKey, Timestamp};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let bytes = include_bytes!("../../testdata/handmade/masking-job.json");
    /// # let key = SigningKey::from_seed(KeySize::Dsa1024, b"example")?;
    /// # let sealing = Sealing::new(key, [7; 32], Timestamp::UNIX_EPOCH);
    /// let document = Document::read(bytes)?;
    /// let first = document.report().objects[0].key.identifier.to_string();
    /// let smaller = document.extract(&[&first], Dependencies::Closure, &sealing)?;
    /// assert_eq!(smaller.report().objects[0].key, document.report().objects[0].key);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Texts that name no object (`not-found`) or several (`ambiguous`), and as [`Document::seal`].
    pub fn extract(
        &self,
        objects: &[&str],
        dependencies: Dependencies,
        sealing: &Sealing,
    ) -> Result<Self, Error> {
        let all = &self.usable()?.objects;
        let mut roots: Vec<ObjectKey> = Vec::new();
        for wanted in objects {
            let key = find(self.report(), wanted)?;
            if !roots.contains(&key) {
                roots.push(key);
            }
        }
        let wanted = positions(self.report(), &roots);
        let taken = wanted.iter().filter_map(|at| all.get(*at).cloned()).collect();
        let taken = extract(taken, &roots, dependencies)?;
        self.remake(&taken, &roots, self.opened_by(), sealing)
    }

    /// Makes a copy to share: keys, rows, mappings, hosts and people are replaced by stand-ins, and the copy is in clear.
    ///
    /// ```
    /// # use exportdoc::{KeySize, Sealing, SigningKey, Timestamp};
    /// use exportdoc::{Document, RedactOptions};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let bytes = include_bytes!("../../testdata/handmade/masking-job.json");
    /// # let key = SigningKey::from_seed(KeySize::Dsa1024, b"example")?;
    /// # let sealing = Sealing::new(key, [7; 32], Timestamp::UNIX_EPOCH);
    /// let (copy, report) = Document::read(bytes)?.redact(RedactOptions::default(), &sealing)?;
    /// for (kind, count) in &report.replaced {
    ///     println!("{count} × {kind:?}");
    /// }
    /// # let _ = copy;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Document::seal`].
    pub fn redact(&self, options: RedactOptions, sealing: &Sealing) -> Result<(Self, RedactReport), Error> {
        let contents = self.usable()?;
        let mut report = self.report().clone();
        hide_odd_type_names(&mut report);
        let host = report.envelope.host.as_deref();
        let redacted = redact::redact(&contents.objects, host, options);
        let Redacted {
            objects,
            host,
            renamed,
            report: done,
        } = redacted.map_err(|error| Error::caused("build", error))?;
        let roots: Vec<ObjectKey> = reuse::roots(&report)
            .into_iter()
            .map(|root| renamed.get(&root).cloned().unwrap_or(root))
            .collect();
        let (facts, mut extras) = self.draft(&report, &roots, None, sealing)?;
        let facts = ExportFacts {
            host: host.unwrap_or_default(),
            ..facts
        };
        extras.marker = Some(redact::MARKER.to_owned());
        if !options.keep_unknown {
            extras.header_fields.clear();
            extras.record_fields.clear();
        }
        Ok((self.written(&facts, &extras, &objects, sealing)?, done))
    }

    /// Encrypts the objects with a passphrase. The cipher is triple DES, which engines name: it is there for
    /// compatibility, not for protection.
    ///
    /// # Errors
    /// A document that is encrypted (`already-encrypted`), and as [`Document::seal`].
    pub fn encrypt(&self, passphrase: Passphrase, sealing: &Sealing) -> Result<Self, Error> {
        let objects = &self.usable()?.objects;
        if self.opened_by().is_some() {
            return Err(Error::new(
                "already-encrypted",
                "the document is encrypted already",
            ));
        }
        let roots = reuse::roots(self.report());
        self.remake(objects, &roots, Some(passphrase), sealing)
    }

    /// Decrypts a document that was read with its passphrase.
    ///
    /// # Errors
    /// A document that is not encrypted (`not-encrypted`), and as [`Document::seal`].
    pub fn decrypt(&self, sealing: &Sealing) -> Result<Self, Error> {
        let objects = &self.usable()?.objects;
        if self.opened_by().is_none() {
            return Err(Error::new("not-encrypted", "the document isn't encrypted"));
        }
        let roots = reuse::roots(self.report());
        self.remake(objects, &roots, None, sealing)
    }

    /// Merges documents: their union, or with a base the changes of two documents to it. Each document comes with a label,
    /// which the outcome uses. The result is encrypted like the first encrypted input.
    ///
    /// Conflicts are not an error: the outcome lists them, and then there is no document.
    ///
    /// ```
    /// # use exportdoc::{KeySize, Sealing, SigningKey, Timestamp};
    /// use exportdoc::{Document, MergeChoices};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let bytes = include_bytes!("../../testdata/handmade/masking-job.json");
    /// # let key = SigningKey::from_seed(KeySize::Dsa1024, b"example")?;
    /// # let sealing = Sealing::new(key, [7; 32], Timestamp::UNIX_EPOCH);
    /// let (a, b) = (Document::read(bytes)?, Document::read(bytes)?);
    /// let (outcome, merged) = Document::merge(&[("a", &a), ("b", &b)], None, &MergeChoices::new(), &sealing)?;
    /// assert!(outcome.conflicts.is_empty());
    /// assert!(merged.is_some());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Documents that cannot be combined (`conflict`), and as [`Document::seal`].
    pub fn merge(
        documents: &[(&str, &Self)],
        base: Option<(&str, &Self)>,
        choices: &MergeChoices,
        sealing: &Sealing,
    ) -> Result<(MergeOutcome, Option<Self>), Error> {
        let mut sources = Sources::new();
        for (label, document) in documents {
            let contents = document.usable()?.clone();
            sources.add_side((*label).to_owned(), document.report(), contents)?;
        }
        if let Some((label, base)) = base {
            let contents = base.usable()?.clone();
            sources.set_base(label.to_owned(), base.report(), contents)?;
        }
        let allow_invalid = documents
            .iter()
            .any(|(_, document)| document.options.allow_invalid);
        let options = choices.options(allow_invalid, sealing.derived_save());
        let outcome = merge(sources, &options)?;
        let all = || {
            documents
                .iter()
                .copied()
                .chain(base)
                .map(|(_, document)| document)
        };
        let (Some(merged), Some(first)) = (&outcome.document, all().next()) else {
            return Ok((outcome, None));
        };
        let requested = merged
            .requested
            .iter()
            .map(|key| reuse::requested_row(key, &merged.type_names))
            .collect::<Result<_, _>>()
            .map_err(|error| Error::caused("build", error))?;
        let passphrase = all().find_map(Self::opened_by);
        let facts = ExportFacts {
            host: merged.host.clone().unwrap_or_default(),
            export_id: sealing.export_id(),
            started: sealing.now,
            finished: sealing.now,
            format: merged.format.unwrap_or(reuse::OLDEST_FORMAT),
            requested,
            type_names: merged.type_names.clone(),
            encryption: passphrase
                .map(|passphrase| sealing.encryption(passphrase))
                .transpose()?,
            declare_rule: true,
        };
        let document = first.written(&facts, &merged.extras, &merged.objects, sealing)?;
        Ok((outcome, Some(document)))
    }

    /// Facts and extras of a new document made of this one.
    fn draft(
        &self,
        report: &DocumentReport,
        roots: &[ObjectKey],
        passphrase: Option<Passphrase>,
        sealing: &Sealing,
    ) -> Result<(ExportFacts, Extras), Error> {
        let names = reuse::type_names(report);
        let requested = roots
            .iter()
            .map(|root| reuse::requested_row(root, &names))
            .collect::<Result<_, _>>()
            .map_err(|error| Error::caused("build", error))?;
        let stamp = Stamp {
            export_id: sealing.export_id(),
            started: sealing.now,
            finished: sealing.now,
        };
        let mut facts = reuse::facts(report, stamp, requested);
        facts.encryption = passphrase
            .map(|passphrase| sealing.encryption(passphrase))
            .transpose()?;
        Ok((facts, reuse::extras(report, &self.contents)))
    }

    fn remake(
        &self,
        objects: &[SyncObject<'static>],
        roots: &[ObjectKey],
        passphrase: Option<Passphrase>,
        sealing: &Sealing,
    ) -> Result<Self, Error> {
        let (facts, extras) = self.draft(self.report(), roots, passphrase, sealing)?;
        self.written(&facts, &extras, objects, sealing)
    }

    /// Writes a document and reads it back.
    fn written(
        &self,
        facts: &ExportFacts,
        extras: &Extras,
        objects: &[SyncObject<'static>],
        sealing: &Sealing,
    ) -> Result<Self, Error> {
        let mut bytes = Vec::new();
        match &sealing.key {
            Some(key) => {
                let size = KeySize::from_bits(key.public_key().facts().bits)
                    .ok_or_else(|| Error::new("key", "no signing rule accepts a key of this size"))?;
                seal_to(&mut bytes, facts, extras, objects, key, size.default_rule())?;
            }
            None => unsigned_to(&mut bytes, facts, extras, objects)?,
        }
        let mut options = self.options.clone();
        if let Some((passphrase, _)) = &facts.encryption {
            options.examine.passphrases = vec![passphrase.clone()];
        }
        Self::read_with(bytes, &options)
    }
}
