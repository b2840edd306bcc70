//! Erasing a person or a whole workshop, everywhere that this laptop reaches, while the engine runs.
//!
//! The transaction that deletes the rows also notes what has to be told to the edge, which is told when it
//! can be reached.

use std::sync::Arc;
use std::time::Duration;

use rollcall_shared::Timestamp;
use rollcall_shared::mailbox::EraseRequest;
use rollcall_shared::retry::Failure;
use rollcall_shared::workshop::WorkshopId;

use crate::acts::ActError;
use crate::clock::now_ms;
use crate::db::erased_workshops;
use crate::edge::client::EdgeError;
use crate::engine::EngineError;
use crate::engine::host::Host;
use crate::erasure::{self, Gone, copies};
use crate::pipeline::stream::StreamError;
use crate::pipeline::stream::server_choice::{DirectReason, RedisKind};
use crate::view::{ErasedRows, Erasure, Whom};
use crate::writer::log;

/// Between two tries to finish the erasure of a workshop.
const FINISH_EVERY: Duration = Duration::from_secs(30);

impl Host {
    /// Erases. The edge hears of it as soon as it can be reached.
    pub(crate) async fn erase(&self, workshop: &WorkshopId, whom: &Whom) -> Result<Erasure, EngineError> {
        let rows = match whom {
            Whom::Workshop => self.erase_workshop(workshop, None).await?,
            Whom::Person(_) | Whom::Parked(_) => {
                let (whom, of, now) = (*whom, workshop.clone(), now_ms());
                let edit = self.context.writer.edit(move |tx| erasure::rows(tx, &of, &whom, now)).await;
                edit.map_err(ActError::Unwritable)?.ok_or(ActError::Unknown)?
            }
        };
        Ok(self.clean_up(workshop, whom, rows).await)
    }

    /// Erases a workshop because pages promised it by that day. Where they promise another one by now, nothing
    /// is erased.
    pub(super) async fn erase_promised(
        &self,
        workshop: &WorkshopId,
        delete_by: Timestamp,
    ) -> Result<Erasure, EngineError> {
        let rows = self.erase_workshop(workshop, Some(delete_by)).await?;
        Ok(self.clean_up(workshop, &Whom::Workshop, rows).await)
    }

    /// Deletes what is left on the disk of rows that were erased.
    async fn clean_up(&self, workshop: &WorkshopId, whom: &Whom, rows: ErasedRows) -> Erasure {
        let gone = Gone::of(workshop, whom, &rows);
        self.acts.forget(workshop);
        self.context.changes.moved();
        let log_emptied = log::empty(&self.context.writer).await;
        let data_dir = self.data_dir.clone();
        let (copies, copies_left) =
            tokio::task::spawn_blocking(move || copies::erase(&data_dir, &gone)).await.unwrap_or_default();
        Erasure { rows, copies, copies_left, log_emptied }
    }

    /// Says what [`Host::erase`] would erase. Blocks: it erases in a copy of the database in memory.
    pub(crate) fn would_erase(&self, workshop: &WorkshopId, whom: &Whom) -> Result<Erasure, EngineError> {
        let rows = self.context.readers.read(|conn| erasure::rehearse(conn, workshop, whom))?;
        let rows = rows.ok_or(ActError::Unknown)?;
        Ok(Erasure { rows, ..Erasure::default() })
    }

    async fn erase_workshop(
        &self,
        workshop: &WorkshopId,
        promised: Option<Timestamp>,
    ) -> Result<ErasedRows, EngineError> {
        let _turn = self.pipelines.take_turn().await;
        // Its loops first: the rows that they work with are about to go.
        if let Some(pipeline) = self.pipelines.get(workshop) {
            pipeline.end().await;
        }
        let roster = &self.context.roster;
        let erased = match promised {
            Some(day) => roster.erase_promised(workshop, day).await,
            None => roster.erase(workshop).await,
        };
        if erased.is_err() && roster.get(workshop).is_some() {
            self.pipelines.restart(workshop);
        } else {
            self.pipelines.forget(workshop);
        }
        let rows = erased?;
        if let Err(error) = self.finish(workshop).await {
            tracing::info!(%workshop, %error, "the workshop is erased here; the rest follows");
        }
        Ok(rows)
    }

    /// Deletes what is left of erased workshops outside the database, now and whenever it can be done.
    pub(crate) async fn finish_erasures(self: Arc<Self>) {
        let mut changes = self.context.roster.changes();
        loop {
            let unfinished = self.context.readers.read(erased_workshops::unfinished).unwrap_or_default();
            for workshop in &unfinished {
                if let Err(error) = self.finish(workshop).await {
                    tracing::debug!(%workshop, %error, "something is left of an erased workshop");
                }
            }
            tokio::select! {
                changed = changes.changed() => if changed.is_err() { return },
                () = tokio::time::sleep(FINISH_EVERY), if !unfinished.is_empty() => {}
                () = self.context.stop.cancelled() => return,
            }
        }
    }

    /// Deletes from the stream, the keys and the edge, in this order: the key that shows the edge whose
    /// laptop this is goes last. Where the private Redis does not run all of it is done once more, when it
    /// does.
    async fn finish(&self, workshop: &WorkshopId) -> Result<(), Unfinished> {
        let redis = self.redis.describe();
        self.pipelines.delete_stream(workshop).await?;
        let keys = &self.context.keys;
        keys.forget_secrets(workshop)?;
        if keys.drain_key(workshop).is_some() {
            let edge = self.pipelines.edge().ok_or(Unfinished::NoEdge)?;
            match edge.erase(workshop, &EraseRequest::Workshop).await {
                // It never heard of this workshop, or has let go of it: nothing of it is there.
                Err(error) if error.is_unauthorized() => {}
                told => told?,
            }
            keys.forget(workshop)?;
        }
        if matches!(redis, RedisKind::Direct(DirectReason::NotStarted { .. })) {
            return Err(Unfinished::NoRedis);
        }
        let of = workshop.clone();
        let noted = self.context.writer.edit(move |tx| erased_workshops::finish(tx, &of)).await;
        noted.map_err(Unfinished::Unwritable)
    }
}

/// Why something is left of an erased workshop. It is tried again.
#[derive(Debug, thiserror::Error)]
enum Unfinished {
    /// Its stream.
    #[error(transparent)]
    Stream(#[from] StreamError),
    /// What may be in the private Redis's files.
    #[error("the private Redis does not run, whose files may hold some of its mail")]
    NoRedis,
    /// Its keys.
    #[error("the keys cannot be written ({0})")]
    Keys(#[from] std::io::Error),
    /// What is at the edge, and this laptop has none.
    #[error("there is no edge to be told")]
    NoEdge,
    /// What is at the edge.
    #[error(transparent)]
    Edge(#[from] EdgeError),
    /// The note that all is done.
    #[error("the database cannot be written just now ({})", .0.cause())]
    Unwritable(Failure),
}
