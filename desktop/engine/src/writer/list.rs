//! The lists that a transaction touches.

use std::collections::HashMap;

use rollcall_shared::admission::Seats;
use rollcall_shared::forms::Forms;
use rollcall_shared::workshop::{Workshop, WorkshopId};
use rusqlite::Connection;

use crate::db::{forms, signups, workshops};

/// The lists that a transaction touches: read once, counted on. Dropped with the transaction.
#[derive(Default)]
pub(super) struct Lists(HashMap<WorkshopId, List>);

/// A workshop's list, as far as a transaction counts on it.
pub(super) struct List {
    pub(super) workshop: Workshop,
    pub(super) forms: Forms,
    pub(super) seats: Seats,
}

impl List {
    pub(super) fn read(conn: &Connection, id: &WorkshopId) -> rusqlite::Result<Self> {
        let workshop = workshops::record(conn, id)?;
        let seats = signups::seats(conn, &workshop)?;
        Ok(Self { workshop, forms: forms::of(conn, id)?, seats })
    }
}

impl Lists {
    pub(super) fn of(&mut self, conn: &Connection, id: &WorkshopId) -> rusqlite::Result<&mut List> {
        if !self.0.contains_key(id) {
            self.0.insert(id.clone(), List::read(conn, id)?);
        }
        self.0.get_mut(id).ok_or(rusqlite::Error::QueryReturnedNoRows)
    }
}
