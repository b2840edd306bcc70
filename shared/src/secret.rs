//! Keys that one machine shows to another: hashed where they are stored, compared in constant time.

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// The hash under which a drain key is kept: SHA-256, lower-case hexadecimal.
pub fn sha256_hex(secret: &[u8]) -> String {
    hex::encode(Sha256::digest(secret))
}

/// Whether two secrets are equal, in a time that depends on their lengths only.
pub fn equal(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

/// The token of an `Authorization: Bearer …` header.
///
/// ```
/// use rollcall_shared::secret::bearer;
/// assert_eq!(bearer("Bearer abc"), Some("abc"));
/// assert_eq!(bearer("Basic abc"), None);
/// ```
pub fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim()).filter(|token| !token.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compares_and_reads() {
        assert!(equal(b"key", b"key") && !equal(b"key", b"kez") && !equal(b"key", b"key2"));
        assert_eq!(bearer("bearer abc"), Some("abc"));
        assert_eq!(bearer("Basic abc"), None);
        assert_eq!(bearer("Bearer "), None);
        assert_eq!(sha256_hex(b""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }
}
