//! Where pulled messages wait until they are committed: Redis, or the direct channel where there is none.
//!
//! Both keep an entry until it is acknowledged, which happens only after its COMMIT. What is lost with the
//! stream comes again from the edge, whose lease was not acknowledged either: the stream takes the burst off
//! the network's path, it does not carry the promise.

pub(crate) mod direct;
#[cfg(unix)]
pub(crate) mod private_server;
pub(crate) mod redis;
mod reply;
pub(crate) mod server_choice;
pub(crate) mod server_version;

#[cfg(test)]
pub(crate) mod suite;

use std::future::Future;

/// One pulled message on its way to the writer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Acknowledges this delivery at the edge: travels with the message, so that the drain can.
    pub(crate) lease_id: String,
    /// The message's text.
    pub(crate) body: String,
    /// How often the edge has delivered it, this time included.
    pub(crate) attempts: u32,
}

/// An entry as it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Delivered {
    /// Acknowledges it in the stream.
    pub(crate) key: String,
    /// How often it was handed out before without being acknowledged: every time, the process ended before
    /// its COMMIT.
    pub(crate) interruptions: u32,
    /// The message.
    pub(crate) entry: Entry,
}

/// Why a stream cannot be used just now.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StreamError {
    /// The group is gone and with it what waited: the leases have to be returned, so that the messages come
    /// again soon.
    #[error("the stream was emptied by somebody else")]
    Lost,
    /// It does not answer, or not as it should.
    #[error("the stream cannot be reached: {0}")]
    Away(String),
}

/// What a reader finds that begins again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Restarted {
    /// What was there before.
    Same,
    /// Nothing: the group had to be made, for the first time or because the stream was lost between two
    /// connections.
    MadeAnew,
}

/// One workshop's stream. One reader: what it reads is its own until acknowledged.
pub(crate) trait Stream: Send + Sync + 'static {
    /// Keeps entries, in their order. When it returns they are as durable as this stream can make them.
    fn add(&self, entries: Vec<Entry>) -> impl Future<Output = Result<(), StreamError>> + Send;

    /// Reads up to `most` entries: after [`Stream::restart`] first what was read and not acknowledged, then
    /// what is new. Waits a moment for new ones; an empty answer means that there were none.
    fn read(&self, most: usize) -> impl Future<Output = Result<Vec<Delivered>, StreamError>> + Send;

    /// Forgets entries. Only after their COMMIT.
    fn acknowledge(&self, keys: Vec<String>) -> impl Future<Output = Result<(), StreamError>> + Send;

    /// Makes the group where it is missing, and has the next reads begin with what was not acknowledged.
    fn restart(&self) -> impl Future<Output = Result<Restarted, StreamError>> + Send;

    /// Entries that are not acknowledged.
    fn waiting(&self) -> impl Future<Output = Result<u64, StreamError>> + Send;
}
