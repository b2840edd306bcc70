//! What the host does with rows. Everything that changes the database goes through the writer's one thread.

use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::WorkshopId;

use crate::engine::{Engine, EngineError};
use crate::view::{Erasure, Resolution, Undo, Whom};

impl Engine {
    /// Decides a case.
    ///
    /// # Errors
    /// [`EngineError::Act`]; nothing was changed then.
    pub fn resolve(&self, workshop: &WorkshopId, resolution: Resolution) -> Result<Undo, EngineError> {
        let (host, context) = (self.host(), &self.host().context);
        let unsealer = context.unsealer(workshop);
        let unseal = |body: String| unsealer.unseal(&body);
        Ok(self.block_on(host.acts.resolve(workshop, resolution, &context.readers, unseal))?)
    }

    /// Takes a sign-up off the list. Its seat goes to whoever has waited longest, where the workshop keeps a
    /// waiting list.
    ///
    /// # Errors
    /// As [`Engine::resolve`].
    pub fn cancel(&self, workshop: &WorkshopId, id: SignupId) -> Result<Undo, EngineError> {
        Ok(self.block_on(self.host().acts.cancel(workshop, id))?)
    }

    /// Puts a cancelled sign-up back: with a seat where there is one, else at the end of those who wait.
    ///
    /// # Errors
    /// As [`Engine::resolve`].
    pub fn restore(&self, workshop: &WorkshopId, id: SignupId) -> Result<Undo, EngineError> {
        Ok(self.block_on(self.host().acts.restore(workshop, id))?)
    }

    /// Gives a free seat to one who waits, whatever their turn.
    ///
    /// # Errors
    /// As [`Engine::resolve`].
    pub fn promote(&self, workshop: &WorkshopId, id: SignupId) -> Result<Undo, EngineError> {
        Ok(self.block_on(self.host().acts.promote(workshop, id))?)
    }

    /// Takes one of the last 50 acts back, as long as rows, code, PIN and sessions are as it left them.
    ///
    /// # Errors
    /// As [`Engine::resolve`].
    pub fn undo(&self, token: &str) -> Result<(), EngineError> {
        self.block_on(self.host().undo(token))
    }

    /// Erases a person, a message or a whole workshop.
    ///
    /// # Errors
    /// [`EngineError::Act`] where there is nothing to erase or nothing can be written just now; nothing was
    /// changed then.
    pub fn erase(&self, workshop: &WorkshopId, whom: &Whom) -> Result<Erasure, EngineError> {
        self.block_on(self.host().erase(workshop, whom))
    }

    /// Says what [`Engine::erase`] would erase; nothing is written. Blocks.
    ///
    /// # Errors
    /// [`EngineError::Act`] where there is nothing to erase, [`EngineError::Database`] where it cannot be
    /// read.
    pub fn would_erase(&self, workshop: &WorkshopId, whom: &Whom) -> Result<Erasure, EngineError> {
        self.host().would_erase(workshop, whom)
    }
}
