//! Options that choose the key to seal with.

use std::path::{Path, PathBuf};

use exportdoc::internal::signature::{KeySize, SigningKey};

use crate::cli::error::{CliError, refused, user_error};
use crate::cli::io::input::Input;
use crate::cli::io::output::{self, Output};
use crate::cli::io::reading::ReadError;

/// Private keys are far smaller.
const KEY_BYTES: u64 = 64 * 1024;

/// The key to seal with.
#[derive(Debug, clap::Args)]
pub(crate) struct KeyArgs {
    /// Seal with this private key (PKCS#8, unencrypted)
    #[arg(long, value_name = "FILE", conflicts_with_all = ["new_key", "dsa_bits"])]
    key: Option<PathBuf>,
    /// Make a key, write it to this new file and seal with it
    #[arg(long, value_name = "FILE")]
    new_key: Option<PathBuf>,
    #[command(flatten)]
    size: KeySizeArg,
}

/// The size of a new key.
#[derive(Debug, clap::Args)]
pub(crate) struct KeySizeArg {
    /// Size of the new key
    #[arg(long, value_name = "BITS", default_value = "2048", value_parser = parse_bits)]
    dsa_bits: KeySize,
}

impl KeySizeArg {
    /// Makes a key.
    pub(crate) fn generate(&self) -> Result<SigningKey, CliError> {
        SigningKey::generate(self.dsa_bits).map_err(refused)
    }
}

impl KeyArgs {
    /// Reads or makes the key; without options, a key for this document only. None of the outputs may be its file.
    pub(crate) fn load(&self, outputs: &[&Output]) -> Result<Sealer, CliError> {
        if let Some(path) = &self.key {
            for output in outputs {
                output.spares([path.as_path()])?;
            }
            return Ok(Sealer {
                key: read_key(path)?,
                keep_in: None,
            });
        }
        if let Some(path) = &self.new_key {
            output::check_new(path)?;
            if outputs.iter().any(|output| output.is_same_place(path)) {
                return Err(
                    user_error("--output and --new-key name the same file").hinted("give them two names")
                );
            }
        }
        Ok(Sealer {
            key: self.size.generate()?,
            keep_in: self.new_key.clone(),
        })
    }
}

/// A key, and the file to keep it in.
pub(crate) struct Sealer {
    pub(crate) key: SigningKey,
    keep_in: Option<PathBuf>,
}

impl Sealer {
    /// Writes a new key to its file. Call it before the document is put in place, so that no document exists whose key is
    /// lost.
    pub(crate) fn keep(&self) -> Result<(), CliError> {
        match &self.keep_in {
            Some(path) => output::write_secret(path, self.key.to_pkcs8_pem().as_bytes()),
            None => Ok(()),
        }
    }

    /// `sealed under records-v2 with the key sha256:…`
    pub(crate) fn describe(&self) -> String {
        let facts = self.key.public_key().facts();
        let rule = KeySize::from_bits(facts.bits).map_or("", |size| size.default_rule().name);
        format!("sealed under {rule} with the key {}", facts.fingerprint)
    }
}

fn read_key(path: &Path) -> Result<SigningKey, CliError> {
    let about = |error: CliError| error.about(path.display());
    let bytes = Input::File(path.to_owned()).read(KEY_BYTES).map_err(|error| {
        let missing = matches!(error, ReadError::Io(_)).then(|| error.hint()).flatten();
        let hint = missing.unwrap_or_else(|| "give a private key; 'exportdoc keygen' makes one".to_owned());
        about(user_error(&error).hinted(hint))
    })?;
    let bytes = zeroize::Zeroizing::new(bytes);
    SigningKey::from_pkcs8(&bytes).map_err(|error| about(user_error(&error).hinted(error.help())))
}

fn parse_bits(text: &str) -> Result<KeySize, String> {
    let size = text.parse().ok().and_then(KeySize::from_bits);
    size.ok_or_else(|| "expected 512, 1024 or 2048".to_owned())
}
