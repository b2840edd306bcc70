//! What the status command shows, and `/metrics`: plain figures.

use std::collections::BTreeMap;
use std::sync::Arc;

use rollcall_shared::Timestamp;
use rollcall_shared::retry::Failure;
use rollcall_shared::workshop::{Workshop, WorkshopId};
use serde::Serialize;

use crate::db::signups::SignupRow;
use crate::db::workshops::WorkshopRow;
use crate::db::{duplicates, parked, receipts_out, signups};
use crate::engine::EngineError;
use crate::engine::host::Host;
use crate::metrics::Hop;
use crate::pipeline::health::WorkshopHealth;
use crate::pipeline::stream::server_choice::RedisKind;
use crate::view::Reach;
use crate::workshops::venue_url::VenueUrl;

/// How everything is doing.
#[derive(Debug, Clone, Serialize)]
pub struct Status {
    /// Every workshop, oldest first.
    pub workshops: Vec<WorkshopStatus>,
    /// What the tables hold.
    pub counts: RowCounts,
    /// The engine's own health; each workshop has its own.
    pub health: EngineHealth,
    /// What waits.
    pub backlog: Backlog,
}

/// One workshop.
#[derive(Debug, Clone, Serialize)]
pub struct WorkshopStatus {
    /// The public record.
    #[serde(flatten)]
    pub workshop: Workshop,
    /// Its form on the local network; none while the venue page is closed.
    pub lan: Option<String>,
    /// Whether a phone can get there.
    pub lan_reach: Option<Reach>,
    /// When its intake was ended by hand.
    pub retired_at: Option<Timestamp>,
    /// How its pipeline is doing.
    pub health: Option<WorkshopHealth>,
}

/// Rows, over all workshops.
#[derive(Debug, Clone, Serialize)]
pub struct RowCounts {
    /// By state.
    pub signups: BTreeMap<String, u64>,
    /// Sign-ups whose number another one on the list has.
    pub duplicates: u64,
    /// For a person to look at.
    pub parked: u64,
}

/// The engine's own health.
#[derive(Debug, Clone, Serialize)]
pub struct EngineHealth {
    /// Why the database cannot be written; `None` while it can.
    pub unwritable: Option<Failure>,
    /// Which Redis is used.
    pub redis: RedisKind,
    /// The edge's address.
    pub edge: Option<String>,
}

/// What waits.
#[derive(Debug, Clone, Serialize)]
pub struct Backlog {
    /// Receipts that the edge has not confirmed; none where there is no edge.
    pub receipts: u64,
}

impl Host {
    /// Says how everything is doing. Blocks: it reads the database.
    pub(crate) fn status(&self) -> Result<Status, EngineError> {
        let (counts, receipts) = self.read_tables()?;
        let pipelines = self.pipelines.all();
        let lan = self.listener.address();
        let workshop = |row: Arc<WorkshopRow>| WorkshopStatus {
            lan: lan.map(|lan| VenueUrl::of(lan, &row).form()),
            lan_reach: lan.map(|_| self.listener.reach()),
            retired_at: row.retired_at,
            health: pipelines.get(&row.workshop.id).map(|pipeline| pipeline.health.now()),
            workshop: row.workshop.clone(),
        };
        Ok(Status {
            workshops: self.context.roster.all().into_iter().map(workshop).collect(),
            counts,
            health: EngineHealth {
                unwritable: self.context.writer.unwritable(),
                redis: self.redis.describe(),
                edge: self.pipelines.edge().map(|edge| edge.url().to_owned()),
            },
            backlog: Backlog { receipts },
        })
    }

    /// Returns every figure, as Prometheus reads it. Blocks: it reads the database.
    pub(crate) fn metrics_text(&self) -> String {
        let metrics = &self.context.metrics;
        match self.read_tables() {
            Ok((counts, receipts)) => {
                let signups: Vec<(String, u64)> = counts.signups.into_iter().collect();
                metrics.set_tables(&signups, counts.parked);
                metrics.set_backlog(Hop::Receipts, receipts);
            }
            // The figures that live in memory are worth having all the same.
            Err(error) => tracing::warn!(%error, "figures from the database are missing"),
        }
        metrics.text()
    }

    /// Reads a workshop's list, at most `limit` rows. Blocks.
    pub(crate) fn signups(&self, workshop: &WorkshopId, limit: u32) -> Result<Vec<SignupRow>, EngineError> {
        Ok(self.context.readers.read(|conn| signups::list(conn, workshop, limit))?)
    }

    fn read_tables(&self) -> Result<(RowCounts, u64), EngineError> {
        let has_edge = self.pipelines.edge().is_some();
        let read = |conn: &rusqlite::Connection| {
            let counts = RowCounts {
                signups: signups::counts(conn)?.into_iter().collect(),
                duplicates: duplicates::count(conn)?,
                parked: parked::count(conn)?,
            };
            Ok((counts, if has_edge { receipts_out::unsent_count(conn)? } else { 0 }))
        };
        Ok(self.context.readers.read(read)?)
    }
}
