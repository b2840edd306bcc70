//! Workshops in short, as lists of them show them.

use rollcall_shared::Timestamp;
use rollcall_shared::workshop::Intake;

use crate::db::workshops::WorkshopRow;
use crate::view::{Counts, Phase, WorkshopSummary};

/// Sums a workshop up as it is at `now`.
pub(crate) fn of(row: &WorkshopRow, counts: Counts, now: Timestamp) -> WorkshopSummary {
    let w = &row.workshop;
    WorkshopSummary {
        id: w.id.clone(),
        title: w.title.clone(),
        invite_code: w.invite_code.to_string(),
        place: w.place.clone(),
        starts_at: w.starts_at,
        ends_at: w.ends_at,
        delete_by: w.delete_by().as_millis(),
        utc_offset_minutes: w.utc_offset_minutes,
        phase: phase(row, now),
        counts,
    }
}

/// Says whether a workshop takes sign-ups at `now`.
pub(crate) fn phase(row: &WorkshopRow, now: Timestamp) -> Phase {
    match row.workshop.intake(now, None) {
        _ if row.retired_at.is_some() => Phase::Retired,
        Intake::NotYet => Phase::NotYet,
        Intake::Open => Phase::Open,
        Intake::Late | Intake::Closed => Phase::Closed,
    }
}
