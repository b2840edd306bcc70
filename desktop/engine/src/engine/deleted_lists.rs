//! Lists that were erased because their day had come, for the host to see.

use parking_lot::Mutex;
use rollcall_shared::workshop::WorkshopId;

use crate::view::Deleted;

/// Lists that were erased since the program was started, until the host has seen it.
#[derive(Default)]
pub(crate) struct DeletedLists(Mutex<Vec<Deleted>>);

impl DeletedLists {
    /// Adds one.
    pub(super) fn add(&self, deleted: Deleted) {
        self.0.lock().push(deleted);
    }

    /// Returns all of them, oldest first.
    pub(super) fn all(&self) -> Vec<Deleted> {
        self.0.lock().clone()
    }

    /// Takes one away that the host has seen.
    pub(super) fn dismiss(&self, workshop: &WorkshopId) {
        self.0.lock().retain(|deleted| deleted.workshop != *workshop);
    }
}
