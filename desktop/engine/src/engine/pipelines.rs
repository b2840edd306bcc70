//! The lines of all workshops: started with them, ended with them, begun anew with another edge.

use std::collections::BTreeMap;
use std::sync::PoisonError;

use rollcall_shared::workshop::WorkshopId;

use crate::engine::host::Desk;
use crate::pipeline::Line;

impl Desk {
    /// Starts the lines of workshops that have none.
    pub(crate) fn start_lines(&self) {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        for row in self.roster.all() {
            let id = &row.workshop.id;
            if !lines.contains_key(id) {
                lines.insert(id.clone(), self.parts.start_line(id));
            }
        }
    }

    /// Ends the lines of workshops that are gone.
    pub(crate) async fn end_lines(&self) {
        for (id, line) in self.lines() {
            if self.roster.get(&id).is_none() {
                line.end().await;
                self.drop_line(&id);
            }
        }
    }

    /// Starts a line anew that has ended.
    pub(crate) fn restart_line(&self, workshop: &WorkshopId) {
        let started = self.parts.start_line(workshop);
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).insert(workshop.clone(), started);
    }

    /// Forgets a line that has ended.
    pub(crate) fn drop_line(&self, workshop: &WorkshopId) {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).remove(workshop);
    }

    pub(crate) fn lines(&self) -> BTreeMap<WorkshopId, Line> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Ends every line and starts it anew, with the edge that is used now. Safe at any moment, as a restart of the engine is.
    pub(crate) async fn restart_lines(&self) {
        for (id, line) in self.lines() {
            // It stands in the map until it has ended, so that nobody starts a second one beside it.
            line.end().await;
            self.restart_line(&id);
        }
        self.parts.changes.moved();
    }
}
