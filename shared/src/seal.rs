//! Sealing: from the edge on, only the host's laptop can read a sign-up.
//!
//! X25519 sealed boxes as libsodium makes them (`crypto_box_seal`): an ephemeral key per box,
//! XSalsa20-Poly1305.

use std::fmt;

use crypto_box::aead::rand_core::CryptoRngCore;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The id of a key pair: the first 16 hexadecimal digits of the SHA-256 of its public key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct KeyId(String);

/// The text is not a key's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key's id is 16 hexadecimal digits in lower case")]
pub struct KeyIdError;

impl KeyId {
    fn of(public: &[u8; 32]) -> Self {
        let mut id = hex::encode(Sha256::digest(public));
        id.truncate(16);
        Self(id)
    }

    /// The id's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<KeyId> for String {
    fn from(id: KeyId) -> Self {
        id.0
    }
}

impl TryFrom<String> for KeyId {
    type Error = KeyIdError;
    fn try_from(text: String) -> Result<Self, KeyIdError> {
        let legal = text.len() == 16 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if legal { Ok(Self(text)) } else { Err(KeyIdError) }
    }
}

/// The public half: what the edge seals to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKey {
    /// Which key it is.
    pub key_id: KeyId,
    /// 32 bytes, as 64 hexadecimal digits on the wire.
    #[serde(with = "hex_32")]
    pub x25519: [u8; 32],
}

impl PublicKey {
    /// Whether the id is the one that follows from the key.
    pub fn is_consistent(&self) -> bool {
        self.key_id == KeyId::of(&self.x25519)
    }

    /// Seals `plain`; only the secret half opens it.
    ///
    /// ```
    /// # use rollcall_shared::testing::rng;
    /// use rollcall_shared::seal::{SecretKey, UnsealError};
    /// let key = SecretKey::from_bytes([9; 32]);
    /// let sealed = key.public().seal(b"a name", &mut rng(1)).unwrap();
    /// assert_eq!(key.open(&sealed).unwrap(), b"a name");
    /// assert_eq!(SecretKey::from_bytes([8; 32]).open(&sealed), Err(UnsealError));
    /// ```
    ///
    /// # Errors
    /// [`SealError`] where the cipher refuses: a length beyond its limit, which bounded sign-ups never reach.
    pub fn seal(&self, plain: &[u8], rng: &mut impl CryptoRngCore) -> Result<Vec<u8>, SealError> {
        crypto_box::PublicKey::from(self.x25519).seal(rng, plain).map_err(|_| SealError)
    }
}

/// The cipher refused to seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the sign-up could not be sealed")]
pub struct SealError;

/// The box is damaged or was sealed to another key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the box does not open with this key")]
pub struct UnsealError;

/// The secret half, which never leaves the laptop. `Debug` shows its id only.
#[derive(Clone)]
pub struct SecretKey {
    secret: crypto_box::SecretKey,
    /// Computed once: it costs as much as a third of opening a box.
    public: PublicKey,
}

impl SecretKey {
    /// From the 32 bytes that were kept.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self::new(crypto_box::SecretKey::from(bytes))
    }

    /// A new pair.
    pub fn generate(rng: &mut impl CryptoRngCore) -> Self {
        Self::new(crypto_box::SecretKey::generate(rng))
    }

    fn new(secret: crypto_box::SecretKey) -> Self {
        let x25519 = *secret.public_key().as_bytes();
        Self { secret, public: PublicKey { key_id: KeyId::of(&x25519), x25519 } }
    }

    /// The 32 bytes, to be kept where only the host reads.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.secret.to_bytes()
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        self.public.clone()
    }

    /// The pair's id.
    pub fn key_id(&self) -> &KeyId {
        &self.public.key_id
    }

    /// Opens what [`PublicKey::seal`] sealed.
    ///
    /// # Errors
    /// [`UnsealError`] where the box is damaged or meant for another key.
    pub fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, UnsealError> {
        self.secret.unseal(sealed).map_err(|_| UnsealError)
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey({})", self.public.key_id)
    }
}

mod hex_32 {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 32], D::Error> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(String::deserialize(deserializer)?, &mut bytes)
            .map_err(|_| D::Error::custom("a key is 64 hexadecimal digits"))?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::rng;

    #[test]
    fn only_its_own_key_opens_a_box() {
        let key = SecretKey::from_bytes([9; 32]);
        let sealed = key.public().seal("王芳".as_bytes(), &mut rng(1)).unwrap();
        // The ephemeral public key (32) and the authenticator (16).
        assert_eq!(sealed.len(), 6 + 48);
        assert_eq!(key.open(&sealed).unwrap(), "王芳".as_bytes());
        assert_eq!(SecretKey::from_bytes([8; 32]).open(&sealed), Err(UnsealError));
        let mut damaged = sealed;
        damaged[40] ^= 1;
        assert_eq!(key.open(&damaged), Err(UnsealError));
        assert_eq!(key.open(&[0; 10]), Err(UnsealError));
    }

    #[test]
    fn debug_shows_no_secret() {
        let key = SecretKey::from_bytes([9; 32]);
        assert_eq!(format!("{key:?}"), format!("SecretKey({})", key.public().key_id));
    }
}
