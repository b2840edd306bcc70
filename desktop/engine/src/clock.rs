//! The one place that reads the clock; the rules in `shared` take the time as a parameter.

use std::time::{SystemTime, UNIX_EPOCH};

use rollcall_shared::Millis;

use crate::failpoints;

/// Returns the time in milliseconds since 1970 UTC.
pub(crate) fn now_ms() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis::try_from(since.as_millis()).unwrap_or(Millis::MAX).saturating_add(failpoints::clock_error_ms())
}
