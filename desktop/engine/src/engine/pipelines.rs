//! The pipelines of all workshops: started with them, ended with them, begun anew with another edge.

use std::collections::BTreeMap;

use rollcall_shared::workshop::WorkshopId;

use crate::engine::host::Host;
use crate::pipeline::Pipeline;

impl Host {
    /// Starts the pipelines of workshops that have none.
    pub(crate) fn start_pipelines(&self) {
        let mut pipelines = self.pipelines.lock();
        for row in self.roster.all() {
            let id = &row.workshop.id;
            if !pipelines.contains_key(id) {
                pipelines.insert(id.clone(), self.context.start_pipeline(id));
            }
        }
    }

    /// Ends the pipelines of workshops that are gone.
    pub(crate) async fn end_pipelines(&self) {
        for (id, pipeline) in self.pipelines() {
            if self.roster.get(&id).is_none() {
                pipeline.end().await;
                self.drop_pipeline(&id);
            }
        }
    }

    /// Starts a pipeline anew that has ended.
    pub(crate) fn restart_pipeline(&self, workshop: &WorkshopId) {
        let started = self.context.start_pipeline(workshop);
        self.pipelines.lock().insert(workshop.clone(), started);
    }

    /// Forgets a pipeline that has ended.
    pub(crate) fn drop_pipeline(&self, workshop: &WorkshopId) {
        self.pipelines.lock().remove(workshop);
    }

    pub(crate) fn pipelines(&self) -> BTreeMap<WorkshopId, Pipeline> {
        self.pipelines.lock().clone()
    }

    /// Ends every line and starts it anew, with the edge that is used now. Safe at any moment, as a restart of the engine is.
    pub(crate) async fn restart_pipelines(&self) {
        for (id, pipeline) in self.pipelines() {
            // It stands in the map until it has ended, so that nobody starts a second one beside it.
            pipeline.end().await;
            self.restart_pipeline(&id);
        }
        self.context.changes.moved();
    }
}
