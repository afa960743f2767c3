//! The fingerprint of a public key.

use std::fmt;
use std::str::FromStr;

/// The SHA-256 of a public key in its DER form, written as `sha256:` and 64 hexadecimal digits.
///
/// ```
/// use exportdoc::Fingerprint;
///
/// let fingerprint: Fingerprint = format!("SHA256:{}", "0A".repeat(32)).parse()?;
/// assert_eq!(fingerprint.to_string(), format!("sha256:{}", "0a".repeat(32)));
/// # Ok::<(), exportdoc::FingerprintError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint([u8; 32]);

/// A text that is no fingerprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a fingerprint is sha256: and 64 hexadecimal digits")]
pub struct FingerprintError;

impl Fingerprint {
    /// The fingerprint with these 32 bytes.
    pub const fn new(sha256: [u8; 32]) -> Self {
        Self(sha256)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    #[doc(hidden)]
    /// Whether a text is meant as a fingerprint: it begins with `sha256:`, in any case.
    pub fn is_meant_by(text: &str) -> bool {
        digits(text).is_some()
    }
}

/// The text after `sha256:`.
fn digits(text: &str) -> Option<&str> {
    let (prefix, digits) = text.split_once(':')?;
    prefix.eq_ignore_ascii_case("sha256").then_some(digits)
}

/// Reads `sha256:` in any case and 64 hexadecimal digits, with or without colons between them.
impl FromStr for Fingerprint {
    type Err = FingerprintError;

    fn from_str(text: &str) -> Result<Self, FingerprintError> {
        let digits: String = digits(text)
            .ok_or(FingerprintError)?
            .chars()
            .filter(|c| *c != ':')
            .collect();
        let bytes = hex::decode(digits).map_err(|_| FingerprintError)?;
        bytes.try_into().map(Self).map_err(|_| FingerprintError)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{}", hex::encode(self.0))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
