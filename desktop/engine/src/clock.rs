//! The one place that reads the clock; the rules in `shared` take the time as a parameter.

use std::time::{SystemTime, UNIX_EPOCH};

use rollcall_shared::Timestamp;

use crate::failpoints;

/// Returns the time in milliseconds since 1970 UTC.
pub(crate) fn now_ms() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX));
    now + failpoints::clock_error_ms()
}
