//! The host's side of the running engine: what its routes and typed methods share, and what can be asked of it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::Mutex;
use rollcall_shared::Millis;
use rollcall_shared::mailbox::Collector;
use rollcall_shared::workshop::WorkshopId;

use crate::acts::{ActError, Acts};
use crate::db::list;
use crate::db::signups::SignupRow;
use crate::db::workshops::WorkshopRow;
use crate::db::{duplicates, parked, receipts_out, signups};
use crate::edge::client::{EdgeClient, EdgeError};
use crate::engine::EngineError;
use crate::engine::alarms::Alarms;
use crate::engine::hop_status::Since;
use crate::engine::{Backlog, Counts, EngineHealth, Status, WorkshopStatus};
use crate::export::{self, Sheet};
use crate::folder::backup::{self, Backup};
use crate::metrics::Hop;
use crate::pipeline::stream::server_choice::RedisKind;
use crate::pipeline::takeover;
use crate::pipeline::{Pipeline, PipelineContext};
use crate::venue::address::venue_url;
use crate::venue::context::VenueContext;
use crate::venue::listener::VenueListener;
use crate::view::ExportFormat;
use crate::workshops::{Roster, RosterError};
use rollcall_shared::language::Language;
use std::path::Path;

/// What the routes and the typed methods share.
pub(crate) struct Host {
    pub(crate) context: PipelineContext,
    pub(crate) pipelines: Mutex<BTreeMap<WorkshopId, Pipeline>>,
    pub(crate) roster: Arc<Roster>,
    pub(crate) acts: Acts,
    pub(crate) listener: VenueListener,
    pub(crate) venue: VenueContext,
    pub(crate) since: Since,
    pub(crate) alarms: Alarms,
    pub(crate) redis: RedisKind,
    pub(crate) collector: Collector,
    pub(crate) data_dir: PathBuf,
    pub(crate) control_note: PathBuf,
}

impl Host {
    /// How everything is doing. Blocking: it reads the database.
    pub(crate) fn status(&self) -> Result<Status, EngineError> {
        let (counts, receipts) = self.read_tables()?;
        let pipelines = self.pipelines.lock().clone();
        let lan = self.listener.address();
        let workshop = |row: Arc<WorkshopRow>| WorkshopStatus {
            lan: lan.map(|lan| venue_url(lan, &row)),
            retired_at: row.retired_at,
            health: pipelines.get(&row.workshop.id).map(|pipeline| pipeline.health.now()),
            workshop: row.workshop.clone(),
        };
        Ok(Status {
            workshops: self.roster.all().into_iter().map(workshop).collect(),
            counts,
            health: EngineHealth {
                unwritable: self.context.writer.unwritable(),
                redis: self.redis.clone(),
                edge: self.context.edge().map(|edge| edge.url().to_owned()),
            },
            backlog: Backlog { receipts },
        })
    }

    /// Every figure, as Prometheus reads it. Blocking: it reads the database.
    pub(crate) fn metrics_text(&self) -> String {
        match self.read_tables() {
            Ok((counts, receipts)) => {
                let signups: Vec<(String, u64)> = counts.signups.into_iter().collect();
                self.context.metrics.set_tables(&signups, counts.parked);
                self.context.metrics.set_backlog(Hop::Receipts, receipts);
            }
            // The figures that live in memory are worth having all the same.
            Err(error) => tracing::warn!(%error, "figures from the database are missing"),
        }
        self.context.metrics.text()
    }

    /// A workshop's list as a file. Blocking: it reads the whole list, then lets the database go and writes the file's
    /// content in memory.
    pub(crate) fn sheet(
        &self,
        workshop: &WorkshopId,
        format: ExportFormat,
        language: Language,
    ) -> Result<Sheet, EngineError> {
        let row = self.row(workshop)?;
        let signups = self.context.readers.read(|conn| list::whole(conn, workshop))?;
        Ok(export::sheet(&row.workshop, signups, format, language)?)
    }

    /// Notes in the audit log that a list left the database. The host gets the list all the same where the disk is full.
    pub(crate) async fn note_export(&self, workshop: &WorkshopId, format: ExportFormat) {
        let id = workshop.clone();
        let note = self.context.writer.edit(move |conn| export::note(conn, &id, format));
        if let Err(failure) = note.await {
            tracing::warn!(cause = failure.cause(), "an export is not in the audit log");
        }
    }

    /// Copies the database and the keys. Blocking.
    pub(crate) fn back_up(&self, to: &Path) -> Result<Backup, EngineError> {
        let context = &self.context;
        Ok(context.readers.read(|conn| Ok(backup::make(conn, &context.keys, to)))??)
    }

    /// The workshop of that id or invite code.
    pub(crate) fn find(&self, text: &str) -> Option<WorkshopId> {
        let rows = self.roster.all();
        export::named(text, rows.iter().map(|row| &row.workshop)).map(|workshop| workshop.id.clone())
    }

    /// A workshop's list. Blocking: it reads the database.
    pub(crate) fn signups(&self, workshop: &WorkshopId, limit: u32) -> Result<Vec<SignupRow>, EngineError> {
        Ok(self.context.readers.read(|conn| signups::list(conn, workshop, limit))?)
    }

    pub(crate) async fn take_over(
        &self,
        workshop: &WorkshopId,
    ) -> Result<(Option<Collector>, u64), EngineError> {
        let edge = self.edge()?;
        let taken = edge.take_over(workshop).await.map_err(edge_error)?;
        let previous = taken.previous.clone();
        let followed = takeover::follow(taken, workshop, &self.context.writer, &self.roster).await;
        if !followed.map_err(ActError::Unwritable)? {
            return Err(RosterError::Unknown(workshop.clone()).into());
        }
        // What the other laptop acknowledged is in its database, not in this one.
        let replayed = edge.replay(workshop, 0).await.map_err(edge_error)?;
        self.look_for_mail(workshop);
        Ok((previous, replayed))
    }

    pub(crate) async fn replay(&self, workshop: &WorkshopId, since: Millis) -> Result<u64, EngineError> {
        let replayed = self.edge()?.replay(workshop, since).await.map_err(edge_error)?;
        self.look_for_mail(workshop);
        Ok(replayed)
    }

    /// What is delivered again was deposited long ago: the edge does not call for it.
    fn look_for_mail(&self, workshop: &WorkshopId) {
        if let Some(pipeline) = self.pipelines.lock().get(workshop) {
            pipeline.wake.asked();
        }
    }

    fn edge(&self) -> Result<Arc<EdgeClient>, EngineError> {
        self.context.edge().ok_or(EngineError::NoEdge)
    }

    fn read_tables(&self) -> Result<(Counts, u64), EngineError> {
        let has_edge = self.context.edge().is_some();
        let read = |conn: &rusqlite::Connection| {
            let counts = Counts {
                signups: signups::counts(conn)?.into_iter().collect(),
                duplicates: duplicates::count(conn)?,
                parked: parked::count(conn)?,
            };
            Ok((counts, if has_edge { receipts_out::unsent_count(conn)? } else { 0 }))
        };
        Ok(self.context.readers.read(read)?)
    }
}

fn edge_error(error: EdgeError) -> EngineError {
    EngineError::Edge(error.to_string())
}
