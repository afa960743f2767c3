//! New documents.

use exportdoc::merging::{Prefer, Renumber, Resolutions};
use exportdoc::{
    Dependencies, Document, KeySize, MergeChoices, ReadOptions, RedactOptions, Sealing, SigningKey,
};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::failure::Failure;
use crate::given::{Given, passphrase as read_passphrase, passphrases as read_passphrases};
use crate::render::json;
use crate::reports::{match_by, time};
use crate::value::to_python;

/// Private keys are far smaller.
const KEY_BYTES: u64 = 64 * 1024;

/// What every call takes that makes a document.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Making<'py> {
    max_size: Option<u64>,
    passphrases: Vec<String>,
    allow_invalid: bool,
    key: Option<Bound<'py, PyAny>>,
    unsigned: bool,
    now: i128,
}

/// The same, without references to Python.
struct Ready {
    options: ReadOptions,
    key: Option<Given>,
    unsigned: bool,
    now: i128,
}

impl Making<'_> {
    fn ready(&self) -> PyResult<Ready> {
        let mut options = ReadOptions::new();
        for passphrase in read_passphrases(&self.passphrases)? {
            options = options.passphrase(passphrase);
        }
        if self.allow_invalid {
            options = options.allow_invalid();
        }
        let key = self.key.as_ref();
        let key = key.map(|key| Given::new(key, None, None)).transpose()?;
        Ok(Ready {
            options,
            key,
            unsigned: self.unsigned,
            now: self.now,
        })
    }
}

impl Ready {
    fn document(&self, given: &Given) -> Result<Document, Failure> {
        Document::read_with(given.read()?, &self.options)
            .map_err(|error| Failure::from(error).about(&given.label))
    }

    fn sealing(&self) -> Result<Sealing, Failure> {
        let (mut random, now) = ([0; 32], time(self.now)?);
        getrandom::fill(&mut random)
            .map_err(|error| Failure::new("key", format!("the system's random generator failed: {error}")))?;
        let key = match &self.key {
            _ if self.unsigned => return Ok(Sealing::unsigned(random, now)),
            Some(given) => {
                let bytes = zeroize::Zeroizing::new(given.read_raw(KEY_BYTES)?);
                SigningKey::from_pkcs8(&bytes).map_err(|error| {
                    Failure::new("key", &error)
                        .hinted(error.help())
                        .about(&given.label)
                })?
            }
            None => generate(KeySize::Dsa2048)?,
        };
        Ok(Sealing::new(key, random, now))
    }
}

fn generate(size: KeySize) -> Result<SigningKey, Failure> {
    SigningKey::generate(size).map_err(|error| Failure::new("key", error))
}

/// Makes one document of another.
fn remake<'py>(
    document: &Bound<'py, PyAny>,
    making: &Making<'py>,
    make: impl FnOnce(&Document, &Sealing) -> Result<Document, Failure> + Send,
) -> PyResult<Bound<'py, PyBytes>> {
    let py = document.py();
    let (given, ready) = (Given::new(document, None, making.max_size)?, making.ready()?);
    let made = py.detach(|| {
        let (document, sealing) = (ready.document(&given)?, ready.sealing()?);
        make(&document, &sealing).map(|made| made.to_bytes())
    })?;
    Ok(PyBytes::new(py, &made))
}

/// Seals a document again.
#[pyfunction]
pub(crate) fn seal<'py>(document: &Bound<'py, PyAny>, making: Making<'py>) -> PyResult<Bound<'py, PyBytes>> {
    remake(document, &making, |document, sealing| Ok(document.seal(sealing)?))
}

/// Takes objects out of a document.
#[pyfunction]
pub(crate) fn extract<'py>(
    document: &Bound<'py, PyAny>,
    making: Making<'py>,
    objects: Vec<String>,
    references: bool,
) -> PyResult<Bound<'py, PyBytes>> {
    let dependencies = if references {
        Dependencies::References
    } else {
        Dependencies::Closure
    };
    let wanted: Vec<&str> = objects.iter().map(String::as_str).collect();
    remake(document, &making, |document, sealing| {
        Ok(document.extract(&wanted, dependencies, sealing)?)
    })
}

/// Makes a copy without secrets; returns how many values of each kind were replaced, too.
#[pyfunction]
pub(crate) fn redact<'py>(
    document: &Bound<'py, PyAny>,
    making: Making<'py>,
    keep_unknown: bool,
) -> PyResult<Bound<'py, PyBytes>> {
    let mut options = RedactOptions::default();
    options.keep_unknown = keep_unknown;
    remake(document, &making, |document, sealing| {
        Ok(document.redact(options, sealing)?.0)
    })
}

/// Encrypts the objects.
#[pyfunction]
pub(crate) fn encrypt<'py>(
    document: &Bound<'py, PyAny>,
    making: Making<'py>,
    passphrase: String,
) -> PyResult<Bound<'py, PyBytes>> {
    let passphrase = read_passphrase(&passphrase)?;
    remake(document, &making, |document, sealing| {
        Ok(document.encrypt(passphrase, sealing)?)
    })
}

/// Decrypts the objects.
#[pyfunction]
pub(crate) fn decrypt<'py>(
    document: &Bound<'py, PyAny>,
    making: Making<'py>,
) -> PyResult<Bound<'py, PyBytes>> {
    remake(document, &making, |document, sealing| {
        Ok(document.decrypt(sealing)?)
    })
}

/// Merges documents; returns the output of `exportdoc merge --format json`, and the document if nothing conflicts.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "each is an option of the command")]
pub(crate) fn merge<'py>(
    py: Python<'py>,
    documents: Vec<Bound<'py, PyAny>>,
    base: Option<Bound<'py, PyAny>>,
    making: Making<'py>,
    by_name: bool,
    renumber: &str,
    prefer: Option<&str>,
    resolve: Option<Vec<u8>>,
) -> PyResult<(Bound<'py, PyAny>, Option<Bound<'py, PyBytes>>)> {
    let given = |document: &Bound<'py, PyAny>| Given::new(document, None, making.max_size);
    let sides: Vec<Given> = documents.iter().map(given).collect::<PyResult<_>>()?;
    let (base, ready) = (base.as_ref().map(given).transpose()?, making.ready()?);
    let choices = choices(by_name, renumber, prefer, resolve.as_deref())?;
    let (value, made) = py.detach(|| {
        let read = |given: &Given| Ok::<_, Failure>((given.label.clone(), ready.document(given)?));
        let sides: Vec<(String, Document)> = sides.iter().map(read).collect::<Result<_, _>>()?;
        let base = base.as_ref().map(read).transpose()?;
        if base.is_some() && sides.len() != 2 {
            return Err(Failure::usage("a merge with a base takes two documents"));
        }
        let labelled: Vec<(&str, &Document)> =
            sides.iter().map(|(label, side)| (label.as_str(), side)).collect();
        let base = base.as_ref().map(|(label, base)| (label.as_str(), base));
        let (outcome, made) = Document::merge(&labelled, base, &choices, &ready.sealing()?)?;
        Ok((json::merge::document(&outcome), made.map(|made| made.to_bytes())))
    })?;
    Ok((to_python(py, &value)?, made.map(|made| PyBytes::new(py, &made))))
}

fn choices(
    by_name: bool,
    renumber: &str,
    prefer: Option<&str>,
    resolve: Option<&[u8]>,
) -> Result<MergeChoices, Failure> {
    let renumber = match renumber {
        "names-differ" => Renumber::NamesDiffer,
        "always" => Renumber::Always,
        "never" => Renumber::Never,
        _ => return Err(Failure::usage("renumber is 'names-differ', 'always' or 'never'")),
    };
    let mut choices = MergeChoices::new().match_by(match_by(by_name)).renumber(renumber);
    match prefer {
        None => {}
        Some("ours") => choices = choices.prefer(Prefer::Ours),
        Some("theirs") => choices = choices.prefer(Prefer::Theirs),
        Some("newest") => choices = choices.prefer(Prefer::Newest),
        Some(_) => return Err(Failure::usage("prefer is 'ours', 'theirs' or 'newest'")),
    }
    if let Some(list) = resolve {
        let list = Resolutions::parse(list).map_err(|error| Failure::usage(format!("resolve: {error}")))?;
        choices = choices.resolve(list);
    }
    Ok(choices)
}

/// Makes a private key (PKCS#8, PEM).
#[pyfunction]
pub(crate) fn new_key(py: Python<'_>, bits: u32) -> PyResult<Bound<'_, PyBytes>> {
    let size = KeySize::from_bits(bits as _).ok_or_else(|| Failure::usage("bits is 512, 1024 or 2048"))?;
    let key = py.detach(|| generate(size))?;
    Ok(PyBytes::new(py, key.to_pkcs8_pem().as_bytes()))
}
