//! The one place that reads the clock and draws random bits; the rules in `shared` take both as parameters.

use std::time::{SystemTime, UNIX_EPOCH};

use rand_core::{OsRng, RngCore};
use rollcall_shared::Millis;

use crate::failpoints;

/// Now, in milliseconds since 1970 UTC.
pub(crate) fn now_ms() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis::try_from(since.as_millis()).unwrap_or(Millis::MAX).saturating_add(failpoints::clock_error_ms())
}

/// 128 bits from the operating system.
pub(crate) fn random_16() -> [u8; 16] {
    let mut bytes = [0; 16];
    OsRng.fill_bytes(&mut bytes);
    bytes
}

/// 256 bits from the operating system, as 64 hexadecimal digits: a key that a machine shows another.
pub(crate) fn random_key_hex() -> String {
    let mut bytes = [0; 32];
    OsRng.fill_bytes(&mut bytes);
    hex(&bytes)
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|b| [b >> 4, b & 15]).filter_map(|n| char::from_digit(n.into(), 16)).collect()
}
