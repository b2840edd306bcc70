//! A workshop in a list of workshops.

use rollcall_shared::language::Text;
use rollcall_shared::workshop::WorkshopId;
use rollcall_shared::{Millis, Timestamp};
use serde::Serialize;

/// A workshop, short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct WorkshopSummary {
    /// For ever.
    pub id: WorkshopId,
    /// What it is called.
    pub title: Text,
    /// The code on the poster, as it is shown.
    pub invite_code: String,
    /// Where it is.
    pub place: Text,
    /// Beginning.
    pub starts_at: Timestamp,
    /// End.
    pub ends_at: Timestamp,
    /// Teachers were told that their details are deleted by then.
    pub delete_by: Millis,
    /// The venue's clock: minutes east of UTC.
    pub utc_offset_minutes: i16,
    /// Whether sign-ups are taken.
    pub phase: Phase,
    /// How many.
    pub counts: Counts,
}

/// Whether a workshop takes sign-ups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Phase {
    /// Not yet.
    NotYet,
    /// It does.
    Open,
    /// No more; what was filled in before still comes in for a while.
    Closed,
    /// Ended by hand: its code leads nowhere until that is taken back.
    Retired,
}

/// How many rows of a workshop are in which state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Counts {
    /// With a seat.
    pub registered: u32,
    /// Without one.
    pub waitlisted: u32,
    /// Taken off the list.
    pub cancelled: u32,
    /// For the host to decide: numbers that came again under another name, and messages that could not be
    /// read.
    pub needs_look: u32,
}
