//! What the venue's side of the laptop shares: its listener, its routes and the window.

use std::path::PathBuf;
use std::sync::Arc;

use crate::codes::scanner::Scanner;
use crate::venue::desks::Desks;
use crate::venue::settings::VenueSettings;
use crate::venue::visitors::Visitors;
use crate::workshops::context::Context;

/// The venue page's own state, and what every part of the engine works with.
pub(crate) struct VenueContext {
    pub(crate) context: Arc<Context>,
    pub(crate) settings: Arc<VenueSettings>,
    pub(crate) visitors: Visitors,
    pub(crate) desks: Desks,
    pub(crate) scanner: Scanner,
}

impl VenueContext {
    /// Reads the settings of that file, and the desks of the database.
    ///
    /// # Errors
    /// SQLite's own. A file that cannot be read is none.
    pub(crate) fn open(settings: PathBuf, context: Arc<Context>) -> rusqlite::Result<Self> {
        let settings = Arc::new(VenueSettings::open(settings));
        let desks = Desks::read(&context.readers, context.writer.clone(), Arc::clone(&settings))?;
        Ok(Self { context, settings, visitors: Visitors::default(), desks, scanner: Scanner::default() })
    }
}
