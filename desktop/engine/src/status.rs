//! What the host sees of the engine, and what can be asked of it while it runs.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use rollcall_shared::Millis;
use rollcall_shared::mailbox::Collector;
use rollcall_shared::retry::Failure;
use rollcall_shared::workshop::{Workshop, WorkshopId};
use serde::Serialize;

use crate::acts::{ActError, Acts};
use crate::db::signups::SignupRow;
use crate::db::workshops::WorkshopRow;
use crate::db::{duplicates, parked, receipts_out, signups};
use crate::door::Door;
use crate::edge_client::{EdgeClient, EdgeError};
use crate::engine::{EngineError, venue_url};
use crate::erasure;
use crate::health::WorkshopHealth;
use crate::hops::Since;
use crate::line::{Line, Parts};
use crate::metrics::Hop;
use crate::redis_choice::RedisKind;
use crate::site::Site;
use crate::surroundings::Alarms;
use crate::workshops::{Roster, RosterError};

/// What the routes and the typed methods share.
pub(crate) struct Desk {
    pub(crate) parts: Parts,
    pub(crate) lines: Mutex<BTreeMap<WorkshopId, Line>>,
    pub(crate) roster: Arc<Roster>,
    pub(crate) acts: Acts,
    pub(crate) door: Door,
    pub(crate) site: Site,
    pub(crate) since: Since,
    pub(crate) alarms: Alarms,
    pub(crate) redis: RedisKind,
    pub(crate) collector: Collector,
    pub(crate) data_dir: PathBuf,
    pub(crate) control_note: PathBuf,
}

/// How everything is doing.
#[derive(Debug, Clone, Serialize)]
pub struct Status {
    /// Every workshop, oldest first.
    pub workshops: Vec<WorkshopStatus>,
    /// What the tables hold.
    pub counts: Counts,
    /// The engine's own health; each workshop has its own beside it.
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
    /// When its intake was ended by hand.
    pub retired_at: Option<Millis>,
    /// How its line is doing.
    pub health: Option<WorkshopHealth>,
}

/// Rows, over all workshops.
#[derive(Debug, Clone, Serialize)]
pub struct Counts {
    /// By state.
    pub signups: BTreeMap<String, u64>,
    /// Beside the list.
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

impl Desk {
    /// How everything is doing. Blocking: it reads the database.
    pub(crate) fn status(&self) -> Result<Status, EngineError> {
        let (counts, receipts) = self.read_tables()?;
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let lan = self.door.address();
        let workshop = |row: Arc<WorkshopRow>| WorkshopStatus {
            lan: lan.map(|lan| venue_url(lan, &row)),
            retired_at: row.retired_at,
            health: lines.get(&row.workshop.id).map(|line| line.health.now()),
            workshop: row.workshop.clone(),
        };
        Ok(Status {
            workshops: self.roster.all().into_iter().map(workshop).collect(),
            counts,
            health: EngineHealth {
                unwritable: self.parts.writer.unwritable(),
                redis: self.redis.clone(),
                edge: self.parts.edge().map(|edge| edge.url().to_owned()),
            },
            backlog: Backlog { receipts },
        })
    }

    /// Every figure, as Prometheus reads it. Blocking: it reads the database.
    pub(crate) fn metrics_text(&self) -> String {
        match self.read_tables() {
            Ok((counts, receipts)) => {
                let signups: Vec<(String, u64)> = counts.signups.into_iter().collect();
                self.parts.metrics.set_tables(&signups, counts.parked);
                self.parts.metrics.set_backlog(Hop::Receipts, receipts);
            }
            // The figures that live in memory are worth having all the same.
            Err(error) => tracing::warn!(%error, "figures from the database are missing"),
        }
        self.parts.metrics.text()
    }

    /// A workshop's list. Blocking: it reads the database.
    pub(crate) fn signups(&self, workshop: &WorkshopId, limit: u32) -> Result<Vec<SignupRow>, EngineError> {
        Ok(self.parts.readers.read(|conn| signups::list(conn, workshop, limit))?)
    }

    pub(crate) async fn take_over(
        &self,
        workshop: &WorkshopId,
    ) -> Result<(Option<Collector>, u64), EngineError> {
        let edge = self.edge()?;
        let taken = edge.take_over(workshop).await.map_err(said)?;
        let previous = taken.previous.clone();
        let followed = erasure::follow(taken, workshop, &self.parts.writer, &self.roster).await;
        if !followed.map_err(ActError::Unwritable)? {
            return Err(RosterError::Unknown(workshop.clone()).into());
        }
        // What the other laptop acknowledged is in its database, not in this one.
        let replayed = edge.replay(workshop, 0).await.map_err(said)?;
        self.look_for_mail(workshop);
        Ok((previous, replayed))
    }

    pub(crate) async fn replay(&self, workshop: &WorkshopId, since: Millis) -> Result<u64, EngineError> {
        let replayed = self.edge()?.replay(workshop, since).await.map_err(said)?;
        self.look_for_mail(workshop);
        Ok(replayed)
    }

    /// What is delivered again was deposited long ago: the edge does not call for it.
    fn look_for_mail(&self, workshop: &WorkshopId) {
        if let Some(line) = self.lines.lock().unwrap_or_else(PoisonError::into_inner).get(workshop) {
            line.wake.asked();
        }
    }

    fn edge(&self) -> Result<Arc<EdgeClient>, EngineError> {
        self.parts.edge().ok_or(EngineError::NoEdge)
    }

    fn read_tables(&self) -> Result<(Counts, u64), EngineError> {
        let has_edge = self.parts.edge().is_some();
        let read = |conn: &rusqlite::Connection| {
            let counts = Counts {
                signups: signups::counts(conn)?.into_iter().collect(),
                duplicates: duplicates::count(conn)?,
                parked: parked::count(conn)?,
            };
            Ok((counts, if has_edge { receipts_out::unsent_count(conn)? } else { 0 }))
        };
        Ok(self.parts.readers.read(read)?)
    }
}

fn said(error: EdgeError) -> EngineError {
    EngineError::Edge(error.to_string())
}
