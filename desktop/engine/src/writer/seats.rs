//! Seats that became free go to those who have waited longest, in the same transaction.

use rollcall_shared::Timestamp;
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::Workshop;
use rusqlite::Connection;

use crate::db::events::Event;
use crate::db::tx::Tx;
use crate::db::{events, receipts_out, signups};
use crate::view::SignupState;

/// Gives every free seat to the person who has waited longest, with receipt and event, where the workshop
/// keeps a waiting list; who they are. To be called in the transaction in which a seat became free.
pub(crate) fn promote_waiting(
    tx: &Tx<'_>,
    workshop: &Workshop,
    now: Timestamp,
) -> rusqlite::Result<Vec<SignupId>> {
    let promoted = next_in_line(tx, workshop)?;
    for id in &promoted {
        let state = SignupState::Registered;
        signups::set_state(tx, &workshop.id, *id, state, None)?;
        receipts_out::set(tx, &workshop.id, *id, state.into(), false, now)?;
        events::add(tx, now, Event::Promoted(*id))?;
    }
    Ok(promoted)
}

/// Whom [`promote_waiting`] would give a seat now.
pub(crate) fn next_in_line(conn: &Connection, workshop: &Workshop) -> rusqlite::Result<Vec<SignupId>> {
    if !workshop.waiting_list {
        return Ok(Vec::new());
    }
    match signups::seats(conn, workshop)?.free() {
        0 => Ok(Vec::new()),
        free => signups::longest_waiting(conn, &workshop.id, free),
    }
}
