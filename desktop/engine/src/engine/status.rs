//! What the status command shows, and `/metrics`: plain figures.

use std::collections::BTreeMap;
use std::sync::Arc;

use rollcall_shared::Timestamp;
use rollcall_shared::retry::Failure;
use rollcall_shared::workshop::{Workshop, WorkshopId};
use serde::Serialize;

use crate::db::signups::SignupRow;
use crate::db::workshops::WorkshopRow;
use crate::db::{duplicates, notices, parked, receipts_out, signups};
use crate::engine::EngineError;
use crate::engine::host::Host;
use crate::metrics::Hop;
use crate::pipeline::health::WorkshopHealth;
use crate::pipeline::stream::server_choice::RedisKind;
use crate::view::{Deleted, Deletion, Deletions, Reach, ToldEarlier};
use crate::workshops::venue_url::VenueUrl;

/// How everything is doing.
#[derive(Debug, Clone, Serialize)]
pub struct Status {
    /// Every workshop, oldest first.
    pub workshops: Vec<WorkshopStatus>,
    /// Lists that were erased since the program was started, because their day had come.
    pub deleted: Vec<Deleted>,
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
    /// By when its pages say that it is deleted.
    pub delete_by: Timestamp,
    /// Its erasure, once it is announced.
    pub deletion: Option<Deletion>,
    /// Who signed up when the pages promised to delete earlier than they do now.
    pub told_earlier: Option<ToldEarlier>,
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
        let rows = self.context.roster.all();
        let told: Vec<_> = self
            .context
            .readers
            .read(|conn| rows.iter().map(|row| notices::told_earlier(conn, &row.workshop)).collect())?;
        let Deletions { announced, done } = self.deletions()?;
        let workshop = |(row, told_earlier): (Arc<WorkshopRow>, Option<ToldEarlier>)| WorkshopStatus {
            lan: lan.map(|lan| VenueUrl::of(lan, &row).form()),
            lan_reach: lan.map(|_| self.listener.reach()),
            retired_at: row.retired_at,
            delete_by: row.workshop.delete_by(),
            deletion: announced.iter().find(|deletion| deletion.workshop == row.workshop.id).cloned(),
            told_earlier,
            health: pipelines.get(&row.workshop.id).map(|pipeline| pipeline.health.now()),
            workshop: row.workshop.clone(),
        };
        Ok(Status {
            workshops: rows.into_iter().zip(told).map(workshop).collect(),
            deleted: done,
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
