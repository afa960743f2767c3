//! Tokens.
//!
//! Invariant: passwords and tokens are compared by SHA-256, in time independent of the first difference. Tokens are
//! stored only as hashes. Expired tokens stay for a while, since clients tell "expired" from "invalid" by the text.

use std::collections::{HashMap, VecDeque};
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex};

use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

use super::{EngineError, Settings};
use crate::engine::clock::millis;
use crate::engine::defaults;
use crate::engine::ids::Ids;
use crate::engine::locking::lock;

/// The hash of a secret. Comparisons take constant time, in maps too.
#[derive(Debug, Clone, Copy, Eq)]
pub(super) struct SecretDigest([u8; 32]);

impl PartialEq for SecretDigest {
    fn eq(&self, other: &Self) -> bool {
        self.ct_eq(other).into()
    }
}

impl Hash for SecretDigest {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl ConstantTimeEq for SecretDigest {
    fn ct_eq(&self, other: &Self) -> Choice {
        self.0.ct_eq(&other.0)
    }
}

/// The tokens in use.
#[derive(Debug, Default)]
pub struct Tokens {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    tokens: HashMap<SecretDigest, Token>,
    /// In login order. All tokens last equally long, so the front expires first.
    order: VecDeque<SecretDigest>,
}

#[derive(Debug)]
struct Token {
    expiry: i64,
    user: Arc<str>,
}

impl Tokens {
    /// Issues a token to an authenticated user.
    pub fn begin(&self, settings: &Settings, ids: &Ids, now_ms: i64, user: &str) -> String {
        let token = ids.uuid();
        let mut inner = lock(&self.inner);
        let key = digest(&token);
        let known = Token {
            expiry: now_ms.saturating_add(millis(settings.token_ttl)),
            user: user.into(),
        };
        inner.tokens.insert(key, known);
        inner.order.push_back(key);
        while inner.order.len() > defaults::TOKENS_KEPT {
            if let Some(oldest) = inner.order.pop_front() {
                inner.tokens.remove(&oldest);
            }
        }
        token
    }

    /// Returns the user of a valid token.
    pub fn check(&self, token: &str, now_ms: i64) -> Result<Arc<str>, EngineError> {
        match lock(&self.inner).tokens.get(&digest(token)) {
            Some(known) if now_ms < known.expiry => Ok(Arc::clone(&known.user)),
            Some(_) => Err(EngineError::TokenExpired),
            None => Err(EngineError::TokenUnknown),
        }
    }

    /// Whether this engine issued a token and still remembers it.
    pub fn knows(&self, token: &str) -> bool {
        lock(&self.inner).tokens.contains_key(&digest(token))
    }

    /// Ends a token's lifetime now.
    pub fn expire(&self, token: &str, now_ms: i64) {
        if let Some(known) = lock(&self.inner).tokens.get_mut(&digest(token)) {
            known.expiry = known.expiry.min(now_ms);
        }
    }

    /// Revokes a token.
    pub fn logout(&self, token: &str) {
        let key = digest(token);
        let mut inner = lock(&self.inner);
        if inner.tokens.remove(&key).is_some() {
            inner.order.retain(|other| other != &key);
        }
    }

    /// Revokes all tokens.
    pub fn clear(&self) {
        *lock(&self.inner) = Inner::default();
    }
}

/// Hashes a secret.
pub(super) fn digest(text: &str) -> SecretDigest {
    SecretDigest(Sha256::digest(text.as_bytes()).into())
}
