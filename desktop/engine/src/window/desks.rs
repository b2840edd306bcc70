//! Helpers' desks, and entry codes taken at the host's own computer.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rollcall_shared::desk_trouble::EntryTrouble;
use rollcall_shared::workshop::WorkshopId;

use crate::engine::{Engine, EngineError};
use crate::venue::entry::EntryError;
use crate::view::{DeskPanel, TakenEntry, Undo};

impl Engine {
    /// Reads the desks of a workshop.
    ///
    /// # Errors
    /// [`EngineError::Workshop`] where there is no such workshop, [`EngineError::Database`] where it cannot
    /// be read.
    pub fn desk_panel(&self, workshop: &WorkshopId) -> Result<DeskPanel, EngineError> {
        self.host().desk_panel(workshop)
    }

    /// Lets helpers' devices in by a PIN that is drawn now. Whoever came in by the last one is out.
    ///
    /// # Errors
    /// [`EngineError::Workshop`] where there is no such workshop or nothing can be written,
    /// [`EngineError::File`].
    pub fn renew_desk_pin(&self, workshop: &WorkshopId) -> Result<Undo, EngineError> {
        self.block_on(self.host().renew_desk_pin(workshop))
    }

    /// Lets no device in any more, and ends the sessions of those that are.
    ///
    /// # Errors
    /// As [`Engine::renew_desk_pin`].
    pub fn shut_desks(&self, workshop: &WorkshopId) -> Result<Undo, EngineError> {
        self.block_on(self.host().shut_desks(workshop))
    }

    /// Ends one device's session.
    ///
    /// # Errors
    /// As [`Engine::renew_desk_pin`].
    pub fn end_desk(&self, workshop: &WorkshopId, desk: String) -> Result<Undo, EngineError> {
        self.block_on(self.host().end_desk(workshop, desk))
    }

    /// Takes an entry code at this computer.
    ///
    /// # Errors
    /// [`EngineError::Entry`]; nothing happened to the sign-up then, which its phone keeps.
    pub fn take_entry(&self, workshop: &WorkshopId, entry: &str) -> Result<TakenEntry, EngineError> {
        self.block_on(self.host().take_entry(workshop, entry))
    }

    /// Takes the entry code that a picture shows, at this computer. `picture` is the file in base64.
    ///
    /// # Errors
    /// As [`Engine::take_entry`].
    pub fn take_picture(&self, workshop: &WorkshopId, picture: &str) -> Result<TakenEntry, EngineError> {
        let picture = STANDARD.decode(picture).map_err(|_| EntryError::Code(EntryTrouble::NoPicture))?;
        self.block_on(self.host().take_picture(workshop, picture))
    }
}
