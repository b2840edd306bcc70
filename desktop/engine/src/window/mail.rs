//! The edge: trying and connecting to one, and whose the mail is that waits there.

use rollcall_shared::Timestamp;
use rollcall_shared::workshop::WorkshopId;

use crate::edge::connection;
use crate::engine::{Engine, EngineError};
use crate::view::{ConnectionTrial, KeysLoaded, TakenOver};

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

    /// Takes in a key file that was saved on another laptop: connects to the edge that it names where there
    /// is none yet, and takes over the workshops that are not here, with everything that the edge keeps of
    /// them. `file` is what the file holds; `passphrase` opens one that is protected. Nothing that is here is
    /// replaced. Blocks, 20 s a workshop where the edge does not answer.
    ///
    /// # Errors
    /// [`EngineError::KeyFile`], [`EngineError::Keys`] where the keys cannot be taken in: nothing has changed
    /// then. [`EngineError::File`] where the edge that the file names cannot be kept.
    pub fn load_keys(&self, file: &[u8], passphrase: Option<&str>) -> Result<KeysLoaded, EngineError> {
        self.block_on(self.host().load_keys(file, passphrase))
    }

    /// Finds a workshop that another laptop made after its copy of the keys was saved, by its invite code,
    /// and takes it over as [`Engine::load_keys`] does. Blocks.
    ///
    /// # Errors
    /// [`EngineError::UnknownCode`], [`EngineError::RetiredCode`]; [`EngineError::OtherKeys`] where the keys
    /// here are not the workshop's; [`EngineError::NoEdge`], [`EngineError::Edge`].
    pub fn find_workshop(&self, code: &str) -> Result<WorkshopId, EngineError> {
        self.block_on(self.host().find_workshop(code))
    }

    /// Makes this installation the collector of a workshop's mail, and has all of it delivered again.
    ///
    /// # Errors
    /// [`EngineError::NoEdge`], [`EngineError::Edge`] where it stays as it was;
    /// [`EngineError::TakeoverLater`] where it is done as soon as the edge answers; [`EngineError::Workshop`]
    /// where the edge says that the workshop was erased.
    pub fn take_over(&self, workshop: &WorkshopId) -> Result<TakenOver, EngineError> {
        self.block_on(self.host().take_over(workshop))
    }

    /// Has a workshop's mail delivered again that was deposited since then. How much that is.
    ///
    /// # Errors
    /// [`EngineError::NoEdge`], [`EngineError::Edge`].
    pub fn replay(&self, workshop: &WorkshopId, since: Timestamp) -> Result<u64, EngineError> {
        self.block_on(self.host().replay(workshop, since))
    }
}
