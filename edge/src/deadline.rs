//! Deadlines for everything that is waited for.

use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use worker::{Delay, Error, Result};

/// Longest wait for the Queue to accept a message. It is known to hang under overload; the phone tries again.
pub(crate) const QUEUE: Duration = Duration::from_secs(5);
/// Longest wait for a Durable Object: it may be waking on the other side of the world.
pub(crate) const OBJECT: Duration = Duration::from_secs(10);
/// Longest wait for KV, which is only a cache: then the object is asked.
pub(crate) const KV: Duration = Duration::from_secs(2);

/// Waits for `future`, and returns an error after `limit`. The future is dropped then; the work behind it may
/// still be done.
pub(crate) async fn within<T>(
    limit: Duration,
    what: &str,
    future: impl Future<Output = Result<T>>,
) -> Result<T> {
    match select(pin!(future), pin!(Delay::from(limit))).await {
        Either::Left((output, _)) => output,
        Either::Right(((), _)) => Err(Error::RustError(format!("{what} did not answer within {limit:?}"))),
    }
}
