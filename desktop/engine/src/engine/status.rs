//! What the host sees of the engine: plain figures.

use std::collections::BTreeMap;

use rollcall_shared::Millis;
use rollcall_shared::retry::Failure;
use rollcall_shared::workshop::Workshop;
use serde::Serialize;

use crate::pipeline::health::WorkshopHealth;
use crate::pipeline::stream::server_choice::RedisKind;

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
    /// DuplicateRow the list.
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
