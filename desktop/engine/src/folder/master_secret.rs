//! The one secret from which every new workshop's keys are derived, so that a copy of it opens the mail of
//! workshops that are made later (ADR 35).
//!
//! HKDF-SHA256 (RFC 5869): the salt says which derivation this is, `info` what the key is for, in lines of
//! text: the purpose, the workshop's id, the generation. Changing any of it would orphan what was sealed.

use hkdf::Hkdf;
use rand_core::{OsRng, RngCore};
use rollcall_shared::seal::{PublicKey, SecretKey};
use rollcall_shared::workshop::WorkshopId;
use sha2::Sha256;

/// Names the derivation, in every key of it.
const SALT: &[u8] = b"rollcall keys 1";
/// Most generations of a workshop's key pair that are looked through. A pair is replaced by hand.
pub(super) const MAX_GENERATIONS: u32 = 64;

/// 32 random bytes that never leave the data folder but in the host's own copy. `Debug` shows none of them.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct MasterSecret([u8; 32]);

impl MasterSecret {
    /// Draws one.
    pub(super) fn draw() -> Self {
        let mut bytes = [0; 32];
        OsRng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// Reads one as the key file has it.
    ///
    /// # Errors
    /// What it should have been; the text itself is not repeated.
    pub(super) fn from_hex(text: &str) -> Result<Self, &'static str> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| "a master secret is 64 hexadecimal digits")?;
        Ok(Self(bytes))
    }

    /// Returns the text for the key file.
    pub(super) fn to_hex(&self) -> String {
        hex::encode(self.0)
    }

    /// Returns its name, which tells nothing of it: 16 hexadecimal digits.
    pub(super) fn id(&self) -> String {
        let mut id = hex::encode(self.derive("id"));
        id.truncate(16);
        id
    }

    /// Derives a workshop's key pair. The first generation is 0.
    pub(super) fn key_pair(&self, workshop: &WorkshopId, generation: u32) -> SecretKey {
        SecretKey::from_bytes(self.derive(&format!("mail\n{workshop}\n{generation}")))
    }

    /// Derives the key that shows the edge whose laptop this is, as 64 hexadecimal digits.
    pub(super) fn drain_key(&self, workshop: &WorkshopId) -> String {
        hex::encode(self.derive(&format!("drain\n{workshop}\n0")))
    }

    /// Returns the generation of a workshop's key, where it was derived from this secret.
    pub(super) fn generation_of(&self, workshop: &WorkshopId, key: &PublicKey) -> Option<u32> {
        (0..MAX_GENERATIONS).find(|generation| self.key_pair(workshop, *generation).public() == *key)
    }

    fn derive(&self, info: &str) -> [u8; 32] {
        let mut key = [0; 32];
        let Ok(()) = Hkdf::<Sha256>::new(Some(SALT), &self.0).expand(info.as_bytes(), &mut key) else {
            unreachable!("HKDF gives up to 8,160 bytes");
        };
        key
    }
}

impl std::fmt::Debug for MasterSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MasterSecret({})", self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workshop() -> WorkshopId {
        WorkshopId::parse("abcdefghjkmnpqrs").unwrap()
    }

    /// Computed by Python's `hmac` and `hashlib`.
    #[test]
    fn keys_are_derived_as_they_always_were() {
        let master = MasterSecret::from_hex(&"07".repeat(32)).unwrap();
        assert_eq!(master.id(), "33d9f95d65b055e3");
        assert_eq!(
            master.drain_key(&workshop()),
            "ea0a8bc2ab201c7f31257bdf8ea0c9c134bb3e2e0173af018161f38f85a0ba30"
        );
        assert_eq!(
            hex::encode(master.key_pair(&workshop(), 0).to_bytes()),
            "297015b7f2590e4130c698966aad86ad2f27851de1a92d668952d50cdf2f7b0b"
        );
        assert_eq!(
            hex::encode(master.key_pair(&workshop(), 1).to_bytes()),
            "13988f00a02547d56ac07524920f7d03a5ba98826292f52c33796f1223d08600"
        );
    }

    #[test]
    fn every_key_is_another() {
        let master = MasterSecret::draw();
        let other = WorkshopId::parse("bbcdefghjkmnpqrs").unwrap();
        let keys = [
            hex::encode(master.key_pair(&workshop(), 0).to_bytes()),
            hex::encode(master.key_pair(&workshop(), 1).to_bytes()),
            hex::encode(master.key_pair(&other, 0).to_bytes()),
            master.drain_key(&workshop()),
            master.drain_key(&other),
            MasterSecret::draw().drain_key(&workshop()),
            master.to_hex(),
        ];
        let different: std::collections::BTreeSet<_> = keys.iter().collect();
        assert_eq!(different.len(), keys.len());
        assert_eq!(master.generation_of(&workshop(), &master.key_pair(&workshop(), 3).public()), Some(3));
        assert_eq!(master.generation_of(&other, &master.key_pair(&workshop(), 3).public()), None);
    }

    #[test]
    fn it_is_read_as_it_is_written_and_shown_nowhere() {
        let master = MasterSecret::draw();
        assert_eq!(MasterSecret::from_hex(&master.to_hex()), Ok(master.clone()));
        assert!(!format!("{master:?}").contains(&master.to_hex()[..16]));
        assert_eq!(MasterSecret::from_hex("07").map_err(|why| why.contains("07")), Err(false));
    }
}
