//! The edge: trying and connecting to one, and whose the mail is that waits there.

use rollcall_shared::Timestamp;
use rollcall_shared::mailbox::Collector;
use rollcall_shared::workshop::WorkshopId;

use crate::edge::connection;
use crate::engine::{Engine, EngineError};
use crate::view::ConnectionTrial;

impl Engine {
    /// Returns the address of the edge that is used, where there is one.
    pub fn connection(&self) -> Option<String> {
        self.host().pipelines.edge().map(|edge| edge.url().to_owned())
    }

    /// Tries a connection line: whether somebody answers, whether it is Rollcall's edge, whether it takes the
    /// key. At most 10 s; nothing is kept and nothing changed.
    pub fn test_connection(&self, line: &str) -> ConnectionTrial {
        self.block_on(connection::test(line))
    }

    /// Connects to the deployment of a connection line, now and at every later start: workshops are published
    /// there and their mail is collected. Its address.
    ///
    /// # Errors
    /// [`EngineError::Connection`] where the text is no line, [`EngineError::File`] where it cannot be kept.
    pub fn connect(&self, line: &str) -> Result<String, EngineError> {
        self.block_on(self.host().connect(line))
    }

    /// Makes this installation the collector of a workshop's mail, and has all of it delivered again. Who
    /// collected before, and how many messages come.
    ///
    /// # Errors
    /// [`EngineError::NoEdge`], [`EngineError::Edge`]; [`EngineError::Workshop`] where the edge says that it
    /// was erased.
    pub fn take_over(&self, workshop: &WorkshopId) -> Result<(Option<Collector>, u64), EngineError> {
        let taken = self.block_on(self.host().take_over(workshop))?;
        Ok((taken.previous, taken.replayed))
    }

    /// Has a workshop's mail delivered again that was deposited since then. How much that is.
    ///
    /// # Errors
    /// [`EngineError::NoEdge`], [`EngineError::Edge`].
    pub fn replay(&self, workshop: &WorkshopId, since: Timestamp) -> Result<u64, EngineError> {
        self.block_on(self.host().replay(workshop, since))
    }
}
