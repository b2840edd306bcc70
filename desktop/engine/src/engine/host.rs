//! The host's side of a running engine: what its routes and the window share. Its methods lie in files of
//! their own, by what they are about.

use std::path::PathBuf;
use std::sync::Arc;

use rollcall_shared::mailbox::Collector;
use rollcall_shared::workshop::WorkshopId;

use crate::acts::Acts;
use crate::db::workshops::WorkshopRow;
use crate::engine::EngineError;
use crate::engine::alarms::Alarms;
use crate::engine::deleted_lists::DeletedLists;
use crate::engine::figures::history::History;
use crate::engine::hop_status::Since;
use crate::engine::learning_turn::Learning;
use crate::engine::setting_before::SettingBefore;
use crate::export;
use crate::pipeline::pipelines::Pipelines;
use crate::pipeline::stream::server_choice::Redis;
use crate::venue::context::VenueContext;
use crate::venue::listener::VenueListener;
use crate::workshops::context::Context;

/// Everything that the host can see or do. Methods that wait are asynchronous; those that block say so.
pub(crate) struct Host {
    pub(crate) context: Arc<Context>,
    pub(crate) redis: Arc<Redis>,
    pub(crate) pipelines: Pipelines,
    pub(crate) venue: Arc<VenueContext>,
    pub(crate) listener: VenueListener,
    pub(crate) acts: Acts<SettingBefore>,
    pub(crate) since: Since,
    pub(crate) alarms: Alarms,
    pub(crate) deleted: DeletedLists,
    pub(crate) history: History,
    pub(crate) learning: Learning,
    pub(crate) collector: Collector,
    pub(crate) data_dir: PathBuf,
}

impl Host {
    /// Returns a workshop that must be there.
    ///
    /// # Errors
    /// [`EngineError::Workshop`] where it is not.
    pub(crate) fn row(&self, workshop: &WorkshopId) -> Result<Arc<WorkshopRow>, EngineError> {
        Ok(self.context.roster.known(workshop)?)
    }

    /// Finds the workshop of that id or invite code.
    pub(crate) fn find(&self, text: &str) -> Option<WorkshopId> {
        let rows = self.context.roster.all();
        export::named(text, rows.iter().map(|row| &row.workshop)).map(|workshop| workshop.id.clone())
    }
}
