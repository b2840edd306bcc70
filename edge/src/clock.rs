//! The worker's clock. It advances only while the worker waits, which is exact enough here.

use rollcall_shared::Millis;
use worker::Date;

/// Milliseconds since 1970 UTC.
pub(crate) fn now() -> Millis {
    Millis::try_from(Date::now().as_millis()).unwrap_or(Millis::MAX)
}
