//! Desks as the host sees them, and entry codes taken at the host's own computer.

use std::sync::Arc;

use rollcall_shared::Millis;
use rollcall_shared::workshop::WorkshopId;

use crate::Engine;
use crate::db::desks;
use crate::engine::EngineError;
use crate::engine::host::Host;
use crate::message::{DeskId, Origin};
use crate::pipeline::unsealer::Unsealer;
use crate::venue::desks::Unkept;
use crate::venue::entry::{self, EntryError};
use crate::venue::settings;
use crate::view::{DeskDevice, DeskPanel, SignupState, TakenEntry};
use crate::workshops::RosterError;
use rollcall_shared::admission::Outcome;
use rollcall_shared::receipt::ReceiptState;

impl Engine {
    /// The desks of a workshop.
    ///
    /// # Errors
    /// [`EngineError::Workshop`] where there is no such workshop, [`EngineError::Database`] where it cannot be read.
    pub fn desk_panel(&self, workshop: &WorkshopId) -> Result<DeskPanel, EngineError> {
        self.host.desk_panel(workshop)
    }

    /// Lets helpers' devices in by a PIN that is drawn now. Whoever came in by the last one is out.
    ///
    /// # Errors
    /// [`EngineError::Workshop`] where there is no such workshop or nothing can be written, [`EngineError::File`].
    pub fn renew_desk_pin(&self, workshop: &WorkshopId) -> Result<(), EngineError> {
        self.block_on(self.host.renew_desk_pin(workshop))
    }

    /// Lets no device in any more, and ends those that are.
    ///
    /// # Errors
    /// As [`Engine::renew_desk_pin`].
    pub fn shut_desks(&self, workshop: &WorkshopId) -> Result<(), EngineError> {
        self.block_on(self.host.shut_desks(workshop))
    }

    /// Ends one device's session.
    ///
    /// # Errors
    /// As [`Engine::renew_desk_pin`].
    pub fn end_desk(&self, workshop: &WorkshopId, desk: String) -> Result<(), EngineError> {
        let ended = self.block_on(self.host.venue.desks.end(workshop, Some(DeskId::new(desk))));
        self.host.kept(ended)
    }

    /// Takes an entry code at this computer.
    ///
    /// # Errors
    /// [`EngineError::Entry`]; nothing happened to the sign-up then, which its phone keeps.
    pub fn take_entry(&self, workshop: &WorkshopId, entry: &str) -> Result<TakenEntry, EngineError> {
        let (row, context) = (self.host.row(workshop)?, &self.host.context);
        let unsealer =
            Unsealer::new(workshop.clone(), Arc::clone(&context.keys), Arc::clone(&context.quarantine));
        let taken: Result<entry::Taken, EntryError> =
            self.block_on(entry::take(&row, entry, Origin::HostComputer, &unsealer, &context.writer));
        let entry::Taken { id, state, outcome, name } = taken?;
        Ok(TakenEntry {
            short_code: id.short_code(),
            id,
            name,
            state: match state {
                ReceiptState::Registered => Some(SignupState::Registered),
                ReceiptState::Waitlisted => Some(SignupState::Waitlisted),
                ReceiptState::Cancelled => Some(SignupState::Cancelled),
                ReceiptState::Received => None,
            },
            again: outcome == Outcome::Repeated,
        })
    }
}

impl Host {
    /// Blocking: it reads the database.
    pub(crate) fn desk_panel(&self, workshop: &WorkshopId) -> Result<DeskPanel, EngineError> {
        let row = self.row(workshop)?;
        let read = |conn: &rusqlite::Connection| {
            Ok((desks::all(conn, workshop)?, desks::taken(conn, workshop, None)?))
        };
        let (rows, here) = self.context.readers.read(read)?;
        let device = |row: desks::DeskRow| {
            let seen = self.venue.desks.seen(&row.id);
            DeskDevice {
                open: seen.is_some() && row.ended_at.is_none(),
                seen_at: [seen.flatten(), row.last_at].into_iter().flatten().fold(row.opened_at, Millis::max),
                id: row.id.as_str().to_owned(),
                name: row.name,
                opened_at: row.opened_at,
                taken: row.taken,
            }
        };
        let address = self.listener.address();
        Ok(DeskPanel {
            url: address.map(|address| format!("http://{address}/{}/desk", row.venue_token)),
            pin: self.venue.desks.pin(workshop),
            desks: rows.into_iter().map(device).collect(),
            here,
        })
    }

    pub(crate) async fn renew_desk_pin(&self, workshop: &WorkshopId) -> Result<(), EngineError> {
        self.row(workshop)?;
        let renewed = self.venue.desks.renew(workshop).await;
        self.kept(renewed)
    }

    pub(crate) async fn shut_desks(&self, workshop: &WorkshopId) -> Result<(), EngineError> {
        let shut = self.venue.desks.shut(workshop).await;
        self.kept(shut)
    }

    fn kept(&self, kept: Result<(), Unkept>) -> Result<(), EngineError> {
        self.context.changes.moved();
        kept.map_err(|unkept| match unkept {
            Unkept::File(e) => {
                EngineError::File { path: self.data_dir.join(settings::FILE), why: e.to_string() }
            }
            Unkept::Database(failure) => EngineError::Workshop(RosterError::Unwritable(failure)),
        })
    }
}
