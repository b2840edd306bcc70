//! What the venue's side of the laptop shares: its door, its page and the window.

use std::path::PathBuf;
use std::sync::Arc;

use crate::db::readers::Readers;
use crate::venue::desks::Desks;
use crate::venue::settings::VenueSettings;
use crate::venue::visitors::Visitors;
use crate::writer::Writer;

/// Cheap to clone.
#[derive(Clone)]
pub(crate) struct VenueContext {
    pub(crate) settings: Arc<VenueSettings>,
    pub(crate) visitors: Arc<Visitors>,
    pub(crate) desks: Arc<Desks>,
}

impl VenueContext {
    /// With the settings of that file, and the desks of the database.
    pub(crate) fn open(settings: PathBuf, readers: &Readers, writer: &Writer) -> rusqlite::Result<Self> {
        let settings = Arc::new(VenueSettings::open(settings));
        let desks = Arc::new(Desks::read(readers, writer.clone(), Arc::clone(&settings))?);
        Ok(Self { settings, visitors: Arc::default(), desks })
    }
}
