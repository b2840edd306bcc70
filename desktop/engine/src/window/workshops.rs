//! Making, changing and ending workshops. The edge hears of every change by itself.

use std::sync::Arc;

use rollcall_shared::workshop::WorkshopId;

use crate::db::workshops::WorkshopRow;
use crate::engine::{Engine, EngineError};
use crate::view::{Undo, WorkshopSummary};
use crate::workshops::draft::WorkshopDraft;

impl Engine {
    /// Reads all workshops, oldest first.
    ///
    /// # Errors
    /// [`EngineError::Database`].
    pub fn workshops(&self) -> Result<Vec<WorkshopSummary>, EngineError> {
        self.host().workshops()
    }

    /// Returns what the form for changing a workshop is filled with.
    ///
    /// # Errors
    /// [`EngineError::Workshop`] where there is no such workshop.
    pub fn workshop(&self, workshop: &WorkshopId) -> Result<WorkshopDraft, EngineError> {
        Ok(WorkshopDraft::of(&self.host().row(workshop)?.workshop))
    }

    /// Makes a workshop, or changes the one that the draft names.
    ///
    /// # Errors
    /// [`EngineError::Workshop`] where a rule is broken, or nothing can be written just now.
    pub fn put_workshop(&self, draft: WorkshopDraft) -> Result<Arc<WorkshopRow>, EngineError> {
        Ok(self.block_on(self.host().context.roster.put(draft))?)
    }

    /// Ends a workshop's intake.
    ///
    /// # Errors
    /// As [`Engine::put_workshop`].
    pub fn retire(&self, workshop: &WorkshopId) -> Result<Arc<WorkshopRow>, EngineError> {
        Ok(self.block_on(self.host().context.roster.retire(workshop))?)
    }

    /// Takes the end of a workshop back: it takes sign-ups as before, under the same code.
    ///
    /// # Errors
    /// As [`Engine::put_workshop`].
    pub fn resume(&self, workshop: &WorkshopId) -> Result<Arc<WorkshopRow>, EngineError> {
        Ok(self.block_on(self.host().context.roster.resume(workshop))?)
    }

    /// Takes sign-ups for a workshop from now on.
    ///
    /// # Errors
    /// As [`Engine::put_workshop`].
    pub fn open(&self, workshop: &WorkshopId) -> Result<Arc<WorkshopRow>, EngineError> {
        Ok(self.block_on(self.host().context.roster.open(workshop))?)
    }

    /// Takes no more sign-ups for a workshop; what was filled in before still counts within the grace.
    ///
    /// # Errors
    /// As [`Engine::put_workshop`].
    pub fn close(&self, workshop: &WorkshopId) -> Result<Arc<WorkshopRow>, EngineError> {
        Ok(self.block_on(self.host().context.roster.close(workshop))?)
    }

    /// Gives a workshop a new invite code.
    ///
    /// # Errors
    /// As [`Engine::put_workshop`].
    pub fn renew_code(&self, workshop: &WorkshopId) -> Result<Undo, EngineError> {
        self.block_on(self.host().renew_code(workshop))
    }
}
