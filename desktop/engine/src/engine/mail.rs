//! The edge as the host sees it: connecting to one, and whose the mail is that waits there.

use std::sync::Arc;

use rollcall_shared::Timestamp;
use rollcall_shared::workshop::WorkshopId;

use crate::acts::ActError;
use crate::edge::client::{EdgeClient, client};
use crate::edge::connection::{self, ConnectionLine, NotALine};
use crate::engine::EngineError;
use crate::engine::host::Host;
use crate::pipeline::takeover::{self, Takeover, TakeoverError};
use crate::workshops::RosterError;

impl Host {
    /// Connects to the deployment of a connection line, now and at every later start. Its address.
    pub(crate) async fn connect(&self, line: &str) -> Result<String, EngineError> {
        let line = ConnectionLine::parse(line)?;
        let path = self.data_dir.join(connection::FILE);
        let edge = line.edge().map_err(|_| NotALine)?;
        let url = edge.url().to_owned();
        let edge = client(edge, &self.context.keys, &self.collector).map_err(|_| NotALine)?;
        // Kept before it is used: mail that was collected must find the same deployment after a restart.
        line.write(&path).map_err(|source| EngineError::File { path, source })?;
        self.pipelines.connect(edge).await;
        tracing::info!(edge = %url, "connected");
        Ok(url)
    }

    /// Makes this installation the collector of a workshop's mail, and has all of it delivered again.
    pub(crate) async fn take_over(&self, workshop: &WorkshopId) -> Result<Takeover, EngineError> {
        let taken = takeover::take_over(&*self.edge()?, &self.context, workshop).await;
        let taken = taken.map_err(|error| match error {
            TakeoverError::Edge(error) => EngineError::Edge(error),
            TakeoverError::Unwritable(failure) => EngineError::Act(ActError::Unwritable(failure)),
            TakeoverError::Erased => EngineError::Workshop(RosterError::Unknown(workshop.clone())),
        })?;
        self.look_for_mail(workshop);
        Ok(taken)
    }

    /// Has a workshop's mail delivered again that was deposited since then. How much that is.
    pub(crate) async fn replay(&self, workshop: &WorkshopId, since: Timestamp) -> Result<u64, EngineError> {
        let replayed = self.edge()?.replay(workshop, since).await?;
        self.look_for_mail(workshop);
        Ok(replayed)
    }

    /// Has mail looked at: what is delivered again was deposited long ago, and the edge does not call for it.
    fn look_for_mail(&self, workshop: &WorkshopId) {
        if let Some(pipeline) = self.pipelines.get(workshop) {
            pipeline.wake.asked();
        }
    }

    fn edge(&self) -> Result<Arc<EdgeClient>, EngineError> {
        self.pipelines.edge().ok_or(EngineError::NoEdge)
    }
}
