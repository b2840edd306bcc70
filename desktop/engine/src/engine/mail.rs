//! The edge as the host sees it: connecting to one, and whose the mail is that waits there.

use std::sync::Arc;

use rollcall_shared::Timestamp;
use rollcall_shared::workshop::WorkshopId;

use crate::acts::ActError;
use crate::clock::now_ms;
use crate::db::events::{self, Event, WorkshopEvent};
use crate::db::takeovers_due;
use crate::db::tx::Tx;
use crate::edge::client::{EdgeClient, client};
use crate::edge::connection::{self, ConnectionLine, NotALine};
use crate::engine::EngineError;
use crate::engine::host::Host;
use crate::folder::keys::MergeError;
use crate::pipeline::takeover::{self, Takeover, TakeoverError};
use crate::view::TakenOver;
use crate::workshops::RosterError;

impl Host {
    /// Connects to the deployment of a connection line, now and at every later start. Its address.
    pub(crate) async fn connect(&self, line: &str) -> Result<String, EngineError> {
        self.connect_to(ConnectionLine::parse(line)?).await
    }

    /// Connects to a deployment. Its address.
    pub(crate) async fn connect_to(&self, line: ConnectionLine) -> Result<String, EngineError> {
        let path = self.data_dir.join(connection::FILE);
        let edge = line.edge().map_err(|_| NotALine)?;
        let url = edge.url().to_owned();
        let edge = client(edge, &self.context.keys, &self.collector).map_err(|_| NotALine)?;
        // Kept before it is used: mail that was collected must find the same deployment after a restart.
        line.write(&path).map_err(|source| EngineError::File { path, source })?;
        // A copy of the keys that is saved from here on is enough to collect its mail.
        self.context.keys.note_edge(edge.known()).map_err(MergeError::Unwritable)?;
        self.pipelines.connect(edge).await;
        self.learning.ask();
        tracing::info!(edge = %url, "connected");
        Ok(url)
    }

    /// Makes this installation the collector of a workshop's mail, and has all of it delivered again. What
    /// breaks off on the way is done by the collector, whole, as soon as it can be.
    pub(crate) async fn take_over(&self, workshop: &WorkshopId) -> Result<TakenOver, EngineError> {
        self.row(workshop)?;
        let edge = self.edge()?;
        // Noted before the edge hears of it: its answer may be lost, and with it what has to come again.
        let of = workshop.clone();
        self.edit(move |tx| takeovers_due::add(tx, &of)).await?;
        let taken = takeover::take_over(&edge, &self.context, workshop).await;
        let (of, now) = (workshop.clone(), now_ms());
        match taken {
            Ok(Takeover { previous, replayed }) => {
                self.edit(move |tx| {
                    takeovers_due::remove(tx, &of)?;
                    events::add(tx, now, Event::Workshop(&of, WorkshopEvent::TakenOver))
                })
                .await?;
                self.look_for_mail(workshop);
                let previous = previous.filter(|other| other.id != self.collector.id);
                Ok(TakenOver { previous: previous.map(|other| other.name), replayed })
            }
            Err(TakeoverError::Erased) => Err(EngineError::Workshop(RosterError::Unknown(workshop.clone()))),
            Err(TakeoverError::Edge(error)) if error.is_permanent() => {
                self.edit(move |tx| takeovers_due::remove(tx, &of)).await?;
                Err(EngineError::Edge(error))
            }
            Err(TakeoverError::Edge(error)) => {
                self.look_for_mail(workshop);
                Err(EngineError::TakeoverLater(error))
            }
            Err(TakeoverError::Unwritable(failure)) => {
                self.look_for_mail(workshop);
                Err(EngineError::Act(ActError::Unwritable(failure)))
            }
        }
    }

    async fn edit(
        &self,
        edit: impl FnOnce(&Tx<'_>) -> rusqlite::Result<()> + Send + 'static,
    ) -> Result<(), EngineError> {
        let done = self.context.writer.edit(edit).await;
        done.map_err(|failure| EngineError::Act(ActError::Unwritable(failure)))
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

    pub(super) fn edge(&self) -> Result<Arc<EdgeClient>, EngineError> {
        self.pipelines.edge().ok_or(EngineError::NoEdge)
    }
}
