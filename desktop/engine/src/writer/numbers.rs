//! A number that nobody on the list has any more goes to the next one who claims it, in the same transaction,
//! whoever took the one before off the list: its phone, the host, an erasure.

use rollcall_shared::Timestamp;
use rollcall_shared::admission::{ListState, Seats};
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::WorkshopId;
use rusqlite::Connection;

use crate::db::events::Event;
use crate::db::tx::Tx;
use crate::db::{duplicates, events, receipts_out, signups};

/// Moves the duplicate onto the list that has claimed a number the longest, where nobody has the number any
/// more; with a seat where there is one. Whoever else came with the number is compared with the one that has
/// it now. Returns the state of the one that moved.
pub(crate) fn pass_on(
    tx: &Tx<'_>,
    workshop: &WorkshopId,
    phone: &str,
    seats: Seats,
    now: Timestamp,
) -> rusqlite::Result<Option<ListState>> {
    let mut moved = None;
    let mut holder = signups::holder(tx, workshop, phone)?;
    if holder.is_none()
        && let Some(id) = duplicates::next_with(tx, workshop, phone)?
    {
        // A duplicate holds a receipt that says *registered*: now it can be true.
        let state = seats.state_for_new();
        duplicates::enlist(tx, workshop, id, state, false, None)?;
        receipts_out::set(tx, workshop, id, state.into(), false, now)?;
        events::add(tx, now, Event::NumberPassedOn(id))?;
        (moved, holder) = (Some(state), Some(id));
    }
    if let Some(holder) = holder {
        for id in duplicates::with_phone(tx, workshop, phone)? {
            duplicates::compare_with(tx, workshop, id, holder)?;
        }
    }
    Ok(moved)
}

/// Returns everybody whom [`pass_on`] may touch when a sign-up goes: all duplicates of its number.
pub(crate) fn claimants(
    conn: &Connection,
    workshop: &WorkshopId,
    id: SignupId,
) -> rusqlite::Result<Vec<SignupId>> {
    match of(conn, workshop, id)? {
        Some(phone) => duplicates::with_phone(conn, workshop, &phone),
        None => Ok(Vec::new()),
    }
}

/// Returns a sign-up's number, wherever it stands.
pub(crate) fn of(conn: &Connection, workshop: &WorkshopId, id: SignupId) -> rusqlite::Result<Option<String>> {
    match signups::phone(conn, workshop, id)? {
        Some(phone) => Ok(Some(phone)),
        None => Ok(duplicates::get(conn, workshop, id)?.map(|duplicate| duplicate.phone)),
    }
}
