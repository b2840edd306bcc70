//! What the venue's side of the laptop shares: its door, its page and the window.

use std::path::PathBuf;
use std::sync::Arc;

use crate::guests::Guests;
use crate::venue_settings::VenueSettings;

/// Cheap to clone.
#[derive(Clone)]
pub(crate) struct Site {
    pub(crate) settings: Arc<VenueSettings>,
    pub(crate) guests: Arc<Guests>,
}

impl Site {
    /// With the settings of that file.
    pub(crate) fn open(settings: PathBuf) -> Self {
        Self { settings: Arc::new(VenueSettings::open(settings)), guests: Arc::default() }
    }
}
