//! The writer: one thread, the only connection that writes, one bounded queue whatever the source.
//!
//! It commits whatever waits, up to [`MAX_BATCH`] messages at a time, and answers each message after its
//! COMMIT. It never tries again by itself: on a transient failure the whole batch is rolled back and every
//! message of it is answered with the cause; its sender decides what to do (the stream waits and sends again,
//! the venue says 503).

pub(crate) mod admit;
mod batch;
mod ending;
#[cfg(test)]
mod ending_tests;
pub(crate) mod erase;
#[cfg(test)]
mod erase_tests;
mod gather;
mod handle;
mod list;
pub(crate) mod log;
#[cfg(test)]
mod model;
pub(crate) mod numbers;
#[cfg(feature = "failpoints")]
mod planted;
pub(crate) mod seats;
#[cfg(test)]
mod tests;
mod thread;
mod work;

pub(crate) use handle::Writer;
pub(crate) use thread::MAX_BATCH;
