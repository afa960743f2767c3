//! Logins and tokens.
//!
//! Invariant: neither a password nor a token is compared byte by byte: both are compared or looked up by their
//! SHA-256, so that timing tells nothing. Expired tokens are remembered for a while because clients tell "expired"
//! from "invalid" by the text.

use std::collections::{HashMap, VecDeque};
use std::sync::Mutex;

use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

use super::{ModelError, Settings};
use crate::clock::millis;
use crate::ids::Ids;
use crate::{choices, sync::lock};

type TokenDigest = [u8; 32];

/// The tokens given out.
#[derive(Debug, Default)]
pub struct Sessions {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    expiry: HashMap<TokenDigest, i64>,
    /// In the order of logins; all last equally long, so the front expires first.
    order: VecDeque<TokenDigest>,
}

impl Sessions {
    /// Checks user and password and gives out a token.
    pub fn login(
        &self,
        settings: &Settings,
        ids: &Ids,
        now_ms: i64,
        user: &str,
        password: &str,
    ) -> Result<String, ModelError> {
        let known = if settings.users.is_empty() {
            !user.is_empty() && !password.is_empty()
        } else {
            // Every entry is compared, so that timing doesn't tell which users exist.
            let (user, password) = (digest(user), digest(password));
            let hit = settings.users.iter().fold(Choice::from(0), |hit, one| {
                hit | (digest(&one.name).ct_eq(&user) & digest(one.password()).ct_eq(&password))
            });
            hit.into()
        };
        if !known {
            return Err(ModelError::InvalidCredentials);
        }
        let token = ids.uuid();
        let mut inner = lock(&self.inner);
        let key = digest(&token);
        inner
            .expiry
            .insert(key, now_ms.saturating_add(millis(settings.token_ttl)));
        inner.order.push_back(key);
        while inner.order.len() > choices::TOKENS_KEPT {
            if let Some(oldest) = inner.order.pop_front() {
                inner.expiry.remove(&oldest);
            }
        }
        Ok(token)
    }

    /// Whether a token is good now.
    pub fn check(&self, token: &str, now_ms: i64) -> Result<(), ModelError> {
        match lock(&self.inner).expiry.get(&digest(token)) {
            Some(expiry) if now_ms < *expiry => Ok(()),
            Some(_) => Err(ModelError::TokenExpired),
            None => Err(ModelError::TokenUnknown),
        }
    }

    /// Forgets a token.
    pub fn logout(&self, token: &str) {
        let key = digest(token);
        let mut inner = lock(&self.inner);
        if inner.expiry.remove(&key).is_some() {
            inner.order.retain(|other| other != &key);
        }
    }

    /// Forgets all tokens.
    pub fn clear(&self) {
        *lock(&self.inner) = Inner::default();
    }
}

fn digest(text: &str) -> TokenDigest {
    Sha256::digest(text.as_bytes()).into()
}
