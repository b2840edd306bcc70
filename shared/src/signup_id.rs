//! The sign-up's own id: made by the phone before the first attempt, so that every repetition is recognised.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::alphabet::{SIGNS, draw};
use crate::digest::Digest;

/// 128 bits, written as a UUID in lower case.
///
/// Version 4 where a script drew it; version 8 (RFC 9562, section 5.8) where it was derived, from a page's
/// seed or from an id that came twice with different content.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(type = "string"))]
pub struct SignupId([u8; 16]);

/// The text is not an id: `8-4-4-4-12` hexadecimal digits, version 4 or 8, RFC 9562's variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an id is a UUID of version 4 such as 0f8fad5b-d9cb-469f-a165-70867728950e")]
pub struct SignupIdError;

impl SignupIdError {
    /// The stable code that the page chooses its words by.
    pub fn code(&self) -> &'static str {
        "id"
    }
}

impl SignupId {
    /// A new id from 128 random bits, six of which UUID version 4 fixes.
    pub fn from_random(random: [u8; 16]) -> Self {
        Self::stamped(random, 4)
    }

    /// The id of a form sent without script: from the random `seed` that the page carried and the content.
    /// A double tap derives the same id; *Back* and a colleague's name derive another.
    ///
    /// ```
    /// use rollcall_shared::digest::Digest;
    /// use rollcall_shared::signup_id::SignupId;
    /// let of = |content: &str| SignupId::derive("seed", &Digest::of(content.as_bytes()));
    /// assert_eq!(of("王芳"), of("王芳"));
    /// assert_ne!(of("王芳"), of("李伟"));
    /// ```
    pub fn derive(seed: &str, digest: &Digest) -> Self {
        Self::hashed(b"rollcall seed", seed.as_bytes(), digest)
    }

    /// The id under which a sign-up is stored whose own id came before with other content.
    pub fn reused(&self, digest: &Digest) -> Self {
        Self::hashed(b"rollcall reused", &self.0, digest)
    }

    /// Six signs that a person can read out at the desk, grouped: `K7M 2QX`. One of 31⁶ ≈ 887 million.
    ///
    /// ```
    /// use rollcall_shared::signup_id::SignupId;
    /// let id = SignupId::parse("0f8fad5b-d9cb-469f-a165-70867728950e").unwrap();
    /// assert_eq!(id.short_code(), "KAY WT6");
    /// ```
    pub fn short_code(&self) -> String {
        let hash = Sha256::new().chain_update(b"rollcall short code").chain_update(self.0).finalize();
        let mut code = draw(first_16(&hash), [SIGNS.as_slice(); 6]);
        code.insert(3, ' ');
        code
    }

    /// The 16 bytes.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    fn hashed(domain: &[u8], own: &[u8], digest: &Digest) -> Self {
        let hash = Sha256::new()
            .chain_update(domain)
            .chain_update([0])
            .chain_update(own)
            .chain_update([0])
            .chain_update(digest.as_bytes())
            .finalize();
        Self::stamped(first_16(&hash), 8)
    }

    fn stamped(mut bytes: [u8; 16], version: u8) -> Self {
        bytes[6] = (bytes[6] & 0x0F) | (version << 4);
        bytes[8] = (bytes[8] & 0x3F) | 0x80;
        Self(bytes)
    }
}

fn first_16(hash: &[u8]) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(hash).for_each(|(to, from)| *to = *from);
    bytes
}

impl FromStr for SignupId {
    type Err = SignupIdError;

    fn from_str(text: &str) -> Result<Self, SignupIdError> {
        // Without an allocation: a search for a short code reads tens of thousands of ids.
        let mut groups = text.as_bytes().split(|b| *b == b'-');
        let mut bytes = [0; 16];
        let mut rest = bytes.as_mut_slice();
        for length in [4, 2, 2, 2, 6] {
            let (group, after) = rest.split_at_mut(length);
            let digits = groups.next().ok_or(SignupIdError)?;
            hex::decode_to_slice(digits, group).map_err(|_| SignupIdError)?;
            rest = after;
        }
        if groups.next().is_some() {
            return Err(SignupIdError);
        }
        let version = bytes[6] >> 4;
        let variant = bytes[8] >> 6;
        if matches!(version, 4 | 8) && variant == 0b10 { Ok(Self(bytes)) } else { Err(SignupIdError) }
    }
}

impl SignupId {
    /// Reads the UUID text, in any case.
    ///
    /// ```
    /// use rollcall_shared::signup_id::SignupId;
    /// let id = SignupId::parse("0F8FAD5B-d9cb-469f-a165-70867728950e").unwrap();
    /// assert_eq!(id.to_string(), "0f8fad5b-d9cb-469f-a165-70867728950e");
    /// assert!(SignupId::parse("0f8fad5b-d9cb-169f-a165-70867728950e").is_err(), "version 1");
    /// ```
    ///
    /// # Errors
    /// [`SignupIdError`] where it is not a UUID of version 4 or 8.
    pub fn parse(text: &str) -> Result<Self, SignupIdError> {
        text.parse()
    }
}

impl fmt::Display for SignupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let h = hex::encode(self.0);
        write!(f, "{}-{}-{}-{}-{}", &h[..8], &h[8..12], &h[12..16], &h[16..20], &h[20..])
    }
}

impl fmt::Debug for SignupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignupId({self})")
    }
}

impl From<SignupId> for String {
    fn from(id: SignupId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for SignupId {
    type Error = SignupIdError;
    fn try_from(text: String) -> Result<Self, SignupIdError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_and_read() {
        let id = SignupId::from_random([0xA7; 16]);
        assert_eq!(id.to_string(), "a7a7a7a7-a7a7-47a7-a7a7-a7a7a7a7a7a7");
        assert_eq!(SignupId::parse(&id.to_string().to_uppercase()), Ok(id));
    }

    #[test]
    fn refused() {
        for bad in [
            "",
            "x",
            "a7a7a7a7-a7a7-17a7-a7a7-a7a7a7a7a7a7",
            "a7a7a7a7-a7a7-47a7-07a7-a7a7a7a7a7a7",
            "a7a7a7a7a7a747a7a7a7a7a7a7a7a7a7",
            "a7a7a7a7-a7a7-47a7-a7a7-a7a7a7a7a7a7-",
            "王a7a7a7-a7a7-47a7-a7a7-a7a7a7a7a7a7",
        ] {
            assert_eq!(SignupId::parse(bad), Err(SignupIdError), "{bad}");
        }
    }

    #[test]
    fn derived_ids_depend_on_both() {
        let (a, b) = (Digest::of(b"a"), Digest::of(b"b"));
        assert_eq!(SignupId::derive("seed", &a), SignupId::derive("seed", &a));
        assert_ne!(SignupId::derive("seed", &a), SignupId::derive("seed", &b));
        assert_ne!(SignupId::derive("seed", &a), SignupId::derive("seef", &a));
        let id = SignupId::from_random([1; 16]);
        assert_ne!(id.reused(&a), id);
        assert_ne!(id.reused(&a), id.reused(&b));
        assert_eq!(SignupId::parse(&id.reused(&a).to_string()), Ok(id.reused(&a)));
    }

    #[test]
    fn short_code_is_stable() {
        let code = SignupId::from_random([7; 16]).short_code();
        assert_eq!(code.len(), 7);
        assert_eq!(code, SignupId::from_random([7; 16]).short_code());
    }
}
