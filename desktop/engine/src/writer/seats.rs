//! Seats that became free go to those who wait longest, in the same transaction.

use rollcall_shared::Millis;
use rollcall_shared::receipt::ReceiptState;
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::Workshop;
use rusqlite::Connection;

use crate::db::events::Event;
use crate::db::tx::Tx;
use crate::db::{events, receipts_out, signups};

/// Gives every free seat to whoever waits longest, with receipt and event, where the workshop keeps a waiting list; who
/// they are. To be called in the transaction in which a seat became free.
pub(crate) fn promote_waiting(
    tx: &Tx<'_>,
    workshop: &Workshop,
    now: Millis,
) -> rusqlite::Result<Vec<SignupId>> {
    let promoted = next_in_line(tx, workshop)?;
    for id in &promoted {
        signups::set_state(tx, &workshop.id, *id, ReceiptState::Registered, None)?;
        receipts_out::set(tx, &workshop.id, *id, ReceiptState::Registered, false, now)?;
        events::add(tx, now, Event::Promoted(*id))?;
    }
    Ok(promoted)
}

/// Whom [`promote_waiting`] would give a seat now.
pub(crate) fn next_in_line(conn: &Connection, workshop: &Workshop) -> rusqlite::Result<Vec<SignupId>> {
    if !workshop.waiting_list {
        return Ok(Vec::new());
    }
    match free(conn, workshop)? {
        0 => Ok(Vec::new()),
        free => signups::longest_waiting(conn, &workshop.id, free),
    }
}

/// Whether there is a seat.
pub(crate) fn any_free(conn: &Connection, workshop: &Workshop) -> rusqlite::Result<bool> {
    Ok(free(conn, workshop)? > 0)
}

fn free(conn: &Connection, workshop: &Workshop) -> rusqlite::Result<u32> {
    let Some(seats) = workshop.capacity else { return Ok(u32::MAX) };
    Ok(seats.saturating_sub(signups::seats_taken(conn, &workshop.id)?))
}
