//! Documents that read without errors, as engines, later engines, or other tools may write them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use exportdoc::internal::blob::{Header, SealedRecord, Trailer, frame};
use exportdoc::internal::build::{ExportFacts, in_record_order, seal};
use exportdoc::internal::date::{from_epoch_millis, iso_millis};
use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::object::draft::{AlgorithmInfo, user_algorithm as user_algorithm_draft};
use exportdoc::internal::object::{ObjectKey, Revision, SyncObject, TYPE_URL_PREFIX};
use exportdoc::internal::passphrase::{EncryptionParams, Passphrase};
use exportdoc::internal::reuse::requested_row;
use exportdoc::internal::sample::{self, SampleSize, environments, global_objects, references_to};
use exportdoc::internal::signature::{HashAlgorithm, KeySize, SigningKey, SigningRule};
use exportdoc::internal::wire::Writer;

use crate::parts::{Parts, framed};
use crate::{Named, Result};

/// 2019-05-07T19:16:46.159Z: when every export here began.
pub(crate) const STARTED: i64 = 1_557_256_606_159;
/// How long every export here took.
const TOOK: i64 = 3_000;
/// A type number that no table knows, and the name that only the metadata tells.
const LATER_TYPE: (u64, &str) = (77, "MASKING_POLICY");

/// Opens `encrypted.json`.
const PASSPHRASE: &str = "made up for the test data";

/// Names that try to become markup, statements, links or controls.
pub(crate) const HOSTILE_NAMES: [&str; 6] = [
    "</text></script><script>document.title = 'ran'</script>",
    "\"]; click n0 \"https://example.com\" --> x[\"",
    "\\\" ]; URL=\"javascript:document.title='ran'\" \n } digraph {",
    "<img src=x onerror=\"document.title='ran'\">&lt;",
    "]]><a href='https://example.com'>\u{202e}\u{7}#quot;`",
    "| [link](https://example.com) @everyone #1 <details open> |",
];

/// All that a document is made of. Keys and ids derive from its name.
pub(crate) struct Recipe {
    pub(crate) facts: ExportFacts,
    pub(crate) objects: Vec<SyncObject<'static>>,
    pub(crate) key: SigningKey,
    pub(crate) rule: &'static SigningRule,
}

impl Recipe {
    /// The closure of `root` among `objects`, to be sealed with a key of its own.
    pub(crate) fn new(
        name: &str,
        root: &ObjectKey,
        objects: Vec<SyncObject<'static>>,
        size: KeySize,
    ) -> Result<Self> {
        Self::of_roots(name, std::slice::from_ref(root), objects, size)
    }

    /// The same for several roots.
    pub(crate) fn of_roots(
        name: &str,
        roots: &[ObjectKey],
        objects: Vec<SyncObject<'static>>,
        size: KeySize,
    ) -> Result<Self> {
        let requested = roots
            .iter()
            .map(|root| requested_row(root, &BTreeMap::new()))
            .collect::<std::result::Result<_, _>>()?;
        Ok(Self {
            facts: ExportFacts {
                host: "engine.example.com:8282".to_owned(),
                export_id: sample::uuid(&format!("export {name}")),
                started: from_epoch_millis(STARTED)?,
                finished: from_epoch_millis(STARTED + TOOK)?,
                format: 1,
                requested,
                type_names: BTreeMap::new(),
                encryption: None,
                declare_rule: true,
            },
            objects: in_record_order(objects, roots)?,
            key: SigningKey::from_seed(size, name.as_bytes())?,
            rule: size.default_rule(),
        })
    }

    /// The small masking job that damaged and tampered documents are made from: nine objects without secrets.
    pub(crate) fn small(name: &str) -> Result<Self> {
        Self::new(name, &job(20, 7), SMALL_JOB.clone(), KeySize::Dsa512)
    }

    /// The sealed document.
    pub(crate) fn document(&self) -> Result<Vec<u8>> {
        Ok(seal(&self.facts, &self.objects, &self.key, self.rule)?)
    }

    /// The sealed document, taken apart.
    pub(crate) fn parts(&self) -> Result<Parts> {
        Parts::of(&self.document()?)
    }

    /// The sealed document with header and objects changed before it was signed.
    pub(crate) fn resealed(&self, change: impl FnOnce(&mut Vec<Vec<u8>>)) -> Result<Parts> {
        self.parts()?
            .reseal(&self.key, self.rule, &self.facts.export_id, change)
    }

    /// The header as it is sealed.
    pub(crate) fn header(&self) -> Header {
        Header {
            export_id: self.facts.export_id.clone(),
            started: iso_millis(self.facts.started),
            encryption: None,
            object_count: self.objects.len() as u64,
            format: Some(self.facts.format),
            rule: self.facts.declare_rule.then(|| self.rule.name.to_owned()),
            marker: None,
            unknown_fields: Vec::new(),
        }
    }
}

/// The key of a job.
pub(crate) fn job(type_number: u64, id: i64) -> ObjectKey {
    ObjectKey::new(type_number, Identifier::Integer(id))
}

/// Everything that the made-up engine has, references included.
fn inventory(size: SampleSize) -> Result<Vec<SyncObject<'static>>> {
    let mut objects = global_objects(size)?;
    for environment in environments()? {
        objects.extend(environment.objects);
    }
    let references = references_to(&objects);
    objects.extend(references);
    Ok(objects)
}

static SMALL_INVENTORY: LazyLock<Vec<SyncObject<'static>>> =
    LazyLock::new(|| inventory(SampleSize::SMALL).expect("the sample objects can be made"));

/// The nine objects of the small masking job.
static SMALL_JOB: LazyLock<Vec<SyncObject<'static>>> = LazyLock::new(|| {
    let root = job(20, 7);
    in_record_order(SMALL_INVENTORY.clone(), &[root]).expect("the job is in the inventory")
});

pub(crate) fn documents() -> Result<Named> {
    let masking_job = |name, size| Recipe::new(name, &job(20, 4), SMALL_INVENTORY.clone(), size);
    let global = |name, size| -> Result<Vec<u8>> {
        let root = ObjectKey::new(13, Identifier::Text("global".to_owned()));
        let mut recipe = Recipe::new(name, &root, inventory(size)?, KeySize::Dsa512)?;
        recipe.facts.format = 2;
        recipe.document()
    };
    let other_job = |name, key| -> Result<Vec<u8>> {
        Recipe::new(name, &key, SMALL_INVENTORY.clone(), KeySize::Dsa512)?.document()
    };
    let undeclared = || -> Result<Vec<u8>> {
        let mut recipe = Recipe::small("undeclared")?;
        recipe.facts.declare_rule = false;
        recipe.document()
    };
    Ok(vec![
        (
            "masking-job",
            masking_job("masking-job", KeySize::Dsa512)?.document()?,
        ),
        (
            "masking-job-1024",
            masking_job("masking-job-1024", KeySize::Dsa1024)?.document()?,
        ),
        (
            "masking-job-2048",
            masking_job("masking-job-2048", KeySize::Dsa2048)?.document()?,
        ),
        ("global", global("global", SampleSize::WITH_LARGE_LOOKUP)?),
        ("global-small", global("global-small", SampleSize::SMALL)?),
        ("on-the-fly-job", other_job("on-the-fly-job", job(20, 5))?),
        ("profile-job", other_job("profile-job", job(9_001, 6))?),
        ("user-algorithm", user_algorithm()?),
        ("undeclared", undeclared()?),
        (
            "engine-like",
            engine_like(masking_job("engine-like", KeySize::Dsa512)?)?,
        ),
        ("unknown-rule", unknown_rule()?),
        ("future", future()?),
        ("hostile", hostile()?),
        ("encrypted", encrypted()?),
        ("encrypted-unknown", encrypted_unknown()?),
    ])
}

/// One algorithm of a plugin's framework, as engines of 2023 export it.
fn user_algorithm() -> Result<Vec<u8>> {
    let info = AlgorithmInfo {
        name: "dlpx-core:Room Names",
        description: "Names of rooms",
        date: "2023-07-04",
    };
    let configuration =
        r#"{"lookupFile":{"uri":"jar://dlpx-core/rooms.txt"},"hashMethod":"SHA256","caseSensitive":false}"#;
    let draft = user_algorithm_draft(info, [7; 16], STARTED, ("dlpx-core", "Name"), configuration);
    let key = draft.key.clone();
    let object = draft.finish(sample::revision_pair("user algorithm", 1), STARTED, STARTED)?;
    let mut recipe = Recipe::new("user-algorithm", &key, vec![object], KeySize::Dsa1024)?;
    recipe.facts.format = 6;
    recipe.document()
}

/// Declares no rule, and signs the records without their length prefixes: an unknown signing rule.
pub(crate) fn engine_like(mut recipe: Recipe) -> Result<Vec<u8>> {
    recipe.facts.declare_rule = false;
    let mut parts = recipe.parts()?;
    let mut messages = parts.messages()?;
    messages.pop();
    let hash = HashAlgorithm::Sha1.digest(&messages.concat());
    let signature = recipe.key.sign_prehash_with(&hash, HashAlgorithm::Sha1)?.to_der();
    let trailer = frame(&Trailer::encode(&recipe.facts.export_id, &signature))?;
    parts.blob = [framed(&messages)?, trailer].concat();
    parts.signature = signature;
    parts.to_json()
}

/// Encrypted with [`PASSPHRASE`].
fn encrypted() -> Result<Vec<u8>> {
    let mut recipe = Recipe::small("encrypted")?;
    let params = EncryptionParams::new(*b"8 bytes!", 1_000)?;
    recipe.facts.encryption = Some((Passphrase::new(PASSPHRASE)?, params));
    recipe.document()
}

/// Declares an unknown encryption scheme.
fn encrypted_unknown() -> Result<Vec<u8>> {
    let recipe = Recipe::small("encrypted-unknown")?;
    let mut header = recipe.header();
    header.encryption = Some(Writer::new().text(9, "another scheme").finish());
    // Not encrypted by anything, just bytes that could be.
    let ciphertext: Vec<u8> = (0..64)
        .flat_map(|n| sample::key_bytes(&format!("ciphertext {n}")))
        .collect();
    let sealed = SealedRecord::encode(&recipe.facts.export_id, &ciphertext);
    recipe
        .resealed(|messages| *messages = vec![header.encode(), sealed])?
        .to_json()
}

fn unknown_rule() -> Result<Vec<u8>> {
    let recipe = Recipe::small("unknown-rule")?;
    let mut header = recipe.header();
    header.rule = Some("records-v99".to_owned());
    recipe
        .resealed(|messages| messages[0] = header.encode())?
        .to_json()
}

/// A varint in three bytes where one would do.
fn padded(value: u8) -> [u8; 3] {
    [value | 0x80, 0x80, 0x00]
}

/// References to domains with hostile names, each needing the next.
fn hostile() -> Result<Vec<u8>> {
    let key = |name: &str| ObjectKey::new(19, Identifier::Text(name.to_owned()));
    let mut objects = Vec::new();
    for (at, name) in HOSTILE_NAMES.iter().enumerate() {
        let needs: Vec<ObjectKey> = HOSTILE_NAMES
            .get(at + 1)
            .map(|next| key(next))
            .into_iter()
            .collect();
        objects.push(SyncObject::build(
            &key(name),
            &needs,
            &Revision::default(),
            "EmptyData",
            &[],
        )?);
    }
    Recipe::new("hostile", &key(HOSTILE_NAMES[0]), objects, KeySize::Dsa512)?.document()
}

/// What a later engine may write: types, messages and fields that nothing here knows, in forms that protobuf allows.
fn future() -> Result<Vec<u8>> {
    let mut recipe = Recipe::small("future")?;
    let (number, name) = LATER_TYPE;
    recipe.facts.type_names.insert(number, name.to_owned());
    recipe.facts.format = 3;

    let policies = [later_object(1, &[job(number, 2)])?, later_object(2, &[])?];
    let (first, rest) = recipe.objects.split_first().ok_or("no objects")?;
    let mut objects = vec![with_unknown_fields(first, &job(number, 1))?];
    objects.extend_from_slice(rest);
    objects.extend(policies);
    recipe.objects = in_record_order(objects, &[job(20, 7)])?;

    let header = Writer::new()
        .text(1, &recipe.facts.export_id)
        .text(2, &iso_millis(recipe.facts.started))
        .raw(&[&[4 << 3][..], &padded(u8::try_from(recipe.objects.len())?)].concat())
        .varint(5, recipe.facts.format)
        .text(6, "eu-west")
        .text(15, recipe.rule.name)
        .varint(30, 1)
        .finish();
    recipe
        .resealed(|messages| {
            messages[0] = header;
            // Not the last field that an object record has, and not the last object either.
            let extended = Writer::new().raw(&messages[2]).text(9, "shard 3").finish();
            messages[2] = extended;
        })?
        .to_json()
}

/// Adds an unknown field to each part of an object, and a dependency.
fn with_unknown_fields(object: &SyncObject<'_>, dependency: &ObjectKey) -> Result<SyncObject<'static>> {
    let mut writer = Writer::new();
    writer.message(1, |w| object.key().write(w));
    for needed in object.dependencies().iter().chain([dependency]) {
        writer.message(2, |w| needed.write(w));
    }
    writer.message(3, |w| {
        object.revision().write(w);
        w.text(4, "branch main");
    });
    let data = Writer::new()
        .raw(object.data_bytes())
        .wrapped_text(40, "later")
        .finish();
    writer.message(4, |w| {
        w.text(1, &format!("{TYPE_URL_PREFIX}{}", object.data_type()))
            .bytes(2, &data);
    });
    Ok(SyncObject::from_bytes(writer.varint(7, 1).finish())?)
}

/// An object of the later type, with a padded type number, unordered fields, and an unknown data message.
fn later_object(id: i64, dependencies: &[ObjectKey]) -> Result<SyncObject<'static>> {
    let key = job(LATER_TYPE.0, id);
    let revision = Revision {
        pair: sample::revision_pair(&format!("policy {id}"), 1),
        json: Revision::json_text(LATER_TYPE.1, &key),
        created: Some(sample::INSTALLED),
        modified: Some(sample::INSTALLED + 4),
    };
    let data = Writer::new()
        .text(1, "keep two years")
        .message(2, |w| {
            w.varint(1, 730).raw(&[0x15, 1, 2, 3, 4]);
        })
        .raw(&[&[3 << 3][..], &padded(1)].concat())
        .finish();
    let mut writer = Writer::new();
    writer.message(4, |w| {
        w.text(1, &format!("{TYPE_URL_PREFIX}MaskingPolicyData"))
            .bytes(2, &data);
    });
    writer.message(3, |w| revision.write(w));
    for dependency in dependencies {
        writer.message(2, |w| dependency.write(w));
    }
    writer.message(1, |w| {
        w.raw(&[&[1 << 3][..], &padded(LATER_TYPE.0 as u8)].concat())
            .message(2, |any| {
                any.text(1, &key.type_url()).bytes(2, &[1 << 3, id as u8]);
            });
    });
    Ok(SyncObject::from_bytes(writer.finish())?)
}
