//! One workshop's pipeline: publisher, collector with its wake-up calls, stream, drain, acknowledgements and
//! receipts, each a loop of its own. `context` is what they share, `pipelines` starts and ends them.

pub(crate) mod collector;
pub(crate) mod context;
pub(crate) mod drain;
pub(crate) mod health;
pub(crate) mod leases;
pub(crate) mod mailbox_count;
pub(crate) mod pipelines;
#[cfg(feature = "failpoints")]
mod planted;
pub(crate) mod progress;
pub(crate) mod publisher;
pub(crate) mod receipts;
pub(crate) mod stream;
pub(crate) mod takeover;
pub(crate) mod wake;
pub(crate) mod wake_socket;
