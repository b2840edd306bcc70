//! The worker's clock. It advances only while the worker waits, which is exact enough here.

use rollcall_shared::Timestamp;
use worker::Date;

/// Now.
pub(crate) fn now() -> Timestamp {
    Timestamp::from_millis(i64::try_from(Date::now().as_millis()).unwrap_or(i64::MAX))
}
