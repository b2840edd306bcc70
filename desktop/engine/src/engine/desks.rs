//! Helpers' desks as the host sees them, and entry codes that are taken at the host's own computer.

use rollcall_shared::Timestamp;
use rollcall_shared::admission::Outcome;
use rollcall_shared::receipt::ReceiptState;
use rollcall_shared::workshop::WorkshopId;

use crate::acts::ActError;
use crate::db::desks;
use crate::engine::EngineError;
use crate::engine::host::Host;
use crate::engine::setting_before::SettingBefore;
use crate::message::{DeskId, Origin};
use crate::venue::desks::{DesksBefore, Unkept};
use crate::venue::entry::{self, EntryError, StoredEntry};
use crate::view::{DeskDevice, DeskPanel, Setting, SignupState, TakenEntry, Undo};
use crate::workshops::venue_url::VenueUrl;

impl Host {
    /// Reads the desks of a workshop. Blocks.
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
                seen_at: [seen.flatten(), row.last_at]
                    .into_iter()
                    .flatten()
                    .fold(row.opened_at, Timestamp::max),
                id: row.id.as_str().to_owned(),
                name: row.name,
                opened_at: row.opened_at,
                taken: row.taken,
            }
        };
        Ok(DeskPanel {
            url: self.listener.address().map(|address| VenueUrl::of(address, &row).desk()),
            reach: self.listener.reach(),
            pin: self.venue.desks.pin(workshop),
            desks: rows.into_iter().map(device).collect(),
            here,
        })
    }

    /// Lets helpers' devices in by a PIN that is drawn now.
    pub(crate) async fn renew_desk_pin(&self, workshop: &WorkshopId) -> Result<Undo, EngineError> {
        self.row(workshop)?;
        self.kept(Setting::PinRenewed, self.venue.desks.renew(workshop).await)
    }

    /// Lets no device in any more, and ends the sessions of those that are.
    pub(crate) async fn shut_desks(&self, workshop: &WorkshopId) -> Result<Undo, EngineError> {
        self.kept(Setting::DesksShut, self.venue.desks.shut(workshop).await)
    }

    /// Ends one device's session.
    pub(crate) async fn end_desk(&self, workshop: &WorkshopId, desk: String) -> Result<Undo, EngineError> {
        self.kept(Setting::DeskEnded, self.venue.desks.end(workshop, DeskId::new(desk)).await)
    }

    /// Takes an entry code at this computer.
    pub(crate) async fn take_entry(
        &self,
        workshop: &WorkshopId,
        entry: &str,
    ) -> Result<TakenEntry, EngineError> {
        let row = self.row(workshop)?;
        Ok(entry::take(&self.context, &row, entry, Origin::HostComputer).await?.into())
    }

    /// Takes the entry code that a picture shows, at this computer.
    pub(crate) async fn take_picture(
        &self,
        workshop: &WorkshopId,
        picture: Vec<u8>,
    ) -> Result<TakenEntry, EngineError> {
        let row = self.row(workshop)?;
        let place = self.venue.scanner.place().map_err(|error| EntryError::Code(error.into()))?;
        let origin = Origin::HostComputer;
        Ok(entry::take_picture(&self.context, &row, place, picture, origin).await?.into())
    }

    fn kept(&self, what: Setting, done: Result<DesksBefore, Unkept>) -> Result<Undo, EngineError> {
        self.context.changes.moved();
        match done {
            Ok(before) => Ok(self.acts.note(before.workshop.clone(), what, SettingBefore::Desks(before))),
            Err(unkept) => Err(self.not_kept(unkept)),
        }
    }

    /// Says why nothing about desks was kept.
    pub(super) fn not_kept(&self, unkept: Unkept) -> EngineError {
        match unkept {
            Unkept::Changed => EngineError::Act(ActError::Changed),
            Unkept::File(source) => EngineError::File { path: self.venue.settings.path().to_owned(), source },
            Unkept::Database(failure) => EngineError::Act(ActError::Unwritable(failure)),
        }
    }
}

impl From<StoredEntry> for TakenEntry {
    fn from(taken: StoredEntry) -> Self {
        let StoredEntry { id, state, outcome, name } = taken;
        Self {
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
        }
    }
}
