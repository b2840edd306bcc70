//! The one place that draws random bits; the rules in `shared` take them as parameters.

use rand_core::{OsRng, RngCore};

/// Draws 128 bits from the operating system.
pub(crate) fn random_16() -> [u8; 16] {
    let mut bytes = [0; 16];
    OsRng.fill_bytes(&mut bytes);
    bytes
}

/// Draws 256 bits from the operating system, as 64 hexadecimal digits: a key that a machine shows another.
pub(crate) fn random_key_hex() -> String {
    let mut bytes = [0; 32];
    OsRng.fill_bytes(&mut bytes);
    hex::encode(bytes)
}
