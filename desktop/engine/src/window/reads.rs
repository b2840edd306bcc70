//! What the window reads. Every method is short: one look at memory, or one reading connection for some
//! queries with an index.

use rollcall_shared::workshop::WorkshopId;

use crate::db::list;
use crate::engine::{Engine, EngineError, Status};
use crate::folder::keys_copy;
use crate::view::{Case, Deletions, Figures, Home, KeysSaved, ListPage, ListQuery};

impl Engine {
    /// Reads a workshop's first view.
    ///
    /// # Errors
    /// [`EngineError::Workshop`] where there is no such workshop, [`EngineError::Database`] where it cannot
    /// be read.
    pub fn home(&self, workshop: &WorkshopId) -> Result<Home, EngineError> {
        self.host().home(workshop)
    }

    /// Reads a page of a workshop's list, newest first.
    ///
    /// # Errors
    /// As [`Engine::home`].
    pub fn list(&self, query: &ListQuery) -> Result<ListPage, EngineError> {
        self.host().row(&query.workshop)?;
        Ok(self.host().context.readers.read(|conn| list::page(conn, query))?)
    }

    /// Reads what a person has to look at.
    ///
    /// # Errors
    /// As [`Engine::home`].
    pub fn needs_look(&self, workshop: &WorkshopId) -> Result<Vec<Case>, EngineError> {
        self.host().row(workshop)?;
        Ok(self.host().context.readers.read(|conn| list::cases(conn, workshop))?)
    }

    /// Reads which lists are erased soon, and which were.
    ///
    /// # Errors
    /// [`EngineError::Database`] where it cannot be read.
    pub fn deletions(&self) -> Result<Deletions, EngineError> {
        self.host().deletions()
    }

    /// Takes away the note of a list that was erased: the host has seen it.
    pub fn dismiss_deletion(&self, workshop: &WorkshopId) {
        self.host().dismiss_deletion(workshop);
    }

    /// Says whether and when the host saved a copy of the keys.
    pub fn keys_saved(&self) -> KeysSaved {
        keys_copy::saved(&self.host().context.keys, &self.host().data_dir)
    }

    /// Returns the figures of the last 15 min, over all workshops.
    pub fn figures(&self) -> Figures {
        self.host().figures()
    }

    /// Says how everything is doing.
    ///
    /// # Errors
    /// [`EngineError::Database`] where it cannot be read.
    pub fn status(&self) -> Result<Status, EngineError> {
        self.host().status()
    }

    /// Watches a counter that moves when anything changes that the window may show.
    pub fn subscribe(&self) -> tokio::sync::watch::Receiver<u64> {
        self.host().context.changes.subscribe()
    }
}
