//! What callers choose.

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use uuid::Builder;

use crate::diff::MatchBy;
use crate::merge::{DerivedSave, MergeOptions, Prefer, Renumber, Resolutions};
use crate::passphrase::{DEFAULT_ITERATIONS, EncryptionParams, Passphrase, SALT_BYTES};
use crate::report::ExamineOptions;
use crate::signature::{Fingerprint, SigningKey};

use super::Error;

/// How a document is read.
///
/// ```
/// use exportdoc::{Document, Passphrase, ReadOptions};
///
/// # use exportdoc::{KeySize, Sealing, SigningKey, Timestamp};
/// # let clear = include_bytes!("../../testdata/handmade/masking-job.json");
/// # let sealing = Sealing::new(SigningKey::from_seed(KeySize::Dsa1024, b"a")?, [7; 32], Timestamp::UNIX_EPOCH);
/// # let encrypted = Document::read(clear)?.encrypt(Passphrase::new("made up for the example")?, &sealing)?;
/// # let bytes = encrypted.to_bytes();
/// let passphrase = Passphrase::new("made up for the example")?;
/// let options = ReadOptions::new().passphrase(passphrase).max_records(10_000);
/// let document = Document::read_with(bytes, &options)?;
/// assert!(!document.report().objects.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct ReadOptions {
    pub(super) examine: ExamineOptions,
    pub(super) allow_invalid: bool,
}

impl ReadOptions {
    /// The defaults: no passphrase, no trusted keys, a million records of at most 4 GiB each.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a passphrase. All are tried, in the order in which they were added.
    #[must_use]
    pub fn passphrase(mut self, passphrase: Passphrase) -> Self {
        self.examine.passphrases.push(passphrase);
        self
    }

    /// Adds a trusted key. Without one, the report does not judge trust.
    #[must_use]
    pub fn trust(mut self, key: Fingerprint) -> Self {
        self.examine.trusted_keys.push(key);
        self
    }

    /// Sets the only signing rule to try, by name. The default tries the declared rule, or else all rules.
    #[must_use]
    pub fn signing_rule(mut self, name: impl Into<String>) -> Self {
        self.examine.rule = Some(name.into());
        self
    }

    /// Keeps secret values in the report, each cut to this many bytes.
    #[must_use]
    pub fn show_secrets(mut self, bytes: usize) -> Self {
        self.examine.secret_bytes = Some(bytes);
        self
    }

    /// Sets how many records a blob may have. What exceeds a limit is the finding `limit-hit`.
    #[must_use]
    pub fn max_records(mut self, records: u64) -> Self {
        self.examine.limits.records = records;
        self
    }

    /// Sets how many bytes one record may have.
    #[must_use]
    pub fn max_record_bytes(mut self, bytes: u64) -> Self {
        self.examine.limits.record_bytes = bytes;
        self
    }

    /// Lets new documents be made from one whose signature is invalid or which has findings that are errors.
    #[must_use]
    pub fn allow_invalid(mut self) -> Self {
        self.allow_invalid = true;
        self
    }
}

/// What makes a new document unique: the signing key, random bytes, and the time.
///
/// The export id, the salt of an encryption and the UUIDs of derived objects come from the random bytes. Take new ones for
/// every document.
///
/// ```
/// use exportdoc::{KeySize, Sealing, SigningKey, Timestamp};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let key = SigningKey::generate(KeySize::Dsa2048)?;
/// let random = [7; 32]; // from a random generator, in a real program
/// let now: Timestamp = "2024-05-01T12:00:00Z".parse()?;
/// let sealing = Sealing::new(key, random, now);
/// # let _ = sealing;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Sealing {
    pub(super) key: Option<SigningKey>,
    pub(super) now: Timestamp,
    random: [u8; 32],
}

impl Sealing {
    /// Seals with a key.
    pub fn new(key: SigningKey, random: [u8; 32], now: Timestamp) -> Self {
        Self {
            key: Some(key),
            now,
            random,
        }
    }

    /// Leaves the document unsigned, to be sealed later.
    pub fn unsigned(random: [u8; 32], now: Timestamp) -> Self {
        let key = None;
        Self { key, now, random }
    }

    pub(super) fn export_id(&self) -> String {
        self.uuid("export id")
    }

    pub(super) fn derived_save(&self) -> DerivedSave {
        DerivedSave {
            save: self.uuid("derived save"),
            modified: self.now.as_millisecond(),
        }
    }

    pub(super) fn encryption(&self, passphrase: Passphrase) -> Result<(Passphrase, EncryptionParams), Error> {
        let salt = self.derive::<SALT_BYTES>("salt");
        let params = EncryptionParams::new(salt, DEFAULT_ITERATIONS);
        params
            .map(|params| (passphrase, params))
            .map_err(|error| Error::caused("build", error))
    }

    fn uuid(&self, purpose: &str) -> String {
        let random = self.derive(purpose);
        Builder::from_random_bytes(random).into_uuid().to_string()
    }

    /// Bytes for one purpose, unrelated to those for another.
    fn derive<const N: usize>(&self, purpose: &str) -> [u8; N] {
        let hash = Sha256::new()
            .chain_update(purpose)
            .chain_update(self.random)
            .finalize();
        std::array::from_fn(|at| hash[at % hash.len()])
    }
}

/// How documents are merged. The default matches by identifier and leaves conflicts open.
#[derive(Debug, Clone, Default)]
pub struct MergeChoices {
    match_by: MatchBy,
    renumber: Renumber,
    prefer: Option<Prefer>,
    resolutions: Resolutions,
}

impl MergeChoices {
    /// The default choices.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets how objects are matched.
    #[must_use]
    pub fn match_by(mut self, match_by: MatchBy) -> Self {
        self.match_by = match_by;
        self
    }

    /// Sets when objects that share a type and a number count as different objects.
    #[must_use]
    pub fn renumber(mut self, renumber: Renumber) -> Self {
        self.renumber = renumber;
        self
    }

    /// Settles all conflicts in favour of one document.
    #[must_use]
    pub fn prefer(mut self, prefer: Prefer) -> Self {
        self.prefer = Some(prefer);
        self
    }

    /// Settles conflicts object by object.
    #[must_use]
    pub fn resolve(mut self, resolutions: Resolutions) -> Self {
        self.resolutions = resolutions;
        self
    }

    pub(super) fn options(&self, allow_invalid: bool, derived: DerivedSave) -> MergeOptions {
        MergeOptions {
            match_by: self.match_by,
            renumber: self.renumber,
            prefer: self.prefer,
            resolutions: self.resolutions.clone(),
            allow_invalid,
            derived,
        }
    }
}
