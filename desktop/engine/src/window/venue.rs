//! The venue page: opening and closing it, where phones reach it, and what is in their way.

use rollcall_shared::Timestamp;
use rollcall_shared::workshop::WorkshopId;

use crate::engine::{Engine, EngineError};
use crate::view::{Addresses, AlarmKind, Check, Wifi};

impl Engine {
    /// Opens the venue page, where it is closed.
    ///
    /// # Errors
    /// [`EngineError::Venue`] where its port is another program's.
    pub fn open_venue(&self) -> Result<(), EngineError> {
        self.block_on(self.host().open_venue())
    }

    /// Returns whether the venue page is open.
    pub fn venue_is_open(&self) -> bool {
        self.host().listener.address().is_some()
    }

    /// Closes the venue page; returns once what was in hand is answered.
    pub fn close_venue(&self) {
        self.block_on(self.host().listener.close());
    }

    /// Says where phones reach a workshop's form.
    ///
    /// # Errors
    /// [`EngineError::Workshop`] where there is no such workshop.
    pub fn addresses(&self, workshop: &WorkshopId) -> Result<Addresses, EngineError> {
        Ok(self.host().addresses(&*self.host().row(workshop)?))
    }

    /// Says how the check from a phone is going that began at `since`. Takes up to two seconds: the laptop
    /// tries its own address.
    ///
    /// # Errors
    /// [`EngineError::Workshop`] where there is no such workshop.
    pub fn check(&self, workshop: &WorkshopId, since: Timestamp) -> Result<Check, EngineError> {
        self.block_on(self.host().check(workshop, since))
    }

    /// Chooses the network whose address the venue's QR code shows; `None` leaves it to the engine.
    ///
    /// # Errors
    /// [`EngineError::File`] where the choice cannot be kept.
    pub fn choose_network(&self, interface: Option<String>) -> Result<(), EngineError> {
        self.host().choose_network(interface)
    }

    /// Gives, changes or takes away the Wi-Fi that phones join first.
    ///
    /// # Errors
    /// [`EngineError::Wifi`] where no phone could join it, [`EngineError::File`] where it cannot be kept.
    pub fn set_wifi(&self, wifi: Option<Wifi>) -> Result<(), EngineError> {
        self.host().set_wifi(wifi)
    }

    /// Takes an alarm away that the host has seen. It comes back when its reason does.
    pub fn dismiss_alarm(&self, kind: AlarmKind) {
        self.host().alarms.dismiss(kind);
        self.host().context.changes.moved();
    }
}
