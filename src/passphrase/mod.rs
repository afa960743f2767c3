//! The passphrase envelope: how this toolkit encrypts a document's object records.
//!
//! The vendor names the cipher, password-based triple DES with SHA-1 (`PBEWithSHA1AndDESede`, the key derivation of
//! PKCS#12), but neither salt, iteration count nor framing. Those are this project's own, so it can't open documents that
//! an engine encrypted: they declare no scheme that [`EncryptionParams::parse`] recognises.
//!
//! ```text
//! header   field 3: {1 salt, 8 bytes · 2 iterations · 3 "pbe-sha1-3des-cbc-v1"}, in clear
//! sealed   the framed object records, CBC with PKCS#7 padding
//! trailer  in clear; the signature covers the bytes as stored
//! ```
//!
//! The encryption doesn't protect against alteration. Invariants: decrypted bytes are returned only if they are object
//! records of this export, because padding alone accepts a wrong passphrase once in 256; and no passphrase or header
//! causes more than about a second of work.

mod kdf;
mod params;

use std::fmt;

use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use des::TdesEde3;

use crate::blob::{BlobLimits, Record, RecordReader};
use kdf::Purpose;
pub use params::{DEFAULT_ITERATIONS, EncryptionParams, MAX_ITERATIONS, ParamsError, SALT_BYTES, SCHEME};

/// Longer passphrases are refused at once.
pub const MAX_PASSPHRASE_CHARS: usize = 1024;

/// Block size of triple DES.
const BLOCK_BYTES: usize = 8;

/// Why a text isn't a passphrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PassphraseError {
    /// No characters.
    #[error("passphrase is empty")]
    Empty,
    /// More than [`MAX_PASSPHRASE_CHARS`].
    #[error("passphrase is longer than {MAX_PASSPHRASE_CHARS} characters")]
    TooLong,
}

/// A passphrase within bounds. Never printed, not even by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Passphrase(String);

impl Passphrase {
    /// Makes a passphrase of a text.
    ///
    /// # Errors
    /// An empty text, or one of more than [`MAX_PASSPHRASE_CHARS`].
    pub fn new(text: impl Into<String>) -> Result<Self, PassphraseError> {
        let text = text.into();
        if text.is_empty() {
            return Err(PassphraseError::Empty);
        }
        if text.chars().nth(MAX_PASSPHRASE_CHARS).is_some() {
            return Err(PassphraseError::TooLong);
        }
        Ok(Self(text))
    }

    /// Two bytes a UTF-16 unit, most significant first, and a closing zero unit: PKCS#12's form of a password.
    /// Characters beyond the BMP go in as surrogate pairs, as in OpenSSL.
    fn to_bmp_string(&self) -> Vec<u8> {
        self.0
            .encode_utf16()
            .chain([0])
            .flat_map(u16::to_be_bytes)
            .collect()
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(…)")
    }
}

/// Why a ciphertext can't be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecryptError {
    /// Empty or truncated: no passphrase opens it.
    #[error("ciphertext of {0} bytes isn't a number of whole blocks")]
    NotWholeBlocks(usize),
    /// The result isn't this export's object records. A changed ciphertext looks the same.
    #[error("wrong passphrase, or the encrypted records were changed")]
    WrongPassphrase,
}

/// Encrypts framed object records.
pub fn encrypt(records: &[u8], passphrase: &Passphrase, params: &EncryptionParams) -> Vec<u8> {
    let (key, iv) = key_and_iv(passphrase, params);
    cbc::Encryptor::<TdesEde3>::new(&key.into(), &iv.into()).encrypt_padded_vec::<Pkcs7>(records)
}

/// Decrypts to framed object records, each of which carries `export_id`.
///
/// # Errors
/// A truncated ciphertext, or one that this passphrase doesn't decrypt to such records.
pub fn decrypt(
    ciphertext: &[u8],
    passphrase: &Passphrase,
    params: &EncryptionParams,
    export_id: &str,
) -> Result<Vec<u8>, DecryptError> {
    if ciphertext.is_empty() || !ciphertext.len().is_multiple_of(BLOCK_BYTES) {
        return Err(DecryptError::NotWholeBlocks(ciphertext.len()));
    }
    let (key, iv) = key_and_iv(passphrase, params);
    let records = cbc::Decryptor::<TdesEde3>::new(&key.into(), &iv.into())
        .decrypt_padded_vec::<Pkcs7>(ciphertext)
        .map_err(|_| DecryptError::WrongPassphrase)?;
    if are_object_records(&records, export_id) {
        Ok(records)
    } else {
        Err(DecryptError::WrongPassphrase)
    }
}

fn key_and_iv(passphrase: &Passphrase, params: &EncryptionParams) -> ([u8; 24], [u8; BLOCK_BYTES]) {
    let password = passphrase.to_bmp_string();
    (
        kdf::derive(&password, params, Purpose::Key),
        kdf::derive(&password, params, Purpose::Iv),
    )
}

fn are_object_records(bytes: &[u8], export_id: &str) -> bool {
    let mut reader = RecordReader::new(bytes, BlobLimits::default());
    loop {
        match reader.next_record() {
            Ok(None) => return true,
            Ok(Some(raw)) => match Record::parse(raw.message) {
                Ok(Record::Object(object)) if object.export_id.as_deref() == Some(export_id) => {}
                _ => return false,
            },
            Err(_) => return false,
        }
    }
}

#[cfg(test)]
mod tests;
